"""Which settings hold for a folder: the closest configuration file, what it extends, and the command line."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from srlint import __version__
from srlint.config.faults import Fault
from srlint.config.merge import merged
from srlint.config.options import from_options
from srlint.config.settings import Settings
from srlint.config.source import FILE_NAMES, PYPROJECT, Source, read
from srlint.files.discovery import shown
from srlint.files.rules import Selection


class Resolver:
    """Settings by folder, each file read once.

    `overrides` map names of settings (`Settings`, and `extend_select`, `extend_exclude`) or of keys to values given by
    hand; None means not given; of several mappings the last counts most. `file` names the configuration file instead of
    searching; `isolated` ignores every file. The cache lies in the project around `start` (None: the current folder),
    unless said otherwise. `here` is what to take for the current folder. Raises `ConfigError` naming the file and line,
    or the option, at fault.
    """

    def __init__(
        self,
        overrides: Mapping[str, Any] | Sequence[Mapping[str, Any]] = (),
        file: Path | None = None,
        isolated: bool = False,
        *,
        start: Path | None = None,
        here: Path | None = None,
    ) -> None:
        self._here = here or Path.cwd()
        given = [overrides] if isinstance(overrides, Mapping) else overrides
        self._options = [from_options(options, self._here) for options in given]
        self._file = None if file is None else Path(os.path.abspath(file))
        self._isolated = isolated
        home = project_root(Path(os.path.abspath(start or self._here)))
        self._cache_dir = (home or self._here) / ".srlint_cache"
        self._closest: dict[str, Source | None] = {}
        self._made: dict[Path | None, tuple[Settings, Mapping[str, str]]] = {}
        self._files: set[Path] = set()

    def for_folder(self, folder: str | os.PathLike[str]) -> Settings:
        """The settings for documents in `folder`."""
        return self._resolved(folder)[0]

    def origins(self, folder: str | os.PathLike[str]) -> Mapping[str, str]:
        """By key where the settings for `folder` come from: names of files, "command line" or "default"."""
        return self._resolved(folder)[1]

    def selection(self, folder: str | os.PathLike[str]) -> Selection:
        """Which files in `folder` are documents; what `srlint.files.find` asks for."""
        return self.for_folder(folder).selection()

    @property
    def files(self) -> frozenset[Path]:
        """The configuration files that were read so far, those that others extend among them."""
        return frozenset(self._files)

    def _resolved(self, folder: str | os.PathLike[str]) -> tuple[Settings, Mapping[str, str]]:
        source = self._source_for(os.path.abspath(folder))
        file = source.file if source else None
        if file not in self._made:
            self._made[file] = self._make(source)
        return self._made[file]

    def _source_for(self, folder: str) -> Source | None:
        if self._isolated:
            return None
        if self._file is not None:
            folder = os.fspath(self._file)
            if folder not in self._closest:
                self._closest[folder] = read(self._file)
            return self._closest[folder]
        passed = []
        while folder not in self._closest:
            own, parent = _source_in(folder), os.path.dirname(folder)
            if own is not None or parent == folder:
                self._closest[folder] = own
            else:
                passed.append(folder)
                folder = parent
        self._closest |= dict.fromkeys(passed, self._closest[folder])
        return self._closest[folder]

    def _make(self, source: Source | None) -> tuple[Settings, Mapping[str, str]]:
        sources = [*(_chain(source) if source else ()), *self._options]
        self._files.update(each.file for each in sources if each.file is not None)
        for each in sources:
            _require_version(each)
        root = source.folder if source else self._here
        fields, origins = merged(sources, root)
        fields = {"cache_dir": self._cache_dir, **fields, "root": root, "source": source.file if source else None}
        return Settings(**fields), origins


def load(
    start: Path,
    overrides: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    *,
    file: Path | None = None,
    isolated: bool = False,
) -> Settings:
    """The settings for documents in the folder `start`; `Resolver` says what the rest means."""
    return Resolver(overrides, file, isolated, start=start).for_folder(start)


def find_file(start: Path) -> Path | None:
    """The closest configuration file at or above the folder `start`. A pyproject.toml counts with a [tool.srlint]."""
    start = Path(os.path.abspath(start))
    for folder in (start, *start.parents):
        source = _source_in(os.fspath(folder))
        if source is not None:
            return source.file
    return None


def project_root(start: Path) -> Path | None:
    """The closest folder at or above `start` with a `pyproject.toml` or a `.git`."""
    for folder in (start, *start.parents):
        if os.path.isfile(folder / PYPROJECT) or os.path.lexists(folder / ".git"):
            return folder
    return None


def _source_in(folder: str) -> Source | None:
    for name in FILE_NAMES:
        file = os.path.join(folder, name)
        if os.path.isfile(file) and (source := read(Path(file), searched=True)) is not None:
            return source
    return None


def _chain(source: Source) -> list[Source]:
    """The source after those that it extends, the farthest first."""
    chain = [source]
    while (base := chain[0].values.get("extend")) is not None:
        assert chain[0].file is not None
        file = Path(os.path.abspath(chain[0].folder / os.path.expanduser(base)))
        files = [each.file for each in reversed(chain) if each.file]
        if any(os.path.realpath(file) == os.path.realpath(each) for each in files):
            circle = " -> ".join(map(shown, (*files, file)))
            chain[0].fail(Fault(("extend",), f"{{}} goes in a circle: {circle}"))
        if not os.path.isfile(file):
            chain[0].fail(Fault(("extend",), f"{{}}: no such file: {shown(file)}"))
        found = read(file)
        assert found is not None  # only a file that was searched may have nothing to say
        chain.insert(0, found)
    return chain


def _require_version(source: Source) -> None:
    wanted = source.values.get("required-version")
    if wanted is None:
        return
    from packaging.specifiers import SpecifierSet

    if not SpecifierSet(wanted).contains(__version__, prereleases=True):
        source.fail(Fault(("required-version",), f"{{}} is {wanted}, but this is srlint {__version__}"))
