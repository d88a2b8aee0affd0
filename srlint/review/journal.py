"""What reviews have written, so that `srlint undo` can put back what was there before."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from srlint.errors import DocumentError
from srlint.review.database import Database

# Reviews that can be undone, one after the other.
_REVIEWS = 10


@dataclass(frozen=True, slots=True)
class Written:
    """One file as a review found it and as it left it: `before` its bytes (None: it was not there), `after` the digest
    of its bytes (None: unknown, as the program ended before it could say)."""

    path: Path
    name: str
    before: bytes | None
    after: bytes | None


class Journal:
    """The journal of one review. What cannot be noted is said once, through `warn`; the file is written anyway."""

    def __init__(self, database: Database | None, warn: Callable[[str], None]) -> None:
        self._database = database
        self._warn = warn
        self._review: int | None = None

    @property
    def works(self) -> bool:
        """Whether what was written can be undone."""
        return self._database is not None

    @contextmanager
    def noting(self, path: Path, name: str, data: bytes | None = None) -> Iterator[None]:
        """Around the writing of a file: notes what was there before and then, when all went well, what came of it.

        Where the `data` to be written are known, that is noted at once: a kill may fall between the write and the note.
        """
        path = Path(os.path.abspath(path))
        wanted = None if data is None else digest(data)
        self._attempt(lambda database: self._before(database, path, name, wanted))
        try:
            yield
        except Exception:
            self._attempt(lambda database: self._never(database, path, wanted))
            raise
        self._attempt(lambda database: self._after(database, path))

    def _before(self, database: Database, path: Path, name: str, wanted: bytes | None) -> None:
        content = _content(path)
        with database.change() as connection:
            if self._review is None:
                self._review = connection.execute("INSERT INTO reviews (process) VALUES (?)", [os.getpid()]).lastrowid
                connection.execute("DELETE FROM reviews WHERE id <= ?", [(self._review or 0) - _REVIEWS])
                connection.execute("DELETE FROM written WHERE review NOT IN (SELECT id FROM reviews)")
            # Of a file that is written twice the first state counts.
            connection.execute(
                "INSERT OR IGNORE INTO written VALUES (?, ?, ?, ?, ?)",
                [self._review, str(path), name, None if content is None else zlib.compress(content), wanted],
            )

    def _after(self, database: Database, path: Path) -> None:
        content = _content(path)
        with database.change() as connection:
            connection.execute(
                "UPDATE written SET after = ? WHERE review = ? AND path = ?",
                [digest(content), self._review, str(path)],
            )

    def _never(self, database: Database, path: Path, wanted: bytes | None) -> None:
        """Nothing was written after all. What an earlier write of this review noted stays."""
        with database.change() as connection:
            connection.execute(
                "DELETE FROM written WHERE review = ? AND path = ? AND after IS ?", [self._review, str(path), wanted]
            )

    def _attempt(self, action: Callable[[Database], None]) -> None:
        if self._database is None:
            return
        try:
            action(self._database)
        except DocumentError as error:
            self._database = None
            self._warn(f"`srlint undo` will not know of all that is written: {error}")


def last(database: Database) -> tuple[int, list[Written]] | None:
    """The number of the last review that wrote anything, and what it wrote. Raises DocumentError."""
    with database.change() as connection:
        (review,) = connection.execute("SELECT max(review) FROM written").fetchone()
        if review is None:
            return None
        rows = connection.execute(
            "SELECT path, name, before, after FROM written WHERE review = ? ORDER BY path", [review]
        )
        try:
            return review, [_written(*row) for row in rows]
        except (zlib.error, TypeError, ValueError) as error:
            raise DocumentError(f"{database.file}: the journal of reviews is damaged: {error}") from error


def _written(path: str, name: str, before: bytes | None, after: bytes | None) -> Written:
    """What was noted of one file. Raises zlib.error, TypeError or ValueError for anything else."""
    if not isinstance(name, str) or not isinstance(after, bytes | None):
        raise TypeError("an entry of another kind")
    return Written(Path(path), name, None if before is None else zlib.decompress(before), after)


def forget(database: Database, review: int, written: Written) -> None:
    """Takes a file out of the journal, once it is as it was. Raises DocumentError."""
    with database.change() as connection:
        connection.execute("DELETE FROM written WHERE review = ? AND path = ?", [review, str(written.path)])


def digest(content: bytes | None) -> bytes:
    """Tells one content from another; of a file that is not there too."""
    return b"" if content is None else sha256(content).digest()


def _content(path: Path) -> bytes | None:
    """What lies on disk; None for nothing. Raises DocumentError."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DocumentError(f"{path}: {error.strerror or error}") from error
