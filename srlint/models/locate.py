"""Which model file a run uses, and its manifest."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from srlint.engine.session import check_header
from srlint.errors import ModelError
from srlint.models import manifest
from srlint.models.bake import baked, file_sha256
from srlint.models.embedded import base_gguf, check_installed
from srlint.models.manifest import Manifest

CACHE_VARIABLE = "SRLINT_MODEL_CACHE"


@dataclass(frozen=True, slots=True)
class Located:
    """A language model to load. `digest` changes when its answers may. `manifest`: None until its metadata is read."""

    path: Path | None
    digest: str
    manifest: Manifest | None


def locate(model: str | None) -> Located:
    """The model that `--model` names, or the embedded one (its `path` is None until it is baked). Raises ModelError."""
    if model is None:
        adapter, made = _adapter()
        check_installed()
        return Located(None, f"{file_sha256(adapter)} {made}", made)
    path = Path(model).expanduser()
    if not path.is_file():
        raise ModelError(f"{model}: no such model file; --model takes the path of a GGUF file")
    check_header(path)
    status = path.stat()
    return Located(path, f"{path.resolve()} {status.st_size} {status.st_mtime_ns}", None)


def embedded() -> Path:
    """The embedded model's one file, made at first use. Raises ModelError."""
    adapter, made = _adapter()
    return baked(base_gguf(), adapter, made.base_sha256, cache_folder())


def cache_folder() -> Path:
    """Where baked models are kept: $SRLINT_MODEL_CACHE, or `models` in the user's cache for srlint."""
    if folder := os.environ.get(CACHE_VARIABLE):
        return Path(folder)
    from platformdirs import user_cache_path

    return user_cache_path("srlint") / "models"


def _adapter() -> tuple[Path, Manifest]:
    folder = Path(str(resources.files("srlint") / "models"))
    made = manifest.from_json(folder / "adapter.json")
    made.check("the embedded model")
    adapter = folder / "adapter.gguf"
    if not adapter.is_file():
        raise ModelError(f"{adapter}: missing: reinstall srlint")
    return adapter, made
