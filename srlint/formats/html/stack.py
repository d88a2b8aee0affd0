"""Which elements are open at a place of an HTML document, also where end tags are missing or do not match."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from srlint.formats.html.tags import BARRIER, BARRIERS, ENDS, FENCES, KINDS, TABLE_PARTS


@dataclass(frozen=True, slots=True)
class Element:
    """An open element: its name, the kind of block that prose in it is, and how many elements it stands in."""

    name: str
    kind: str
    depth: int


class OpenElements:
    """The open elements from the outermost in. Every step takes the same time however deep they are nested."""

    def __init__(self) -> None:
        self._stack: list[Element] = []
        self._places: dict[str, list[int]] = {}  # by name, where in the stack

    def __len__(self) -> int:
        return len(self._stack)

    @property
    def kind(self) -> str:
        """The kind of block that prose is here."""
        return self._stack[-1].kind if self._stack else "paragraph"

    def open(self, name: str) -> Element:
        """An element has begun."""
        element = Element(name, KINDS.get(name, self.kind), len(self._stack))
        self._places.setdefault(name, []).append(element.depth)
        self._stack.append(element)
        return element

    def ended_by_start(self, name: str) -> Iterator[Element]:
        """Close the elements that a start tag of `name` ends without an end tag of theirs, from the innermost out."""
        if name not in ENDS:
            return
        within = self._last(BARRIERS.get(name, BARRIER))
        ended = [self._last((other,)) for other in ENDS[name]]
        yield from self._close(min((place for place in ended if place > within), default=None))

    def ended_by_end(self, name: str) -> Iterator[Element]:
        """Close what an end tag of `name` closes, from the innermost out: nothing when no such element is open."""
        place = self._last((name,))
        if place >= 0 and (name in TABLE_PARTS or place > self._last(FENCES)):
            yield from self._close(place)

    def all_ended(self) -> Iterator[Element]:
        """Close everything at the end of the document."""
        yield from self._close(0)

    def _last(self, names: Iterable[str]) -> int:
        return max((places[-1] for name in names if (places := self._places.get(name))), default=-1)

    def _close(self, place: int | None) -> Iterator[Element]:
        while place is not None and len(self._stack) > place:
            element = self._stack.pop()
            self._places[element.name].pop()
            yield element
