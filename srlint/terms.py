"""The settled-terms list: which words of a sentence have a plain replacement, and the sentence with it in place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from hashlib import sha256
from typing import Any

from srlint.agreement import RawEdit, article_edit, pronouns_of_role, verbs_after_they
from srlint.document import Span
from srlint.errors import ConfigError
from srlint.shipped import TERM_RULES, data, terms_digest
from srlint.termfile import Entry, Form, normal, read
from srlint.termuse import Sentence, use
from srlint.usage import has_name, quoted

_WORD = re.compile(r"\w+")
_SEVERAL = re.compile(r"[ -]")
_COINED = re.compile(r"\w+(?:person|people)", re.I)
# What stands before a part of a whole, which needs an article.
_PART = re.compile(r"\b(?:all|both|few|half|many|most|none|one|several|some|three|two) of \Z", re.I)
# A role in the plural, with or without a possessive ending; no role in the singular ends so.
_PLURAL = re.compile(r"(?:(?:[^s'’]|sse)s|men)(?:['’]s?)?$", re.I)


@dataclass(frozen=True, slots=True)
class TermMatch:
    """A listed term in a passage. `span` is in code points of the plain text; `term` is the term's dictionary form.

    `replacements` are inflected and cased for this place, best first, and may be empty. `settled`: the first one keeps
    the meaning, so it may be made without asking. `sure`: worth a finding even when the detector is not sure.
    """

    span: Span
    term: str
    category: str
    replacements: tuple[str, ...]
    settled: bool
    sure: bool


def evidence_kind(matches: Sequence[TermMatch]) -> str | None:
    """What the terms found in a passage tell about it: as much as the one that tells most; None without a term."""
    if any(match.settled for match in matches):
        return "settled"
    return "sure" if any(match.sure for match in matches) else "unsure" if matches else None


def told(kind: str | None, fitted: Mapping[str, float]) -> float:
    """The log-odds that terms of a kind add to a passage's, given what a regression on dev found that they tell."""
    return 0.0 if kind is None else fitted.get(kind, 0.0)


class TermList:
    """Terms and their forms, ready to be searched for. `digest` tells one list from another."""

    def __init__(self, forms: Iterable[Form], digest: str):
        forms = list(forms)
        self.digest = digest
        self._index: dict[str, list[tuple[Form, int]]] = {}
        self._entries: dict[str, Entry] = {}
        for form in forms:
            # A form is looked up by its longest word: "the" would be met in every sentence.
            key = max(_WORD.finditer(form.text), key=lambda word: (len(word.group()), word.start()))
            self._index.setdefault(key.group(), []).append((form, key.start()))
            if form.entry is not None:
                self._entries.setdefault(form.entry.term, form.entry)
        self._keys = frozenset(self._index)
        # What the list itself proposes is no fault, whatever a detector makes of "blocklist" or "sexual orientation",
        # where it means nothing else: several words, "chairperson", and technical terms, unless one word stands for one
        # that may be meant otherwise.
        self.recommended = frozenset(
            replacement.lower()
            for form in forms
            if form.entry is not None
            for replacement in form.replacements
            if _SEVERAL.search(replacement)
            or _COINED.fullmatch(replacement)
            or (form.entry.category == "terminology" and form.entry.sure)
        )

    @classmethod
    def default(cls) -> TermList:
        """The list that srlint ships."""
        return _default()

    @classmethod
    def load(
        cls,
        add: Mapping[str, Mapping[str, Any]] | Iterable[Mapping[str, Any]] = (),
        remove: Iterable[str] = (),
    ) -> TermList:
        """The shipped list without `remove` and with `add`, a mapping from terms to tables, or tables with a `term`.

        An added term takes the place of a shipped one of the same name; its first replacement counts as settled, unless
        the table says otherwise. `srlint.termfile` lists the keys of a table.
        Raises ConfigError naming the term and the key at fault.
        """
        add, remove = _tables(add), list(remove)
        if not add and not remove:
            return cls.default()
        source, words, shipped = _shipped()
        added = list(read(add, words, "terms.add"))
        for term in remove:
            if not _named(shipped, term):
                names = {form.text for form in shipped if form.entry}
                near = get_close_matches(str(term), names, n=1)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                raise ConfigError(f"terms.remove: {term!r} is not a listed term{hint}")
        dropped = set().union(*(_named(shipped, term) for term in (*remove, *(table["term"] for table in add))))
        kept = (form for form in shipped if form.entry is None or form.entry.term not in dropped)
        seed = json.dumps([TERM_RULES, add, sorted(remove)], sort_keys=True, default=str).encode()
        return cls((*kept, *added), sha256(source + seed).hexdigest())

    @property
    def terms(self) -> tuple[str, ...]:
        """The terms in dictionary form, sorted."""
        return tuple(sorted(self._entries))

    def is_role(self, match: TermMatch) -> bool:
        """Whether the term says what somebody is, so that a pronoun may point at them."""
        entry = self._entries.get(match.term)
        return entry is not None and entry.role

    def find(self, text: str) -> tuple[TermMatch, ...]:
        """The terms in plain text, in order, never overlapping: of two that overlap the longer one counts.

        Words in quotation marks, in names, in identifiers and in a term's exceptions are left out.
        """
        compared = normal(text)
        if self._keys.isdisjoint(_WORD.findall(compared)):
            return ()
        sentence = Sentence(text, compared)
        found: list[tuple[int, int, TermMatch | None]] = []
        for word in _WORD.finditer(compared):
            for form, offset in self._index.get(word.group(), ()):
                start = word.start() - offset
                end = start + len(form.text)
                if start >= 0 and compared.startswith(form.text, start) and _whole(compared, start, end):
                    if form.entry is None:
                        found.append((start, end, None))
                    elif match := _match(sentence, form, form.entry, start, end):
                        found.append((start, end, match))
        found.sort(key=lambda item: (item[0] - item[1], item[0]))
        taken: list[tuple[int, int]] = []
        matches: list[TermMatch] = []
        for start, end, match in found:
            if any(a < end and start < b for a, b in taken):
                continue
            taken.append((start, end))
            if match is not None:
                matches.append(match)
        return tuple(sorted(matches, key=lambda match: match.span))

    def rewrite(self, text: str, matches: Sequence[TermMatch], choice: int = 0) -> str | None:
        """`text` with each match replaced by its `choice`-th replacement (its first, where it has fewer).

        A or an before a match, verbs after "they", and pronouns that point at a replaced person are repaired. None when
        a match has no replacement, or one of several words in a compound, or a repair is not clear, for instance where
        "he" would remain.
        """
        edits: list[RawEdit] = []
        for match in matches:
            if not match.replacements:
                return None
            new = match.replacements[choice if choice < len(match.replacements) else 0]
            start, end = match.span.start, match.span.end
            if " " in new and "-" in (text[start - 1 : start], text[end : end + 1]):
                return None
            entry = self._entries.get(match.term)
            if entry is not None and entry.pronoun:
                verbs = verbs_after_they(text, start, end)
                if verbs is None:
                    return None
                edits += verbs
            new = _with_article(text, match.span, _without_repeat(text, start, new))
            if change := article_edit(text, start, new + text[end:]):
                edits.append(change)
            edits.append((start, end, new))
        roles = [match for match in matches if self.is_role(match)]
        if roles:
            taken = [(match.span.start, match.span.end) for match in matches]
            many = any(_PLURAL.search(text, m.span.start, m.span.end) for m in roles)
            pronouns = pronouns_of_role(text, taken, quoted(text), many)
            if pronouns is None or (pronouns and has_name(text)):
                return None
            edits += pronouns
        return _applied(text, edits)


@cache
def _default() -> TermList:
    return TermList(_shipped()[2], terms_digest())


@cache
def _shipped() -> tuple[bytes, Mapping[str, list[str]], list[Form]]:
    import tomllib

    source = data("terms.toml").read_bytes()
    listed = tomllib.loads(source.decode())
    words = listed.pop("words")
    tables = [
        {"category": category, "settled": group == "settled", "sure": group != "unsure", **table}
        for category, groups in listed.items()
        for group, tables in groups.items()
        for table in tables
    ]
    return source, words, list(read(tables, words, "terms.toml"))


def _tables(add: Mapping[str, Mapping[str, Any]] | Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The user's terms as tables like those of the shipped list."""
    if isinstance(add, Mapping):
        for term, table in add.items():
            if not isinstance(table, Mapping):
                raise ConfigError(f"terms.add: {term!r} must be a table, not {table!r}")
        add = [{"term": term, **table} for term, table in add.items()]
    return [{"settled": bool(table.get("use")), **table} if isinstance(table, Mapping) else table for table in add]


def _named(forms: list[Form], term: str) -> set[str]:
    """The terms that have `term` as one of their forms."""
    wanted = normal(str(term).replace("~", ""))
    return {form.entry.term for form in forms if form.entry is not None and form.text == wanted}


def _whole(compared: str, start: int, end: int) -> bool:
    """Does the stretch begin and end where words do?"""
    before, after = compared[start - 1 : start] if start else "", compared[end : end + 1]
    return not (before.isalnum() or before == "_" or after.isalnum() or after == "_")


def _match(sentence: Sentence, form: Form, entry: Entry, start: int, end: int) -> TermMatch | None:
    made = use(sentence, form, entry, start, end)
    if made is None:
        return None
    certain = made.replacements and not made.doubtful
    return TermMatch(
        span=Span(start, made.end),
        term=entry.term,
        category=entry.category,
        replacements=made.replacements,
        settled=bool(entry.settled and certain),
        sure=entry.sure and not made.doubtful,
    )


def _without_repeat(text: str, start: int, new: str) -> str:
    """`new` without its first word when the text already has that word before `start`: a basic sanity check."""
    first, space, rest = new.partition(" ")
    before = re.search(r"([^\W_]+)[ \u00a0]$", text[:start])
    return rest if space and before and before.group(1).lower() == first.lower() else new


def _with_article(text: str, span: Span, new: str) -> str:
    """`new` behind the article of what it replaces where this is a part: some of the older people, but older people."""
    article = text[span.start : span.end].lower().startswith("the ") and not new.lower().startswith("the ")
    return f"the {new}" if article and _PART.search(text[: span.start]) else new


def _applied(text: str, edits: list[RawEdit]) -> str | None:
    pieces: list[str] = []
    at = 0
    for start, end, new in sorted(set(edits)):
        if start < at:
            return None
        pieces += (text[at:start], new)
        at = end
    return "".join((*pieces, text[at:]))
