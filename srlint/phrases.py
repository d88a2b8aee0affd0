"""The phrase decoder: which words an editor would put in a place of a flagged passage.

It goes on from the edit tagger's states. A small transformer says the words of one place after the other, wordpiece by
wordpiece, with the passage before its eyes (as EdiT5 does: Mallinson et al. 2022); what stays of the passage need not
be said again. It knows the wordpieces that people's rewrites are made of, and no others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from srlint import runtime
from srlint.errors import ModelError

Array = Any

# The wordpiece that ends a phrase, and the most that stand before it.
END, MOST_PIECES = 0, 12
# How many phrases are followed side by side, and given for each place.
BEAMS = 4
# The log-probability, in nats, of a wordpiece that the decoder does not know.
_UNKNOWN = -12.0

_CLOSING, _OPENING = frozenset(",.;:!?)]’'%”/-"), frozenset("(['’-/“")
_LETTERS = re.compile(r"[^\W_]+")
_SENTENCE_END = re.compile(r"(?:\A|[.!?:…\"“])\s*\Z")


@dataclass(frozen=True)
class Phrases:
    """What the decoder says of the places of one passage. A place is a range of its tokens.

    `load` gives the decoder. `memory` [tokens, width] are the tagger's states of all tokens; the text's own begin at
    `first`.
    """

    load: Callable[[], PhraseDecoder]
    text: str
    memory: Array
    first: int

    def likeliest(self, places: Sequence[range]) -> list[list[tuple[float, str]]]:
        """For each place the likeliest phrases with their log-probabilities, in nats (beam search)."""
        live: list[list[tuple[float, list[int]]]] = [[(0.0, [])] for _ in places]
        done: list[list[tuple[float, list[int]]]] = [[] for _ in places]
        for _ in range(MOST_PIECES + 1):
            asked = [(at, said) for at, own in enumerate(live) for said in own]
            if not asked:
                break
            scores = self._scores([places[at] for at, _ in asked], [pieces for _, (_, pieces) in asked])[:, -1]
            further: list[list[tuple[float, list[int]]]] = [[] for _ in places]
            for (at, (so_far, pieces)), row in zip(asked, scores, strict=True):
                others = max(0, len(row) - BEAMS - 1)  # END and as many as can live on
                for piece in row.argpartition(others)[others:]:
                    further[at].append((so_far + float(row[piece]), [*pieces, int(piece)]))
            for at, found in enumerate(further):
                found.sort(key=lambda one: -one[0])
                done[at] += [(said, pieces[:-1]) for said, pieces in found if pieces[-1] == END and len(pieces) > 1]
                done[at] = sorted(done[at], key=lambda one: -one[0])[:BEAMS]
                worst = done[at][-1][0] if len(done[at]) == BEAMS else float("-inf")
                live[at] = [one for one in found if one[1][-1] != END and one[0] > worst][:BEAMS]
        return [[(said, self._spelled(pieces)) for said, pieces in own] for own in done]

    def likelihood(self, phrases: Sequence[tuple[range, str]]) -> float:
        """The log-probability, in nats, of all these phrases in their places."""
        if not phrases:
            return 0.0
        known = [self.load().pieces(phrase)[:MOST_PIECES] for _, phrase in phrases]
        longest = max(map(len, known))
        padded = [[piece or END for piece in pieces] + [END] * (longest - len(pieces)) for pieces in known]
        scores = self._scores([place for place, _ in phrases], padded)
        return sum(
            _UNKNOWN if piece is None else float(own[at, piece])
            for own, pieces in zip(scores, known, strict=True)
            for at, piece in enumerate([*pieces, END])
        )

    def _scores(self, places: Sequence[range], said: Sequence[Sequence[int]]) -> Array:
        """Log-probabilities [places, length + 1, wordpieces] of the wordpiece at the start and behind each one said."""
        import numpy

        inside = numpy.zeros((len(places), len(self.memory)), numpy.float32)
        for row, place in zip(inside, places, strict=True):
            row[self.first + place.start : self.first + place.stop] = 1.0
        return self.load().run(self.memory, inside, numpy.array(said, numpy.int64).reshape(len(places), -1))

    def _spelled(self, pieces: Sequence[int]) -> str:
        """The pieces as text, with the passage's capitals."""
        written = ""
        for piece in (self.load().vocabulary[at] for at in pieces):
            if piece.startswith("##"):
                written += piece[2:]
            elif not written or piece in _CLOSING or written[-1] in _OPENING:
                written += piece
            else:
                written += f" {piece}"
        return _LETTERS.sub(lambda word: self._capitals.get(word[0], word[0]), written)

    @cached_property
    def _capitals(self) -> dict[str, str]:
        """How words are written, by their small letters: as the passage does in the midst of its sentences, or as most
        do.
        """
        own = {word.lower(): word for word in reversed(list(inner_words(self.text)))}
        return {"i": "I"} | self.load().capitals | own


def inner_words(text: str) -> Iterator[str]:
    """The words of a text that begin none of its sentences: their capitals are their own."""
    for word in _LETTERS.finditer(text):
        if not _SENTENCE_END.search(text[: word.start()]):
            yield word[0]


class PhraseDecoder:
    """A loaded decoder. `made` has its vocabulary, and says to which tagger it belongs. `capitals` are words that are
    written with one; the decoder knows small letters only.
    """

    def __init__(self, session: Any, made: dict, tokenizer: Any, capitals: Sequence[str]):
        self._session = session
        self._tokenizer = tokenizer
        self.made = made
        self.vocabulary: list[str] = made["vocabulary"]
        self.capitals = {word.lower(): word for word in capitals}
        self._places = {piece: at for at, piece in enumerate(self.vocabulary)}

    @classmethod
    def load(cls, path: Path) -> PhraseDecoder:
        """A decoder made by `python -m quantize tagger`, with the capitals.txt beside it. Raises ModelError."""
        from srlint.tokens import own_tokenizer

        session, made = runtime.opened(path, "phrase decoder", "python -m quantize tagger")
        words = path.with_name("capitals.txt")
        try:
            capitals = words.read_text(encoding="utf-8").split()
        except (OSError, UnicodeDecodeError) as error:
            raise ModelError(f"{words}: cannot read the decoder's capitals: reinstall srlint") from error
        return cls(session, made, own_tokenizer(), capitals)

    def pieces(self, phrase: str) -> list[int | None]:
        """The wordpieces of a phrase by their places in the vocabulary, None for those that it does not hold."""
        return [self._places.get(piece) for piece in self._tokenizer.encode(phrase, add_special_tokens=False).tokens]

    def run(self, memory: Array, inside: Array, said: Array) -> Array:
        """Log-probabilities [places, length + 1, wordpieces] for memory [tokens, width], inside [places, tokens] and
        said [places, length].
        """
        (scores,) = self._session.run(["scores"], {"memory": memory[None], "inside": inside, "said": said})
        return scores
