"""Training, with models made on the spot that are too small to learn anything but whether the arithmetic is right."""

from __future__ import annotations

import gzip
import json
import shutil
from dataclasses import replace
from importlib import resources

import pytest

for package in ("finetune", "torch", "transformers", "peft"):
    pytest.importorskip(package, reason=f"training needs {package}")

import torch  # noqa: E402

from finetune import base_model, detector_run, train  # noqa: E402
from finetune import detector as detector_training  # noqa: E402
from finetune.dataset import Row  # noqa: E402
from finetune.pairs import Pair, pairs  # noqa: E402
from finetune.settings import DetectorRun, LanguageRun  # noqa: E402
from srlint import prompt  # noqa: E402
from srlint.categories import IDS  # noqa: E402
from srlint.detector import MAX_TEXT_TOKENS, shipped_tokenizer  # noqa: E402
from srlint.errors import ConfigError, ModelError  # noqa: E402

CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Models as small as these are slower with more."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def silent(*_) -> None:
    return None


def row(text: str, *rewrites: str, mark: str = "", categories=("gender",)) -> Row:
    spans = ((text.index(mark), text.index(mark) + len(mark)),) if mark else ()
    kind = "term" if mark else "plain"
    return Row(text[:20], "", "", text, bool(mark), categories if mark else (), spans, rewrites, kind, "")


ROWS = [
    row("The chairman opened the door.", "The chair opened the door.", mark="chairman"),
    row("We need more manpower on the late shift.", "We need more staff on the late shift.", mark="manpower"),
    row("Those idiots lost it again.", mark="idiots", categories=("toxicity",)),
    row("The whitelist is read at noon by the server in the cellar.", mark="whitelist", categories=("terminology",)),
    row("The bridge was closed for repairs in March."),
    row("Bread is sold."),
    row("Each request carries a token that expires after ten minutes."),
    row("Ms Okafor spoke, and her deputy took questions from the floor until the hall had to be cleared."),
]


# --- the language model -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def chat_model(tmp_path_factory) -> str:
    """A folder with a random Llama of two layers and a tokenizer that knows every byte."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("chat")
    special = ["<|im_start|>", "<|im_end|>"]
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    own = Tokenizer(models.BPE({piece: number for number, piece in enumerate([*special, *alphabet])}, []))
    own.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    own.decoder = decoders.ByteLevel()
    own.add_special_tokens(special)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=own, bos_token=special[0], eos_token=special[1], pad_token=special[1], chat_template=CHATML
    )
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=2048,
        bos_token_id=0,
        eos_token_id=1,
        initializer_range=0.2,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return str(folder)


@pytest.fixture
def run(chat_model) -> LanguageRun:
    return LanguageRun(
        "tiny", chat_model, rank=2, alpha=4, epochs=2, batch_tokens=400, max_length=300, checkpoint_steps=2, warmup=0.2
    )


@pytest.fixture(scope="module")
def loaded(chat_model):
    """Model in float32, wrapped as training wraps it, its tokenizer, frame and prefix."""
    from peft import LoraConfig, get_peft_model

    model, tokenizer = base_model.load(chat_model, torch.float32)
    model = get_peft_model(model, LoraConfig(r=2, target_modules="all-linear", task_type="CAUSAL_LM"))
    frame = prompt.frame(tokenizer.chat_template, tokenizer.bos_token, tokenizer.eos_token)
    prefix = torch.tensor([tokenizer.encode(frame.prefix, add_special_tokens=False)])
    return model, tokenizer, frame, prefix


def test_the_weights_are_on_the_answer_and_most_on_what_it_changes(loaded, run):
    _, tokenizer, frame, _ = loaded
    (pair, *_) = pairs(ROWS[:1], 0.0, 1)
    (example,) = train.examples(tokenizer, frame, [pair], run)
    asked = len(example.ids) - len(pair.answer) - 1
    assert tokenizer.decode(example.ids[:asked]) == pair.question + frame.suffix
    assert tokenizer.decode(example.ids[asked:-1]) == pair.answer
    assert example.ids[-1] == tokenizer.eos_token_id
    assert example.weights[:asked] == [0.0] * asked
    assert example.weights[-1] == 1.0
    # One token is one character here, so that weights and answer stand side by side.
    heavy = "".join(c for c, weight in zip(pair.answer, example.weights[asked:-1], strict=True) if weight == 3.0)
    light = "".join(c for c, weight in zip(pair.answer, example.weights[asked:-1], strict=True) if weight == 1.0)
    assert heavy == "gender\n chair opened"
    assert light == "The the door."


def test_pairs_that_are_too_long_are_left_out(loaded, run):
    _, tokenizer, frame, _ = loaded
    short, long = Pair("a", "clean", ()), Pair("a" * 300, "clean", ())
    assert len(train.examples(tokenizer, frame, [short, long], run)) == 1


def test_batches_hold_every_text_once_and_stay_within_bounds():
    import random

    found = [train.Example([1] * size, [1.0] * size) for size in (5, 50, 7, 300, 20, 30, 50, 9)]
    chunks = list(train.batches(found, 100, random.Random(1)))
    assert sorted(len(item.ids) for chunk in chunks for item in chunk) == sorted(len(item.ids) for item in found)
    for chunk in chunks:
        assert len(chunk) == 1 or max(len(item.ids) for item in chunk) * len(chunk) <= 100
    assert list(train.batches(found, 100, random.Random(1))) == chunks


def plain_loss(model, prefix, example) -> float:
    """The same figure by one pass over prefix and text, and a loop over the targets."""
    ids = prefix[0].tolist() + example.ids
    with torch.no_grad():
        logits = model(input_ids=torch.tensor([ids])).logits[0].log_softmax(-1)
    first = prefix.shape[1]
    return sum(
        -float(logits[first + place - 1, token]) * weight
        for place, (token, weight) in enumerate(zip(example.ids, example.weights, strict=True))
    )


def test_the_loss_falls_on_the_answer_only_and_padding_and_company_do_not_matter(loaded, run):
    model, tokenizer, frame, prefix = loaded
    found = train.examples(tokenizer, frame, pairs(ROWS, 0.5, 1), run)
    chunk = found[:3]
    assert len({len(item.ids) for item in chunk}) == 3
    with torch.no_grad():
        total, weight = train.loss(model, prefix, chunk)
    assert weight == sum(sum(item.weights) for item in chunk)
    assert float(total) == pytest.approx(sum(plain_loss(model, prefix, item) for item in chunk), rel=1e-4)


def test_only_targets_with_a_weight_count(loaded, run):
    model, tokenizer, frame, prefix = loaded
    (example,) = train.examples(tokenizer, frame, [Pair("Passage: x", "clean", ())], run)
    nothing = train.Example(example.ids, [*example.weights[:-6], *[0.0] * 5, 1.0])
    with torch.no_grad():
        whole, last = train.loss(model, prefix, [example]), train.loss(model, prefix, [nothing])
    assert (whole[1], last[1]) == (6, 1)
    assert float(last[0]) < float(whole[0])


def adapter(folder) -> dict[str, torch.Tensor]:
    from safetensors.torch import load_file

    return load_file(folder / "adapter" / "adapter_model.safetensors")


class Cut(Exception):
    """The power fails."""


def test_a_resumed_run_ends_with_the_weights_of_one_that_was_never_cut(run, tmp_path, monkeypatch):
    found, held = pairs(ROWS, 0.5, 1), pairs(ROWS[:3], 0.25, 1)
    lines: list[str] = []
    record = train.train(run, [found] * 2, held, tmp_path / "whole", False, lines.append)
    steps = record["steps"]
    assert steps >= 5

    calls = 0
    honest = train.loss

    def failing(*arguments):
        nonlocal calls
        calls += 1
        if calls == 4:
            raise Cut
        return honest(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(train, "loss", failing)
        with pytest.raises(Cut):
            train.train(run, [found] * 2, held, tmp_path / "cut", False, silent)
    assert (tmp_path / "cut" / "checkpoint.pt").is_file()
    assert not (tmp_path / "cut" / "adapter").exists()
    lines.clear()
    again = train.train(run, [found] * 2, held, tmp_path / "cut", True, lines.append)
    assert lines[0].endswith("from step 2")
    assert again == record
    whole, resumed = adapter(tmp_path / "whole"), adapter(tmp_path / "cut")
    assert whole.keys() == resumed.keys()
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)
    assert any(values.abs().sum() > 0 for name, values in whole.items() if "lora_B" in name)
    assert not (tmp_path / "cut" / "checkpoint.pt").exists()


def test_training_lowers_the_loss_on_what_it_saw(run, tmp_path):
    found = pairs(ROWS[:2], 0.0, 1)
    lazy = replace(run, epochs=1, learning_rate=1e-9)
    keen = replace(run, epochs=30, rank=8, alpha=16, learning_rate=1e-2, checkpoint_steps=1000)
    before = train.train(lazy, [found], found, tmp_path / "lazy", False, silent)["held_out_loss"]
    after = train.train(keen, [found] * 30, found, tmp_path / "keen", False, silent)["held_out_loss"]
    assert after < before - 0.5


def test_the_record_says_how_the_adapter_was_made(run, tmp_path):
    one = replace(run, epochs=1)
    record = train.train(one, [pairs(ROWS[:2], 0.0, 1)], pairs(ROWS[2:3], 0.0, 1), tmp_path, False, silent)
    assert record["prompt"] == prompt.fingerprint()
    assert record["settings"]["rank"] == 2
    assert (record["texts"], record["held_out_texts"]) == (2, 1)
    train.write_record(tmp_path, record | {"data": "abc"})
    assert json.loads((tmp_path / "run.json").read_text())["data"] == "abc"


def test_a_base_that_is_no_model_is_named(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelError, match="cannot be loaded as a language model") as raised:
        base_model.load(str(tmp_path), torch.float32)
    assert "\n" not in str(raised.value)


# --- the detector -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def encoder(tmp_path_factory) -> str:
    """A folder with a random encoder of two layers and the shipped tokenizer."""
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("encoder")
    shutil.copyfile(str(resources.files("srlint") / "data" / "tokenizer.json"), folder / "tokenizer.json")
    torch.manual_seed(0)
    config = BertConfig(hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=48)
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    return str(folder)


@pytest.fixture
def detector_settings(encoder) -> DetectorRun:
    return DetectorRun("tiny", encoder, {}, epochs=2, batch_size=4, learning_rate=1e-3, bf16=False)


@pytest.fixture(scope="module")
def tokenizer():
    return shipped_tokenizer()


@pytest.fixture(scope="module")
def model(encoder):
    torch.manual_seed(1)
    return detector_training.DetectorModel(detector_training.load_encoder(encoder, 0.0), 0.0).eval()


def test_targets_are_those_of_the_row(tokenizer):
    made = detector_training.example(tokenizer, ROWS[3])
    assert made.flagged == 1.0
    assert [name for name, target in zip(IDS, made.categories, strict=True) if target] == ["terminology"]
    words = [
        ROWS[3].text[span.start : span.end]
        for span, target in zip(made.encoded.spans, made.marked, strict=True)
        if target
    ]
    assert "".join(words) == "whitelist"
    plain = detector_training.clean_example(tokenizer, "Bread is sold.", before="Before.", weight=0.5)
    assert (plain.flagged, sum(plain.categories), sum(plain.marked), plain.weight) == (0, 0, 0, 0.5)
    assert 1 in plain.encoded.segments


def test_a_cut_text_keeps_tokens_and_targets_together(tokenizer):
    text = "word " * 400 + "chairman"
    made = detector_training.example(tokenizer, row(text, mark="chairman"))
    assert len(made.marked) == len(made.encoded.ids) == MAX_TEXT_TOKENS + 2
    assert sum(made.marked) == 0


def test_company_and_padding_do_not_change_a_prediction(model, tokenizer):
    examples = [detector_training.example(tokenizer, one) for one in ROWS]
    together = detector_training.predict(model, examples, size=8)
    for item, said in zip(examples, together, strict=True):
        (alone,) = detector_training.predict(model, [item], states=True)
        assert said.passage == pytest.approx(alone.passage, abs=1e-4)
        assert said.tokens == pytest.approx(alone.tokens, abs=1e-4)
        assert len(said.tokens) == len(item.encoded.ids)
        assert said.states is None
        assert alone.states.shape == (len(item.encoded.ids), 32)


def test_the_loss_is_the_weighted_sum_of_the_three_heads(model, tokenizer, detector_settings):
    bce = torch.nn.functional.binary_cross_entropy_with_logits
    examples = [
        replace(detector_training.example(tokenizer, one), weight=w) for one, w in zip(ROWS, (1, 2, 0.5), strict=False)
    ]
    run = replace(detector_settings, label_smoothing=0.1, category_weight=0.3, mark_weight=2.0)
    value = float(detector_training.loss(model, detector_training.collate(examples), run))
    wanted = 0.0
    for item in examples:
        (said,) = detector_training.predict(model, [item])
        flag = float(bce(torch.tensor(said.passage[0]), torch.tensor(0.9)))
        kinds = float(bce(torch.tensor(said.passage[1:]), torch.tensor(item.categories), reduction="sum"))
        own = [index for index, span in enumerate(item.encoded.spans) if span is not None]
        logits, targets = torch.tensor(said.tokens)[own], torch.tensor(item.marked)[own]
        wanted += item.weight * (flag + 0.3 * kinds + 2.0 * float(bce(logits, targets)))
    assert value == pytest.approx(wanted / 3.5, rel=1e-4)


def test_batches_hold_every_passage_once(tokenizer):
    import random

    examples = [detector_training.example(tokenizer, one) for one in ROWS] * 3
    chunks = list(detector_training.batches(examples, 5, random.Random(1)))
    assert [len(chunk) for chunk in chunks].count(5) == 4
    assert sorted(map(id, (item for chunk in chunks for item in chunk))) == sorted(map(id, examples))


def test_the_average_of_models_is_that_of_their_weights(encoder):
    def made(value: float):
        one = detector_training.DetectorModel(detector_training.load_encoder(encoder, 0.0))
        for parameter in one.parameters():
            torch.nn.init.constant_(parameter, value)
        return one

    merged = detector_training.average([made(1.0), made(3.0), made(5.0)])
    assert all(torch.all(parameter == 3.0) for parameter in merged.parameters())


def test_temperature_and_evidence_are_those_of_a_logistic_regression():
    # Logits that are twice too sure, and a sure term that adds about two to the log-odds.
    torch.manual_seed(0)
    true = torch.randn(20000) * 2
    kinds = ["sure" if number % 4 == 0 else "unsure" if number % 4 == 1 else None for number in range(20000)]
    odds = true + torch.tensor([2.0 if kind == "sure" else 0.0 for kind in kinds])
    flagged = (torch.rand(20000) < odds.sigmoid()).tolist()
    temperature, bias, evidence = detector_run.fit_evidence((2 * true + 1).tolist(), kinds, flagged)
    assert temperature == pytest.approx(2.0, abs=0.25)
    assert bias == pytest.approx(-0.5, abs=0.3)
    assert evidence["sure"] == pytest.approx(2.0, abs=0.35)
    assert evidence["unsure"] == pytest.approx(0.0, abs=0.3)


def test_terms_are_sure_unsure_or_absent():
    assert detector_run.term_kind("The chairman spoke.") == "sure"
    assert detector_run.term_kind("Bread is sold.") is None


def test_a_run_learns_writes_its_files_and_goes_on_where_it_was_cut(detector_settings, tmp_path, monkeypatch):
    run = replace(detector_settings, seeds=(1, 2), rewrite_weight=0.5, max_false_alarms=1.0)
    splits = {"train": ROWS * 3, "dev": ROWS, "test": ROWS}
    lines: list[str] = []
    record = detector_run.main(run, splits, None, None, tmp_path / "whole", lines.append)
    assert {"detector.onnx", "detector.json", "run.json"} <= {path.name for path in (tmp_path / "whole").iterdir()}
    kept = json.loads((tmp_path / "whole" / "run.json").read_text())
    assert kept["figures"]["test"]["all"] == record["figures"]["test"]["all"]
    assert kept["data"]["train"]["rows"] == 24
    assert record["training_passages"] == 24 + 6
    manifest = json.loads((tmp_path / "whole" / "detector.json").read_text())
    assert manifest.keys() >= {"categories", "temperature", "bias", "term_evidence", "threshold", "mark_threshold"}
    assert (manifest["heads"], manifest["width"]) == (2, 32)

    honest = detector_training.train

    def failing(run, base, examples, seed, *rest):
        if seed == 2:
            raise Cut
        return honest(run, base, examples, seed, *rest)

    with monkeypatch.context() as patched:
        patched.setattr(detector_training, "train", failing)
        with pytest.raises(Cut):
            detector_run.main(run, splits, None, None, tmp_path / "cut", silent)
    lines.clear()
    again = detector_run.main(run, splits, None, None, tmp_path / "cut", lines.append)
    assert sum("taken from" in line for line in lines) == 1
    assert json.dumps(again["figures"]) == json.dumps(record["figures"])
    assert (tmp_path / "cut" / "detector.json").read_text() == (tmp_path / "whole" / "detector.json").read_text()


def test_training_the_detector_lowers_its_loss(detector_settings, tokenizer, encoder):
    examples = [detector_training.example(tokenizer, one) for one in ROWS]
    batch = detector_training.collate(examples)
    values = []
    for epochs in (1, 40):
        run = replace(detector_settings, epochs=epochs, learning_rate=1e-3, head_learning_rate=1e-2)
        trained = detector_training.train(run, encoder, examples, 1, silent)
        with torch.no_grad():
            values.append(float(detector_training.loss(trained, batch, run)))
    assert values[1] < values[0] - 0.3


def test_a_run_that_draws_on_prose_needs_to_be_told_where_it_lies(detector_settings, tmp_path):
    run = replace(detector_settings, clean={"clean.gz": 10})
    with pytest.raises(ConfigError, match="the run draws on clean.gz: say where with --corpora"):
        detector_run.main(run, {"train": ROWS, "dev": ROWS, "test": ROWS}, None, None, tmp_path, silent)


def test_a_run_may_start_from_another_and_learn_from_a_teacher(detector_settings, tmp_path):
    splits = {"train": ROWS, "dev": ROWS, "test": ROWS}
    loose = replace(detector_settings, max_false_alarms=1.0)
    with pytest.raises(ConfigError, match="first: no weights of a finished detector run"):
        detector_run.main(replace(loose, start="first"), splits, None, None, tmp_path / "second", silent)
    detector_run.main(loose, splits, None, None, tmp_path / "first", silent)
    texts = ["The chairman spoke for an hour.", "Bread is sold by weight.", "word " * 100]
    with gzip.open(tmp_path / "posts.gz", "wt") as file:
        file.writelines(json.dumps({"id": str(number), "text": text}) + "\n" for number, text in enumerate(texts))
    run = replace(loose, start="first", teacher="first", unlabelled={"posts.gz": 9}, epochs=1)
    run = replace(run, learning_rate=1e-9, head_learning_rate=1e-9)
    lines: list[str] = []
    record = detector_run.main(run, splits, None, tmp_path, tmp_path / "second", lines.append)
    rewritten = sum(bool(one.rewrites) for one in ROWS)
    assert record["training_passages"] == len(ROWS) + 2 + rewritten  # the endless one is left out
    first = json.loads((tmp_path / "first" / "run.json").read_text())
    assert record["figures"]["test"]["all"]["auc"] == first["figures"]["test"]["all"]["auc"]  # a step of no size
    assert any(f"the teacher reads {2 + rewritten} passages" in line for line in lines)
    lines.clear()
    detector_run.main(replace(run, state_weight=0.5), splits, None, tmp_path, tmp_path / "second", lines.append)
    assert sum("the teacher reads" in line for line in lines) == 2  # what is labelled, too, for its states
    lines.clear()
    longer = replace(run, epochs=2, state_weight=0.5)
    detector_run.main(longer, splits, None, tmp_path, tmp_path / "second", lines.append)
    assert not any("the teacher reads" in line for line in lines)  # its answers are kept


def test_a_taught_passage_has_the_teachers_probabilities_as_targets(model, tokenizer):
    asked = detector_training.clean_example(tokenizer, "The chairman spoke.", "", 1.0)
    (said,) = detector_training.predict(model, [asked], states=True)
    taught = detector_training.taught(asked, said)
    assert taught.encoded == asked.encoded
    targets = [taught.flagged, *taught.categories]
    assert targets == pytest.approx(torch.tensor(said.passage).sigmoid().tolist(), abs=1e-6)
    assert list(taught.marked) == pytest.approx(torch.tensor(said.tokens).sigmoid().tolist(), abs=1e-6)
    assert taught.states is said.states


def test_the_models_states_are_drawn_to_the_teachers_where_they_are_known(model, tokenizer, detector_settings):
    item = detector_training.clean_example(tokenizer, "The chairman spoke.", "", 1.0)
    other = detector_training.clean_example(tokenizer, "Bread is sold by weight.", "", 1.0)
    states = detector_training.predict(model, [item], states=True)[0].states
    run, same = replace(detector_settings, state_weight=2.0), torch.nn.Identity()

    def value(*items):
        with torch.no_grad():
            return float(detector_training.loss(model, detector_training.collate(items), run, same))

    plain = value(item, other)
    assert value(replace(item, states=states), other) == pytest.approx(plain, abs=1e-3)  # it is there already
    assert value(replace(item, states=-states), other) == pytest.approx(plain + 2.0 * 2 / 2, abs=1e-2)


def test_an_mpnet_teacher_reads_the_students_tokens(tokenizer, tmp_path):
    from transformers import MPNetConfig, MPNetModel

    torch.manual_seed(0)
    config = MPNetConfig(hidden_size=16, num_hidden_layers=3, num_attention_heads=2, intermediate_size=24)
    own = MPNetModel(config, add_pooling_layer=False).eval()
    own.save_pretrained(tmp_path)
    shared = detector_training.load_encoder(str(tmp_path), 0.0, frozen_layers=2).eval()
    assert [any(p.requires_grad for p in layer.parameters()) for layer in shared.encoder.encoder.layer] == [0, 0, 1]
    ids = torch.tensor([detector_training.example(tokenizer, ROWS[0]).encoded.ids + [0]])
    mask = torch.tensor([[1] * (ids.shape[1] - 1) + [0]])
    # MPNet's vocabulary is <s> <pad> </s> <unk>, then BERT's.
    theirs = torch.tensor([[{101: 0, 102: 2, 0: 1}.get(token, token + 4) for token in ids[0].tolist()]])
    with torch.no_grad():
        wanted = own(input_ids=theirs, attention_mask=mask).last_hidden_state
        got = shared(input_ids=ids, token_type_ids=torch.zeros_like(ids), attention_mask=mask).last_hidden_state
    assert torch.allclose(got[0, :-1], wanted[0, :-1], atol=1e-5)


def test_figures_are_those_of_the_rows(model, tokenizer):
    manifest = {"temperature": 1.0, "bias": 0.0, "term_evidence": {}, "threshold": 0.0, "mark_threshold": 0.0}
    figures = detector_run.measure(model, tokenizer, ROWS, manifest)
    assert figures["all"]["recall"] == figures["all"]["false_alarms"] == 1.0
    assert figures["recall"]["gender"] == 1.0
    assert figures["recall"]["age"] is None  # there are no such rows
    assert figures["flagged_share"]["plain"] == 1.0
    nothing = detector_run.measure(model, tokenizer, ROWS, manifest | {"threshold": 1.1, "mark_threshold": 1.1})
    assert nothing["all"]["recall"] == nothing["all"]["marks_f1"] == 0.0


def test_an_average_needs_finished_runs(tmp_path):
    from finetune import detector_run

    with pytest.raises(ConfigError, match="empty: no weights of a finished detector run"):
        detector_run.average([tmp_path / "empty"], {}, "base", 0.04, tmp_path / "out", print)
