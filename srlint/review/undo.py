"""`srlint undo`: the files of the last review as they were before it, unless somebody has changed them since."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from srlint import files
from srlint.errors import DocumentError
from srlint.review.database import Database, place
from srlint.review.journal import Written, digest, forget, last


def undo(folder: Path, say: Callable[[str], None]) -> int:
    """Puts back what the last review of a project wrote, and says so of each file. Returns how many it could not.

    Raises DocumentError when the journal cannot be read.
    """
    if not place(folder).is_file():
        say("no review to undo")
        return 0
    database = Database(place(folder))
    try:
        found = last(database)
        if found is None:
            say("no review to undo")
            return 0
        review, rows = found
        refused = 0
        for written in rows:
            outcome = _put_back(written)
            say(f"{written.name}: {outcome or 'as before the review'}")
            if outcome is None:
                forget(database, review, written)
            refused += outcome is not None
        return refused
    finally:
        database.close()


def _put_back(written: Written) -> str | None:
    """Restores one file; why not, where that would lose something."""
    try:
        present = written.path.read_bytes()
    except FileNotFoundError:
        present = None
    except OSError as error:
        return f"cannot be read: {error.strerror or error}"
    if present == written.before:
        return None
    if digest(present) != written.after:
        return "changed since the review, left alone"
    try:
        if written.before is None:
            written.path.unlink()
        else:
            files.write(written.path, written.before, expected=present)
    except (OSError, DocumentError) as error:
        return str(error)
    return None
