"""The lines of a Markdown text, the fences that are open between them, and where the title of a container stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

_LINE = re.compile(r"([ \t]*)([^\r\n]*)(\r?\n|\Z)")
_ATTRIBUTES = re.compile(r"\{|[\w-]+[ \t]*=")
_QUOTED_VALUE = re.compile(r"\b(?:title|alt-text)[ \t]*=[ \t]*\"([^\"]*)\"")


class Line(NamedTuple):
    """One line: where it stands and what it says without the white space around it."""

    start: int
    text: str
    at: int  # where the text begins
    end: int  # where the line end begins
    after: int


@dataclass(frozen=True, slots=True)
class Fence:
    """A fence that has been opened: of code, or (MyST) of a directive, whose body may be another's words."""

    mark: str
    length: int
    level: int = 0
    quote: bool = False

    def closed_by(self, text: str) -> bool:
        """Whether the line of that text is the closing fence."""
        return len(text) >= self.length and not text.strip(self.mark)


def lines(text: str) -> Iterator[Line]:
    """The lines of a text whose line ends are `\\n` and `\\r\\n`."""
    for found in _LINE.finditer(text):
        if found.start() < len(text):
            yield Line(found.start(), found[2].rstrip(" \t"), found.start(2), found.end(2), found.end())


def container_title(line: Line, name: re.Match[str] | None, rest: int) -> tuple[int, int] | None:
    """Where the title of a container stands in the source: in its attributes, in brackets, or after its name."""
    value = _QUOTED_VALUE.search(line.text)
    if value:
        return group(line, value, 1)
    if name is None or name.lastindex == 1 or (name[3] and _ATTRIBUTES.match(name[3])):
        return None
    first, last = name.span(name.lastindex)
    return line.at + rest + first, line.at + rest + last


def group(line: Line, found: re.Match[str], group: int) -> tuple[int, int] | None:
    """Where a group of a match on the line's text stands in the source."""
    return (line.at + found.start(group), line.at + found.end(group)) if found[group] is not None else None


def width(indent: str) -> int:
    """How many columns a stretch at the beginning of a line takes."""
    return len(indent.expandtabs(4))
