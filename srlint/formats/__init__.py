"""The document formats srlint reads: one module each, one explicit table of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath

from srlint.findings import Skipped
from srlint.formats import markdown, text
from srlint.formats.segment import Segment

# A format takes a document's text, and whether other people's words are to be judged too. It returns the
# blocks of prose in order, and what it left out.
Format = Callable[[str, bool], tuple[list[Segment], list[Skipped]]]

SYNTAXES: dict[str, Format] = {"markdown": markdown.segments, "text": text.segments}

SUFFIXES = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".mdown": "markdown",
    ".mkd": "markdown",
    ".mkdn": "markdown",
    ".mdwn": "markdown",
    ".txt": "text",
    ".text": "text",
}


def syntax_for(filename: str) -> str | None:
    """The syntax that a file's name stands for, or None when srlint does not read such files."""
    return SUFFIXES.get(PurePath(filename).suffix.lower())
