"""Word forms: tables of what English does."""

from __future__ import annotations

import pytest

from srlint.wordforms import article, base_form, cased, plural, possessive, verb_forms


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("chair", "chairs"), ("salesperson", "salespeople"), ("police officer", "police officers"), ("Roman", "Romen"),
        ("member of Congress", "members of Congress"), ("person with epilepsy", "people with epilepsy"),
        ("intermediary", "intermediaries"), ("boy", "boys"), ("dress", "dresses"), ("match", "matches"),
        ("line-man", "line-men"), ("staff", "staff"), ("go-between", "go-betweens"), ("wife", "wives"),
    ],
)  # fmt: skip
def test_plural(one: str, many: str) -> None:
    assert plural(one) == many


@pytest.mark.parametrize(
    ("base", "forms"),
    [
        ("ignore", ("ignores", "ignored", "ignored", "ignoring")),
        ("carry", ("carries", "carried", "carried", "carrying")),
        ("gyp", ("gyps", "gypped", "gypped", "gypping")),
        ("staff the desk", ("staffs the desk", "staffed the desk", "staffed the desk", "staffing the desk")),
        ("commit suicide", ("commits suicide", "committed suicide", "committed suicide", "committing suicide")),
        ("go unheeded", ("goes unheeded", "went unheeded", "gone unheeded", "going unheeded")),
        ("speak at length", ("speaks at length", "spoke at length", "spoken at length", "speaking at length")),
        ("man up", ("mans up", "manned up", "manned up", "manning up")),
        ("sanity-check", ("sanity-checks", "sanity-checked", "sanity-checked", "sanity-checking")),
    ],
)
def test_verb_forms(base: str, forms: tuple[str, ...]) -> None:
    assert verb_forms(base) == (base, *forms)


@pytest.mark.parametrize(
    ("word", "base"),
    [
        ("needs", "need"), ("tries", "try"), ("lies", "lie"), ("goes", "go"), ("has", "have"), ("watches", "watch"),
        ("passes", "pass"), ("uses", "use"), ("pass", None), ("need", None), ("this", None), ("is", None),
    ],
)  # fmt: skip
def test_base_form(word: str, base: str | None) -> None:
    assert base_form(word) == base


@pytest.mark.parametrize("word", ["chair", "user", "unit", "one", "European", "utility", "Ugandan", "UN", "PC"])
def test_a(word: str) -> None:
    assert article(word) == "a"


@pytest.mark.parametrize("word", ["allowlist", "hour", "heir", "unwritten", "unmarried", "MP", "older", "x-ray"])
def test_an(word: str) -> None:
    assert article(word) == "an"


@pytest.mark.parametrize(
    ("new", "found", "proper", "opening", "headline", "expected"),
    [
        ("police officer", "policeman", False, False, False, "police officer"),
        ("police officer", "Policeman", False, True, False, "Police officer"),
        ("police officer", "Policeman", False, True, True, "Police Officer"),
        ("police officer", "Policeman", False, False, False, "Police Officer"),
        ("police officer", "POLICEMAN", False, False, False, "POLICE OFFICER"),
        ("Roma", "gypsies", True, False, False, "Roma"),
        ("low-income", "Third World", True, False, False, "low-income"),
        ("low-income", "Third World", True, True, False, "Low-income"),
        ("badly hit by", "Crippled by", False, True, False, "Badly hit by"),
        ("basic check", "Sanity Check", False, True, False, "Basic Check"),
    ],
)
def test_cased(new: str, found: str, proper: bool, opening: bool, headline: bool, expected: str) -> None:
    assert cased(new, found, proper=proper, opening=opening, headline=headline) == expected


def test_possessive() -> None:
    assert possessive("firefighter", "’", many=False) == "firefighter’s"
    assert possessive("firefighters", "'", many=True) == "firefighters'"
    assert possessive("older people", "'", many=True) == "older people's"
