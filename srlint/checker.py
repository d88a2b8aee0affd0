"""One document of a run: under the settings of its folder, in the mode asked for, less what the author leaves out."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal

from srlint import files
from srlint.baseline import Baseline
from srlint.cache import Cache, open_cache, to_stderr
from srlint.config import Resolver, Settings
from srlint.document import Document
from srlint.errors import DocumentError
from srlint.findings import Review
from srlint.report import FileReport

if TYPE_CHECKING:
    from srlint.changed import Changes
    from srlint.linter import Linter
    from srlint.models.loaded import Models
    from srlint.server.remote import RemoteModel

# What opens a linter, as `Linter.open` does.
Opened = Callable[..., "Linter"]
# What to do with findings: report them, show what a fix would change, make it, or write comments that silence them.
Mode = Literal["report", "diff", "fix", "ignore"]
# The path that stands for standard input.
STDIN = "-"


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What to do with a document. `unsafe`: count rewrites worded by a model as applicable; `reason` goes into the
    comments of mode "ignore"; findings outside `changes` and those of the `baseline` are left out."""

    mode: Mode = "report"
    unsafe: bool = False
    reason: str = ""
    changes: Changes | None = None
    baseline: Baseline | None = None


class Checker:
    """Checks one target after the other; linters for different settings share the models and the cache."""

    def __init__(
        self,
        resolver: Resolver,
        settings: Settings,
        options: CheckOptions,
        *,
        warn: Callable[[str], None] = to_stderr,
        models: Models | None = None,
        opened: Opened | None = None,
    ) -> None:
        """`settings` are those of the run as a whole. `opened` opens linters, with the arguments of `Linter.open`."""
        self._resolver = resolver
        self._settings = settings
        self._options = options
        self._warn = warn
        self._opened = opened
        self._cache: Cache | None = None
        self._models = models
        self._linters: dict[Settings, Linter] = {}
        self._expected: dict[files.Target, tuple[bytes, Document] | DocumentError] = {}

    def __enter__(self) -> Checker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for linter in self._linters.values():
            linter.close()

    def check(self, target: files.Target) -> FileReport:
        """The report on one target, once it has been dealt with as the mode says. Raises DocumentError, ModelError."""
        opened = self._expected.pop(target, None) or _opened(target)
        if isinstance(opened, DocumentError):
            raise opened
        data, document = opened
        review = self._review(target, document)
        if self._options.mode == "report":
            return FileReport(target.name, review)
        if self._options.mode == "ignore":
            return self._ignored(target, review, data)
        from srlint.fixes import fix

        fixed = fix(review, lambda text: self._review(target, text), unsafe=self._options.unsafe)
        if self._options.mode == "fix":
            _write(target, fixed.review.document, data)
        return FileReport(target.name, fixed.review, fixed.rewritten, before=document)

    def expect(self, target: files.Target) -> int:
        """Begins with a target that `check` will be asked about later. Returns its length in code points.

        Raises nothing: what is wrong comes up when the target's turn has come.
        """
        try:
            data, document = self._expected[target] = _opened(target)
        except DocumentError as error:  # what comes from a pipe cannot be read again
            self._expected[target] = error
            return 0
        try:
            self.linter(target).expect(document)
        except Exception:
            return 0
        return len(document.text)

    def forget(self) -> None:
        """Lets go of the linters and their cache, but not of the models. The next check begins afresh."""
        self._linters.clear()
        cache, self._cache = self._cache, None
        if cache is not None:
            cache.close()

    def enabled(self, target: files.Target) -> frozenset[str]:
        """The categories that are looked for in this target."""
        settings = self._settings_for(target)
        return settings.enabled(_relative(_place(target), settings.root))

    @property
    def servers(self) -> tuple[RemoteModel, ...]:
        """Those that were asked, or would have been."""
        return self._models.servers if self._models is not None else ()

    def _review(self, target: files.Target, document: Document) -> Review:
        return self.linter(target).check(document, self.enabled(target), lambda review: self.left(target, review))

    def left(self, target: files.Target, review: Review) -> Review:
        """The review without what has not changed and what the baseline accepts."""
        findings = review.findings
        if self._options.changes is not None:
            from srlint.changed import overlaps, touched

            lines = touched(self._options.changes.before(target.path), review.document)
            findings = tuple(finding for finding in findings if overlaps(finding.span, lines))
        review = replace(review, findings=findings)
        baseline = self._options.baseline
        return baseline.accept(target.name, review, self.enabled(target)) if baseline is not None else review

    def _ignored(self, target: files.Target, review: Review, data: bytes) -> FileReport:
        """Every finding gets a comment that silences it; what is left afterwards could not be given one."""
        from srlint.edits import apply
        from srlint.suppress.ignores import add_ignores

        document = review.document
        edits = add_ignores(review, self._options.reason)
        if not edits:
            return FileReport(target.name, review)
        after = self._review(target, Document(apply(document.text, edits), document.syntax, document.bom))
        _write(target, after.document, data)
        silenced = len(review.findings) - len(after.findings)
        return FileReport(target.name, after, silenced=silenced, before=document)

    def _settings_for(self, target: files.Target) -> Settings:
        return self._resolver.for_folder(_place(target).parent)

    def linter(self, target: files.Target) -> Linter:
        """The linter under the settings of the target's folder. Raises ConfigError, ModelError."""
        return self._linter(self._settings_for(target))

    def _linter(self, settings: Settings) -> Linter:
        from srlint.linter import Linter
        from srlint.models.loaded import Models

        if settings not in self._linters:
            self._cache = self._cache or open_cache(self._settings, self._warn)
            self._models = self._models or Models(jobs=self._settings.jobs)
            opened = self._opened or Linter.open
            self._linters[settings] = opened(settings, warn=self._warn, models=self._models, cache=self._cache)
        return self._linters[settings]


def _opened(target: files.Target) -> tuple[bytes, Document]:
    data = _read(target)
    return data, Document.from_bytes(data, target.syntax)


def _place(target: files.Target) -> Path:
    """Where the document lies, or would: standard input lies where its name says."""
    return Path(target.name) if target.path == Path(STDIN) else target.path


def pass_on() -> None:
    """Standard input to standard output, unchanged."""
    sys.stdout.buffer.write(_read_stdin())
    sys.stdout.buffer.flush()


def _read(target: files.Target) -> bytes:
    return _read_stdin() if target.path == Path(STDIN) else files.read(target.path)


def _read_stdin() -> bytes:
    if sys.stdin is None:
        raise DocumentError("standard input is closed")
    return files.capped(sys.stdin.buffer.read(files.MAX_BYTES + 1))


def _write(target: files.Target, document: Document, data: bytes) -> None:
    """Put the document where it came from. Standard input goes to standard output, as in any filter."""
    new = document.to_bytes()
    if target.path == Path(STDIN):
        sys.stdout.buffer.write(new)
        sys.stdout.buffer.flush()
    elif new != data:
        files.write(target.path, new, expected=data)


def _relative(path: Path, root: Path | None) -> str | None:
    """The path as patterns of a configuration file in `root` see it; None when it lies elsewhere."""
    relative = os.path.relpath(os.path.abspath(path), root or Path.cwd()).replace(os.sep, "/")
    return None if relative.startswith("../") else relative
