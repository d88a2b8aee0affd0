"""What a language model was made for. Lies beside the adapter as JSON, or in a GGUF file's metadata."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from srlint import prompt
from srlint.errors import ModelError

METADATA_PREFIX = "srlint."


@dataclass(frozen=True, slots=True)
class Manifest:
    """`judge_weight` is the share of the model's own log-odds in the final ones: 0 for a model that only rewrites.

    `threshold` is then that of the final probability; None stands for the detector's. `prompt` is the fingerprint that
    the model was trained on; None for a stock model, which was trained on none. `calibrated` says whether weight and
    threshold were measured.
    """

    judge_weight: float = 0.0
    threshold: float | None = None
    prompt: str | None = None
    base_sha256: str | None = None
    calibrated: bool = True

    def check(self, name: str) -> None:
        """Raises ModelError when the model was trained on another prompt than this srlint asks."""
        if self.prompt is not None and self.prompt != prompt.fingerprint():
            raise ModelError(
                f"{name}: made for prompt {self.prompt}, but this srlint asks {prompt.fingerprint()}: "
                "use the model of this version, or train it again with `python -m finetune train`"
            )


def from_json(path: Path) -> Manifest:
    """The manifest in a JSON file. Raises ModelError naming the file."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        weight, threshold = values["judge_weight"], values.get("threshold")
        return Manifest(
            judge_weight=float(weight),
            threshold=None if threshold is None else float(threshold),
            prompt=values["prompt"],
            base_sha256=values.get("base_sha256"),
        )
    except (OSError, ValueError, KeyError, TypeError, RecursionError, OverflowError) as error:
        raise ModelError(f"{path}: not a model manifest: {error}") from error


def from_metadata(name: str, value: Callable[[str], str | None]) -> Manifest:
    """The manifest in a model's metadata, given a function from key to text; a stock model has none."""
    weight, threshold = value(METADATA_PREFIX + "judge_weight"), value(METADATA_PREFIX + "threshold")
    try:
        return Manifest(
            float(weight or 0.0), None if threshold is None else float(threshold), value(METADATA_PREFIX + "prompt")
        )
    except ValueError as error:
        raise ModelError(f"{name}: its metadata has a judge weight or threshold that is no number") from error
