"""What a rewrite removed, kept and broke, by rules that share nothing with srlint's own guards.

Words are compared in lower case. Texts are plain: markup removed, each opaque element one U+FFFC.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from finetune.evaluation.pipelines import without
from finetune.evaluation.wording import times
from srlint.document import Span

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*|\ufffc")
# Digits inside a word ("n00b") count nothing.
_DIGITS = re.compile(r"(?<![^\W_])\d+(?:[.,:/]\d+)*")
_SENTENCE_START = re.compile(r"(?:\A|[.!?:;…][\"”’)\]]*\s|[\"“‘(\[–—]\s?)\W*\Z")
_NUMBER_NAMES = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen"
    " nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion dozen"
)
_NUMBER_WORDS = frozenset(_NUMBER_NAMES.split())


@dataclass(frozen=True, slots=True)
class Word:
    """A word and the half-open stretch of code points where it stands."""

    key: str
    start: int
    end: int


def words(text: str) -> list[Word]:
    return [Word(match[0].lower().replace("’", "'"), *match.span()) for match in _WORD.finditer(text)]


def kept(old: Sequence[str], new: Sequence[str]) -> set[int]:
    """Indices of the words of `old` that stay, in order: a longest common subsequence."""
    longest = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            longest[i][j] = longest[i + 1][j + 1] + 1 if old[i] == new[j] else max(longest[i + 1][j], longest[i][j + 1])
    found, i, j = set(), 0, 0
    while i < len(old) and j < len(new):
        if old[i] == new[j]:
            found.add(i)
            i, j = i + 1, j + 1
        elif longest[i + 1][j] >= longest[i][j + 1]:
            i += 1
        else:
            j += 1
    return found


@dataclass(frozen=True, slots=True)
class Fidelity:
    """Counts for one passage and its rewrite. `marked` words are those that an annotated span touches.

    A span is removed when its words no longer stand together as often as before.
    """

    spans: int
    spans_removed: int
    marked: int
    marked_kept: int
    unmarked: int
    unmarked_kept: int
    echo: bool


def compared(old: str, new: str, spans: Sequence[tuple[int, int]]) -> Fidelity:
    """Counts for `old` with its annotated spans (code points of `old`) and a rewrite `new`."""
    before, after = words(old), [word.key for word in words(new)]
    keys = [word.key for word in before]
    phrases = [[word.key for word in before if word.start < end and start < word.end] for start, end in spans]
    marked = {
        at for at, word in enumerate(before) if any(word.start < end and start < word.end for start, end in spans)
    }
    stay = kept(keys, after)
    return Fidelity(
        spans=len(phrases),
        spans_removed=sum(times(phrase, after) < times(phrase, keys) for phrase in phrases),
        marked=len(marked),
        marked_kept=len(stay & marked),
        unmarked=len(before) - len(marked),
        unmarked_kept=len(stay - marked),
        echo=keys == after,
    )


def broken(old: str, new: str, spans: Sequence[tuple[int, int]], references: Sequence[str]) -> tuple[str, ...]:
    """What a rewrite did to numbers and capitalised names that it must not do; () when nothing.

    Digits stay as they are, always. Number words and names outside the annotated spans stay; none comes that neither
    the passage nor one of its references has. A capital at the beginning of a sentence is no name.
    """
    found = []
    if Counter(_DIGITS.findall(old)) != Counter(_DIGITS.findall(new)):
        found.append("digits changed")
    outside = [word for word in words(old) if not any(word.start < end and start < word.end for start, end in spans)]
    has = Counter(_stem(word) for word in words(new))
    for word in outside:
        if _stem(word) not in has and (_is_name(old, word) or word.key in _NUMBER_WORDS):
            found.append(f"lost {old[word.start : word.end]}")
    known = {_stem(word) for text in (old, *references) for word in words(text)}
    for word in words(new):
        if _stem(word) not in known and (_is_name(new, word) or word.key in _NUMBER_WORDS):
            found.append(f"added {new[word.start : word.end]}")
    return tuple(found)


def _stem(word: Word) -> str:
    return word.key.removesuffix("'s").removesuffix("'")


def _is_name(text: str, word: Word) -> bool:
    written = text[word.start : word.end]
    if written in ("I", "I'm", "I’m", "I'd", "I’d", "I'll", "I’ll", "I've", "I’ve"):
        return False
    return written[0].isupper() and _SENTENCE_START.search(text[: word.start]) is None


def without_marks(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The delete-marks baseline: the annotated words cut out, blanks closed up, a capital at the start, no more."""
    return without(text, [Span(start, end) for start, end in spans])
