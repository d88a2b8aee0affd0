"""What the author chose to hear of."""

from __future__ import annotations

from dataclasses import replace

import pytest

from srlint.categories import IDS
from srlint.config import Settings
from srlint.document import Span
from srlint.findings import Edit, Finding, Rewrite
from srlint.selection import graded, select
from srlint.severity import SEVERITIES, of_categories, worst
from srlint.verdict import Outcome

ALL = frozenset(IDS)


def outcome(*found: tuple[tuple[str, ...], float], asked=None) -> Outcome:
    findings = tuple(
        Finding(Span(at, at + 1), categories, probability, (), "why", None)
        for at, (categories, probability) in enumerate(found)
    )
    return Outcome(0.8, findings, {Span(0, 1): asked} if asked else {}, (), ())


def chosen(made: Outcome, enabled=ALL, **settings) -> list[tuple[tuple[str, ...], str]]:
    wanted = Settings(**settings)
    return [
        (item.categories, item.severity)
        for item in graded(select(made, wanted, frozenset(enabled)), made.asked, wanted)
    ]


def test_without_a_choice_everything_counts():
    made = outcome((("gender",), 0.9), (("framing", "toxicity"), 0.85), (("terminology",), 0.99))
    assert chosen(made) == [
        (("gender",), "warning"),
        (("framing", "toxicity"), "error"),
        (("terminology",), "info"),
    ]


def test_a_finding_keeps_the_categories_that_are_switched_on():
    made = outcome((("framing", "toxicity"), 0.9), (("gender",), 0.9))
    assert chosen(made, {"framing"}) == [(("framing",), "warning")]
    assert chosen(made, {"toxicity", "gender"}) == [(("toxicity",), "error"), (("gender",), "warning")]
    assert chosen(made, set()) == []


def test_each_category_has_its_threshold():
    made = outcome((("framing", "toxicity"), 0.9), (("gender",), 0.85), (("age",), 0.6))
    # A lower threshold for one category lets findings through that the others do not count.
    assert chosen(made, thresholds={"framing": 0.95, "age": 0.5}) == [
        (("toxicity",), "error"),
        (("gender",), "warning"),
        (("age",), "warning"),
    ]
    assert chosen(made) == [(("framing", "toxicity"), "error"), (("gender",), "warning")]


def test_a_finding_that_lost_a_category_offers_no_rewrite():
    rewrite = Rewrite("new", (Edit(Span(0, 1), "new"),), "safe")
    made = outcome((("gender", "terminology"), 0.9))
    made = replace(made, findings=tuple(replace(item, rewrite=rewrite) for item in made.findings))
    whole, part = (select(made, Settings(), frozenset(names)) for names in (IDS, ["terminology"]))
    assert whole[0].rewrite == rewrite
    assert part[0].rewrite is None
    assert part[0].message.startswith("Technical terms: ")


@pytest.mark.parametrize(
    ("severity", "asked", "expected"),
    [
        ({}, None, "warning"),
        ({"gender": "error"}, None, "error"),
        ({"gender": "info", "age": "info"}, None, "info"),
        ({"age": "error"}, None, "error"),
        ({"gender": "error"}, "info", "info"),
    ],
)
def test_severity(severity, asked, expected):
    made = outcome((("gender", "age"), 0.9), asked=asked)
    assert chosen(made, severity=severity) == [(("gender", "age"), expected)]


def test_the_worst_of_several_severities():
    assert SEVERITIES == ("info", "warning", "error")
    assert worst(["info", "error", "warning"]) == "error"
    assert worst([]) == "info"
    assert of_categories(["suppression"], {}) == "warning"
