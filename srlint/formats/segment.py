"""A block of prose without its markup, and where each of its characters stands in the source."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate

from srlint.document import Comment, Span
from srlint.findings import Skipped
from srlint.formats.atoms import ATOM, find_atoms

# Arrays are of unsigned 32-bit integers: a tenth of the memory of a list.
Offsets = array | range


@dataclass(frozen=True, slots=True)
class SourceMap:
    """For each plain character the half-open stretch of source it stands for. Read-only once made.

    `fixed` lists plain stretches that may not be edited although they read as prose: the label of a shortcut reference
    link is also the link's target, and a hard line break is not an ordinary space. `breaks` lists the characters that
    are a space here and a line break, with its indentation and quote marks, in the source.
    """

    starts: Offsets
    ends: Offsets
    fixed: tuple[tuple[int, int], ...] = ()
    breaks: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self.starts)

    def cut(self, start: int, end: int) -> SourceMap:
        """The map of the plain stretch start..end, counted from its own beginning.

        Where the stretch stands letter for letter in the source, as most do, it is two ranges: whoever keeps all
        passages of a long document keeps little for each.
        """
        fixed = tuple((max(a, start) - start, min(b, end) - start) for a, b in self.fixed if a < end and b > start)
        breaks = tuple(at - start for at in self.breaks if start <= at < end)
        starts, ends = self.starts[start:end], self.ends[start:end]
        if starts and ends[-1] - starts[0] == len(starts):
            letters = range(starts[0], ends[-1])
            if _same(starts, letters) and _same(ends, range(letters.start + 1, letters.stop + 1)):
                return SourceMap(letters, range(letters.start + 1, letters.stop + 1), fixed, breaks)
        return SourceMap(starts, ends, fixed, breaks)

    def cover(self, start: int, end: int) -> Span:
        """The outermost source stretch of start..end, whatever markup lies inside it."""
        self._check(start, end)
        if start == end:
            place = self.starts[start] if start < len(self) else self.ends[-1] if len(self) else 0
            return Span(place, place)
        return Span(self.starts[start], self.ends[end - 1])

    def source_span(self, start: int, end: int) -> Span | None:
        """The source of start..end, or None when markup or a fixed stretch would be cut.

        start == end asks for the place between two characters: None when markup stands there.
        """
        self._check(start, end)
        if self._splits(start) or self._splits(end):
            return None
        if start == end:
            return self._between(start)
        if any(start < b and end > a for a, b in self.fixed):
            return None
        if self.ends[start : end - 1] != self.starts[start + 1 : end] and not self._joined(start, end):
            return None
        return Span(self.starts[start], self.ends[end - 1])

    def _check(self, start: int, end: int) -> None:
        if not 0 <= start <= end <= len(self):
            raise ValueError(f"{start}..{end} is outside a text of {len(self)} characters")

    def _splits(self, place: int) -> bool:
        """Whether the place lies between two characters that came from one entity."""
        if not 0 < place < len(self):
            return False
        return self.starts[place - 1] == self.starts[place] or any(a < place < b for a, b in self.fixed)

    def _between(self, place: int) -> Span | None:
        if not len(self):
            return None
        here = self.starts[place] if place < len(self) else self.ends[-1]
        return Span(here, here) if place == 0 or self.ends[place - 1] == here else None

    def _joined(self, start: int, end: int) -> bool:
        return all(
            self.ends[at] == self.starts[at + 1] or self.starts[at] == self.starts[at + 1]
            for at in range(start, end - 1)
        )


def _same(offsets: Offsets, letters: range) -> bool:
    return offsets == (letters if isinstance(offsets, range) else array("I", letters))


@dataclass(frozen=True, slots=True)
class Segment:
    """One block of prose (a paragraph, heading, list item, table cell …) as plain text."""

    text: str
    map: SourceMap
    kind: str


@dataclass(frozen=True, slots=True)
class Prose:
    """What a format finds in a document, each in order of position: the blocks of prose, what it left out, comments."""

    segments: list[Segment] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)


def drained(segments: list[Segment]) -> Iterator[Segment]:
    """The segments in turn, each let go of before the next: two forms of a long document are much to keep."""
    segments.reverse()
    while segments:
        yield segments.pop()


class SegmentBuilder:
    """Collects the pieces of one block in order, then makes the Segment."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._starts: Offsets = array("I")
        self._ends: Offsets = array("I")
        self._fixed: list[tuple[int, int]] = []
        self._breaks: list[int] = []

    def __len__(self) -> int:
        return len(self._starts)

    def literal(self, text: str, start: int) -> None:
        """Text that stands letter for letter at `start` in the source."""
        self._parts.append(text)
        self._starts.extend(range(start, start + len(text)))
        self._ends.extend(range(start + 1, start + len(text) + 1))

    def stand_in(self, text: str, start: int, end: int) -> None:
        """Text that means, as a whole, what stands at start..end: an entity, an escape, an atom."""
        self._parts.append(text)
        self._starts.extend([start] * len(text))
        self._ends.extend([end] * len(text))

    def line_break(self, start: int, end: int, hard: bool = False) -> None:
        """A line break, with the white space and quote marks around it, that reads as a space."""
        self._breaks.append(len(self))
        self.stand_in(" ", start, end)
        if hard:
            self.fix(len(self) - 1)

    def fix(self, since: int) -> None:
        """Protect everything added since the builder's length was `since`."""
        self._fixed.append((since, len(self)))

    def build(self, kind: str) -> Segment | None:
        """The block, bare URLs, paths and identifiers turned into atoms; None when it is all white space."""
        text = "".join(self._parts)
        if not text or text.isspace():
            return None
        atoms = find_atoms(text)
        if atoms:
            text = self._with_atoms(text, atoms)
        return Segment(text, SourceMap(self._starts, self._ends, tuple(self._fixed), tuple(self._breaks)), kind)

    def _with_atoms(self, text: str, atoms: list[tuple[int, int]]) -> str:
        """Make each stretch one atom, here and in the map."""
        moved = _Moved(atoms)
        parts, starts, ends, done = [], array("I"), array("I"), 0
        for start, end in atoms:
            parts += [text[done:start], ATOM]
            starts.extend(self._starts[done : start + 1])
            ends.extend(self._ends[done:start])
            ends.append(self._ends[end - 1])
            done = end
        self._starts, self._ends = starts + self._starts[done:], ends + self._ends[done:]
        self._fixed = [(moved.first(start), moved.last(end)) for start, end in self._fixed]
        self._breaks = [moved.first(at) for at in self._breaks if not moved.swallows(at)]
        return "".join([*parts, text[done:]])


class _Moved:
    """Where places of a text lie once each of the given stretches has become one character."""

    def __init__(self, stretches: list[tuple[int, int]]) -> None:
        self._stretches = stretches
        self._starts = [start for start, _ in stretches]
        self._gone = list(accumulate((end - start - 1 for start, end in stretches), initial=0))

    def swallows(self, place: int) -> bool:
        """Whether the character at the place has become part of an atom."""
        at = bisect_right(self._starts, place)
        return at > 0 and place < self._stretches[at - 1][1]

    def first(self, place: int) -> int:
        """The place, or the beginning of the atom that has swallowed it."""
        at = bisect_right(self._starts, place)
        if at and place < self._stretches[at - 1][1]:
            return self._starts[at - 1] - self._gone[at - 1]
        return place - self._gone[at]

    def last(self, place: int) -> int:
        """The place as an end, or the end of the atom that has swallowed it."""
        at = bisect_left(self._starts, place)
        if at and place < self._stretches[at - 1][1]:
            return self._starts[at - 1] - self._gone[at - 1] + 1
        return place - self._gone[at]
