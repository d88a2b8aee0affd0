"""The one thread that owns the models: it does what it is asked one after the other, urgent actions first."""

from __future__ import annotations

import itertools
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, TypeVar

from srlint.urgency import StoppedError, Urgency

Result = TypeVar("Result")

# Seconds that work under way gets to notice that it is not wanted any more.
_GRACE = 2.0


@dataclass(order=True)
class Job:
    """An action that waits for its turn. It is `dropped` when nobody wants it any more."""

    urgency: Urgency
    number: int
    action: Callable[[], Any] = field(compare=False)
    future: Future[Any] = field(default_factory=Future, compare=False)
    dropped: bool = field(default=False, compare=False)


class Worker:
    """Runs actions in a thread of its own. Patient work gives way to urgent work at its next pause."""

    def __init__(self) -> None:
        self._jobs: queue.PriorityQueue[Job] = queue.PriorityQueue()
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._urgent = 0  # how many urgent jobs wait
        self._current: Job | None = None
        self._closing = False
        # The thread must not keep the program alive: a library may be deep in a computation.
        self.thread = threading.Thread(target=self._work, name="srlint-models", daemon=True)
        self.thread.start()

    def submit(self, action: Callable[[], Result], urgency: Urgency = Urgency.URGENT) -> Future[Result]:
        """The future of what `action` returns or raises."""
        return self.begin(action, urgency).future

    def begin(self, action: Callable[[], Any], urgency: Urgency) -> Job:
        """The job that does `action` when its turn comes."""
        job = Job(urgency, next(self._numbers), action)
        self._put(job)
        return job

    def pause(self) -> None:
        """To be called again and again during long work, in any thread. Raises StoppedError when it has to end."""
        job = self._current
        if job is None:
            return
        if self._closing or job.dropped or (job.urgency is Urgency.PATIENT and self._urgent):
            raise StoppedError

    def close(self, last: Callable[[], None]) -> bool:
        """Ends the work under way and then does `last`; whether all of that came to its end within a moment."""
        self._closing = True
        self.begin(last, Urgency.LAST)
        self.thread.join(_GRACE)
        return not self.thread.is_alive()

    def _put(self, job: Job) -> None:
        with self._lock:
            self._urgent += job.urgency is Urgency.URGENT
        self._jobs.put(job)

    def _work(self) -> None:
        while True:
            job = self._jobs.get()
            with self._lock:
                self._urgent -= job.urgency is Urgency.URGENT
            if job.urgency is Urgency.LAST:
                job.action()
                return
            if not (self._closing or job.dropped):
                self._do(job)

    def _do(self, job: Job) -> None:
        # What gave way runs already, and begins again.
        if not (job.future.running() or job.future.set_running_or_notify_cancel()):
            return
        self._current = job
        try:
            job.future.set_result(job.action())
        except StoppedError as error:
            if self._closing or job.dropped:
                job.future.set_exception(error)
            else:
                self._put(job)
        except BaseException as error:  # whoever waits must hear of it
            job.future.set_exception(error)
        finally:
            self._current = None
