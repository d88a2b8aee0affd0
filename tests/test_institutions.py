"""Names of several words, which say nothing of the author, and what only looks like one."""

from __future__ import annotations

import pytest

from srlint.institutions import without_names


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("It stops at the Institute for the Deaf and Dumb.", "It stops at the Harlow office."),
        ("The Asylum for the Deaf and Dumb opened.", "Harlow office opened."),
        ("Trust for the Deaf and Dumb opened a shop.", "Harlow office opened a shop."),
        ("We meet in the Chairman's Room at two.", "We meet in the Harlow office at two."),
        ("The play is The Cripple of Inishmaan tonight.", "The play is Harlow office tonight."),
    ],
)
def test_names_give_way_to_a_plain_one(text, plain):
    assert without_names(text) == plain


@pytest.mark.parametrize(
    "text",
    [
        "The Chairman of the Board signs.",
        "We asked the Chairwoman of Finance.",
        "Even the African Delegates arrived.",
        "We sat beside the Orthodox Jews of Leeds.",
        "The Great Wall Of China Is Closed",
        "Ask Anna.",
        "Trust the Jews to come out of it with a profit.",
        "House the Homeless in tents.",
    ],
)
def test_what_is_no_such_name_stays(text):
    assert without_names(text) == text
