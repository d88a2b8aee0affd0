"""What an editor offers to do about a finding, in the words that `srlint review` has for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lsprotocol.types import CodeAction, CodeActionContext, CodeActionKind, Command, Diagnostic

from srlint.categories import BY_ID, SUPPRESSION
from srlint.document import Document
from srlint.findings import Edit, Finding, Rewrite
from srlint.lsp.abilities import Abilities
from srlint.lsp.buffers import Buffer
from srlint.lsp.diagnostics import SOURCE, diagnostic, rewrites
from srlint.lsp.rewriting import workspace_edit
from srlint.output.escape import printable

FIX_ALL = f"{CodeActionKind.SourceFixAll.value}.{SOURCE}"
KINDS = (CodeActionKind.QuickFix.value, FIX_ALL)
# Commands that the server carries out.
FIX, ALLOW, EXPLAIN = "srlint.fixAll", "srlint.allow", "srlint.explain"

_LONGEST = 72  # characters of a title that show text of the document
_MOST_TERMS = 3
_ARTICLE = re.compile(r"\A(?:an?|the)\s+", re.IGNORECASE)
# A phrase with one of these is no phrase in the document's words: there is markup in it.
_MARKUP = frozenset("*_`[]<>{}\\|\ufffc")


@dataclass(frozen=True, slots=True)
class Place:
    """A finding of a buffer, and what the editor shows of it."""

    buffer: Buffer
    document: Document
    finding: Finding
    diagnostics: Sequence[Diagnostic]


def wants(context: CodeActionContext, kind: str) -> bool:
    """Whether an action of this kind is asked for: its own kind, or one above it."""
    if context.only is None:
        return True
    asked = [getattr(only, "value", only) for only in context.only]
    return any(not only or kind == only or kind.startswith(f"{only}.") for only in asked)


def rewriting(place: Place, able: Abilities) -> Iterator[CodeAction]:
    """Every rewrite that is offered for a finding, the best first."""
    for number, rewrite in enumerate(rewrites(place.finding)):
        yield CodeAction(
            title=f"Rewrite: {_title(place.document.text, place.finding, rewrite)}",
            kind=CodeActionKind.QuickFix,
            diagnostics=list(place.diagnostics),
            is_preferred=number == 0,
            edit=workspace_edit(place.buffer, rewrite.edits, able),
        )


def others(place: Place) -> Iterator[CodeAction]:
    """What else a person may want: never to hear of a word again, or to know more."""
    for term in _terms(place.document.text, place.finding):
        yield _command(place, f"Allow “{term}”", ALLOW, [place.buffer.uri, term])
    for category in place.finding.categories:
        if category in BY_ID:
            yield _command(place, f"Explain “{category}”", EXPLAIN, [category])


def ignoring(place: Place) -> Iterator[CodeAction]:
    """Those that write a comment. What they write is worked out when somebody chooses one."""
    if SUPPRESSION in place.finding.categories:
        return
    names = ", ".join(place.finding.categories)
    for how, title in (("here", "Ignore here with a reason"), ("file", f"Ignore “{names}” in this file")):
        span = place.finding.span
        data = {"uri": place.buffer.uri, "version": place.buffer.version, "how": how, "span": [span.start, span.end]}
        yield CodeAction(title, kind=CodeActionKind.QuickFix, diagnostics=list(place.diagnostics), data=data)


def fix_all(buffer: Buffer, edits: Sequence[Edit], able: Abilities) -> CodeAction:
    return CodeAction("Apply all safe rewrites", kind=FIX_ALL, edit=workspace_edit(buffer, edits, able))


def safe_edits(findings: Sequence[Finding]) -> tuple[Edit, ...]:
    """Those of all safe rewrites."""
    safe = [item.rewrite for item in findings if item.rewrite is not None and item.rewrite.safety == "safe"]
    return tuple(edit for rewrite in safe for edit in rewrite.edits)


def shown_for(buffer: Buffer, finding: Finding, context: CodeActionContext) -> list[Diagnostic]:
    """The diagnostics, as the editor sent them back, that stand for a finding.

    Some editors count columns in another way when they send them back, but leave the data as it was.
    """
    own = diagnostic(buffer, finding)
    alike = [item for item in context.diagnostics if (item.source, item.code) == (own.source, own.code)]
    return [item for item in alike if item.range == own.range or _passage(item) == _passage(own)]


def _passage(item: Diagnostic) -> Any:
    return item.data.get("passage") if isinstance(item.data, dict) else item.range


def _command(place: Place, title: str, name: str, arguments: list[Any]) -> CodeAction:
    command = Command(title, name, arguments=arguments)
    return CodeAction(title, kind=CodeActionKind.QuickFix, diagnostics=list(place.diagnostics), command=command)


def _terms(text: str, finding: Finding) -> list[str]:
    """The words at fault that the settings could allow."""
    if SUPPRESSION in finding.categories:
        return []
    marked = (" ".join(text[mark.start : mark.end].split()) for mark in finding.marks)
    # An article before an allowed phrase is allowed as well.
    words = dict.fromkeys(_ARTICLE.sub("", words) for words in marked)
    plain = [term for term in words if term and term.isprintable() and _MARKUP.isdisjoint(term)]
    return [term for term in plain if len(term) <= _LONGEST][:_MOST_TERMS]


def _title(text: str, finding: Finding, rewrite: Rewrite) -> str:
    """The rewritten passage on one line, cut around its first change where it is long."""
    whole = printable(rewrite.text)
    if len(whole) <= _LONGEST:
        return whole
    first = min(rewrite.edits, key=lambda edit: edit.span)
    lead = len(printable(text[finding.span.start : first.span.start]))
    start = max(0, min(lead - _LONGEST // 3, len(whole) - _LONGEST))
    end = start + _LONGEST
    return ("…" if start else "") + whole[start:end].strip() + ("…" if end < len(whole) else "")
