"""Findings that a project has accepted for now.

An entry is known by its category and the letters of its passage, so that moved lines, new line breaks and changed
punctuation leave it what it is.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from itertools import groupby
from pathlib import Path

from srlint import files
from srlint.baseline.file import Entry, Key, parse, render
from srlint.categories import SUPPRESSION
from srlint.errors import ConfigError, DocumentError
from srlint.findings import Finding, Review
from srlint.report import FileReport
from srlint.suppress import without

DEFAULT_NAME = ".srlint-baseline.json"
_MAX_BYTES = 100_000_000
_TEXT_LENGTH = 80  # characters of a passage, so that people can tell the entries apart
_JSON_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)


@dataclass(slots=True)
class _Outcome:
    """What a run found in one file: all there is, what of it was known, and which categories were looked for."""

    seen: dict[Key, Entry]
    known: Counter[Key]
    borrowed: Counter[tuple[str, Key]]  # from files that are gone
    judged: frozenset[str] | None


class Baseline:
    """The accepted findings of a project. Files are known by their absolute path; `accept` keeps account of a run."""

    def __init__(self, entries: Mapping[str, Iterable[Entry]] | None = None) -> None:
        """`entries` by absolute path. Of two entries for one passage in one file the larger count holds."""
        self._files = {name: _merged(rows) for name, rows in sorted((entries or {}).items())}
        self._files = {name: rows for name, rows in self._files.items() if rows}
        self._outcomes: dict[str, _Outcome] = {}

    @classmethod
    def load(cls, path: Path) -> Baseline:
        """The baseline in a file. Raises ConfigError, naming the file, when it is missing, damaged or too new."""
        try:
            data = files.content(path, _MAX_BYTES)
        except FileNotFoundError as error:
            raise ConfigError(f"{files.shown(path)}: no such baseline; make it with --write-baseline") from error
        except (OSError, DocumentError) as error:
            told = getattr(error, "strerror", None) or error
            raise ConfigError(f"{files.shown(path)}: baseline cannot be read: {told}") from error
        if len(data) > _MAX_BYTES:
            raise ConfigError(f"{files.shown(path)}: baseline is larger than {_MAX_BYTES // 1_000_000} MB, not read")
        folder = os.path.dirname(os.path.abspath(path))
        entries: dict[str, list[Entry]] = {}
        for name, rows in parse(Path(files.shown(path)), data).items():
            entries.setdefault(_absolute(name, folder), []).extend(rows)
        return cls(entries)

    @classmethod
    def of(cls, reports: Iterable[FileReport]) -> Baseline:
        """A baseline of all that the reports hold."""
        baseline = cls()
        for report in reports:
            baseline.accept(report.name, report.review)
        return baseline.recorded()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Baseline) and self._files == other._files

    def __len__(self) -> int:
        """How many findings are accepted."""
        return sum(entry.count for rows in self._files.values() for entry in rows.values())

    def accept(self, name: str, review: Review, judged: frozenset[str] | None = None) -> Review:
        """The review of the file `name` without what is known, at most `count` of each, those that come first.

        A finding with a known and a new category keeps the new one. What a file that is gone has left serves any other:
        it may have been renamed. `judged` are the categories that were looked for (None: all). A second call for a file
        takes the place of the first.
        """
        name = _absolute(name, os.getcwd())
        self._outcomes.pop(name, None)
        outcome = self._outcomes[name] = _Outcome({}, Counter(), Counter(), judged)
        left = []
        for finding in review.findings:
            text = normalised(review, finding)
            passage = _digest(text)
            known = [category for category in finding.categories if self._take(name, outcome, (category, passage))]
            self._see(outcome, review, finding, passage)
            kept = without(finding, known)
            if kept is not None:
                left.append(kept)
        return replace(review, findings=tuple(left))

    def counted(self, name: str, review: Review, finding: Finding, by: int) -> Baseline:
        """The baseline with one finding of the file `name` accepted `by` times more; with -1 once less."""
        name = _absolute(name, os.getcwd())
        outcome = _Outcome({}, Counter(), Counter(), None)
        self._see(outcome, review, finding, _digest(normalised(review, finding)))
        rows = dict(self._files.get(name, {}))
        for key, entry in outcome.seen.items():
            old = rows.pop(key, replace(entry, count=0))
            if old.count + by > 0:
                rows[key] = replace(old, count=old.count + by)
        return Baseline({**{other: own.values() for other, own in self._files.items()}, name: rows.values()})

    def recorded(self) -> Baseline:
        """What `--write-baseline` keeps: all that was found in the files of this run, and the entries of the others."""
        found = {name: self._unjudged(name) + list(outcome.seen.values()) for name, outcome in self._outcomes.items()}
        return Baseline({**self._unchecked(), **found})

    def pruned(self) -> Baseline:
        """The baseline without what is no longer there, after every file of the run has been through `accept`.

        Only files that were checked lose entries, and only in categories that were looked for; entries that served a
        renamed file move to it. Those left of a file that is gone go too, once all other files of the baseline were
        checked: before that its new name may not have been.
        """
        kept: dict[str, list[Entry]] = self._unchecked()
        for name, outcome in self._outcomes.items():
            old = self._files.get(name, {})
            rows = self._unjudged(name)
            for key, count in outcome.known.items():
                rows.append(replace(old.get(key, outcome.seen[key]), count=count))
            kept[name] = rows
        return Baseline(kept)

    def save(self, path: Path) -> bool:
        """Write the baseline unless the file says the same already; whether it was written.

        Raises DocumentError, naming the file, when it cannot be written; the file is then as it was.
        """
        before = None
        try:
            before = files.content(path, _MAX_BYTES)
            if Baseline.load(path) == self:
                return False
        except (OSError, ConfigError, DocumentError):
            pass  # missing or damaged: written anew
        try:
            files.write(path, render(self._named(path)), expected=before)
        except DocumentError as error:
            raise DocumentError(f"{files.shown(path)}: baseline {error}") from error
        return True

    def _named(self, path: Path) -> dict[str, list[Entry]]:
        """The entries by the name of their file as seen from the folder of the baseline, with forward slashes."""
        folder = os.path.dirname(os.path.abspath(path))
        return {_relative(name, folder): list(rows.values()) for name, rows in self._files.items()}

    @cached_property
    def _gone(self) -> frozenset[str]:
        """The files that were no longer there when this was first asked."""
        return frozenset(name for name in self._files if not _exists(name))

    def _take(self, name: str, outcome: _Outcome, key: Key) -> bool:
        """Whether one more finding is known, of the file itself or of one that is gone."""
        own = self._files.get(name, {}).get(key)
        if own is not None and outcome.known[key] - _total(outcome.borrowed, key) < own.count:
            outcome.known[key] += 1
            return True
        for gone in sorted(self._gone - {name}):
            if self._left(gone, key) > 0:
                outcome.borrowed[gone, key] += 1
                outcome.known[key] += 1
                return True
        return False

    def _left(self, gone: str, key: Key) -> int:
        entry = self._files[gone].get(key)
        if entry is None:
            return 0
        return entry.count - sum(outcome.borrowed[gone, key] for outcome in self._outcomes.values())

    def _see(self, outcome: _Outcome, review: Review, finding: Finding, passage: str) -> None:
        source = review.document.text[finding.span.start : finding.span.end]
        text = " ".join(source.split())[:_TEXT_LENGTH]
        for category in finding.categories:
            if category != SUPPRESSION:  # mistakes in comments are to be mended, not accepted
                old = outcome.seen.get((category, passage), Entry(category, passage, 0, text))
                outcome.seen[old.key] = replace(old, count=old.count + 1)

    def _unjudged(self, name: str) -> list[Entry]:
        """The entries of a checked file that the run could neither confirm nor deny."""
        judged = self._outcomes[name].judged
        entries = self._files.get(name, {}).values()
        return [] if judged is None else [entry for entry in entries if entry.category not in judged]

    def _unchecked(self) -> dict[str, list[Entry]]:
        """The entries of the files that were not part of the run, of a file that is gone only those not yet served."""
        others = {name for name in self._files if name not in self._gone}
        complete = bool(others) and others <= self._outcomes.keys()
        kept: dict[str, list[Entry]] = {}
        for name, rows in self._files.items():
            if name in self._gone:
                left = [replace(entry, count=self._left(name, entry.key)) for entry in rows.values()]
                kept[name] = [] if complete else [entry for entry in left if entry.count > 0]
            elif name not in self._outcomes:
                kept[name] = list(rows.values())
        return kept


def normalised(review: Review, finding: Finding) -> str:
    """The letters and digits of the finding's passage, without comments and case, in compatibility form (NFKC)."""
    source, (start, end) = review.document.text, (finding.span.start, finding.span.end)
    parts, done = [], start
    for comment in review.comments:
        if comment.span.start < end and comment.span.end > start:
            parts.append(source[done : max(comment.span.start, done)])
            done = max(done, comment.span.end)
    text = "".join([*parts, source[done:end]])
    if review.document.syntax == "jupyter":
        text = _JSON_ESCAPE.sub(lambda escape: chr(int(escape[1], 16)) if escape[1] else " ", text)
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _total(borrowed: Counter[tuple[str, Key]], key: Key) -> int:
    return sum(count for (_, other), count in borrowed.items() if other == key)


def _merged(rows: Iterable[Entry]) -> dict[Key, Entry]:
    found: dict[Key, Entry] = {}
    for _, same in groupby(sorted(rows), key=lambda entry: entry.key):
        entry = max(same, key=lambda entry: entry.count)
        found[entry.key] = entry
    return found


def _absolute(name: str, folder: str) -> str:
    """One name for one file: systems differ in how they spell an accented letter in it."""
    return unicodedata.normalize("NFC", os.path.normpath(os.path.join(folder, name)))


def _exists(name: str) -> bool:
    return any(os.path.lexists(unicodedata.normalize(form, name)) for form in ("NFC", "NFD"))


def _relative(name: str, folder: str) -> str:
    with suppress(ValueError):  # on another drive
        name = os.path.relpath(name, unicodedata.normalize("NFC", folder))
    return name.replace(os.sep, "/")
