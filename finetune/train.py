"""Fine-tuning of a chat model on pairs, with the prompt that the command uses.

The loss falls on the answer alone, and more on the words that an answer changes than on those it copies: a small
model learns to copy in the first hundred steps and would spend the rest of the run on being sure of it. The same file
serves one processor, one GPU, and several through `accelerate launch`.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator, PartialState
from torch import nn

from finetune import methods, versions
from finetune.base_digest import base_digest
from finetune.checkpoint import Checkpoints, State
from finetune.energy import Meter
from finetune.examples import Example, batches, examples, steps
from finetune.masters import Masters, optimizer, schedule
from finetune.objective import Objective, weight
from finetune.pairs import Pair
from finetune.progress import Progress, peak_gigabytes
from finetune.settings import LanguageRun
from finetune.text_lengths import lengths
from srlint import prompt
from srlint.errors import ConfigError, ModelError

# One optimizer step: batches, each with whether it counts. Every process has as many.
Step = list[tuple[list[Example], bool]]


def train(
    run: LanguageRun,
    epochs: Sequence[Sequence[Pair]],
    held_out: Sequence[Pair],
    folder: Path,
    resume: bool,
    log: Callable[[str], None],
) -> dict:
    """Trains on the pairs of each epoch in turn and saves the result under `folder`; returns the run record.

    Adapters are saved as `adapter/`, a full model as `model/`. `resume` goes on from a checkpoint, to the same weights
    as an uninterrupted run. Raises ConfigError and ModelError, also where memory runs out.
    """
    with _short_of_memory(run):
        return _train(run, epochs, held_out, folder, resume, log)


def _train(
    run: LanguageRun,
    epochs: Sequence[Sequence[Pair]],
    held_out: Sequence[Pair],
    folder: Path,
    resume: bool,
    log: Callable[[str], None],
) -> dict:
    work = Accelerator()
    log = log if work.is_main_process else _silent
    torch.manual_seed(run.seed)
    model, tokenizer = methods.trainable(run, run.base)
    frame = prompt.frame(tokenizer.chat_template, tokenizer.bos_token or "", tokenizer.eos_token or "")
    prefix = tokenizer.encode(frame.prefix, add_special_tokens=False)
    own = [examples(tokenizer, frame, found, run) for found in epochs]
    other = examples(tokenizer, frame, held_out, run)
    _check(run, own, other, epochs)
    log(lengths(epochs, own, len(prefix)))
    objective = Objective(model, prefix, run.max_length, run.packing)
    wrapped = work.prepare(objective) if work.num_processes > 1 else objective.to(methods.device())
    masters = Masters([parameter for parameter in wrapped.parameters() if parameter.requires_grad])
    plan = _plan(run, own, work.num_processes, work.process_index)
    optimizing = optimizer(run, masters, log)
    rates = schedule(run, len(plan), optimizing)
    base = base_digest(run.base)
    checkpoints = Checkpoints(folder, _digest(run, base, own, other, work.num_processes), work.process_index)
    state = checkpoints.restore(masters, optimizing, rates) if resume else State()
    size = sum(len(item.ids) for found in own for item in found)
    log(f"{len(own[0])} texts an epoch, {size} tokens, {len(plan)} steps, from step {state.step}")
    loop = _Loop(run, work, wrapped, masters, optimizing, rates, checkpoints, state, other)
    with Progress(len(plan), state.step, folder / "logs", log, work.is_main_process) as progress:
        loop.through(plan, progress)
    held = state.history[-1][1]
    if state.best is not None and state.best_step != state.history[-1][0]:
        checkpoints.take_best(masters)
        held = state.best
    log(f"held-out loss {held:.4f}")
    _save(work, wrapped, objective, tokenizer, run, folder)
    checkpoints.remove()
    joules, source = state.joules or 0.0, loop.energy_source
    return {
        "settings": asdict(run),
        "prompt": prompt.fingerprint(),
        "base_digest": base,
        "texts": len(own[0]),
        "held_out_texts": len(other),
        "held_out_loss": round(held, 4),
        "best_step": state.best_step,
        "history": [[step, round(value, 4)] for step, value in state.history],
        "steps": len(plan),
        "measured": {
            "minutes": round(state.seconds / 60, 2),
            "tokens_per_second": round(progress.rate, 1),
            "peak_gigabytes": round(peak_gigabytes(), 2),
            "kilowatt_hours": float(f"{joules / 3.6e6:.3g}"),
            "energy_source": source,
            "processes": work.num_processes,
            **versions.used(),
        },
    }


class _Loop:
    """The steps of a run, with evaluations and checkpoints between them."""

    def __init__(
        self,
        run: LanguageRun,
        work: Accelerator,
        wrapped: nn.Module,
        masters: Masters,
        optimizing: torch.optim.Optimizer,
        rates: Any,
        checkpoints: Checkpoints,
        state: State,
        held_out: Sequence[Example],
    ):
        self._run, self._work, self._wrapped = run, work, wrapped
        self._masters, self._optimizer, self._rates = masters, optimizing, rates
        self._checkpoints, self._state = checkpoints, state
        self._held_out = held_out
        self._meter, self._before = Meter(), (state.seconds, state.joules or 0.0)
        self._started = time.monotonic()
        self.energy_source = self._meter.joules()[1]

    def through(self, plan: Sequence[Step], progress: Progress) -> None:
        """Goes through the rest of the plan, or until `patience` is at an end."""
        state, run = self._state, self._run
        between = run.evaluate_steps or max(1, len(plan) // run.epochs)
        self._wrapped.train()
        while state.step < len(plan) and not self._impatient():
            value, norm = self._step(plan[state.step])
            tokens = sum(len(item.ids) for chunk, counts in plan[state.step] if counts for item in chunk)
            rate = self._rates.get_last_lr()[0]
            state.step += 1
            progress.stepped(
                state.step,
                tokens * self._work.num_processes,
                {"loss": value, "gradient_norm": norm, "learning_rate": rate},
            )
            if state.step % between == 0 or state.step == len(plan):
                self._evaluate(progress)
            if state.step % run.checkpoint_steps == 0:
                self._clock()
                self._checkpoints.save(self._masters, self._optimizer, self._rates, state)
        self._clock()

    def _impatient(self) -> bool:
        return bool(self._run.patience) and self._state.worse >= self._run.patience

    def _step(self, step: Step) -> tuple[float, float]:
        """One update. Returns this process's mean loss before it, and the gradient's norm."""
        whole = sum(weight(chunk) for chunk, counts in step if counts)
        # Processes average their gradients; what is wanted is the mean over all targets of all of them.
        total = self._sum(whole)
        share = self._work.num_processes / total
        value = 0.0
        for number, (chunk, counts) in enumerate(step, 1):
            last = number == len(step)
            quiet = nullcontext() if last or self._work.num_processes == 1 else self._work.no_sync(self._wrapped)
            with quiet:
                loss = self._wrapped(chunk)
                (loss * (share if counts else 0.0)).backward()
            value += loss.item() if counts else 0.0
        self._masters.gather()
        norm = nn.utils.clip_grad_norm_(self._masters.full, self._run.gradient_norm)
        self._optimizer.step()
        self._masters.publish()
        self._rates.step()
        return value / max(whole, 1e-9), float(norm)

    def _evaluate(self, progress: Progress) -> None:
        state = self._state
        loss = evaluate(self._wrapped, self._held_out, self._run, self._work)
        state.history.append((state.step, loss))
        progress.evaluated(state.step, loss)
        if state.best is None or loss < state.best:
            state.best, state.best_step, state.worse = loss, state.step, 0
            self._checkpoints.keep_best(self._masters)
        else:
            state.worse += 1

    def _sum(self, value: float) -> float:
        return summed(self._work, value)

    def _clock(self) -> None:
        seconds, joules = self._before
        self._state.seconds = seconds + time.monotonic() - self._started
        self._state.joules = joules + self._meter.joules()[0]


@torch.inference_mode()
def evaluate(wrapped: nn.Module, found: Sequence[Example], run: LanguageRun, work: Accelerator) -> float:
    """Weighted mean cross-entropy (nats) over held-out answers, shared among the processes."""
    wrapped.eval()
    chunks = list(batches(found, run.batch_tokens, random.Random(0)))
    total = size = 0.0
    for step in _shared([[chunk] for chunk in chunks], work.num_processes, work.process_index):
        for chunk, counts in step:
            value = wrapped(chunk).item()
            total, size = total + value * counts, size + weight(chunk) * counts
    wrapped.train()
    return summed(work, total) / summed(work, size)


def summed(work: Accelerator, value: float) -> float:
    """The sum of a figure over all processes."""
    if work.num_processes == 1:
        return value
    return float(work.reduce(torch.tensor(value, device=work.device, dtype=torch.float64), "sum"))


def _plan(run: LanguageRun, own: Sequence[Sequence[Example]], processes: int, rank: int) -> list[Step]:
    """All steps of this process, the same on every machine."""
    found = [
        chunks
        for epoch, texts in enumerate(own)
        for chunks in steps(texts, run, random.Random(f"{run.seed} {epoch}"))
    ]
    return _shared(found, processes, rank)


def _shared(found: Sequence[list[list[Example]]], processes: int, rank: int) -> list[Step]:
    """What one process reads of steps that are dealt to all of them.

    Steps of a single batch are joined, so that each process has one. Where there is nothing left for a process, it
    reads a batch that does not count: all must meet at every exchange of gradients.
    """
    if processes == 1:
        return [[(chunk, True) for chunk in step] for step in found]
    if all(len(step) == 1 for step in found):
        flat = [step[0] for step in found]
        found = [flat[start : start + processes] for start in range(0, len(flat), processes)]
    return [
        [
            (step[place], True) if place < len(step) else (step[0], False)
            for place in range(rank, -(-len(step) // processes) * processes, processes)
        ]
        for step in found
    ]


def _check(
    run: LanguageRun, own: Sequence[Sequence[Example]], other: Sequence[Example], epochs: Sequence[Sequence[Pair]]
) -> None:
    if not all(epochs) or not all(own):
        raise ConfigError(f"{run.name}: no text to train on of at most max_length = {run.max_length} tokens")
    if not other:
        raise ConfigError(f"{run.name}: no held-out text of at most max_length = {run.max_length} tokens")


def _digest(
    run: LanguageRun, base: str, own: Sequence[Sequence[Example]], other: Sequence[Example], processes: int
) -> str:
    """All that the steps hang on."""
    total = sha256(repr((asdict(run), base, processes)).encode())
    for found in (*own, other):
        total.update(repr([(item.ids, item.weights) for item in found]).encode())
    return total.hexdigest()


def _save(
    work: Accelerator, wrapped: nn.Module, objective: Objective, tokenizer: Any, run: LanguageRun, folder: Path
) -> None:
    """Adapter or model in safetensors. The name of the base is the run's, not the path that it was loaded from."""
    if work.num_processes == 1:
        weights = None
    else:
        prefix = "model."
        whole = work.get_state_dict(wrapped)
        weights = {name.removeprefix(prefix): value for name, value in whole.items() if name.startswith(prefix)}
    if not work.is_main_process:
        return
    if run.method == "full":
        objective.model.save_pretrained(folder / "model", state_dict=weights)
        tokenizer.save_pretrained(folder / "model")
        return
    objective.model.peft_config["default"].base_model_name_or_path = run.base
    objective.model.save_pretrained(folder / "adapter", state_dict=weights, save_embedding_layers=False)


@contextmanager
def _short_of_memory(run: LanguageRun) -> Iterator[None]:
    try:
        yield
    except (torch.OutOfMemoryError, MemoryError) as error:
        raise ModelError(_advice(run)) from error
    except RuntimeError as error:
        # What PyTorch's allocator for processors says.
        if "not enough memory" not in str(error) and "can't allocate memory" not in str(error):
            raise
        raise ModelError(_advice(run)) from error


def _advice(run: LanguageRun) -> str:
    """What to lower, the cheapest first."""
    means = [f"lower batch_tokens (now {run.batch_tokens})"]
    if not run.gradient_checkpointing and run.method != "prefix":
        means.append("set gradient_checkpointing = true (with packing = true)")
    if run.method in ("full", "lora"):
        means.append(f"take method = \"{'lora' if run.method == 'full' else 'qlora'}\"")
    if run.optimizer == "adamw" and torch.cuda.is_available():
        means.append('take optimizer = "paged_adamw"')
    means.append(f"lower max_length (now {run.max_length})")
    return f"{run.name}: out of memory: {'; or '.join(means)}"


def leads() -> bool:
    """Whether this process is the one that writes what all of them made."""
    return PartialState().is_main_process


def write_record(folder: Path, record: dict) -> None:
    """The run record beside the adapter."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "run.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def _silent(line: str) -> None:
    return None
