"""Fetches a model file from the Hugging Face hub into the Hugging Face cache, and checks every byte of it.

The hub says which SHA-256 the file must have before any of it comes. The file is fetched under another name, goes on
from there after a cut, and gets its place only when the digest is right. `huggingface_hub` reads HF_HOME, HF_ENDPOINT,
HF_HUB_OFFLINE and HF_TOKEN.
"""

from __future__ import annotations

import os
import re
import shutil
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from srlint import __version__
from srlint.engine.session import check_header
from srlint.errors import ModelError
from srlint.models import store
from srlint.models.bake import file_sha256
from srlint.models.catalogue import HubFile
from srlint.models.hub_errors import endpoint, one_line
from srlint.models.store import Pulled, Stamp

_SHA256 = re.compile(r"[0-9a-f]{64}")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_PART = re.compile(r"-\d{5}-of-\d{5}\.gguf$")
# Room for what else is written meanwhile.
_SPARE = 64 << 20


@dataclass(frozen=True, slots=True)
class Offer:
    """What the hub says of a file. `url` is where its bytes are, which may be another host."""

    url: str
    commit: str
    size: int
    sha256: str


def pull(wanted: HubFile, say: Callable[[str], None]) -> Pulled:
    """Fetches and remembers a file; one that is here and whole is not fetched again. `say` takes lines for a person.

    Raises ModelError. What came before a cut or an interruption is kept for the next call.
    """
    if _PART.search(wanted.file):
        raise ModelError(f"{wanted.name}: one part of several, which srlint does not read: choose a model in one file")
    _quiet()
    before = store.find(wanted.name)
    known = before if before is not None and _is_whole(before) else None
    if known is not None and _is_offline():
        say(f"{wanted.name}: here already; HF_HUB_OFFLINE is set, so that the hub was not asked for a newer one")
        return known
    with one_line(wanted):
        offer = _offer(wanted)
        if known is not None and known.sha256 == offer.sha256:
            say(f"{wanted.name}: here already, as {endpoint()} has it")
            return known
        path = _fetched(wanted, offer, say)
        stamp = Stamp.of(path)
    pulled = Pulled(
        name=wanted.name,
        repository=wanted.repository,
        file=wanted.file,
        revision=wanted.revision,
        commit=offer.commit,
        cache=str(_cache()),
        path=str(path),
        size=stamp.size,
        mtime_ns=stamp.mtime_ns,
        sha256=offer.sha256,
        former=_former(before, str(path)),
    )
    store.keep(pulled)
    return pulled


def _former(before: Pulled | None, path: str) -> tuple[str, ...]:
    """The files that the name stood for before it stood for `path`."""
    if before is None or before.cache != str(_cache()):  # `remove` deletes in one cache only
        return ()
    return tuple(dict.fromkeys(old for old in (*before.former, before.path) if old != path))


def _offer(wanted: HubFile) -> Offer:
    from huggingface_hub import errors, get_hf_file_metadata, hf_hub_url

    url = hf_hub_url(wanted.repository, wanted.file, revision=wanted.revision)
    try:
        found = get_hf_file_metadata(url, library_name="srlint", library_version=__version__)
    except errors.EntryNotFoundError as error:
        raise ModelError(f"{wanted.name}: no such file in {wanted.repository}; {_files(wanted)}") from error
    sha256 = str(found.etag)
    if not _SHA256.fullmatch(sha256) or found.size is None or found.commit_hash is None:
        raise ModelError(f"{wanted.name}: {endpoint()} gives no SHA-256 to check the file by, so it is not fetched")
    if not _COMMIT.fullmatch(found.commit_hash):
        raise ModelError(f"{wanted.name}: {endpoint()} names no commit that the file belongs to, so it is not fetched")
    if wanted.sha256 is not None and sha256 != wanted.sha256:
        raise ModelError(
            f"{wanted.name}: {endpoint()} has another file ({sha256[:12]}) than the one that srlint knows "
            f"({wanted.sha256[:12]}); `srlint model pull {wanted.repository}:{wanted.file}` takes it all the same"
        )
    return Offer(found.location, found.commit_hash, found.size, sha256)


def _files(wanted: HubFile) -> str:
    """Which models the repository has instead."""
    from huggingface_hub import HfApi

    names = HfApi().list_repo_files(wanted.repository, revision=wanted.revision)
    models = sorted(name for name in names if name.endswith(".gguf") and not _PART.search(name))
    return f"there are {', '.join(models)}" if models else "there is no .gguf file at all"


def _is_offline() -> bool:
    from huggingface_hub import constants

    return constants.HF_HUB_OFFLINE


def _is_whole(known: Pulled) -> bool:
    try:
        known.check()
    except ModelError:
        return False
    return True


def _fetched(wanted: HubFile, offer: Offer, say: Callable[[str], None]) -> Path:
    """The path of the file in the cache, where it lies now, whole."""
    from huggingface_hub import hf_hub_download
    from huggingface_hub.file_download import are_symlinks_supported, repo_folder_name
    from huggingface_hub.utils import WeakFileLock

    name = repo_folder_name(repo_id=wanted.repository, repo_type="model")
    folder, locks = _cache() / name, _cache() / ".locks" / name
    blob = folder / "blobs" / offer.sha256
    snapshot = folder / "snapshots" / offer.commit / wanted.file
    # Where links cannot be made the cache has no blobs.
    target = blob if are_symlinks_supported(_cache()) else snapshot
    for parent in (locks, blob.parent, target.parent):
        parent.mkdir(parents=True, exist_ok=True)
    # The lock of the hub's own downloads.
    with WeakFileLock(locks / f"{offer.sha256}.lock"):
        _put(wanted, offer, target, blob.with_name(f"{offer.sha256}.incomplete"), say)
    # Finds the file in its place, and enters it in the cache as its own downloads are.
    return Path(
        hf_hub_download(
            wanted.repository,
            wanted.file,
            revision=offer.commit,
            library_name="srlint",
            library_version=__version__,
        )
    )


def _put(wanted: HubFile, offer: Offer, target: Path, part: Path, say: Callable[[str], None]) -> None:
    """Sees to it that `target` is the file, by way of `part`."""
    if target.exists():
        say(f"{wanted.name}: in the Hugging Face cache already; checking its SHA-256")
        if file_sha256(target) == offer.sha256:
            return
        say(f"{wanted.name}: damaged, fetched again")
        target.unlink()
    _download(wanted, offer, part, say)
    _verify(wanted, part, offer)
    os.replace(part, target)


def _download(wanted: HubFile, offer: Offer, part: Path, say: Callable[[str], None]) -> None:
    """Fetches what is missing of `part`, as long as something comes."""
    done = _size(part)
    if done > offer.size:
        part.unlink()
        done = 0
    free = shutil.disk_usage(part.parent).free
    if offer.size - done + _SPARE > free:
        raise ModelError(
            f"{wanted.name}: takes {_gigabytes(offer.size - done)}, but {part.parent} has {_gigabytes(free)} left: "
            "set HF_HOME to a folder on another disk"
        )
    if done:
        say(f"{wanted.name}: going on after {_gigabytes(done)} of {_gigabytes(offer.size)}")
    else:
        say(f"{wanted.name}: {_gigabytes(offer.size)} from {endpoint()}/{wanted.repository}")
    while True:
        before = _size(part)
        try:
            return _append(wanted, offer, part)
        except Exception as error:
            # Not every version of the library takes up a connection that dropped.
            if _size(part) > offer.size:  # nor does every version notice that all of it comes again
                part.unlink()
                raise ModelError(f"{wanted.name}: more came than the file holds: deleted: pull again") from error
            if _size(part) <= before or getattr(error, "errno", None):
                raise


def _append(wanted: HubFile, offer: Offer, part: Path) -> None:
    from huggingface_hub.file_download import http_get

    with open(part, "ab") as file:
        http_get(
            offer.url,
            file,
            resume_size=_size(part),
            headers=_headers(offer),
            expected_size=offer.size,
            displayed_filename=wanted.file,
        )


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _headers(offer: Offer) -> dict[str, Any]:
    from huggingface_hub.utils import build_hf_headers

    headers = build_hf_headers(library_name="srlint", library_version=__version__)
    if urlsplit(offer.url).netloc != urlsplit(endpoint()).netloc:
        headers.pop("authorization", None)  # the token is for the hub alone
    return headers


def _verify(wanted: HubFile, part: Path, offer: Offer) -> None:
    """Raises ModelError, once the file is gone, when it is not what the hub said, or no model."""
    sha256 = file_sha256(part)
    if sha256 != offer.sha256:
        part.unlink()
        raise ModelError(
            f"{wanted.name}: the file has the SHA-256 {sha256[:12]} instead of {offer.sha256[:12]}, and was deleted: "
            "pull again"
        )
    try:
        check_header(part)
    except ModelError as error:
        part.unlink()
        raise ModelError(f"{wanted.name}: {wanted.file} is no GGUF model, and was deleted") from error


def _cache() -> Path:
    from huggingface_hub import constants

    return Path(constants.HF_HUB_CACHE)


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.2f} GB" if size >= 5e6 else f"{size / 1e6:.1f} MB"


def _quiet() -> None:
    """What the library says of retries and of tokens is no news to a person who reads one line of ours."""
    from huggingface_hub.utils import logging

    logging.set_verbosity_error()
    warnings.filterwarnings("ignore", module="huggingface_hub")
