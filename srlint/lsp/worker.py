"""The thread that owns the models, for the loop that talks to the editor."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, TypeVar

from srlint import worker
from srlint.urgency import Urgency

Result = TypeVar("Result")


class Worker(worker.Worker):
    """A worker whose results are awaited."""

    async def run(self, action: Callable[[], Result], urgency: Urgency = Urgency.URGENT) -> Result:
        """What `action` returns or raises. When the caller is cancelled, the work ends at its next pause."""
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[Result] = loop.create_future()

        def tell(done: Future[Any]) -> None:
            with suppress(RuntimeError):  # the loop has closed meanwhile
                loop.call_soon_threadsafe(_settle, waiting, done)

        job = self.begin(action, urgency)
        job.future.add_done_callback(tell)
        try:
            return await waiting
        except asyncio.CancelledError:
            job.dropped = True
            job.future.cancel()
            raise

    def pause(self) -> None:
        """As for any worker, in its own thread. In others it means nothing."""
        if threading.current_thread() is self.thread:
            super().pause()


def _settle(waiting: asyncio.Future[Any], done: Future[Any]) -> None:
    if waiting.done() or done.cancelled():
        return
    error = done.exception()
    if error is None:
        waiting.set_result(done.result())
    else:
        waiting.set_exception(error)
