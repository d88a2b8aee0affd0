"""The one thread that owns the models, so that the next file is judged while a person reads."""

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
class _Job:
    urgency: Urgency
    number: int
    action: Callable[[], Any] = field(compare=False)
    future: Future[Any] = field(compare=False)


class Worker:
    """Runs actions one after the other, urgent ones first."""

    def __init__(self) -> None:
        self._jobs: queue.PriorityQueue[_Job] = queue.PriorityQueue()
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._urgent = 0
        self._current: _Job | None = None
        self._closing = False
        # The thread must not keep the program alive: a library may be deep in a computation.
        self._thread = threading.Thread(target=self._work, name="srlint-models", daemon=True)
        self._thread.start()

    def submit(self, action: Callable[[], Result], urgency: Urgency = Urgency.URGENT) -> Future[Result]:
        """The future of what `action` returns or raises."""
        job = _Job(urgency, next(self._numbers), action, Future())
        self._put(job)
        return job.future

    def pause(self) -> None:
        """To be called again and again during long work, in any thread. Raises StoppedError when it has to end."""
        job = self._current
        if job is not None and (self._closing or (job.urgency is Urgency.PATIENT and self._urgent)):
            raise StoppedError

    def close(self, last: Callable[[], None]) -> None:
        """Ends the work under way and then does `last`, unless that work does not end within a moment."""
        self._closing = True
        self._put(_Job(Urgency.LAST, next(self._numbers), last, Future()))
        self._thread.join(_GRACE)

    def _put(self, job: _Job) -> None:
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
            if not self._closing:
                self._do(job)

    def _do(self, job: _Job) -> None:
        if not (job.future.running() or job.future.set_running_or_notify_cancel()):
            return  # nobody wants it any more
        self._current = job
        try:
            job.future.set_result(job.action())
        except StoppedError as error:
            if self._closing:
                job.future.set_exception(error)
            else:
                self._put(job)
        except BaseException as error:  # whoever waits must hear of it
            job.future.set_exception(error)
        finally:
            self._current = None
