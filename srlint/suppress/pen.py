"""How a directive is written into a document: as a comment behind a passage, or on lines of its own."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from srlint.document import LINE_END, Document, Span
from srlint.findings import Edit
from srlint.formats import SYNTAXES
from srlint.suppress.scope import Layout

Edits = tuple[Edit, ...]

_INDENT = re.compile(r"[ \t]*")


class Pen:
    """Writes directives for `categories` in the syntax and with the line ends of one document."""

    def __init__(self, document: Document, layout: Layout, categories: Sequence[str], reason: str) -> None:
        self.document = document
        self.layout = layout
        self._list = f"[{', '.join(categories)}]"
        self._reason = reason
        end = LINE_END.search(document.text)
        self.line_end = end[0] if end else "\n"

    def comment(self, verb: str) -> str:
        """The directive as a comment."""
        reason = "" if verb == "enable" else f" {self._reason}"
        text = SYNTAXES[self.document.syntax].comment.format(f"srlint: {verb}{self._list}{reason}")
        if self.document.syntax == "jupyter":
            return json.dumps(text, ensure_ascii=self.document.text.isascii())[1:-1]
        return text

    def behind(self, verb: str, place: int, gap: str = " ") -> Edit:
        """On the line of what it is about."""
        return Edit(Span(place, place), f"{gap}{self.comment(verb)}")

    def line_above(self, verb: str, line: int, gap: bool = False) -> Edit:
        """A line of its own, indented like `line`; `gap` asks for a blank line between."""
        start = self.layout.starts[line]
        blank = self.line_end if gap else ""
        return Edit(Span(start, start), f"{self._indent(line)}{self.comment(verb)}{self.line_end}{blank}")

    def line_below(self, verb: str, line: int, like: int, gap: bool = False) -> Edit:
        """A line of its own below `line`, indented `like` another."""
        end = self.layout.stretch(line, line).end
        blank = self.line_end if gap else ""
        return Edit(Span(end, end), f"{blank}{self.line_end}{self._indent(like)}{self.comment(verb)}")

    def around(self, first: int, last: int, gap: bool = False) -> Edits:
        """`disable` above the first line, `enable` below the last."""
        return self.line_above("disable", first, gap), self.line_below("enable", last, first, gap)

    def _indent(self, line: int) -> str:
        if self.document.syntax in ("asciidoc", "rst"):  # an indented comment would be something else
            return ""
        span = self.layout.stretch(line, line)
        found = _INDENT.match(self.document.text, span.start, span.end)
        return found[0] if found else ""
