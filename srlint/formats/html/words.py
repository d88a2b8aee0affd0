"""The characters of HTML: white space collapses to one blank, entities are the characters they mean."""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from html.entities import html5
from operator import attrgetter

from srlint.formats.atoms import ATOM
from srlint.formats.html.source import Hidden
from srlint.formats.segment import Segment, SegmentBuilder

_PIECE = re.compile(
    r"(?P<words>[^ \t\r\n\f&]+(?: [^ \t\r\n\f&]+)*)"
    r"|(?P<space>[ \t\r\n\f]+)"
    r"|&(?:\#[xX][0-9a-fA-F]{1,40};?|\#[0-9]{1,40};?|(?P<name>[A-Za-z][A-Za-z0-9]{0,40};?))"
    r"|&"
)
_SPACES = " \t\r\n\f"
_LINE_ENDS = re.compile(r"[\r\n]")
_SOFT_HYPHEN = "\u00ad"  # where a word may be broken: no character of the word


class Words:
    """One block of prose, or one attribute's value, under construction."""

    def __init__(self, text: str, hidden: list[Hidden]) -> None:
        self._text = text
        self._hidden = hidden
        self.broken: list[Hidden] = []  # the broken tags that were met
        self._builder = SegmentBuilder()
        self._space: tuple[int, int] | None = None  # white space that counts only if something follows

    def __bool__(self) -> bool:
        return len(self._builder) > 0

    def read(self, start: int, end: int, in_attribute: bool = False) -> None:
        """Take what stands at start..end of the document: anything but tags."""
        for number in range(bisect_right(self._hidden, start, key=attrgetter("end")), len(self._hidden)):
            item = self._hidden[number]
            if item.start >= end:
                break
            self._plain(start, item.start, in_attribute)
            if item.kind in ("opaque", "broken"):
                self.mark(ATOM, max(item.start, start), min(item.end, end))
            if item.kind == "broken":
                self.broken.append(item)
            start = item.end
        self._plain(start, end, in_attribute)

    def mark(self, text: str, start: int, end: int) -> None:
        """Something that stands in for start..end of the document: an opaque element, a quotation mark."""
        self._end_space()
        self._builder.stand_in(text, start, end)
        self._builder.fix(len(self._builder) - len(text))

    def finish(self, kind: str, fixed: bool = False) -> Segment | None:
        """The block, after which the next one begins. `fixed`: nothing in it may be edited."""
        if fixed:
            self._builder.fix(0)
        segment = self._builder.build(kind)
        self._builder, self._space = SegmentBuilder(), None
        return segment

    def _plain(self, start: int, end: int, in_attribute: bool) -> None:
        while start < end:
            found = _PIECE.match(self._text, start, end)
            assert found is not None  # the pattern takes every character
            start = found.end()
            if found["space"]:
                self._space = self._space or found.span()
            elif found["words"]:
                self._literal(found["words"], found.start())
            else:
                start = self._entity(found, in_attribute)

    def _literal(self, words: str, start: int) -> None:
        self._end_space()
        self._builder.literal(words, start)

    def _entity(self, found: re.Match[str], in_attribute: bool) -> int:
        """Take the entity, or what only looks like one; the place after it."""
        start, end = found.span()
        meant = html.unescape(found[0])
        if found["name"]:
            known = _known(found["name"])
            end = start + 1 + len(known)
            # "?a=b&copy=c" in an attribute is an address, not a sign of copyright.
            is_address = in_attribute and not known.endswith(";") and _goes_on(self._text[end : end + 1])
            meant = "" if is_address else html5.get(known, "")
        if found[0] == "&" or (found["name"] and not meant):
            self._literal(found[0], start)
            return found.end()
        if meant and meant in _SPACES:
            self._space = self._space or (start, end)
        elif meant and meant != _SOFT_HYPHEN:
            self._end_space()
            self._builder.stand_in(meant, start, end)
        return end

    def _end_space(self) -> None:
        """Write the blank that is due. At the beginning of a block none is."""
        if self._space is None:
            return
        (start, end), self._space = self._space, None
        if not len(self._builder):
            return
        source = self._text[start:end]
        if source == " ":
            self._builder.literal(source, start)
        elif _LINE_ENDS.search(source):
            self._builder.line_break(start, end)
        else:
            self._builder.stand_in(" ", start, end)


def _known(name: str) -> str:
    """The longest beginning of `name` that is an entity's name; empty when there is none."""
    return next((name[:end] for end in range(len(name), 1, -1) if name[:end] in html5), "")


def _goes_on(character: str) -> bool:
    return character == "=" or (character.isascii() and character.isalnum())
