"""Keys and lines from a Windows console, by way of msvcrt."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from srlint.review.signals import Signals, StopError

# Seconds between two looks at the keyboard: a console read that waits cannot be interrupted by Ctrl-C.
_LOOK = 0.05
# These come first of two characters for a key that stands for none.
_SPECIAL = ("\x00", "\xe0")
_ENDS = ("\x03", "\x04", "\x1a")  # Ctrl-C where the console does not make a signal of it, Ctrl-D, Ctrl-Z


class WindowsKeyboard:
    """Waits for keys without echo. Lines are edited by the console itself, so that they begin empty."""

    def __init__(self, signals: Signals, *, plain: bool) -> None:
        import msvcrt

        self._console: Any = msvcrt
        self._signals = signals
        self._plain = plain

    def __enter__(self) -> WindowsKeyboard:
        os.system("")  # makes the console understand what the screen writes to take a line away
        return self

    def __exit__(self, *error: object) -> None:
        return None

    def ready(self) -> None:
        while self._console.kbhit():
            self._console.getwch()

    def key(self) -> str:
        if self._plain:
            return self._line().strip()
        with self._signals.waiting():
            while not self._console.kbhit():
                time.sleep(_LOOK)
            typed: str = self._console.getwch()
            if typed in _SPECIAL:
                typed += self._console.getwch()
            while self._console.kbhit():  # pasted: no answer to anything
                typed += self._console.getwch()
        if typed in _ENDS:
            raise StopError
        return typed

    def line(self, prompt: str, text: str = "") -> str:
        self.ready()
        print(prompt, end="", flush=True)
        return self._line()

    @contextmanager
    def lent(self) -> Iterator[None]:
        yield
        self._signals.forget_interrupt()

    def _line(self) -> str:
        with self._signals.waiting():
            typed = sys.stdin.readline()
        if not typed:
            raise StopError
        return typed.rstrip("\r\n")
