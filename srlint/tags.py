"""Edit tags: what a rewrite does with each token of a passage. Training and the command both tag this way."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from srlint.document import Span
from srlint.edits import diff

# A token stays, goes with nothing in its place, or goes for other words.
KEEP, CUT, REPLACE = range(3)
TAGS = ("keep", "cut", "replace")

_PIECE = re.compile(r"\S+")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


def changes(text: str, new: str) -> Iterator[tuple[Span, str]]:
    """What goes and the words that come for it, without those at either end that are the same but for their case: where
    the first words of a sentence go, the next one gets a capital. Words that are put between others take the next one
    along.
    """
    for edit in diff(text, new):
        old = [Span(*piece.span()) for piece in _PIECE.finditer(text, edit.span.start, edit.span.end)]
        words = edit.text.split()
        if not old and words:
            following = _WORD.search(text, edit.span.start)
            if following is not None:
                yield Span(*following.span()), " ".join([*words, following[0]])
            continue
        while old and words and _bare(text[old[0].start : old[0].end]) == _bare(words[0]):
            del old[0], words[0]
        while old and words and _bare(text[old[-1].start : old[-1].end]) == _bare(words[-1]):
            del old[-1], words[-1]
        if old:
            yield Span(old[0].start, old[-1].end), " ".join(words)


def tags(text: str, new: str, tokens: Sequence[Span]) -> list[int]:
    """A tag for each token of `text` that makes it `new`."""
    found = [KEEP] * len(tokens)
    for span, words in changes(text, new):
        for at in covered(span, tokens):
            found[at] = REPLACE if words else CUT
    return found


def covered(span: Span, tokens: Sequence[Span]) -> range:
    """The places of the tokens that the span touches."""
    touched = [at for at, token in enumerate(tokens) if token.start < span.end and span.start < token.end]
    return range(touched[0], touched[-1] + 1) if touched else range(0)


def _bare(word: str) -> str:
    return word.lower().strip(".,;:!?\"'()")
