"""The least that a program takes for a passage, by reckoning."""

from __future__ import annotations

import pytest

from benchmarks.chat import Said, bounds


def test_bounds_follow_from_the_speeds():
    said = [Said("clean", 130, 2), Said("gender\nA chair spoke.", 150, 18)]
    found = bounds(said, opening=100, reads=200.0, reads_many=400.0, writes=50.0)
    assert (found["question_tokens"], found["answer_tokens"]) == (40, 10)
    assert found["least_seconds"] == pytest.approx(50 / 400)
    assert found["call_seconds"] == pytest.approx(40 / 200 + 10 / 50)
    # One in two is flagged, so that there are one and a half calls a passage.
    assert found["apart_seconds"] == pytest.approx(1.5 * 140 / 200 + 10 / 50)
    assert found["call_times"] == pytest.approx(0.4 / 0.125)
    assert found["apart_times"] == pytest.approx(1.25 / 0.125)
