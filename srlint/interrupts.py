"""Interrupts that wait while something is done that would lose them."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

# The exit status of a process that was interrupted.
INTERRUPTED = 130


@contextmanager
def put_off() -> Iterator[None]:
    """Ctrl-C does what it does after the block, also when that fails.

    For the loading of libraries written in C: what Python code that they call raises they print and forget.
    """
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield
        return
    came: list[tuple[int, FrameType | None]] = []
    signal.signal(signal.SIGINT, lambda number, frame: came.append((number, frame)))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if came:
            before(*came[0])
