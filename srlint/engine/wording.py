"""Which words a gap may get: plain ones, and not those of the marks again."""

from __future__ import annotations

import re
from collections.abc import Sequence

from srlint.document import Span

_WORD = re.compile(r"\w+")
# What an infill may be made of. Anything else (a line break, markup, a placeholder) is not a word in a sentence.
_PLAIN = re.compile(r"[ a-z0-9'’,\-]+", re.ASCII | re.IGNORECASE)
# What is known of a vocabulary by this pattern is kept under this name.
PLAIN = f"plain words {_PLAIN.pattern}"
# Words that may return from a mark: they carry no fault of their own.
_FUNCTION_WORDS = frozenset(
    "a an and are as at be by for from had has have he her his in is it its of on or our own she so than that the "
    "their them they this to was we were who will with you your".split()
)


def plain_words(pieces: Sequence[bytes]) -> bytes:
    """A bit for each token, in order: whether it may open the words of a gap, and then whether it may go on in them."""
    import numpy

    texts = [piece.decode("utf-8", "replace") for piece in pieces]
    plain = numpy.array([bool(_PLAIN.fullmatch(text)) and not text.isspace() for text in texts])
    space = numpy.array([text.startswith(" ") and text[1:2].isalpha() for text in texts])
    return numpy.packbits([plain & space, plain], axis=1).tobytes()


def marked_words(text: str, marks: Sequence[Span]) -> set[str]:
    return content_words(" ".join(text[mark.start : mark.end] for mark in marks))


def content_words(text: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(text)} - _FUNCTION_WORDS
