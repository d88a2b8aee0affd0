"""One run of Markdown's prose under construction, with the white space around what vanishes and the line breaks."""

from __future__ import annotations

from dataclasses import dataclass, field

from srlint.formats.atoms import ATOM
from srlint.formats.segment import SegmentBuilder


@dataclass(slots=True)
class Link:
    """An open link: where its label began if that may not change, and up to where it is left out after its label."""

    fixed_from: int | None
    end: int


@dataclass(slots=True)
class Run:
    """The words of a block, or of an image's alternative text inside it."""

    fixed: bool = False  # the run is also the name of a reference, and may not change
    hidden: bool = False  # nothing of it is prose
    builder: SegmentBuilder = field(default_factory=SegmentBuilder)
    ready: list[SegmentBuilder] = field(default_factory=list)  # stretches that a line tag has ended
    links: list[Link] = field(default_factory=list)
    opaque: tuple[str, int] | None = None  # an HTML element whose end is awaited: its name and start
    role: int | None = None  # where a role began whose content comes next
    _last: str = " "  # the last character that was added
    _gap: bool = False  # something has vanished after white space: no more of it before the next word
    _pending: tuple[int, int, bool] | None = None  # a line break whose following indentation is not known yet

    @property
    def silent(self) -> bool:
        """Whether nothing can be added now."""
        return self.hidden or self.opaque is not None

    @property
    def empty(self) -> bool:
        """Whether nothing has been added yet."""
        return not (len(self.builder) or self.ready or self.opaque)

    def begin(self) -> None:
        """What comes next stands in another block than what came before."""
        self._last, self._gap, self._pending = " ", False, None

    def stand_in(self, value: str, start: int, end: int) -> None:
        """Text that means, as a whole, what stands at start..end."""
        self.builder.stand_in(value, start, end)
        self._last, self._gap = value[-1], False

    def literal(self, value: str, start: int) -> None:
        """Text that stands letter for letter at `start`."""
        if self._gap:
            rest = value.lstrip(" \t")
            start, value = start + len(value) - len(rest), rest
        if value:
            if self._pending is not None:
                self.end_break(start)
            self.builder.literal(value, start)
            self._last, self._gap = value[-1], False

    def line_break(self, start: int, end: int, hard: bool) -> None:
        """A line break; what stands between it and the next word belongs to it."""
        self._pending = (self._pending[0] if self._pending else start, end, hard)

    def end_break(self, start: int) -> None:
        """Turn a pending line break, with the indentation and quote marks up to `start`, into one space."""
        if self._pending is not None:
            (first, last, hard), self._pending = self._pending, None
            if not self._gap and len(self.builder):
                self.builder.line_break(first, max(start, last), hard)
                self._last = " "

    def vanish(self, start: int) -> None:
        """Something at `start` that is not there for a reader: the white space around it counts once."""
        self.end_break(start)
        self._gap = self._gap or self._last.isspace()

    def split(self) -> None:
        """A line tag ends a block: it stands between the lines of a table cell or an address, which are no sentence."""
        for link in self.links:
            if link.fixed_from is not None:
                self.builder.fix(link.fixed_from)
                link.fixed_from = 0
        if len(self.builder):
            self.ready.append(self.builder)
            self.builder = SegmentBuilder()
        self.begin()

    def close_element(self, end: int) -> None:
        """The opaque element is complete; one that was never closed hides the rest of its block."""
        if self.opaque is not None:
            (_, since), self.opaque = self.opaque, None
            self.stand_in(ATOM, since, max(end, since + 1))
