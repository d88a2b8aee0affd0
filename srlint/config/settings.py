"""What one run uses to check the documents of one folder."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from srlint.categories import EVERY
from srlint.config.table import Table
from srlint.errors import ConfigError
from srlint.files.rules import Selection
from srlint.findings import Severity

ALL = "all"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that decides the outcome of a check. `None` for `threshold` and `model` means: what srlint ships.

    `exclude`, `include` and the patterns of `per_file_ignores` are those of .gitignore, relative to `root` (None: the
    current folder), and may begin with `../`. Without a `cache_dir` nothing is cached. `source` is the configuration
    file. With a `server` flagged passages are sent there, and `model` is not used. Settings never change and can be
    hashed; mappings and sequences of any kind may be given.
    Raises `ConfigError` for a threshold that is not between 0 and 1 and for an unknown category.
    """

    select: tuple[str, ...] = (ALL,)
    ignore: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    threshold: float | None = None
    thresholds: Mapping[str, float] = Table()
    severity: Mapping[str, Severity] = Table()
    fail_level: Severity = "info"
    allow: tuple[str, ...] = ()
    terms_add: tuple[Mapping[str, Any], ...] = ()
    terms_remove: tuple[str, ...] = ()
    terms_severity: Mapping[str, Severity] = Table()
    include_quotes: bool = False
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    force_exclude: bool = False
    respect_gitignore: bool = True
    code: bool = False
    model: str | None = None
    use_model: bool = True
    server: str | None = None
    server_model: str | None = None
    server_jobs: int = 4
    jobs: int | None = None
    use_cache: bool = True
    cache_dir: Path | None = None
    baseline: Path | None = None
    root: Path | None = None
    source: Path | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        for number in (self.threshold, *self.thresholds.values()):
            if number is not None and not 0 < number < 1:
                raise ConfigError(f"threshold must lie between 0 and 1, not {number}")
        for name in (*self.select, *self.ignore):
            if name not in EVERY and name != ALL:
                raise ConfigError(f"unknown category {name!r}; known are {', '.join(EVERY)}")
        for name in ("thresholds", "severity", "terms_severity"):
            self._set(name, Table(getattr(self, name)))
        for name in ("select", "ignore", "allow", "terms_remove", "include", "exclude"):
            self._set(name, tuple(getattr(self, name)))
        self._set("terms_add", tuple(map(Table, self.terms_add)))
        ignores: Any = self.per_file_ignores
        pairs = ignores.items() if isinstance(ignores, Mapping) else ignores
        self._set("per_file_ignores", tuple((pattern, tuple(names)) for pattern, names in pairs))

    def _set(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)

    def enabled(self, name: str | os.PathLike[str] | None = None) -> frozenset[str]:
        """The categories to look for in the file `name`, relative to `root`: selected, and not ignored there."""
        chosen = _expanded(self.select) - _expanded(self.ignore)
        if name is None or not self.per_file_ignores:
            return chosen
        from srlint.files.patterns import holds

        root = os.path.abspath(self.root or os.getcwd())
        path = os.path.normpath(os.path.join(root, name))
        for pattern, names in self.per_file_ignores:
            if holds(pattern, root, path):
                chosen -= _expanded(names)
        return chosen

    def selection(self) -> Selection:
        """Which files a run with these settings reads."""
        return Selection(
            exclude=self.exclude,
            include=self.include,
            force_exclude=self.force_exclude,
            respect_gitignore=self.respect_gitignore,
            code=self.code,
            root=self.root,
        )


def _expanded(names: Iterable[str]) -> frozenset[str]:
    return frozenset(EVERY) if ALL in names else frozenset(names)
