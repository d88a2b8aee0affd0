"""Grid tables and simple tables of reStructuredText, by the rules of docutils (its module `tableparser`).

Columns are counted as docutils counts them: wide characters of East Asia take two, combining marks none. A table whose
borders do not meet is malformed, here as there: so no rewrite that would push a border out of line can pass unseen.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from heapq import heappop, heappush
from typing import NamedTuple

from srlint.formats.rst.lines import TAB_STOP, Line, part

GRID_TOP = re.compile(r"\+-[-+]+-\+$")
SIMPLE_TOP = re.compile(r"=+(?: +=+)+$")

_GRID_RULE = re.compile(r"\+=[=+]+=\+$")
_SIMPLE_BORDER = re.compile(r"=[= ]*$")
_SPAN = re.compile(r"-[- ]*$")
_EDGE, _SIDE = frozenset("-+"), frozenset("|+")

# No table that people write needs more looks at a character; one made to be slow is taken for malformed.
_MAX_STEPS = 5_000_000

Cell = list[Line]


class _Row(NamedTuple):
    """A line of a table: the character in each column, and where each column begins in the source; then the end."""

    text: str
    places: Sequence[int]


def grid_end(text: str, lines: Sequence[Line], since: int) -> int:
    """The end of the grid table that begins at line number `since`: up to its last border, or up to a blank line."""
    end = since
    while end < len(lines) and not lines[end].blank and text[lines[end].start] in "+|":
        end += 1
    for at in range(end - 1, since, -1):
        if GRID_TOP.match(text[lines[at].start : lines[at].end]):
            return at + 1
    return end


def simple_end(text: str, lines: Sequence[Line], since: int) -> int | None:
    """The end of the simple table that begins at line number `since`; None when it has no bottom border."""
    found = 0
    for at in range(since + 1, len(lines)):
        line = lines[at]
        if line.blank:
            continue
        if line.indent < lines[since].indent:
            return None
        if _SIMPLE_BORDER.match(text[line.start : line.end]):
            found += 1
            if found == 2 or at + 1 == len(lines) or lines[at + 1].blank:
                return at + 1
    return None


def grid_cells(text: str, lines: Sequence[Line]) -> list[Cell] | None:
    """The cells of a grid table, row by row, each as the lines of a document of its own. None if it is malformed."""
    rows = [_row(text, line, line.indent) for line in lines]
    width = len(rows[0].text)
    rules = [at for at, row in enumerate(rows) if _GRID_RULE.match(row.text)]
    if any(len(row.text) != width for row in rows) or len(rules) > 1 or {0, len(rows) - 1} & set(rules):
        return None
    for at in rules:
        rows[at] = rows[at]._replace(text=rows[at].text.replace("=", "-"))
    corners = _Grid([row.text for row in rows]).cells()
    if corners is None:
        return None
    return [
        _cell(text, [(rows[at], left + 1, right) for at in range(top + 1, bottom)])
        for top, left, bottom, right in sorted(corners)
    ]


def simple_cells(text: str, lines: Sequence[Line]) -> list[Cell] | None:
    """The cells of a simple table, row by row, each as the lines of a document of its own. None if it is malformed."""
    rows = [_row(text, line, lines[0].indent) for line in lines]
    if len(rows[-1].text) != len(rows[0].text):
        return None
    columns = _spans(rows[0].text)
    cells: list[Cell] = []
    pending: list[_Row] = []
    for row in rows[1:]:
        border = _SIMPLE_BORDER.match(row.text)
        if border or _SPAN.match(row.text):
            spans = _merged(_spans(row.text), columns)
            if spans is None or not _take(text, pending, spans, cells):
                return None
            pending = []
            continue
        if row.text[columns[0][0] : columns[0][1]].strip():
            if pending and not _take(text, pending, columns, cells):
                return None
            pending = []
        if pending or row.text.strip():
            pending.append(row)
    return cells


def _row(text: str, line: Line, column: int) -> _Row:
    """The line from `column` on, with one character a column."""
    source = text[line.start : line.end]
    blank = " " * (line.indent - column) if not line.blank else ""
    before = [line.start] * len(blank)
    if source.isascii() and "\t" not in source:
        return _Row(blank + source, [*before, *range(line.start, line.end + 1)])
    parts, places, column = [blank], before, line.indent
    for at, character in enumerate(source, line.start):
        if character == "\t":
            width = TAB_STOP - column % TAB_STOP
            character = " " * width
        elif unicodedata.combining(character):
            continue
        else:
            width = 2 if unicodedata.east_asian_width(character) in "WF" else 1
        parts.append(character.ljust(width, "\0"))
        places.extend([at] + [at + 1] * (width - 1))
        column += width
    return _Row("".join(parts), [*places, line.end])


def _cell(text: str, stretches: Sequence[tuple[_Row, int, int]]) -> Cell:
    """The lines of a cell from the columns that it takes of each row."""
    found = []
    for row, left, right in stretches:
        last = len(row.text)
        found.append(part(text, left, row.places[min(left, last)], row.places[min(right, last)]))
    return found


def _spans(border: str) -> list[tuple[int, int]]:
    return [match.span() for match in re.finditer(r"[-=]+", border)]


def _merged(spans: list[tuple[int, int]], columns: list[tuple[int, int]]) -> list[tuple[int, int]] | None:
    """The cells that a rule draws, or None when its ends are not those of columns."""
    starts, ends = {start for start, _ in columns}, {end for _, end in columns}
    if spans[0][0] != columns[0][0] or spans[-1][1] != columns[-1][1]:
        return None
    if any(start not in starts or end not in ends for start, end in spans) or len(spans) > len(columns):
        return None
    return spans


def _take(text: str, rows: Sequence[_Row], columns: list[tuple[int, int]], cells: list[Cell]) -> bool:
    """Add the cells of one row; False when text stands between two columns. The last column has no end."""
    for number, (start, end) in enumerate(columns):
        last = number + 1 == len(columns)
        if not last and any(row.text[end : columns[number + 1][0]].strip() for row in rows):
            return False
        cells.append(_cell(text, [(row, start, len(row.text) if last else end) for row in rows]))
    return True


class _Grid:
    """Finds the rectangles of a grid: from each upper left corner to the right, down, and back."""

    def __init__(self, rows: list[str]) -> None:
        self._rows = rows
        self._columns = ["".join(column) for column in zip(*rows, strict=True)]
        self._steps = 0

    def cells(self) -> list[tuple[int, int, int, int]] | None:
        """Top, left, bottom, right of each cell, the borders included; None when they do not fill the table."""
        bottom, right = len(self._rows) - 1, len(self._columns) - 1
        done = [0] * right  # how far down each column has been seen
        corners, found = [(0, 0)], []
        while corners:
            top, left = heappop(corners)
            if top == bottom or left == right or top < done[left]:
                continue
            ends = self._trace(top, left)
            if ends is None or any(seen != top for seen in done[left : ends[1]]):
                return None
            done[left : ends[1]] = [ends[0]] * (ends[1] - left)
            found.append((top, left, *ends))
            heappush(corners, (top, ends[1]))
            heappush(corners, (ends[0], left))
        return found if all(seen == bottom for seen in done) else None

    def _trace(self, top: int, left: int) -> tuple[int, int] | None:
        """The bottom and the right edge of the smallest cell with this upper left corner."""
        row = self._rows[top]
        for right in range(left + 1, len(row)):
            if row[right] == "+":
                bottom = self._down(top, left, right)
                if bottom is not None:
                    return bottom, right
            elif row[right] != "-":
                break
        return None

    def _down(self, top: int, left: int, right: int) -> int | None:
        side = self._columns[right]
        for bottom in range(top + 1, len(side)):
            self._steps += 1
            if self._steps > _MAX_STEPS or side[bottom] not in _SIDE:
                return None
            if side[bottom] == "+" and self._closed(top, left, bottom, right):
                return bottom
        return None

    def _closed(self, top: int, left: int, bottom: int, right: int) -> bool:
        edge, side = self._rows[bottom][left : right + 1], self._columns[left][top : bottom + 1]
        self._steps += len(edge) + len(side)
        return edge[0] == "+" and _EDGE.issuperset(edge) and _SIDE.issuperset(side)
