"""Files written once their last finding has an answer: whole, in one step, and never over somebody else's change."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from srlint import files
from srlint.baseline import Baseline
from srlint.errors import ConfigError, DocumentError, SrlintError
from srlint.findings import Finding
from srlint.review.journal import Journal
from srlint.review.session import Entry
from srlint.review.state import FileState


class ChangedError(DocumentError):
    """Another program has changed the file meanwhile."""


class Writer:
    """Writes what a review made of its files and the baseline that goes with them, and notes it in the journal."""

    def __init__(self, journal: Journal, baseline: Path) -> None:
        self._journal = journal
        self._baseline = baseline
        self.files: dict[Path, str] = {}

    @property
    def can_undo(self) -> bool:
        """Whether the journal knows of what was written."""
        return self._journal.works

    def document(self, entry: Entry, state: FileState) -> None:
        """Puts the document of `state` on the disk. Raises ChangedError, DocumentError; the file is then as it was."""
        data = state.document.to_bytes()
        if data == entry.data:
            return
        path, name = entry.target.path, entry.target.name
        try:
            with self._journal.noting(path, name, data):
                files.write(path, data, expected=entry.data)
        except DocumentError as error:
            if _is_other(path, entry.data):
                raise ChangedError(str(error)) from error
            raise
        self.files[path] = name
        entry.data = data

    def accepted(self, entry: Entry) -> None:
        """Brings the baseline in line with what was answered. Raises DocumentError or ConfigError."""
        state = entry.state
        present = {at for at, answer in enumerate(state.answers) if answer.kind == "baselined"}
        gone = [(at, *entry.noted[at], -1) for at in entry.noted.keys() - present]
        found = [(at, _finding(state, at)) for at in sorted(present - entry.noted.keys())]
        fresh = [(at, state.judged.review, finding, 1) for at, finding in found if finding is not None]
        if not gone and not fresh:
            return
        path = self._baseline
        baseline = Baseline.load(path) if path.is_file() else Baseline()
        for _, review, finding, by in (*gone, *fresh):
            baseline = baseline.counted(entry.target.name, review, finding, by)
        with self._journal.noting(path, files.shown(path)):
            baseline.save(path)
        self.files[path] = files.shown(path)
        for at, review, finding, by in (*gone, *fresh):
            if by > 0:
                entry.noted[at] = (review, finding)
            else:
                del entry.noted[at]

    def configuration(self, path: Path, change: Callable[[], bool]) -> Callable[[], None]:
        """Does `change` to a configuration file; how to take it back. Raises ConfigError, also where there is none."""
        before = path.read_bytes() if path.is_file() else None
        with self._journal.noting(path, files.shown(path)):
            if not change():
                raise ConfigError(f"{files.shown(path)}: says so already")
        self.files[path] = files.shown(path)
        after = path.read_bytes()
        return lambda: self._take_back(path, before, after)

    def _take_back(self, path: Path, before: bytes | None, after: bytes) -> None:
        if path.read_bytes() != after:
            raise ConfigError(f"{files.shown(path)}: changed meanwhile: take the words out by hand")
        with self._journal.noting(path, files.shown(path)):
            if before is None:
                os.unlink(path)
            else:
                files.write(path, before, expected=after)


def _finding(state: FileState, at: int) -> Finding | None:
    """The finding that an answer is about, if it is still there."""
    return next((finding for finding in state.findings if finding.span in state.answers[at].settled), None)


def _is_other(path: Path, data: bytes) -> bool:
    """Whether a file that can be read no longer holds `data`."""
    with suppress(SrlintError):
        return files.read(path) != data
    return not path.exists()
