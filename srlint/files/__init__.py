"""Reading and writing documents on disk, and the names of `srlint.files.discovery`, which finds them."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from srlint.errors import DocumentError
from srlint.files.atomic import replace
from srlint.files.discovery import Notice, Selection, Target, find, find_unsaved, reason, shown
from srlint.files.regular import MAX_BYTES, content

__all__ = [
    "MAX_BYTES",
    "Notice",
    "Selection",
    "Target",
    "capped",
    "content",
    "find",
    "find_unsaved",
    "read",
    "shown",
    "write",
]


def read(path: Path) -> bytes:
    """The bytes of a document. Raises `DocumentError` when it is missing, unreadable, no regular file, or too large."""
    try:
        return capped(content(path))
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
    never overwritten, and a file that someone took away does not come back.
    """
    target = Path(os.path.realpath(path))
    try:
        if expected is None and path.exists() and not stat.S_ISREG(path.stat().st_mode):
            # A device or a pipe: to put a file in its place would destroy it.
            path.write_bytes(data)
            return
        if expected is not None and content(target, len(expected)) != expected:
            raise DocumentError("changed on disk while it was being checked, not written")
        if target.exists() and not os.access(target, os.W_OK):
            raise DocumentError("not writable")
        replace(target, data)
    except OSError as error:
        raise DocumentError(f"cannot be written: {reason(error)}") from error
