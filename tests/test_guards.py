"""The guards: sound rewrites pass, each kind of damage is named."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from srlint.document import Span
from srlint.guards import CONCERNS, concerns


def graded(marked_text: str, new: str) -> tuple[str, ...]:
    """The concerns about a rewrite of a text whose faults stand between braces."""
    old, marks = "", []
    for at, piece in enumerate(marked_text.replace("}", "{").split("{")):
        if at % 2:
            marks.append(Span(len(old), len(old) + len(piece)))
        old += piece
    return concerns(old, new, tuple(marks))


SOUND = [  # the old text with its faults in braces, and a rewrite that nothing speaks against
    ("2.2 {Lame} excuses and late work", "2.2 Feeble excuses and late work"),
    ("The {chairman} opened the meeting at 7 p.m.", "The chair opened the meeting at 7 p.m."),
    ("Bays 4 to 9 are for {wheelchair-bound patients} and carers.", "Bays 4 to 9 are for wheelchair users and carers."),
    ("Every {fireman} must check {his} mask.", "Every firefighter must check their mask."),
    ("That was an {insane} result.", "That was a remarkable result."),
    ("The {third world} lags behind.", "The Global South lags behind."),
    ("Hi {guys}, the build is green.", "Hi everyone, the build is green."),
    ("Hi guys, the build is green.", "Hi folks, the build is green."),
    ("Add it to the {blacklist} with \ufffc or \ufffc.", "Add it to the denylist with \ufffc or \ufffc."),
    ("{These idiots} spent $1,200 on a website.", "The team spent $1,200 on a website."),
    ("Two {illegals} were found near Laredo.", "Two people without papers were found near Laredo."),
    ("We deliver meals to {shut-ins} on Sundays.", "We deliver meals to people who cannot leave home on Sundays."),
    ("{Elderly customers} get lost easily.", "Some customers get lost easily."),
    ("The {Mohammedans} of Kano prayed.", "The Muslims of Kano prayed."),
    ("{Chairman} Prewitt voted no.", "Chair Prewitt voted no."),
    ('We can\'t serve {so-called} "experts".', 'We can\'t serve "experts".'),
    ("The {so-called “experts”} disagreed on 3 May.", "The experts disagreed on 3 May."),
    ("All {women} drivers must {of course} park there.", "All drivers must park there."),
    ("{The kids today never read, so} we print less.", "We print less."),
    ("Bargain hard{, as every shopkeeper of the old quarter would cheat a grandmother}.", "Bargain hard."),
    ("Manpower {planning} for the {manpower} team", "Manpower scheduling for the staffing team"),
    ("In the {crazy} hours, is anybody there?", "In the late hours, is anybody there?"),
    ("Is this {crazy} plan final?", "Is this plan final?"),
    ("{Half-caste} children lived in one hut.", "Mixed-race children lived in one hut."),
    ("He sold 20 per cent of it to {the girls} in sales.", "He sold 20% of it to colleagues in sales."),
]


@pytest.mark.parametrize(("old", "new"), SOUND)
def test_sound_rewrites_pass(old, new):
    assert graded(old, new) == ()


@pytest.mark.parametrize(
    ("concern", "old", "new"),
    [
        ("empty", "The {chairman} spoke.", ""),
        ("empty", "The {chairman} spoke.", " … -"),
        ("echo", "The {chairman} spoke.", "The chairman spoke."),
        ("echo", "The {chairman} spoke.", "the Chairman spoke!"),
        ("comment", "The {chairman} spoke.", "Sorry, the chair spoke."),
        ("comment", "The {chairman} spoke.", "I can't rewrite this."),
        ("comment", "The {chairman} spoke.", "Rewritten: The chair spoke."),
        ("comment", "The {chairman} spoke.", "gender: The chair spoke."),
        ("comment", "The {chairman} spoke.", '"The chair spoke."'),
        ("comment", "The {chairman} spoke.", "The chair spoke (note: gender-neutral)."),
        ("comment", "The {chairman} spoke.", "The passage contains a stereotype."),
        ("comment", "The {chairman} spoke.", "clean"),
        ("placeholder", "The {guys} use \ufffc.", "The people use it."),
        ("placeholder", "The {guys} use \ufffc.", "The people use \ufffc\ufffc."),
        ("number", "The {guys} paid 40 euros.", "The people paid 50 euros."),
        ("number", "The {guys} paid $40.", "The people paid 40."),
        ("number", "The {guys} paid 10%.", "The people paid 10."),
        ("number", "The {guys} came twice.", "The people came."),
        ("number", "{Three guys} came.", "Four people came."),
        ("number", "The {guys} moved from 5 to 9.", "The people moved from 9 to 5."),
        ("number", "The {guys} came second.", "The people came third."),
        ("name", "The {guys} met Ana Reyes in Laredo.", "The people met Ana in Laredo."),
        ("name", "The {guys} met Ana Reyes in Laredo.", "The people met Ana Reyes in Leeds."),
        ("name", "The {guys} said that Ana hit Ben.", "The people said that Ben hit Ana."),
        ("name", "The {guys} left.", "The people of Leeds left."),
        ("name", "Declan said the {guys} left.", "Peter said the people left."),
        ("name", "The {guys} at NASA left.", "The people at NATO left."),
        ("date", "The {guys} meet on Monday.", "The people meet on Tuesday."),
        ("date", "The {guys} met in May.", "The people met."),
        ("date", "The {guys} left yesterday.", "The people left."),
        ("negation", "The {guys} did not pay.", "The people did pay."),
        ("negation", "The {guys} didn't pay.", "The people did pay."),
        ("negation", "The {guys} paid.", "The people never paid."),
        ("negation", "The {guys} came without tools.", "The people came with tools."),
        ("negation", "{No decent guys} came, but we did not leave.", "Few came, but we did leave."),
        ("quantifier", "All the {guys} left.", "Most of the people left."),
        ("quantifier", "The {guys} always pay.", "The people often pay."),
        ("quantifier", "The {guys} left.", "Few people left."),
        ("modality", "The {guys} must pay.", "The people may pay."),
        ("modality", "The {guys} pay.", "The people should pay."),
        ("modality", "The {guys} will probably pay.", "The people will pay."),
        ("quotation", 'The {guys} said "we will pay it all".', 'The people said "we will pay some".'),
        ("quotation", 'The {guys} said "we pay".', "The people said we pay."),
        ("quotation", "The {guys} said “we pay”.", "The people said ‘they pay’."),
        ("too much", "The {guys} met the auditors in the old hall.", "The people met."),
        ("too much", "The {guys} met the auditors in the old hall.", "The people met the auditors in the old."),
        ("too much", "The {guys} met the auditors.", "The people met the lawyers."),
        ("too much", "The {guys} met.", "The people met. Everyone deserves respect."),
        ("too much", "The {guys} met.", "The people met and talked for a long and happy while about it all."),
        ("too much", "The guys met the auditors in the hall.", "Some persons had seen it."),
        ("characters", "The {guys} met.", "The people\u200b met."),
        ("characters", "The {guys} met.", "The \u202epeople met."),
        ("characters", "The {guys} met.", "The people\nmet."),
        ("characters", "The {guys} met.", "The **people** met."),
        ("characters", "The {guys} met.", "The people met at https://x.org."),
        ("characters", "The {guys} met.", "The 人 people met."),
        ("characters", "The {guys} met.", "The people met 🙂."),
        ("ungrammatical", "The {guys} met.", "The the people met."),
        ("ungrammatical", "My neighbours are {freeloaders}.", "My neighbours are people."),
        ("ungrammatical", "The clerk was just {a yokel}, they said.", "The clerk was just a person, they said."),
        ("ungrammatical", "The clerks are all {guys}.", "The clerks are all everyone."),
        ("ungrammatical", "Most of {the Eskimos} left.", "Most of Inuit people left."),
        ("ungrammatical", "She was {bulimic}.", "She was person with bulimia."),
        ("ungrammatical", "A {mulatto} woman sold fruit.", "A mixed-race person woman sold fruit."),
        ("ungrammatical", "{The mentally ill} mother wept.", "People with mental illness mother wept."),
        ("ungrammatical", "He was a {half-caste}.", "He was a mixed-race."),
        ("ungrammatical", "Again the {lamestream media} has slept.", "Again the residents has slept."),
        ("ungrammatical", "{Trailer trash} is here.", "Visitors is here."),
        ("ungrammatical", "He met an {insane} guy.", "He met an wild guy."),
        ("ungrammatical", "He met a {mad} guy.", "He met a odd guy."),
        ("ungrammatical", "The {guys} met, of course.", "The people met , of course."),
        ("ungrammatical", "He is a {cripple}.", "He is a."),
        ("ungrammatical", "They have the same terms as {normal} couples.", "They have the same terms as other."),
        ("ungrammatical", "One resident, {clearly mental}, has rung twice.", "One resident, has rung twice."),
        ("ungrammatical", "The {guys} met.", "The people met"),
        ("ungrammatical", "The {guys} (both) met.", "The people (both met."),
        ("ungrammatical", "{Guys} met.", "people met."),
        ("ungrammatical", "The {chairman} says he is late.", "The chair says they is late."),
        ("ungrammatical", "He waits until {he} leaves.", "They wait until they leaves."),
        ("ungrammatical", "{Those idiots} lost my letter.", "Them lost my letter."),
        ("ungrammatical", "The {guys} have left the big hall.", "The people have left the big hall the big hall."),
    ],
)
def test_damage_is_named(concern, old, new):
    assert concern in graded(old, new)


def test_marked_words_may_go():
    old = "No man could ever run it, and all of us know."
    marks = (Span(0, 16),)
    assert "negation" not in concerns(old, "The plan fails, and all of us know.", marks)
    assert "modality" not in concerns(old, "The plan fails, and all of us know.", marks)
    assert "quantifier" in concerns(old, "The plan fails, and some of us know.", marks)


def test_a_long_quotation_stays_even_inside_a_mark():
    old = 'He called them "the worst lot of all" again.'
    assert "quotation" in concerns(old, "He called them names again.", (Span(0, len(old)),))


def test_what_the_old_text_had_is_no_concern():
    assert concerns("Sorry, the the chairman  spoke", "Sorry, the the chair  spoke", (Span(15, 23),)) == ()


WORD_LIST = "the chairman All 3 must not Ana \"q\" ' Monday \ufffc e\u0301 🎉 , . ( every don't May it's 40% “a” # *"
WORDS = st.sampled_from(WORD_LIST.split())
TEXTS = st.lists(WORDS, max_size=10).map(" ".join) | st.text(max_size=15)


@given(TEXTS, TEXTS, st.lists(st.tuples(st.integers(0, 40), st.integers(0, 10)), max_size=3))
@settings(max_examples=300, deadline=None)
def test_any_two_texts_are_graded(old, new, marks):
    found = concerns(old, new, tuple(Span(start, start + length) for start, length in marks))
    assert set(found) <= {"empty", *(name for name, _ in CONCERNS)}
    assert concerns(old, old) in (("empty",), ("echo",)) or concerns(old, old)[0] == "echo"


SAFE = st.sampled_from(["the team met", "it rained in the hall", "we left early", "the plan works", "they sat outside"])


@given(st.lists(SAFE, min_size=1, max_size=3), st.integers(2, 9), st.sampled_from(["Ana", "Leeds", "Kano"]))
@settings(max_examples=100, deadline=None)
def test_one_swap_passes_and_one_more_change_does_not(clauses, number, name):
    body = f"{', and '.join(clauses)}, with {number} people from {name}, which was not planned."
    old, new = f"The chairman said {body}", f"The chair said {body}"
    marks = (Span(4, 12),)
    assert concerns(old, new, marks) == ()
    assert "number" in concerns(old, new.replace(str(number), str(number + 1)), marks)
    assert "name" in concerns(old, new.replace(name, "Oslo"), marks)
    assert "negation" in concerns(old, new.replace("was not", "was"), marks)
    assert concerns(old, new[: len(new) // 2] + ".", marks) != ()
