"""What one GGUF file makes of a passage: its verdict, its rewrite, how likely it finds the reference, and how fast."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from quantize.passages import Asked
from srlint import prompt
from srlint.engine.decode import Answer, Rewriter
from srlint.engine.session import FIRST_BRANCH, QUESTION, Feed, Session
from srlint.errors import ModelError

# So many tokens are decoded one by one for the clock; always the reference's, so that all files do the same work.
_TIMED = 12


@dataclass(frozen=True, slots=True)
class Reading:
    """`opening`: log-probabilities of the tokens that may open an answer, `clean` first.

    `rewrite` and `loss` (nats over the reference answer, of `tokens` tokens) are None and 0 where they were not asked
    for. `prefill` and `decode` are tokens a second.
    """

    opening: tuple[float, ...]
    prefill: float
    rewrite: str | None = None
    loss: float = 0.0
    tokens: int = 0
    decode: float | None = None

    @property
    def flagged(self) -> float:
        """P(not `clean`)."""
        return 1 - math.exp(self.opening[0])


class Probe:
    """A file, loaded. Use it as a context manager. Raises ModelError for one that srlint cannot run."""

    def __init__(self, path: Path, threads: int | None = None) -> None:
        self.path = path
        self.session = Session.open(path, threads)
        self._rewriter = Rewriter(self.session)
        words = [self.session.tokens(name)[0] for name in (prompt.CLEAN, *prompt.IDS)]
        self._opening = list(dict.fromkeys(words))
        self._suffix = len(self.session.tokens(self.session.frame.suffix, special=True))

    def __enter__(self) -> Probe:
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()

    def read(self, asked: Asked, rewrite: bool) -> Reading | None:
        """None for a passage that the context has no room for. `rewrite`: also rewrite it, and read the reference."""
        size = len(self.session.tokens(asked.question)) + self._suffix
        began = time.perf_counter()
        first = self.session.ask(asked.question)
        prefill = size / (time.perf_counter() - began)
        if first is None:
            return None
        opening = tuple(float(value) for value in self._likelihoods(first[self._opening]))
        if not rewrite:
            return Reading(opening, prefill)
        loss, tokens = self._reference(asked, first)
        return Reading(opening, prefill, self._rewrite(asked), loss, tokens, self.decode(asked))

    def _reference(self, asked: Asked, first: Any) -> tuple[float, int]:
        tokens = [*self.session.tokens(asked.answer), self.session.end]
        self.session.fork(QUESTION, FIRST_BRANCH)
        rows = [first, *self.session.feed([Feed(FIRST_BRANCH, tokens[:-1], len(tokens) - 1)])[0]]
        loss = -sum(float(self._likelihoods(row)[token]) for row, token in zip(rows, tokens, strict=True))
        return loss, len(tokens)

    def _likelihoods(self, row: Any) -> Any:
        """Log-probabilities in double precision."""
        import numpy

        values = numpy.asarray(row, dtype=numpy.float64)
        shifted = values - values.max()
        found = shifted - numpy.log(numpy.exp(shifted).sum())
        if not numpy.isfinite(found).all():
            raise ModelError(f"{self.path.name}: its answers are no numbers: the weights are damaged")
        return found

    def decode(self, asked: Asked) -> float:
        """Tokens a second, one by one, for a question that was just read."""
        tokens = self.session.tokens(asked.answer)[:_TIMED]
        self.session.fork(QUESTION, FIRST_BRANCH)
        began = time.perf_counter()
        for token in tokens:
            self.session.feed([Feed(FIRST_BRANCH, [token])])
        return len(tokens) / (time.perf_counter() - began)

    def _rewrite(self, asked: Asked) -> str | None:
        """The greedy rewrite once the categories are given."""
        forced = self.session.tokens(", ".join(asked.passage.categories) + "\n")
        return self._rewriter.free(Answer(forced, 0.0), asked.passage.text)


def speeds(readings: list[Reading]) -> tuple[float, float | None]:
    """Tokens a second, read and written: medians, which a busy machine moves least."""
    decodes = [reading.decode for reading in readings if reading.decode is not None]
    return median(reading.prefill for reading in readings), median(decodes) if decodes else None
