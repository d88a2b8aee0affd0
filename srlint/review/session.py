"""The files of a review with what was answered so far, and the way back from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from srlint.files import Target
from srlint.findings import Finding, Review
from srlint.review.kept import Kept, unwritten
from srlint.review.shelf import Loaded
from srlint.review.state import FileState


@dataclass(slots=True)
class Entry:
    """One file: `data` lies on disk, and `base` is the state that belongs to it; `state` is what the person made of it.

    `noted` are findings that this review put into the baseline, by the number of their answer. `settings` says under
    which of the settings, counted from 0, the state was judged.
    """

    target: Target
    data: bytes
    base: FileState
    state: FileState
    settings: int = 0
    noted: dict[int, tuple[Review, Finding]] = field(default_factory=dict)

    def set(self, loaded: Loaded) -> None:
        """The file as it lies on disk now."""
        self.data, self.base, self.state = loaded.data, loaded.base, loaded.state
        self.noted = {}


@dataclass(frozen=True, slots=True)
class Step:
    """The way back from one answer: the state of its file before it, and what else is to be done."""

    at: int
    state: FileState
    revert: Callable[[], None] | None = None


class Session:
    """Which file is under review, all that were so far, and every answer in order."""

    def __init__(self, targets: Sequence[Target], kept: Kept) -> None:
        self.targets = targets
        self.at = 0
        self.settings = 0
        self.failed = 0
        self._kept = kept
        self.entries: dict[int, Entry] = {}
        self.unreadable: set[int] = set()
        self.steps: list[Step] = []

    @property
    def entry(self) -> Entry:
        """The file under review."""
        return self.entries[self.at]

    def decide(self, state: FileState, revert: Callable[[], None] | None = None) -> None:
        """An answer to something in the present file, which is kept at once."""
        self.steps.append(Step(self.at, self.entry.state, revert))
        self.entry.state = state
        self.keep(self.entry)

    def keep(self, entry: Entry) -> None:
        """Keeps what no file holds yet."""
        self._kept.keep(entry.target.path, unwritten(entry.base, entry.state))

    def count(self, *kinds: str) -> int:
        """How many findings were answered so."""
        states = [entry.state for entry in self.entries.values()]
        return sum(answer.count for state in states for answer in state.answers if answer.kind in kinds)

    @property
    def left(self) -> int:
        """How many findings of the files seen so far are still to be answered."""
        return sum(len(entry.state.left) for entry in self.entries.values())

    @property
    def unseen(self) -> int:
        """How many files the person has not come to."""
        return len(self.targets) - len(self.entries) - len(self.unreadable)
