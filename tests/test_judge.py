"""What the judge makes of a detector's word, with a detector that says what a test tells it."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace

import pytest

from srlint.config import Settings
from srlint.context import is_apart
from srlint.detector import Detection
from srlint.document import Document, Span
from srlint.judge import ALONE_FROM, ALONE_SHARE, APART_SHARE, Judge, with_terms
from srlint.models.loaded import LanguageModel
from srlint.models.locate import Located
from srlint.models.manifest import Manifest
from srlint.odds import log_odds, probability
from srlint.passages import passages
from srlint.terms import TermList

QUOTED = 'She told them: "all of you are hopeless".'


class Told:
    """Flags what holds `word` with probability `after` behind another sentence and `alone` without, and marks it."""

    threshold = 0.5
    term_evidence = {"settled": 0.0, "sure": 0.0, "unsure": 0.0}

    def __init__(self, word: str, after: float = 0.9, alone: float = 0.9, marks: bool = True) -> None:
        self.word, self.after, self.alone, self.marks = word, after, alone, marks
        self.asked: list[tuple[str, str]] = []

    def detect(self, texts, weigh=lambda whole, alone, apart: whole()):
        return [
            weigh(partial(self._one, text, before), partial(self._one, text, ""), is_apart(before))
            if before
            else self._one(text, "")
            for text, before in texts
        ]

    def begin(self, texts, weigh, floors=()):
        return lambda: self.detect(texts, weigh)

    def _one(self, text, before):
        self.asked.append((text, before))
        at = text.find(self.word)
        if at < 0:
            return Detection(0.01, ("toxicity",), ())
        marks = (Span(at, at + len(self.word)),) if self.marks else ()
        return Detection(self.after if before else self.alone, ("toxicity",), marks)


def judged(text: str, detector: Told, **settings):
    judge = Judge(Settings(use_model=False, **settings), SimpleNamespace(detector=detector, tagger=None), None)
    return judge.judge(passages(Document(text, "text")).passages, lambda passage, new: True)


def test_the_embedded_model_only_weighs_and_others_write_too(tmp_path):
    models = SimpleNamespace(detector=Told("grim"), tagger=None)
    for path, writes in ((None, False), (tmp_path / "other.gguf", True)):
        language = LanguageModel(Located(path, "digest", None))
        assert Judge(Settings(), models, language).tools(lambda new: True).writes == writes


@pytest.mark.parametrize(
    ("settings", "skipped", "categories"),
    [
        ({}, "quotation", ()),
        ({"include_quotes": True}, None, ("toxicity",)),
        ({"include_quotes": True, "allow": ("hopeless",)}, "allowed, or only mentioned", ()),
    ],
)
def test_other_peoples_and_allowed_words_are_left_alone(settings, skipped, categories):
    (verdict,) = judged(QUOTED, Told("hopeless"), **settings)
    assert (verdict.skipped, verdict.categories) == (skipped, categories)


def test_a_local_model_is_asked_about_one_passage_after_the_other(monkeypatch):
    """It remembers the last question only, which a second opinion and a rewrite share."""
    asked: list[str] = []

    def ask(text, *rest):
        asked.append(text)

    manifest = Manifest(judge_weight=0.5, threshold=0.5)
    language = LanguageModel(Located(None, "x", manifest))
    monkeypatch.setattr(LanguageModel, "rewriter", SimpleNamespace(ask=ask))
    judge = Judge(Settings(), SimpleNamespace(detector=Told("grim"), tagger=None), language)
    texts = ["A grim day.", "A plain day.", "A grim night."]
    verdicts = judge.judge(passages(Document(" ".join(texts), "text")).passages, lambda passage, new: True)
    assert [bool(verdict.categories) for verdict in verdicts] == [True, False, True]
    assert asked == [texts[0], texts[0], texts[2], texts[2]]


def test_what_the_term_list_proposes_is_no_fault():
    (verdict,) = judged("Add the host to the blocklist.", Told("blocklist"))
    assert (verdict.categories, verdict.skipped) == ((), None)
    (verdict,) = judged("We elect a chairperson.", Told("a chairperson"))
    assert not verdict.marks
    (verdict,) = judged("Add the host to the blocklist, you fool.", Told("blocklist, you fool"))
    assert verdict.categories == ("toxicity",)


@pytest.mark.parametrize(
    ("mark", "rest"),
    [
        ("must have a sexual orientation in", ""),
        (", only fluent English speakers,", ""),
        ("sexual orientation", "fool"),
    ],
)
def test_little_words_around_what_the_list_proposes_are_no_fault_either(mark, rest):
    (verdict,) = judged(f"They {mark} {rest} here.", Told(f"{mark} {rest}".rstrip()))
    assert bool(verdict.categories) == bool(rest)


@pytest.mark.parametrize(
    ("text", "said", "wanted"),
    [
        ("Even your grandfather can.", ("terminology",), ("age",)),
        ("Even your grandfather can.", ("terminology", "gender"), ("gender",)),
        ("Even your grandfather can.", ("gender",), ("gender",)),
        ("The blacklist and the crazy list.", ("terminology",), ("terminology",)),
        ("A native must sign off.", ("terminology",), ("terminology",)),
    ],
)
def test_what_technical_terms_there_are_the_list_knows(text, said, wanted):
    terms = TermList.default().find(text)
    assert with_terms(Detection(0.9, said, ()), terms, 0.9).categories[: len(wanted)] == wanted


@pytest.mark.parametrize(
    ("text", "odds"), [("The chairman spoke.", 3.0), ("The moron spoke.", 2.0), ("The boss spoke like a clown.", 1.0)]
)
def test_a_listed_term_tells_as_much_as_its_kind_does(text, odds):
    told = Told("nothing")
    told.term_evidence = {"settled": 3.0, "sure": 2.0, "unsure": 1.0}
    judge = Judge(Settings(use_model=False), SimpleNamespace(detector=told, tagger=None), None)
    found = judge.probability(Detection(0.5, ("gender",), ()), judge.terms.find(text))
    assert log_odds(found) == pytest.approx(odds)


def test_the_words_around_a_quotation_are_judged():
    (verdict,) = judged(QUOTED, Told("told them"))
    assert (verdict.skipped, verdict.categories) == (None, ("toxicity",))


def test_a_passage_in_which_no_word_stands_out_is_marked_as_a_whole():
    (verdict,) = judged("A grim day it was.", Told("grim", marks=False))
    assert (verdict.categories, verdict.marks) == (("toxicity",), (Span(0, 18),))
    assert judged("Hello. A grim day it was.", Told("grim", marks=False))[1].marks == (Span(0, 18),)


@pytest.mark.parametrize(
    ("text", "detector"),
    [
        ("Hello. A grim day it was.", Told("grim", after=0.95, alone=0.4, marks=False)),  # the sentence before tells
        ('They told her: "A grim day it was".', Told("grim", marks=False)),
    ],
)
def test_a_passage_without_a_word_at_fault_is_not_flagged(text, detector):
    verdict = judged(text, detector)[-1]
    assert verdict.categories == ()


def test_nor_is_one_with_allowed_words():
    assert judged("A grim day it was.", Told("grim", marks=False), allow=("grim day",))[0].categories == ()


def test_the_passage_alone_has_a_share_in_the_verdict():
    detector = Told("grim", after=0.7, alone=0.1)
    verdicts = judged("Good morning to all. A grim day it was.", detector)
    expected = probability((1 - ALONE_SHARE) * log_odds(0.7) + ALONE_SHARE * log_odds(0.1))
    assert verdicts[1].probability == pytest.approx(expected)
    assert verdicts[1].categories == ()  # alone it would have been flagged behind the other sentence
    # Only what is suspected, and has a sentence before it, is asked about twice.
    assert detector.asked.count(("A grim day it was.", "")) == 1
    assert len(detector.asked) == 3
    assert 0.1 < ALONE_FROM < 0.7


def test_the_passage_alone_counts_for_more_where_the_sentence_before_stands_in_another_block():
    detector = Told("grim", after=0.7, alone=0.9)
    verdicts = judged("Good morning to all.\n\nA grim day it was.", detector)
    expected = probability((1 - APART_SHARE) * log_odds(0.7) + APART_SHARE * log_odds(0.9))
    assert verdicts[1].probability == pytest.approx(expected)
    detector = Told("grim", after=0.9, alone=0.1)
    assert judged("Good morning to all.\n\nA grim day it was.", detector)[1].probability == pytest.approx(0.1)
    assert detector.asked[1:] == [("A grim day it was.", "")]
