"""What a fuzzing process says of its work while it works, in a file that it shares with the one that watches it."""

from __future__ import annotations

import mmap
import struct
from pathlib import Path
from types import TracebackType

from benchmarks.fuzzing.mutate import MOST_BYTES

# Executions begun; when the last one began (0: none is running), and what the process had worked by then, in seconds;
# failures; seconds of the longest one, its number; memory above the start in KiB; bytes of the input.
_FIELDS = ("begun", "started", "worked", "failures", "longest", "longest_number", "peak", "_length")
_HEAD = struct.Struct("<QddQdQqQ")
# Inputs of a guided run may be made longer than ours.
_ROOM = 4 * MOST_BYTES


class Board:
    """The figures, each a field; `input` is what is being executed. Both sides see every change at once."""

    begun: int
    started: float
    worked: float
    failures: int
    longest: float
    longest_number: int
    peak: int
    _length: int

    def __init__(self, file: Path, new: bool = False) -> None:
        if new:
            file.write_bytes(bytes(_HEAD.size + _ROOM))
        with open(file, "r+b") as stream:
            self._memory = mmap.mmap(stream.fileno(), _HEAD.size + _ROOM)
        self.load()

    def load(self) -> None:
        """Reads what the other side has written."""
        for name, value in zip(_FIELDS, _HEAD.unpack_from(self._memory), strict=True):
            setattr(self, name, value)

    def save(self) -> None:
        _HEAD.pack_into(self._memory, 0, *(getattr(self, name) for name in _FIELDS))

    @property
    def input(self) -> bytes:
        return self._memory[_HEAD.size : _HEAD.size + self._length]

    @input.setter
    def input(self, data: bytes) -> None:
        data = data[:_ROOM]
        self._length = len(data)
        self._memory[_HEAD.size : _HEAD.size + len(data)] = data

    def __enter__(self) -> Board:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._memory.close()
