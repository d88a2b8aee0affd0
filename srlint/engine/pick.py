"""Which token comes next: the likeliest, or one drawn from the likely ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

# From the logits [vocabulary] to a token.
Pick = Callable[[Any], int]

_TEMPERATURE = 0.8
# Unlikely words are mistakes of a small model more often than they are ideas.
_AMONG = 20


def likeliest(logits: Any) -> int:
    return int(logits.argmax())


def drawn(seed: int) -> Pick:
    """Draws from the likeliest tokens by their probability: the same tokens for the same seed."""
    import numpy

    draw = numpy.random.Generator(numpy.random.PCG64(seed))

    def pick(logits: Any) -> int:
        # In a fixed order, so that the draw does not hang on how a library partitions.
        likely = numpy.argsort(-logits, kind="stable")[:_AMONG]
        weights = numpy.exp((logits[likely] - logits[likely[0]]).astype(numpy.float64) / _TEMPERATURE)
        return int(draw.choice(likely, p=weights / weights.sum()))

    return pick
