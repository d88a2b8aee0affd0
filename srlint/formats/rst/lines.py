"""The lines of a reStructuredText document: how far each is indented, and how far a block of them reaches."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from srlint.document import LINE_END

TAB_STOP = 8  # docutils' own default

_BLANKS = " \t\f\v"
_INDENT = re.compile(r"[ \t\f\v]*")


class Line(NamedTuple):
    """The text of a line, without what stands before it: start..end of the source, at the column `indent`.

    A blank line has an empty stretch. Of the first line of a list item, a field or a table cell this is the part that
    belongs to the item.
    """

    indent: int
    start: int
    end: int

    @property
    def blank(self) -> bool:
        """Whether nothing but white space stands on the line."""
        return self.start == self.end


def split(text: str) -> list[Line]:
    """The lines of a whole document."""
    found, start = [], 0
    for match in LINE_END.finditer(text):
        found.append(part(text, 0, start, match.start()))
        start = match.end()
    found.append(part(text, 0, start, len(text)))
    return found


def part(text: str, column: int, start: int, end: int) -> Line:
    """What stands at start..end of a line, without the white space around it; `column` is that of `start`."""
    first = _INDENT.match(text, start, end).end()
    last = first + len(text[first:end].rstrip(_BLANKS))
    return Line(advance(column, text[start:first]), first, last)


def advance(column: int, text: str) -> int:
    """The column after `text` that begins at `column`."""
    if "\t" not in text:
        return column + len(text)
    for character in text:
        column += TAB_STOP - column % TAB_STOP if character == "\t" else 1
    return column


def rest(text: str, line: Line, since: int) -> Line:
    """The line without what stands before `since`, a marker for instance."""
    return part(text, advance(line.indent, text[line.start : since]), since, line.end)


def margin(lines: Sequence[Line]) -> int:
    """The column at which the block begins: that of its least indented line."""
    return min((line.indent for line in lines if not line.blank), default=0)


def indented(lines: Sequence[Line], since: int, column: int) -> int:
    """The end of the run of lines from number `since` on that are blank or begin at `column` or after it.

    Blank lines at its end do not belong to it.
    """
    at = end = since
    while at < len(lines) and (lines[at].blank or lines[at].indent >= column):
        at += 1
        if not lines[at - 1].blank:
            end = at
    return end


def paragraph(lines: Sequence[Line], since: int) -> int:
    """The end of the run of lines from number `since` on that are not blank."""
    at = since
    while at < len(lines) and not lines[at].blank:
        at += 1
    return at


def body(first: Line, others: Sequence[Line]) -> list[Line]:
    """The block of which the first line follows a marker, and the others are indented as the author liked."""
    if first.blank:
        return list(others)
    column = margin(others) if any(not line.blank for line in others) else first.indent
    return [first._replace(indent=column), *others]


def width(text: str) -> int:
    """The columns that a text takes, as docutils counts them."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(unicodedata.combining(character) > 0 for character in text)
