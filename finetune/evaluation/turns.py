"""Worked examples for few-shot prompting, drawn from our train split."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from finetune.dataset import Row
from srlint import prompt
from srlint.errors import ConfigError
from srlint.turns import Turn

# So many of each kind make up the examples, and a prompt has room for no longer ones (characters).
MIX: tuple[tuple[int, str, Callable[[Row], bool]], ...] = (
    (3, "flagged, with a rewrite", lambda row: row.flagged and bool(row.rewrites)),
    (1, "flagged, without a rewrite", lambda row: row.flagged and not row.rewrites),
    (2, "clean", lambda row: not row.flagged),
)
LONGEST = 160
SEED = 5


def drawn(rows: Sequence[Row], seed: int = SEED) -> list[Turn]:
    """Six worked examples from our train split, in random order. Raises ConfigError where it has too few."""
    draw = random.Random(seed)
    short = [row for row in rows if len(row.text) <= LONGEST and len(row.before) <= LONGEST]
    chosen: list[Row] = []
    for count, kind, belongs in MIX:
        own = [row for row in short if belongs(row)]
        if len(own) < count:
            raise ConfigError(f"the train split has {len(own)} short passages that are {kind}: few-shot needs {count}")
        chosen += draw.sample(own, count)
    draw.shuffle(chosen)
    return [
        Turn(
            prompt.question(row.text, row.before, ()),
            prompt.answer(row.categories, row.rewrites[0] if row.rewrites else None),
        )
        for row in chosen
    ]
