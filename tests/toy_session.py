"""A stand-in for a loaded model, small enough to reckon with by hand: what follows hangs on the last token alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy

from srlint.categories import IDS
from srlint.engine.session import BRANCHES, FIRST_BRANCH, PREFIX, QUESTION, Feed

# The score of what `follows` does not name.
UNLIKELY = -9.0
# What any character reads as that is in no word of the vocabulary.
UNKNOWN = "\ufffd"


class ToySession:
    """`follows` maps a token to the scores of those after it; "" stands for the question, "<end>" ends an answer."""

    def __init__(self, words: Sequence[str], follows: Mapping[str, Mapping[str, float]]):
        self._texts = ["<end>", UNKNOWN, "clean", *IDS, ", ", "\n", "-", *"<>0123456789", *words]
        self._follows = follows
        self.vocabulary = len(self._texts)
        self.end = 0
        self.sequences: dict[int, list[int]] = {PREFIX: [], QUESTION: []}
        self.forced: list[str] = []
        self.goes_back = True

    def tokens(self, text: str) -> list[int]:
        """The longest token of the vocabulary at each place."""
        found, at = [], 0
        while at < len(text):
            fitting = [own for own in self._texts[1:] if text.startswith(own, at)]
            longest = max(fitting, key=len, default=UNKNOWN)
            found.append(self._texts.index(longest))
            at += len(longest)
        return found

    def pieces(self) -> list[bytes]:
        return [b"", *(text.encode() for text in self._texts[1:])]

    def text(self, tokens: Sequence[int]) -> str:
        return "".join(self._texts[token] for token in tokens if token)

    def ends(self, token: int) -> bool:
        return token == self.end

    def ask(self, question: str) -> numpy.ndarray:
        self.sequences = {PREFIX: [], QUESTION: []}
        return self._row(None)

    def known(self, name: str) -> None:
        return None

    def keep(self, name: str, content: bytes) -> None:
        pass

    def room(self, sequence: int) -> int:
        return 2000

    def length(self, sequence: int) -> int:
        return len(self.sequences[sequence])

    def clear(self) -> None:
        self.sequences = {PREFIX: [], QUESTION: self.sequences[QUESTION]}

    def fork(self, source: int, target: int, length: int | None = None) -> None:
        assert target < FIRST_BRANCH + BRANCHES
        self.sequences[target] = self.sequences[source][:length]

    def cut(self, sequence: int, length: int) -> None:
        assert self.goes_back or len(self.sequences[sequence]) <= length
        del self.sequences[sequence][length:]

    def drop(self, sequence: int) -> None:
        self.sequences.pop(sequence, None)

    def peek(self, feeds: Sequence[Feed]) -> list[numpy.ndarray]:
        return self.feed(feeds)

    def feed(self, feeds: Sequence[Feed]) -> list[numpy.ndarray]:
        assert len({feed.sequence for feed in feeds}) == len(feeds)
        results = []
        for feed in feeds:
            self.forced.append(self.text(feed.tokens))
            self.sequences[feed.sequence] += feed.tokens
            wanted = feed.tokens[len(feed.tokens) - feed.outputs :]
            results.append(numpy.array([self._row(token) for token in wanted]).reshape(-1, self.vocabulary))
        return results

    def _row(self, token: int | None) -> numpy.ndarray:
        row = numpy.full(self.vocabulary, UNLIKELY, dtype=numpy.float32)
        for text, score in self._follows.get("" if token is None else self._texts[token], {}).items():
            row[self._texts.index(text)] = score
        return row
