"""One line on a terminal's standard error that says how far a run is and, when it is long, how long it will take."""

from __future__ import annotations

import os
import time
import unicodedata
from collections.abc import Callable, Sequence
from typing import TextIO

_ERASE_LINE = "\r\x1b[2K"
_USUAL_WIDTH = 80
_ESTIMATE_AFTER = 3.0  # seconds: before that the models are loading, and a guess would jump


class Progress:
    """Shows `3/17 name  about 2 min left`; draws nothing unless the stream is a terminal and it is `wanted`.

    `sizes` of the documents in turn, if given, weigh the estimate; `clock` counts seconds.
    """

    def __init__(
        self,
        stream: TextIO,
        total: int,
        *,
        wanted: bool = True,
        sizes: Sequence[int] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream = stream
        self._total = total
        self._shown = wanted and stream.isatty()
        # One more for each, so that empty documents weigh something.
        self._sizes = [size + 1 for size in sizes] or [1] * total
        self._clock = clock
        self._began = clock()
        self._visible = False

    def show(self, done: int, name: str) -> None:
        """Say that the next document, after `done` others, is `name`."""
        if not self._shown:
            return
        count, left = f"{done + 1}/{self._total} ", self._left(done, self._clock() - self._began)
        room = _width(self._stream) - 1 - len(count) - len(left)
        self._stream.write(f"{_ERASE_LINE}{count}{_cut(name, room)}{left}")
        self._stream.flush()
        self._visible = True

    def clear(self) -> None:
        """Take the line away, so that something else can be printed."""
        if self._visible:
            self._stream.write(_ERASE_LINE)
            self._stream.flush()
            self._visible = False

    def _left(self, done: int, passed: float) -> str:
        if done == 0 or passed < _ESTIMATE_AFTER:
            return ""
        return f"  about {duration(passed / sum(self._sizes[:done]) * sum(self._sizes[done:]))} left"


def duration(seconds: float) -> str:
    """As people say it: `40 s`, `12 min`, `2 h 5 min`."""
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def _width(stream: TextIO) -> int:
    try:
        # A terminal may not know its width, and then says 0.
        return os.get_terminal_size(stream.fileno()).columns or _USUAL_WIDTH
    except (OSError, ValueError):
        return _USUAL_WIDTH


def _cut(name: str, room: int) -> str:
    """The end of `name` that fits: a line that wraps could not be erased."""
    if sum(map(_cells, name)) <= room:
        return name
    kept, at = 1, len(name)
    while at > 0 and kept + _cells(name[at - 1]) <= room:
        at -= 1
        kept += _cells(name[at])
    return "…" + name[at:] if room > 0 else ""


def _cells(char: str) -> int:
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
