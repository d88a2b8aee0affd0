"""How many threads to run a model with: as many as there are processors that this process may use."""

from __future__ import annotations

import os
from pathlib import Path

_QUOTA = Path("/sys/fs/cgroup/cpu.max")


def threads(quota: Path = _QUOTA) -> int:
    """At least 1. A container's share of processor time counts too: more threads than that would wait for each other.

    `quota` is where Linux says how many microseconds of how many the container gets, or `max`.
    """
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        share, period = quota.read_text(encoding="ascii").split()
        return max(1, min(count, round(int(share) / int(period))))
    except (OSError, ValueError, ZeroDivisionError):
        return count
