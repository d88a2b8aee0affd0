"""Places as an editor counts them: lines from 0, and columns in units of the encoding that both sides agreed on."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property

from lsprotocol.types import Position, Range

from srlint.document import LINE_END, Span

# Bytes of one unit, by encoding, and the codec that makes them.
_UNITS = {"utf-8": (1, "utf-8"), "utf-16": (2, "utf-16-le"), "utf-32": (4, "utf-32-le")}


class Places:
    """One text, and the way between offsets in it (code points) and positions.

    Lines end at `\\n`, `\\r\\n` and `\\r` only, as the protocol and srlint have it. Half of a surrogate pair, which an
    editor may send, counts as one unit.
    """

    def __init__(self, text: str, encoding: str = "utf-16") -> None:
        """`encoding` is "utf-8", "utf-16" or "utf-32". Raises KeyError for another."""
        self._text = text
        self._size, self._codec = _UNITS[encoding]

    def position(self, offset: int) -> Position:
        """Where a code point stands."""
        starts, _ = self._lines
        line = bisect_right(starts, offset) - 1
        return Position(line, self._units(self._text[starts[line] : offset]))

    def range(self, span: Span) -> Range:
        return Range(self.position(span.start), self.position(span.end))

    def offset(self, position: Position) -> int:
        """The code point at a position: behind the end of a line or the text, that end; in a character, its start."""
        starts, ends = self._lines
        if position.line >= len(starts):
            return len(self._text)
        start, end = starts[position.line], ends[position.line]
        line = self._text[start:end]
        if line.isascii():
            return min(start + max(position.character, 0), end)
        return start + self._code_points(line.encode(self._codec, "surrogatepass"), max(position.character, 0))

    @cached_property
    def _lines(self) -> tuple[list[int], list[int]]:
        """Where lines begin, and where they end, without their line end."""
        breaks = [match.span() for match in LINE_END.finditer(self._text)]
        return [0, *(end for _, end in breaks)], [*(start for start, _ in breaks), len(self._text)]

    def _units(self, text: str) -> int:
        return len(text) if text.isascii() else len(text.encode(self._codec, "surrogatepass")) // self._size

    def _code_points(self, line: bytes, units: int) -> int:
        cut = min(units * self._size, len(line))
        while cut < len(line) and self._is_inside(line, cut):
            cut -= self._size
        return len(line[:cut].decode(self._codec, "surrogatepass"))

    def _is_inside(self, line: bytes, cut: int) -> bool:
        """Whether a character of several units would be cut in two."""
        if self._size == 1:
            return line[cut] & 0xC0 == 0x80
        pair = self._size == 2 and cut > 0 and line[cut + 1] & 0xFC == 0xDC
        return pair and line[cut - 1] & 0xFC == 0xD8
