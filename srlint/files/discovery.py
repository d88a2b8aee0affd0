"""Finding documents on disk: named ones, and those that a walk through a folder meets."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from srlint.files import gitignore
from srlint.files.patterns import Patterns
from srlint.files.rules import Rules, Selection
from srlint.formats import SYNTAXES, syntax_for

# Folders of other people's files or of generated ones, skipped in a walk unless named; a dot hides the others.
VENDORED = frozenset(
    "__pycache__ _build bower_components buck-out build dist node_modules site-packages third_party vendor venv".split()
)
_EXCLUDED = "excluded by the configuration"


@dataclass(frozen=True, slots=True)
class Target:
    """A document to check: where it is, what to call it in a report, and its syntax."""

    path: Path
    name: str
    syntax: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What there is to say about a path.

    An "error" makes the run untrustworthy; a "note" is told unless quiet; a "skip" only when asked for.
    """

    name: str
    reason: str
    severity: Literal["error", "note", "skip"]


_PLAIN = Selection()


def find(
    paths: Sequence[str], selection: Selection | Callable[[Path], Selection] = _PLAIN
) -> tuple[list[Target], list[Notice]]:
    """The documents under `paths`, each once, in a fixed order, and what there is to say about the rest.

    `selection` may depend on the folder that a file lies in. A named file is a target whatever its suffix, unless it is
    source code that was not asked for. A named folder is walked, whatever it is called: what is hidden, vendored,
    ignored or excluded is left out, and links are not followed.
    """
    finder = _Finder(selection)
    notices: list[Notice] = []
    for given in paths:
        try:
            mode = os.stat(given).st_mode
        except (OSError, ValueError) as error:
            notices.append(Notice(shown(Path(given)) if given else "''", reason(error), "error"))
            continue
        before = len(finder.targets)
        notices += finder.walk(given) if stat.S_ISDIR(mode) else finder.named(given)
        if stat.S_ISDIR(mode) and len(finder.targets) == before and not finder.has_any_in(given):
            notices.append(Notice(shown(Path(given)), "no documents found", "note"))
    return finder.targets, notices


def find_unsaved(
    name: str, selection: Selection | Callable[[Path], Selection] = _PLAIN
) -> tuple[list[Target], list[Notice]]:
    """The document called `name`, which need not be on disk, as `find` treats a named one."""
    finder = _Finder(selection)
    notices = list(finder.named(name))
    return finder.targets, notices


def shown(path: Path) -> str:
    """What a report calls `path`: relative to the current folder where it lies under it, with forward slashes."""
    if path.is_absolute():
        with suppress(ValueError):
            path = path.relative_to(Path.cwd())
    return path.as_posix()


def reason(error: Exception) -> str:
    """What went wrong with a file, in a few words."""
    if isinstance(error, FileNotFoundError):
        return "no such file or directory"
    text = getattr(error, "strerror", None) or str(error)
    return text[:1].lower() + text[1:]


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder on the walk: `path` as given, to open it; `absolute` as patterns see it; `real` without any link.

    `prefix` begins the names of its files in a report. `hidden`: only what is included counts.
    """

    path: str
    absolute: str
    real: str
    prefix: str
    rules: Rules
    exclude: Patterns
    ignores: tuple[Patterns, ...]
    hidden: bool = False

    def __truediv__(self, name: str) -> _Folder:
        return replace(
            self,
            path=os.path.join(self.path, name),
            absolute=os.path.join(self.absolute, name),
            real=os.path.join(self.real, name),
            prefix=f"{self.prefix}{name}/",
        )


class _Finder:
    """Collects targets, each document once. Nothing is asked of the disk for a file that a walk meets."""

    def __init__(self, selection: Selection | Callable[[Path], Selection]) -> None:
        self.targets: list[Target] = []
        self._choose = selection if callable(selection) else lambda _: selection
        self._rules: dict[Selection, Rules] = {}
        self._spellings: dict[str, list[str]] = {}

    def named(self, given: str) -> Iterator[Notice]:
        path = Path(given)
        absolute = os.path.abspath(given)
        rules = self._rules_in(os.path.dirname(absolute))
        syntax = syntax_for(path.name) or "text"
        if rules.selection.force_exclude and rules.exclude.hold(absolute, is_folder=False):
            yield Notice(shown(path), _EXCLUDED, "note")
        elif rules.selection.force_exclude and _is_vendored(absolute, rules.selection.root):
            yield Notice(shown(path), "vendored or generated folder", "note")
        elif SYNTAXES[syntax].code and not rules.reads(absolute, path.name):
            yield Notice(shown(path), "source code: checked only with --code", "note")
        else:
            self._add(os.path.realpath(given), Target(path, shown(path), syntax))

    def walk(self, given: str) -> Iterator[Notice]:
        absolute = os.path.abspath(given)
        rules = self._rules_in(absolute)
        if rules.selection.force_exclude and rules.exclude.hold(absolute, is_folder=True):
            yield Notice(shown(Path(given)), _EXCLUDED, "note")
            return
        name = shown(Path(given))
        ignores = gitignore.above(absolute) if rules.selection.respect_gitignore else ()
        top = _Folder(
            path=given,
            absolute=absolute,
            real=os.path.realpath(given),
            prefix="" if name == "." else name if name.endswith("/") else name + "/",
            rules=rules,
            # Whoever names an excluded or ignored folder wants it checked.
            exclude=rules.exclude.sparing(absolute),
            ignores=() if gitignore.is_ignored(absolute, True, ignores) else ignores,
        )
        yield from self._descend(top)

    def has_any_in(self, given: str) -> bool:
        inside = os.path.join(os.path.realpath(given), "")
        return any(real.startswith(inside) for spellings in self._spellings.values() for real in spellings)

    def _descend(self, top: _Folder) -> Iterator[Notice]:
        """A stack instead of recursion: folders may lie deeper than Python calls functions."""
        entered, entries, problem = self._enter(top)
        stack = [(entered, iter(entries))]
        yield from problem
        while stack:
            folder, rest = stack[-1]
            entry = next(rest, None)
            if entry is None:
                stack.pop()
                continue
            try:
                is_folder, why_not = self._judge(entry, folder)
            except OSError as error:
                yield Notice(folder.prefix + entry.name, reason(error), "error")
                continue
            if why_not is not None:
                yield from [Notice(folder.prefix + entry.name, why_not, "skip")] if why_not else []
            elif is_folder:
                below = folder / entry.name
                below = replace(below, hidden=folder.hidden or entry.name.startswith(".") or entry.name in VENDORED)
                entered, entries, problem = self._enter(below)
                stack.append((entered, iter(entries)))
                yield from problem
            else:
                syntax = syntax_for(entry.name) or "text"
                target = Target(Path(folder.path, entry.name), folder.prefix + entry.name, syntax)
                self._add(os.path.join(folder.real, entry.name), target)

    def _enter(self, folder: _Folder) -> tuple[_Folder, list[os.DirEntry[str]], list[Notice]]:
        """The folder with the rules that hold inside it, its entries in order, and what is wrong with it."""
        try:
            with os.scandir(folder.path) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            return folder, [], [Notice(folder.prefix.rstrip("/") or shown(Path(folder.path)), reason(error), "error")]
        rules = self._rules_in(folder.absolute)
        if rules is not folder.rules:
            folder = replace(folder, rules=rules, exclude=rules.exclude)
        if rules.selection.respect_gitignore and any(entry.name == ".gitignore" for entry in entries):
            folder = replace(folder, ignores=(*folder.ignores, *gitignore.of_folder(folder.absolute)))
        return folder, entries, []

    def _judge(self, entry: os.DirEntry[str], folder: _Folder) -> tuple[bool, str | None]:
        """Whether the entry is a folder, and why the walk passes over it: None if not, "" if it is no document."""
        is_folder = entry.is_dir(follow_symlinks=False)
        path = os.path.join(folder.absolute, entry.name)
        rules = folder.rules
        if not is_folder and not (rules.includes(path) if folder.hidden else rules.reads(path, entry.name)):
            return is_folder, ""
        return is_folder, self._why_not(entry, path, is_folder, folder)

    def _why_not(self, entry: os.DirEntry[str], path: str, is_folder: bool, folder: _Folder) -> str | None:
        if entry.name.startswith(".") and not (
            folder.rules.leads_to_included(path) if is_folder else folder.rules.includes(path)
        ):
            return "hidden"
        if is_folder and entry.name in VENDORED and not folder.rules.leads_to_included(path):
            return "vendored or generated folder"
        if entry.is_symlink():
            return "symbolic link"
        if not is_folder and not entry.is_file(follow_symlinks=False):
            return "not a regular file"
        if folder.exclude.hold(path, is_folder):
            return _EXCLUDED
        if gitignore.is_ignored(path, is_folder, folder.ignores):
            return "ignored by .gitignore"
        return None

    def _rules_in(self, folder: str) -> Rules:
        selection = self._choose(Path(folder))
        if selection not in self._rules:
            self._rules[selection] = Rules(selection)
        return self._rules[selection]

    def _add(self, real: str, target: Target) -> None:
        # Where the disk does not tell A from a, two spellings are one document; only then is the disk asked.
        spellings = self._spellings.setdefault(real.casefold(), [])
        if real in spellings or any(_same(real, other) for other in spellings):
            return
        spellings.append(real)
        self.targets.append(target)


def _same(one: str, other: str) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False


def _is_vendored(absolute: str, root: Path | None) -> bool:
    """Whether a walk from the root would not have gone where the file lies."""
    relative = os.path.relpath(absolute, root or os.getcwd())
    return not VENDORED.isdisjoint(Path(relative).parts[:-1])
