"""From the byte offsets that parsers give to code points."""

from __future__ import annotations

from array import array
from itertools import accumulate

_LEADS = bytes(0 if 0x80 <= byte < 0xC0 else 1 for byte in range(256))


class CodePoints:
    """Turns byte offsets of `text` in UTF-8 into code-point offsets. Costs nothing for ASCII."""

    def __init__(self, text: str) -> None:
        self._table = None if text.isascii() else array("I", accumulate(text.encode().translate(_LEADS), initial=0))

    def __call__(self, offset: int) -> int:
        return offset if self._table is None else self._table[offset]
