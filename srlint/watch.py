"""Checking again whenever something under the given paths changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from srlint.errors import ConfigError

# What srlint itself writes must not wake it.
_OWN = (".srlint_cache", ".srlint-")


def changes(paths: Sequence[str]) -> Iterator[None]:
    """Yields once at the beginning, and after each burst of changes under `paths`; ends never.

    Raises ConfigError for a path that is not there.
    """
    from watchfiles import DefaultFilter, watch

    for path in paths:
        if not Path(path).exists():
            raise ConfigError(f"--watch: {path}: no such file or directory")
    usual = DefaultFilter()

    def wanted(change, name: str) -> bool:
        return usual(change, name) and not any(part.startswith(_OWN) for part in Path(name).parts)

    yield
    for _ in watch(*paths, watch_filter=wanted, raise_interrupt=True):
        yield


def keep(run: Callable[[], object], paths: Sequence[str], say: Callable[[str], None]) -> None:
    """Do `run` now and after every change, until interrupted."""
    for _ in changes(paths):
        run()
        say("watching for changes; stop with Ctrl-C")
