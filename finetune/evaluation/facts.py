"""The facts of a text, by plain rules, and what a rewrite did to them. No rule of srlint's own guards.

srlint's guards decide which rewrites it offers, so they cannot also grade them. A fact is a word or a quotation. It
must stay where no annotated mark touches it, and none may come that neither the text nor one of its references has.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from finetune.evaluation.outputs import Item
from finetune.evaluation.wording import Word, words
from srlint.document import Span

# "One" is a pronoun as often as a number, "first" and "half" are parts of idioms.
_NUMBER_NAMES = (
    "two=2 three=3 four=4 five=5 six=6 seven=7 eight=8 nine=9 ten=10 eleven=11 twelve=12 thirteen=13 fourteen=14"
    " fifteen=15 sixteen=16 seventeen=17 eighteen=18 nineteen=19 twenty=20 thirty=30 forty=40 fifty=50 sixty=60"
    " seventy=70 eighty=80 ninety=90 hundred=100 thousand=1000 million=million billion=billion dozen=12 percent=%"
    " cent=% zero=0"
)
_NUMBERS = dict(pair.split("=") for pair in _NUMBER_NAMES.split())
_DAYS = (
    "january february march april may june july august september october november december monday tuesday wednesday"
    " thursday friday saturday sunday today tomorrow yesterday"
)
_DATES = frozenset(_DAYS.split())
_ALSO_WORDS = frozenset({"march", "may", "august"})
_SMALL_DATES = frozenset({"today", "tomorrow", "yesterday"})
_NEGATIONS = frozenset("not cannot no never none nobody nothing nowhere neither nor".split())
_QUANTIFIER_NAMES = (
    "all every each everyone everybody everything most mostly many much few several both some always often usually"
    " sometimes rarely seldom almost nearly majority"
)
_QUANTIFIERS = frozenset(_QUANTIFIER_NAMES.split())
_SAME = dict.fromkeys(("every", "each", "everyone", "everybody"), "all") | {"mostly": "most"}
_ATOM = "\ufffc"
_QUOTED = re.compile(r"“([^“”]+)”|\"([^\"]+)\"|«([^«»]+)»|(?<!\w)['‘]((?:[^'‘’]|(?<=\w)['’](?=\w))+)['’](?!\w)")


def _stem(word: Word) -> str:
    return word.key.removesuffix("'s").removesuffix("'")


def _number(word: Word) -> str | None:
    return word.key.replace(",", "") if word.key[0].isdigit() else _NUMBERS.get(word.key) or _sign(word.key)


def _sign(key: str) -> str | None:
    return key if key in "$€£¥%" else None


def _date(word: Word) -> str | None:
    day = _stem(word)
    return next((name for name in (day, day.removesuffix("s")) if name in _DATES), None)


def _negation(word: Word) -> str | None:
    return "not" if word.key in _NEGATIONS or word.key.endswith("n't") else None


def _quantifier(word: Word) -> str | None:
    return _SAME.get(word.key, word.key) if word.key in _QUANTIFIERS else None


def _is_date(word: Word) -> bool:
    return (word.text[0].isupper() and not (word.first and _stem(word) in _ALSO_WORDS)) or _stem(word) in _SMALL_DATES


def _is_name(word: Word) -> bool:
    """A capital that is not the sentence's."""
    if word.key == "i" or word.key.startswith("i'") or _date(word):
        return False
    return any(map(str.isupper, _stem_text(word)[1:])) or (word.text[0].isupper() and not word.first)


def _stem_text(word: Word) -> str:
    return word.text[: len(_stem(word))]


@dataclass(frozen=True, slots=True)
class _Kind:
    """`key`: what a word counts as, None where it is none of the kind. `sure`: whether it is one, where it stands.

    What counts as lost is looked for among all words of the rewrite, whatever their capitals. `repeats`: whether it
    matters how often.
    """

    name: str
    key: Callable[[Word], str | None]
    sure: Callable[[Word], bool] = lambda _: True
    repeats: bool = True

    def counted(self, of: Iterable[Word], sure: bool) -> Counter[str]:
        found = Counter(key for word in of if (not sure or self.sure(word)) and (key := self.key(word)) is not None)
        return found if self.repeats else Counter(dict.fromkeys(found, 1))


_WORD_KINDS = (
    _Kind("numbers", _number),
    _Kind("names", _stem, _is_name, repeats=False),
    _Kind("dates", _date, _is_date),
    _Kind("negations", _negation),
    _Kind("quantifiers", _quantifier),
    _Kind("code and links", lambda word: word.key if word.key == _ATOM else None),
)
QUOTATIONS = "quotations"
KINDS = (*(kind.name for kind in _WORD_KINDS), QUOTATIONS)


@dataclass(frozen=True, slots=True)
class Fact:
    """What a rewrite did to the facts of one kind: which are lost, which have come."""

    kind: str
    lost: tuple[str, ...]
    added: tuple[str, ...]

    @property
    def kept(self) -> bool:
        return not self.lost and not self.added


def facts(item: Item, text: str) -> tuple[Fact, ...]:
    """For each kind of which the item's text outside its marks, or `text`, has any: what `text` lost and added."""
    return tuple(_of_words(item, text)) + tuple(_of_quotations(item, text))


def _of_words(item: Item, text: str) -> Iterable[Fact]:
    old, new = words(item.text), words(text)
    outside = [word for word in old if not word.touches(item.marks)]
    allowed = [old, *map(words, item.references)]
    for kind in _WORD_KINDS:
        must, has = kind.counted(outside, sure=True), kind.counted(new, sure=True)
        may: Counter[str] = Counter()
        for known in allowed:
            may |= kind.counted(known, sure=False)
        if must or has:
            lost = must - kind.counted(new, sure=False)
            yield Fact(kind.name, tuple(sorted(lost.elements())), tuple(sorted((has - may).elements())))


def _of_quotations(item: Item, text: str) -> Iterable[Fact]:
    must, touched = _quotations(item.text, item.marks)
    has, _ = _quotations(text, ())
    if must or has:
        known = must + touched + Counter(quote for own in item.references for quote in _quotations(own, ())[0])
        # A quotation that a mark touches may come back with other words.
        added = sorted((has - known).elements())[(touched - has).total() :]
        yield Fact(QUOTATIONS, tuple(sorted((must - has).elements())), tuple(added))


def _quotations(text: str, marks: Sequence[Span]) -> tuple[Counter[str], Counter[str]]:
    """The quotations outside the marks, and those that a mark touches, by their words."""
    outside: Counter[str] = Counter()
    touched: Counter[str] = Counter()
    for found in _QUOTED.finditer(text):
        at_fault = any(found.start() < mark.end and mark.start < found.end() for mark in marks)
        (touched if at_fault else outside)[" ".join(word.key for word in words(found[0]))] += 1
    return outside, touched
