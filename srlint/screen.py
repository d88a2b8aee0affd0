"""A first look in front of the detector: what it would certainly leave alone, it need not read.

A small convolutional network over the detector's own tokens, taught by what the detector said of many passages
(`python -m finetune screen`). Each filter looks at three neighbouring tokens and counts where it fits best. All its
weights are whole numbers, so small that float32 adds them without rounding: a score is the same in any order of
additions, whatever is scored beside it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from srlint.errors import ModelError
from srlint.shipped import data

if TYPE_CHECKING:
    import numpy

    Array = numpy.ndarray[Any, Any]

# Passages scored at once: what they fill stays in a processor's caches.
_PORTION = 64
# float32 holds every whole number up to this.
EXACT = 2**24


@dataclass(frozen=True, slots=True)
class Network:
    """int8 `tokens` [vocabulary, width], int8 `filters` [3, width, filters]; int32 `bias` and `weights`, one a filter.

    Token 0 is a row of zeros. A passage's score is the sum over filters of `weights` times the largest value, if
    positive, that filter and bias have anywhere in it.
    """

    tokens: Array
    filters: Array
    bias: Array
    weights: Array

    def __post_init__(self) -> None:
        """Raises ValueError for weights that do not go together, or of which sums could be rounded."""
        (_, width), count = self.tokens.shape, len(self.bias)
        if self.tokens.dtype != "int8" or self.filters.dtype != "int8" or self.tokens[0].any():
            raise ValueError("not a screen's weights")
        if self.filters.shape != (3, width, count) or self.weights.shape != (count,):
            raise ValueError("not a screen's weights")
        largest = 128 * abs(self.filters.astype("int64")).sum((0, 1)) + abs(self.bias.astype("int64"))
        if largest.max() >= EXACT:
            raise ValueError("sums could be rounded")

    def scores(self, passages: Sequence[Sequence[int]]) -> Array:
        """A whole number for each passage, from its tokens, of which there is at least one."""
        import numpy

        filters = self.filters.reshape(-1, len(self.bias)).astype(numpy.float32)
        portions = [passages[at : at + _PORTION] for at in range(0, len(passages), _PORTION)]
        best = [self._best(some, filters) for some in portions]
        whole = numpy.concatenate([numpy.zeros((0, len(self.bias)), numpy.int64), *best])
        return whole @ self.weights.astype(numpy.int64)

    def _best(self, passages: Sequence[Sequence[int]], filters: Array) -> Array:
        """What each filter counts for in each passage."""
        import numpy

        flat = [0]  # a row of zeros on either side keeps neighbours out of each other's sight
        for own in passages:
            flat += own
            flat.append(0)
        ends = numpy.cumsum([len(own) + 1 for own in passages])
        read = self.tokens[flat].astype(numpy.float32)
        fits = numpy.concatenate([read[:-2], read[1:-1], read[2:]], axis=1) @ filters
        fits[ends[:-1] - 1] = -EXACT  # the rows between passages belong to none
        starts = numpy.concatenate([[0], ends[:-1]])
        best = numpy.maximum.reduceat(fits, starts, axis=0) + self.bias.astype(numpy.float32)
        return numpy.maximum(best, 0).astype(numpy.int64)


class Screen:
    """Tells what the detector must read. `cuts` maps probabilities to scores: of the passages to which the detector
    gives at least such a probability, nearly all score at least so much; `made` says how many, and how it was made."""

    def __init__(self, network: Network, cuts: dict[float, int], made: dict[str, Any]):
        self.made = made
        self.network = network
        self._cuts = cuts

    @classmethod
    def load(cls, path: Path | None = None) -> Screen:
        """The shipped one, or one made by `python -m finetune screen`. Raises ModelError."""
        import numpy

        path = path or data("screen.npz")
        try:
            with numpy.load(path, allow_pickle=False) as parts:
                network = Network(*(parts[name] for name in ("tokens", "filters", "bias", "weights")))
                made = json.loads(bytes(parts["made"]))
            return cls(network, {float(level): int(cut) for level, cut in made["cuts"].items()}, made)
        except OSError as error:
            raise ModelError(f"{path}: cannot read the screen: {error.strerror or error}") from error
        except Exception as error:  # a damaged archive fails in many ways
            raise ModelError(f"{path}: not a screen made by `python -m finetune screen`") from error

    def suspects(self, passages: Sequence[Sequence[int]], floors: Sequence[float]) -> list[int]:
        """The places of the passages, given as tokens, to which the detector may give the probability of their floor.

        Below the lowest probability that the screen was made for nothing is certain: then all are suspects.
        """
        least = {floor: self._cut(floor) for floor in set(floors)}
        unsure = [at for at, floor in enumerate(floors) if least[floor] is None]
        sure = [at for at, floor in enumerate(floors) if least[floor] is not None]
        scores = self.network.scores([passages[at] for at in sure]).tolist()
        return sorted([*unsure, *(at for at, score in zip(sure, scores, strict=True) if score >= least[floors[at]])])

    def _cut(self, floor: float) -> int | None:
        return max((cut for level, cut in self._cuts.items() if level <= floor), default=None)
