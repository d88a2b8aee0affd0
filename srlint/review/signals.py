"""Signals during a review: they end it where it waits for somebody, and never while it writes."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

# Not every system has all of them.
_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")
# Seconds between two looks for signals while something waits in C.
_LOOK = 0.2


class StopError(Exception):
    """The review has to end: `signal` says because of which signal, None when the input has ended."""

    def __init__(self, number: int | None = None) -> None:
        super().__init__(number)
        self.signal = number


class Signals:
    """Turns signals into StopError inside `waiting`, at once or, when one came before, at its beginning."""

    def __init__(self) -> None:
        self._received: int | None = None
        self._waiting = False
        self._former: dict[int, Any] = {}

    def __enter__(self) -> Signals:
        for name in _NAMES:
            number = getattr(signal, name, None)
            if number is not None:
                self._former[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *error: object) -> None:
        for number, handler in self._former.items():
            signal.signal(number, handler)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Around what may be broken off."""
        self._waiting = True
        try:
            self._stop_if_asked()
            yield
        finally:
            self._waiting = False

    def forget_interrupt(self) -> None:
        """An interrupt that was meant for another program, such as an editor, is none for the review."""
        if self._received == signal.SIGINT:
            self._received = None

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self._received in (None, signal.SIGINT):  # the wish to end counts more than an interrupt
            self._received = number
        if self._waiting:
            self._stop_if_asked()

    def _stop_if_asked(self) -> None:
        if self._received is not None:
            number, self._received = self._received, None
            self._waiting = False
            raise StopError(number)


@contextmanager
def nudged() -> Iterator[None]:
    """Around waiting in C that only a signal breaks off, such as GNU readline's for a key or a read of one: one that
    came just before it, or that another thread was given, is looked at a moment later. For the main thread, and not on
    Windows.
    """
    former = signal.signal(signal.SIGALRM, lambda number, frame: None)
    signal.setitimer(signal.ITIMER_REAL, _LOOK, _LOOK)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)
