"""`srlint review` in a pseudo-terminal, as a person meets it."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pexpect

# What moves the cursor or sets colours; what is left is what can be read.
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]")
# What it says when it waits: for a key, for a reason, for a wording, for words to allow.
KEY, REASON, WORDING, WORDS = r"\n> ", r"no comment\): ", r"New wording .*none\): ", r"Words to allow .*none\): "
TIMEOUT = 60


class Terminal:
    """One run of the command. Colours are off unless they are asked for, and so is the language model."""

    def __init__(self, folder: Path, *arguments: str, model: bool = False, width: int = 80, **variables: str) -> None:
        kept = {name: value for name, value in os.environ.items() if name not in ("VISUAL", "EDITOR", "NO_COLOR")}
        own = {"TERM": "xterm-256color", "XDG_STATE_HOME": str(folder.parent / "state"), "INPUTRC": os.devnull}
        command = ["-m", "srlint", "review", *([] if model else ["--no-model"]), "--color", "never", *arguments]
        self.child = pexpect.spawn(
            sys.executable,
            command,
            cwd=str(folder),
            env=kept | own | variables,
            encoding="utf-8",
            timeout=TIMEOUT,
            dimensions=(50, width),
        )
        self.child.delaybeforesend = None
        self.raw = ""

    def until(self, pattern: str = KEY) -> str:
        """What it says until it waits for a key, or for a line."""
        self.child.expect(pattern)
        return self._read(self.child.before + self.child.after)

    def press(self, key: str, pattern: str = KEY) -> str:
        """What it says after a key, until it waits again."""
        self.child.send(key)
        return self.until(pattern)

    def type(self, line: str, pattern: str = KEY) -> str:
        """What it says after a line. What stood on it is taken away first."""
        self.child.send(f"\x01\x0b{line}\r")
        return self.until(pattern)

    def last(self, key: str) -> tuple[str, int]:
        """What it says after its last key, and its exit status."""
        self.child.send(key)
        return self.end()

    def left(self) -> int:
        """Its exit status after q, however often: one that comes together with another key does not count."""
        self.child.send("q")
        while self.child.expect([pexpect.EOF, KEY]):
            self.child.send("q")
        self.child.close()
        return self.child.exitstatus

    def end(self) -> tuple[str, int]:
        self.child.expect(pexpect.EOF)
        text = self._read(self.child.before)
        self.child.close()
        status = self.child.exitstatus
        return text, -(self.child.signalstatus or 0) if status is None else status

    def _read(self, text: str) -> str:
        self.raw += text
        return CONTROL.sub("", text).replace("\r", "")


def menu(text: str) -> str:
    """The keys in brackets in the last line of keys, in order."""
    rows = re.split(r"\n(?=\[)", text)
    return " ".join(re.findall(r"\[([^]]+)\]", " ".join(rows[1:]) if rows[1:] else text))
