"""Probabilities and log-odds, in which evidence adds up."""

from __future__ import annotations

import math

# Nothing is surer than this: a probability of exactly 0 or 1 has no log-odds.
_SUREST = 1e-6


def log_odds(probability: float) -> float:
    """The natural logarithm of p / (1 - p)."""
    bounded = min(max(probability, _SUREST), 1 - _SUREST)
    return math.log(bounded / (1 - bounded))


def probability(log_odds: float) -> float:
    """The probability with these log-odds: the logistic function, in a form that cannot overflow."""
    return 0.5 + 0.5 * math.tanh(log_odds / 2)
