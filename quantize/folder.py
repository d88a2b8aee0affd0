"""What must hold of a model's folder, and of the disk, before an hour of work is begun."""

from __future__ import annotations

import json
import re
import shutil
from hashlib import sha256
from pathlib import Path
from typing import Any

from quantize import converter
from quantize.kinds import Kind
from quantize.merged import RECORD
from srlint.errors import ModelError
from srlint.models.bake import file_sha256

_INDEX = "model.safetensors.index.json"
_SINGLE = "model.safetensors"
_SHARD = re.compile(r"(?P<stem>.+)-(?P<number>\d{5})-of-(?P<of>\d{5})\.safetensors")
_LENGTH = 8
_MARGIN = 64 << 20


def check(folder: Path, cache: Path) -> None:
    """Raises ModelError for a folder that is no model, that is not all there, or that llama.cpp cannot convert."""
    if not folder.is_dir():
        raise ModelError(f"{folder}: no such folder")
    config = folder / "config.json"
    if not config.is_file():
        if not (folder / RECORD).is_file():
            raise ModelError(f"{folder}: not a model: it has no config.json; give the folder of a merged model")
        raise ModelError(f"{config}: missing: the folder is not complete: merge the run again")
    names = _architectures(config)
    for file in weights(folder):
        _check_whole(file)
    known = supported(converter.scripts(cache))
    if known and not known & set(names):
        raise ModelError(f"{config}: llama.cpp cannot convert {' or '.join(names)}")


def _architectures(config: Path) -> list[str]:
    try:
        names = json.loads(config.read_text(encoding="utf-8"))["architectures"]
        if names and all(isinstance(name, str) for name in names):
            return list(names)
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise ModelError(f"{config}: does not say what architecture the model has")


def weights(folder: Path) -> list[Path]:
    """The files that hold the weights. Raises ModelError where one is missing."""
    index = folder / _INDEX
    if index.is_file():
        try:
            names = sorted(set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ModelError(f"{index}: cannot be read: {error}") from error
    else:
        names = _without_index(folder)
    for name in names:
        if not (folder / name).is_file():
            raise ModelError(f"{folder}: {name} is missing: the model is only partly there")
    return [folder / name for name in names]


def _without_index(folder: Path) -> list[str]:
    if (folder / _SINGLE).is_file():
        return [_SINGLE]
    shards = [found for path in folder.iterdir() if (found := _SHARD.fullmatch(path.name))]
    if not shards:
        raise ModelError(f"{folder}: {_SINGLE} is missing: the model is only partly there")
    stem, of = shards[0]["stem"], shards[0]["of"]
    return [f"{stem}-{number:05}-of-{of}.safetensors" for number in range(1, int(of) + 1)]


def _check_whole(path: Path) -> None:
    """Raises ModelError for a safetensors file that ends before its last tensor does, or after it.

    The layout: https://github.com/huggingface/safetensors#format
    """
    try:
        with open(path, "rb") as file:
            length = int.from_bytes(file.read(_LENGTH), "little")
            size = path.stat().st_size
            entries: dict[str, Any] = json.loads(file.read(length)) if length < size else {}
        ends = [entry["data_offsets"][1] for name, entry in entries.items() if name != "__metadata__"]
        whole = bool(ends) and _LENGTH + length + max(ends) == size
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise ModelError(f"{path}: not a safetensors file, or cut short: {error}") from error
    if not whole:
        raise ModelError(f"{path}: cut short: download or merge it again")


def supported(scripts: Path) -> set[str]:
    """The architectures that llama.cpp's converters know. Empty where that cannot be seen."""
    found: set[str] = set()
    for script in scripts.rglob("*.py"):
        for names in re.findall(
            r"@ModelBase\.register\(([^)]*)\)", script.read_text(encoding="utf-8", errors="replace")
        ):
            found |= set(re.findall(r"[\"']([^\"']+)[\"']", names))
    return found


def digest(folder: Path) -> str:
    """SHA-256 over the names and contents of the files in a folder. Raises ModelError."""
    total = sha256()
    try:
        for path in sorted(folder.iterdir()):
            if path.is_file():
                total.update(f"{path.name}\0{file_sha256(path)}\n".encode())
    except OSError as error:
        raise ModelError(f"{error.filename or folder}: cannot be read: {error.strerror or error}") from error
    return total.hexdigest()


def parameters(folder: Path) -> int:
    """How many numbers the weights are, as their files' headers say. The files are known to be whole."""
    total = 0
    for path in weights(folder):
        with open(path, "rb") as file:
            entries = json.loads(file.read(int.from_bytes(file.read(_LENGTH), "little")))
        for name, entry in entries.items():
            if name != "__metadata__":
                size = 1
                for length in entry["shape"]:
                    size *= length
                total += size
    return total


def check_space(out: Path, numbers: int, whole_bits: int, kinds: list[Kind]) -> None:
    """Raises ModelError where the disk of `out` has no room for the whole model, the results and one being written."""
    place = out
    while not place.exists():
        place = place.parent
    whole = numbers * whole_bits // 8
    results = [int(numbers * kind.bits / 8) for kind in kinds]
    # Each file is written once plain and once with its manifest.
    needed = max(2 * whole, whole + sum(results) + max(results, default=0)) + _MARGIN
    free = shutil.disk_usage(place).free
    if free < needed:
        raise ModelError(f"{out}: needs {needed / 1e9:.1f} GB, but only {free / 1e9:.1f} GB are free there")
