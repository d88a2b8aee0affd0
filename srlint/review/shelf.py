"""The files of a review, each loaded and judged when its turn comes, and the next ones while a person reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from srlint.files import Target
from srlint.review.bench import Bench
from srlint.review.deciding import replayed
from srlint.review.state import Answer, FileState
from srlint.urgency import StoppedError, Urgency
from srlint.worker import Worker

# So many files with something to ask are kept ready.
_AHEAD = 2


@dataclass(frozen=True, slots=True)
class Loaded:
    """A file as it lies on disk: `data`, `base` judged, and `state`, which has the answers of another time.

    `lost` of those no longer fit."""

    data: bytes
    base: FileState
    state: FileState
    lost: int


class Shelf:
    """What is judged so far. The worker's thread puts it there; the review takes it."""

    def __init__(
        self, worker: Worker, bench: Callable[[], Bench], targets: Sequence[Target], kept: Sequence[Sequence[Answer]]
    ) -> None:
        self._worker = worker
        self._bench = bench
        self._targets = targets
        self._kept = kept
        self._loaded: dict[int, Loaded | Exception] = {}
        self._loading: int | None = None
        self._taken = -1
        self._chained = False

    def __contains__(self, at: int) -> bool:
        return at in self._loaded

    @property
    def loading(self) -> int | None:
        """Which file is judged at this moment."""
        return self._loading

    def take(self, at: int) -> Loaded:
        """What is ready. Raises DocumentError for a file that cannot be read, and what judging raises."""
        found = self._loaded[at]
        self._taken = max(self._taken, at)
        if isinstance(found, Exception):
            raise found
        return found

    def load(self, at: int) -> None:
        """Judges a file. For the worker."""
        self._loading = at
        try:
            self._loaded[at] = self.again(self._targets[at], self._kept[at])
        except StoppedError:
            raise
        except Exception as error:  # told when its turn comes
            self._loaded[at] = error
        finally:
            self._loading = None

    def again(self, target: Target, answers: Sequence[Answer]) -> Loaded:
        """A file with answers of another time. For the worker. Raises as `take` does."""
        bench = self._bench()
        data, base = bench.load(target)
        state, lost = replayed(base, answers, lambda document: bench.judged(target, document))
        return Loaded(data, base, state, lost)

    def prepare(self) -> None:
        """Has the next files judged, one after the other, until enough of them have something to ask."""
        if not self._chained and self._next() is not None:
            self._chained = True
            self._worker.submit(self._go_on, Urgency.PATIENT)

    def drop(self) -> None:
        """Lets go of what was judged under other settings and not yet taken. For the worker."""
        for at in [at for at in self._loaded if at > self._taken]:
            del self._loaded[at]

    def _go_on(self) -> None:
        at = self._next()
        if at is not None:
            self.load(at)
        self._chained = False
        self.prepare()

    def _next(self) -> int | None:
        ready = 0
        for at in range(self._taken + 1, len(self._targets)):
            found = self._loaded.get(at)
            if found is None:
                return at
            ready += isinstance(found, Exception) or bool(found.state.unanswered)
            if ready >= _AHEAD:
                return None
        return None
