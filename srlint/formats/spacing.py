"""A builder for formats in which markup vanishes from between blanks."""

from __future__ import annotations

from srlint.formats.segment import SegmentBuilder


class SpacedBuilder(SegmentBuilder):
    """A SegmentBuilder that begins with no blank and keeps only the first of the blanks that meet."""

    def __init__(self) -> None:
        super().__init__()
        self._spaced = True

    def literal(self, text: str, start: int) -> None:
        if self._spaced:
            kept = text.lstrip(" \t")
            start += len(text) - len(kept)
            text = kept
        if text:
            super().literal(text, start)
            self._spaced = text[-1] in " \t"

    def stand_in(self, text: str, start: int, end: int) -> None:
        if text and not (self._spaced and text == " "):
            super().stand_in(text, start, end)
            self._spaced = text == " "

    def line_break(self, start: int, end: int, hard: bool = False) -> None:
        if not self._spaced:
            super().line_break(start, end, hard)
