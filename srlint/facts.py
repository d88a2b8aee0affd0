"""What a rewrite must keep: numbers, dates, quotations, negation, quantifiers, modality. True means: lost.

Numbers, dates and quotations are kept whatever the marks say. The rest may go where a mark of the fault touches it: in
"all women are bad drivers" the "all" may be the fault. Names have a module of their own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from srlint.change import Change, Region, Word, count, words

_NUMBER = re.compile(r"[^\W_]*\d[^\W_]*(?:[.,:/]\d[^\W_]*)*|([a-z]+)|[$€£¥₹₽₩%‰°]")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")
_PER_CENT = re.compile(r"\bper[- ]?cent\b", re.IGNORECASE)

# "One" is a pronoun as often as a number, and a change from "one" to another number shows in the other.
_NUMBER_WORDS = (
    "zero=0 two=2 three=3 four=4 five=5 six=6 seven=7 eight=8 nine=9 ten=10 eleven=11 twelve=12 dozen=12 thirteen=13"
    " fourteen=14 fifteen=15 sixteen=16 seventeen=17 eighteen=18 nineteen=19 twenty=20 thirty=30 forty=40 fifty=50"
    " sixty=60 seventy=70 eighty=80 ninety=90 hundred=100 thousand=1000 million=million billion=billion hundreds=100s"
    " thousands=1000s millions=millions billions=billions dozens=12s twenties=20s thirties=30s forties=40s fifties=50s"
    " sixties=60s seventies=70s eighties=80s nineties=90s first=1st second=2nd third=3rd fourth=4th fifth=5th"
    " sixth=6th seventh=7th eighth=8th ninth=9th tenth=10th eighteenth=18th nineteenth=19th twentieth=20th"
    " twice=twice thrice=thrice half=half halves=half double=double triple=triple once=once"
)
_NUMBERS = dict(pair.split("=") for pair in _NUMBER_WORDS.split())

# Words that hold a number but count nothing; several are at fault themselves.
_NO_NUMBER = re.compile(
    r"\b(?:half[- ]?(?:castes?|breeds?|wit\w*|blood\w*|bak\w+|heart\w+)|half[- ](?:a brain|naked)|better half"
    r"|(?:first|second|third)[- ](?:world\w*|class|rate|rater|hand|nature|fiddle|thoughts?)|first nations"
    r"|first and foremost|first of all|at first|in the first place|first(?:ly)?,|second(?:ly)?,"
    r"|second[- ]?guess\w*"
    r"|two[- ](?:faced|bit|tim\w+)|double[- ](?:standards?|talk|check)|fifth column\w*"
    r"|at once|once (?:and for all|more))",
    re.IGNORECASE,
)

_DATE_WORDS = (
    "january february march april may june july august september october november december monday tuesday wednesday"
    " thursday friday saturday sunday today tomorrow yesterday tonight noon midnight bc ad bce ce am pm"
)
DATES = frozenset(_DATE_WORDS.split())
_CAPITAL_DATES = frozenset({"march", "may", "august", "ad", "am", "sunday"})  # other words without a capital

_NEGATION_WORDS = "not no never without none nor neither nobody nothing nowhere hardly scarcely unless"
NEGATION = frozenset(_NEGATION_WORDS.split())
_QUANTIFIER_WORDS = (
    "all every each most many much some few fewer several any both always never often usually sometimes rarely seldom"
    " mostly everyone everybody everything none majority almost nearly"
)
QUANTIFIERS = frozenset(_QUANTIFIER_WORDS.split())
_SAME_QUANTIFIER = dict.fromkeys(("every", "each", "everyone", "everybody"), "all")
_MODAL_WORDS = "must shall should may might can could will would ought perhaps maybe probably possibly likely unlikely"
MODALITY = frozenset(_MODAL_WORDS.split())

_QUOTED = re.compile(
    r"“([^“”]*)”|\"([^\"]*)\"|«([^«»]*)»|„([^„“”]*)[“”]|‘((?:[^‘’]|(?<=\w)’(?=\w))*)’(?!\w)"
    r"|(?<!\w)'(?=\w)((?:[^']|(?<=\w)'(?=\w))*)'(?!\w)"
)

MAX_SCARE_QUOTE = 3  # words: a longer quotation is somebody's, even inside a mark

# What may stand in for a marked word without turning the statement round: a word for everybody addressed ("Hi guys"),
# a hedge for a sweeping plural, a "without", a description with a negative in it ("shut-ins": people who cannot leave).
_ADDRESSED_WORDS = (
    "guys lads ladies gentlemen gents girls boys chaps fellas fellows dudes bros gals men brothers sisters sirs folks"
    " mums dads sheeple"
)
_ADDRESSED = frozenset(_ADDRESSED_WORDS.split())
_DESCRIPTION = re.compile(
    r"\bwho (?:(?:cannot|can not|could not|(?:do|does|did|have|has|had|are|is|were|was) (?:not|no))\b"
    r"|(?:can|could|do|does|did|have|has|had|are|is|were|was)n?['’]t\b)",
    re.IGNORECASE,
)


def number_changed(change: Change) -> bool:
    """Digits, number words, ordinals, percentages and currencies: the same ones in the same order."""
    return _numbers(change.old) != _numbers(change.new)


def date_changed(change: Change) -> bool:
    """Months, days of the week and words like "yesterday": the same ones, as often. (Years are numbers.)

    Only a marked "today", as in "kids today", may go.
    """
    old, new = _dates(change.old_words), _dates(change.new_words)
    vague = sum(word.marked and word.stem == "today" for word in change.old_words)
    return bool(old - new - Counter(today=vague)) or bool(new - old)


def quotation_changed(change: Change) -> bool:
    """The words between quotation marks: the same, in the same order. A short one may go if a mark covers all of it."""
    every = list(_QUOTED.finditer(change.old))
    kept = [
        match
        for match in every
        if len(match[0].split()) > MAX_SCARE_QUOTE or not change.inside_mark(match.start() + 1, match.end() - 1)
    ]
    new = [_bare(match) for match in _QUOTED.finditer(change.new)]
    return not (_is_part([_bare(match) for match in kept], new) and _is_part(new, [_bare(match) for match in every]))


def negation_changed(change: Change) -> bool:
    """Negations: none more, and none fewer but those that a mark touches, in each place where words changed."""
    return any(_negation_changed(region) for region in change.regions)


def quantifier_changed(change: Change) -> bool:
    """Quantifiers and adverbs of frequency: none more, and none lost but those that a mark touches."""
    return any(_quantifier_changed(region) for region in change.regions)


def modality_changed(change: Change) -> bool:
    """Modal verbs and adverbs: none more, and none lost but those that a mark touches."""
    return any(
        bool(count(region.unmarked, MODALITY) - count(region.new, MODALITY))
        or bool(count(_told(region), MODALITY) - count(region.old, MODALITY))
        for region in change.regions
    )


def _negation_changed(region: Region) -> bool:
    new = count(_told(region), NEGATION)
    if region.replaced and "with" not in {word.key for word in region.old}:
        del new["without"]
    before = count(region.old, NEGATION)
    if count(region.unmarked, NEGATION).total() > count(region.new, NEGATION).total():
        return True
    return new.total() > before.total()


def _quantifier_changed(region: Region) -> bool:
    old, new = _quantifiers(region.old), _quantifiers(region.new)
    come = new - old
    if region.replaced:
        del come["some"]
        if any(word.marked and word.key in _ADDRESSED for word in region.old):
            del come["all"]
    return bool(come) or bool(_quantifiers(region.unmarked) - new)


def _quantifiers(of: Iterable[Word]) -> Counter[str]:
    found: Counter[str] = Counter()
    for word, times in count(of, QUANTIFIERS).items():
        found[_SAME_QUANTIFIER.get(word, word)] += times
    return found


def _told(region: Region) -> tuple[Word, ...]:
    """The region's new words without a description of people that stands in for a marked word."""
    text = " ".join(word.text for word in region.new)
    if not region.replaced or _DESCRIPTION.search(" ".join(word.text for word in region.old)):
        return region.new
    return words(_DESCRIPTION.sub("who", text))


def _numbers(text: str) -> list[str]:
    """The numbers in the order in which they stand, words as digits, without thousands separators."""
    text = _PER_CENT.sub("%", _THOUSANDS.sub("", _NO_NUMBER.sub(" ", text))).lower()
    return [
        _NUMBERS.get(match[0], match[0]) for match in _NUMBER.finditer(text) if match[1] is None or match[1] in _NUMBERS
    ]


def _dates(words: Iterable[Word]) -> Counter[str]:
    found: Counter[str] = Counter()
    for word in words:
        day = word.stem if word.stem in DATES else word.stem.removesuffix("s")
        if day in DATES and (day not in _CAPITAL_DATES or (word.text[0].isupper() and not word.first)):
            found[day] += 1
    return found


def _bare(match: re.Match[str]) -> str:
    return " ".join(next(group for group in match.groups() if group is not None).rstrip(".,;").split())


def _is_part(some: list[str], every: list[str]) -> bool:
    """Whether `some` is what is left of `every` after dropping items."""
    rest = iter(every)
    return all(item in rest for item in some)
