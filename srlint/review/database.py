"""The file that keeps what a review must not lose: answers that no document holds yet, and what was there before.

It lies in the user's own folder and not in the project's: nobody who sends a project may say what is put into files.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from srlint.config import project_root
from srlint.errors import DocumentError

if TYPE_CHECKING:
    import sqlite3

_LAYOUT = """
CREATE TABLE IF NOT EXISTS answers (path TEXT, number INTEGER, value TEXT NOT NULL, PRIMARY KEY (path, number));
CREATE TABLE IF NOT EXISTS reviews (id INTEGER PRIMARY KEY AUTOINCREMENT, process INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS written (
    review INTEGER, path TEXT, name TEXT NOT NULL, before BLOB, after BLOB, PRIMARY KEY (review, path)
);
"""


def place(folder: Path) -> Path:
    """The file for reviews in the project that `folder` belongs to."""
    from platformdirs import user_state_path

    project = os.path.realpath(project_root(Path(os.path.abspath(folder))) or Path.cwd())
    # The number is that of the layout.
    name = f"{sha256(project.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}-1.sqlite3"
    return user_state_path("srlint", appauthor=False) / "reviews" / name


class Database:
    """One connection, for the thread that opened it. Every `change` is on disk whole, or not at all."""

    def __init__(self, file: Path) -> None:
        """Raises DocumentError, naming the file, when it cannot be used."""
        self.file = file
        with self._named():
            import sqlite3

            self.file.parent.mkdir(parents=True, exist_ok=True)
            # It holds text of documents that others may not be allowed to read.
            os.close(os.open(self.file, os.O_RDWR | os.O_CREAT, 0o600))
            self._connection: sqlite3.Connection = sqlite3.connect(self.file, timeout=5.0, isolation_level=None)
            self._connection.executescript(_LAYOUT)

    @contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """A transaction. Raises DocumentError."""
        with self._named():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                self._connection.rollback()
                raise

    @contextmanager
    def _named(self) -> Iterator[None]:
        import sqlite3

        try:
            yield
        # SQLite quotes pieces of a damaged file.
        except (OSError, sqlite3.Error, UnicodeDecodeError) as error:
            raise DocumentError(f"{self.file}: {getattr(error, 'strerror', None) or error}") from error

    def close(self) -> None:
        self._connection.close()
