"""The opening of a chat: our system text and, for few-shot prompting, worked examples as earlier turns.

Examples are documents, too: they are kept apart from the template around them, so that nothing in them becomes a
control token.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from finetune.dataset import Row
from srlint import prompt
from srlint.errors import ConfigError

# So many of each kind make up the examples, and a prompt has room for no longer ones (characters).
MIX: tuple[tuple[int, str, Callable[[Row], bool]], ...] = (
    (3, "flagged, with a rewrite", lambda row: row.flagged and bool(row.rewrites)),
    (1, "flagged, without a rewrite", lambda row: row.flagged and not row.rewrites),
    (2, "clean", lambda row: not row.flagged),
)
LONGEST = 160
SEED = 5

_SENTINEL = re.compile("\x00([0-9]+)\x00")


@dataclass(frozen=True, slots=True)
class Turn:
    """A question as the user asks it, and the answer that we should like to get."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a prompt. Only a template's own (`special`) may hold control tokens."""

    text: str
    special: bool


@dataclass(frozen=True, slots=True)
class Chat:
    """What stands before the question, and after it."""

    opening: tuple[Piece, ...]
    suffix: str


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


def chat(template: str, bos: str, eos: str, turns: Sequence[Turn] = ()) -> Chat:
    """A model's own Jinja chat template around our system text and the worked turns.

    Without turns it is `srlint.prompt.frame`, which training and the command use. Raises ValueError for a template
    that does not show every message once and in order, and whatever Jinja raises for a broken one.
    """
    if not turns:
        frame = prompt.frame(template, bos, eos)
        return Chat((Piece(frame.prefix, True),), frame.suffix)
    contents = [text for turn in turns for text in (turn.question, turn.answer)]
    places = [f"\x00{number}\x00" for number in range(len(contents) + 1)]
    rendered = _SENTINEL.split(prompt.rendered(template, bos, eos, places))
    if rendered[1::2] != [str(number) for number in range(len(contents) + 1)]:
        raise ValueError("it does not show every turn once and in order")
    *between, suffix = rendered[::2]
    pieces = [Piece(between[0], True)]
    for content, after in zip(contents, between[1:], strict=True):
        pieces += [Piece(content, False), Piece(after, True)]
    return Chat(tuple(pieces), suffix)
