"""What has changed since a git revision, for runs that look at new words only."""

from __future__ import annotations

import os
import subprocess
from difflib import SequenceMatcher
from functools import cached_property
from pathlib import Path

from srlint.document import LINE_END, Document, Span
from srlint.errors import ConfigError, DocumentError

# The settings of a repository that came with its work tree may name a program for git to run when it looks for changes.
# And git would note in its index which files only look changed: to look is no reason to lock and write it.
_LOOK_ONLY = ("-c", "core.fsmonitor=false", "-c", "diff.autoRefreshIndex=false")


class Changes:
    """The work tree around `folder` compared with `revision`.

    Raises ConfigError when there is no git, no work tree, or no such revision.
    """

    def __init__(self, revision: str, folder: Path) -> None:
        self._folder = folder
        self._top = Path(self._git("rev-parse", "--show-toplevel", why="not inside a git work tree").strip())
        self._revision = self._commit(revision)

    def before(self, path: Path) -> str | None:
        """The text of the file at the revision, under its name then; None when it was not there, or was no text.

        Ask only about files that `touches`: the others are as they were.
        """
        name = self._relative(path)
        shown = self._run("cat-file", "blob", f"{self._revision}:{self._renamed.get(name, name)}")
        try:
            return None if shown.returncode else Document.from_bytes(shown.stdout, "text").text
        except DocumentError:  # no text then: all of it is new now
            return None

    def touches(self, path: Path) -> bool:
        """Whether the file differs from the one at the revision, or is new."""
        return self._relative(path) in self._touched

    @cached_property
    def _touched(self) -> frozenset[str]:
        changed = self._git("diff", "--name-only", "--no-renames", "-z", self._revision, "--")
        new = self._git("ls-files", "--others", "--exclude-standard", "-z", "--full-name", ":/")
        return frozenset(filter(None, (changed + new).split("\0")))

    @cached_property
    def _renamed(self) -> dict[str, str]:
        """The names that files had at the revision, by the ones they have now."""
        told = self._git("diff", "--name-status", "--find-renames", "--diff-filter=R", "-z", self._revision, "--")
        fields = told.split("\0")  # status, old, new, status, …
        return dict(zip(fields[2::3], fields[1::3], strict=False))

    def _relative(self, path: Path) -> str:
        return os.path.relpath(os.path.realpath(path), os.path.realpath(self._top)).replace(os.sep, "/")

    def _commit(self, revision: str) -> str:
        found = self._run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        if found.returncode == 0:
            return found.stdout.decode("utf-8", "surrogateescape").strip()
        if revision == "HEAD":
            # A repository without a commit: compared with the empty tree, everything is new.
            return self._git("hash-object", "-t", "tree", os.devnull).strip()
        hint = f"; for the path write --changed=HEAD {revision}" if revision and Path(revision).exists() else ""
        raise ConfigError(f"--changed: no such git revision: {revision!r}{hint}")

    def _git(self, *arguments: str, why: str = "") -> str:
        done = self._run(*arguments)
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["git failed"]
            raise ConfigError(f"--changed: {why or said[-1]}")
        return done.stdout.decode("utf-8", "surrogateescape")

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        try:
            return subprocess.run(
                ["git", *_LOOK_ONLY, *arguments],
                cwd=self._folder,
                env=os.environ | {"GIT_OPTIONAL_LOCKS": "0"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
            )
        except FileNotFoundError:
            raise ConfigError("--changed: needs git, which was not found") from None


def touched(before: str | None, document: Document) -> list[Span]:
    """The stretches of the document's lines that are not in `before`; where lines only went away, an empty one.

    `before` None: everything is new.
    """
    if before is None:
        return [Span(0, len(document.text))]
    starts = (*document.line_starts, len(document.text))
    old, new = _lines(before), _lines(document.text)
    head = _alike(old, new)
    tail = _alike(old[head:][::-1], new[head:][::-1])
    # What lies between is short, as a rule. In a long one, lines that are all over it, such as blank ones, are matched
    # only beside others (`autojunk`): to compare each with each would take minutes.
    matcher = SequenceMatcher(None, old[head : len(old) - tail], new[head : len(new) - tail])
    differing = [(first, last) for kind, _, _, first, last in matcher.get_opcodes() if kind != "equal"]
    return [Span(starts[head + first], starts[head + last]) for first, last in differing]


def _alike(one: list[str], other: list[str]) -> int:
    """How many lines at the beginning are the same."""
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def overlaps(span: Span, stretches: list[Span]) -> bool:
    """Whether a passage has changed: it shares a character with a stretch, or an empty one lies inside it."""
    return any(
        stretch.start < span.end and span.start < stretch.end if len(stretch) else span.start < stretch.start < span.end
        for stretch in stretches
    )


def _lines(text: str) -> list[str]:
    # As lines are counted everywhere here, without their ends: a change of line ends changes no words.
    return LINE_END.split(text)
