"""The lines of one comment or docstring, and the text they make once what is no prose has been taken from them."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from os.path import commonprefix
from typing import NamedTuple

from srlint.formats.nested import lines as joined_lines
from srlint.formats.segment import SourceMap


@dataclass(frozen=True, slots=True)
class Line:
    """The words of one line: `text` stands at `start` of the document. `fresh`: a paragraph begins here."""

    start: int
    text: str
    fresh: bool = False

    @classmethod
    def at(cls, source: str, start: int, end: int) -> Line:
        """What stands at start..end, less the white space at its end."""
        return cls(start, source[start:end].rstrip())

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def blank(self) -> bool:
        return not self.text or self.text.isspace()

    @property
    def indent(self) -> int:
        """The width of the white space the words begin with, a tab as four."""
        return _width(self.text[: len(self.text) - len(self.text.lstrip())])

    def cut(self, count: int, fresh: bool = False) -> Line:
        """Without its first `count` characters; a new paragraph if `fresh` and anything was taken away."""
        return replace(
            self, start=self.start + count, text=self.text[count:], fresh=self.fresh or (fresh and count > 0)
        )

    def until(self, count: int) -> Line:
        """Only its first `count` characters, without white space at the end."""
        return replace(self, text=self.text[:count].rstrip())

    def emptied(self) -> Line:
        """A blank line in its place."""
        return replace(self, text="")


def _width(blank: str) -> int:
    return len(blank.expandtabs(4))


def dedented(lines: Sequence[Line], skip_first: bool = False) -> list[Line]:
    """Without the indentation that all lines share; with `skip_first` the first line has its own."""
    rest = lines[1:] if skip_first else lines
    margin = len(
        commonprefix([line.text[: len(line.text) - len(line.text.lstrip())] for line in rest if not line.blank])
    )
    found = [line.cut(min(margin, len(line.text))) for line in rest]
    if not skip_first or not lines:
        return found
    return [lines[0].cut(len(lines[0].text) - len(lines[0].text.lstrip())), *found]


def blocks(lines: Sequence[Line]) -> list[tuple[int, int]]:
    """Half-open runs of lines that are not blank."""
    found, start = [], None
    for number, line in enumerate(lines):
        if line.blank:
            if start is not None:
                found.append((start, number))
            start = None
        elif start is None:
            start = number
    return found if start is None else [*found, (start, len(lines))]


class Body(NamedTuple):
    """The text of a comment as a document of its own, with one stretch of the source for each character."""

    text: str
    map: SourceMap


def join(source: str, lines: Sequence[Line]) -> Body:
    """The lines as one text; a blank line comes before those that are fresh."""
    body = Body(*joined_lines(source, [(line.start, line.end) for line in lines]))
    breaks, place = [], -1
    for line in lines:
        if line.fresh and place >= 0:
            breaks.append((place, place + 1, "\n\n"))
        place += 1 + len(line.text)
    return changed(body, breaks)


def changed(body: Body, changes: Iterable[tuple[int, int, str]]) -> Body:
    """The body with each stretch start..end (in order, not overlapping) replaced by what stands for it."""
    parts, starts, ends, done = [], array("I"), array("I"), 0
    for start, end, text in changes:
        parts += [body.text[done:start], text]
        starts.extend(body.map.starts[done:start])
        ends.extend(body.map.ends[done:start])
        starts.extend([body.map.starts[start]] * len(text))
        ends.extend([body.map.ends[end - 1]] * len(text))
        done = end
    if not done:
        return body
    starts.extend(body.map.starts[done:])
    ends.extend(body.map.ends[done:])
    return Body("".join([*parts, body.text[done:]]), SourceMap(starts, ends))


def substituted(body: Body, pattern: re.Pattern[str], text: str, spared: Sequence[tuple[int, int]] = ()) -> Body:
    """The body with `text` in the place of each match that does not begin within one of the `spared` stretches,
    which are in order.

    Where the pattern has a group `kept` that took part, only what stands around the group goes.
    """
    changes: list[tuple[int, int, str]] = []
    for match in pattern.finditer(body.text):
        last = bisect_left(spared, (match.start(),)) - 1
        if last >= 0 and match.start() < spared[last][1]:
            continue
        kept = match.span("kept") if "kept" in pattern.groupindex else (-1, -1)
        if kept[0] < 0:
            changes.append((*match.span(), text))
        else:
            around = ((match.start(), kept[0], ""), (kept[1], match.end(), ""))
            changes += [change for change in around if change[0] < change[1]]
    return changed(body, changes)
