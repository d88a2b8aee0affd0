"""Several things at once that mostly wait, such as requests, with their results in order."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

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
