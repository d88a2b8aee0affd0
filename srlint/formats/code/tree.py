"""The syntax tree of a program, or an error when a damaged one keeps the grammar busy for too long.

Where comments and quotes are not closed, tree-sitter may need the square of the length, or more: minutes for 30 KB. It
can be stopped on the way, but then it takes the source by pieces and loses a little memory with each. So a program is
first tried from its beginning on, by some bytes, by twice as many, and so on; only one that is slow there, such as a
sound one with a long comment that a try cuts in two, is read in the way that can be stopped.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from srlint.errors import DocumentError
from srlint.formats.code.languages import LANGUAGES, grammar

if TYPE_CHECKING:
    from tree_sitter import Parser, Tree

_FIRST = 1 << 12  # bytes of the first try
# Seconds of a processor: a slow try takes more, and a program that takes more is given up. A sound one takes a
# thirtieth of what is allowed for each byte.
_SLOW, _LONGEST, _EACH_BYTE = 0.1, 0.75, 1e-5


def tree(source: str, language: str) -> Tree:
    """Raises DocumentError when the grammar is not installed, or would not come to an end."""
    known = grammar(language)
    from tree_sitter import Parser

    parser, data = Parser(known), source.encode()
    if not _is_slow(parser, data):
        return parser.parse(data)
    found = _within(parser, data, _LONGEST + _EACH_BYTE * len(data))
    if found is None:
        raise DocumentError(f"damaged {LANGUAGES[language].name}: reading it would take too long")
    return found


def _is_slow(parser: Parser, data: bytes) -> bool:
    size = _FIRST
    while size < len(data):
        begun = time.thread_time()
        parser.parse(data[:size])
        if time.thread_time() - begun > _SLOW + _EACH_BYTE * size:
            return True
        size *= 2
    return False


def _within(parser: Parser, data: bytes, seconds: float) -> Tree | None:
    """The tree, if it comes in time."""
    until = time.thread_time() + seconds
    pieces = [memoryview(data)]

    def read(place: int, _: object) -> memoryview:
        pieces.append(pieces[0][place:])
        return pieces[-1]

    try:
        return parser.parse(read, progress_callback=lambda place, wrong: time.thread_time() > until)
    except ValueError:
        return None
    finally:
        parser.reset()
        for piece in pieces:  # the parser forgets to: the source would stay in memory
            piece.release()
