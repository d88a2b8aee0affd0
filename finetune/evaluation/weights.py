"""Which base and which adapter a name stands for: a model's folder, a run of `python -m finetune train`, a hub id."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from srlint.errors import ModelError

# What `python -m finetune train` and `merge` write beside their models.
_RECORDS = ("run.json", "srlint_run.json")


@dataclass(frozen=True, slots=True)
class Weights:
    """`base` is for `finetune.base_model`; `trained_on` the fingerprint of the prompt in the run's record, if any."""

    base: str
    adapter: Path | None = None
    trained_on: str | None = None


def found(name: str) -> Weights:
    """Raises ModelError for a folder that holds neither model nor adapter, and for a damaged adapter or record."""
    path = Path(name).expanduser()
    for folder in (path, path / "adapter"):
        if (folder / "adapter_config.json").is_file():
            return Weights(_base(folder / "adapter_config.json"), folder, _trained_on(path))
    for folder in (path, path / "model"):
        if (folder / "config.json").is_file():
            return Weights(str(folder), None, _trained_on(path))
    if path.is_dir():
        raise ModelError(f"{name}: no model (config.json), adapter (adapter_config.json) or finished run lies there")
    return Weights(name)


def _base(path: Path) -> str:
    base = _read(path).get("base_model_name_or_path")
    if not isinstance(base, str) or not base:
        raise ModelError(f"{path}: base_model_name_or_path does not say what the adapter was trained on")
    return base


def _trained_on(path: Path) -> str | None:
    """The fingerprint in the record of the run that a folder is, or is part of."""
    folders = [path, path.parent] if path.name in ("adapter", "model") else [path]
    places = [folder / name for folder in folders for name in _RECORDS]
    record = next((place for place in places if place.is_file()), None)
    return _read(record).get("prompt") if record else None


def _read(path: Path) -> dict:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: cannot be read: {error}") from error
    if not isinstance(values, dict):
        raise ModelError(f"{path}: not a JSON object")
    return values
