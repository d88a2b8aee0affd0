"""What two texts have in common: words that stay, chrF. Words are compared in lower case, with straight apostrophes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from srlint.align import align
from srlint.document import Span

# A number with its separators, a sign that says what it counts, a word, or one opaque element (code, a link).
_WORD = re.compile(r"(?<![^\W_])\d+(?:[.,:/]\d+)*(?![^\W_])|[$€£¥%]|[^\W_]+(?:['’][^\W_]+)*|\ufffc")
_SENTENCE_START = re.compile(r"(?:\A|[.!?:;…][\"”’')\]]*\s|[\"“‘(\[–—]\s?)\W*\Z")

# Words that say what a text is about are the others.
_FUNCTION_WORDS = (
    "a an the this that these those and or but nor so yet if then than as at by for from in into of off on onto out"
    " over to under up upon with without about after again against all any before between both during each every few"
    " more most much many no not only other own same some such too very just also even ever never always it its itself"
    " he him his she her hers they them their theirs we us our ours you your yours i me my mine one who whom whose"
    " which what when where why how there here is am are was were be been being do does did done doing have has had"
    " having will would shall should can could may might must ought let s t d ll m re ve don't doesn't didn't isn't"
    " aren't wasn't weren't won't can't cannot couldn't wouldn't shouldn't haven't hasn't hadn't it's that's i'm"
)
FUNCTION_WORDS = frozenset(_FUNCTION_WORDS.split())


@dataclass(frozen=True, slots=True)
class Word:
    """A word where it stands in its text (code points). `first`: it opens a sentence: its capital says nothing."""

    text: str
    key: str
    start: int
    end: int
    first: bool

    def touches(self, marks: Sequence[Span]) -> bool:
        return any(self.start < mark.end and mark.start < self.end for mark in marks)


def words(text: str) -> list[Word]:
    return [
        Word(
            found[0],
            found[0].lower().replace("’", "'"),
            *found.span(),
            first=_SENTENCE_START.search(text[: found.start()]) is not None,
        )
        for found in _WORD.finditer(text)
    ]


def stay(old: Sequence[Word], new: Sequence[Word]) -> set[int]:
    """Indices of the words of `old` that `new` keeps, in order: a longest common subsequence."""
    pairs = align([word.key for word in old], [word.key for word in new], lambda _: 1)
    return {at for at, _ in pairs}


def times(phrase: Sequence[str], text: Sequence[str]) -> int:
    """How often the words of `phrase` stand in `text` in a row; never, for a phrase without words."""
    size = len(phrase)
    return sum(list(text[at : at + size]) == list(phrase) for at in range(len(text) - size + 1)) if size else 0


def spans_removed(text: str, rewrite: str, marks: Sequence[Span]) -> int:
    """How many of the marks are gone: their words stand together less often than before."""
    old = words(text)
    before, after = [word.key for word in old], [word.key for word in words(rewrite)]
    phrases = [[word.key for word in old if word.touches([mark])] for mark in marks]
    return sum(times(phrase, after) < times(phrase, before) for phrase in phrases)


def chrf(text: str, references: Sequence[str], order: int = 6, beta: float = 2.0) -> float:
    """chrF2 of one sentence against its closest reference (Popović 2015), from 0 to 1.

    F-score, recall weighing `beta` times as much as precision, of the mean precision and recall of character n-grams
    up to `order`, white space left out, and orders that a text is too short for. Raises ValueError without references.
    """
    return max(_chrf(text, reference, order, beta) for reference in references)


def _chrf(text: str, reference: str, order: int, beta: float) -> float:
    shared: list[tuple[float, float]] = []
    for size in range(1, order + 1):
        own, wanted = _grams(text, size), _grams(reference, size)
        if own and wanted:
            both = (own & wanted).total()
            shared.append((both / own.total(), both / wanted.total()))
    precision = sum(one for one, _ in shared) / len(shared) if shared else 0.0
    recall = sum(one for _, one in shared) / len(shared) if shared else 0.0
    weighted = beta * beta * precision + recall
    return (1 + beta * beta) * precision * recall / weighted if weighted else 0.0


def _grams(text: str, size: int) -> Counter[str]:
    joined = "".join(text.split())
    return Counter(joined[at : at + size] for at in range(len(joined) - size + 1))
