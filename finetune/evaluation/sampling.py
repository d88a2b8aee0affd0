"""Nucleus sampling (Holtzman et al. 2020) from given random numbers, so that a text's draw hangs on nothing else."""

from __future__ import annotations

import random
from typing import Any

MASS = 0.9


def generator(seed: int, text: str) -> random.Random:
    """The random numbers for what follows a text: the same wherever and beside whatever it is asked."""
    return random.Random(f"{seed}\0{text}")


def chosen(logits: Any, number: float) -> int:
    """The token at `number` (from 0, below 1) of the nucleus of a row of logits, a numpy array [vocabulary].

    The nucleus is the fewest likeliest tokens that together have probability MASS.
    """
    import numpy

    row = logits.astype(numpy.float64)
    weights = numpy.exp(row - row.max())
    order = numpy.argsort(-weights, kind="stable")
    total = numpy.cumsum(weights[order] / weights.sum())
    last = min(int(numpy.searchsorted(total, MASS)), len(total) - 1)
    return int(order[min(int(numpy.searchsorted(total, number * total[last], side="right")), last)])


def chosen_rows(logits: Any, numbers: Any) -> Any:
    """As `chosen`, for torch tensors [rows, vocabulary] and [rows], on their device."""
    import torch

    weights, order = logits.double().softmax(-1).sort(descending=True, stable=True)
    total = weights.cumsum(-1)
    limit = torch.full_like(total[:, :1], MASS)
    last = torch.searchsorted(total, limit).clamp(max=total.shape[1] - 1)
    aim = numbers.to(total)[:, None] * total.gather(1, last)
    place = torch.minimum(torch.searchsorted(total, aim, right=True), last)
    return order.gather(1, place)[:, 0]
