"""Lines made of pieces, with colour through `rich` and without it as plain text that says the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import TextIO

from srlint.output.escape import begins_command, printable

# A stretch of a line and what it is; `_STYLES` gives the looks with colour, `_SIGNS` what stands around it without.
Piece = tuple[str, str]
_STYLES = {
    "plain": "",
    "place": "bold",
    "category": "magenta",
    "faint": "dim",
    "mark": "underline yellow",
    "removed": "strike red",
    "added": "green",
    "tag": "cyan",
}
_SIGNS = {"removed": ("[-", "-]"), "added": ("{+", "+}")}


def printer(stream: TextIO, color: bool) -> Callable[[list[Piece]], None]:
    """What writes a line of pieces to `stream`."""
    write = _in_color(stream) if color else _plainly(stream)
    return lambda line: write(_harmless(line))


def piece(text: str, kind: str) -> list[Piece]:
    """Text from a document as a piece, or no piece when there is no text."""
    return [(printable(text), kind)] if text else []


def _harmless(line: list[Piece]) -> list[Piece]:
    """The line with its first colon spelt out where the log of a workflow would take the line for a command."""
    if not begins_command("".join(text for text, _ in line)):
        return line
    first = next(at for at, (text, _) in enumerate(line) if text.strip())
    text, kind = line[first]
    return [*line[:first], (text.replace(":", "\\x3a", 1), kind), *line[first + 1 :]]


def _plainly(stream: TextIO) -> Callable[[list[Piece]], None]:
    return lambda line: print("".join(_signed(text, kind) for text, kind in line), file=stream)


def _signed(text: str, kind: str) -> str:
    before, after = _SIGNS.get(kind, ("", ""))
    return f"{before}{text}{after}"


def _in_color(stream: TextIO) -> Callable[[list[Piece]], None]:
    from rich.console import Console
    from rich.text import Text

    console = Console(
        file=stream, force_terminal=True, color_system="standard", no_color=False, highlight=False, soft_wrap=True
    )

    def write(line: list[Piece]) -> None:
        console.print(Text.assemble(*((text, _STYLES[kind]) for text, kind in line)), markup=False, emoji=False)

    return write
