"""The blocks of prose that a LaTeX reader is building: one at a time, and the notes inside it."""

from __future__ import annotations

from dataclasses import dataclass, field

from srlint.formats.segment import Segment
from srlint.formats.spacing import SpacedBuilder


@dataclass(slots=True)
class _Block:
    """A block under construction; `after` are the notes inside it, to follow it.

    `done` are the complete blocks before it: of the document, or of the note it belongs to.
    """

    done: list[Segment]
    builder: SpacedBuilder = field(default_factory=SpacedBuilder)
    after: list[Segment] = field(default_factory=list)


class Blocks:
    """Gathers plain text, block by block, in `done`."""

    def __init__(self, done: list[Segment]) -> None:
        self._stack = [_Block(done)]

    @property
    def builder(self) -> SpacedBuilder:
        """Where the block under construction is written."""
        return self._stack[-1].builder

    def flush(self, kind: str) -> None:
        """Finish the block under construction; the notes inside it follow it."""
        block = self._stack[-1]
        segment = block.builder.build(kind) if len(block.builder) else None
        if segment is not None:
            block.done.append(segment)
        block.done.extend(block.after)
        self._stack[-1] = _Block(block.done)

    def open_note(self) -> None:
        """Begin a note: what follows is no part of the block under construction."""
        self._stack.append(_Block([]))

    def close_note(self, kind: str) -> None:
        """Finish the note and go on with the block it stands in."""
        self.flush(kind)
        note = self._stack.pop()
        self._stack[-1].after.extend(note.done)
