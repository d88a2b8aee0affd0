"""One more rewrite on request: those of a lower rank, then drawn ones; with fakes, and with the embedded model."""

from __future__ import annotations

from dataclasses import replace

import pytest

from srlint import ranking
from srlint.another import another
from srlint.candidates import Flagged, Tools, UnansweredError
from srlint.config import Settings
from srlint.detector import Detection
from srlint.document import Document, Span
from srlint.edits import apply
from srlint.engine.decode import Written
from srlint.linter import Linter
from srlint.models.embedded import is_installed
from srlint.terms import TermList

TEXT = "The trailer trash next door sang."
FLAGGED = Flagged(TEXT, "", Detection(0.9, ("class",), (Span(4, 17),)), ())
PEOPLE, FAMILIES, CHOIR = (f"The {name} next door sang." for name in ("people", "families", "choir"))
DELETED = "The next door sang."


class FakeRewriter:
    """Fills the gap with people or families, and says each of `drawn` in turn when its words are drawn."""

    def __init__(self, drawn=()):
        self.drawn, self.draws = list(drawn), 0

    def ask(self, text, before, marks, categories):
        return object()

    def write(self, answer, text, shapes, marks):
        return Written(None, [[("people",), ("families",)] if tuple(gaps) == tuple(marks) else [] for gaps in shapes])

    def refusal(self, answer):
        return -5.0

    def free(self, answer, text, pick):
        self.draws += 1
        return self.drawn[self.draws - 1] if self.draws <= len(self.drawn) else None

    def likelihoods(self, answer, texts):
        return [{PEOPLE: -0.5, FAMILIES: -1.5}.get(text, -9.0) for text in texts]


@pytest.fixture
def plain_ranks(monkeypatch):
    names = ranking.features("a", "b", "free", [], 0.5, 0.0, 0.0, 0.0)
    bars = {"deletion": 0.9999, "rewording": 0.9999}
    made = {"lowest": bars, "weights": dict.fromkeys(names, 0.0) | {"likelihood": 1.0, "always": 0.0}}
    monkeypatch.setattr(ranking, "_fitted", lambda: {"with_model": made, "without_model": made})


def tools(rewriter=None, writer=None) -> Tools:
    model = None if rewriter is None else (lambda: rewriter)
    return Tools(TermList([], "none"), lambda texts: [0.0] * len(texts), 0.5, model, lambda text: True, writer)


def answers(tools: Tools, times: int) -> list[str | None]:
    seen: list[str] = []
    for _ in range(times):
        found = another(FLAGGED, tools, lambda text: text not in seen)
        if found is None:
            return [*seen, None]
        seen.append(found)
    return seen


@pytest.mark.usefixtures("plain_ranks")
def test_what_does_not_fit_the_document_is_passed_over():
    asked = replace(tools(FakeRewriter(drawn=[TEXT])), fits=lambda text: text != PEOPLE)
    assert another(FLAGGED, asked, lambda text: True) == FAMILIES


@pytest.mark.usefixtures("plain_ranks")
def test_what_ranks_too_low_to_be_offered_comes_in_order_then_what_is_drawn():
    model = FakeRewriter(drawn=[TEXT, CHOIR])  # an echo does not pass
    assert answers(tools(model), 5) == [PEOPLE, FAMILIES, DELETED, CHOIR, None]


def test_a_server_is_asked_in_turns_that_were_not_tried_yet():
    turns = []

    def writer(text, before, marks, turn):
        turns.append(turn)
        return {3: TEXT, 4: CHOIR}.get(turn)

    assert another(FLAGGED, tools(writer=writer), lambda text: True) == CHOIR
    assert turns == [3, 4]


def test_a_server_that_fails_has_no_more_to_say():
    def writer(text, before, marks, turn):
        raise UnansweredError

    assert another(FLAGGED, tools(writer=writer), lambda text: True) is None


def test_without_a_model_there_are_only_listed_replacements():
    text = "The chairman opened the meeting."
    terms = TermList.default()
    flagged = Flagged(text, "", Detection(0.9, ("gender",), (Span(4, 12),)), terms.find(text))
    alone = Tools(terms, lambda texts: [0.0] * len(texts), 0.5, None, lambda text: True)
    chair, chairperson = (text.replace("chairman", new) for new in ("chair", "chairperson"))
    assert another(flagged, alone, lambda text: text != chair) == chairperson
    assert another(flagged, alone, lambda text: text not in (chair, chairperson)) is None


@pytest.mark.skipif(not is_installed(), reason="needs the extra embedded")
def test_the_embedded_model_gives_others_that_change_the_document_as_they_say():
    text = "It is **late**.\n\nGirls lose interest in *engineering* as soon as the maths gets hard.\n"
    document = Document(text, "markdown")
    with Linter.open(Settings()) as linter:
        (finding,) = linter.check(document).findings
        seen = [one.text for one in (finding.rewrite, *finding.others) if one is not None]
        first = linter.another(document, finding, seen)
        assert first is not None and first.text not in seen
        assert first == linter.another(document, finding, seen)
        edited = apply(document.text, first.edits)
        assert edited == document.text[: finding.span.start] + first.text + document.text[finding.span.end :]
        second = linter.another(document, finding, [*seen, first.text])
        assert second is None or second.text not in (*seen, first.text)
        assert linter.another(document, finding, [first.text, *seen]) == second
