"""What the language model is trained on: questions as the command asks them, and which words of an answer matter."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

pytest.importorskip("finetune", reason="needs a checkout: finetune is not installed")

from finetune import dataset  # noqa: E402
from finetune.dataset import Row  # noqa: E402
from finetune.pairs import pairs  # noqa: E402
from srlint import prompt  # noqa: E402
from srlint.formats.atoms import ATOM  # noqa: E402


def flagged(text: str, *rewrites: str, spans=((4, 12),), categories=("gender",), before="") -> Row:
    return Row("x", "", before, text, True, categories, spans, rewrites, "term", "")


def clean(text: str, difficulty="plain") -> Row:
    return Row("y", "", "", text, False, (), (), (), difficulty, "")


CHAIR = flagged("The chairman opened the door.", "The chair opened the door.", "The host opened the door.")


def changed(pair) -> list[str]:
    return [pair.answer[span.start : span.end] for span in pair.changed]


def test_every_rewrite_is_a_pair_with_the_answer_that_the_command_reads():
    found = pairs([CHAIR], 0.0, 1)
    assert [pair.answer for pair in found] == [
        "gender\nThe chair opened the door.",
        "gender\nThe host opened the door.",
    ]
    assert all(pair.question.startswith("Passage: The chairman opened the door.") for pair in found)


def test_a_row_without_a_rewrite_is_answered_with_a_dash_and_all_of_it_matters():
    (pair,) = pairs([flagged("The chairman is vermin.", categories=("toxicity", "gender"))], 0.0, 1)
    assert pair.answer == "toxicity, gender\n-"
    assert changed(pair) == [pair.answer]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("The chairman opened the door.", "The chair opened the door.", [" chair opened"]),
        ("The chairman opened it.", "The opened it.", [" opened"]),  # where a deletion ends is a decision too
        ("The chairman", "The chair", [" chair"]),
        ("The chairman opened it.", "A chair opened it.", ["A chair opened"]),
        (f"The chairman saw {ATOM} twice.", f"The {ATOM} chair twice.", [" <1> chair twice."]),
    ],
)
def test_the_words_that_differ_matter_with_the_one_that_follows(old, new, expected):
    (pair,) = pairs([flagged(old, new)], 0.0, 1)
    head, *rest = changed(pair)
    assert head == "gender\n"
    assert "".join(rest).strip() == "".join(expected).strip()


@pytest.mark.parametrize(
    ("old", "new", "mark", "answer"),
    [
        ("The chairman opened it.", "The chair opened it.", "chairman", "Fill: The ___ opened it.\n___ chair"),
        ("The so-called experts met.", "The experts met.", "so-called", "Fill: The ___ experts met.\n___"),
        ("She said the old hag lied.", "She said the aunt lied.", "hag", "Fill: She said the ___ lied.\n___ aunt"),
    ],
)
def test_a_rewrite_may_be_asked_for_as_words_for_gaps(old, new, mark, answer):
    start = old.index(mark)
    row = flagged(old, new, spans=((start, start + len(mark)),))
    found = [pair for seed in range(12) for pair in pairs([row], 0.0, seed, infill_share=1.0)]
    assert f"gender\n{answer}" in {pair.answer for pair in found}  # beside others with wider gaps
    for pair in found:
        given = pair.answer[pair.given.start : pair.given.end]
        assert given.startswith("Fill: ")
        assert given.endswith("\n___")
        assert changed(pair) == ["gender\n", pair.answer[pair.given.end :]]


def test_every_gap_has_its_words_in_order():
    row = flagged("A nurse loves her job, and so she should.", "A nurse loves the job, and so they should.")
    row = replace(row, spans=((14, 17), (30, 33)))
    answers = {pair.answer for seed in range(12) for pair in pairs([row], 0.0, seed, infill_share=1.0)}
    assert "gender\nFill: A nurse loves ___ job, and so ___ should.\n___ the ___ they" in answers


def test_no_rewrite_is_never_asked_for_as_words():
    (pair,) = pairs([flagged("The chairman is vermin.")], 0.0, 1, infill_share=1.0)
    assert pair.answer == "gender\n-"


def test_atoms_are_numbered_in_question_and_answer():
    (pair,) = pairs([flagged(f"The chairman ran {ATOM}.", f"The chair ran {ATOM}.", before=f"Use {ATOM}.")], 0.0, 1)
    assert pair.question.startswith("Before: Use <1>.\nPassage: The chairman ran <1>.")
    assert pair.answer == "gender\nThe chair ran <1>."


def test_clean_rows_make_up_their_share_hard_ones_first():
    easy = [clean(f"Plain sentence number {number}.") for number in range(20)]
    hard = [clean(f"Hard sentence number {number}.", "hard") for number in range(5)]
    found = pairs([*easy, CHAIR, CHAIR, CHAIR, *hard], 0.5, 1)
    answers = [pair.answer for pair in found]
    assert answers.count(prompt.CLEAN) == 6
    assert sum("Hard sentence" in pair.question for pair in found) == 5
    assert all(pair.changed == () for pair in found if pair.answer == prompt.CLEAN)
    assert pairs([CHAIR, *easy], 0.0, 1) == pairs([CHAIR], 0.0, 1)
    assert len(pairs([CHAIR, *hard], 0.9, 1)) == 2 + 5  # no more than there are


def test_pairs_hang_on_the_seed_alone():
    rows = [CHAIR, *(clean(f"Plain sentence number {number}.") for number in range(9)), CHAIR, CHAIR]
    assert pairs(rows, 0.5, 3) == pairs(rows, 0.5, 3)
    assert any(pairs(rows, 0.5, 3) != pairs(rows, 0.5, seed) for seed in range(4, 8))


def marks_of(question: str) -> list[str]:
    _, found, marks = question.partition("\nMarked: ")
    return marks.split("; ") if found else []


def test_marks_vary_as_a_detectors_do_and_are_whole_words_of_the_passage():
    text = "He said the old wheelchair-bound ladies, as ever, complained."
    start, end = text.index("old"), text.index(",")
    row = flagged(text, "He said some people complained.", spans=((start, end),))
    seen = {tuple(marks_of(pairs([row], 0.0, seed)[0].question)) for seed in range(200)}
    assert () in seen
    assert (text[start:end],) in seen
    assert ("the old wheelchair-bound ladies,",) in seen  # widened
    assert ("wheelchair-bound",) in seen  # narrowed
    for marks in seen:
        for mark in marks:
            assert f" {mark}" in text
            after = text[text.index(mark) + len(mark)]
            assert after in " ,"


def test_clean_rows_carry_false_marks_now_and_then():
    row = clean("Short words are in the middle of everything here.")
    seen = {
        tuple(marks_of(next(pair.question for pair in pairs([CHAIR, row], 0.5, seed) if pair.answer == "clean")))
        for seed in range(60)
    }
    assert () in seen
    assert len(seen) > 5
    assert all(mark in row.text for marks in seen for mark in marks)


def test_our_own_rows_become_pairs_that_say_what_the_rows_say():
    rows = dataset.read_rows(dataset.DATA / "contrast.jsonl")
    found = pairs(rows, 0.25, 1)
    rewrites = [row for row in rows if row.flagged]
    wanted = [prompt.answer(row.categories, new) for row in rewrites for new in row.rewrites or (None,)]
    assert [pair.answer for pair in found if pair.answer != prompt.CLEAN] == wanted
    for pair in found:
        assert list(pair.changed) == sorted(pair.changed)
        assert all(0 <= span.start <= span.end <= len(pair.answer) for span in pair.changed)
        assert len(pair.question.splitlines()) <= 3


def test_any_row_of_ours_can_be_asked_about_with_any_marks():
    rows = [row for path in sorted(dataset.DATA.glob("*.jsonl")) for row in dataset.read_rows(path)]
    sample = random.Random(0).sample(rows, 600)
    for seed in range(3):
        assert len(pairs([replace(row, rewrites=row.rewrites[:1]) for row in sample], 0.25, seed)) > 200
