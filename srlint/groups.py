"""Words for groups of people that can stand for each other in a sentence without a change of grammar, and the same
passage about the other groups.

Changing only which group a sentence names must not change the verdict on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from srlint.document import Span

# Words of one line can stand for each other. Adjectives count only before a word for people: "blind" is also said of
# reviews, and "Chinese" of a theorem.
PLURALS = {
    "gender": ("women men", "girls boys", "mothers fathers", "wives husbands"),
    "religion": ("Muslims Christians Jews Hindus Buddhists Sikhs atheists Catholics",),
    "ethnicity": (
        "Nigerians Poles Germans Mexicans Turks Americans Indians Romanians Kenyans Koreans Brazilians Syrians Somalis",
        "immigrants locals",
    ),
    "sexuality": ("lesbians heterosexuals",),
    "class": ("nurses plumbers accountants farmers",),
}
ADJECTIVES = {
    "gender": ("female male",),
    "religion": ("Muslim Christian Jewish Hindu Buddhist Sikh atheist Catholic",),
    "ethnicity": (
        "Nigerian Polish German Mexican Turkish American Indian Romanian Kenyan Korean Brazilian Syrian Chinese Somali",
        "Black white Asian Latino Indigenous",
    ),
    "sexuality": ("gay lesbian bisexual straight heterosexual trans",),
    "disability": ("blind deaf autistic dyslexic disabled sighted",),
    "age": ("older younger young",),
    "class": ("poor rich wealthy working-class middle-class",),
}
# Phrases of one line can stand for each other as well.
_PHRASES = (
    ("people with a degree", "people without a degree"),
    ("teenagers", "pensioners"),
)
# Disabled, deaf, blind people and so on can stand for these.
_CONDITIONS = (
    "wheelchair users", "people with epilepsy", "people with dyslexia", "people with autism", "people with depression",
    "people with disabilities",
)  # fmt: skip
# The words of the line that begins with the first of these can stand for further ones, too.
_FURTHER_PLURALS = {
    "Muslims": "evangelicals Protestants Mormons agnostics Anglicans Methodists Baptists Lutherans Quakers Pentecostals"
    " Presbyterians Shias Sunnis",
    "Nigerians": "Italians Swedes Russians Pakistanis Filipinos Ukrainians Scots Canadians Ghanaians Peruvians Arabs"
    " Iranians Iraqis Albanians Bulgarians Greeks Colombians Egyptians Moroccans Ethiopians Bangladeshis Australians"
    " Norwegians Hungarians Afghans Algerians Austrians Belgians Bosnians Croats Cubans Danes Finns Hispanics"
    " Indonesians Jamaicans Kurds Latinos Libyans Lithuanians Maori Māori Palestinians Roma Serbs Slovaks Spaniards"
    " Sudanese Thais Travellers Tunisians Ugandans Venezuelans Vietnamese Welsh Yemenis Zimbabweans Africans Asians"
    " Europeans",
    "immigrants": "refugees migrants foreigners",
    "lesbians": "bisexuals",
}
_FURTHER_ADJECTIVES = {
    "Muslim": "Protestant evangelical Mormon Anglican Sunni Shia",
    "Nigerian": "Italian Swedish Russian Pakistani Filipino Ukrainian Scottish Canadian Ghanaian Peruvian Arab Iranian"
    " Iraqi Albanian Bulgarian Greek Colombian Egyptian Moroccan Ethiopian Bangladeshi Australian Norwegian Hungarian"
    " Afghan Algerian French Japanese Dutch Irish Portuguese Spanish Vietnamese Thai African European Romani Roma"
    " Navajo Kurdish Palestinian Jamaican Welsh Maori Māori",
    "Black": "Hispanic brown",
    "gay": "queer transgender nonbinary asexual",
    "older": "middle-aged",
    "poor": "unemployed homeless low-income upper-class",
}
PEOPLE = (
    "people person men women man woman boys girls boy girl children child students student pupils pupil voters workers"
    " worker families family couples couple neighbours neighbors neighbour employees employee colleagues colleague"
    " patients patient users user residents community communities engineers engineer teachers teacher nurses nurse"
    " players player candidates candidate customers customer tenants tenant drivers driver parents authors author"
    " developers developer scientists scientist readers speakers guests applicants applicant migrants households"
).split()
# Words that mean something else in small letters.
OTHER_SENSES = frozenset("poles polish turkish indians roma travellers scots danes maori welsh thai dutch".split())


def lines(table: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, list[str]]]:
    """The lines of such a table as above, each with the kind of its groups."""
    for dimension, own in table.items():
        for line in own:
            yield dimension, line.split()


def _members(table: Mapping[str, Sequence[str]], further: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """For each word in small letters the line that can stand for it."""
    return {
        word.lower(): tuple(line) for _, line in lines(table) for word in (*line, *further.get(line[0], "").split())
    }


_DISABLED = tuple(f"{word} people" for word in ADJECTIVES["disability"][0].split())
_NOUNS = (
    _members(PLURALS, _FURTHER_PLURALS)
    | {word: line for line in _PHRASES for word in line}
    | dict.fromkeys(_CONDITIONS, _DISABLED)
)
_BEFORE_PEOPLE = _members(ADJECTIVES, _FURTHER_ADJECTIVES)


# Words of the first kind that are adjectives as well: nouns only where something like a verb follows, or nothing.
_BOTH = "Roma Vietnamese Welsh Maori Māori".split()
_BEHIND_NOUN = (
    "are were have had and or but who whose in on at of from to with by as than can could do did will would should must"
    " may might came met live lived not also often"
).split()


def _any(words: Sequence[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_NO_NOUN = rf"(?!(?:{_any(_BOTH)}) (?!(?:{_any(_BEHIND_NOUN)})\b)\w)"
_GROUP = re.compile(
    rf"\b(?:{_NO_NOUN}(?P<noun>{_any([*_NOUNS])})|(?P<adjective>{_any([*_BEFORE_PEOPLE])}) (?:{_any(PEOPLE)}))"
    r"(?!\w|[-’'])",
    re.IGNORECASE,
)


# A rewrite that speaks of these says no more than the text did: "a woman" for "a female", "parents" for "mothers".
_UNTOLD = frozenset(
    "women men girls boys mothers fathers wives husbands female male older younger young locals".split()
)
_NAMED = [word for word in ("same-sex", "intersex", *_NOUNS, *_BEFORE_PEOPLE) if word not in _UNTOLD]
_TOLD = re.compile(
    rf"(?<![\w-])(?:{_any(_NAMED)})(?![\w-])",
    re.IGNORECASE,
)


def brought(old: str, new: str) -> frozenset[str]:
    """The groups, in small letters, that the new text names and the old one does not."""
    named, known = ({match.group().lower() for match in _TOLD.finditer(text)} for text in (new, old))
    return frozenset(named - known)


def versions(text: str, before: str) -> list[tuple[str, str]]:
    """The passage about every other group of the line that can stand for the one it names, with the sentence before it,
    which follows where it names the same group. Empty for a passage that names no group, or more than one.
    """
    named = _named(text)
    if len({name for name, _ in named}) != 1:
        return []
    (kind, word), _ = named[0]
    line = (_NOUNS if kind == "noun" else _BEFORE_PEOPLE)[word]
    own, earlier = ([span for name, span in found if name == (kind, word)] for found in (named, _named(before)))
    return [
        (replaced(text, other, own, [])[0], replaced(before, other, earlier, [])[0])
        for other in line
        if other.lower() != word
    ]


def _named(text: str) -> list[tuple[tuple[str, str], Span]]:
    """Where a text names groups: whether by a noun or an adjective, by which, and where."""
    found = []
    for match in _GROUP.finditer(text):
        kind = "noun" if match["noun"] else "adjective"
        if match[kind] not in OTHER_SENSES:
            found.append(((kind, match[kind].lower()), Span(*match.span(kind))))
    return found


def replaced(
    text: str, other: str, places: Sequence[Span], spans: Sequence[tuple[int, int]]
) -> tuple[str, list[tuple[int, int]]]:
    """The text with `other` in each place, with the article that goes with it, and where its spans have gone."""
    capital, moved = text[:1].isupper(), list(spans)
    for place in reversed(places):
        start, end = place.start, place.end
        text, moved = text[:start] + other + text[end:], [_moved(span, start, end, len(other)) for span in moved]
        article = re.search(r"\b[Aa](n?) $", text[:start])
        wanted = "n" if other[0].lower() in "aeiou" else ""
        if article and article[1] != wanted:
            at, size = article.start(1), len(article[1])
            text = text[:at] + wanted + text[at + size :]
            moved = [_moved(span, at, at + size, len(wanted)) for span in moved]
    return (text[:1].upper() + text[1:] if capital else text), moved


def _moved(span: tuple[int, int], start: int, end: int, size: int) -> tuple[int, int]:
    """A span after the text from `start` to `end` has become `size` code points long."""
    by = size - (end - start)
    return (span[0] + by if span[0] >= end else span[0], span[1] + by if span[1] >= end else span[1])
