"""Which model file a run uses, and what is known of it before it is loaded."""

from __future__ import annotations

import os
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from srlint.errors import ModelError
from srlint.models import calibration, manifest, store
from srlint.models.bake import baked, file_sha256
from srlint.models.calibration import Calibration, Kept
from srlint.models.catalogue import BY_NAME, EMBEDDED, hub_file
from srlint.models.embedded import base_gguf, check_installed
from srlint.models.manifest import Manifest
from srlint.models.store import CACHE_VARIABLE, Stamp, cache_folder
from srlint.shipped import PACKAGE

__all__ = ["CACHE_VARIABLE", "Located", "cache_folder", "embedded", "is_embedded", "locate", "model_file"]


@dataclass(frozen=True, slots=True)
class Located:
    """A language model to load. `digest` changes when its answers may. `manifest`: None until its metadata is read.

    `calibration` is what was measured of it and still holds; `outdated` says that what was measured holds no more.
    `name` is what a person calls it.
    """

    path: Path | None
    digest: str
    manifest: Manifest | None
    name: str = EMBEDDED
    calibration: Calibration | None = None
    outdated: bool = False


def is_embedded(model: str | None) -> bool:
    """Whether `--model` names the embedded model. A file of that name comes first."""
    return model is None or (model == EMBEDDED and not Path(model).is_file())


def model_file(name: str) -> Path | None:
    """The file that a name is the path of, if it is one. A name that no file can have is none."""
    path = os.path.expanduser(name)
    return Path(path) if os.path.isfile(path) else None


def locate(model: str | None) -> Located:
    """The model that `--model` names: a path, a name of the catalogue, `owner/repository:file.gguf`, or the embedded
    one, whose `path` is None until it is baked. Raises ModelError; downloads nothing."""
    if model is None or is_embedded(model):
        adapter, made = _adapter()
        check_installed()
        return Located(None, f"{file_sha256(adapter)} {made}", made)
    path = model_file(model)
    if path is not None:
        return _file(model, path)
    if hub_file(model) is None:
        raise ModelError(f"{model}: no such model file{_hint(model)}")
    pulled = store.find(model)
    if pulled is None:
        raise ModelError(f"{model}: not pulled yet: run `srlint model pull {model}`")
    pulled.check()
    kept = calibration.read(store.calibration_file(model))
    current = kept is not None and kept.calibration.sha256 == pulled.sha256
    return _located(Path(pulled.path), pulled.sha256, model, kept, current)


def embedded() -> Path:
    """The embedded model's one file, made at first use. Raises ModelError."""
    adapter, made = _adapter()
    return baked(base_gguf(), adapter, made.base_sha256, cache_folder())


def _file(model: str, path: Path) -> Located:
    from srlint.engine.session import check_header

    check_header(path)
    stamp = Stamp.of(path)
    kept = calibration.read(calibration.file_beside(path))
    digest = f"{path.resolve()} {stamp.size} {stamp.mtime_ns}"
    return _located(path, digest, model, kept, kept is not None and kept.stamp == stamp)


def _located(path: Path, digest: str, name: str, kept: Kept | None, current: bool) -> Located:
    """`current`: whether what is kept was measured on this very file."""
    if kept is None:
        return Located(path, digest, None, name)
    if not current or not kept.calibration.holds():
        return Located(path, digest, None, name, outdated=True)
    measured = kept.calibration
    return Located(path, f"{digest} {measured.judge_weight} {measured.threshold}", None, name, measured)


def _hint(model: str) -> str:
    near = get_close_matches(model.lower(), BY_NAME, n=1)
    if near:
        return f"; did you mean {near[0]}?"
    return "; --model takes the path of a GGUF file, a name in `srlint model list`, or owner/repository:file.gguf"


def _adapter() -> tuple[Path, Manifest]:
    folder = PACKAGE / "models"
    made = manifest.from_json(folder / "adapter.json")
    made.check("the embedded model")
    adapter = folder / "adapter.gguf"
    if not adapter.is_file():
        raise ModelError(f"{adapter}: missing: reinstall srlint")
    return adapter, made
