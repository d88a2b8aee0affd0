"""Phrases and names that a project allows."""

from __future__ import annotations

import pytest

from srlint.allow import Allowed, covered
from srlint.document import Span


@pytest.mark.parametrize(
    ("phrases", "text", "expected"),
    [
        ((), "The slave node.", []),
        (("",), "The slave node.", []),
        (("slave i",), "Slave I is a ship; slavery is not.", ["Slave I"]),
        (("master branch", "master"), "The master  branch of the mastermind, Master.", ["master  branch", "Master"]),
        (("C++ guys",), "Ask the C++ guys or the c guys.", ["C++ guys"]),
        (("b.a",), "b.a bxa", ["b.a"]),
    ],
)
def test_stretches(phrases, text, expected):
    assert [text[span.start : span.end] for span in Allowed(phrases).stretches(text)] == expected


def test_only_a_whole_span_is_covered():
    stretches = [Span(2, 6), Span(8, 9)]
    assert covered(Span(2, 6), stretches) and covered(Span(3, 4), stretches)
    assert not covered(Span(1, 6), stretches) and not covered(Span(5, 9), stretches) and not covered(Span(0, 1), [])
