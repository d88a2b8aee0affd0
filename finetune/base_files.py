"""The files behind a base model: a GGUF file, a folder, or the local snapshot of a hub id."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

from srlint.errors import ModelError

SINGLE = "model.safetensors"
INDEX = "model.safetensors.index.json"
# Configuration, tokenizer, chat template and safetensors; many a repository holds the same weights in other formats.
_NEEDED = ("*.json", "*.jinja", "*.txt", "tokenizer.model", "model*.safetensors")
_HUB_ID = re.compile(r"\w[\w.-]*(/[\w.-]+)?", re.ASCII)


def is_hub_id(base: str) -> bool:
    """Whether a name could be one on the hub."""
    return not base.endswith(".gguf") and _HUB_ID.fullmatch(base) is not None


def local(base: str) -> Path:
    """The file or folder of that name, or the snapshot of a hub id, fetched if need be. Raises ModelError."""
    path = Path(base).expanduser()
    if path.exists():
        return path
    if not is_hub_id(base):
        raise ModelError(f"{base}: no such file or folder")
    return _snapshot(base)


def _snapshot(hub_id: str) -> Path:
    from huggingface_hub import constants, snapshot_download
    from huggingface_hub.errors import GatedRepoError, LocalEntryNotFoundError, RepositoryNotFoundError

    try:
        return Path(snapshot_download(hub_id, allow_patterns=_NEEDED, ignore_patterns="*/*"))
    except GatedRepoError as error:
        reason = "gated: accept its licence on its page of the hub, then run `hf auth login` or set HF_TOKEN"
        raise ModelError(f"{hub_id}: {reason}") from error
    except RepositoryNotFoundError as error:
        reason = "no such folder, nor a model on the hub (for a private one, `hf auth login` or set HF_TOKEN)"
        raise ModelError(f"{hub_id}: {reason}") from error
    except LocalEntryNotFoundError as error:
        reason = "HF_HUB_OFFLINE is set" if constants.HF_HUB_OFFLINE else "the hub cannot be reached"
        raise ModelError(f"{hub_id}: no such folder, not whole in the local cache, and {reason}") from error
    except Exception as error:  # whatever the HTTP library beneath raises: it changes with the client's version
        first = (str(error).splitlines() or [type(error).__name__])[0]
        raise ModelError(f"{hub_id}: cannot be fetched from the hub: {first}") from error


def weights(path: Path) -> list[Path]:
    """The weight files of a GGUF file or of a folder with safetensors (single, or sharded by an index), by name.

    Raises ModelError for a folder without them, with a damaged index or with a shard missing. Pickled weights are not
    loaded: they can run code.
    """
    if path.is_file():
        return [path]
    if (path / SINGLE).is_file():
        return [path / SINGLE]
    if not (path / INDEX).is_file():
        pickled = ", only pickled ones, which are not loaded" if any(path.glob("pytorch_model*.bin")) else ""
        raise ModelError(f"{path}: no {SINGLE} and no {INDEX}{pickled}")
    try:
        placed = json.loads((path / INDEX).read_text(encoding="utf-8"))["weight_map"]
        names = sorted(set(placed.values()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{path / INDEX}: not an index of safetensors: {error}") from error
    for name in names:
        if Path(name).name != name or not (path / name).is_file():
            raise ModelError(f"{path / INDEX}: names {name!r}, which is not there")
    return [path / name for name in names]


def parameters(files: list[Path]) -> int:
    """How many numbers the weight files hold, by their headers. Raises ModelError for a damaged one."""
    return sum(_gguf_size(file) if file.suffix == ".gguf" else _safetensors_size(file) for file in files)


def _safetensors_size(file: Path) -> int:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, framework="numpy") as tensors:
            return sum(math.prod(tensors.get_slice(name).get_shape()) for name in tensors.keys())  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise ModelError(f"{file}: not a whole safetensors file: {error}") from error


def _gguf_size(file: Path) -> int:
    from gguf import GGUFReader

    try:
        return sum(int(tensor.n_elements) for tensor in GGUFReader(file).tensors)
    except (OSError, ValueError, IndexError) as error:
        raise ModelError(f"{file}: not a whole GGUF file: {error}") from error
