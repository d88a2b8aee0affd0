"""Figures about detection, from (probability, flagged) pairs. Empty inputs raise ValueError: no figure from nothing."""

from __future__ import annotations

from collections.abc import Sequence

from srlint.models.figures import Detected, at, best_threshold

__all__ = ["Detected", "at", "auc", "best_threshold", "calibration_error"]


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
