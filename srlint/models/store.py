"""The models that were pulled: one JSON file each says where its weights lie in the Hugging Face cache.

The weights stay in that cache, where other programs find them too. The JSON files, like the embedded model's one file,
lie in a folder of srlint's own.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from srlint import files
from srlint.errors import DocumentError, ModelError

CACHE_VARIABLE = "SRLINT_MODEL_CACHE"
_CALIBRATION = ".calibration.json"


def cache_folder() -> Path:
    """Where srlint keeps what it knows of models: $SRLINT_MODEL_CACHE, or `models` in the user's cache for srlint."""
    if folder := os.environ.get(CACHE_VARIABLE):
        return Path(folder)
    from platformdirs import user_cache_path

    return user_cache_path("srlint") / "models"


@dataclass(frozen=True, slots=True)
class Stamp:
    """Size and time of the last change of a file: what tells cheaply whether it is still the one it was."""

    size: int
    mtime_ns: int

    @classmethod
    def of(cls, path: Path) -> Stamp:
        """Raises ModelError for a file that cannot be read."""
        try:
            status = path.stat()
        except OSError as error:
            raise ModelError(f"{path}: cannot read the model: {error.strerror or error}") from error
        return cls(status.st_size, status.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class Pulled:
    """A model file from the hub. `commit` is what `revision` was then; `sha256` is that of the bytes that came.

    `cache` is the folder of the Hugging Face cache that `path` lies in; `former` are the paths of what was pulled under
    the name before, as from a branch that has moved on.
    """

    name: str
    repository: str
    file: str
    revision: str
    commit: str
    cache: str
    path: str
    size: int
    mtime_ns: int
    sha256: str
    former: tuple[str, ...] = ()

    @property
    def stamp(self) -> Stamp:
        return Stamp(self.size, self.mtime_ns)

    def check(self) -> None:
        """Raises ModelError when the file is gone or is no longer what was pulled."""
        if not os.path.isfile(self.path):
            raise ModelError(f"{self.name}: {self.path} is gone: run `srlint model pull {self.name}`")
        if Stamp.of(Path(self.path)) != self.stamp:
            raise ModelError(
                f"{self.name}: {self.path} has changed since it was pulled: "
                f"run `srlint model info --verify {self.name}`"
            )


def find(name: str) -> Pulled | None:
    """What was pulled under this name, or None. Raises ModelError for a file that says something else."""
    return _read(_record(name))


def names() -> list[str]:
    """The names of all that was pulled, also of what `find` cannot read."""
    return [unquote(path.stem) for path in sorted(_folder().glob("*.json")) if not path.name.endswith(_CALIBRATION)]


def keep(pulled: Pulled) -> None:
    """Remembers what was pulled. Raises ModelError when that cannot be written."""
    write_json(_record(pulled.name), asdict(pulled))


def calibration_file(name: str) -> Path:
    """Where the calibration of a pulled model is kept."""
    return _folder() / f"{_plain(name)}{_CALIBRATION}"


def answers_file(calibration: Path) -> Path:
    """Where a calibration that is under way keeps its answers."""
    return calibration.with_suffix(".answers")


def remove(pulled: Pulled) -> int:
    """Deletes the weights, also former ones, and what is known of them; returns the bytes set free.

    Raises ModelError for a file that does not lie where `pull` puts files. What another revision or another name still
    uses is left.
    """
    paths = [Path(path) for path in (pulled.path, *pulled.former)]
    folder = Path(pulled.cache) / "--".join(("models", *pulled.repository.split("/")))
    for path in paths:
        if folder / "snapshots" not in path.parents or ".." in path.parts:
            raise ModelError(f"{pulled.name}: {path} lies outside the Hugging Face cache, and is left alone")
    shared = _paths_of_others(pulled.name)
    measured = calibration_file(pulled.name)
    try:
        freed = sum(_delete(path, folder) for path in paths if str(path) not in shared)
        for file in (_record(pulled.name), measured, answers_file(measured)):
            file.unlink(missing_ok=True)
    except OSError as error:
        raise ModelError(f"{error.filename or pulled.path}: cannot be removed: {error.strerror or error}") from error
    return freed


def _paths_of_others(name: str) -> set[str]:
    """The files of all other names, but for records that cannot be read."""
    found = set()
    for other in names():
        with suppress(ModelError):
            if other != name and (pulled := find(other)) is not None:
                found |= {pulled.path, *pulled.former}
    return found


def _delete(path: Path, folder: Path) -> int:
    """Deletes a file of a snapshot, and the blob that it links to unless another snapshot does too."""
    blob = Path(os.path.abspath(path.parent / os.readlink(path))) if path.is_symlink() else None
    size = path.stat().st_size if path.exists() else 0
    path.unlink(missing_ok=True)
    with suppress(OSError):  # others lie there
        path.parent.rmdir()
    if blob is None:
        return size
    if blob.parent != folder / "blobs":
        return 0
    others = (other for other in (folder / "snapshots").rglob("*") if other.is_symlink())
    if any(os.path.abspath(other.parent / os.readlink(other)) == str(blob) for other in others):
        return 0
    blob.unlink(missing_ok=True)
    return size


def write_json(path: Path, values: Mapping[str, Any]) -> None:
    """A JSON file, whole or not at all. Raises ModelError naming it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write(path, (json.dumps(values, indent=1, ensure_ascii=False) + "\n").encode())
    except (OSError, DocumentError) as error:
        raise ModelError(f"{path}: {getattr(error, 'strerror', None) or error}") from error


def _read(path: Path) -> Pulled | None:
    if not os.path.lexists(path):  # or its name is too long
        return None
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        known = {name: kind(values[name]) for name, kind in _KINDS.items()}
        return Pulled(**known, former=tuple(map(str, values.get("former", ()))))
    except (OSError, ValueError, KeyError, TypeError, RecursionError, OverflowError) as error:
        raise ModelError(f"{path}: not what srlint wrote of a model: delete it, and pull the model again") from error


_KINDS = {
    name: int if name in ("size", "mtime_ns") else str for name in Pulled.__dataclass_fields__ if name != "former"
}


def _folder() -> Path:
    return cache_folder() / "pulled"


def _record(name: str) -> Path:
    return _folder() / f"{_plain(name)}.json"


def _plain(name: str) -> str:
    """The name as one that any file may have."""
    return quote(name, safe="")
