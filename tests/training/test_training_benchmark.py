"""The benchmark of training: both sides do the same work, and the figures are what their runs come to."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

for package in ("benchmarks", "finetune", "torch", "transformers", "peft", "accelerate"):
    pytest.importorskip(package, reason=f"the benchmark of training needs {package}")

import torch  # noqa: E402
from accelerate import Accelerator  # noqa: E402

from benchmarks import own_trainer, plain_trainer, training  # noqa: E402
from benchmarks.training import GROUPED, OWN, PLAIN, Job, Moment  # noqa: E402
from finetune import base_model, tiny  # noqa: E402
from finetune.dataset import Row  # noqa: E402
from finetune.pairs import Pair  # noqa: E402
from finetune.settings import LanguageRun  # noqa: E402
from finetune.training import loop  # noqa: E402
from finetune.training.examples import examples  # noqa: E402
from finetune.training.objective import Objective  # noqa: E402
from srlint import prompt  # noqa: E402
from srlint.document import Span  # noqa: E402
from srlint.errors import ConfigError, ModelError  # noqa: E402

NAMES = ["Ann", "Bo", "Cy", "Dee", "Eve", "Flo", "Gus", "Hal", "Ida", "Jo", "Kim", "Lou"]
PAIRS = [
    Pair(prompt.question(f"The chairman {'met ' * (at % 5)}saw {name}.", "", []), f"gender\nThe chair saw {name}.", ())
    for at, name in enumerate(NAMES)
]
# The second line is given: nothing is to be learnt there.
PAIRS[3] = replace(PAIRS[3], given=Span(7, 7 + len("The chair")))


@pytest.fixture(scope="module")
def base(tmp_path_factory) -> str:
    folder = tmp_path_factory.mktemp("base")
    tiny.make(folder, width=32)
    return str(folder)


@pytest.fixture
def run(base) -> LanguageRun:
    return LanguageRun(
        "t", base, rank=2, alpha=4, epochs=1, edit_weight=1.0, learning_rate=0.02, batch_tokens=900, max_length=300,
        dtype="float32",
    )  # fmt: skip


@pytest.fixture
def job(run) -> Job:
    return Job("train", run, PAIRS, PAIRS[:5], at_once=2, accumulated=2)


def result(seconds: float, **changed) -> dict:
    figures = {"processor_seconds": 2 * seconds, "texts": 12, "tokens": 600, "steps": 3, "peak_gigabytes": 1.0}
    return {"seconds": seconds, "held_out_loss": 2.0, **figures, **changed}


@pytest.mark.parametrize("packing", [False, True])
@pytest.mark.parametrize("method", training.METHODS)
def test_both_sides_have_one_loss_and_one_gradient(job, packing, method):
    if method == "qlora":
        pytest.importorskip("bitsandbytes")
    job = replace(job, run=replace(job.run, packing=packing, method=method, dropout=0.5))
    ours, plain = own_trainer.check(job), plain_trainer.check(job)
    assert ours["loss"] == pytest.approx(plain["loss"], rel=1e-5)
    assert ours["gradient_norm"] == pytest.approx(plain["gradient_norm"], rel=1e-4)
    assert training.compared(ours, plain) == {OWN: ours, PLAIN: plain}


def test_the_adapter_takes_part_in_the_check(job, monkeypatch):
    stirred = plain_trainer.check(job)["loss"]
    monkeypatch.setattr(plain_trainer, "stirred", lambda model: None)
    assert abs(plain_trainer.check(job)["loss"] - stirred) > 1e-4


def test_different_work_is_refused():
    with pytest.raises(ModelError, match="gradient norm 1.00000 by srlint, 1.01000 by the plain script"):
        training.compared({"loss": 3.0, "gradient_norm": 1.0}, {"loss": 3.001, "gradient_norm": 1.01})


def test_a_plain_text_is_the_chat_template_and_the_answer(run):
    _, tokenizer = base_model.load(run.base, torch.float32)
    pair = PAIRS[3]
    (text,) = plain_trainer.texts(run, tokenizer, [pair])
    messages = [{"role": "system", "content": prompt.SYSTEM}, {"role": "user", "content": pair.question}]
    asked = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    assert tokenizer.decode(text["input_ids"]) == asked + pair.answer + tokenizer.eos_token
    taught = [token for token in text["labels"] if token != -100]
    assert tokenizer.decode(taught) == "gender\n saw Dee." + tokenizer.eos_token
    assert text["length"] - text["own"] == len(tokenizer(f"<|system|>{prompt.SYSTEM}</s><|user|>")["input_ids"])
    assert plain_trainer.texts(replace(run, max_length=text["own"] - 1), tokenizer, [pair]) == []


def test_a_batch_is_as_wide_as_its_longest_text():
    texts = [{"input_ids": [5, 6, 7], "labels": [-100, 6, 7]}, {"input_ids": [8], "labels": [8]}]
    batch = plain_trainer.collated(texts)
    assert {name: value.tolist() for name, value in batch.items()} == {
        "input_ids": [[5, 6, 7], [8, 0, 0]],
        "labels": [[-100, 6, 7], [8, -100, -100]],
        "attention_mask": [[1, 1, 1], [1, 0, 0]],
    }


@pytest.mark.parametrize("grouped", [False, True])
def test_the_plain_script_trains(job, grouped):
    model, tokenizer = plain_trainer.adapted(job.run)
    before = plain_trainer.held_out(model, plain_trainer.texts(job.run, tokenizer, job.held_out), job.run, 2)
    done = plain_trainer.train(replace(job, grouped=grouped))
    assert (done["texts"], done["steps"]) == (12, 3)
    assert done["held_out_loss"] < before - 0.02
    assert done["seconds"] > 0 < done["processor_seconds"]


def test_both_sides_have_one_held_out_loss(job):
    model, tokenizer = plain_trainer.adapted(job.run)
    training.stirred(model)
    frame = prompt.frame(tokenizer.chat_template, tokenizer.bos_token, tokenizer.eos_token)
    prefix = tokenizer.encode(frame.prefix, add_special_tokens=False)
    found = examples(tokenizer, frame, PAIRS, job.run)
    ours = loop.evaluate(Objective(model, prefix, 300, False), found, job.run, Accelerator())
    plain = plain_trainer.held_out(model, plain_trainer.texts(job.run, tokenizer, PAIRS), job.run, 5)
    assert plain == pytest.approx(ours, rel=1e-5)


def test_our_time_is_that_of_the_steps():
    said = [
        (Moment(1.0, 1.0), "tokens a text behind a prefix of 9: 3 at least"),
        (Moment(2.0, 1.5), "12 texts an epoch, 600 tokens, 30 steps, from step 0"),
        (Moment(7.0, 5.0), "step 25/30 loss 1.0000 9 tokens/s 1.0 GB, 0 min left"),
        (Moment(8.0, 5.5), "step 30/30 loss 1.0000 9 tokens/s 1.0 GB, 0 min left"),
        (Moment(20.0, 9.0), "step 30/30 held-out loss 2.0000"),
    ]
    times = {"seconds": 6.0, "processor_seconds": 4.0}
    assert own_trainer.timed(said) == {**times, "texts": 12, "tokens": 600, "steps": 30}
    with pytest.raises(ModelError, match="did not say"):
        own_trainer.timed(said[:3])


def test_figures_are_medians_and_the_highest_peak():
    ours = [result(2.0), result(9.0), result(3.0, peak_gigabytes=1.5)]
    plain = [result(6.0, held_out_loss=2.5), result(4.0), result(60.0)]
    figures = training.summed({OWN: ours, PLAIN: plain})
    assert (figures[OWN]["texts_per_second"], figures[OWN]["tokens_per_second"]) == (4.0, 200.0)
    assert (figures[OWN]["peak_gigabytes"], figures[OWN]["speed_up"]) == (1.5, 1.0)
    assert (figures[PLAIN]["speed_up"], figures[PLAIN]["held_out_loss"]) == (2.0, 2.0)
    assert figures[PLAIN]["processor_speed_up"] == 2.0
    assert figures[PLAIN]["seconds_of_each"] == [6.0, 4.0, 60.0]
    with pytest.raises(ModelError, match="not the same texts"):
        training.summed({OWN: ours, PLAIN: [result(6.0, tokens=599)]})


@pytest.mark.parametrize(
    ("of_run", "asked", "at_once", "accumulated"),
    [(0, None, 16, 1), (0, 4, 4, 4), (0, 5, 5, 3), (0, 99, 16, 1), (32, None, 32, 1), (32, 8, 8, 4)],
)
def test_plain_steps_have_as_many_texts_as_ours(job, of_run, asked, at_once, accumulated):
    job = replace(job, run=replace(job.run, batch_size=of_run))
    found = training._alike(job, {"texts": 47, "steps": 3}, asked)
    assert (found.at_once, found.accumulated) == (at_once, accumulated)


def test_the_run_is_made_comparable(tmp_path, base):
    path = tmp_path / "run.toml"
    path.write_text(f'name = "x"\nbase = "{base}"\nepochs = 3\nedit_weight = 3.0\npatience = 2\nevaluate_steps = 5\n')
    found = training._settings(path, None, "qlora")
    assert (found.method, found.epochs, found.edit_weight, found.patience, found.evaluate_steps) == (
        "qlora", 1, 1.0, 0, 0,
    )
    path.write_text(f'name = "x"\nbase = "{base}"\nmethod = "prefix"\n')
    with pytest.raises(ConfigError, match="method 'prefix' has no plain script"):
        training._settings(path, None, None)


def test_the_whole_command(monkeypatch, tmp_path, job):
    """With both sides in this process: what starts others is tested below."""
    path = tmp_path / "run.toml"
    path.write_text(f'name = "x"\nbase = "{job.run.base}"\nrank = 2\nbatch_tokens = 900\nmax_length = 300\n')
    modules = {"own_trainer": own_trainer, "plain_trainer": plain_trainer}
    monkeypatch.setattr(training, "_pairs", lambda own, texts, held_out: (PAIRS[:texts], PAIRS[:held_out]))
    order = []

    def process(name, own, folder):
        order.append((name, own.task))
        module, grouped = training.SYSTEMS[name]
        return getattr(modules[module], own.task)(replace(own, grouped=grouped))

    monkeypatch.setattr(training, "_process", process)
    shown, figures = training.run(path, None, None, 10, 3, 2, 2, True)
    assert order == [(OWN, "check"), (PLAIN, "check"), *((name, "train") for name in (OWN, PLAIN, GROUPED) * 2)]
    assert list(figures["systems"]) == [OWN, PLAIN, GROUPED]
    assert {own["texts"] for own in figures["systems"].values()} == {10}
    assert figures["batch"]["at_once"] == 2
    assert figures["check"][OWN]["loss"] == pytest.approx(figures["check"][PLAIN]["loss"], rel=1e-5)
    ours, plain = (figures["systems"][name] for name in (OWN, PLAIN))
    assert plain["speed_up"] == pytest.approx(plain["seconds"] / ours["seconds"])
    assert "10 texts, 2 runs each" in shown.splitlines()[0]


def test_a_process_that_fails_says_why_in_one_line(job, tmp_path):
    job = replace(job, task="check", run=replace(job.run, base="./nowhere"))

    def reason(name):
        folder = tmp_path / name
        folder.mkdir()
        with pytest.raises(ConfigError) as raised:
            training._process(name, job, folder)
        return str(raised.value)

    with ThreadPoolExecutor() as pool:
        said = list(pool.map(reason, (OWN, PLAIN)))
    assert said == [f"{name} ended with status 1: ./nowhere: no such file or folder" for name in (OWN, PLAIN)]


def test_texts_are_dealt_evenly_and_the_same_every_time(monkeypatch):
    def rows(split):
        return [
            Row(
                f"{split}-{at}", "note", "", f"The chairman saw {at} {split} cups.", True, ("gender",), ((4, 12),),
                (f"The chair saw {at} {split} cups.",), "term", "",
            )
            for at in range(90)
        ]

    monkeypatch.setattr(training.dataset, "load", lambda: {split: rows(split) for split in ("train", "dev", "test")})
    own = LanguageRun("x", "tiny", clean_share=0.0, infill_share=0.0)
    train, dev = training._pairs(own, 3, 2)
    assert [pair.answer for pair in train] == [f"gender\nThe chair saw {at} train cups." for at in (0, 30, 60)]
    assert [pair.answer for pair in dev] == [f"gender\nThe chair saw {at} dev cups." for at in (0, 45)]
    assert training._pairs(own, 3, 2) == (train, dev)
