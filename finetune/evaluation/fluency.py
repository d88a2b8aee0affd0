"""How a rewrite reads, by faults that can be counted: each a plain rule, counted only where the source has it less.

A rule of this kind finds what careless deleting and swapping leave behind. It says nothing about elegance; perplexity
under a language model says a little.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from finetune.evaluation.instruments import Instruments
from finetune.evaluation.section import NOT_MEASURED, Table
from finetune.evaluation.significance import mean
from finetune.evaluation.wording import words

_DOUBLED = re.compile(r"\b([^\W\d_]+)\s+\1\b", re.IGNORECASE)
_BRACKETS = {")": "(", "]": "[", "}": "{", "”": "“", "»": "«"}
_END = re.compile(r"[.!?…][\"”’')\]]*\s*\Z")
_FIRST_LETTER = re.compile(r"[^\W\d_]")
# A blank before a mark, two marks that do not go together, brackets around nothing, a mark to begin with.
_STRAY = re.compile(r"\s[,.;:!?](?=\s|\Z)|[,;:]\s*[,.;:!?]|\(\s*\)|\A\s*[,.;:!?)]")
# Vowel letters with a consonant's sound, and the other way round, are left out; so are abbreviations.
_ARTICLE = re.compile(
    r"(?:\ba|\AA) (?:[ai][a-z]|e(?![uw])[a-z]|o(?!ne|nce)[a-z])|(?:\ban|\AAn) [bcdfgjklmnpqrstvwyz][a-z]{2}"
)


def _unbalanced(text: str) -> int:
    """1 where brackets or quotation marks do not close each other."""
    open_ones: list[str] = []
    for mark in text:
        if mark in _BRACKETS.values():
            open_ones.append(mark)
        elif mark in _BRACKETS and (not open_ones or open_ones.pop() != _BRACKETS[mark]):
            return 1
    return int(bool(open_ones) or text.count('"') % 2 == 1)


def _end_missing(text: str) -> int:
    return int(_END.search(text) is None)


def _small_start(text: str) -> int:
    first = _FIRST_LETTER.search(text)
    return int(first is not None and first[0].islower())


# What is counted in source and rewrite. More of it in the rewrite is a fault.
FAULTS: tuple[tuple[str, Callable[[str], int]], ...] = (
    ("doubled word", lambda text: len(_DOUBLED.findall(text))),
    ("unbalanced", _unbalanced),
    ("end lost", _end_missing),
    ("capital lost", _small_start),
    ("stray mark", lambda text: len(_STRAY.findall(text))),
    ("a or an", lambda text: len(_ARTICLE.findall(text))),
)
_NAMES = tuple(name for name, _ in FAULTS)


@dataclass(frozen=True, slots=True)
class Fluency:
    """`length`: words of the rewrite for each word of its source, None for a source without words."""

    length: float | None
    faults: tuple[str, ...]


def fluency(source: str, text: str) -> Fluency:
    """The faults that `text` has and its source has not, or has less often."""
    before = len(words(source))
    return Fluency(
        length=len(words(text)) / before if before else None,
        faults=tuple(name for name, count in FAULTS if count(text) > count(source)),
    )


def totals(answers: Sequence[Fluency | None]) -> dict[str, Any]:
    """Shares of the rewrites with each fault and with none; in `faultless_of_answers` a failure (None) is faulty."""
    given = [one for one in answers if one is not None]
    return {
        "rewrites": len(given),
        "length": mean(one.length for one in given),
        "faults": {name: mean(float(name in one.faults) for one in given) for name in _NAMES},
        "faultless": mean(float(not one.faults) for one in given),
        "faultless_of_answers": mean(float(one is not None and not one.faults) for one in answers),
    }


def perplexity_ratio(pairs: Sequence[tuple[str, str]], instruments: Instruments) -> float | str | None:
    """The geometric mean of perplexity(text) / perplexity(source) over (source, text): above 1, the text reads worse.

    NOT_MEASURED without a language model, None without pairs.
    """
    if instruments.perplexity is None:
        return NOT_MEASURED
    if not pairs:
        return None
    before = instruments.perplexity([source for source, _ in pairs])
    after = instruments.perplexity([text for _, text in pairs])
    ratios = [math.log(new / old) for old, new in zip(before, after, strict=True)]
    return math.exp(sum(ratios) / len(ratios))


def table(title: str, systems: Mapping[str, Mapping[str, Any]]) -> Table:
    """From the `totals` of each system, with `perplexity_ratio` beside them."""
    columns = ("system", "rewrites", "length", *_NAMES, "faultless", "faultless, failures 0", "perplexity ratio")
    rows = tuple(
        (
            name,
            own["rewrites"],
            own["length"],
            *(own["faults"][fault] for fault in _NAMES),
            own["faultless"],
            own["faultless_of_answers"],
            own["perplexity_ratio"],
        )
        for name, own in systems.items()
    )
    note = (
        "Shares of the rewrites that have a fault which their source has not, or has less often. “Length”: words for"
        " each word of the source. “Perplexity ratio”: rewrite to source, geometric mean; above 1 reads worse."
    )
    return Table(title, columns, rows, note, frozenset((*_NAMES, "faultless", "faultless, failures 0")))
