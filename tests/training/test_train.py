"""Fine-tuning of chat models, with a random one that is too small to learn anything but arithmetic."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from dataclasses import asdict, fields, replace
from pathlib import Path

import pytest

for package in ("finetune", "torch", "transformers", "peft", "accelerate"):
    pytest.importorskip(package, reason=f"training needs {package}")

import torch  # noqa: E402

from finetune import base_model, settings, tiny, train  # noqa: E402
from finetune.dataset import spread  # noqa: E402
from finetune.pairs import Pair, pairs  # noqa: E402
from finetune.settings import LanguageRun  # noqa: E402
from finetune.training import energy, estimate, examples, methods, objective, sharing  # noqa: E402
from finetune.training.checkpoint import Checkpoints  # noqa: E402
from finetune.training.examples import Example  # noqa: E402
from finetune.training.masters import Masters  # noqa: E402
from rows import ROWS  # noqa: E402
from srlint import prompt  # noqa: E402
from srlint.errors import ConfigError, ModelError  # noqa: E402

RUNS = Path(__file__).parents[2] / "finetune" / "runs"
DETECTOR_RUNS = (
    "broad", "broad2", "claims", "claims2", "curve", "detector", "focal", "groups", "groups2", "keen", "keen2", "keen3",
    "keen4", "keen5", "listed", "posts", "posts2", "posts3", "screen", "settled", "stance", "stance2", "stance3",
    "stance4", "stance5", "student", "tagger", "taught", "teacher", "teacher2",
)  # fmt: skip
LANGUAGE_RUNS = [path for path in sorted(RUNS.glob("*.toml")) if path.stem not in DETECTOR_RUNS]


@pytest.fixture(scope="module")
def base(tmp_path_factory) -> str:
    folder = tmp_path_factory.mktemp("base")
    tiny.make(folder, width=32)
    return str(folder)


@pytest.fixture
def run(base) -> LanguageRun:
    # In float32: what is compared to the fourth digit must not hang on whether the processor multiplies in bfloat16.
    return LanguageRun(
        "tiny",
        base,
        rank=2,
        alpha=4,
        epochs=2,
        batch_tokens=400,
        max_length=300,
        checkpoint_steps=2,
        warmup=0.2,
        dtype="float32",
    )


def silent(*_) -> None:
    return None


def opened(run: LanguageRun):
    """The model as training prepares it, its tokenizer, frame and prefix."""
    torch.manual_seed(run.seed)
    model, tokenizer = methods.trainable(run, run.base)
    frame = prompt.frame(tokenizer.chat_template, tokenizer.bos_token, tokenizer.eos_token)
    return model, tokenizer, frame, tokenizer.encode(frame.prefix, add_special_tokens=False)


# --- what is learnt from ----------------------------------------------------------------------------------------------


def test_the_weights_are_on_the_answer_and_most_on_what_it_changes(run):
    _, tokenizer, frame, _ = opened(run)
    (pair, *_) = pairs(ROWS[:1], 0.0, 1)
    (example,) = examples.examples(tokenizer, frame, [pair], run)
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


def test_control_tokens_in_a_passage_are_plain_text(run):
    _, tokenizer, frame, _ = opened(run)
    (example,) = examples.examples(tokenizer, frame, [Pair("Passage: a </s> b <|user|>", "clean", ())], run)
    own = example.ids[: -len(tokenizer.encode(frame.suffix, add_special_tokens=False)) - len("clean") - 1]
    assert not {tokenizer.eos_token_id, tokenizer.convert_tokens_to_ids("<|user|>")} & set(own)
    assert tokenizer.decode(own) == "Passage: a </s> b <|user|>"


def test_pairs_that_are_too_long_are_left_out(run):
    _, tokenizer, frame, _ = opened(run)
    short, long = Pair("a", "clean", ()), Pair("a" * 300, "clean", ())
    assert len(examples.examples(tokenizer, frame, [short, long], run)) == 1


def test_batches_hold_every_text_once_and_stay_within_bounds():
    found = [Example([1] * size, [1.0] * size) for size in (5, 50, 7, 300, 20, 30, 50, 9)]
    chunks = list(examples.batches(found, 100, random.Random(1)))
    assert sorted(len(item.ids) for chunk in chunks for item in chunk) == sorted(len(item.ids) for item in found)
    for chunk in chunks:
        assert len(chunk) == 1 or max(len(item.ids) for item in chunk) * len(chunk) <= 100
    assert list(examples.batches(found, 100, random.Random(1))) == chunks


def test_a_step_takes_as_many_texts_as_the_batch_size_says(run):
    found = [Example([1] * size, [1.0] * size) for size in range(5, 30)]
    taken = list(examples.steps(found, replace(run, batch_size=10, batch_tokens=100), random.Random(1)))
    assert [sum(map(len, step)) for step in taken] == [10, 10, 5]
    assert sorted(len(item.ids) for step in taken for chunk in step for item in chunk) == list(range(5, 30))
    assert all(max(len(item.ids) for item in chunk) * len(chunk) <= 100 for step in taken for chunk in step)


def test_a_step_takes_as_many_batches_as_are_to_be_accumulated(run):
    found = [Example([1] * 10, [1.0] * 10)] * 7
    taken = list(examples.steps(found, replace(run, batch_tokens=20, accumulate=3), random.Random(1)))
    assert sorted(len(step) for step in taken) == [1, 3]
    assert sum(len(chunk) for step in taken for chunk in step) == 7


def test_packed_rows_are_full_and_texts_see_the_prefix_and_themselves():
    chunk = [Example([7] * 3, [1.0] * 3), Example([8] * 2, [1.0] * 2), Example([9] * 4, [1.0] * 4)]
    made = examples.packed(chunk, [5, 6], 6)
    assert made.ids.tolist() == [[5, 6, 9, 9, 9, 9, 8, 8], [5, 6, 7, 7, 7, 0, 0, 0]]
    assert made.positions.tolist() == [[0, 1, 2, 3, 4, 5, 2, 3], [0, 1, 2, 3, 4, 0, 0, 0]]
    assert made.weights.tolist()[1] == [0, 0, 1, 1, 1, 0, 0, 0]
    assert made.sees[0, 0, 7].tolist() == [True, True, False, False, False, False, True, True]
    assert made.sees[0, 0, 3].tolist() == [True, True, True, True, False, False, False, False]
    assert made.sees[0, 0, 1].tolist() == [True, True] + [False] * 6


def test_a_limit_takes_rows_evenly():
    assert [one.id for one in spread(ROWS, 4)] == [ROWS[place].id for place in (0, 2, 4, 6)]
    assert spread(ROWS, 0) == ROWS


# --- the loss ---------------------------------------------------------------------------------------------------------


def plain_loss(model, prefix, example) -> float:
    """The same figure by one pass over prefix and text through the whole model, and a loop over the targets."""
    with torch.no_grad():
        logits = model(input_ids=torch.tensor([[*prefix, *example.ids]])).logits[0].log_softmax(-1)
    # A model with virtual tokens may return logits for them too.
    first = len(logits) - len(example.ids)
    return sum(
        -float(logits[first + place - 1, token]) * weight
        for place, (token, weight) in enumerate(zip(example.ids, example.weights, strict=True))
        if weight
    )


def gradient(model) -> torch.Tensor:
    return torch.cat([own.grad.flatten() for own in model.parameters() if own.requires_grad])


@pytest.mark.parametrize("method", ["lora", "qlora", "full", "prefix"])
def test_the_loss_falls_on_the_answer_only_and_padding_and_company_do_not_matter(run, method):
    if method == "qlora":
        pytest.importorskip("bitsandbytes", reason="four bits need bitsandbytes")
    model, tokenizer, frame, prefix = opened(replace(run, method=method))
    chunk = examples.examples(tokenizer, frame, pairs(ROWS, 0.5, 1), run)[:3]
    assert len({len(item.ids) for item in chunk}) == 3
    value = objective.Objective(model, prefix, run.max_length, False)(chunk)
    assert objective.weight(chunk) == sum(sum(item.weights) for item in chunk)
    assert value.item() == pytest.approx(sum(plain_loss(model, prefix, item) for item in chunk), rel=1e-4)


@pytest.mark.parametrize("method", ["lora", "qlora", "full"])
def test_packing_and_checkpointing_change_neither_loss_nor_gradient(run, method):
    if method == "qlora":
        pytest.importorskip("bitsandbytes", reason="four bits need bitsandbytes")
    losses, gradients = [], []
    for packing, checkpointing in ((False, False), (True, False), (True, True)):
        own = replace(run, method=method, packing=packing, gradient_checkpointing=checkpointing)
        model, tokenizer, frame, prefix = opened(own)
        chunk = examples.examples(tokenizer, frame, pairs(ROWS, 0.5, 1), run)[:5]
        if method != "full":  # an adapter starts as nothing, which hides half of its gradient
            with torch.no_grad():
                for name, parameter in model.named_parameters():
                    if "lora_B" in name:
                        parameter.copy_(torch.linspace(-0.1, 0.1, parameter.numel()).reshape(parameter.shape))
        value = objective.Objective(model, prefix, 350, packing)(chunk)
        value.backward()
        losses.append(value.item())
        gradients.append(gradient(model))
    assert losses[1:] == pytest.approx(losses[:1] * 2, rel=1e-5)
    for other in gradients[1:]:
        assert torch.allclose(gradients[0], other, rtol=1e-3, atol=1e-3 * float(gradients[0].abs().max()))


def test_only_targets_with_a_weight_count(run):
    model, tokenizer, frame, prefix = opened(run)
    (example,) = examples.examples(tokenizer, frame, [Pair("Passage: x", "clean", ())], run)
    nothing = Example(example.ids, [*example.weights[:-6], *[0.0] * 5, 1.0])
    own = objective.Objective(model, prefix, 300, False)
    assert (objective.weight([example]), objective.weight([nothing])) == (6, 1)
    assert own([nothing]).item() < own([example]).item()


@pytest.mark.parametrize("method", ["lora", "prefix", "full"])
def test_a_method_trains_what_its_name_says(run, method):
    model, *_ = opened(replace(run, method=method, virtual_tokens=5))
    names = [name for name, own in model.named_parameters() if own.requires_grad]
    wanted = {"lora": "lora_", "prefix": "prompt_encoder", "full": ""}[method]
    assert names
    assert all(wanted in name for name in names)
    assert len(names) == {"lora": 2 * 2 * 7, "prefix": 1, "full": 2 * 9 + 3}[method]


def test_a_prefix_begins_as_words_that_stand_before_the_text(run):
    """Untrained, it changes nothing but that the text has those words before it."""
    count = 7
    model, tokenizer, _, _ = opened(replace(run, method="prefix", virtual_tokens=count))
    words = tokenizer.encode(prompt.SYSTEM, add_special_tokens=False)[:count]
    ids = tokenizer.encode("Bread is sold.", add_special_tokens=False)
    with torch.no_grad():
        prefixed = model(input_ids=torch.tensor([ids])).logits[0, -len(ids) :]
        plain = model.get_base_model()(input_ids=torch.tensor([[*words, *ids]])).logits[0, count:]
    assert torch.allclose(prefixed, plain, atol=1e-4)


# --- a run ------------------------------------------------------------------------------------------------------------


def adapter(folder) -> dict[str, torch.Tensor]:
    from safetensors.torch import load_file

    return load_file(folder / "adapter" / "adapter_model.safetensors")


def same_weights(one, other) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def lasting(record: dict) -> dict:
    """What two equal runs have in common."""
    return {key: value for key, value in record.items() if key != "measured"}


class Cut(Exception):
    """The power fails."""


def cut_after(calls: int, monkeypatch) -> None:
    honest, made = objective.Objective.forward, []

    def failing(self, chunk):
        if self.training:
            made.append(chunk)
            if len(made) == calls:
                raise Cut
        return honest(self, chunk)

    monkeypatch.setattr(objective.Objective, "forward", failing)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"method": "qlora", "packing": True, "dropout": 0.3, "batch_size": 3, "batch_tokens": 300},
        {"method": "prefix", "virtual_tokens": 4, "schedule": "constant"},
    ],
    ids=["lora", "qlora", "prefix"],
)
def test_a_resumed_run_ends_with_the_weights_of_one_that_was_never_cut(run, options, tmp_path, monkeypatch):
    if options.get("method") == "qlora":
        pytest.importorskip("bitsandbytes", reason="four bits need bitsandbytes")
    run = replace(run, evaluate_steps=2, **options)
    found, held = pairs(ROWS, 0.5, 1), pairs(ROWS[:3], 0.25, 1)
    lines: list[str] = []
    record = train.train(run, [found] * 2, held, tmp_path / "whole", False, lines.append)
    assert record["steps"] >= 4
    with monkeypatch.context() as patched:
        cut_after(6 if options.get("batch_size") else 4, patched)
        with pytest.raises(Cut):
            train.train(run, [found] * 2, held, tmp_path / "cut", False, silent)
    assert (tmp_path / "cut" / "checkpoint-0.pt").is_file()
    assert not (tmp_path / "cut" / "adapter").exists()
    lines.clear()
    again = train.train(run, [found] * 2, held, tmp_path / "cut", True, lines.append)
    assert any(line.endswith("from step 2") for line in lines)
    assert lasting(again) == lasting(record)
    whole, resumed = adapter(tmp_path / "whole"), adapter(tmp_path / "cut")
    assert same_weights(whole, resumed)
    trained = "lora_B" if "lora" in run.method else "prompt"
    assert any(values.abs().sum() > 0 for name, values in whole.items() if trained in name)
    assert not list((tmp_path / "cut").glob("*.pt"))


def test_a_base_that_is_no_chat_model_or_does_more_to_its_logits_is_told(base, run, tmp_path):
    found = pairs(ROWS[:2], 0.0, 1)
    bare = tmp_path / "bare"
    shutil.copytree(base, bare)
    (bare / "chat_template.jinja").unlink()
    for command in (estimate.main, lambda *given: train.train(*given[:3], tmp_path / "run", False, silent)):
        with pytest.raises(ModelError, match="has no chat template"):
            command(replace(run, base=str(bare)), [found], found, silent)
    from transformers import GraniteConfig, GraniteForCausalLM

    config = GraniteConfig(
        vocab_size=400, hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2,
        num_key_value_heads=2, logits_scaling=8.0,
    )  # fmt: skip
    with pytest.raises(ModelError, match="granite: computes its logits in a way that training does not know"):
        objective.Objective(GraniteForCausalLM(config), [1], 10, False)


def test_a_gradient_that_is_not_finite_ends_the_run(run, tmp_path, monkeypatch):
    honest = objective.Objective.forward
    monkeypatch.setattr(objective.Objective, "forward", lambda self, chunk: honest(self, chunk) * float("nan"))
    with pytest.raises(ModelError, match="the gradient is not finite: lower learning_rate"):
        train.train(run, [pairs(ROWS, 0.5, 1)], pairs(ROWS[:2], 0.0, 1), tmp_path, False, silent)


def test_a_folder_that_cannot_be_written_is_named(run, tmp_path):
    (tmp_path / "file").write_text("")
    found = pairs(ROWS, 0.5, 1)
    with pytest.raises(ConfigError, match="cannot be written"):
        train.train(replace(run, checkpoint_steps=1), [found], found, tmp_path / "file", False, silent)


def test_best_weights_of_another_step_are_refused(run, tmp_path):
    model, *_ = opened(run)
    masters = Masters([own for own in model.parameters() if own.requires_grad])
    kept = Checkpoints(tmp_path, "plan")
    kept.keep_best(masters, 7)
    kept.take_best(masters, 7)
    with pytest.raises(ConfigError, match="not the weights of step 3"):
        kept.take_best(masters, 3)


def test_several_gpus_that_share_weights_get_the_model_with_an_optimizer(run):
    model, _, _, prefix = opened(run)
    asked = []

    class Work:
        num_processes, is_fsdp2 = 2, True

        def prepare(self, *parts):
            asked.append(parts)
            return parts

    own = objective.Objective(model, prefix, 300, False)
    assert train._wrapped(Work(), own) is own
    assert [type(part).__name__ for part in asked[0]] == ["Objective", "SGD"]


def test_a_step_has_as_many_texts_whoever_reads_them(run):
    found = [Example([1] * 5, [1.0] * 5) for _ in range(12)]
    for size in (4, 1):
        own = replace(run, batch_size=size, batch_tokens=1000)
        plans = [sharing.plan(own, [found], 2, rank) for rank in (0, 1)]
        assert [len(plan) for plan in plans] == [12 // size] * 2
        for steps in zip(*plans, strict=True):
            assert sum(len(chunk) for step in steps for chunk, counts in step if counts) == size


def test_every_key_of_a_run_file_is_described():
    described = LanguageRun.__doc__
    assert [own.name for own in fields(LanguageRun) if f"`{own.name}`" not in described and own.name != "name"] == []


def test_a_checkpoint_of_other_settings_or_none_at_all_is_told(run, tmp_path, monkeypatch):
    found, held = pairs(ROWS, 0.5, 1), pairs(ROWS[:3], 0.25, 1)
    with monkeypatch.context() as patched:
        cut_after(4, patched)
        with pytest.raises(Cut):
            train.train(run, [found] * 2, held, tmp_path, False, silent)
    with pytest.raises(ConfigError, match="other settings, base, texts or processes"):
        train.train(replace(run, learning_rate=1e-3), [found] * 2, held, tmp_path, True, silent)
    with pytest.raises(ConfigError, match="other settings, base, texts or processes"):
        train.train(run, [found, found[1:]], held, tmp_path, True, silent)
    (tmp_path / "checkpoint-0.pt").write_bytes(b"half")
    with pytest.raises(ConfigError, match="checkpoint-0.pt: damaged"):
        train.train(run, [found] * 2, held, tmp_path, True, silent)


def test_a_finished_or_interrupted_run_is_not_written_over(run, tmp_path):
    found = pairs(ROWS[:2], 0.0, 1)
    lines: list[str] = []
    one = replace(run, epochs=1)
    record = train.train(one, [found], found, tmp_path, True, lines.append)
    assert lines[0] == f"{tmp_path}: no checkpoint there: from the first step"
    train.write_record(tmp_path, record)
    for resume in (False, True):
        with pytest.raises(ConfigError, match="holds a finished run"):
            train.train(one, [found], found, tmp_path, resume, silent)
    (tmp_path / "run.json").unlink()
    (tmp_path / "checkpoint-0.pt").write_bytes(b"something")
    with pytest.raises(ConfigError, match="--resume goes on"):
        train.train(one, [found], found, tmp_path, False, silent)


def test_what_is_saved_can_be_read_by_others_as_new_files_can(run, tmp_path):
    found = pairs(ROWS[:2], 0.0, 1)
    train.train(replace(run, epochs=1), [found], found, tmp_path, False, silent)
    mask = os.umask(0)
    os.umask(mask)
    assert (tmp_path / "adapter" / "adapter_model.safetensors").stat().st_mode & 0o777 == 0o666 & ~mask
    files = {file.name for file in (tmp_path / "adapter").iterdir()}
    assert files == {"adapter_config.json", "adapter_model.safetensors"}


def test_the_best_weights_are_kept_and_patience_ends_a_run(run, tmp_path):
    found, held = pairs(ROWS[:2], 0.0, 1), pairs(ROWS[2:4], 0.0, 1)
    # So fast that the first steps are the best.
    wild = replace(run, epochs=12, learning_rate=0.5, evaluate_steps=1, patience=3, schedule="constant")
    record = train.train(wild, [found] * 12, held, tmp_path / "wild", False, silent)
    values = dict(record["history"])
    assert len(values) < record["steps"]
    assert record["held_out_loss"] == min(values.values()) == values[record["best_step"]]
    assert max(values) == record["best_step"] + 3
    # What is saved is what was best.
    from peft import PeftModel

    model, tokenizer, frame, prefix = opened(wild)
    saved = PeftModel.from_pretrained(model.unload(), tmp_path / "wild" / "adapter")
    texts = examples.examples(tokenizer, frame, held, wild)
    loss = objective.Objective(saved, prefix, 300, False)(texts).item() / objective.weight(texts)
    assert loss == pytest.approx(record["held_out_loss"], abs=1e-3)


@pytest.mark.parametrize("method", ["lora", "prefix", "full"])
def test_training_lowers_the_loss_on_what_it_saw(run, method, tmp_path):
    run = replace(run, method=method, rank=8, alpha=16)
    found = pairs(ROWS[:2], 0.0, 1)
    lazy = replace(run, epochs=1, learning_rate=1e-9)
    keen = replace(run, epochs=30, learning_rate=1e-1 if method == "prefix" else 1e-2, checkpoint_steps=1000)
    before = train.train(lazy, [found], found, tmp_path / "lazy", False, silent)["held_out_loss"]
    after = train.train(keen, [found] * 30, found, tmp_path / "keen", False, silent)["held_out_loss"]
    assert after < before - (0.1 if method == "prefix" else 0.5)


def test_a_full_run_saves_a_model_that_loads(run, tmp_path):
    run = replace(run, method="full", epochs=1)
    found = pairs(ROWS[:2], 0.0, 1)
    record = train.train(run, [found], found, tmp_path, False, silent)
    model, tokenizer = base_model.load(str(tmp_path / "model"), torch.float32)
    prefix = tokenizer.encode(prompt.frame(tokenizer.chat_template, "<s>", "</s>").prefix, add_special_tokens=False)
    own = objective.Objective(model, prefix, 300, False)
    texts = examples.examples(tokenizer, prompt.frame(tokenizer.chat_template, "<s>", "</s>"), found, run)
    assert own(texts).item() / objective.weight(texts) == pytest.approx(record["held_out_loss"], abs=1e-3)


def test_the_record_says_how_the_adapter_was_made(run, tmp_path):
    one = replace(run, epochs=1)
    record = train.train(one, [pairs(ROWS[:2], 0.0, 1)], pairs(ROWS[2:3], 0.0, 1), tmp_path, False, silent)
    assert record["prompt"] == prompt.fingerprint()
    assert record["settings"] == asdict(one)
    assert (record["texts"], record["held_out_texts"]) == (2, 1)
    assert record["measured"]["versions"]["torch"] == torch.__version__
    assert record["measured"]["kilowatt_hours"] > 0
    train.write_record(tmp_path, record | {"data": "abc"})
    assert json.loads((tmp_path / "run.json").read_text())["data"] == "abc"


def test_tensorboard_can_read_the_logs(run, tmp_path):
    pytest.importorskip("tensorboard", reason="logs need tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    record = train.train(run, [pairs(ROWS, 0.5, 1)] * 2, pairs(ROWS[:3], 0.0, 1), tmp_path, False, silent)
    events = EventAccumulator(str(tmp_path / "logs")).Reload()
    assert [event.step for event in events.Scalars("train/loss")] == list(range(1, record["steps"] + 1))
    held = [(event.step, round(event.value, 4)) for event in events.Scalars("held_out/loss")]
    assert held == [(step, pytest.approx(value, abs=1e-4)) for step, value in record["history"]]


def test_two_processes_train_as_one_does(base, tmp_path):
    script = tmp_path / "two.py"
    script.write_text(
        "import sys\n"
        "from pathlib import Path\n"
        "from finetune import train\n"
        "from finetune.settings import LanguageRun\n"
        "from finetune.pairs import Pair\n"
        "texts = [Pair('Passage: ' + 'word ' * n, 'gender\\nother ' + 'word ' * n, ()) for n in range(1, 9)]\n"
        f"run = LanguageRun('two', {base!r}, rank=2, epochs=1, batch_size=3, batch_tokens=200, max_length=200,"
        " checkpoint_steps=99)\n"
        "record = train.train(run, [texts], texts[:3], Path(sys.argv[1]), False, lambda line: 0)\n"
        "if train.leads():\n"
        "    train.write_record(Path(sys.argv[1]), record)\n"
    )
    root = Path(__file__).parents[2]
    environment = {**os.environ, "ACCELERATE_USE_CPU": "true", "OMP_NUM_THREADS": "1"}
    environment["PYTHONPATH"] = str(root)
    for name, launcher in (("one", []), ("two", ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"])):
        done = subprocess.run(
            [sys.executable, *launcher, str(script), str(tmp_path / name)],
            capture_output=True, text=True, env=environment, timeout=300,
        )
        assert done.returncode == 0, done.stderr[-2000:]
    one, two = (json.loads((tmp_path / name / "run.json").read_text()) for name in ("one", "two"))
    assert (one["measured"]["processes"], two["measured"]["processes"]) == (1, 2)
    assert two["held_out_loss"] == pytest.approx(one["held_out_loss"], abs=2e-4)
    for name, values in adapter(tmp_path / "one").items():
        assert torch.allclose(values, adapter(tmp_path / "two")[name], atol=2e-4), name


def test_processes_share_steps_and_meet_at_each(run):
    chunk = [[Example([number], [1.0])] for number in range(5)]
    both = [sharing.shared([[one] for one in chunk], 2, rank) for rank in (0, 1)]
    assert [[len(step) for step in own] for own in both] == [[1, 1, 1], [1, 1, 1]]
    assert [step[0][0][0].ids[0] for step in both[0]] == [0, 2, 4]
    assert [(step[0][0][0].ids[0], step[0][1]) for step in both[1]] == [(1, True), (3, True), (4, False)]
    larger = [sharing.shared([chunk], 2, rank)[0] for rank in (0, 1)]
    assert [[(own[0].ids[0], counts) for own, counts in step] for step in larger] == [
        [(0, True), (2, True), (4, True)],
        [(1, True), (3, True), (0, False)],
    ]


# --- errors -----------------------------------------------------------------------------------------------------------


def test_a_base_that_is_no_model_is_named(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelError, match="cannot be loaded as a language model") as raised:
        base_model.load(str(tmp_path), torch.float32)
    assert "\n" not in str(raised.value)


def test_running_out_of_memory_says_what_to_lower(run, tmp_path, monkeypatch):
    monkeypatch.setattr(objective.Objective, "forward", lambda self, chunk: torch.empty(10**15))
    with pytest.raises(ModelError) as raised:
        train.train(run, [pairs(ROWS, 0.5, 1)], pairs(ROWS[:2], 0.0, 1), tmp_path, False, silent)
    assert str(raised.value) == (
        "tiny: out of memory: lower batch_tokens (now 400); or set gradient_checkpointing = true (with packing = "
        'true); or take method = "qlora"; or lower max_length (now 300)'
    )


def test_a_run_without_a_text_that_fits_is_refused(run, tmp_path):
    found = pairs(ROWS, 0.5, 1)
    with pytest.raises(ConfigError, match="no text to train on of at most max_length = 5 tokens"):
        train.train(replace(run, max_length=5), [found], found, tmp_path, False, silent)
    with pytest.raises(ConfigError, match="no held-out text"):
        train.train(run, [found], [], tmp_path, False, silent)


# --- before a run -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["lora", "prefix", "full"])
def test_a_dry_run_counts_what_training_would(run, method, tmp_path):
    run = replace(run, method=method, virtual_tokens=5, epochs=1)
    found = pairs(ROWS, 0.5, 1)
    lines: list[str] = []
    estimate.main(run, [found], found[:2], lines.append)
    model, *_ = opened(run)
    trained = sum(own.numel() for own in model.parameters() if own.requires_grad)
    assert estimate._trained(run, estimate._skeleton(run.base)[0]) == trained
    record = train.train(run, [found], found[:2], tmp_path, False, silent)
    assert f"{record['texts']} texts an epoch and 2 held out, {record['steps']} steps" in lines[2]
    assert lines[-1].startswith("nothing was trained")
    assert sum("estimated" in line for line in lines) == 2


def test_memory_is_the_sum_of_its_parts(run):
    skeleton, _ = estimate._skeleton(run.base)
    whole = sum(own.numel() for own in skeleton.parameters())
    # Two layers of width 32: four attention products (two of them of half the width) and three of 32 x 64.
    inside = 2 * (2 * 32 * 32 + 2 * 32 * 16 + 3 * 32 * 64)
    in_full = replace(run, dtype="float32")
    assert estimate.memory(in_full, skeleton, 100).weights == 4 * whole
    assert estimate.memory(in_full, skeleton, 100).training == 100 * (4 + 4 + 8 + 8)
    four = estimate.memory(replace(in_full, method="qlora", double_quantisation=False), skeleton, 100)
    assert four.weights == inside * (0.5 + 4 / 64) + 4 * (whole - inside)
    less = estimate.memory(replace(in_full, packing=True, gradient_checkpointing=True), skeleton, 100)
    assert less.activations < estimate.memory(in_full, skeleton, 100).activations


def test_energy_is_read_or_estimated_and_said_which(monkeypatch):
    monkeypatch.setattr(energy, "_gpu_joules", lambda: None)
    monkeypatch.setattr(energy, "_cpu_counters", dict)
    joules, source = energy.Meter().joules()
    assert joules > 0
    assert "estimated" in source
    # In microjoules; the counter begins again at 100 J.
    readings = iter([{"package": (value * 10**6, 100 * 10**6)} for value in (10, 35, 95, 15)])
    monkeypatch.setattr(energy, "_cpu_counters", lambda: next(readings))
    meter = energy.Meter()
    assert [meter.joules() for _ in range(3)] == [(joules, "processor counters") for joules in (25.0, 85.0, 105.0)]


# --- run files --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", LANGUAGE_RUNS, ids=lambda path: path.stem)
def test_run_files_can_be_read_and_are_named_after_their_run(path):
    assert settings.read(path, LanguageRun).name == path.stem


def test_the_presets_that_are_promised_are_there():
    assert {path.stem for path in LANGUAGE_RUNS} >= {
        "paper-llama2-7b", "paper-llama3-8b", "llama3.2-1b", "llama3.2-3b", "qwen2.5-1.5b", "qwen3-8b", "mistral-7b",
        "smollm2-135m", "tiny",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["paper-llama2-7b", "paper-llama3-8b"])
def test_the_papers_presets_have_its_settings(name):
    run = settings.read(RUNS / f"{name}.toml", LanguageRun)
    assert (run.method, run.double_quantisation, run.rank, run.alpha, run.dropout) == ("qlora", True, 64, 16, 0.2)
    assert (run.optimizer, run.learning_rate, run.schedule, run.warmup) == ("paged_adamw", 2e-4, "constant", 0.03)
    assert (run.epochs, run.batch_size, run.max_length) == (1, 16, 1024)
    assert (run.gradient_norm, run.weight_decay) == (0.3, 0.001)


def test_the_configuration_for_several_gpus_is_one_that_accelerate_reads():
    from accelerate.commands.config import load_config_from_file

    found = load_config_from_file(str(RUNS / "fsdp.yaml"))
    assert str(found.distributed_type).endswith("FSDP")
    assert found.fsdp_config["fsdp_version"] == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "dora"}, "method must be one of qlora, lora, prefix, full, not 'dora'"),
        ({"epochs": 0}, "epochs must be at least 1, not 0"),
        ({"dropout": 1.5}, "dropout must be between 0 and 1"),
        ({"learning_rate": 0.0}, "learning_rate must be above 0"),
        ({"gradient_norm": -1.0}, "gradient_norm must be above 0"),
        ({"batch_size": -1}, "batch_size must not be below 0"),
        ({"method": "prefix", "packing": True}, "goes with neither packing nor gradient_checkpointing"),
        ({"gradient_checkpointing": True}, "gradient_checkpointing needs packing = true"),
        ({"start": "mine"}, "start must be 'shipped' or left out, not 'mine'"),
        ({"start": "shipped", "method": "full"}, "an adapter, which method 'full' does not train"),
    ],
)
def test_settings_that_make_no_sense_are_refused(options, message):
    with pytest.raises(ConfigError, match=message):
        LanguageRun("n", "b", **options)


def test_the_shipped_adapter_is_no_start_for_another_base(run, base):
    with pytest.raises(ModelError, match="the shipped adapter is not of this base and rank 2: leave `start` out"):
        methods.trainable(replace(run, start="shipped"), base)
