"""Figures about detection, from (probability, flagged) pairs. Empty inputs raise ValueError: no figure from nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass


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
    positives = sum(flagged)
    negatives = len(flagged) - positives
    if not positives or not negatives:
        raise ValueError("needs flagged and clean passages")
    hits = sum(p >= threshold and f for p, f in zip(probabilities, flagged, strict=True))
    alarms = sum(p >= threshold and not f for p, f in zip(probabilities, flagged, strict=True))
    precision = hits / (hits + alarms) if hits + alarms else 0.0
    recall = hits / positives
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return Detected(threshold, precision, recall, f1, alarms / negatives, positives, negatives)


def best_threshold(probabilities: Sequence[float], flagged: Sequence[bool], max_false_alarms: float) -> Detected:
    """The threshold of highest F1 among those whose false-alarm rate stays within `max_false_alarms`."""
    rows = [at(step / 200, probabilities, flagged) for step in range(1, 200)]
    return max((row for row in rows if row.false_alarms <= max_false_alarms), key=lambda row: row.f1)


def auc(probabilities: Sequence[float], flagged: Sequence[bool]) -> float:
    """Area under the ROC curve: the chance that a flagged passage outscores a clean one, ties counted half."""
    ranked = sorted(zip(probabilities, flagged, strict=True))
    positives = sum(flagged)
    negatives = len(flagged) - positives
    if not positives or not negatives:
        raise ValueError("needs flagged and clean passages")
    total, below, index = 0.0, 0, 0
    while index < len(ranked):
        end = index
        while end < len(ranked) and ranked[end][0] == ranked[index][0]:
            end += 1
        hits = sum(flag for _, flag in ranked[index:end])
        misses = end - index - hits
        total += hits * (below + misses / 2)
        below += misses
        index = end
    return total / (positives * negatives)


def calibration_error(probabilities: Sequence[float], flagged: Sequence[bool], bins: int = 10) -> float:
    """Expected calibration error over equal-width bins (Naeini et al. 2015)."""
    if not probabilities:
        raise ValueError("needs passages")
    total = 0.0
    for index in range(bins):
        inside = [i for i, p in enumerate(probabilities) if min(int(p * bins), bins - 1) == index]
        if inside:
            confidence = sum(probabilities[i] for i in inside) / len(inside)
            accuracy = sum(flagged[i] for i in inside) / len(inside)
            total += len(inside) / len(probabilities) * abs(confidence - accuracy)
    return total
