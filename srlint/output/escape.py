"""Text from documents and file names, made fit for a terminal."""

from __future__ import annotations

import re

_SPACES = re.compile(r"\s+")
# Joiners shape letters and emoji; unlike direction marks and other invisible characters they cannot mislead a reader.
_JOINERS = frozenset("\u200c\u200d")


def printable(text: str) -> str:
    """`text` on one line: white space as single spaces; control, direction and other invisible characters spelt out."""
    return spelt(_SPACES.sub(" ", text))


def spelt(text: str, keep: str = "") -> str:
    """`text` with control, direction and other invisible characters spelt out, except those in `keep`."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char in _JOINERS or char in keep else _code(char) for char in text)


def _code(char: str) -> str:
    code = ord(char)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
