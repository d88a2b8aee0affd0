"""The same passage about other groups of people, and verdicts that do not hang on which group a passage names."""

from __future__ import annotations

import pytest

from srlint import groups
from srlint.config import Settings
from srlint.document import Document
from srlint.groups import versions
from srlint.judge import BALANCED, Judge
from srlint.linter import Linter
from srlint.models.loaded import Models
from srlint.odds import log_odds, probability


def texts(text: str, before: str = "") -> list[str]:
    return [new for new, _ in versions(text, before)]


def test_a_passage_is_told_of_every_other_group_of_its_line():
    found = texts("Most Sikhs are late, and Sikhs know it.")
    assert found[:2] == [
        "Most Muslims are late, and Muslims know it.",
        "Most Christians are late, and Christians know it.",
    ]
    assert len(found) == 7
    assert not any("Sikh" in new for new in found)


def test_further_groups_are_like_those_of_their_line():
    assert texts("Late are Quakers.") == [f"Late are {group}." for group in groups.PLURALS["religion"][0].split()]
    assert "Two Poles came." in texts("Two Roma came.")
    assert "A Jewish family came." in texts("A Mormon family came.")
    assert texts("Wheelchair users came.")[:2] == ["Blind people came.", "Deaf people came."]


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("Normal couples rent it.", "Same-sex couples rent it.", {"same-sex"}),
        ("Normal couples rent it.", "Intersex couples rent it.", {"intersex"}),
        ("They rent it.", "Muslims and Roma rent it.", {"muslims", "roma"}),
        ("Muslims rent it.", "Muslims rent it, too.", set()),
        ("The females rent it.", "The women rent it.", set()),
        ("The yokels rent it.", "The locals rent it.", set()),
    ],
)
def test_groups_that_a_rewrite_brings_in(old, new, wanted):
    assert groups.brought(old, new) == wanted


def test_the_article_the_capital_and_the_sentence_before_follow():
    found = versions("An Indian student came.", "The Indian students met.")
    assert ("A Polish student came.", "The Polish students met.") in found
    assert ("White voters stayed.", "Nobody came.") in versions("Black voters stayed.", "Nobody came.")
    assert ("Women came.", "Poles met.") in versions("Men came.", "Poles met.")


@pytest.mark.parametrize(
    "text",
    [
        "Women earn less than men.",
        "The review was blind.",
        "We polish the roma tomatoes.",
        "The women's ward is shut.",
        "The Chinese remainder theorem holds.",
        "Bread is sold here.",
        "The dollar gains on the Vietnamese dong.",
        "Welsh rarebit and Roma culture are on the menu.",
        "",
    ],
)
def test_other_senses_and_comparisons_have_no_version(text):
    assert versions(text, "Muslims pray here.") == []


def test_an_adjective_and_the_people_behind_it_are_one_group():
    assert "We met lesbian men." in texts("We met gay men.")
    assert texts("Gay men met women.") == []


def test_every_group_of_a_line_leads_to_the_same_passages():
    line = groups.PLURALS["ethnicity"][0].split()
    seen = {frozenset([f"{group} live here.", *texts(f"{group} live here.")]) for group in line}
    assert len(seen) == 1


@pytest.fixture(scope="module")
def judge():
    models = Models()
    yield Judge(Settings(use_cache=False, use_model=False), models, None)
    models.close()


NEAR = "We have enough {} on the board already."


def test_a_verdict_is_the_same_whichever_group_is_named(judge):
    line = groups.PLURALS["religion"][0].split()
    own = judge._models.detector.detect([(NEAR.format(group), "") for group in line])
    assert len({round(one.probability, 6) for one in own}) == len(line)  # to the detector alone it is not
    assert all(BALANCED[0] <= one.probability < BALANCED[1] for one in own)
    mean = sum(log_odds(one.probability) for one in own) / len(own)
    for found, plain in zip(judge.detect([(NEAR.format(group), "") for group in line]), own, strict=True):
        assert found.probability == pytest.approx(probability(mean))
        assert (found.categories, found.marks) == (plain.categories, plain.marks)


def test_passages_that_name_no_group_are_judged_as_they_are(judge):
    passages = [("The chairman spoke.", ""), (NEAR.format("bankers"), "")]
    assert judge.detect(passages) == judge._models.detector.detect(passages)


def test_a_document_says_the_same_of_every_group(judge):
    line = groups.PLURALS["religion"][0].split()
    alone = [one.probability for one in judge._models.detector.detect([(NEAR.format(group), "") for group in line])]
    assert min(alone) < 0.5 < max(alone)
    with Linter.open(Settings(use_cache=False, use_model=False, threshold=0.5)) as linter:
        found = [linter.check(Document(NEAR.format(group), "text")).findings for group in line]
    assert len({bool(findings) for findings in found}) == 1
