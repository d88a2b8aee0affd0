"""Which files count as documents, as the settings have it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from srlint.files.patterns import Patterns
from srlint.formats import SYNTAXES, syntax_for


@dataclass(frozen=True, slots=True)
class Selection:
    """Which files are documents. Patterns are those of .gitignore, relative to `root` (None: the current folder).

    `exclude` holds in a walk, and with `force_exclude` for named paths too. `include` names further files for a walk to
    read, hidden ones among them. `code` adds the suffixes of source files.
    """

    exclude: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    force_exclude: bool = False
    respect_gitignore: bool = True
    code: bool = False
    root: Path | None = None


class Rules:
    """A selection, ready to be asked."""

    def __init__(self, selection: Selection) -> None:
        root = os.path.abspath(selection.root or os.getcwd())
        self.selection = selection
        self.exclude = Patterns.of_settings(selection.exclude, root)
        self._include = Patterns.of_settings(selection.include, root)

    def includes(self, path: str) -> bool:
        return bool(self._include.lines) and self._include.hold(path, is_folder=False)

    def leads_to_included(self, folder: str) -> bool:
        """Whether a pattern of `include` spells out this folder on its way to a file."""
        return folder in self._ways

    @cached_property
    def _ways(self) -> frozenset[str]:
        ways = set()
        for line in self._include.lines:
            way = self._include.root
            names = line.lstrip("/").split("/")[:-1]  # a slash at the end makes the last name a folder
            for name in names:
                if any(mark in name for mark in "*?[\\"):
                    break
                way = os.path.join(way, name)
                ways.add(way)
        return frozenset(ways)

    def reads(self, path: str, name: str) -> bool:
        """Whether a walk that meets this file reads it."""
        syntax = syntax_for(name)
        if syntax is not None and (self.selection.code or not SYNTAXES[syntax].code):
            return True
        return self.includes(path)
