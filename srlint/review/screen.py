"""What a person sees: lines made of pieces, wrapped to the terminal, in colour, without, or as plain lines to be read
aloud."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from io import StringIO
from typing import TextIO

from srlint.output.escape import printable

# A stretch of a line and what it is.
Piece = tuple[str, str]

_STYLES = {
    "text": "",
    "place": "bold",
    "category": "magenta",
    "faint": "dim",
    "mark": "underline yellow",
    "removed": "strike red",
    "added": "green",
    "old": "red",
    "new": "green",
    "warning": "yellow",
    "key": "bold",
}
# What stands around a piece where there is no colour.
_SIGNS = {"removed": ("[-", "-]"), "added": ("{+", "+}"), "mark": ("[", "]")}
_ERASE_LINE = "\r\x1b[2K"
_USUAL_WIDTH = 80
_NARROWEST = 20


def of_text(text: str, kind: str) -> list[Piece]:
    """Text from a document or a name as a piece, harmless for a terminal; nothing for no text."""
    return [(printable(text), kind)] if text else []


class Screen:
    """Prints lines. Once the terminal is gone it prints nothing any more, and raises nothing: there is work to save."""

    def __init__(self, stream: TextIO | None = None, *, color: bool, plain: bool) -> None:
        self._stream = stream or sys.stdout
        self._color = color and not plain
        self.plain = plain
        self._busy = ""
        self._gone = False

    def line(self, *pieces: Piece, lead: str = "") -> None:
        """One line, which begins with `lead`; what does not fit goes on below it, indented as far."""
        self.calm()
        pieces = tuple(piece for piece in pieces if piece[0])
        if not self._color:
            pieces = tuple((_signed(text, kind), kind) for text, kind in pieces)
        if self.plain:
            self._write(lead + "".join(text for text, _ in pieces) + "\n")
            return
        for number, wrapped in enumerate(self._wrapped(pieces, len(lead)) or [""]):
            self._write((lead if number == 0 else " " * len(lead)) + wrapped + "\n")

    def say(self, text: str, kind: str = "text") -> None:
        """One line of our own words, which may hold text from elsewhere."""
        self.line((printable(text), kind))

    def keys(self, labels: Sequence[str]) -> None:
        """The line of keys, broken between labels only."""
        width, rows = self.width, [""]
        for label in labels:
            longer = f"{rows[-1]} {label}" if rows[-1] else label
            if len(longer) > width and rows[-1] and not self.plain:
                rows.append(label)
            else:
                rows[-1] = longer
        for row in rows:
            self.line((row, "key"))

    def ask(self, prompt: str) -> None:
        """The prompt that a key is to follow."""
        self.calm()
        self._write(f"{prompt} ")

    def answered(self, key: str) -> None:
        """Shows the key that was pressed, where the terminal does not do that itself."""
        if not self.plain:
            self._write(f"{printable(key)}\n")

    def busy(self, text: str) -> None:
        """One line that says what is being waited for, until something else is printed."""
        if text == self._busy or (self._busy and self.plain):
            return
        from rich.cells import set_cell_size

        row = printable(text)
        # A line that wraps could not be erased.
        fits = set_cell_size(row, self.width - 1).rstrip()
        self._write(f"{row}\n" if self.plain else f"{_ERASE_LINE}{fits}")
        self._busy = text

    def calm(self) -> None:
        """Takes the line of `busy` away."""
        if self._busy and not self.plain:
            self._write(_ERASE_LINE)
        self._busy = ""

    @property
    def width(self) -> int:
        """The columns of the terminal at this moment."""
        try:
            found = os.get_terminal_size(self._stream.fileno()).columns
        except (OSError, ValueError):
            found = 0
        return max(found or _USUAL_WIDTH, _NARROWEST)

    def _wrapped(self, pieces: Sequence[Piece], indent: int) -> list[str]:
        from rich.console import Console
        from rich.text import Text

        width = max(self.width - indent, _NARROWEST // 2)
        console = Console(
            file=StringIO(),
            width=width,
            force_terminal=True,
            color_system="standard" if self._color else None,
            no_color=False,  # whether to use colour was decided before
            legacy_windows=False,
        )
        text = Text.assemble(*((text, _STYLES[kind] if self._color else "") for text, kind in pieces))
        rows = []
        for row in text.wrap(console, width, overflow="fold", tab_size=1):
            row.rstrip()
            with console.capture() as capture:
                console.print(row, end="", soft_wrap=True, highlight=False, markup=False, emoji=False)
            rows.append(capture.get())
        return rows

    def _write(self, text: str) -> None:
        if self._gone:
            return
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):
            self._gone = True


def _signed(text: str, kind: str) -> str:
    before, after = _SIGNS.get(kind, ("", ""))
    return f"{before}{text}{after}"
