"""Who waits for work that one thread does for all, and how work learns that it has to end."""

from __future__ import annotations

from enum import IntEnum


class Urgency(IntEnum):
    """Who waits for it: a person, or nobody in particular. Patient work gives way to urgent work, and begins again."""

    URGENT = 0
    PATIENT = 1
    # After all else: the thread lets go of what it holds, and ends.
    LAST = 2


class StoppedError(Exception):
    """The work under way has to end: nobody wants it any more, or somebody else must not wait."""
