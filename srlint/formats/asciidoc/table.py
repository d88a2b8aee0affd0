"""AsciiDoc's tables: where their cells begin and end, and how each is to be read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from srlint.formats.asciidoc.lines import COMMENT, DIRECTIVE, Piece

# What may stand before a separator: `2+` or `.3+` or `3*`, `^.>`, and a letter for the style.
_SPEC = re.compile(
    r"(?:(?P<count>\d+(?:\.\d+)?|\.\d+)(?P<what>[+*]))?(?:[<^>]?(?:\.[<^>])?)(?P<style>[a-z])?\Z", re.ASCII
)
_COLUMN = re.compile(r"(?:(?P<times>\d+)\*)?[<^>]?(?:\.[<^>])?(?:\d+%?|~)?(?P<style>[a-z])?\Z")
_COLUMNS = re.compile(r"\bcols\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^,\]]*))")
_SEPARATOR = re.compile(r"\bseparator\s*=\s*\"?([^\",\]\s])\"?")
_FORMAT = re.compile(r"\bformat\s*=\s*\"?(csv|dsv|tsv)|[%\[,](?:csv|dsv|tsv)[,%\]]")

_LONGEST_SPEC = 24


@dataclass(slots=True)
class Cell:
    """The stretches of lines that make a cell, and the letter of its style."""

    parts: list[Piece]
    style: str


def is_separated_values(attributes: str, delimiter: str) -> bool:
    """Whether a table holds values separated by commas, colons or tabs, where words and data cannot be told apart."""
    return delimiter[0] in ",:" or _FORMAT.search(attributes) is not None


def cells(text: str, lines: Sequence[Piece], attributes: str, delimiter: str) -> list[Cell]:
    """The cells between the lines of a table. A row's cells may span columns; spans over rows are not followed."""
    separator = _SEPARATOR.search(attributes)
    return _Cells(text, separator[1] if separator else delimiter[0], _styles(attributes)).read(lines)


def _styles(attributes: str) -> list[str]:
    """The style of each column."""
    named = _COLUMNS.search(attributes)
    found: list[str] = []
    if named is not None:
        for column in re.split("[,;]", named[1] or named[2] or named[3] or ""):
            match = _COLUMN.match(column.strip())
            times = min(int(match["times"] or 1), 1000) if match else 1
            found += [match["style"] or "" if match else ""] * times
    return found


class _Cells:
    def __init__(self, text: str, separator: str, styles: list[str]) -> None:
        self._text = text
        self._mark = re.compile(r"(?<!\\)" + re.escape(separator))
        self._styles = styles
        self._column = 0
        self.found: list[Cell] = []

    def read(self, lines: Sequence[Piece]) -> list[Cell]:
        for start, end in lines:
            source = self._text[start:end]
            if COMMENT.match(source) or DIRECTIVE.match(source):
                continue
            at = start
            for mark in self._mark.finditer(self._text, start, end):
                first, spec = self._spec(start, at, mark.start())
                self._add(at, first)
                self._begin(spec)
                at = mark.end()
            self._add(at, end)
        return self.found

    def _spec(self, line: int, start: int, end: int) -> tuple[int, re.Match[str] | None]:
        """Where the specification before the separator at `end` begins, and what it says."""
        word = re.search(r"\S*\Z", self._text[max(start, end - _LONGEST_SPEC) : end])[0]
        first = end - len(word)
        apart = first == line or (first > start and self._text[first - 1] in " \t")
        spec = _SPEC.match(word) if word and apart else None
        return (first, spec) if spec else (end, None)

    def _begin(self, spec: re.Match[str] | None) -> None:
        style = spec["style"] if spec and spec["style"] else ""
        if not style and self._styles:
            style = self._styles[self._column % len(self._styles)]
        self.found.append(Cell([], style))
        spans = spec["count"] if spec and spec["count"] else "1"
        self._column += int(spans.partition(".")[0] or 1)

    def _add(self, start: int, end: int) -> None:
        if self.found:
            self.found[-1].parts.append((start, end))
