"""Data sets of the Hugging Face hub, or of the mirror that HF_ENDPOINT names: their data files, in the hub's own cache.

With HF_HUB_OFFLINE set nothing is asked of the network, and what was fetched before is used.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

from srlint.errors import ConfigError

_ENDPOINT = "https://huggingface.co"


def fetch(
    name: str, revision: str | None, wanted: Callable[[PurePosixPath], bool], log: Callable[[str], None]
) -> tuple[Path, list[PurePosixPath]]:
    """The folder of one commit of the data set `name` (owner/name) and the `wanted` files in it, fetched if need be.

    Raises ConfigError of one line that names the data set and says what to do.
    """
    try:
        from huggingface_hub import constants
    except ImportError as error:
        raise ConfigError(f"{name}: the hub needs huggingface_hub: pip install huggingface_hub") from error
    if _offline(constants):
        folder, files = _cached(name, revision, wanted)
    else:
        folder, files = _fetched(name, revision, wanted)
    log(f"{name}: {len(files)} files of commit {folder.name}: {', '.join(map(str, files))}")
    return folder, files


def _offline(constants: Any) -> bool:
    # The library reads the variable once, when it is first imported.
    return constants.HF_HUB_OFFLINE or os.environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "ON", "YES", "TRUE")


def _fetched(
    name: str, revision: str | None, wanted: Callable[[PurePosixPath], bool]
) -> tuple[Path, list[PurePosixPath]]:
    from huggingface_hub import HfApi

    endpoint = (os.environ.get("HF_ENDPOINT") or _ENDPOINT).rstrip("/")
    api = HfApi(endpoint=endpoint)
    try:
        every = api.list_repo_files(name, revision=revision, repo_type="dataset")
        files = _some(name, [PurePosixPath(file) for file in every], wanted)
        paths = [Path(api.hf_hub_download(name, str(file), repo_type="dataset", revision=revision)) for file in files]
    except ConfigError:
        raise
    except Exception as error:  # the library's transport has errors of its own, and another transport every few years
        raise ConfigError(_reason(error, name, revision, endpoint)) from error
    folders = {path.parents[len(file.parts) - 1] for path, file in zip(paths, files, strict=True)}
    if len(folders) > 1:
        raise ConfigError(f"{name}: it was changed while it was fetched: run this again")
    return folders.pop(), files


def _cached(
    name: str, revision: str | None, wanted: Callable[[PurePosixPath], bool]
) -> tuple[Path, list[PurePosixPath]]:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        folder = Path(snapshot_download(name, repo_type="dataset", revision=revision, local_files_only=True))
    except (LocalEntryNotFoundError, ValueError) as error:
        which = f" at {revision}" if revision else ""
        raise ConfigError(
            f"{name}: HF_HUB_OFFLINE is set and this data set{which} is not in the hub's cache: "
            "unset it, or fetch the data once while online"
        ) from error
    found = [PurePosixPath(path.relative_to(folder).as_posix()) for path in folder.rglob("*") if path.is_file()]
    return folder, _some(name, found, wanted)


def _some(name: str, found: list[PurePosixPath], wanted: Callable[[PurePosixPath], bool]) -> list[PurePosixPath]:
    files = sorted(filter(wanted, found))
    if not files:
        raise ConfigError(f"{name}: the data set has no .jsonl, .json, .csv or .parquet file: name another")
    return files


def _reason(error: Exception, name: str, revision: str | None, endpoint: str) -> str:
    from huggingface_hub import errors

    status = _status(error)
    if isinstance(error, errors.GatedRepoError) or status == 403:
        page = f"{endpoint}/datasets/{name}"
        return f"{name}: access is refused ({status}): accept the terms at {page}, and set HF_TOKEN to a token of yours"
    if isinstance(error, errors.RevisionNotFoundError):
        return f"{name}: no revision {revision!r}: see {endpoint}/datasets/{name}/tree/main"
    if status in (401, 404):
        return (
            f"{name}: no such folder here, and no such data set at {endpoint} that is open to you ({status}): "
            "check the spelling; for a private one set HF_TOKEN to a token that may read it"
        )
    lines = str(error).strip().splitlines()
    said = lines[0] if lines else type(error).__name__
    return f"{name}: cannot be fetched from {endpoint}: {said}: try again later, or name a local folder"


def _status(error: BaseException | None) -> int | None:
    """The HTTP status behind an error: the library hides some behind one that says "not in the cache"."""
    while error is not None and getattr(error, "response", None) is None:
        error = error.__cause__
    return None if error is None else error.response.status_code
