"""What is said instead of listed wordings, and where."""

from __future__ import annotations

import pytest

from srlint import wordings
from srlint.document import Span
from srlint.terms import TermList

TERMS = TermList.default()


def reworded(marked: str) -> list[str]:
    """The texts for one whose faults stand between braces."""
    text, marks = "", []
    for at, piece in enumerate(marked.replace("}", "{").split("{")):
        if at % 2:
            marks.append(Span(len(text), len(text) + len(piece)))
        text += piece
    return wordings.replaced(text, marks, TERMS.find(text), TERMS)


@pytest.mark.parametrize(
    ("marked", "wanted"),
    [
        ("The {handwringers} at the rights commission object.", "The critics at the rights commission object."),
        ("Whichever {baboon} parked here must move.", "Whoever parked here must move."),
        ("Her grasp of mechanics is remarkable {for a girl}.", "Her grasp of mechanics is remarkable."),
        ("Dana is {surprisingly} assertive {for a woman}.", "Dana is assertive."),
        ("{Despite being a woman}, Ada chaired the panel.", "Ada chaired the panel."),
        ("{Older users} will struggle with codes.", "Some users will struggle with codes."),
        ("{Despite being a mother}, she chaired it.", "She chaired it."),
        ("The {skinny} waiter dropped it.", "The waiter dropped it."),
        ("{Surprisingly} articulate, and on time.", "Articulate, and on time."),
    ],
)
def test_marked_wordings_give_way_to_what_an_editor_would_say(marked, wanted):
    assert reworded(marked)[:1] == [wanted]


@pytest.mark.parametrize(
    ("marked", "unwanted"),
    [
        ("He squealed {like a little girl} at the spider.", "with excitement"),
        ("They live in {filthy} houses.", "in houses"),
        ("Students leave {trash} around the halls.", "leave people"),
        ("The launch was a {shambles} in every way.", "walks"),
        ("Our boss is a control {freak}.", "control person"),
        ("Our {Luddite} colleagues refuse it.", "technology colleagues"),
        ("The {council fools} residents.", "council people"),
        ("Whoever is {bonkers} about tea.", "absurd about"),
        ("He is {a creep} who stares.", "a man who"),
        ("The {lost souls} in the mosque need help.", "non-believers"),
        ("She was {raped} in the city centre.", "plundered"),
        ("The {dregs} of the estate drink there.", "public of"),
    ],
)
def test_words_beside_a_wording_that_ask_for_another_sense(marked, unwanted):
    assert not any(unwanted in text for text in reworded(marked))


def test_listed_terms_are_replaced_along_with_them():
    assert reworded("The chairman of the {handwringers} spoke.")[0] == "The chair of the critics spoke."


def test_where_a_listed_term_stands_it_counts():
    assert reworded("The {minister and his cronies} met.") == []
    assert reworded("The {handwringers and his cronies} met.")[0] == "The critics and his allies met."


@pytest.mark.parametrize("text", ["The handwringers object.", "We met a baboon.", "She is fit for her age."])
def test_what_no_mark_touches_stays(text):
    assert reworded(text) == []


def test_a_wording_finds_nothing_by_itself():
    unlisted = [term for term in wordings.listed().terms if not TERMS.find(f"They saw {term} there.")]
    assert len(unlisted) > 0.8 * len(wordings.listed().terms)


def test_a_replacement_is_no_wording_that_would_be_replaced_itself():
    listed = wordings.listed()
    again = {}
    for term in listed.terms:
        text = f"{term} left at noon."
        for new in wordings.replaced(text, [Span(0, len(term))], (), TERMS):
            if (found := listed.find(new)) and found[0].replacements:
                again[term] = new
    assert len(again) < 0.02 * len(listed.terms), again
