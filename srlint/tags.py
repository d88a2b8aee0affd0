"""Edit tags: what a rewrite does with each token of a passage. Training and the command both tag this way."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from srlint.document import Span
from srlint.edits import diff

# A token stays, goes with nothing in its place, or goes for other words.
KEEP, CUT, REPLACE = range(3)
TAGS = ("keep", "cut", "replace")

_WORD = re.compile(r"\S+")


def tags(text: str, new: str, tokens: Sequence[Span]) -> list[int]:
    """A tag for each token of `text` that makes it `new`. Words that are put between others change no tag."""
    found = [KEEP] * len(tokens)
    for span, words in _changes(text, new):
        for at, token in enumerate(tokens):
            if token.start < span.end and span.start < token.end:
                found[at] = REPLACE if words else CUT
    return found


def _changes(text: str, new: str) -> Iterator[tuple[Span, list[str]]]:
    """What goes and the words that come for it, without those at either end that are the same but for their case: where
    the first words of a sentence go, the next one gets a capital."""
    for edit in diff(text, new):
        old = [Span(*word.span()) for word in _WORD.finditer(text, edit.span.start, edit.span.end)]
        words = edit.text.split()
        while old and words and _bare(text[old[0].start : old[0].end]) == _bare(words[0]):
            del old[0], words[0]
        while old and words and _bare(text[old[-1].start : old[-1].end]) == _bare(words[-1]):
            del old[-1], words[-1]
        if old:
            yield Span(old[0].start, old[-1].end), words


def _bare(word: str) -> str:
    return word.lower().strip(".,;:!?\"'()")
