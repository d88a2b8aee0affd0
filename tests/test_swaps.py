"""The same passage about another group."""

from __future__ import annotations

import random

import pytest

pytest.importorskip("finetune", reason="needs a checkout: finetune is not installed")

from finetune.dataset import Row  # noqa: E402
from finetune.swaps import OTHERS, anyone, crossed, places, swapped, versions  # noqa: E402


def row(text: str, mark: str = "", before: str = "") -> Row:
    spans = ((text.index(mark), text.index(mark) + len(mark)),) if mark else ()
    return Row("x", "news", before, text, bool(mark), ("religion",) if mark else (), spans, (), "hard", "")


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("Muslims and Jews pray here.", ["Muslims", "Jews"]),
        ("Two blind users tried it.", ["blind"]),
        ("The review was blind.", []),
        ("The Chinese remainder theorem holds.", []),
        ("The women's ward is shut.", []),
        ("Her Jewish neighbours came.", ["Jewish"]),
    ],
)
def test_groups_of_people_are_found_and_other_senses_are_not(text, groups):
    assert [text[place.span.start : place.span.end] for place in places(text)] == groups


def test_every_version_names_one_other_group_and_keeps_its_marks():
    text = "Muslims are late, and Muslims know it."
    found = list(versions(row(text, "Muslims know it", before="The Muslims met.")))
    assert [one.text for one in found][:2] == [
        "Christians are late, and Christians know it.",
        "Jews are late, and Jews know it.",
    ]
    assert found[0].before == "The Christians met."
    for one in found:
        (start, end), group = one.spans[0], one.id.split("~")[1]
        assert one.text[start:end] == f"{group} know it"
        assert "Muslim" not in one.text


def test_the_article_and_the_capital_follow():
    texts = {one.text for one in versions(row("A Jewish student and an old friend came."))}
    assert "An atheist student and an old friend came." in texts
    assert "A Sikh student and an old friend came." in texts
    assert "White voters stayed at home." in {one.text for one in versions(row("Black voters stayed at home."))}


def test_a_passage_that_compares_two_groups_has_no_version():
    assert list(versions(row("Women earn less than men."))) == []
    assert list(versions(row("Bread is sold here."))) == []


def test_a_share_of_the_rows_is_drawn_the_same_each_time():
    rows = [row(f"{number} women came.") for number in range(200)]
    found = swapped(rows, 0.5, 1)
    assert 70 < len(found) < 130
    assert found == swapped(rows, 0.5, 1)
    assert swapped(rows, 0.0, 1) == []


def test_a_group_is_exchanged_for_one_of_any_kind_and_the_category_follows():
    draw = random.Random(1)
    made = [anyone(row("Let Muslims run it, and Muslims will lose it.", "will lose it"), draw) for _ in range(60)]
    assert len({one.text for one in made}) > 30
    kinds = {one.categories[0] for one in made}
    assert kinds >= {"ethnicity", "disability", "class", "religion"}
    for one in made:
        group = one.id.split("~")[1]
        assert one.text == f"Let {group} run it, and {group} will lose it."
        assert [one.text[start:end] for start, end in one.spans] == ["will lose it"]
        if group in OTHERS["disability"].split(", "):
            assert one.categories == ("disability",)


@pytest.mark.parametrize(
    "text", ["His men were tired.", "Young women won.", "Women engineers met.", "Mothers left.", "Women and Jews met."]
)
def test_a_group_that_is_part_of_something_else_stays(text):
    assert anyone(row(text), random.Random(1)) is None


def test_rows_are_crossed_as_often_as_asked_and_the_same_each_time():
    rows = [row(f"We spoke to Germans in room {number}.") for number in range(20)] + [row("Bread is sold here.")]
    made = crossed(rows, 3, 0)
    assert len(made) == 60
    assert made == crossed(rows, 3, 0) != crossed(rows, 3, 1)
    assert not any("Germans" in one.text for one in made)
