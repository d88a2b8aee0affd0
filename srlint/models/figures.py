"""Figures about detection at a threshold, from (probability, flagged) pairs."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import asdict, dataclass

# Thresholds are tried in steps of one half of a per cent.
_STEPS = 200


@dataclass(frozen=True, slots=True)
class Detected:
    """Counts and rates at one threshold. `false_alarms` is the share of clean passages flagged."""

    threshold: float
    precision: float
    recall: float
    f1: float
    false_alarms: float
    flagged: int
    clean: int

    def rounded(self) -> dict[str, float]:
        return {key: round(value, 4) for key, value in asdict(self).items()}


def at(threshold: float, probabilities: Sequence[float], flagged: Sequence[bool]) -> Detected:
    """Precision, recall, F1 and false alarms where probability >= threshold counts as a finding."""
    return _at(threshold, *_sorted(probabilities, flagged))


def best_threshold(probabilities: Sequence[float], flagged: Sequence[bool], max_false_alarms: float) -> Detected:
    """The threshold of highest F1 among those whose false-alarm rate stays within `max_false_alarms`.

    Raises ValueError when there is none, and for passages that are all flagged or all clean: no figure from nothing.
    """
    biased, clean = _sorted(probabilities, flagged)
    rows = [_at(step / _STEPS, biased, clean) for step in range(1, _STEPS)]
    return max((row for row in rows if row.false_alarms <= max_false_alarms), key=lambda row: row.f1)


def _sorted(probabilities: Sequence[float], flagged: Sequence[bool]) -> tuple[list[float], list[float]]:
    """The probabilities of the flagged passages and of the clean ones."""
    pairs = sorted(zip(probabilities, flagged, strict=True))
    biased, clean = [p for p, flag in pairs if flag], [p for p, flag in pairs if not flag]
    if not biased or not clean:
        raise ValueError("needs flagged and clean passages")
    return biased, clean


def _at(threshold: float, biased: Sequence[float], clean: Sequence[float]) -> Detected:
    hits = len(biased) - bisect_left(biased, threshold)
    alarms = len(clean) - bisect_left(clean, threshold)
    precision = hits / (hits + alarms) if hits + alarms else 0.0
    recall = hits / len(biased)
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return Detected(threshold, precision, recall, f1, alarms / len(clean), len(biased), len(clean))
