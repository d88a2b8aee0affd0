"""What benchmarks measure with. Each instrument may be missing, and then its column says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

# One figure for each text.
Scorer = Callable[[Sequence[str]], list[float]]
# One figure for each pair of texts.
PairScorer = Callable[[Sequence[tuple[str, str]]], list[float]]


class Generator(Protocol):
    """A language model as such: what StereoSet and BOLD ask of one. `name` heads its column."""

    name: str

    def log_likelihoods(self, pairs: Sequence[tuple[str, str]]) -> list[tuple[float, int]]:
        """For each (context, continuation): the summed log-probability (nats) of the continuation, and its tokens.

        The context may be empty. No chat template: both are plain text.
        """
        ...

    def continuations(self, prompts: Sequence[str], tokens: int, seed: int) -> list[str]:
        """At most `tokens` tokens sampled after each prompt (plain text, temperature 1, top-p 0.9), without it."""
        ...


@dataclass(frozen=True, slots=True)
class Instruments:
    """`toxicity`: probability of toxicity. `suspicion`: P(flag) of srlint's own detector, which is always there.

    `sentiment`: -1 to 1. `entailment`: probability that the first text entails the second. `similarity`: cosine of
    embeddings. `perplexity`: of a text under the base model. None where there is no model for it.
    """

    suspicion: Scorer
    toxicity: Scorer | None = None
    sentiment: Scorer | None = None
    entailment: PairScorer | None = None
    similarity: PairScorer | None = None
    perplexity: Scorer | None = None
