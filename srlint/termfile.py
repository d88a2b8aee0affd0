"""Reading the entries of a term list: validation, and the word forms that each entry stands for.

An entry is a table with these keys; only `term` and `category` are required.

term       the term as in a dictionary. `~` joins parts that are also written solid, with a hyphen or with a space
           (white~list); a space also stands for a hyphen. {a,b} stands for one of several words.
also       further spellings with the same replacements
category   an id of srlint.categories
kind       "noun" (default), "verb", "noun verb", "plural" (no singular) or "phrase" (no other forms)
use        replacements, the settled one first, in dictionary form; {} repeats the word chosen in `term`, {1} the second
forms      forms that the rules get wrong, with their replacements
except     phrases that contain the term and are fine
next, not-next, prev, not-prev   words that must, or must not, stand beside the term; @name is a list from [words],
           "." any punctuation or the end of the text
near, and-near, not-near   words one of which must stand, or none of which may stand, anywhere in the sentence;
           with both `near` and `and-near`, one of each
case       "lower": only when written without capitals
role       true for what a person may be: a named holder may keep the title, and pronouns follow the replacement
pronoun    true for a subject pronoun, whose verb must agree with the replacement
settled    true when the first replacement keeps the meaning nearly everywhere, so that it may be made without asking
sure       false when the word has other senses, so that only the detector can tell
severity   "info", "warning" or "error": what its findings count as; default: what its category does
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import count
from typing import Any

from srlint.categories import IDS
from srlint.errors import ConfigError
from srlint.severity import SEVERITIES
from srlint.wordforms import plural, verb_forms

KINDS = ("noun", "verb", "noun verb", "plural", "phrase")

_TEXT_KEYS = ("term", "category", "kind", "case", "severity")
LIST_KEYS = ("also", "use", "except", "next", "not-next", "prev", "not-prev", "near", "and-near", "not-near")
FLAG_KEYS = ("role", "pronoun", "settled", "sure")
KEYS = (*_TEXT_KEYS, *LIST_KEYS, *FLAG_KEYS, "forms")

# The text is compared in lower case, with one apostrophe, and with a space for every kind of hyphen and space.
_SAME = str.maketrans({"’": "'", "ʼ": "'", "-": " ", "‐": " ", "‑": " ", "–": " ", "\u00a0": " ", "\u202f": " "})
_BRACES = re.compile(r"\{([^}]*)\}")
_SLOT = re.compile(r"\{(\d{0,2})\}")
# So many terms may be written as one: braces multiply.
_MOST_CHOICES = 100


def normal(text: str) -> str:
    """`text` as terms are compared, with the same offsets."""
    lowered = text.lower()
    if len(lowered) != len(text):  # a few capitals have no single lower-case character
        lowered = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    return lowered.replace("-", " ") if lowered.isascii() else lowered.translate(_SAME)


@dataclass(frozen=True, slots=True)
class Entry:
    """One term and the rules for its use. The word lists are None where the entry has no such rule."""

    term: str
    category: str
    settled: bool
    sure: bool
    role: bool
    pronoun: bool
    lower: bool
    proper: bool
    next: frozenset[str] | None
    not_next: frozenset[str] | None
    prev: frozenset[str] | None
    not_prev: frozenset[str] | None
    near: frozenset[str] | None
    and_near: frozenset[str] | None
    not_near: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Form:
    """One form of a term: `text` as compared, and what may stand for it.

    `many`: a plural. `owns`: it can take a possessive ending. An `entry` of None marks an exception.
    """

    text: str
    replacements: tuple[str, ...]
    entry: Entry | None
    many: bool = False
    owns: bool = False


def read(tables: Iterable[Mapping[str, Any]], words: Mapping[str, list[str]], where: str) -> Iterator[Form]:
    """The forms of each table's term, exceptions included. Raises ConfigError naming the term and the key at fault."""
    for number, table in enumerate(tables, 1):
        if not isinstance(table, Mapping):
            raise ConfigError(f"{where}: entry {number} must be a table")
        name = table.get("term")
        if not isinstance(name, str) or not any(map(str.isalpha, name)):
            raise ConfigError(f"{where}: entry {number}: 'term' must be a word or phrase, not {name!r}")
        _validate(table, f"{where}: {name!r}")
        for term, chosen in _choices(name):
            yield from _forms_of(table, term, chosen, words)


def _validate(table: Mapping[str, Any], where: str) -> None:
    for key, value in table.items():
        if key not in KEYS:
            near = get_close_matches(str(key), KEYS, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(KEYS)}"
            raise ConfigError(f"{where}: unknown key {key!r}; {hint}")
        if key in LIST_KEYS and not _is_texts(value):
            raise ConfigError(f"{where}: {key!r} must be a list of words or phrases, not {value!r}")
        if key in FLAG_KEYS and not isinstance(value, bool):
            raise ConfigError(f"{where}: {key!r} must be true or false, not {value!r}")
        if key == "forms" and not (isinstance(value, Mapping) and all(_is_texts(v) for v in value.values())):
            raise ConfigError(f"{where}: 'forms' must be a table of lists, not {value!r}")
    for key, allowed in (("kind", KINDS), ("severity", SEVERITIES), ("case", ("lower",)), ("category", IDS)):
        if key in table and table[key] not in allowed:
            raise ConfigError(f"{where}: {key!r} must be one of {', '.join(allowed)}, not {table[key]!r}")
    if "category" not in table:
        raise ConfigError(f"{where}: 'category' is missing; known are {', '.join(IDS)}")


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(item, str) and item and item.strip() == item and item.isprintable() for item in value
    )


def _choices(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """`text` with every choice of the words in its braces, and the words chosen. Raises ConfigError for too many."""
    if math.prod(words.count(",") + 1 for words in _BRACES.findall(text)) > _MOST_CHOICES:
        raise ConfigError(f"{text!r}: the braces stand for more than {_MOST_CHOICES} terms")
    return _chosen(text)


def _chosen(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    braces = _BRACES.search(text)
    if braces is None:
        yield text, ()
        return
    for word in map(str.strip, braces.group(1).split(",")):
        for rest, chosen in _chosen(text[braces.end() :]):
            yield text[: braces.start()] + word + rest, (word, *chosen)


def _filled(replacements: Iterable[str], chosen: tuple[str, ...], term: str) -> list[str]:
    """The replacements with the words chosen in the term. Not by `str.format`: its braces can do much else."""
    return [_fill(replacement, chosen, term) for replacement in replacements]


def _fill(replacement: str, chosen: tuple[str, ...], term: str) -> str:
    following = count()

    def word(slot: re.Match[str]) -> str:
        return chosen[int(slot[1] or next(following))]

    try:
        made = _SLOT.sub(word, replacement)
    except IndexError:
        made = "{"
    if "{" in made or "}" in made:
        raise ConfigError(f"{term!r}: the braces of 'use' do not fit those of 'term'")
    return made


def _forms_of(
    table: Mapping[str, Any], term: str, chosen: tuple[str, ...], words: Mapping[str, list[str]]
) -> Iterator[Form]:
    def listed(key: str) -> frozenset[str] | None:
        if key not in table:
            return None
        try:
            return frozenset(w for item in table[key] for w in (words[item[1:]] if item[:1] == "@" else [item]))
        except KeyError as error:
            known = ", ".join(f"@{name}" for name in words)
            raise ConfigError(f"{term!r}: {key!r}: no list @{error.args[0]}; known are {known}") from None

    entry = Entry(
        term=term.replace("~", ""),
        category=table["category"],
        settled=table.get("settled", False),
        sure=table.get("sure", True),
        role=table.get("role", False),
        pronoun=table.get("pronoun", False),
        lower=table.get("case") == "lower",
        proper=term != term.lower(),
        next=listed("next"),
        not_next=listed("not-next"),
        prev=listed("prev"),
        not_prev=listed("not-prev"),
        near=listed("near"),
        and_near=listed("and-near"),
        not_near=listed("not-near"),
    )
    kind = table.get("kind", "noun")
    use = _filled(table.get("use", []), chosen, term)
    found: dict[str, tuple[list[str], bool]] = {
        form: (replacements, _looks_plural(form)) for form, replacements in table.get("forms", {}).items()
    }
    for spelling in (term, *(s for item in table.get("also", []) for s, picked in _choices(item) if picked == chosen)):
        for form, replacements, many in _inflected(spelling, use, kind):
            found.setdefault(form, (replacements, many))
    owns = "noun" in kind or kind == "plural"
    for form, (replacements, many) in found.items():
        for variant in dict.fromkeys((form.replace("~", ""), form.replace("~", " "))):
            yield Form(normal(variant), tuple(replacements), entry, many, owns)
    for item in table.get("except", []):
        for phrase, _ in _choices(item):
            yield from (Form(normal(p), (), None) for p in (phrase, phrase + "s"))


def _looks_plural(form: str) -> bool:
    return form.endswith(("s", "men", "people"))


def _inflected(term: str, use: list[str], kind: str) -> Iterator[tuple[str, list[str], bool]]:
    yield term, use, kind == "plural"
    if "noun" in kind:
        yield plural(term), [plural(replacement) for replacement in use], True
    if "verb" in kind:
        replacements = [verb_forms(replacement) for replacement in use]
        for number, form in enumerate(verb_forms(term)):
            yield form, [forms[number] for forms in replacements], False
