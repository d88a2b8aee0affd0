"""Speed and memory of `finetune train` beside a plain peft and Trainer script, on the same texts in the same run.

Every training is a process of its own, ours and the plain ones in turns. Before any figure counts, both must come to
the same loss and gradient on the same texts: else they would not do the same work.
"""

from __future__ import annotations

import json
import math
import os
import pickle
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

import click

from benchmarks.speed import measure
from benchmarks.tables import number, table
from finetune import dataset, settings
from finetune.pairs import Pair, pairs
from finetune.settings import LanguageRun
from srlint.errors import ConfigError, ModelError, SrlintError

OWN, PLAIN, GROUPED = "srlint", "plain Trainer", "plain Trainer, by length"
# What is measured: the module that trains, and whether its batches hold texts of like length.
SYSTEMS = {OWN: ("own_trainer", False), PLAIN: ("plain_trainer", False), GROUPED: ("plain_trainer", True)}
METHODS = ("lora", "qlora")
# So many texts must have the same loss, to this part of it.
CHECKED = 8
_TOLERANCE = 1e-3
_ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Job:
    """What one process does. `at_once`, `accumulated` and `grouped` are the plain script's: texts in a batch, batches
    in a step, and whether texts of like length stand together."""

    task: str
    run: LanguageRun
    texts: Sequence[Pair]
    held_out: Sequence[Pair]
    at_once: int = 1
    accumulated: int = 1
    grouped: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """In seconds: the clock's time, and the time that this process has had all its cores for."""

    clock: float
    processor: float

    @classmethod
    def now(cls) -> Moment:
        return cls(time.perf_counter(), time.process_time())


def run(
    config: Path,
    base: str | None,
    method: str | None,
    texts: int,
    held_out: int,
    repeats: int,
    batch_size: int | None,
    by_length: bool,
) -> tuple[str, dict[str, Any]]:
    """The table and the figures. Raises ConfigError for a run that has no plain form or a process that failed, and
    ModelError where the two do not compute the same."""
    own = _settings(config, base, method)
    job = Job("train", own, *_pairs(own, texts, held_out))
    figures: dict[str, Any] = {"run": own.name, "base": own.base, "method": own.method, "repeats": repeats}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        figures["check"] = compared(*(_process(name, replace(job, task="check"), folder) for name in (OWN, PLAIN)))
        names = (OWN, PLAIN, GROUPED) if by_length else (OWN, PLAIN)
        results: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
        turns = [name for _ in range(repeats) for name in names]
        with click.progressbar(turns, label="training", file=sys.stderr) as bar:
            for name in bar:
                results[name].append(_process(name, job, folder))
                # The plain script takes steps of as many texts as ours, which the first of our runs tells.
                job = _alike(job, results[OWN][0], batch_size)
    figures["made_with"] = results[OWN][0]["made_with"]
    figures["batch"] = {"at_once": job.at_once, "accumulated": job.accumulated}
    figures["systems"] = summed(results)
    return _shown(figures), figures


def _settings(config: Path, base: str | None, method: str | None) -> LanguageRun:
    """One epoch without checkpoints or evaluations on the way, every answer's token of the same weight."""
    own = settings.read(config, LanguageRun)
    own = replace(own, base=base or own.base, method=method or own.method)
    if own.method not in METHODS:
        raise ConfigError(f"{config}: method {own.method!r} has no plain script to compare with: take --method lora")
    if Path(own.base).exists():
        own = replace(own, base=str(Path(own.base).resolve()))
    return replace(own, epochs=1, edit_weight=1.0, evaluate_steps=0, patience=0, checkpoint_steps=sys.maxsize)


def _pairs(own: LanguageRun, texts: int, held_out: int) -> tuple[list[Pair], list[Pair]]:
    if own.data == "own":
        splits = dataset.load()
    else:
        from finetune import sources

        splits = sources.load(own.data, own.seed, lambda line: click.echo(line, err=True), own.deduplicate)
    found = (pairs(splits[split], own.clean_share, own.seed, own.infill_share) for split in ("train", "dev"))
    train, dev = (dataset.spread(every, limit) for every, limit in zip(found, (texts, held_out), strict=True))
    return train, dev


def _alike(job: Job, first: dict[str, Any], batch_size: int | None) -> Job:
    """With the plain script's batches such that its steps have as many texts as ours have on average."""
    step = job.run.batch_size or max(1, round(first["texts"] / first["steps"]))
    at_once = min(batch_size or step, step)
    return replace(job, at_once=at_once, accumulated=max(1, round(step / at_once)))


def _process(name: str, job: Job, folder: Path) -> dict[str, Any]:
    """Runs a job to its end. Raises ConfigError with the reason where it fails."""
    module, grouped = SYSTEMS[name]
    asked, told = folder / "job.pickle", folder / "result.json"
    asked.write_bytes(pickle.dumps(replace(job, grouped=grouped)))
    quiet = {"PYTHONWARNINGS": "ignore", "TRANSFORMERS_VERBOSITY": "error", "TOKENIZERS_PARALLELISM": "false"}
    # Left alone, Trainer would take all GPUs and ours the first.
    one = {"CUDA_VISIBLE_DEVICES": os.environ.get("CUDA_VISIBLE_DEVICES", "0").partition(",")[0]}
    try:
        measure([sys.executable, "-m", f"benchmarks.{module}", str(asked), str(told)], _ROOT, **quiet, **one)
    except ConfigError as error:
        status, _, said = str(error).partition(" ended with ")[2].partition(":")
        # A process that ran out of memory is ended without a word.
        reason = said.strip().splitlines()[-1] if said.strip() else "no reason given"
        raise ConfigError(f"{name} ended with {status}: {reason}") from error
    return json.loads(told.read_text(encoding="utf-8"))


def answered(tasks: dict[str, Callable[[Job], dict[str, Any]]]) -> None:
    """What a process of this benchmark does: the job in the first file, its result into the second."""
    job: Job = pickle.loads(Path(sys.argv[1]).read_bytes())
    try:
        result = tasks[job.task](job)
    except SrlintError as error:
        sys.exit(str(error))
    Path(sys.argv[2]).write_text(json.dumps(result), encoding="utf-8")


def stirred(model: Any) -> None:
    """Gives a fresh adapter, which changes nothing yet, small random weights: the same whoever made it."""
    import torch

    draw = torch.Generator().manual_seed(0)
    trained = ((name, own) for name, own in model.named_parameters() if own.requires_grad)
    for _, own in sorted(trained, key=lambda item: item[0]):
        own.data.copy_(0.02 * torch.randn(own.shape, generator=draw))


def gradient_norm(model: Any) -> float:
    """The Euclidean norm of the gradient over all that is trained."""
    return math.sqrt(sum(float(own.grad.double().square().sum()) for own in model.parameters() if own.grad is not None))


def compared(ours: dict[str, float], plain: dict[str, float]) -> dict[str, dict[str, float]]:
    """Both sides' loss and gradient norm. Raises ModelError where they differ by more than a thousandth."""
    for key, value in ours.items():
        if not math.isclose(value, plain[key], rel_tol=_TOLERANCE):
            what = key.replace("_", " ")
            raise ModelError(f"not the same work: {what} {value:.5f} by srlint, {plain[key]:.5f} by the plain script")
    return {OWN: ours, PLAIN: plain}


def summed(results: dict[str, list[dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    """Of each system's runs the median time and what it comes to, the highest peak and the median held-out loss.

    `speed_up` is how many times as fast as this system ours is, by the clock and by the processor's time, which other
    processes disturb less but which says nothing of a GPU. Raises ModelError where the texts differ.
    """
    sizes = {(run["texts"], run["tokens"]) for runs in results.values() for run in runs}
    if len(sizes) != 1:
        raise ModelError(f"not the same texts: (texts, tokens) are {sorted(sizes)}")
    ((texts, tokens),) = sizes

    def middle(name: str, key: str) -> float:
        return median(run[key] for run in results[name])

    figures = {}
    for name, runs in results.items():
        seconds, processor = middle(name, "seconds"), middle(name, "processor_seconds")
        figures[name] = {
            "seconds": seconds,
            "processor_seconds": processor,
            "seconds_of_each": [round(run["seconds"], 3) for run in runs],
            "texts": texts,
            "tokens": tokens,
            "steps": runs[0]["steps"],
            "texts_per_second": texts / seconds,
            "tokens_per_second": tokens / seconds,
            "peak_gigabytes": max(run["peak_gigabytes"] for run in runs),
            "held_out_loss": middle(name, "held_out_loss"),
            "speed_up": seconds / middle(OWN, "seconds"),
            "processor_speed_up": processor / middle(OWN, "processor_seconds"),
        }
    return figures


# Column, key and digits.
_COLUMNS = (
    ("seconds", "seconds", 1),
    ("processor s", "processor_seconds", 1),
    ("texts/s", "texts_per_second", 2),
    ("tokens/s", "tokens_per_second", 0),
    ("peak GB", "peak_gigabytes", 2),
    ("steps", "steps", 0),
    ("held-out loss", "held_out_loss", 3),
    ("time / srlint's", "speed_up", 2),
    ("processor time / srlint's", "processor_speed_up", 2),
)


def _shown(figures: dict[str, Any]) -> str:
    systems, check = figures["systems"], figures["check"]
    rows = [(name, *(number(own[key], digits) for _, key, digits in _COLUMNS)) for name, own in systems.items()]
    title = f"{figures['method']} on {figures['base']}, {systems[OWN]['texts']} texts, {figures['repeats']} runs each"
    losses, norms = (" and ".join(f"{own[key]:.5f}" for own in check.values()) for key in ("loss", "gradient_norm"))
    lines = (
        f"the first {CHECKED} texts through one adapter, by srlint and plain: loss {losses}, gradient norm {norms}",
        f"plain batches: {figures['batch']['at_once']} texts, {figures['batch']['accumulated']} of them a step",
        "tokens are those of the texts, without the system text that all share; seconds are those of the steps alone",
    )
    return "\n\n".join((table((title, *(column for column, _, _ in _COLUMNS)), rows), "\n".join(lines)))
