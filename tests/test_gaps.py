"""Texts with stretches cut out, and filled again."""

from __future__ import annotations

import pytest

from srlint.document import Span
from srlint.gaps import between_commas, filled, widened

TEXT = "The so-called experts met, of course, in the old hall."


def at(words: str, text: str = TEXT) -> Span:
    return Span(text.index(words), text.index(words) + len(words))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["new", "by chance"], "The new experts met, by chance, in the old hall."),
        (["", "as ever"], "The experts met, as ever, in the old hall."),
        (["new", ""], "The new experts met,, in the old hall."),
    ],
)
def test_gaps_are_filled_in_order(words, expected):
    assert filled(TEXT, [at("so-called"), at("of course")], words) == expected


@pytest.mark.parametrize(
    ("gap", "expected"),
    [
        ("so-called", "The experts met, of course, in the old hall."),
        (", of course,", "The so-called experts met in the old hall."),
        ("The so-called", "Experts met, of course, in the old hall."),
        (" in the old hall", "The so-called experts met, of course,."),
    ],
)
def test_what_is_cut_without_words_leaves_order_behind(gap, expected):
    assert filled(TEXT, [at(gap)], [""]) == expected


def test_words_at_the_beginning_get_its_capital():
    assert filled("Trash sang.", [Span(0, 5)], ["folk"]) == "Folk sang."
    assert filled("trash sang.", [Span(0, 5)], ["folk"]) == "folk sang."


def test_a_gap_takes_the_commas_around_it_along():
    assert between_commas(TEXT, at("of course")) == at(", of course,")
    assert between_commas(TEXT, at("old")) == at("old")


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [(0, 0, "experts"), (1, 0, "so-called experts"), (0, 1, "experts met"), (2, 2, "The so-called experts met, of")],
)
def test_a_gap_is_widened_by_whole_words(left, right, expected):
    gap = widened(TEXT, at("experts"), left, right)
    assert TEXT[gap.start : gap.end] == expected


def test_a_gap_is_not_widened_past_the_text():
    assert widened("one two", Span(0, 3), 1, 2) == Span(0, 3)
