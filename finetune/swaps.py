"""The same passage about another group: for training, and to measure whether the verdict hangs on the group's name.

Counterfactual data augmentation (Lu et al. 2018, "Gender Bias in Neural NLP") with the words of srlint.groups.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from finetune.dataset import Row
from srlint.document import Span
from srlint.groups import ADJECTIVES, OTHER_SENSES, PEOPLE, PLURALS, lines, replaced

# Further groups that can stand for any group named in the plural: who is named must not decide, however seldom it is.
OTHERS = {
    "gender": "nonbinary people, trans women, trans men, single mothers, stay-at-home fathers",
    "sexuality": "gay men, bisexual people, straight people, same-sex couples, trans people, asexual people",
    "religion": "evangelicals, Protestants, Mormons, agnostics, Orthodox Jews, Shia Muslims, converts",
    "ethnicity": "Black people, white people, Asian people, Latinos, Indigenous people, Roma, Travellers, Arabs,"
    " refugees, asylum seekers, Italians, Swedes, Russians, Pakistanis, Filipinos, Ukrainians, Chinese people,"
    " Japanese people, French people, Scots, Canadians, Ghanaians, Peruvians, Maori, Navajo people",
    "disability": "deaf people, blind people, autistic people, wheelchair users, dyslexic people, people with epilepsy,"
    " people with depression, people with ADHD, disabled people",
    "age": "older people, young people, teenagers, pensioners, people over sixty, children, students",
    "class": "working-class people, wealthy people, unemployed people, homeless people, people without a degree,"
    " cleaners, bankers, landlords, truck drivers, shop assistants, civil servants",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A word for a group in a text, what kind of group that is, and the words that can stand for it."""

    span: Span
    dimension: str
    others: tuple[str, ...]


_OTHERS = {
    word.lower(): (dimension, tuple(other for other in line if other != word))
    for dimension, line in (*lines(PLURALS), *lines(ADJECTIVES))
    for word in line
}
_EVERYONE = (
    *((dimension, group) for dimension, line in lines(PLURALS) for group in line),
    *((dimension, group) for dimension, line in OTHERS.items() for group in line.split(", ")),
)
_KIN = frozenset("girls boys mothers fathers wives husbands".split())
_PLURALS = frozenset(group.lower() for _, line in lines(PLURALS) for group in line) - _KIN
# What may stand before a group that any other can take the place of: no adjective, nobody whose they are.
_BEFORE = re.compile(
    r"(?:^|[,;:(–—-]|\b(?:of|by|for|to|with|from|among|between|that|and|or|but|the|are|were|is|was|than|as|on|about|in|at"
    r"|most|many|some|few|several|all|other|these|those|more|fewer|only|even|when|where|while|because|if|until|since|let"
    r"|two|three|four|five|six|ten|twelve|\d+|percent|%|against|like|what|how|which|not|after|before|gave|give|asked))\W*$",
    re.IGNORECASE,
)
_PLURAL = "|".join(re.escape(word) for _, line in lines(PLURALS) for word in line)
_ADJECTIVE = "|".join(re.escape(word) for _, line in lines(ADJECTIVES) for word in line)
_FOLLOWED = re.compile(rf"\W*\b(?:{'|'.join(PEOPLE)})\b", re.IGNORECASE)
_GROUP = re.compile(
    rf"\b(?:(?:{_PLURAL})|(?:{_ADJECTIVE})(?= (?:{'|'.join(PEOPLE)})\b))\b(?![-’'])", re.IGNORECASE
)


def places(text: str) -> list[Place]:
    """Where the text names groups of people that others can stand for."""
    return [
        Place(Span(*found.span()), *_OTHERS[found[0].lower()])
        for found in _GROUP.finditer(text)
        if found[0] not in OTHER_SENSES
    ]


def versions(row: Row) -> Iterator[Row]:
    """The row with each other group of the table in place of the first one that its text names, in the table's order.

    The sentence before follows where it names the same group. Only rows that name one group have versions: two may
    be compared with each other.
    """
    found = places(row.text)
    if len({row.text[place.span.start : place.span.end].lower() for place in found}) != 1:
        return
    group = row.text[found[0].span.start : found[0].span.end].lower()
    for other in found[0].others:
        yield _exchanged(row, group, other, found)


def swapped(rows: Sequence[Row], share: float, seed: int) -> list[Row]:
    """One version, drawn at random, of about `share` of the rows that have any."""
    draw = random.Random(seed)
    found = []
    for row in rows:
        own = list(versions(row))
        if own and draw.random() < share:
            found.append(draw.choice(own))
    return found


def anyone(row: Row, draw: random.Random) -> Row | None:
    """The row about any other group, of whatever kind, drawn at random; None for a row that names no single group.

    Where the old group's kind is among the categories, the new one's takes its place.
    """
    found = places(row.text)
    names = {row.text[place.span.start : place.span.end].lower() for place in found}
    if len(names) != 1 or not names <= _PLURALS or not all(_alone(row.text, own) for own in found):
        return None
    (group,) = names
    dimension, other = draw.choice([pair for pair in _EVERYONE if pair[1].lower() != group])
    made = _exchanged(row, group, other, found)
    kinds = [dimension if name == found[0].dimension else name for name in row.categories]
    return replace(made, categories=tuple(dict.fromkeys(kinds)))


def _alone(text: str, place: Place) -> bool:
    """Whether a group's name is a noun of its own, no part of "women doctors" or "his men"."""
    return bool(_BEFORE.search(text[: place.span.start])) and not _FOLLOWED.match(text, place.span.end)


def crossed(rows: Sequence[Row], times: int, seed: int) -> list[Row]:
    """Each row that names one group, `times` over, about as many groups of any kind."""
    draw = random.Random(seed)
    return [made for row in rows for _ in range(times) if (made := anyone(row, draw)) is not None]


def _exchanged(row: Row, group: str, other: str, found: list[Place]) -> Row:
    text, moved = replaced(row.text, other, [place.span for place in found], row.spans)
    earlier = [place.span for place in places(row.before)]
    same = [span for span in earlier if row.before[span.start : span.end].lower() == group]
    before, _ = replaced(row.before, other, same, [])
    return replace(row, id=f"{row.id}~{other}", text=text, before=before, spans=tuple(moved), rewrites=())
