"""Keys and lines from a terminal. What was typed before a question is thrown away: it cannot be an answer to it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from typing import Any, Protocol

from srlint.review.signals import Signals, StopError, nudged


class Keyboard(Protocol):
    """Where answers come from. All of it raises StopError when the input ends or a signal says so."""

    def __enter__(self) -> Keyboard: ...

    def __exit__(self, *error: object) -> None: ...

    def ready(self) -> None:
        """To be called before a question is put: what was typed until now is no answer to it."""

    def key(self) -> str:
        """One key; a longer text for a key that stands for no character, or for several at once."""

    def line(self, prompt: str, text: str = "") -> str:
        """One line, beginning with `text` where the terminal can do that."""

    def lent(self) -> Any:
        """A context in which another program has the terminal."""


def open_keyboard(signals: Signals, *, plain: bool) -> Keyboard:
    """The keyboard of this system. `plain`: whole lines, and no cursor that moves."""
    if sys.platform == "win32":
        from srlint.review.keyboard_windows import WindowsKeyboard

        return WindowsKeyboard(signals, plain=plain)
    return TerminalKeyboard(signals, plain=plain)


class TerminalKeyboard:
    """Single keys by way of termios; the terminal is as it was before once the review is over or waits for a line."""

    def __init__(self, signals: Signals, *, plain: bool) -> None:
        self._signals = signals
        self._plain = plain
        self._input = sys.stdin.fileno()
        self._former: Any = None

    def __enter__(self) -> TerminalKeyboard:
        import termios

        self._former = termios.tcgetattr(self._input)
        self.ready()
        return self

    def __exit__(self, *error: object) -> None:
        self._give_back()

    def ready(self) -> None:
        import termios
        import tty

        try:
            if not self._plain:  # at once and without echo, also after a program that had the terminal
                tty.setcbreak(self._input, termios.TCSADRAIN)
            termios.tcflush(self._input, termios.TCIFLUSH)
        except termios.error:  # the terminal is gone
            raise StopError from None

    def key(self) -> str:
        if self._plain:
            return self._line().strip()
        with nudged(), self._signals.waiting():
            typed = self._bytes()
        if typed in (b"", b"\x04"):  # the end, or the key for it
            raise StopError
        return typed.decode("utf-8", "replace")

    def line(self, prompt: str, text: str = "") -> str:
        self.ready()
        self._give_back()
        if self._plain or find_spec("readline") is None:
            print(prompt, end="", flush=True)
            return self._line()
        import readline

        readline.set_startup_hook(lambda: readline.insert_text(text))
        try:
            with nudged(), self._signals.waiting():
                return input(prompt)
        except EOFError:
            raise StopError from None
        finally:
            readline.set_startup_hook(None)

    @contextmanager
    def lent(self) -> Iterator[None]:
        self._give_back()
        try:
            yield
        finally:
            self._signals.forget_interrupt()
            self.ready()

    def _line(self) -> str:
        """A line as the terminal itself lets people edit it."""
        with nudged(), self._signals.waiting():
            typed = b""
            while not typed.endswith(b"\n"):
                piece = self._bytes()
                if not piece:
                    raise StopError
                typed += piece
        return typed.decode("utf-8", "replace").rstrip("\r\n")

    def _bytes(self) -> bytes:
        try:
            return os.read(self._input, 4096)
        except OSError:  # the terminal is gone
            return b""

    def _give_back(self) -> None:
        import termios

        if self._former is not None:
            # A terminal that is gone needs nothing.
            with suppress(termios.error):
                termios.tcsetattr(self._input, termios.TCSADRAIN, self._former)
