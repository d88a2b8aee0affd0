"""What is fuzzed, and what it means that an execution went well."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from srlint.errors import SrlintError
from srlint.output.escape import printable

# One execution. It raises SrlintError for what it refuses; whatever else it raises is a failure.
Run = Callable[[bytes], None]


class BrokenError(AssertionError):
    """A promise was not kept, although nothing was raised."""


@dataclass(frozen=True, slots=True)
class Target:
    """One reader. `open` is given a folder for files of its own, loads what takes long, and returns the execution.

    `words` are what a mutation may put in: what means something to this reader. `share` is how many executions it gets
    beside others: many for a quick one.
    """

    about: str
    open: Callable[[Path], Run]
    words: tuple[bytes, ...]
    share: int


def once(run: Run, data: bytes) -> None:
    """One execution. srlint's own errors are fine if they say in one line what is wrong."""
    try:
        run(data)
    except SrlintError as error:
        message = str(error)
        demand(bool(message.strip()), "an error without a message")
        demand("\n" not in printable(message), "a message of several lines")


def demand(holds: bool, promise: str) -> None:
    """Raises BrokenError where a promise is not kept."""
    if not holds:
        raise BrokenError(promise)


def decoded(data: bytes) -> str:
    """The input as text that a file may hold: no NUL, no half of a surrogate pair."""
    return data.decode("utf-8", "replace").replace("\0", "\ufffd")
