"""How much say a language model gets beside the detector: measured on labelled passages, chosen by F1.

What is measured is what runs: detector, term list and model are read through the judge itself.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from srlint.detector import Detection
from srlint.gaps import joined
from srlint.judge import MOST_LOG_ODDS, Judge, with_terms
from srlint.models.figures import Detected, at, best_threshold
from srlint.odds import log_odds, probability

if TYPE_CHECKING:
    from srlint.engine.decode import Rewriter

MAX_FALSE_ALARMS = 0.04
# So much F1 is not worth a say: on some two thousand passages it is within chance.
MARGIN = 0.005
WEIGHTS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
# A passage without a word at fault is never flagged, whatever anybody thinks of it.
_NEVER = log_odds(0.0)


class Passage(Protocol):
    """A labelled passage."""

    @property
    def text(self) -> str: ...

    @property
    def before(self) -> str: ...

    @property
    def flagged(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Opinion:
    """Log-odds of one passage being at fault: of detector and terms, and of the language model.

    `seconds` is what the model took; 0 for a passage that it was not asked about.
    """

    own: float
    said: float
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Choice:
    """A weight, and what comes of it at the threshold that goes with it."""

    weight: float
    figures: Detected


def detections(judge: Judge, passages: Sequence[Passage]) -> list[Detection]:
    """What detector and terms say of each passage."""
    found = judge.detect([(passage.text, passage.before) for passage in passages])
    matches = [judge.terms.find(passage.text) for passage in passages]
    return [
        with_terms(detection, own, judge.probability(detection, own))
        for detection, own in zip(found, matches, strict=True)
    ]


def opinions(model: Rewriter, passages: Sequence[Passage], judged: Sequence[Detection]) -> Iterator[Opinion]:
    """The opinion on each passage in turn. A model that has no room for a passage has none: 0."""
    for passage, detection in zip(passages, judged, strict=True):
        yield opinion(model, passage, detection)


def opinion(model: Rewriter, passage: Passage, judged: Detection) -> Opinion:
    """Asks the model about one passage, if anything in it can be at fault."""
    if not judged.marks:
        return Opinion(_NEVER, _NEVER)
    began = time.perf_counter()
    answer = model.ask(passage.text, passage.before, joined(passage.text, judged.marks), judged.categories)
    said = max(-MOST_LOG_ODDS, min(MOST_LOG_ODDS, log_odds(answer.flagged))) if answer else 0.0
    return Opinion(log_odds(judged.probability), said, time.perf_counter() - began)


def measured(weight: float, threshold: float, found: Sequence[Opinion], flagged: Sequence[bool]) -> Choice:
    """What comes of a weight at a given threshold. Raises ValueError unless some are flagged and some are clean."""
    return Choice(weight, at(threshold, _combined(weight, found), flagged))


def choices(
    found: Sequence[Opinion],
    flagged: Sequence[bool],
    weights: Sequence[float] = WEIGHTS,
    max_false_alarms: float = MAX_FALSE_ALARMS,
) -> list[Choice]:
    """The best threshold for each weight. Raises ValueError as `best_threshold` does."""
    return [Choice(own, best_threshold(_combined(own, found), flagged, max_false_alarms)) for own in weights]


def chosen(among: Sequence[Choice], margin: float = MARGIN) -> Choice:
    """The smallest weight whose F1 comes within `margin` of the best.

    A say costs every doubtful passage time, and runs with and without the model differ by it.
    """
    best = max(choice.figures.f1 for choice in among)
    return next(choice for choice in among if choice.figures.f1 >= best - margin)


def _combined(weight: float, found: Sequence[Opinion]) -> list[float]:
    return [probability((1 - weight) * own.own + weight * own.said) for own in found]
