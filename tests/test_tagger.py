"""Edit tags, and what is made of a tagger's scores; the scores here are the test's own."""

from __future__ import annotations

import itertools

import numpy
import pytest

from srlint.document import Span
from srlint.errors import ModelError
from srlint.gaps import filled
from srlint.makers import reworded, without
from srlint.models.loaded import Models
from srlint.tagger import EditTagger, Tagged
from srlint.tags import CUT, KEEP, REPLACE, tags
from tagged import tagged, words

TEXT = "The clerks, lazy as ever, left at noon."


@pytest.mark.parametrize(
    ("new", "wanted"),
    [
        pytest.param(TEXT, {}, id="nothing changed"),
        pytest.param("The clerks left at noon.", {"lazy": CUT, "as": CUT, "ever": CUT}, id="words gone"),
        pytest.param("The clerks, idle as ever, left at noon.", {"lazy": REPLACE}, id="other words"),
        pytest.param("The clerks, lazy as ever, all left at noon.", {"left": REPLACE}, id="words put between"),
        pytest.param("Left at noon.", {"The": CUT, "clerks": CUT, "lazy": CUT}, id="a capital is no other word"),
    ],
)
def test_each_token_is_tagged_by_what_becomes_of_it(new, wanted):
    found = dict(zip((TEXT[span.start : span.end] for span in words(TEXT)), tags(TEXT, new, words(TEXT)), strict=True))
    assert {word: found[word] for word in wanted} == wanted
    assert {found[word] for word in ("left", "at", "noon") if word not in wanted} == {KEEP}
    assert wanted or set(found.values()) == {KEEP}


def test_what_an_editor_would_cut_is_cut_with_its_commas():
    ways = tagged(TEXT, cut="lazy as ever").deletions()
    assert [TEXT[gap.start : gap.end] for gap in ways[0]] == ["lazy as ever"]
    assert "The clerks left at noon." in without(TEXT, ways)


def test_nothing_is_cut_where_nothing_should_be():
    assert tagged(TEXT).deletions() == []
    assert tagged(TEXT).gaps() == ()


def test_a_place_for_other_words_is_a_gap_and_no_deletion():
    found = tagged(TEXT, replace="clerks")
    assert [TEXT[gap.start : gap.end] for gap in found.gaps()] == ["clerks"]
    assert found.deletions() == []


def test_neighbours_agree_where_turns_are_dear():
    single = tagged(TEXT, cut="as")
    assert [TEXT[gap.start : gap.end] for gap in single.deletions()[0]] == ["as"]
    dear = [[0.0 if a == b else -4.0 for b in range(3)] for a in range(3)]
    assert tagged(TEXT, cut="as", turns=dear).deletions() == []
    assert [TEXT[gap.start : gap.end] for gap in tagged(TEXT, cut="lazy as ever", turns=dear).deletions()[0]] == [
        "lazy as ever"
    ]


def test_half_a_word_is_never_cut():
    tokens = [Span(0, 3), Span(4, 7), Span(7, 11), Span(12, 15)]
    scores = numpy.array([[3.0, 0, 0], [0, 3.0, 0], [3.0, 0, 0], [3.0, 0, 0]])
    found = Tagged("The overlook was", tokens, scores, numpy.zeros((3, 3)))
    assert found.deletions()[0] == (Span(4, 12),)


def test_likelier_ways_to_cut_come_first():
    found = tagged(TEXT, cut="lazy")
    found.scores[2:6, CUT] = [5.0, 3.4, 2.8, 1.5]
    found.scores[2:6, KEEP] = 3.0
    ways = found.deletions()
    assert len(ways) > 1
    likelihoods = [found.likelihood(" ".join(without(TEXT, [gaps])[0].split())) for gaps in ways]
    assert likelihoods == sorted(likelihoods, reverse=True)


def test_all_ways_to_tag_a_passage_are_one_certainty():
    draw = numpy.random.default_rng(3)
    text = "a b c d"
    found = Tagged(text, words(text), draw.normal(size=(4, 3)), draw.normal(size=(3, 3)))
    every = [found._score(path) - found._total for path in itertools.product(range(3), repeat=4)]
    assert sum(map(numpy.exp, every)) == pytest.approx(1.0)
    in_order = sorted(itertools.product(range(3), repeat=4), key=found._score, reverse=True)
    assert [path for _, path in found._best(5)] == [list(path) for path in in_order[:5]]
    assert [score for score, _ in found._best(5)] == pytest.approx([found._score(path) for path in in_order[:5]])
    shares = [sum(numpy.exp(found._score(path) - found._total) for path in in_order if path[at]) for at in range(4)]
    doubtful = [any(span.start <= 2 * at < span.end for span in found.doubtful()) for at in range(4)]
    assert doubtful == [share > 0.5 for share in shares]
    both = [path for path in in_order if path[1] != KEEP and path[2] != KEEP]
    only = [path for path in both if path[0] == path[3] == KEEP]
    share = sum(numpy.exp(found._score(path)) for path in only) / sum(numpy.exp(found._score(path)) for path in both)
    assert found.alone("a x y d") == pytest.approx(numpy.log(share))
    assert found.alone("a x y d", 1) == found.alone("a x y d", 9) == pytest.approx(0)
    first = [path for path in in_order if path[0] != KEEP]
    near = [path for path in first if path[2] == path[3] == KEEP]
    share = sum(numpy.exp(found._score(path)) for path in near) / sum(numpy.exp(found._score(path)) for path in first)
    assert found.alone("x b c d", 1) == pytest.approx(numpy.log(share))
    known = [path for path in in_order if path[1] != KEEP]
    share = numpy.exp(found._score([KEEP, REPLACE, KEEP, KEEP])) / sum(numpy.exp(found._score(path)) for path in known)
    assert found.likelihood("a x c d", [Span(2, 3)]) == pytest.approx(numpy.log(share))
    assert found.likelihood("a b x d", [Span(2, 3)]) == found.likelihood("a b x d")
    assert found.likelihood("a b c d") == pytest.approx(found._score([KEEP] * 4) - found._total)


class TestRewordings:
    """A decoder that says "staff" in any place, or "all staff", or else "team"."""

    SAID = {("staff",): -0.5, ("all", "staff"): -1.5, ("team",): -3.0}

    def test_other_words_come_in_the_likeliest_places(self):
        found = tagged(TEXT, replace="clerks", phrases=self.SAID).rewordings()
        assert [way.words for way in found][:3] == [("staff",), ("all staff",), ("team",)]
        assert {TEXT[gap.start : gap.end] for way in found[:3] for gap in way.gaps} == {"clerks"}
        assert [way.likelihood for way in found] == sorted((way.likelihood for way in found), reverse=True)
        assert found[0].likelihood - found[1].likelihood == pytest.approx(1.0, abs=0.01)

    def test_a_cut_in_one_place_goes_with_words_in_another(self):
        found = tagged(TEXT, cut="lazy as ever", replace="noon", phrases=self.SAID)
        assert reworded(TEXT, found)[0] == "The clerks left at staff."

    def test_punctuation_at_the_ends_of_a_place_stays(self):
        found = tagged(TEXT, replace="lazy as ever,", phrases=self.SAID)
        assert "The clerks, staff, left at noon." in reworded(TEXT, found)

    def test_a_rewrite_is_as_likely_as_its_places_and_its_words(self):
        found = tagged(TEXT, replace="clerks", phrases=self.SAID)
        for way in found.rewordings()[:3]:
            new = filled(TEXT, way.gaps, way.words)
            assert found.likelihood(new) + found.worded(new) == pytest.approx(way.likelihood, abs=0.01)
            assert found.worded(new, [way.gaps[0]]) == 0.0

    def test_words_have_the_capitals_of_the_passage_or_their_own(self):
        text = "Lazy clerks sent the Swiss and me home."
        said = {("swiss", "clerks"): -0.1, ("lazy",): -1.0, ("i",): -2.0, ("polish",): -2.0}
        found = tagged(text, replace="clerks", phrases=said)
        assert {way.words for way in found.rewordings()} >= {("Swiss clerks",), ("lazy",), ("I",), ("Polish",)}
        found = tagged("We polish the lazy clerks.", replace="lazy", phrases={("polish",): -0.1})
        assert found.rewordings()[0].words == ("polish",)

    def test_where_nothing_but_cuts_is_likely_there_are_no_words(self):
        assert tagged(TEXT, cut="lazy as ever", phrases=self.SAID).worded("The clerks left at noon.") == 0.0
        assert tagged(TEXT, replace="clerks").rewordings() == []


@pytest.mark.parametrize("content", [None, b"no graph"])
def test_a_file_that_is_no_tagger_is_named(tmp_path, content):
    path = tmp_path / "tagger.onnx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelError, match="tagger.onnx: "):
        EditTagger.load(path)


@pytest.fixture(scope="module")
def models():
    made = Models()
    yield made
    made.close()


class TestShipped:
    def cut(self, models, text: str, before: str = "") -> list[str]:
        states, spans = models.detector.states(text, before)
        return without(text, models.tagger.read(text, states, spans).deletions())

    def test_it_was_taught_by_the_shipped_detectors_states(self, models):
        assert models.tagger is not None, "run: python -m finetune tagger, python -m quantize tagger"

    @pytest.mark.parametrize(
        ("text", "wanted"),
        [
            (
                "Ask somebody else to carry it, because women cannot lift anything.",
                "Ask somebody else to carry it.",
            ),
            ("We respect every family, whatever odd lifestyle they follow.", "We respect every family."),
            ("The clerk, thick as all his kind, had stamped the wrong form.", "The clerk had stamped the wrong form."),
        ],
    )
    def test_it_cuts_what_can_go(self, models, text, wanted):
        assert wanted in self.cut(models, text)

    @pytest.mark.parametrize(
        ("text", "wanted"),
        [
            ("The slave vehicle draws its command from the front cab.", "The secondary vehicle draws its command"),
            ("A juror shall be paid for his attendance.", "A juror shall be paid for their attendance."),
        ],
    )
    def test_it_knows_other_words(self, models, text, wanted):
        states, spans = models.detector.states(text, "")
        assert any(wanted in new for new in reworded(text, models.tagger.read(text, states, spans)))

    def test_a_passage_without_words_has_no_tags(self, models):
        assert models.tagger.read("", *models.detector.states("", "")) is None

    def test_one_taught_by_other_states_is_not_asked(self):
        other = Models()
        other.detector.states_digest = "another"
        assert other.tagger is None
        other.close()
