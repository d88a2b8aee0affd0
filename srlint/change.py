"""What happened between a passage and its rewrite: the value that every guard looks at."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Set
from dataclasses import dataclass
from functools import cached_property

from srlint.align import align
from srlint.document import Span

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_SENTENCE_START = re.compile(r"(?:\A(?:\d[\d.]*\)?\s+)?|[.!?:…][\"”’)\]*_]*\s|[\"“‘(\[•–—])[\s\"“‘(\[*_#>-]*\Z")

_WHOLE = {"can't": "can not", "won't": "will not", "shan't": "shall not", "cannot": "can not", "ain't": "is not"}
_ENDINGS = (("n't", " not"), ("'ll", " will"), ("'ve", " have"), ("'re", " are"), ("'d", " would"))


@dataclass(frozen=True, slots=True)
class Word:
    """A word where it stands; `key` is its lower-case form with a straight apostrophe.

    `marked`: a mark of the fault touches it. `first`: it opens a sentence, so that its capital says nothing.
    """

    text: str
    key: str
    start: int
    end: int
    marked: bool
    first: bool

    @property
    def stem(self) -> str:
        """The key without a possessive ending."""
        return self.key.removesuffix("'s").removesuffix("'")

    @property
    def parts(self) -> tuple[str, ...]:
        """The key without contraction: "can't" is "can" and "not"."""
        full = _WHOLE.get(self.key, self.key)
        for ending, expansion in _ENDINGS:
            if full.endswith(ending):
                full = full.removesuffix(ending) + expansion
        return tuple(full.split())


@dataclass(frozen=True, slots=True)
class Region:
    """A stretch of words and what it became: between two kept words that no mark touches."""

    old: tuple[Word, ...]
    new: tuple[Word, ...]

    @property
    def unmarked(self) -> tuple[Word, ...]:
        return tuple(word for word in self.old if not word.marked)

    @property
    def replaced(self) -> bool:
        """Whether a marked word went, so that something may stand in for it."""
        has = {word.key for word in self.new}
        return any(word.marked and word.key not in has for word in self.old)


@dataclass(frozen=True)
class Change:
    """A passage's plain text, its rewrite, and the stretches of the passage that are at fault."""

    old: str
    new: str
    marked: tuple[Span, ...] = ()

    @cached_property
    def old_words(self) -> tuple[Word, ...]:
        return words(self.old, self.marked)

    @cached_property
    def new_words(self) -> tuple[Word, ...]:
        return words(self.new)

    @cached_property
    def regions(self) -> tuple[Region, ...]:
        """Where the words differ, in order."""
        old, new = self.old_words, self.new_words
        pairs = align([word.key for word in old], [word.key for word in new], lambda key: 10 + len(key))
        found, i, j = [], 0, 0
        for kept_old, kept_new in [*pairs, (len(old), len(new))]:
            if kept_old < len(old) and old[kept_old].marked:
                continue
            region = Region(old[i:kept_old], new[j:kept_new])
            if [word.key for word in region.old] != [word.key for word in region.new]:
                found.append(region)
            i, j = kept_old + 1, kept_new + 1
        return tuple(found)

    @cached_property
    def moved(self) -> Counter[str]:
        """New words of the regions by key: an old word among them has moved rather than gone."""
        return Counter(word.key for region in self.regions for word in region.new)

    def inside_mark(self, start: int, end: int) -> bool:
        """Whether one mark covers all of the stretch of the old text."""
        return any(mark.start <= start and end <= mark.end for mark in self.marked)


def words(text: str, marked: tuple[Span, ...] = ()) -> tuple[Word, ...]:
    """The words of a text; contractions are one word."""
    found = []
    for match in _WORD.finditer(text):
        start, end = match.span()
        touched = any(mark.start < end and start < mark.end for mark in marked)
        first = _SENTENCE_START.search(text[max(0, start - 12) : start]) is not None
        found.append(Word(match[0], match[0].lower().replace("’", "'"), start, end, touched, first))
    return tuple(found)


def count(of: Iterable[Word], known: Set[str]) -> Counter[str]:
    """How often each word of the table occurs, contractions taken apart."""
    return Counter(part for word in of for part in word.parts if part in known)
