"""The bytes of a file that a stranger may have made: no pipe is waited for, no device is read, and there is a limit."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from srlint.errors import DocumentError

# More than a person writes into one document, list of patterns or configuration file.
MAX_BYTES = 10_000_000
# Where the system lets a pipe be opened without waiting for who writes to it.
_AT_ONCE = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def content(path: Path, limit: int = MAX_BYTES) -> bytes:
    """The bytes of a regular file; of one that is longer than `limit`, one byte more than that.

    Raises OSError, ValueError for a name that none can be, and DocumentError for a pipe, a device or the like.
    """
    # Asked before opening, since that alone can set a device off, and after, since it may have been exchanged.
    _require_regular(path.stat())
    with open(os.open(path, os.O_RDONLY | _AT_ONCE), "rb") as file:
        _require_regular(os.fstat(file.fileno()))
        return file.read(limit + 1)


def _require_regular(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise DocumentError("not a regular file")
