"""New content in the place of a file, at once: a reader finds the old bytes or the new, and so does whoever comes after
a kill."""

from __future__ import annotations

import os
import stat
import time
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

_PREFIX = ".srlint-"
# Seconds after which nobody can still be between the two calls.
_ABANDONED = 60.0


def replace(target: Path, data: bytes) -> None:
    """Make `data` the content of `target`, which is no link, keeping owner, mode and access lists. Raises OSError."""
    if not _by_a_nameless_file(target, data):
        _by_a_named_file(target, data)


def _by_a_nameless_file(target: Path, data: bytes) -> bool:
    """By a file that has no name until it is whole, so that a killed process leaves nothing of it behind.

    From its name to its place it is two calls of the system. A process killed between them leaves a whole file, which
    a later write of the same target takes away. False, with nothing done, where this way is barred.
    """
    if not hasattr(os, "O_TMPFILE"):
        return False
    try:
        handle = os.open(target.parent, os.O_TMPFILE | os.O_WRONLY, 0o600)
    except OSError:  # if the folder is at fault, the other way says so
        return False
    name = target.with_name(_PREFIX + sha256(os.fsencode(target.name)).hexdigest()[:16])
    with open(handle, "wb") as file:
        _fill(file, data)
        _take_over(handle, target)
        if not _linked(handle, name):
            return False
    _put(name, target)
    return True


def _linked(handle: int, name: Path) -> bool:
    """Whether the nameless file has got its name. One that has it already is of another writer, or left by a kill."""
    with suppress(OSError):
        if time.time() - name.lstat().st_ctime > _ABANDONED:
            name.unlink()
    folder = os.open(name.parent, os.O_RDONLY)
    try:
        # Told the folder, Python follows this link to the file; otherwise it would link to the link.
        os.link(f"/proc/self/fd/{handle}", name.name, dst_dir_fd=folder)
    except OSError:  # the name is taken, there is no /proc, or it is a network disk that cannot
        return False
    finally:
        os.close(folder)
    return True


def _by_a_named_file(target: Path, data: bytes) -> None:
    import tempfile  # slow to load, and mostly the other way is open

    handle, name = tempfile.mkstemp(prefix=_PREFIX, dir=target.parent)
    try:
        with open(handle, "wb") as file:
            _fill(file, data)
        _take_over(name, target)
    except BaseException:
        os.unlink(name)
        raise
    _put(Path(name), target)


def _put(name: Path, target: Path) -> None:
    try:
        os.replace(name, target)
    except BaseException:
        with suppress(OSError):
            name.unlink()
        raise


def _fill(file: BinaryIO, data: bytes) -> None:
    file.write(data)
    file.flush()
    os.fsync(file.fileno())


def _take_over(new: int | str, target: Path) -> None:
    """Give the file `new` what people set on the old one; a first one gets the usual mode."""
    try:
        status = target.stat()
    except FileNotFoundError:
        os.chmod(new, 0o666 & ~_umask())
        return
    for owner in (status.st_uid, -1):  # only a privileged user may give a file away, but many may give it to a group
        with suppress(OSError, AttributeError):
            os.chown(new, owner, status.st_gid)
            break
    os.chmod(new, stat.S_IMODE(status.st_mode))
    with suppress(OSError, AttributeError):
        for name in os.listxattr(target):
            with suppress(OSError):  # some are the system's own
                os.setxattr(new, name, os.getxattr(target, name))


def _umask() -> int:
    current = os.umask(0o022)
    os.umask(current)
    return current
