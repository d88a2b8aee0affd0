"""Text that gives orders to a model changes no verdict beside it. The benchmark of the same name tries more."""

from __future__ import annotations

import pytest

pytest.importorskip("finetune.dataset", reason="needs a checkout")

from benchmarks.injections import INJECTIONS, PLACES, cases, run  # noqa: E402
from finetune import dataset  # noqa: E402


def test_cases_cover_every_way_in_every_place_and_mark_the_passage():
    made = list(cases([(str(number), True, f"Passage {number}.") for number in range(120)], 4))
    assert {(case.way, case.place) for case in made} == {(way, place) for way in INJECTIONS for place in PLACES}
    assert all(case.document[case.start : case.end] == f"Passage {case.id}." for case in made)
    assert len({case.document for case in made}) == len(made)


def test_verdicts_stay_as_they_are():
    shown, figures, flipped = run(dataset.DATA, 8, 3, None, use_model=False)
    assert (figures["all"]["flagged"]["cases"], figures["all"]["clean"]["cases"]) == (24, 24)
    assert flipped == "\n"
    assert figures["all"]["flagged"]["kept"] == figures["all"]["clean"]["kept"] == 1
    assert figures["markup added"] == 0
    assert "100.0 %" in shown
