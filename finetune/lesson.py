"""Finished detector runs as material for others: their weights, and what one of them says of passages as a teacher."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

import torch

from finetune import detector as training
from finetune.encoder import load_encoder
from srlint.errors import ConfigError


def weights(folder: Path) -> list[Path]:
    """The weights of a finished run, one file a seed. Raises ConfigError for a folder without."""
    found = sorted(folder.glob("seed-*.pt"))
    if not found:
        raise ConfigError(f"{folder}: no weights of a finished detector run (seed-*.pt)")
    return found


def only_weights(folder: Path) -> Path:
    """The weights of a run of one seed. Raises ConfigError for another folder."""
    found = weights(folder)
    if len(found) > 1:
        raise ConfigError(f"{folder}: holds weights of several runs: {', '.join(path.name for path in found)}")
    return found[0]


class Teacher:
    """A finished run that is asked about passages. Its answers are kept in `out`, for a run that is cut short."""

    def __init__(self, folder: Path, base: str | None, out: Path, log: Callable[[str], None]) -> None:
        """`base` stands for the base of the teacher's own run. Raises ConfigError for a folder that is no such run."""
        self.weights = only_weights(folder)
        self._out, self._log = out, log
        try:
            self._base = base or json.loads((folder / "run.json").read_text(encoding="utf-8"))["settings"]["base"]
        except (OSError, ValueError, KeyError) as error:
            raise ConfigError(f"{folder / 'run.json'}: not the record of a detector run") from error

    def asked(self, passages: Sequence[training.Example], states: bool) -> list[training.Said]:
        """What the teacher says of each passage, with its last states if wanted."""
        same = sha256(repr((self.weights.name, self._base, states, passages)).encode()).hexdigest()[:16]
        kept = self._out / f"lesson-{same}.pt"
        if not kept.is_file():
            self._log(f"the teacher reads {len(passages)} passages")
            model = training.DetectorModel(load_encoder(self._base, 0.0), 0.0)
            model.load_state_dict(torch.load(self.weights, weights_only=True))
            said = training.predict(model.eval(), passages, states=states, bf16=True)
            self._out.mkdir(parents=True, exist_ok=True)
            torch.save([(one.passage, one.tokens, one.states) for one in said], kept.with_suffix(".part"))
            kept.with_suffix(".part").replace(kept)
        return [training.Said(*one) for one in torch.load(kept, weights_only=True)]
