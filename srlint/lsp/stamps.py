"""Whether the files that settings come from are still what they were: for editors that do not tell."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from srlint.config.source import FILE_NAMES

# By file when it was changed and how long it is; None for one that is not there.
States = Mapping[str, tuple[int, int] | None]


def sources(folder: Path) -> list[str]:
    """Every file, there or not, that could say something of the documents in `folder`."""
    return [os.path.join(above, name) for above in (folder, *folder.parents) for name in FILE_NAMES]


def states(names: Iterable[str]) -> States:
    """The state of each of these files."""
    return {name: _state(name) for name in names}


def _state(file: str) -> tuple[int, int] | None:
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
