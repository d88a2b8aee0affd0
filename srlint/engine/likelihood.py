"""Probabilities from logits, without a copy of the vocabulary for each row."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any


class Likelihoods:
    """Log-probabilities of single tokens. Holds room for one row, which every call uses again."""

    def __init__(self, vocabulary: int) -> None:
        import numpy

        self._room = numpy.empty(vocabulary, numpy.float32)

    def total(self, row: Any) -> float:
        """The logarithm of the summed exponentials of a row: what is taken from a logit for its log-probability."""
        import numpy

        top = row.max()
        numpy.subtract(row, top, out=self._room)
        numpy.exp(self._room, out=self._room)
        return float(top) + math.log(float(self._room.sum()))

    def of(self, row: Any, token: int) -> float:
        """The log-probability of one token."""
        return float(row[token]) - self.total(row)

    def summed(self, rows: Sequence[Any], tokens: Sequence[int]) -> float:
        """Of all tokens, each given the row before it."""
        return sum(self.of(row, token) for row, token in zip(rows, tokens, strict=True))
