"""One line on a terminal's standard error that says how far a run is."""

from __future__ import annotations

import time
from typing import TextIO

_ERASE_LINE = "\r\x1b[2K"
_MAX_NAME = 40


class Progress:
    """Shows `3/17 name` with the time left; draws nothing unless the stream is a terminal."""

    def __init__(self, stream: TextIO, total: int, *, wanted: bool = True) -> None:
        self._stream = stream
        self._total = total
        self._shown = wanted and stream.isatty()
        self._drawn = False
        self._began = time.monotonic()

    def show(self, done: int, name: str) -> None:
        """Say that the next document, after `done` others, is `name`."""
        if not self._shown:
            return
        name = name if len(name) <= _MAX_NAME else "…" + name[1 - _MAX_NAME :]
        self._stream.write(f"{_ERASE_LINE}{done + 1}/{self._total} {name}{self._left(done)}")
        self._stream.flush()
        self._drawn = True

    def clear(self) -> None:
        """Take the line away, so that something else can be printed."""
        if self._drawn:
            self._stream.write(_ERASE_LINE)
            self._stream.flush()
            self._drawn = False

    def _left(self, done: int) -> str:
        if done == 0:
            return ""
        seconds = int((time.monotonic() - self._began) / done * (self._total - done))
        return f"  about {seconds // 60}:{seconds % 60:02} left"
