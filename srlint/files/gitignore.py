"""What git ignores in a folder: the .gitignore files, those of one clone, and those of one person."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from srlint.errors import DocumentError
from srlint.files.patterns import Patterns
from srlint.files.regular import MAX_BYTES, content

_SECTION = re.compile(r'\s*\[\s*([\w.-]+)\s*("[^"]*")?\s*\]')
_EXCLUDES = re.compile(r"\s*excludesfile\s*=\s*(.*?)\s*$", re.IGNORECASE)


def is_ignored(path: str, is_folder: bool, ignores: tuple[Patterns, ...]) -> bool:
    """As git decides: of `ignores`, outermost first, the last that has an opinion wins."""
    for patterns in reversed(ignores):
        verdict = patterns.verdict(path, is_folder)
        if verdict is not None:
            return verdict
    return False


def of_folder(folder: str) -> tuple[Patterns, ...]:
    """The patterns of the .gitignore in `folder`, an absolute path; nothing when it cannot be read."""
    return _read(os.path.join(folder, ".gitignore"), folder)


def above(folder: str) -> tuple[Patterns, ...]:
    """What holds for `folder` from outside it, outermost first; nothing outside of a git work tree.

    That is core.excludesFile, info/exclude, and the .gitignore files from the top of the work tree down.
    """
    between: list[str] = []
    for parent in _upwards(folder):
        if os.path.lexists(os.path.join(parent, ".git")):
            home = _git_folder(parent)
            own = _read(os.path.join(home, "info", "exclude"), parent) if home else ()
            files = (ignore for ancestor in reversed(between) for ignore in of_folder(ancestor))
            return (*_read(_excludes_file(home), parent), *own, *files)
        between.append(os.path.dirname(parent))
    return ()


def _upwards(folder: str) -> Iterator[str]:
    while True:
        yield folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return
        folder = parent


def _read(file: str, root: str) -> tuple[Patterns, ...]:
    text = _text(file)
    # Only these line ends are git's: a form feed, say, may stand in a name.
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    return (Patterns(lines, root),) if text.strip() else ()


def _text(file: str) -> str:
    """The text of a regular file that is not too large to be one of git's; otherwise nothing."""
    try:
        data = content(Path(file))
    except (OSError, ValueError, DocumentError):
        return ""
    return data.decode("utf-8-sig", "surrogateescape") if len(data) <= MAX_BYTES else ""


def _git_folder(top: str) -> str | None:
    """Where git keeps what all work trees of a clone share. In a linked work tree `.git` is a file that leads there."""
    path = os.path.join(top, ".git")
    if os.path.isdir(path):
        return path
    label, _, folder = _text(path).strip().partition(": ")
    if label != "gitdir":
        return None
    folder = os.path.join(top, folder)
    return os.path.join(folder, _text(os.path.join(folder, "commondir")).strip())


def _excludes_file(home: str | None) -> str:
    """core.excludesFile, from the files of the person and of the clone. What these include is not followed."""
    user = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    named = os.environ.get("GIT_CONFIG_GLOBAL")
    own = [named] if named is not None else [os.path.join(user, "git", "config"), os.path.expanduser("~/.gitconfig")]
    found = os.path.join(user, "git", "ignore")
    for file in (*own, *([os.path.join(home, "config")] if home else [])):
        for value in _core_excludes(_text(file)):
            found = os.path.expanduser(value)
    return found


def _core_excludes(text: str) -> Iterator[str]:
    section = None
    for line in text.splitlines():
        if heading := _SECTION.match(line):
            section = None if heading.group(2) else heading.group(1).lower()
            line = line[heading.end() :]
        if section == "core" and "\0" not in line and (value := _EXCLUDES.match(line)):
            yield value.group(1).strip('"')
