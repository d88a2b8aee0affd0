"""Where documents are judged: settings, models and cache of a review. All of it belongs to the worker's thread."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from srlint import files
from srlint.baseline import DEFAULT_NAME, Baseline
from srlint.checker import Checker, CheckOptions
from srlint.config import Resolver, Settings
from srlint.document import Document
from srlint.findings import Finding, Rewrite
from srlint.models.loaded import Models
from srlint.passages import passages
from srlint.review.state import FileState, Judged


class Bench:
    """Judges the documents of one review. `resolver` makes the settings anew, after they have changed."""

    def __init__(
        self,
        resolver: Callable[[], Resolver],
        folder: Path,
        *,
        find_baseline: bool,
        warn: Callable[[str], None],
        pause: Callable[[], None],
    ) -> None:
        self._make_resolver = resolver
        self._folder = folder
        self._find_baseline = find_baseline
        self._warn = warn
        self._resolver = resolver()
        self._models = Models(pause, jobs=self._resolver.for_folder(folder).jobs)
        self._checker = self._opened()

    def load(self, target: files.Target) -> tuple[bytes, FileState]:
        """What lies on disk, judged. Raises DocumentError, ModelError, ConfigError."""
        data = files.read(target.path)
        return data, FileState(target, self.judged(target, Document.from_bytes(data, target.syntax)))

    def judged(self, target: files.Target, document: Document) -> Judged:
        """Raises DocumentError for a document that cannot be read, ModelError, ConfigError."""
        checker, linter = self._checker, self._checker.linter(target)
        review = linter.check(document, checker.enabled(target), lambda review: checker.left(target, review))
        found = passages(document, self._settings(target).include_quotes).passages
        return Judged(document, review, tuple((passage.span, passage.text) for passage in found), linter.rewords)

    def another(self, target: files.Target, document: Document, finding: Finding, seen: Collection[str]) -> str | None:
        """One more text for a passage, that is not among those `seen`. Raises ModelError."""
        found: Rewrite | None = self._checker.linter(target).another(document, finding, seen)
        return None if found is None else found.text

    def renew(self) -> None:
        """Reads the settings again, which may have changed. Raises ConfigError; everything is then as it was."""
        self._resolver = self._make_resolver()
        self._checker.forget()
        self._checker = self._opened()

    @property
    def troubles(self) -> list[str]:
        """What servers failed at, one line each."""
        return [server.trouble for server in self._models.servers if server.trouble is not None]

    def close(self) -> None:
        """Lets go of the models and the cache."""
        self._checker.forget()
        self._models.close()

    def _settings(self, target: files.Target) -> Settings:
        return self._resolver.for_folder(target.path.parent)

    def _opened(self) -> Checker:
        settings = self._resolver.for_folder(self._folder)
        path = baseline_path(settings)
        known = settings.baseline is not None or (self._find_baseline and path.is_file())
        baseline = Baseline.load(path) if known else None
        return Checker(
            self._resolver, settings, CheckOptions(baseline=baseline), warn=self._warn, models=self._models
        )


def baseline_path(settings: Settings) -> Path:
    """The baseline of a project: the one that its settings name, or where one is expected."""
    return settings.baseline or (settings.root or Path.cwd()) / DEFAULT_NAME
