"""How many threads to run a model with, and how they wait for each other."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_QUOTA = Path("/sys/fs/cgroup/cpu.max")
# Either of them says how OpenMP's threads wait. The library reads them once, when it is loaded.
WAITING_VARIABLES = ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT")
# A smaller model's threads would wait for each other more than they reckon: of the embedded one two sessions of one
# thread each take half the time of one session of two threads.
_LARGE = 1_000_000_000
# Every session takes some 40 MB beside the weights, which all share.
_MOST_SESSIONS = 4


def threads(quota: Path = _QUOTA) -> int:
    """As many as there are processors that this process may use, and at least 1.

    A container's share of processor time counts too: more threads than that would wait for each other. `quota` is where
    Linux says how many microseconds of how many the container gets, or `max`.
    """
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        share, period = quota.read_text(encoding="ascii").split()
        return max(1, min(count, round(int(share) / int(period))))
    except (OSError, ValueError, ZeroDivisionError):
        return count


def shared_out(size: int, most: int | None = None) -> tuple[int, int]:
    """How many passages a model file of this size reads at once, and with how many threads each.

    `most` says how many passages at once somebody wants at most.
    """
    usable = threads()
    return (1, usable) if size >= _LARGE else (min(most or usable, usable, _MOST_SESSIONS), 1)


@contextmanager
def patient() -> Iterator[None]:
    """While it is open, an OpenMP library that is loaded is told to let its threads sleep while they wait.

    llama.cpp's threads wait for each other several hundred times a token. Left alone they spin, and where another
    process has a processor they spin for what that process takes: a rewrite of one second then takes ten or more. What
    a person has set stays, and nothing stays set for programs that are started from here.
    """
    if any(name in os.environ for name in WAITING_VARIABLES):
        yield
        return
    os.environ[WAITING_VARIABLES[0]] = "PASSIVE"
    try:
        yield
    finally:
        os.environ.pop(WAITING_VARIABLES[0], None)
