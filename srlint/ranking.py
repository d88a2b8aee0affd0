"""How likely a reader would accept a rewrite: a logistic regression over a few figures, fitted on readers' verdicts.

It is fitted twice: for what a language model has read, and for the edit tagger's own where none has. The weights stand
in data/ranking.json, which `python -m finetune ranking` writes from finetune/verdicts.jsonl.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Literal

from srlint.document import Span
from srlint.edits import diff
from srlint.odds import log_odds, probability
from srlint.shipped import data

Origin = Literal["term", "deletion", "rewording", "infill", "free"]
Features = Mapping[str, float]

_WORD = re.compile(r"\w+")
# In nats a token: what is likelier than that is as good as sure.
_SURE = 0.05


def features(
    old: str,
    new: str,
    origin: Origin,
    marks: Sequence[Span],
    flagged: float,
    tagged: float,
    worded: float,
    likelihood: float | None = None,
    refusal: float = 0.0,
) -> dict[str, float]:
    """What the rank of a rewrite hangs on, by name.

    `flagged` is what the detector still says of the rewrite, as a probability, `tagged` the edit tagger's
    log-probability that an editor changes these words, `worded` that of the words that come for them, which counts
    where they are the tagger's own. `likelihood` is the language model's mean log-probability a token, `refusal` its
    log-probability of no rewrite at all; without a model (None) there is neither.
    """
    edits = diff(old, new)
    outside = sum(
        1
        for edit in edits
        for word in _WORD.finditer(old, edit.span.start, edit.span.end)
        if not any(word.start() < mark.end and mark.start < word.end() for mark in marks)
    )
    size = max(1, len(_WORD.findall(old)))
    found = {
        "written": float(origin in ("infill", "free")),
        "deletion": float(origin == "deletion"),
        "rewording": float(origin == "rewording"),
        "flagged": log_odds(flagged),
        "tagged": tagged,
        "tagged_surprise": math.log1p(-min(tagged, 0.0)),
        "worded": worded if origin == "rewording" else 0.0,
        "removed": sum(len(_WORD.findall(old[edit.span.start : edit.span.end])) for edit in edits) / size,
        "added": sum(len(_WORD.findall(edit.text)) for edit in edits) / size,
        "outside": outside / size,
        "edits": float(len(edits)),
        "marked": sum(len(_WORD.findall(old[mark.start : mark.end])) for mark in marks) / size,
    }
    if likelihood is None:
        return found
    # The first tenths of a nat say more than the next ones.
    surprise = math.log(_SURE - min(likelihood, 0.0))
    return found | {"likelihood": likelihood, "likelihood_surprise": surprise, "refusal": refusal}


def acceptable(found: Features) -> float:
    """The probability that a reader would accept the rewrite."""
    weights = _ranks(found)["weights"]
    return probability(weights["always"] + sum(weights[name] * value for name, value in found.items()))


@cache
def _fitted() -> dict:
    return json.loads(data("ranking.json").read_text(encoding="utf-8"))


def is_good(found: Features) -> bool:
    """Whether the rewrite is likely enough to be accepted: a less likely one does more harm than good.

    Cuts have a bar of their own; it is other words that readers find wrong.
    """
    return acceptable(found) >= _ranks(found)["lowest"]["deletion" if found["deletion"] else "rewording"]


def _ranks(found: Features) -> dict:
    return _fitted()["with_model" if "likelihood" in found else "without_model"]
