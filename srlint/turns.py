"""The opening of a chat: our system text and, for a model that nobody tuned, worked examples as earlier turns.

Examples are documents, too: they are kept apart from the template around them, so that nothing in them becomes a
control token.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256

from srlint import prompt
from srlint.document import Span
from srlint.shipped import data

_SENTINEL = re.compile("\x00([0-9]+)\x00")
# How the file of examples writes an atom.
_CODE = "<code>"


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


def chat(template: str, bos: str, eos: str, turns: Sequence[Turn] = ()) -> Chat:
    """A model's own Jinja chat template around our system text and the worked turns.

    Without turns it is `srlint.prompt.frame`, which a tuned model was trained with. Raises ValueError for a template
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


@cache
def worked() -> tuple[Turn, ...]:
    """Our examples for stock models: clean, reworded, beyond rewording, and with gaps to fill."""
    return tuple(_turn(example) for example in examples())


def examples() -> list[dict]:
    """The examples as the file has them, with atoms as a passage has them.

    `marks` are words of `text`; no `categories` means clean. Either `rewrite` is the passage in other words, or None
    where there are none, or `fill` has the words for each mark in turn.
    """
    return json.loads(data("turns.json").read_text(encoding="utf-8").replace(_CODE, prompt.ATOM))


def _turn(example: dict) -> Turn:
    text, categories = example["text"], example["categories"]
    marks = [Span(text.index(words), text.index(words) + len(words)) for words in example["marks"]]
    question = prompt.question(text, example["before"], marks)
    if "fill" in example:
        filled = prompt.gapped(text, marks) + prompt.fillings(example["fill"])
        return Turn(question, f"{', '.join(categories)}\n{filled}")
    return Turn(question, prompt.answer(categories, example.get("rewrite")))


def fingerprint() -> str:
    """Digest of all that a stock model is shown: what was measured with other examples holds no more."""
    shown = [prompt.fingerprint(), *((turn.question, turn.answer) for turn in worked())]
    return sha256(json.dumps(shown).encode()).hexdigest()[:16]
