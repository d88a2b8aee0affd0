"""The folders that the editor works in, each with its own settings, and the checks of buffers under them.

All of it belongs to the worker's thread: settings are read from disk, and linters keep models and a cache.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from srlint import files
from srlint.baseline import DEFAULT_NAME, Baseline
from srlint.checker import Checker, CheckOptions
from srlint.config import Resolver, Settings, find_file, project_root
from srlint.config.edit import add_to_list
from srlint.config.source import FILE_NAMES
from srlint.drafts import Draft, DraftLinter
from srlint.errors import ConfigError, DocumentError, SrlintError
from srlint.files.discovery import VENDORED
from srlint.files.rules import Rules, Selection
from srlint.formats import SYNTAXES
from srlint.lsp.buffers import Buffer
from srlint.lsp.stamps import States, sources, states
from srlint.lsp.syntaxes import syntax_of
from srlint.models.loaded import Models
from srlint.passages import Passage


@dataclass(frozen=True, slots=True)
class Given:
    """What the command line says of the settings; it counts more than what the editor or a file says."""

    overrides: tuple[Mapping[str, Any], ...] = ()
    file: Path | None = None
    isolated: bool = False


class Folder:
    """One folder, and the checks of what lies in it. Raises ConfigError for settings that are not right."""

    def __init__(
        self,
        root: Path,
        given: Given,
        chosen: Mapping[str, Any],
        models: Models,
        warn: Callable[[str], None],
    ) -> None:
        self._resolver = Resolver((chosen, *given.overrides), given.file, given.isolated, start=root, here=root)
        settings = self._resolver.for_folder(root)
        options = CheckOptions(baseline=_baseline(settings, root, given.isolated))
        self._checker = Checker(
            self._resolver, settings, options, warn=warn, models=models, opened=DraftLinter.open
        )
        self._rules: dict[Selection, Rules] = {}
        self._root = root
        self._watched = {str(settings.baseline or (settings.root or root) / DEFAULT_NAME)}
        self._seen: dict[Path, States] = {}
        self._look(root)

    def is_outdated(self, buffer: Buffer) -> bool:
        """Whether a file has changed that the settings for the buffer come from. Not every editor tells of that."""
        folder = self._path(buffer).parent
        if folder not in self._seen:
            self._look(folder)
        return any(states(seen) != seen for seen in (self._seen[self._root], self._seen[folder]))

    def _look(self, folder: Path) -> None:
        """Remembers how the files are now that the settings for this folder come from."""
        self._resolver.for_folder(folder)  # so that it knows all of them
        self._seen[folder] = states({*sources(folder), *map(str, self._resolver.files), *self._watched})

    def target(self, buffer: Buffer) -> files.Target | None:
        """The buffer as a document to check; None for one that `srlint check` would leave out, or cannot read."""
        path = self._path(buffer)
        rules = self._rules_in(path.parent)
        included = buffer.path is not None and rules.includes(str(path))
        syntax = syntax_of(buffer, included)
        if syntax is None or (SYNTAXES[syntax].code and not (rules.selection.code or included)):
            return None
        if buffer.path is not None and not included and self._is_left_out(path, rules):
            return None
        return files.Target(path, str(path), syntax)

    def _path(self, buffer: Buffer) -> Path:
        return Path(os.path.abspath(buffer.path or self._root / "untitled"))

    def _is_left_out(self, path: Path, rules: Rules) -> bool:
        """Whether settings exclude a file, or it is somebody else's. Hidden ones, and those that git ignores, are read:
        whoever opens them wants to see."""
        inside = path.relative_to(self._root).parts[:-1] if path.is_relative_to(self._root) else ()
        return not VENDORED.isdisjoint(inside) or rules.exclude.hold(str(path), is_folder=False)

    def _rules_in(self, folder: Path) -> Rules:
        selection = self._resolver.selection(folder)
        if selection not in self._rules:
            self._rules[selection] = Rules(selection)
        return self._rules[selection]

    def linter(self, target: files.Target) -> DraftLinter:
        found = self._checker.linter(target)
        assert isinstance(found, DraftLinter)
        return found

    def prepare(self) -> None:
        """Opens the linter of the folder itself."""
        self._checker.linter(files.Target(self._root / "any", "", "text"))

    def draft(self, target: files.Target, buffer: Buffer, keep: bool) -> Draft:
        """What there is to say about a buffer at once. Raises DocumentError, ConfigError, ModelError."""
        left = partial(self._checker.left, target)
        document = buffer.document(target.syntax)
        return self.linter(target).draft(document, self._checker.enabled(target), left, keep=keep)

    def close(self) -> None:
        """Lets go of the cache. The models are the workspaces'."""
        self._checker.forget()


def _baseline(settings: Settings, root: Path, isolated: bool) -> Baseline | None:
    """What is known and not reported: the file that the settings name, or one where it is expected."""
    if settings.baseline is not None:
        return Baseline.load(settings.baseline)
    usual = (settings.root or root) / DEFAULT_NAME
    return Baseline.load(usual) if usual.is_file() and not isolated else None


class Workspaces:
    """The folders of the editor, and one for each file that lies in none of them."""

    def __init__(self, given: Given, models: Models, warn: Callable[[str], None]) -> None:
        self._given = given
        self._models = models
        self._warn = warn
        self._roots: tuple[Path, ...] = ()
        self._chosen: Mapping[Path | None, Mapping[str, Any]] = {}
        self._folders: dict[Path, Folder] = {}

    def configure(self, roots: Sequence[Path], chosen: Mapping[Path | None, Mapping[str, Any]]) -> None:
        """The folders, and by folder (None: elsewhere) the settings that a person chose in the editor."""
        self.reload()
        # A folder within another one comes first.
        self._roots = tuple(sorted(roots, key=lambda root: len(root.parts), reverse=True))
        self._chosen = chosen

    def reload(self) -> None:
        """Reads every setting again when it is next needed."""
        for folder in self._folders.values():
            folder.close()
        self._folders.clear()

    def prepare(self) -> None:
        """Reads what every check needs, before there is one. What is wrong with it will be said about a document."""
        with suppress(SrlintError):
            for root in self._roots:
                self._folder(root).prepare()

    def load(self) -> None:
        """Loads the detector, which a text takes that was not checked before."""
        with suppress(SrlintError):
            self._models.detector  # noqa: B018 - loaded when first asked for

    def draft(self, buffer: Buffer, keep: bool) -> Draft | None:
        """As that of the buffer's folder; None for a buffer to be left alone."""
        root = self._root_of(buffer)
        if root in self._folders and self._folders[root].is_outdated(buffer):
            self._folders.pop(root).close()
        folder = self._folder(root)
        folder.is_outdated(buffer)  # from now on
        target = folder.target(buffer)
        return None if target is None else folder.draft(target, buffer, keep)

    def settle(self, buffer: Buffer, found: Sequence[Passage]) -> None:
        """Looks for settled replacements of open passages."""
        folder, target = self._place(buffer)
        document, linter = buffer.document(target.syntax), folder.linter(target)
        for passage in found:
            self._models.pause()
            linter.settle(document, passage)

    def reword(self, buffer: Buffer, passage: Passage) -> None:
        """Looks for the best rewrite of an open passage."""
        folder, target = self._place(buffer)
        folder.linter(target).reword(buffer.document(target.syntax), passage)

    def allow(self, buffer: Buffer, phrase: str) -> Path:
        """Never flag a phrase again in the project of a buffer; the configuration file that says so from now on.

        Raises ConfigError when it cannot be edited.
        """
        if self._given.isolated:
            raise ConfigError("no configuration file is read (--isolated), so that none can allow anything")
        root = self._root_of(buffer)
        folder = buffer.path.parent if buffer.path is not None else root
        file = self._given.file or find_file(folder) or root / FILE_NAMES[0]
        add_to_list(file, "allow", phrase)
        self.reload()
        return file

    def close(self) -> None:
        """Lets go of everything."""
        self.reload()
        self._models.close()

    def _place(self, buffer: Buffer) -> tuple[Folder, files.Target]:
        folder = self._folder(self._root_of(buffer))
        target = folder.target(buffer)
        if target is None:
            raise DocumentError("left out by the settings meanwhile")
        return folder, target

    def _root_of(self, buffer: Buffer) -> Path:
        if buffer.path is None:
            return self._roots[-1] if self._roots else Path.cwd()
        path = Path(os.path.abspath(buffer.path))
        inside = (root for root in self._roots if path.is_relative_to(root))
        return next(inside, None) or project_root(path.parent) or path.parent

    def _folder(self, root: Path) -> Folder:
        if root not in self._folders:
            chosen = self._chosen.get(root, self._chosen.get(None, {}))
            # A file on its own, in no project, leaves nothing beside it.
            alone = root not in self._roots and project_root(root) is None
            chosen = {**chosen, "cache": False} if alone else chosen
            self._folders[root] = Folder(root, self._given, chosen, self._models, self._warn)
        return self._folders[root]
