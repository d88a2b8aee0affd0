"""Whether the text before a passage helps to understand it: it does where it is a sentence that people wrote."""

from __future__ import annotations

import re

from srlint.disguise import plain_reading
from srlint.formats.atoms import ATOM

# What opens and closes a turn in one chat template or another, and words that play a part in a chat.
_CONTROL = re.compile(
    r"<[|｜]|[|｜]>|\[/?(?:INST|SYSTEM_PROMPT)\]|<</?SYS>>|</?s>|<\w+_of_\w+>|<\w+_of_\w+$"
    r"|^\W*(?:system|user|assistant|human|instruction|response|passage|marked|before)\s*:",
    re.IGNORECASE,
)
# Longer words are no words: keys, encoded text, a letter repeated.
_LONGEST_WORD = 40
# Letters, white space and what stands for code or a link make up at least so much of a sentence.
_LEAST_PROSE = 0.6


# The sentence before a passage begins with this where it stands in another block.
_BREAK = "\n"


def apart(before: str) -> str:
    """A sentence before, as one that stands in another block."""
    return _BREAK + before if before else ""


def is_apart(before: str) -> bool:
    """Whether a sentence before stands in another block: then it is as likely to mislead as to help."""
    return before.startswith(_BREAK)


def context(before: str) -> str:
    """`before`, or nothing where it is no plain sentence: then it would only throw a dice about its neighbour."""
    if not before.strip() or _CONTROL.search(before):
        return ""
    if max(map(len, before.split())) > _LONGEST_WORD:
        return ""
    prose = sum(letter.isalpha() or letter.isspace() or letter == ATOM for letter in before)
    if prose < _LEAST_PROSE * len(before):
        return ""
    return "" if plain_reading(before) else before
