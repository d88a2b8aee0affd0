"""What a run of `python -m quantize` was asked for, and where everything goes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from quantize import converter
from quantize.kinds import Kind
from srlint import prompt
from srlint.errors import ModelError


@dataclass(frozen=True, slots=True)
class Order:
    """`whole` is the type that the model is converted to first, None for what its weights are.

    `importance` asks for an importance matrix of our own passages; `importance_file` is one that is there already.
    `limit` and `rewrites` say on how many dev passages results are measured. `calibration` is on how many dev passages
    a result is calibrated, 0 for all, None for not at all.
    """

    merged: Path
    out: Path
    kinds: tuple[Kind, ...]
    cache: Path
    threads: int
    whole: str | None = None
    keep: bool = False
    importance: bool = False
    importance_file: Path | None = None
    limit: int = 200
    rewrites: int = 40
    force: bool = False
    calibration: int | None = None

    @property
    def name(self) -> str:
        return self.merged.resolve().name

    def target(self, kind: Kind) -> Path:
        return self.out / f"{self.name}-{kind.name}.gguf"

    def whole_file(self, kind: str) -> Path:
        return self.out / f"{self.name}-{kind.upper()}.gguf"

    @property
    def importance_target(self) -> Path:
        return self.out / f"{self.name}.imatrix.gguf"


def recipe(**values: object) -> str:
    """What a file was made of and how, to be compared: the same recipe gives the same file."""
    return json.dumps(values | {"llama.cpp": converter.VERSION, "prompt": prompt.fingerprint()}, sort_keys=True)


def record_of(file: Path) -> Path:
    """Where it is written how a file was made."""
    return file.with_suffix(".json")


def is_made(file: Path, wanted: str) -> dict | None:
    """The record of a file that is there and was made by this recipe, whole; None where there is neither.

    Raises ModelError for a file of that name that is anything else.
    """
    from srlint.models.bake import file_sha256

    if not file.exists():
        return None
    try:
        record = json.loads(record_of(file).read_text(encoding="utf-8"))
        if record["recipe"] == json.loads(wanted) and record["sha256"] == file_sha256(file):
            return record
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise ModelError(f"{file}: there is such a file already, made otherwise: remove it, or choose another --out")
