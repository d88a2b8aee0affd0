"""The edit tagger: which words of a flagged passage an editor would cut, and where other words belong.

It reads the detector's states in the middle of its layers, goes on from there with layers of its own, and tags each
token (as LaserTagger does: Malmi et al. 2019). A linear-chain conditional random field (Lafferty, McCallum, Pereira
2001) makes the tags of neighbours agree: what is cut is a stretch of text that can go, and not words here and there.
A decoder beside it (srlint.phrases) knows words for the places that want others.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from srlint import runtime
from srlint.detector import marks
from srlint.document import Span
from srlint.errors import ModelError
from srlint.gaps import joined
from srlint.phrases import PhraseDecoder, Phrases
from srlint.shipped import data
from srlint.tags import CUT, KEEP, REPLACE, changes, covered, tags

# How much is added to the score of every cut, in nats, for the likeliest stretch to cut, a longer one and shorter ones.
_LEANINGS = (0.0, 1.0, -1.0, -2.0)
# How many ways to tag a passage are filled with words, and how many rewrites come of each.
_WAYS, _FILLINGS = 8, 4
_WORDS = re.compile(r"\w(?:.*\w)?", re.DOTALL)

Array = Any


class Way(NamedTuple):
    """Words for the gaps of a passage, and the log-probability, in nats, that an editor makes just these changes."""

    gaps: tuple[Span, ...]
    words: tuple[str, ...]
    likelihood: float


@dataclass(frozen=True)
class Tagged:
    """A passage with what the tagger says of it. `tokens` are the places of its tokens in the text.

    `scores` [tokens, tags] and `turns` [tags, tags], from one token's tag to the next one's, are in nats; a way to tag
    the passage is as likely as the sum of its scores says. Without `phrases` nothing is known of other words.
    """

    text: str
    tokens: Sequence[Span]
    scores: Array
    turns: Array
    phrases: Phrases | None = None

    def deletions(self) -> list[tuple[Span, ...]]:
        """Ways to mend the passage by cutting words alone, likeliest first."""
        ways = {}
        for leaning in _LEANINGS:
            ((_, path),) = self._best(1, (KEEP, CUT), leaning)
            if gaps := self._gaps(path):
                ways.setdefault(gaps, self._score(path))
        return sorted(ways, key=lambda gaps: -ways[gaps])

    def gaps(self) -> tuple[Span, ...]:
        """Where other words belong, or none: the places of the likeliest edits of any kind."""
        ((_, path),) = self._best(1)
        return self._gaps(path)

    def rewordings(self) -> list[Way]:
        """Ways to mend the passage with other words in at least one place, likeliest first. Some only cut in others."""
        if self.phrases is None:
            return []
        total = self._total
        shapes = {}
        for score, path in self._best(_WAYS):
            gaps = self._places(path)
            if any(replaced for _, replaced in gaps):
                shapes.setdefault(gaps, score - total)
        places = {gap: covered(gap, self.tokens) for gaps in shapes for gap, replaced in gaps if replaced}
        said = dict(zip(places, self.phrases.likeliest(list(places.values())), strict=True))
        found = []
        for gaps, likelihood in shapes.items():
            ways = [Way(tuple(gap for gap, _ in gaps), (), likelihood)]
            for gap, replaced in gaps:
                further = [
                    Way(way.gaps, (*way.words, words), way.likelihood + own)
                    for way in ways
                    for own, words in (said[gap] if replaced else [(0.0, "")])
                ]
                ways = heapq.nlargest(_FILLINGS, further, key=lambda way: way.likelihood)
            found += ways
        return sorted(found, key=lambda way: -way.likelihood)

    def doubtful(self) -> tuple[Span, ...]:
        """The words that an editor would rather change than keep, whatever else changes."""
        import numpy

        ahead = self._forward(self.scores)
        behind = numpy.zeros_like(ahead)
        for at in range(len(ahead) - 2, -1, -1):
            behind[at] = numpy.logaddexp.reduce(self.turns + self.scores[at + 1] + behind[at + 1], axis=1)
        kept = numpy.exp(ahead[:, KEEP] + behind[:, KEEP] - numpy.logaddexp.reduce(ahead[-1]))
        return joined(self.text, marks(self.text, self.tokens, (1 - kept).tolist(), 0.5))

    def likelihood(self, new: str, certain: Sequence[Span] = ()) -> float:
        """The log-probability, in nats, that an editor changes what `new` changes, whatever words come for it.

        That the `certain` places change is known: it makes `new` no less likely if it changes them, too.
        """
        path = tags(self.text, new, self.tokens)
        known = [at for span in certain for at in covered(span, self.tokens) if path[at] != KEEP]
        if not known:
            return self._score(path) - self._total
        scores = self.scores.copy()
        scores[known, KEEP] = float("-inf")
        return self._score(path) - self._sum(scores)

    def alone(self, new: str, beside: int = 0) -> float:
        """The log-probability, in nats, that an editor who changes what `new` changes changes nothing else, of which
        so many tokens `beside` each change are left out.
        """
        import numpy

        changed = numpy.array(tags(self.text, new, self.tokens)) != KEEP
        near = numpy.convolve(changed, numpy.ones(2 * beside + 1))[beside:][: len(changed)] > 0
        also, only = self.scores.copy(), self.scores.copy()
        also[changed, KEEP] = only[changed, KEEP] = -numpy.inf
        only[~near, :KEEP] = only[~near, KEEP + 1 :] = -numpy.inf
        return self._sum(only) - self._sum(also)

    def worded(self, new: str, certain: Sequence[Span] = ()) -> float:
        """The log-probability, in nats, of the words that come in `new`, given where they come.

        Words that come in `certain` places are known.
        """
        if self.phrases is None:
            return 0.0
        known = {at for span in certain for at in covered(span, self.tokens)}
        places = [(covered(span, self.tokens), words) for span, words in changes(self.text, new) if words]
        return self.phrases.likelihood([(place, words) for place, words in places if place and not known & {*place}])

    def _gaps(self, path: Sequence[int]) -> tuple[Span, ...]:
        changed = [float(tag != KEEP) for tag in path]
        return joined(self.text, marks(self.text, self.tokens, changed, 1.0))

    def _places(self, path: Sequence[int]) -> tuple[tuple[Span, bool], ...]:
        """Whole words that change, in order, and whether others come for them."""
        found = []
        for gap in self._gaps(path):
            replaced = any(path[at] == REPLACE for at in covered(gap, self.tokens))
            found.append((_bare(self.text, gap) if replaced else gap, replaced))
        return tuple(found)

    def _score(self, path: Sequence[int]) -> float:
        own = sum(float(self.scores[at][tag]) for at, tag in enumerate(path))
        return own + sum(float(self.turns[a][b]) for a, b in zip(path, path[1:], strict=False))

    @cached_property
    def _total(self) -> float:
        return self._sum(self.scores)

    def _sum(self, scores: Array) -> float:
        """The logarithm of the sum over all ways, with these scores of tags."""
        import numpy

        return float(numpy.logaddexp.reduce(self._forward(scores)[-1]))

    def _forward(self, scores: Array) -> Array:
        """The logarithms of the sums over all ways up to each token, by its tag [tokens, tags]."""
        import numpy

        so_far = [scores[0]]
        for own in scores[1:]:
            so_far.append(numpy.logaddexp.reduce(so_far[-1][:, None] + self.turns, axis=0) + own)
        return numpy.array(so_far)

    def _best(
        self, count: int, allowed: Sequence[int] = (KEEP, CUT, REPLACE), leaning: float = 0.0
    ) -> list[tuple[float, list[int]]]:
        """The likeliest ways with these tags only, and their scores, where cutting is `leaning` likelier than it is.

        Viterbi's algorithm (1967) with `count` ways kept at each token and tag.
        """
        own = [[float(row[tag]) + (leaning if tag == CUT else 0.0) for tag in allowed] for row in self.scores]
        turns = [[float(self.turns[a][b]) for b in allowed] for a in allowed]
        # A way is its score, its last tag, and the way before that one.
        ways: list[list[tuple]] = [[(score, at, None)] for at, score in enumerate(own[0])]
        for scores in own[1:]:
            before = [way for each in ways for way in each]
            ways = [
                heapq.nlargest(
                    count,
                    [(way[0] + turns[way[1]][at] + score, at, way) for way in before],
                    key=lambda way: way[0],
                )
                for at, score in enumerate(scores)
            ]
        best = heapq.nlargest(count, [way for each in ways for way in each], key=lambda way: way[0])
        return [(way[0], [allowed[at] for at in _unrolled(way)]) for way in best]


class EditTagger:
    """A loaded tagger. `made` says by which states it was taught."""

    def __init__(self, session: Any, made: dict, path: Path):
        import numpy

        self._session = session
        self._path = path
        self.made = made
        self._turns = numpy.array(made["turns"], numpy.float64)

    @classmethod
    def load(cls, path: Path | None = None) -> EditTagger:
        """The shipped tagger, or a file made by `python -m quantize tagger`. Raises ModelError."""
        path = path or data("tagger.onnx")
        return cls(*runtime.opened(path, "edit tagger", "python -m quantize tagger"), path)

    @cached_property
    def decoder(self) -> PhraseDecoder:
        """That in the phrases.onnx beside it, loaded when words are first asked for. Raises ModelError."""
        found = PhraseDecoder.load(self._path.with_name("phrases.onnx"))
        if found.made["tagger"] != self.made["tagger"]:
            raise ModelError(f"{self._path}: the phrases.onnx beside it was made with another one")
        return found

    def read(self, text: str, states: Array, spans: Sequence[Span | None]) -> Tagged | None:
        """What it says of a passage, from the detector's states [tokens, width] and each token's place in the text.

        None for a passage without words.
        """
        import numpy

        own = [at for at, span in enumerate(spans) if span is not None]
        if not own:
            return None
        scores, memory = self._session.run(["scores", "memory"], {"states": states[None]})
        tokens = [span for span in spans if span is not None]
        phrases = Phrases(lambda: self.decoder, text, memory[0], own[0])
        return Tagged(text, tokens, scores[0, own].astype(numpy.float64), self._turns, phrases)


def _unrolled(way: tuple | None) -> list[int]:
    tags = []
    while way is not None:
        _, tag, way = way
        tags.append(tag)
    return tags[::-1]


def _bare(text: str, gap: Span) -> Span:
    """The gap without punctuation at its ends, which stays when other words come."""
    words = _WORDS.search(text, gap.start, gap.end)
    return Span(*words.span()) if words else gap
