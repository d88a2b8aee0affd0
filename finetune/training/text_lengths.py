"""How long the training texts are, in tokens: said before a run, so that a bad `max_length` shows."""

from __future__ import annotations

from collections.abc import Sequence

from finetune.pairs import Pair
from finetune.settings import LanguageRun
from finetune.training.examples import Example
from srlint.errors import ConfigError


def lengths(epochs: Sequence[Sequence[Pair]], kept: Sequence[Sequence[Example]], prefix: int) -> str:
    """One line: shortest, median, 95th percentile, longest; and how many texts `max_length` left out."""
    sizes = sorted(len(item.ids) for found in kept for item in found)
    out = sum(len(found) for found in epochs) - len(sizes)
    dropped = f"; {out} left out as longer than max_length" if out else ""
    return (
        f"tokens a text behind a prefix of {prefix}: {sizes[0]} at least, median {sizes[len(sizes) // 2]}, "
        f"95 % up to {sizes[min(len(sizes) - 1, len(sizes) * 95 // 100)]}, {sizes[-1]} at most{dropped}"
    )


def check_texts(run: LanguageRun, own: Sequence[Sequence[Example]], other: Sequence[Example]) -> None:
    """Raises ConfigError where nothing is left to train on or to hold out."""
    fitting = f"of at most max_length = {run.max_length} tokens"
    if not own or not all(own):
        raise ConfigError(f"{run.name}: no text to train on {fitting}")
    if not other:
        raise ConfigError(f"{run.name}: no held-out text {fitting}")
