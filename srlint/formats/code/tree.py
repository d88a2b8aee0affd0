"""The syntax tree of a program, or an error when a damaged one keeps the grammar busy for too long."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from srlint.errors import DocumentError
from srlint.formats.code.languages import LANGUAGES, grammar

if TYPE_CHECKING:
    from tree_sitter import Tree

# Where comments and quotes are not closed, tree-sitter may need the square of the length, or more: minutes for 30 KB.
# Stopped on the way it loses memory, so a program is first tried from its beginning on: by so many bytes, then by twice
# as many, and so on.
_FIRST = 1 << 12
# Seconds of a processor that a try may take, and for each of its bytes: thirty times what a sound program takes.
_SECONDS, _SECONDS_A_BYTE = 0.1, 1e-5


def tree(source: str, language: str) -> Tree:
    """Raises DocumentError when the grammar is not installed, or would not come to an end."""
    known = grammar(language)
    from tree_sitter import Parser

    parser, data, size = Parser(known), source.encode(), _FIRST
    while size < len(data):
        begun = time.thread_time()
        parser.parse(data[:size])
        if time.thread_time() - begun > _SECONDS + _SECONDS_A_BYTE * size:
            raise DocumentError(f"damaged {LANGUAGES[language].name}: reading it would take too long")
        size *= 2
    return parser.parse(data)
