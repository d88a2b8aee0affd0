"""Whether a difference is more than chance: paired bootstrap intervals, the paired t-test, and an effect size.

Figures that no data can give (fewer than two values, no variance) are None, never NaN.
"""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy

RESAMPLES = 2000
SEED = 0
LEVEL = 0.95
# Resamples are drawn in parts of so many indices: 2,000 of ten thousand values would fill 160 MB.
_PART = 2_000_000


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean, and the percentile interval around it; `low` and `high` are None where there is none."""

    mean: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class TTest:
    """Student's paired t. `p` is two-sided, None where scipy is not installed."""

    statistic: float
    freedom: int
    p: float | None


def mean(values: Iterable[float | None]) -> float | None:
    """The mean of the values that are there."""
    found = [value for value in values if value is not None]
    return sum(found) / len(found) if found else None


def interval(values: Sequence[float], resamples: int = RESAMPLES, seed: int = SEED) -> Interval:
    """The bootstrap percentile interval of a mean at LEVEL (Efron 1979)."""
    drawn = numpy.asarray(values, dtype=float)
    if not drawn.size:
        return Interval(None, None, None)
    middle = float(drawn.mean())
    if drawn.size < 2 or _constant(drawn):
        return Interval(middle, None, None)
    low, high = numpy.quantile(_means(drawn, resamples, seed), ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    return Interval(middle, float(low), float(high))


def difference(one: Sequence[float], other: Sequence[float], resamples: int = RESAMPLES, seed: int = SEED) -> Interval:
    """`one` minus `other`, two systems' values on the same items, with its paired bootstrap interval.

    Items are drawn, not values: what makes an item hard for both is no difference. Raises ValueError where the two are
    not of one length.
    """
    return interval([a - b for a, b in zip(one, other, strict=True)], resamples, seed)


def paired_t(one: Sequence[float], other: Sequence[float]) -> TTest | None:
    """The paired t-test (Student 1908) of the hypothesis that the mean of `one` - `other` is 0."""
    gaps = numpy.asarray([a - b for a, b in zip(one, other, strict=True)], dtype=float)
    if gaps.size < 2 or _constant(gaps):
        return None
    statistic = float(gaps.mean() / (gaps.std(ddof=1) / math.sqrt(gaps.size)))
    return TTest(statistic, int(gaps.size) - 1, _two_sided(statistic, int(gaps.size) - 1))


def cohens_d(one: Sequence[float], other: Sequence[float]) -> float | None:
    """The difference of two means in units of their average standard deviation (Cohen 1988, equal sizes)."""
    a, b = numpy.asarray(one, dtype=float), numpy.asarray(other, dtype=float)
    if a.size < 2 or b.size < 2 or (_constant(a) and _constant(b)):
        return None
    return float((a.mean() - b.mean()) / math.sqrt((a.var(ddof=1) + b.var(ddof=1)) / 2))


def _constant(values: numpy.ndarray) -> bool:
    """Whether values differ by nothing but rounding."""
    return bool(numpy.ptp(values) <= 1e-12 * max(1.0, float(numpy.abs(values).max())))


def _means(values: numpy.ndarray, resamples: int, seed: int) -> numpy.ndarray:
    """Means [resamples] of as many draws with replacement."""
    draw = numpy.random.default_rng(seed)
    size = max(1, _PART // values.size)
    parts = [
        values[draw.integers(0, values.size, (min(size, resamples - at), values.size))].mean(axis=1)
        for at in range(0, resamples, size)
    ]
    return numpy.concatenate(parts)


def _two_sided(statistic: float, freedom: int) -> float | None:
    if importlib.util.find_spec("scipy") is None:
        return None
    from scipy.stats import t

    return float(2 * t.sf(abs(statistic), freedom))
