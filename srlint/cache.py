"""Results of earlier runs on disk, so that unchanged text asks no model again."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from errno import ELOOP
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from srlint.errors import DocumentError
from srlint.output.escape import printable

if TYPE_CHECKING:
    import sqlite3

    from srlint.config import Settings

# The number is that of the table's layout: another layout gets another file, and both can live side by side.
FILE_NAME = "results-2.sqlite3"
# A cache above this size starts afresh: it is cheaper to rebuild than to keep an order of use with every read.
MAX_BYTES = 256_000_000
# Bytes in front of each value that tell whether it is still what was stored for its key: SQLite itself does not notice
# a bit that has flipped on disk, and `--fix` would write what comes of it.
_SEAL = 8
# SQLite takes at least this many parameters in one statement, whatever its build.
_BATCH = 500
_RESULTS = "results-"
_TAG = """Signature: 8a477f597d28d172789f06886806bc55
# This folder holds results that srlint can compute again. See https://bford.info/cachedir/
"""
_MARKS = {".gitignore": "*\n", "CACHEDIR.TAG": _TAG}


class Cache(Protocol):
    """What the linter needs from a cache: values by key, both bytes. It decides what they mean."""

    def get_many(self, keys: Sequence[bytes]) -> dict[bytes, bytes]: ...

    def put_many(self, items: Mapping[bytes, bytes]) -> None: ...

    def close(self) -> None: ...


class NullCache:
    """Remembers nothing."""

    def get_many(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        return {}

    def put_many(self, items: Mapping[bytes, bytes]) -> None:
        return None

    def close(self) -> None:
        return None


def to_stderr(message: str) -> None:
    print(f"srlint: {printable(message)}", file=sys.stderr)


def open_cache(settings: Settings, warn: Callable[[str], None] = to_stderr) -> Cache:
    """The cache that `settings` ask for. One that cannot be used costs a warning and time, never the run."""
    if not settings.use_cache or settings.cache_dir is None:
        return NullCache()
    return ResultCache(settings.cache_dir, warn)


class ResultCache:
    """Keys and values in one SQLite file under `folder`, safe for several processes at once.

    A damaged file is thrown away and begun again; a folder that cannot be written disables the cache after one call of
    `warn`. Neither raises.
    """

    def __init__(self, folder: Path, warn: Callable[[str], None] = to_stderr) -> None:
        self._folder = folder
        self._warn = warn
        self._connection: sqlite3.Connection | None = None
        self._attempt(self._open)

    def get_many(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """The values known for `keys`; a key without one is missing from the answer."""
        found: dict[bytes, bytes] = {}
        if self._connection is not None:
            self._attempt(lambda: self._read(keys, found))
        return found

    def put_many(self, items: Mapping[bytes, bytes]) -> None:
        """Store all of `items` or, when interrupted, none."""
        if items and self._connection is not None:
            self._attempt(lambda: self._store(items.items()))

    def close(self) -> None:
        """Let go of the file. Closing twice is fine, and a closed cache remembers nothing."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _attempt(self, action: Callable[[], None]) -> None:
        """Do `action`; after damage once more on a new file; after any other trouble stop using the cache."""
        import sqlite3

        try:
            try:
                action()
            except sqlite3.DatabaseError as error:
                if type(error) is not sqlite3.DatabaseError:  # its subclasses say: locked, full, read-only, misused
                    raise
                self._start_afresh()
                action()
            except UnicodeDecodeError:  # what SQLite quotes of a damaged file
                self._start_afresh()
                action()
        except (OSError, sqlite3.Error) as error:
            self.close()
            self._warn(f"cache disabled: {self._folder}: {getattr(error, 'strerror', None) or error}")

    def _open(self) -> None:
        import sqlite3

        self.close()
        # A link in a stranger's repository could lead anywhere, and so could one in the place of the results.
        if self._folder.is_symlink():
            raise OSError(ELOOP, "a symbolic link, not followed: name the folder that it leads to as cache-dir")
        self._folder.mkdir(parents=True, exist_ok=True)
        _mark_as_cache(self._folder)
        file = self._folder / FILE_NAME
        if file.is_symlink() or (file.exists() and file.stat().st_size > MAX_BYTES):
            _remove(file)
        connection = self._connection = sqlite3.connect(file, timeout=5.0, isolation_level=None)
        # Write-ahead logging lets others read while one writes; after a power cut the last results may be lost.
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS results (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID"
        )

    def _start_afresh(self) -> None:
        self.close()
        _remove(self._folder / FILE_NAME)
        self._open()

    def _read(self, keys: Sequence[bytes], found: dict[bytes, bytes]) -> None:
        assert self._connection is not None
        for first in range(0, len(keys), _BATCH):
            batch = keys[first : first + _BATCH]
            places = ",".join("?" * len(batch))
            rows = self._connection.execute(f"SELECT key, value FROM results WHERE key IN ({places})", batch)
            found.update((key, stored[_SEAL:]) for key, stored in rows if _is_whole(key, stored))

    def _store(self, items: Iterable[tuple[bytes, bytes]]) -> None:
        assert self._connection is not None
        with self._connection as connection:
            connection.execute("BEGIN IMMEDIATE")
            rows = ((key, _seal(key, value) + value) for key, value in items)
            connection.executemany("INSERT OR REPLACE INTO results VALUES (?, ?)", rows)


def _seal(key: bytes, value: bytes) -> bytes:
    return blake2b(key + value, digest_size=_SEAL).digest()


def _is_whole(key: object, stored: object) -> bool:
    """Whether this is what was stored; a damaged file may hold anything."""
    if not isinstance(key, bytes) or not isinstance(stored, bytes):
        return False
    return stored[:_SEAL] == _seal(key, stored[_SEAL:])


def size(folder: Path) -> int:
    """How many bytes the cache in `folder` takes on disk."""
    return sum(file.stat().st_size for file in _files(folder))


def clean(folder: Path) -> int:
    """Remove the cache in `folder`, and the folder if nothing else lies in it. Returns the bytes set free.

    Raises DocumentError for a folder that is no cache of srlint's: its CACHEDIR.TAG is missing or another's, or it is a
    link.
    """
    if folder.is_symlink():
        raise DocumentError(f"{folder}: a symbolic link, left alone")
    if not folder.is_dir():
        return 0
    tag = folder / "CACHEDIR.TAG"
    if not tag.is_file() or tag.read_text(encoding="utf-8", errors="replace") != _TAG:
        raise DocumentError(f"{folder}: not a cache of srlint's, left alone")
    freed = size(folder)
    for file in (*_files(folder), folder / ".gitignore", tag):
        file.unlink(missing_ok=True)
    with suppress(OSError):  # somebody keeps something else there
        folder.rmdir()
    return freed


def _files(folder: Path) -> list[Path]:
    """The result files of every layout, with what SQLite keeps beside them."""
    return [file for file in folder.glob(f"{_RESULTS}*.sqlite3*") if file.is_file()]


def _mark_as_cache(folder: Path) -> None:
    """Tell git and backup programs to leave the folder out, unless somebody keeps something else there."""
    present = set(os.listdir(folder))
    if not all(name in _MARKS or name.startswith(_RESULTS) for name in present):
        return
    for name in _MARKS.keys() - present:
        # Another run may be making it at the same time.
        with suppress(FileExistsError), open(folder / name, "x", encoding="ascii") as file:
            file.write(_MARKS[name])


def _remove(file: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            file.with_name(file.name + suffix).unlink()
