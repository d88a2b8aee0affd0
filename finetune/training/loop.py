"""The steps of a run, with the evaluations and checkpoints between them."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from contextlib import nullcontext

import torch
from accelerate import Accelerator
from torch import nn

from finetune.settings import LanguageRun
from finetune.training.checkpoint import Checkpoints, State
from finetune.training.energy import Meter
from finetune.training.examples import Example, batches
from finetune.training.masters import Update
from finetune.training.objective import weight
from finetune.training.progress import Progress
from finetune.training.sharing import Step, shared


class Loop:
    """Goes through a plan from where `state` stands, and keeps `state` up to date."""

    def __init__(
        self,
        run: LanguageRun,
        work: Accelerator,
        wrapped: nn.Module,
        update: Update,
        checkpoints: Checkpoints,
        state: State,
        held_out: Sequence[Example],
    ):
        self._run, self._work, self._wrapped = run, work, wrapped
        self._update, self._checkpoints, self._state = update, checkpoints, state
        self._held_out = held_out
        self._meter, self._before = Meter(), (state.seconds, state.joules)
        self._started = time.monotonic()

    @property
    def energy_source(self) -> str:
        """Where the count of joules is from."""
        return self._meter.joules()[1]

    def through(self, plan: Sequence[Step], progress: Progress) -> None:
        """Goes through the rest of the plan, or until `patience` is at an end."""
        state, run = self._state, self._run
        between = run.evaluate_steps or max(1, len(plan) // run.epochs)
        self._wrapped.train()
        while state.step < len(plan) and not self._impatient():
            step = plan[state.step]
            figures = self._step(step)
            state.step += 1
            tokens = sum(len(item.ids) for chunk, counts in step if counts for item in chunk)
            progress.stepped(state.step, tokens * self._work.num_processes, figures)
            self._clock()
            if state.step % between == 0 or state.step == len(plan):
                self._evaluate(progress)
            if state.step % run.checkpoint_steps == 0:
                self._checkpoints.save(self._update, state)
        self._clock()

    def _impatient(self) -> bool:
        return bool(self._run.patience) and self._state.worse >= self._run.patience

    def _step(self, step: Step) -> dict[str, float]:
        """One update. Returns this process's mean loss before it, the gradient's norm, and the rate."""
        own = sum(weight(chunk) for chunk, counts in step if counts)
        # Processes average their gradients; what is wanted is the mean over all targets of all of them.
        share = self._work.num_processes / summed(self._work, own)
        value = 0.0
        for number, (chunk, counts) in enumerate(step, 1):
            alone = number == len(step) or self._work.num_processes == 1
            with nullcontext() if alone else self._work.no_sync(self._wrapped):
                loss = self._wrapped(chunk)
                (loss * (share if counts else 0.0)).backward()
            value += loss.item() if counts else 0.0
        norm, rate = self._update.step()
        return {"loss": value / max(own, 1e-9), "gradient_norm": norm, "learning_rate": rate}

    def _evaluate(self, progress: Progress) -> None:
        state = self._state
        loss = evaluate(self._wrapped, self._held_out, self._run, self._work)
        state.history.append((state.step, loss))
        progress.evaluated(state.step, loss)
        if state.best is None or loss < state.best:
            state.best, state.best_step, state.worse = loss, state.step, 0
            self._checkpoints.keep_best(self._update.masters, state.step)
        else:
            state.worse += 1

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
    for step in shared([[chunk] for chunk in chunks], work.num_processes, work.process_index):
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
