"""Patterns as .gitignore has them: for which paths they hold, and how they read from another folder.

A pattern in the settings may begin with `../`, which .gitignore does not know: it then holds from a folder above.
"""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from srlint.files.globs import pattern_class

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_UP = "../"
_SPECIAL = re.compile(r"([*?\[\]\\!# ])")


class Patterns:
    """Patterns that hold for what lies under the folder `root`; of those that match a path the last one decides.

    Paths are absolute and plain: no `..` and no doubled slashes. Lines that are no patterns hold for nothing.
    """

    def __init__(self, lines: Sequence[str], root: str) -> None:
        self.lines = tuple(lines)
        self.root = root
        self._prefix = os.path.join(root, "")
        self._spec = _spec(lines) if lines else None

    @classmethod
    def of_settings(cls, lines: Sequence[str], root: str) -> Patterns:
        """Those of a configuration file in `root`, which may begin with `../`."""
        if not any(_is_above(line) for line in lines):
            return cls(lines, root)
        highest = max(_split(line)[1] for line in lines)
        top = os.path.normpath(os.path.join(root, _UP * highest))
        return cls([moved(line, root, top) for line in lines], top)

    def verdict(self, path: str, is_folder: bool) -> bool | None:
        """Whether the patterns hold for the path; None when none of them says anything about it."""
        if self._spec is None or not path.startswith(self._prefix):
            return None
        relative = path[len(self._prefix) :]
        if os.sep != "/":
            relative = relative.replace(os.sep, "/")
        return self._spec.check_file(relative + "/" if is_folder else relative).include

    def hold(self, path: str, is_folder: bool) -> bool:
        """Whether the patterns hold for the path."""
        return self.verdict(path, is_folder) is True

    def sparing(self, folder: str) -> Patterns:
        """These patterns without those that hold for `folder` itself, and so for all that it contains."""
        if not self.hold(folder, is_folder=True):
            return self
        return Patterns([line for line in self.lines if not Patterns([line], self.root).hold(folder, True)], self.root)


@lru_cache(maxsize=1024)
def holds(pattern: str, root: str, path: str) -> bool:
    """Whether one pattern of the settings in `root` holds for the file `path`; with a leading `!`, whether it does not.

    All paths are absolute and plain.
    """
    negated = pattern.startswith("!")
    return _single(pattern[negated:], root).hold(path, is_folder=False) is not negated


@lru_cache(maxsize=256)
def _single(pattern: str, root: str) -> Patterns:
    return Patterns.of_settings([pattern], root)


def is_pattern(line: str) -> bool:
    """Whether `line` can hold for anything: not so blank lines, comments, and brackets that make no sense."""
    negated, _, body = _split(line)
    try:
        return bool(body.strip()) and all(p.include is not None for p in _compiled(["!" * negated + body]).patterns)
    except (ValueError, re.error):
        return False


def moved(line: str, source: str, target: str) -> str:
    """The pattern that means, from the folder `target`, what `line` means from the folder `source`.

    Both are absolute and on one drive.
    """
    negated, ups, body = _split(line)
    base = os.path.normpath(os.path.join(source, _UP * ups))
    way = os.path.relpath(base, target).replace(os.sep, "/").split("/")
    if not ups and way == ["."]:
        return line
    anchored = ups > 0 or "/" in body.rstrip("/")
    climbs = _UP * way.count("..")
    names = [_SPECIAL.sub(r"\\\1", name) for name in way if name not in (".", "..")]
    rest = body.lstrip("/") if anchored else f"**/{body}"
    return "!" * negated + (climbs or "/") + "/".join((*names, rest))


def _is_above(line: str) -> bool:
    return line.lstrip("!").startswith(_UP)


def _split(line: str) -> tuple[bool, int, str]:
    """Whether the pattern is negated, how many folders it climbs, and what is left of it."""
    negated = line.startswith("!")
    body, ups = line[negated:], 0
    while body.startswith(_UP):
        body, ups = body[len(_UP) :], ups + 1
    return negated, ups, body


def _spec(lines: Iterable[str]) -> GitIgnoreSpec:
    """As git does, a line that is no pattern is passed over."""
    try:
        return _compiled(lines)
    except (ValueError, re.error):
        return _compiled([line for line in lines if _compiles(line)])


def _compiles(line: str) -> bool:
    try:
        _compiled([line])
    except (ValueError, re.error):
        return False
    return True


def _compiled(lines: Iterable[str]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # brackets that a later Python may read in another way
        # The other engines that pathspec would take, where they are installed, do not know these expressions.
        return GitIgnoreSpec.from_lines(lines, pattern_class(), backend="simple")
