"""Reading and writing documents on disk, and the names of `srlint.files.discovery`, which finds them."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from srlint.errors import DocumentError
from srlint.files.discovery import Notice, Selection, Target, find, find_unsaved, reason, shown

__all__ = ["MAX_BYTES", "Notice", "Selection", "Target", "capped", "find", "find_unsaved", "read", "shown", "write"]

MAX_BYTES = 10_000_000


def read(path: Path) -> bytes:
    """The bytes of a document. Raises `DocumentError` when it is missing, unreadable, no regular file, or too large."""
    try:
        # Asked before opening: opening a pipe without a writer would wait for ever.
        if not stat.S_ISREG(path.stat().st_mode):
            raise DocumentError("not a regular file")
        with path.open("rb") as file:
            return capped(file.read(MAX_BYTES + 1))
    except (OSError, ValueError) as error:
        raise DocumentError(reason(error)) from error


def capped(data: bytes) -> bytes:
    """`data`, or `DocumentError` when it is longer than a document may be."""
    if len(data) > MAX_BYTES:
        raise DocumentError(f"larger than {MAX_BYTES // 1_000_000} MB, not checked")
    return data


def write(path: Path, data: bytes, *, expected: bytes | None = None) -> None:
    """Replace the content of `path` at once, keeping its mode; a link stays a link and its target is written.

    Whoever reads meanwhile sees the old bytes or the new ones, and an interruption leaves the old.
    Raises `DocumentError` when it cannot be done, or when the file no longer holds `expected`: someone else's change is
    never overwritten.
    """
    target = Path(os.path.realpath(path))
    try:
        if path.exists() and not stat.S_ISREG(path.stat().st_mode):
            # A device or a pipe: to put a file in its place would destroy it.
            path.write_bytes(data)
            return
        if target.exists():
            if not os.access(target, os.W_OK):
                raise DocumentError("not writable")
            if expected is not None and target.read_bytes() != expected:
                raise DocumentError("changed on disk while it was being checked, not written")
        _replace(target, data)
    except OSError as error:
        raise DocumentError(f"cannot be written: {reason(error)}") from error


def _replace(target: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=".srlint-", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            status = target.stat()
            os.chmod(name, stat.S_IMODE(status.st_mode))
            with suppress(OSError, AttributeError):  # only a privileged user may give a file away
                os.chown(name, status.st_uid, status.st_gid)
        else:
            os.chmod(name, 0o666 & ~_umask())
        os.replace(name, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


def _umask() -> int:
    current = os.umask(0o022)
    os.umask(current)
    return current
