"""Whether a listed term, where it stands, is used in the sense that the list means, and what may stand for it there."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

from srlint.termfile import Entry, Form, normal
from srlint.usage import (
    has_capital_after,
    in_code,
    in_name,
    is_headline,
    is_mentioned,
    names_person,
    opens_sentence,
    quoted,
)
from srlint.wordforms import cased, possessive

_WORD = re.compile(r"\w+")
_NEXT = re.compile(r"\ufffc?\s*([^\W_]+(?:'[^\W_]+)?|[^\w\s])?")
_PREV = re.compile(r"([^\W_]+(?:'[^\W_]+)?|[^\w\s])?\s*$")
_PRONOUN = re.compile(r"\b(?:he|his|him|himself|she|her|hers|herself)\b", re.I)
_SAID_BEHIND = re.compile(r" (?:experiencing|from|in|who|with|without) ")
# Someone, but nobody in particular: "a chairman … his".
_ANYONE = frozenset({"a", "an", "any", "every", "each", "no", "another", "whichever", "either"})
_LONGEST_ACRONYM = 5


class Sentence:
    """A text being searched, and what the search may need to know about it, worked out when first asked for."""

    def __init__(self, text: str, compared: str):
        self.text = text
        self.compared = compared

    @cached_property
    def quoted(self) -> list[tuple[int, int]]:
        return quoted(self.text)

    @cached_property
    def headline(self) -> bool:
        return is_headline(self.text)

    @cached_property
    def words(self) -> frozenset[str]:
        return frozenset(_WORD.findall(self.compared))

    def in_quotes(self, start: int, end: int) -> bool:
        at = bisect_right(self.quoted, (start, len(self.text) + 1))
        return any(a < end and start < b for a, b in self.quoted[max(0, at - 2) : at + 1])

    def word_after(self, end: int) -> str:
        """The word after `end`, a punctuation mark, or "" at the end of the text."""
        found = _NEXT.match(self.compared, end)
        return (found.group(1) or "") if found else ""

    def word_before(self, start: int) -> str:
        """The word before `start`, a punctuation mark, or "" at the beginning of the text."""
        found = _PREV.search(self.compared, max(0, start - 40), start)
        return (found.group(1) or "") if found else ""


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a term. `end`: where it ends, a possessive ending included where that must change with it.

    `replacements` are inflected and cased for the place. `doubtful`: the text may only mention the word, or
    the word may be part of a name, or the title of a particular person.
    """

    end: int
    replacements: tuple[str, ...]
    doubtful: bool


def use(sentence: Sentence, form: Form, entry: Entry, start: int, end: int) -> Use | None:
    """The use of a form of `entry` that stands at `start`..`end`, or None when it is fine there."""
    text = sentence.text
    found = text[start:end]
    if not _in_context(sentence, entry, start, end) or (entry.lower and not found.islower()):
        return None
    if sentence.in_quotes(start, end) or in_code(text, start, end):
        return None
    if found.isupper() and len(found) <= _LONGEST_ACRONYM and not text.isupper():
        return None
    if not sentence.headline and in_name(text, start, end, proper=entry.proper, title=entry.role):
        return None
    opening = opens_sentence(text, start)
    doubtful = (
        is_mentioned(text, start, end)
        or _offers_replacement(sentence, form, start, end)
        or (entry.role and _has_holder(sentence, start))
        # A lone capital inside a sentence: a heading, a button, a title, a defined term.
        or not (found[opening:].islower() or entry.proper or sentence.headline or found.isupper())
        # The first words of a title: Crippled Inside the Machine.
        or (opening and found[0].isupper() and not sentence.headline and has_capital_after(text, end))
    )
    end, replacements = _owned(sentence, form, end)
    case = {"proper": entry.proper, "opening": opening, "headline": sentence.headline}
    return Use(end, tuple(cased(new, text[start:end], **case) for new in replacements), doubtful)


def _in_context(sentence: Sentence, entry: Entry, start: int, end: int) -> bool:
    """Do the entry's rules about neighbouring words hold?"""
    if entry.next is not None or entry.not_next is not None:
        word = sentence.word_after(end)
        if not _fits(word, entry.next, entry.not_next):
            return False
    if entry.prev is not None or entry.not_prev is not None:
        word = sentence.word_before(start)
        if not _fits(word, entry.prev, entry.not_prev):
            return False
    if any(wanted is not None and wanted.isdisjoint(sentence.words) for wanted in (entry.near, entry.and_near)):
        return False
    return entry.not_near is None or entry.not_near.isdisjoint(sentence.words)


def _fits(word: str, wanted: frozenset[str] | None, unwanted: frozenset[str] | None) -> bool:
    return (wanted is None or _listed(word, wanted)) and (unwanted is None or not _listed(word, unwanted))


def _listed(word: str, words: frozenset[str]) -> bool:
    return word in words or ("." in words and not word[:1].isalnum() and word != "\ufffc")


def _offers_replacement(sentence: Sentence, form: Form, start: int, end: int) -> bool:
    """Does the sentence also hold a replacement of the form, as in a note that says which word gave way to which?"""
    rest = f"{sentence.compared[:start]}|{sentence.compared[end:]}"
    return any(re.search(rf"(?<!\w){re.escape(normal(new))}(?!\w)", rest) for new in form.replacements)


def _has_holder(sentence: Sentence, start: int) -> bool:
    """Does a particular person seem to hold the role named at `start`?"""
    if sentence.word_before(start) in _ANYONE:
        without = _PRONOUN.sub(lambda found: " " * len(found.group()), sentence.text)
        return names_person(without)
    return names_person(sentence.text)


def _owned(sentence: Sentence, form: Form, end: int) -> tuple[int, tuple[str, ...]]:
    """Where the match ends and its replacements, with a possessive ending where the text has one that must change.

    What is said of a person behind the noun can own nothing: "the person with epilepsy's mother".
    """
    compared, text = sentence.compared, sentence.text
    if not form.owns or compared[end : end + 1] != "'":
        return end, form.replacements
    owners = [new for new in form.replacements if not _SAID_BEHIND.search(new)]
    if compared[end + 1 : end + 2] == "s" and not compared[end + 2 : end + 3].isalnum():
        return end + 2, tuple(possessive(new, text[end], form.many) for new in owners)
    # A bare apostrophe after s (the illegals' lawyers), unless it closes a quotation.
    bare = form.text.endswith("s") and re.match("' [a-z]", compared[end : end + 3])
    if bare and not sentence.in_quotes(end, end + 1) and not all(new.endswith("s") for new in form.replacements):
        return end + 1, tuple(possessive(new, text[end], form.many) for new in owners)
    return end, form.replacements
