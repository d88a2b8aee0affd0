"""How likely a reader would accept a rewrite: a logistic regression over a few figures, fitted on readers' verdicts.

The weights stand in data/ranking.json, which `python -m finetune ranking` writes from finetune/verdicts.jsonl.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Literal

from srlint.document import Span
from srlint.edits import diff
from srlint.odds import log_odds, probability
from srlint.shipped import data

Origin = Literal["term", "deletion", "infill", "free"]
Features = Mapping[str, float]

_WORD = re.compile(r"\w+")


def features(
    old: str, new: str, origin: Origin, marks: Sequence[Span], likelihood: float, refusal: float, flagged: float
) -> dict[str, float]:
    """What the rank of a rewrite hangs on, by name.

    `likelihood` is the model's mean log-probability a token, `refusal` its log-probability of no rewrite at all,
    `flagged` what the detector still says of the rewrite, as a probability.
    """
    edits = diff(old, new)
    outside = sum(
        1
        for edit in edits
        for word in _WORD.finditer(old, edit.span.start, edit.span.end)
        if not any(word.start() < mark.end and mark.start < word.end() for mark in marks)
    )
    size = max(1, len(_WORD.findall(old)))
    return {
        "infill": float(origin == "infill"),
        "free": float(origin == "free"),
        "deletion": float(origin == "deletion"),
        "likelihood": likelihood,
        "refusal": refusal,
        "flagged": log_odds(flagged),
        "removed": sum(len(_WORD.findall(old[edit.span.start : edit.span.end])) for edit in edits) / size,
        "added": sum(len(_WORD.findall(edit.text)) for edit in edits) / size,
        "outside": outside / size,
        "edits": float(len(edits)),
        "marked": sum(len(_WORD.findall(old[mark.start : mark.end])) for mark in marks) / size,
    }


def acceptable(found: Features) -> float:
    """The probability that a reader would accept the rewrite."""
    weights = _fitted()["weights"]
    return probability(weights["always"] + sum(weights[name] * value for name, value in found.items()))


@cache
def _fitted() -> dict:
    return json.loads(data("ranking.json").read_text(encoding="utf-8"))


def lowest() -> float:
    """A rewrite worded by a model that is less likely than this to be accepted does more harm than good."""
    return _fitted()["lowest"]
