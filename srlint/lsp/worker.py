"""The one thread that owns the models: whatever asks one runs here, away from the loop that talks to the editor."""

from __future__ import annotations

import asyncio
import itertools
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from srlint.urgency import StoppedError, Urgency

Result = TypeVar("Result")

# Seconds that work under way gets to notice that it is not wanted any more.
_GRACE = 1.0


@dataclass(order=True)
class _Job:
    urgency: Urgency
    number: int
    action: Callable[[], Any] = field(compare=False)
    future: asyncio.Future[Any] = field(compare=False)


class Worker:
    """Runs actions one after the other, urgent ones first. Made in the thread of a running loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._jobs: queue.PriorityQueue[_Job] = queue.PriorityQueue()
        self._numbers = itertools.count()
        self._current: _Job | None = None
        self._urgent = 0  # how many urgent jobs wait; counted by the loop's thread and this one under the lock
        self._lock = threading.Lock()
        self._closing = False
        # The thread must not keep the process alive: a library may be deep in a computation.
        self._thread = threading.Thread(target=self._work, name="srlint-models", daemon=True)
        self._thread.start()

    async def run(self, action: Callable[[], Result], urgency: Urgency = Urgency.URGENT) -> Result:
        """What `action` returns or raises. When the caller is cancelled, the work ends at its next pause."""
        job = _Job(urgency, next(self._numbers), action, self._loop.create_future())
        self._put(job)
        return await job.future

    def pause(self) -> None:
        """To be called again and again during long work. Raises StoppedError when it has to end."""
        job = self._current
        if job is None or threading.current_thread() is not self._thread:
            return
        if self._closing or job.future.cancelled() or (job.urgency > Urgency.URGENT and self._urgent):
            raise StoppedError

    def close(self, last: Callable[[], None]) -> bool:
        """Ends the work under way and then does `last`; whether all of that came to its end within a moment."""
        self._closing = True
        self._jobs.put(_Job(Urgency.LAST, next(self._numbers), last, asyncio.Future(loop=self._loop)))
        self._thread.join(_GRACE)
        return not self._thread.is_alive()

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
            if not self._closing and not job.future.cancelled():
                self._do(job)

    def _do(self, job: _Job) -> None:
        self._current = job
        try:
            result, error = job.action(), None
        except StoppedError:
            if not (self._closing or job.future.cancelled()):
                self._put(job)  # it gave way, and begins again
                return
            result, error = None, StoppedError()
        except Exception as raised:  # whoever waits must hear of it
            result, error = None, raised
        finally:
            self._current = None
        with suppress(RuntimeError):  # the loop has closed meanwhile
            self._loop.call_soon_threadsafe(_settle, job.future, result, error)


def _settle(future: asyncio.Future[Any], result: Any, error: Exception | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
