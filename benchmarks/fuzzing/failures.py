"""Inputs that failed, as files: one of each kind, the smallest that was found."""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from benchmarks.fuzzing.target import Run, once

_ROOT = Path(__file__).parents[2]
# Seconds that may go into making one input smaller.
_PATIENCE = 4.0


def kind_of(error: BaseException) -> str:
    """What tells one bug from another: the error, and the line of this project that it came from."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(_ROOT / "srlint")]
    place = own[-1] if own else frames[-1]
    told = f": {error}" if isinstance(error, AssertionError) else ""
    return f"{type(error).__name__} at {os.path.relpath(place.filename, _ROOT)}:{place.lineno}{told}"


def keep(folder: Path, kind: str, data: bytes, said: str) -> None:
    """Writes the input, unless a smaller one of its kind lies there, and beside it what became of it."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{sha256(kind.encode()).hexdigest()[:12]}.input"
    if file.exists() and file.stat().st_size <= len(data):
        return
    file.write_bytes(data)
    file.with_suffix(".txt").write_text(f"{kind}\n\n{said}\n", encoding="utf-8", errors="backslashreplace")


def is_new(folder: Path, kind: str, data: bytes) -> bool:
    """Whether `keep` would write this input."""
    file = folder / f"{sha256(kind.encode()).hexdigest()[:12]}.input"
    return not file.exists() or file.stat().st_size > 2 * len(data)


def smaller(run: Run, data: bytes, kind: str, alive: Callable[[], None]) -> bytes:
    """The input less what its failure does not need, as far as a few seconds go. `alive` is called before each try."""

    def fails(candidate: bytes) -> bool:
        alive()
        try:
            once(run, candidate)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # whatever it is, only its kind counts
            return kind_of(error) == kind
        return False

    return reduced(data, fails, time.monotonic() + _PATIENCE)


def reduced(data: bytes, fails: Callable[[bytes], bool], until: float) -> bytes:
    """The input without the pieces that it fails without, large ones first."""
    size = max(1, len(data) // 2)
    while size:
        at = 0
        while at < len(data):
            if time.monotonic() > until:
                return data
            candidate = data[:at] + data[at + size :]
            if fails(candidate):
                data = candidate
            else:
                at += size
        size //= 2
    return data
