"""Several things at once: those of a list, with their results in order, and those that somebody will ask for later."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

# The most that anybody may ask for.
MOST_JOBS = 64
# A thread that is waited for without end cannot be interrupted on every system.
_LOOK_UP = 0.2


def in_order(action: Callable[[Item], Result], items: Sequence[Item], jobs: int) -> list[Result]:
    """What `action` makes of each item, at most `jobs` at a time. Raises what the earliest item to fail raised.

    The threads end with the program, so that an interrupt need not wait for what is under way.
    """
    if jobs == 1 or len(items) < 2:
        return [action(item) for item in items]
    results: dict[int, Result] = {}
    errors: dict[int, BaseException] = {}
    places, lock = iter(range(len(items))), threading.Lock()

    def work() -> None:
        while not errors:
            with lock:
                place = next(places, None)
            if place is None:
                return
            try:
                results[place] = action(items[place])
            except BaseException as error:  # whoever waits must hear of it
                errors[place] = error

    threads = [threading.Thread(target=work, daemon=True) for _ in range(min(jobs, len(items)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        while thread.is_alive():
            thread.join(_LOOK_UP)
    if errors:
        raise errors[min(errors)]
    return [results[place] for place in range(len(items))]


def once(action: Callable[[], Result]) -> Callable[[], Result]:
    """`action`, done by the thread that calls first; all get what it made, or what it raised."""
    task, lock = _Task(action), threading.Lock()

    def result() -> Result:
        with lock:
            task.work()
        return task.outcome()

    return result


class Crew:
    """Threads that do what is begun, in turn and at most `jobs` at a time. They end when nothing is left to do, and
    with the program, so that an interrupt need not wait for what is under way."""

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self._waiting: deque[_Task[Any]] = deque()
        self._working = 0
        self._changed = threading.Condition()

    def begin(self, action: Callable[[], Result]) -> Callable[[], Result]:
        """Returns what waits for the result. It raises what `action` raised, and must not be called once dropped."""
        task = _Task(action)
        with self._changed:
            self._waiting.append(task)
            wanted = self._working < self._jobs
            self._working += wanted
        if wanted:
            threading.Thread(target=self._work, daemon=True).start()
        return partial(self._outcome, task)

    def drop(self) -> None:
        """Forgets what no thread has taken up yet."""
        self._waiting.clear()

    def ended(self, patience: float) -> bool:
        """Waits until no thread is at work any more, so many seconds at most. To be called when all is dropped."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._working, patience)

    def _work(self) -> None:
        while True:
            with self._changed:
                if not self._waiting:
                    self._working -= 1
                    self._changed.notify_all()
                    return
                task = self._waiting.popleft()
            task.work()
            with self._changed:
                self._changed.notify_all()

    def _outcome(self, task: _Task[Result]) -> Result:
        with self._changed:
            while not task.done:
                self._changed.wait(_LOOK_UP)
        return task.outcome()


class _Task(Generic[Result]):
    """An action, and what came of it. There may be very many: it has no lock of its own."""

    __slots__ = ("_action", "_error", "_made", "done")

    def __init__(self, action: Callable[[], Result]) -> None:
        self._action: Callable[[], Result] | None = action
        self._error: BaseException | None = None
        self._made: Result
        self.done = False

    def work(self) -> None:
        """The first time, does it."""
        if self._action is None:
            return
        try:
            self._made = self._action()
        except BaseException as error:  # whoever asks must hear of it
            self._error = error
        self._action = None  # and all that it holds
        self.done = True

    def outcome(self) -> Result:
        if self._error is not None:
            raise self._error
        return self._made
