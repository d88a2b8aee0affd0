"""Finding, reading and writing documents on disk."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from srlint.errors import DocumentError
from srlint.formats import syntax_for

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

MAX_BYTES = 10_000_000
# Folders of other people's files or of generated ones, skipped in a walk unless named; a dot hides the others.
VENDORED = frozenset(
    "__pycache__ _build bower_components buck-out build dist node_modules site-packages third_party vendor venv".split()
)


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


def find(
    paths: Sequence[str], *, exclude: Sequence[str] = (), root: Path | None = None
) -> tuple[list[Target], list[Notice]]:
    """The documents under `paths`, each once, in a fixed order, and what there is to say about the rest.

    A named file is always a target, whatever its suffix and `.gitignore` say, unless `exclude` (patterns relative to
    `root`) holds for it. A named folder is walked: what is hidden, vendored, ignored or excluded is left out, and links
    are not followed.
    """
    excluded = _Exclude(exclude, root or Path.cwd())
    targets: dict[str, Target] = {}
    notices: list[Notice] = []
    for given in paths:
        path = Path(given)
        try:
            mode = os.stat(given).st_mode  # not of `path`, which takes an empty name for this folder
        except (OSError, ValueError) as error:
            notices.append(Notice(shown(path) if given else "''", _reason(error), "error"))
            continue
        before = len(targets)
        found = _walk(path, excluded) if stat.S_ISDIR(mode) else _named(path, excluded)
        for item in found:
            if isinstance(item, Notice):
                notices.append(item)
            else:
                targets.setdefault(os.path.realpath(item.path), item)
        if stat.S_ISDIR(mode) and len(targets) == before and not _has_target(path, targets):
            notices.append(Notice(shown(path), "no documents found", "note"))
    return list(targets.values()), notices


def read(path: Path) -> bytes:
    """The bytes of a document. Raises `DocumentError` when it is missing, unreadable, no regular file, or too large."""
    try:
        # Asked before opening: opening a pipe without a writer would wait for ever.
        if not stat.S_ISREG(path.stat().st_mode):
            raise DocumentError("not a regular file")
        with path.open("rb") as file:
            return capped(file.read(MAX_BYTES + 1))
    except (OSError, ValueError) as error:
        raise DocumentError(_reason(error)) from error


def capped(data: bytes) -> bytes:
    """`data`, or `DocumentError` when it is longer than a document may be."""
    if len(data) > MAX_BYTES:
        raise DocumentError(f"larger than {MAX_BYTES // 1_000_000} MB, not checked")
    return data


def write(path: Path, data: bytes, *, expected: bytes | None = None) -> None:
    """Replace the content of `path` at once, keeping its mode; a link stays a link and its target is written.

    Whoever reads meanwhile sees the old bytes or the new ones, and an interruption leaves the old.
    Raises `DocumentError` when it cannot be done, or when the file no longer holds `expected`: someone else's change is
    never overwritten.
    """
    target = Path(os.path.realpath(path))
    try:
        if target.exists():
            if not os.access(target, os.W_OK):
                raise DocumentError("not writable")
            if expected is not None and target.read_bytes() != expected:
                raise DocumentError("changed on disk while it was being checked, not written")
        _replace(target, data)
    except OSError as error:
        raise DocumentError(f"cannot be written: {_reason(error)}") from error


def shown(path: Path) -> str:
    """What a report calls `path`: relative to the current folder where it lies under it, with forward slashes."""
    if path.is_absolute():
        with suppress(ValueError):
            path = path.relative_to(Path.cwd())
    return path.as_posix()


def _replace(target: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=".srlint-", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            status = target.stat()
            os.chmod(name, stat.S_IMODE(status.st_mode))
            with suppress(OSError, AttributeError):  # only a privileged user may give a file away
                os.chown(name, status.st_uid, status.st_gid)
        else:
            os.chmod(name, 0o666 & ~_umask())
        os.replace(name, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


def _umask() -> int:
    current = os.umask(0o022)
    os.umask(current)
    return current


def _reason(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "no such file or directory"
    text = getattr(error, "strerror", None) or str(error)
    return text[:1].lower() + text[1:]


def _named(path: Path, excluded: _Exclude) -> Iterator[Target | Notice]:
    if excluded(path, is_folder=False):
        yield Notice(shown(path), "excluded by the configuration", "note")
    else:
        yield Target(path, shown(path), syntax_for(path.name) or "text")


def _has_target(folder: Path, targets: dict[str, Target]) -> bool:
    inside = os.path.join(os.path.realpath(folder), "")
    return any(real.startswith(inside) for real in targets)


def _walk(folder: Path, excluded: _Exclude) -> Iterator[Target | Notice]:
    if excluded(folder, is_folder=True):
        yield Notice(shown(folder), "excluded by the configuration", "note")
        return
    ignores = _ignores_above(folder)
    # Whoever names an ignored folder wants it checked.
    yield from _descend(folder, () if _is_ignored(folder, True, ignores) else ignores, excluded)


def _descend(folder: Path, ignores: tuple[_Ignore, ...], excluded: _Exclude) -> Iterator[Target | Notice]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield Notice(shown(folder), _reason(error), "error")
        return
    if any(entry.name == ".gitignore" for entry in entries):
        ignores = (*ignores, *_ignore_file(folder))
    for entry in entries:
        path = folder / entry.name
        is_folder = entry.is_dir(follow_symlinks=False)
        if not is_folder and syntax_for(entry.name) is None:
            continue
        reason = _why_not(entry, path, is_folder, ignores, excluded)
        if reason is not None:
            yield Notice(shown(path), reason, "skip")
        elif is_folder:
            yield from _descend(path, ignores, excluded)
        else:
            yield Target(path, shown(path), syntax_for(entry.name) or "text")


def _why_not(
    entry: os.DirEntry[str], path: Path, is_folder: bool, ignores: tuple[_Ignore, ...], excluded: _Exclude
) -> str | None:
    """Why a walk passes over `entry`, or None when it does not."""
    if entry.name.startswith("."):
        return "hidden"
    if is_folder and entry.name in VENDORED:
        return "vendored or generated folder"
    if entry.is_symlink():
        return "symbolic link"
    if not is_folder and not entry.is_file(follow_symlinks=False):
        return "not a regular file"
    if excluded(path, is_folder=is_folder):
        return "excluded by the configuration"
    if _is_ignored(path, is_folder, ignores):
        return "ignored by .gitignore"
    return None


@dataclass(frozen=True, slots=True)
class _Ignore:
    """The patterns of one .gitignore, which hold for what lies under its folder (an absolute path)."""

    folder: str
    spec: GitIgnoreSpec


class _Exclude:
    """The `exclude` setting. The pattern library is loaded only when there are patterns."""

    def __init__(self, patterns: Sequence[str], root: Path) -> None:
        self._root = os.path.abspath(root)
        self._spec = _spec(patterns) if patterns else None

    def __call__(self, path: Path, *, is_folder: bool) -> bool:
        if self._spec is None:
            return False
        relative = _relative(path, self._root, is_folder)
        return relative is not None and self._spec.match_file(relative)


def _spec(lines: Sequence[str]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(lines)


def _relative(path: Path, root: str, is_folder: bool) -> str | None:
    """`path` as a pattern sees it from `root`, folders with a slash at the end; None unless it lies below `root`."""
    absolute = os.path.abspath(path)
    prefix = os.path.join(root, "")
    if not absolute.startswith(prefix):
        return None
    return absolute[len(prefix) :].replace(os.sep, "/") + ("/" if is_folder else "")


def _is_ignored(path: Path, is_folder: bool, ignores: tuple[_Ignore, ...]) -> bool:
    """As git decides: the .gitignore closest to the file that has an opinion wins."""
    for ignore in reversed(ignores):
        relative = _relative(path, ignore.folder, is_folder)
        verdict = ignore.spec.check_file(relative).include if relative is not None else None
        if verdict is not None:
            return verdict
    return False


def _ignore_file(folder: Path) -> tuple[_Ignore, ...]:
    try:
        lines = (folder / ".gitignore").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return ()
    return (_Ignore(os.path.abspath(folder), _spec(lines)),)


def _ignores_above(folder: Path) -> tuple[_Ignore, ...]:
    """The .gitignore files between the top of the enclosing git work tree and `folder`, outermost first."""
    absolute = Path(os.path.abspath(folder))
    above = []
    for parent in (absolute, *absolute.parents):
        if (parent / ".git").exists():
            return tuple(ignore for ancestor in reversed(above) for ignore in _ignore_file(ancestor))
        above.append(parent.parent)
    return ()
