"""A run's state on disk, from which it goes on as if it had never stopped: one file for each process."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

import torch

from finetune.training.masters import Masters, Update
from srlint.errors import ConfigError


@dataclass(slots=True)
class State:
    """How far a run is. `history` holds (step, held-out loss); `worse` counts evaluations since the best one."""

    step: int = 0
    best: float | None = None
    best_step: int = 0
    worse: int = 0
    seconds: float = 0.0
    joules: float = 0.0
    history: list[tuple[int, float]] = field(default_factory=list)


class Checkpoints:
    """The files of one run under `folder`. `plan` is a digest of its settings and texts: another run's are refused."""

    def __init__(self, folder: Path, plan: str, rank: int = 0):
        self._last = checkpoint_of(folder, rank)
        self._best = folder / f"best-{rank}.pt"
        self._plan = plan

    def save(self, update: Update, state: State) -> None:
        """Replaces the last checkpoint."""
        generators = {"cpu": torch.get_rng_state()}
        if torch.cuda.is_available():
            generators["cuda"] = torch.cuda.get_rng_state()
        _write(
            self._last,
            {
                "plan": self._plan,
                "weights": update.masters.full,
                "optimizer": update.optimizer.state_dict(),
                "schedule": update.rates.state_dict(),
                "generators": generators,
                "state": {name: getattr(state, name) for name in State.__slots__},
            },
        )

    def restore(self, update: Update) -> State:
        """The state of the last checkpoint, taken over; a fresh one where there is none.

        Raises ConfigError for a checkpoint that is damaged or of other settings or texts.
        """
        if not self._last.is_file():
            return State()
        saved = _read(self._last)
        if saved.get("plan") != self._plan:
            what = "of a run with other settings, base, texts or processes"
            raise ConfigError(f"{self._last}: {what}: remove it, or choose another --out")
        update.masters.restore(saved["weights"])
        update.optimizer.load_state_dict(saved["optimizer"])
        update.rates.load_state_dict(saved["schedule"])
        torch.set_rng_state(saved["generators"]["cpu"])
        if "cuda" in saved["generators"] and torch.cuda.is_available():
            torch.cuda.set_rng_state(saved["generators"]["cuda"])
        return State(**saved["state"])

    def keep_best(self, masters: Masters, step: int) -> None:
        """Keeps today's weights as the best."""
        _write(self._best, {"plan": self._plan, "step": step, "weights": masters.full})

    def take_best(self, masters: Masters, step: int) -> None:
        """Puts the best weights in place, which are those of `step`. Raises ConfigError where others are there."""
        saved = _read(self._best)
        if (saved.get("plan"), saved.get("step")) != (self._plan, step):
            raise ConfigError(f"{self._best}: not the weights of step {step}: remove the run to begin anew")
        masters.restore(saved["weights"])

    def remove(self) -> None:
        """Removes all that only a run in progress needs."""
        for path in (self._last, self._best):
            path.unlink(missing_ok=True)


def checkpoint_of(folder: Path, rank: int = 0) -> Path:
    """Where a process keeps its state."""
    return folder / f"checkpoint-{rank}.pt"


def _write(path: Path, values: dict) -> None:
    part = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.save(values, part)
        os.replace(part, path)
    except (OSError, RuntimeError) as error:  # what torch raises for a full disk is a RuntimeError
        reason = str(error).splitlines()[0]
        raise ConfigError(f"{path}: cannot be written: {reason}") from error


def _read(path: Path) -> dict:
    try:
        return torch.load(path, weights_only=True, map_location="cpu")
    except Exception as error:  # a cut file fails in as many ways as pickle has
        raise ConfigError(f"{path}: damaged: remove it to begin anew") from error
