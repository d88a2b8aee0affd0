"""They for a he or she that means anybody."""

from __future__ import annotations

import pytest

from srlint.agreement import lacks_antecedent, lacks_noun, singular_they
from srlint.candidates import Flagged, Tools, best
from srlint.detector import Detection
from srlint.document import Span
from srlint.makers import with_terms_and_they, with_they
from srlint.terms import TermList
from tagged import tagged

JUROR = "A juror may leave once he has given his reasons."
MENDED = "A juror may leave once they have given their reasons."


def marks(text: str, *words: str) -> list[Span]:
    return [Span(text.index(word), text.index(word) + len(word)) for word in words]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (JUROR, MENDED),
        ("Ask whether she works weekends.", "Ask whether they work weekends."),
        ("She is ready, or isn’t she?", "They are ready, or aren’t they?"),
        ("Is he ready for his test?", "Are they ready for their test?"),
        ("A user saw himself there, so let him in.", "A user saw themselves there, so let them in."),
        ("Ask the nurse about her tests, and thank her.", "Ask the nurse about their tests, and thank them."),
        ("If the guest is late, he'll ring, as he’d said.", "If the guest is late, they'll ring, as they’d said."),
        ("Nobody need say that a key is hers.", "Nobody need say that a key is theirs."),
        ("HIS keys stay here.", "THEIR keys stay here."),
        ("Each member may bring his wife, or his girlfriend.", "Each member may bring their spouse, or their partner."),
        ("A pilot may fly her husband out.", "A pilot may fly their spouse out."),
        ("If he likes the changes, let him merge them.", "If they like the changes, let them merge them."),
        ("Once she opens the file and saves it, wait.", "Once they open the file and save it, wait."),
        ("Each nurse has her list, and the surgeon his.", "Each nurse has their list, and the surgeon theirs."),
        ("The warden waits, and he alone decides.", "The warden waits, and they alone decide."),
        ("The clerk files her copy; a judge keeps his.", "The clerk files their copy; a judge keeps theirs."),
    ],
)
def test_pronouns_and_their_verbs_change_together(text, wanted):
    (found,) = with_they(text, [Span(0, len(text))])
    assert found.text == wanted
    assert found.origin == "term"
    assert not found.settled


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("A juror may leave at noon.", id="no pronoun"),
        pytest.param("He asked whether her card was valid.", id="two people"),
        pytest.param("Each member may bring his wife and her sister.", id="two genders"),
        pytest.param("He pays, and she asks the time.", id="two genders of nobody named"),
        pytest.param("A member keeps his or her card.", id="two genders of one"),
        pytest.param("Each member may bring his mother.", id="another person"),
        pytest.param("A manager guards his team so that they can work.", id="they are others"),
        pytest.param("Each member may bring his husband.", id="a gender that is a fact"),
        pytest.param("A user may say that he's late.", id="he is, or he has"),
        pytest.param("Once she can open the mail and files it, wait.", id="a second verb, or a noun"),
    ],
)
def test_where_it_is_not_clear_what_else_changes_nothing_does(text):
    assert singular_they(text) is None
    assert with_they(text, [Span(0, len(text))]) == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("The chairman goes if he may.", ["The chair goes if they may.", "The chairperson goes if they may."]),
        ("Every layman has his cup where he sits.", ["Every layperson has their cup where they sit."]),
        ("He needs more manpower.", []),
        ("The chairman signs.", []),
    ],
)
def test_a_listed_role_takes_its_pronouns_along(text, wanted):
    terms = TermList.default()
    found = [item.text for item in with_terms_and_they(text, terms.find(text), terms)]
    assert found[: len(wanted)] == wanted
    assert bool(found) == bool(wanted)


@pytest.mark.parametrize("text", ["She met a fireman on her holiday.", "As a fireman, he saved many lives."])
def test_a_listed_role_takes_no_pronouns_of_others_along(text):
    terms = TermList.default()
    assert terms.find(text)
    assert with_terms_and_they(text, terms.find(text), terms) == []


def test_a_mark_is_on_what_changes_and_others_may_lie_beside_it():
    assert [item.text for item in with_they(JUROR, marks(JUROR, "juror", "he has"))] == [MENDED]
    assert with_they(JUROR, marks(JUROR, "juror")) == with_they(JUROR, []) == []


@pytest.mark.parametrize(
    ("tag", "wanted"),
    [
        pytest.param(lambda text, before: tagged(text), MENDED, id="anybody"),
        pytest.param(lambda text, before: tagged(text, cut="once he has given his reasons"), None, id="more at fault"),
        pytest.param(None, None, id="nobody can tell"),
    ],
)
def test_they_is_offered_where_an_editor_would_change_nothing_else(tag, wanted):
    terms = TermList([], "none")
    tools = Tools(terms, lambda texts: [0.0] * len(texts), 0.5, None, lambda text: True, tag=tag)
    proposal = best(Flagged(JUROR, "", Detection(0.9, ("gender",), tuple(marks(JUROR, "he", "his"))), []), tools)
    assert (proposal and proposal.text) == wanted
    assert proposal is None or proposal.safety == "unsafe"


@pytest.mark.parametrize(
    ("old", "new", "before", "alone"),
    [
        ("Temps do not mind long hours, so give them the weekends.", "Give them the weekends.", "", True),
        ("Southerners are slow, and their courts take years.", "Their courts take years.", "", True),
        ("Temps do not mind, so give them the weekends.", "Give them the weekends.", "Two temps start today.", False),
        ("Lazy clerks keep their coats on.", "Clerks keep their coats on.", "", False),
        ("They come with no brains, and they lost.", "They come, and they lost.", "", False),
        ("Only dinosaurs keep their invoices.", "Some keep their invoices.", "", False),
        ("The lazy clerk left.", "The clerk left.", "", False),
    ],
)
def test_they_is_not_left_without_those_that_it_points_at(old, new, before, alone):
    assert lacks_antecedent(old, new, before) is alone


@pytest.mark.parametrize(
    ("old", "new", "lacking"),
    [
        ("The storage zealots insist on it.", "The storage insist on it.", True),
        ("Ask those zealots who insist on it.", "Ask those who insist on it.", False),
        ("The storage zealots, as usual, insist on it.", "The storage team, as usual, insist on it.", False),
        ("Zealots insist on it.", "They insist on it.", False),
    ],
)
def test_a_cut_leaves_no_word_without_its_noun(old, new, lacking):
    start = old.lower().index("zealots")
    assert lacks_noun(old, new, [Span(start, start + len("zealots"))]) is lacking
