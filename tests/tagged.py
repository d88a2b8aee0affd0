"""A passage as an edit tagger sees it, with scores of the test's own."""

from __future__ import annotations

import re

import numpy

from srlint.document import Span
from srlint.phrases import END, Phrases
from srlint.tagger import Tagged
from srlint.tags import CUT, KEEP, REPLACE, TAGS


def words(text: str) -> list[Span]:
    """A token for each word and each other character."""
    return [Span(*found.span()) for found in re.finditer(r"\w+|[^\w\s]", text)]


class Decoder:
    """Says the same phrases in every place, each with its log-probability."""

    capitals = {"polish": "Polish"}

    def __init__(self, phrases: dict[tuple[str, ...], float]):
        self.vocabulary = ["[PAD]", *sorted({word for phrase in phrases for word in phrase})]
        self._phrases = {tuple(map(self.vocabulary.index, phrase)): value for phrase, value in phrases.items()}

    def pieces(self, phrase: str) -> list[int | None]:
        return [self.vocabulary.index(word) if word in self.vocabulary else None for word in phrase.split()]

    def run(self, memory, inside, said):
        """What is likely after each beginning hangs on all phrases that begin so."""
        assert (inside.sum(1) > 0).all()
        length = said.shape[1] + 1
        scores = numpy.full((len(said), length, len(self.vocabulary)), -30.0)
        for row, pieces in zip(scores, said.tolist(), strict=True):
            for at in range(length):
                begun = tuple(pieces[:at])
                own = {one: value for one, value in self._phrases.items() if one[:at] == begun}
                total = sum(numpy.exp(value) for value in own.values())
                for piece in range(len(self.vocabulary)):
                    wanted = (*begun, piece) if piece != END else begun
                    share = sum(
                        numpy.exp(value)
                        for one, value in own.items()
                        if (one == wanted if piece == END else one[: at + 1] == wanted)
                    )
                    if share:
                        row[at, piece] = numpy.log(share / (total if at else 1.0))
        return scores


def tagged(text: str, *, cut: str = "", replace: str = "", turns=((0.0,) * 3,) * 3, phrases=None) -> Tagged:
    """A passage in whose given words an editor would cut or replace something, and change nothing else.

    `phrases` are what can come for it, with their log-probabilities.
    """
    tokens = words(text)
    scores = numpy.zeros((len(tokens), len(TAGS)))
    scores[:, KEEP] = 3.0
    for part, tag in ((cut, CUT), (replace, REPLACE)):
        at = text.find(part) if part else -1
        for place, token in enumerate(tokens):
            if at >= 0 and at <= token.start < at + len(part):
                scores[place] = -3.0
                scores[place, [KEEP, tag]] = 0.0, 3.0
    decoder = Decoder(phrases or {})
    said = Phrases(lambda: decoder, text, numpy.zeros((len(tokens) + 2, 1)), 1) if phrases else None
    return Tagged(text, tokens, scores, numpy.array(turns), said)
