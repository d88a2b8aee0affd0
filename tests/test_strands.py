"""Lines of decoding side by side, and what is guessed of a rewrite, reckoned by hand."""

from __future__ import annotations

import pytest

from srlint.engine.context import FIRST_BRANCH, QUESTION, Feed
from srlint.engine.draft import WINDOW, Source, guessed, said
from srlint.engine.pick import likeliest
from srlint.engine.strands import together
from toy_session import ToySession


class Counting:
    """Answers with the tokens that it was fed, and remembers what came together."""

    def __init__(self):
        self.steps = []

    def peek(self, feeds):
        self.steps.append([feed.sequence for feed in feeds])
        return [feed.tokens for feed in feeds]


def strand(sequence: int, steps: int):
    total = 0
    for step in range(steps):
        rows = yield [Feed(sequence, [step])]
        total += sum(rows[0])
    return total


def two_at_once(sequence: int):
    rows = yield [Feed(sequence, [5]), Feed(sequence + 1, [6])]
    return rows


def test_each_step_of_all_is_one_evaluation_and_each_gets_its_own():
    session = Counting()
    assert together(session, [strand(1, 4), two_at_once(7), strand(2, 0), strand(3, 2)]) == [6, [[5], [6]], 0, 1]
    assert session.steps == [[1, 7, 8, 3], [1, 3], [1], [1]]


def test_nothing_side_by_side_needs_no_evaluation():
    session = Counting()
    assert together(session, []) == []
    assert session.steps == []


@pytest.mark.parametrize(
    ("found", "guess"),
    [
        ([1], [2, 3, 4, 2, 5, 6, 7]),
        ([1, 2], [3, 4, 2, 5, 6, 7]),
        ([1, 9, 4, 2], [5, 6, 7]),  # "4 2" tells the second 2 from the first
        ([9], []),  # not in the passage
        ([1, 2, 3, 4, 2, 5], []),  # two that are left are not worth it
        ([7], []),  # it ends there
    ],
)
def test_what_follows_in_the_passage_is_guessed(found, guess):
    assert list(guessed(Source([1, 2, 3, 4, 2, 5, 6, 7]), found, 20)) == guess


def test_marks_are_not_guessed_and_no_more_than_asked():
    source = Source([1, 2, 3, 4, 5, 6, 7, 8, 9], frozenset({4, 5}))
    assert guessed(source, [1], 20) == [2, 3, 4]
    assert guessed(source, [2], 20) == ()
    assert guessed(source, [6], 20) == [7, 8, 9]
    assert guessed(source, [6], 2) == ()
    assert guessed(source, [6], 0) == ()


WORDS = ["The", " old", " man", " sang", " all", " night", " folk", "."]
SAYS = {
    "\n": {"The": 5},
    "The": {" old": 5},
    " old": {" folk": 5},
    " folk": {" sang": 5},
    " sang": {" all": 5},
    " all": {" night": 5},
    " night": {".": 5},
    ".": {"<end>": 5},
}


def rewritten(text: str, follows, limit: int = 20, goes_back: bool = True):
    """What a toy says of a text, and the lengths of its evaluations."""
    session = ToySession(WORDS, follows)
    session.goes_back = goes_back
    session.sequences[QUESTION] = []
    source = Source(session.tokens(text))
    found = together(
        session, [said(session, FIRST_BRANCH, session.tokens("\n"), source, likeliest, session.ends, limit)]
    )[0]
    assert session.sequences[FIRST_BRANCH] == found.tokens
    assert len(found.rows) == 1 + len(found.tokens) - found.forced
    return session.text(found.tokens[found.forced :]), found.ended, [len(session.tokens(fed)) for fed in session.forced]


@pytest.mark.parametrize("text", ["The old man sang all night.", "The man", "", "The old folk sang all night."])
def test_guesses_change_nothing_but_the_number_of_evaluations(text):
    guessing = rewritten(text, SAYS)
    step_by_step = rewritten(text, SAYS, goes_back=False)
    assert guessing[:2] == step_by_step[:2] == ("The old folk sang all night.", True)
    assert step_by_step[2] == [1] * 8
    assert len(guessing[2]) <= 8


def test_a_copy_takes_few_evaluations():
    # The categories' line, then "The" with six guesses that all come true.
    assert rewritten("The old folk sang all night.", SAYS)[2] == [1, 7]
    # The guess behind "old" is wrong; behind "sang" the passage is the same again.
    assert rewritten("The old man sang all night.", SAYS)[2] == [1, 7, 1, 4]


@pytest.mark.parametrize("limit", range(8))
@pytest.mark.parametrize("goes_back", [True, False])
def test_no_more_is_said_than_the_limit(limit, goes_back):
    text, ended, _ = rewritten("The old folk sang all night.", SAYS, limit, goes_back)
    assert text == "".join(["The", " old", " folk", " sang", " all", " night", "."][:limit])
    assert ended is (limit > 7)
    assert WINDOW > 7
