"""Answers that no file holds yet, kept as they are given, so that the next review can go on where one broke off."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

from srlint.document import Span
from srlint.errors import DocumentError
from srlint.review.database import Database
from srlint.review.state import Answer, FileState


class Kept:
    """The answers by file. What cannot be kept is said once, through `warn`, and never stops a review."""

    def __init__(self, database: Database | None, warn: Callable[[str], None]) -> None:
        self._database = database
        self._warn = warn

    @property
    def works(self) -> bool:
        """Whether the answers are on disk."""
        return self._database is not None

    def recall(self, path: Path) -> list[Answer]:
        """What was kept for a file, in the order in which it was said."""
        found: list[Answer | None] = []
        with self._lenient() as database:
            if database is not None:
                with database.change() as connection:
                    rows = connection.execute("SELECT value FROM answers WHERE path = ? ORDER BY number", [_key(path)])
                    found = [_read(value) for (value,) in rows]
        return [answer for answer in found if answer is not None]

    def keep(self, path: Path, answers: Sequence[Answer]) -> None:
        """Puts these in the place of all that was kept for the file."""
        rows = [(_key(path), number, json.dumps(asdict(answer))) for number, answer in enumerate(answers)]
        with self._lenient() as database:
            if database is not None:
                with database.change() as connection:
                    connection.execute("DELETE FROM answers WHERE path = ?", [_key(path)])
                    connection.executemany("INSERT INTO answers VALUES (?, ?, ?)", rows)

    def forget(self, paths: Iterable[Path]) -> None:
        """Lets go of what was kept for these files: their review is over, or begins afresh."""
        with self._lenient() as database:
            if database is not None:
                with database.change() as connection:
                    connection.executemany("DELETE FROM answers WHERE path = ?", [(_key(path),) for path in paths])

    @contextmanager
    def _lenient(self) -> Iterator[Database | None]:
        try:
            yield self._database
        except DocumentError as error:
            self._database = None
            self._warn(f"answers cannot be kept for the next review: {error}")


def _key(path: Path) -> str:
    return os.path.abspath(path)


def unwritten(base: FileState, state: FileState) -> list[Answer]:
    """What has to be kept of `state`, given that the disk holds `base`: its refusals, which no file can hold, and all
    that was said since. Said to `base` in this order, they lead to `state`."""
    asked = replace(base, answers=())
    kept: list[Answer] = []
    for answer in base.answers:
        finding = next((one for one in base.findings if one.span in answer.settled), None)
        if answer.kind == "rejected" and finding is not None:
            kept.append(asked.answer("rejected", finding))
            asked = asked.plus(kept[-1])
    later = state.answers[len(base.answers) :]
    return [*kept, *(answer for answer in later if answer.kind not in ("skipped", "allowed"))]


def _read(value: str) -> Answer | None:
    """The answer that was stored; None for what another version stored."""
    try:
        table = json.loads(value)
        settled = tuple(Span(one["start"], one["end"]) for one in table.pop("settled"))
        return Answer(**table, settled=settled)
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
