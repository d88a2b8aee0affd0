"""The only composition: a document in, a review out. Cache, then judgement, then what the author chose to hear of."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence, Set
from dataclasses import replace
from functools import cache
from hashlib import sha256
from importlib import resources
from types import TracebackType
from typing import TypeVar

from srlint import __version__, prompt, suppress
from srlint.cache import Cache, open_cache, to_stderr
from srlint.config import Settings
from srlint.detector import model_digest
from srlint.document import Document, Span
from srlint.edits import apply, diff, project, reads_as
from srlint.findings import Edit, Finding, Review, Rewrite, Skipped
from srlint.judge import Judge
from srlint.models.embedded import NotInstalledError
from srlint.models.loaded import LanguageModel, Models
from srlint.passages import Parsed, Passage, passages
from srlint.selection import graded, select
from srlint.server.remote import RemoteModel
from srlint.verdict import (
    Outcome,
    Verdict,
    outcome_from_bytes,
    outcome_to_bytes,
    verdict_from_bytes,
    verdict_to_bytes,
)

Stored = TypeVar("Stored")
# What of a review a caller reports.
Left = Callable[[Review], Review]
# The places of the passages that would be reported, by the verdicts on all of a document's passages.
Reported = Callable[[Sequence[Verdict]], Set[int]]


class Linter:
    """Checks documents under one set of settings. Models are loaded when a passage first needs them."""

    def __init__(self, settings: Settings, models: Models, cache: Cache, warn: Callable[[str], None]):
        self._settings = settings
        self._models = models
        self._cache = cache
        language = _language_model(settings, models, warn)
        self._complete = language is not None
        self.judge = Judge(settings, models, language)
        self._memory: dict[bytes, Verdict] = {}
        self._salt = _salt(settings, self.judge.terms.digest, language.digest if language else None)

    @classmethod
    def open(
        cls,
        settings: Settings,
        warn: Callable[[str], None] = to_stderr,
        *,
        models: Models | None = None,
        cache: Cache | None = None,
    ) -> Linter:
        """Raises ConfigError for bad terms, ModelError for a model that was asked for and cannot be used.

        Without the `embedded` extra the run goes on with detector and term list, after one call of `warn`. Linters may
        share `models` and `cache`; whoever closes one of them closes both for all.
        """
        return cls(settings, models or Models(), cache or open_cache(settings, warn), warn)

    def __enter__(self) -> Linter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the models and the cache."""
        self._models.close()
        self._cache.close()

    def check(
        self, document: Document, enabled: frozenset[str] | None = None, left: Left = lambda review: review
    ) -> Review:
        """Findings of the `enabled` categories (None: those of the settings), less those that comments silence.

        `left` takes away what the caller does not report either, so that no server hears of it; it may be called twice.
        Raises DocumentError, ModelError.
        """
        enabled = self._settings.enabled(None) if enabled is None else enabled

        def chosen(outcome: Outcome) -> Review:
            return left(self._chosen(document, outcome, enabled))

        return chosen(self._outcome(document, chosen))

    def _chosen(self, document: Document, outcome: Outcome, enabled: frozenset[str]) -> Review:
        chosen = replace(outcome.review(document), findings=select(outcome, self._settings, enabled))
        # Without a language model fewer passages may be found, so that a comment only looks as if it did nothing.
        left = suppress.apply(chosen, enabled, unused=self._complete)
        return replace(left, findings=graded(left.findings, outcome.asked, self._settings))

    def _outcome(self, document: Document, chosen: Callable[[Outcome], Review]) -> Outcome:
        """What the models say of the document, from the cache if it was checked before, byte for byte."""
        key = sha256(self._salt + f"{document.syntax}\0{document.text}".encode()).digest()
        known = self._remembered([key], outcome_from_bytes)
        if key not in known:
            known[key] = self._judged(document, chosen)
            if known[key].lasting:
                self._cache.put_many({key: outcome_to_bytes(known[key])})
        return known[key]

    def _judged(self, document: Document, chosen: Callable[[Outcome], Review]) -> Outcome:
        parsed = passages(document, self._settings.include_quotes)

        def reported(verdicts: Sequence[Verdict]) -> Set[int]:
            review = chosen(self._made(document, parsed, verdicts))
            whole = {(finding.span, finding.categories) for finding in review.findings}
            placed = enumerate(zip(parsed.passages, verdicts, strict=True))
            # One that has lost a category is offered no rewrite.
            return {at for at, (passage, verdict) in placed if (passage.span, verdict.categories) in whole}

        return self._made(document, parsed, self.verdicts(document, parsed.passages, reported))

    def _made(self, document: Document, parsed: Parsed, verdicts: Sequence[Verdict]) -> Outcome:
        found, skipped, comments = parsed
        placed = list(zip(found, verdicts, strict=True))
        flagged = [(passage, verdict) for passage, verdict in placed if verdict.categories]
        excused = [Skipped(passage.span, verdict.skipped) for passage, verdict in placed if verdict.skipped]
        return Outcome(
            # Without a finding nobody asks for the threshold, and asking could load a model.
            bar=self.judge.bar if flagged else 0.0,
            # A caption or a note is read after the block it stands in, but reported where it stands.
            findings=tuple(
                sorted(
                    (_finding(document, passage, verdict) for passage, verdict in flagged),
                    key=lambda finding: finding.span,
                )
            ),
            asked={passage.span: verdict.severity for passage, verdict in flagged if verdict.severity is not None},
            skipped=tuple(sorted((*skipped, *excused), key=lambda item: item.span)),
            comments=comments,
            lasting=all(verdict.lasting for verdict in verdicts),
        )

    def verdicts(self, document: Document, found: Sequence[Passage], reported: Reported | None = None) -> list[Verdict]:
        """The verdict on each of the document's passages, from memory, from the cache, or new.

        A server hears only of those that are `reported` (None: of all).
        """
        keys = [self._key(document, passage) for passage in found]
        unknown = [key for key in dict.fromkeys(keys) if key not in self._memory]
        self._memory.update(self._remembered(unknown, verdict_from_bytes))
        missing = {key: passage for key, passage in zip(keys, found, strict=True) if key not in self._memory}
        left_alone: set[bytes] = set()

        def wanted(drafts: Sequence[Verdict]) -> list[bool]:
            drafted = dict(zip(missing, drafts, strict=True))
            places = reported([drafted.get(key) or self._memory[key] for key in keys]) if reported else range(len(keys))
            left_alone.update(missing.keys() - {keys[at] for at in places})
            return [key not in left_alone for key in missing]

        made: dict[bytes, Verdict] = {}
        if missing:
            judged = self.judge.judge(
                list(missing.values()),
                lambda passage, new: _fits(document, passage, new, self._settings.include_quotes),
                wanted,
            )
            made = dict(zip(missing, judged, strict=True))
            # Another document may want what this one does not.
            self._memory.update({key: verdict for key, verdict in made.items() if key not in left_alone})
            lasting = {key: verdict for key, verdict in made.items() if verdict.lasting}
            self._cache.put_many({key: verdict_to_bytes(verdict) for key, verdict in lasting.items()})
        return [made.get(key) or self._memory[key] for key in keys]

    def _remembered(self, keys: Sequence[bytes], read: Callable[[bytes], Stored]) -> dict[bytes, Stored]:
        """What the cache knows of `keys`. An entry that makes no sense is as good as none."""
        known = {}
        for key, value in self._cache.get_many(keys).items():
            try:
                known[key] = read(value)
            except (ValueError, TypeError, IndexError, KeyError):
                continue
        return known

    def _key(self, document: Document, passage: Passage) -> bytes:
        """All that a verdict hangs on: the text, the sentence before, and the source, whose markup edits must spare."""
        source = document.text[passage.span.start : passage.span.end]
        own = "\x00".join((document.syntax, passage.text, passage.before, source))
        return sha256(self._salt + own.encode("utf-8", "surrogatepass")).digest()


def _salt(settings: Settings, terms: str, model: str | None) -> bytes:
    """What every verdict hangs on, apart from the text."""
    judged_by = [__version__, _code_digest(), model_digest(), prompt.fingerprint(), terms, model]
    asked = [
        settings.threshold,
        sorted(dict(settings.thresholds).items()),
        sorted(dict(settings.terms_severity).items()),
        sorted(dict(settings.severity).items()),
        sorted(settings.allow),
        settings.include_quotes,
    ]
    return json.dumps([judged_by, asked]).encode()


@cache
def _code_digest() -> str:
    """Tells one state of srlint's own code from another, since two may bear the same version."""
    digest = sha256()
    folders = [resources.files("srlint")]
    while folders:
        for entry in sorted(folders.pop().iterdir(), key=lambda entry: entry.name):
            if entry.is_dir() and entry.name != "__pycache__":
                folders.append(entry)
            elif entry.name.endswith((".py", ".json")):
                digest.update(entry.read_bytes())
    return digest.hexdigest()


def _language_model(
    settings: Settings, models: Models, warn: Callable[[str], None]
) -> LanguageModel | RemoteModel | None:
    if not settings.use_model:
        return None
    if settings.server is not None:
        return models.server(settings.server, settings.server_model, settings.server_jobs)
    try:
        language = models.language(settings.model)
        for caution in models.cautions(settings.model):
            warn(caution)
        return language
    except NotInstalledError as error:
        if settings.model is not None:
            raise
        warn(f"no rewrites by a language model: {error}")
        return None


def _fits(document: Document, passage: Passage, new: str, include_quotes: bool) -> bool:
    """Whether the document can be edited so that the passage reads `new` and nothing else changes."""
    edits = project(diff(passage.text, new), passage)
    return edits is not None and reads_as(document, passage, edits, new, include_quotes)


def _finding(document: Document, passage: Passage, verdict: Verdict) -> Finding:
    """The verdict on a flagged passage in the document's own code points."""
    return Finding(
        span=passage.span,
        categories=verdict.categories,
        probability=verdict.probability,
        marks=tuple(passage.map.cover(mark.start, mark.end) for mark in verdict.marks),
        message=verdict.message,
        rewrite=_rewrite(document, passage, verdict),
    )


def _rewrite(document: Document, passage: Passage, verdict: Verdict) -> Rewrite | None:
    if verdict.rewrite is None:
        return None
    edits = project(diff(passage.text, verdict.rewrite), passage)
    if not edits:
        return None
    start = passage.span.start
    moved = [Edit(Span(edit.span.start - start, edit.span.end - start), edit.text) for edit in edits]
    text = apply(document.text[start : passage.span.end], moved)
    return Rewrite(text, edits, verdict.safety)
