"""What is shown of a finding to whoever rests on it: category, probability, why, and the rewrite word by word."""

from __future__ import annotations

import re

from lsprotocol.types import Hover, MarkupContent, MarkupKind

from srlint.findings import Finding
from srlint.lsp.buffers import Buffer
from srlint.lsp.diagnostics import shown
from srlint.output.escape import printable
from srlint.output.full import passage
from srlint.output.rules import RULES
from srlint.output.terminal import Piece

_SIGNS = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~&$])")
# What stands around a stretch of the passage, by kind: in Markdown, where it must touch a word, and in plain text.
_MARKDOWN = {"removed": "~~", "added": "**", "mark": "**"}
_PLAIN = {"removed": ("[-", "-]"), "added": ("{+", "+}")}


def hover(buffer: Buffer, finding: Finding, text: str, *, markdown: bool) -> Hover:
    """About a finding of the document `text`."""
    rule = RULES[finding.categories[0]]
    offer = f"{finding.rewrite.safety.capitalize()} rewrite: " if finding.rewrite is not None else ""
    lines: list[list[Piece]] = [
        [(rule.name, "mark"), (f"  {', '.join(finding.categories)}", "plain")],
        [(f"Probability {finding.probability:.2f}. {printable(finding.message)}", "plain")],
        [(f"Why: {rule.help.partition(chr(10))[0]}", "plain")],
        [(offer, "plain"), *passage(text, finding)],
    ]
    told = "\n\n".join("".join(_written(*piece, markdown) for piece in line) for line in lines)
    kind = MarkupKind.Markdown if markdown else MarkupKind.PlainText
    return Hover(MarkupContent(kind, told), buffer.range(shown(finding)))


def _written(text: str, kind: str, markdown: bool) -> str:
    if not markdown:
        before, after = _PLAIN.get(kind, ("", ""))
        return f"{before}{text}{after}"
    escaped = _SIGNS.sub(r"\\\1", text)
    body = escaped.strip()
    sign = _MARKDOWN.get(kind, "")
    return escaped.replace(body, f"{sign}{body}{sign}", 1) if body else escaped
