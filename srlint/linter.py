"""The only composition: a document in, a review out. Cache, then judgement, then what the author chose to hear of."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

from srlint import __version__, prompt, suppress
from srlint.cache import Cache, open_cache, to_stderr
from srlint.config import Settings
from srlint.document import Document
from srlint.findings import Finding, Review, Rewrite, Skipped
from srlint.models.embedded import NotInstalledError
from srlint.models.loaded import Models
from srlint.parallel import once
from srlint.selection import graded, select
from srlint.shipped import code_digest, model_digest, screen_digest, tagger_digest, terms_digest, wordings_digest
from srlint.verdict import (
    Outcome,
    Verdict,
    outcome_from_bytes,
    outcome_to_bytes,
    verdict_from_bytes,
    verdict_to_bytes,
)

if TYPE_CHECKING:
    from srlint.judge import Begun, Judge
    from srlint.models.loaded import LanguageModel
    from srlint.passages import Parsed, Passage
    from srlint.server.remote import RemoteModel

Stored = TypeVar("Stored")
# What of a review a caller reports.
Left = Callable[[Review], Review]
# The places of the passages that would be reported, by the verdicts on all of a document's passages.
Reported = Callable[[Sequence[Verdict]], Set[int]]
# More verdicts than this are not kept in memory from one document to the next.
_MOST_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class _Started:
    """Passages by the keys of their verdicts: those that are known, and the missing ones, which the detector reads."""

    keys: Sequence[bytes]
    known: Mapping[bytes, Verdict]
    missing: Mapping[bytes, Passage]
    begun: Begun


@dataclass(frozen=True, slots=True)
class _Opened:
    """A document taken apart, and what has begun on it."""

    parsed: Parsed
    started: _Started


class Linter:
    """Checks documents under one set of settings. Models are loaded when a passage first needs them."""

    def __init__(self, settings: Settings, models: Models, cache: Cache, warn: Callable[[str], None]):
        self._settings = settings
        self._models = models
        self._cache = cache
        self._language = language = _language_model(settings, models, warn)
        own_terms = settings.terms_add or settings.terms_remove
        self._memory: dict[bytes, Verdict] = {}
        self._expected: dict[bytes, Outcome | _Opened] = {}
        self._ahead: dict[bytes, Callable[[], Verdict]] = {}
        terms = self.judge.terms.digest if own_terms else terms_digest()
        self._salt = _salt(settings, terms, language.digest if language else None)

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

    def expect(self, document: Document) -> None:
        """Begins with a document that `check` will be asked about later: the detector reads it in the meantime.

        It makes no difference to what `check` says. Raises DocumentError, ModelError.
        """
        key = self._document_key(document)
        if key not in self._expected:
            known = self._remembered([key], outcome_from_bytes).get(key) or self._opened(document)
            self._expected[key] = known
            if isinstance(known, _Opened):
                self._begin_judging(document, known.started)

    def _begin_judging(self, document: Document, started: _Started) -> None:
        """Passages of different documents are judged side by side: few documents have several that are flagged."""
        new = {place: key for place, key in enumerate(started.missing) if key not in self._ahead}
        begun = once(lambda: [started.begun()[place] for place in new])
        verdicts = self.judge.ahead([started.missing[key] for key in new.values()], self._fitting(document), begun)
        self._ahead.update(zip(new.values(), verdicts, strict=False))

    @cached_property
    def judge(self) -> Judge:
        """What judges passages. A run that the cache can answer never loads it. Raises ConfigError for bad terms."""
        from srlint.judge import Judge

        return Judge(self._settings, self._models, self._language)

    @property
    def rewords(self) -> bool:
        """Whether there is a language model to word rewrites."""
        return self._language is not None

    def another(self, document: Document, finding: Finding, seen: Collection[str]) -> Rewrite | None:
        """One more rewrite of a passage, whose text is not among those `seen`; None when there is no more.

        It passes every check, as those offered did, but srlint is less sure that it keeps the meaning. None too where
        the finding has lost a category: it would change what nobody asked about. Raises DocumentError, ModelError.
        """
        from srlint.passages import passages
        from srlint.placed import fits, rewrite_of

        quotes = self._settings.include_quotes
        passage = next((item for item in passages(document, quotes).passages if item.span == finding.span), None)
        if passage is None:
            return None

        def fresh(new: str) -> bool:
            made = rewrite_of(document, passage, new, "unsafe")
            return made is not None and made.text not in seen

        text = self.judge.another(
            passage, finding.categories, lambda item, new: fits(document, item, new, quotes), fresh
        )
        return None if text is None else rewrite_of(document, passage, text, "unsafe")

    def _chosen(self, document: Document, outcome: Outcome, enabled: frozenset[str]) -> Review:
        chosen = replace(outcome.review(document), findings=select(outcome, self._settings, enabled))
        # Without a language model fewer passages may be found, so that a comment only looks as if it did nothing.
        left = suppress.apply(chosen, enabled, unused=self.rewords)
        return replace(left, findings=graded(left.findings, outcome.asked, self._settings))

    def _outcome(self, document: Document, chosen: Callable[[Outcome], Review]) -> Outcome:
        """What the models say of the document, from the cache if it was checked before, byte for byte."""
        key = self._document_key(document)
        known = self._expected.pop(key, None) or self._remembered([key], outcome_from_bytes).get(key)
        if isinstance(known, Outcome):
            return known
        outcome = self._judged(document, known or self._opened(document), chosen)
        if outcome.lasting:
            self._cache.put_many({key: outcome_to_bytes(outcome)})
        return outcome

    def _opened(self, document: Document) -> _Opened:
        from srlint.passages import passages

        parsed = passages(document, self._settings.include_quotes)
        return _Opened(parsed, self._started(document, parsed.passages))

    def _judged(self, document: Document, opened: _Opened, chosen: Callable[[Outcome], Review]) -> Outcome:
        parsed = opened.parsed

        def reported(verdicts: Sequence[Verdict]) -> Set[int]:
            review = chosen(self._made(document, parsed, verdicts))
            whole = {(finding.span, finding.categories) for finding in review.findings}
            placed = enumerate(zip(parsed.passages, verdicts, strict=True))
            # One that has lost a category is offered no rewrite.
            return {at for at, (passage, verdict) in placed if (passage.span, verdict.categories) in whole}

        return self._made(document, parsed, self._settled(document, opened.started, reported))

    def _made(self, document: Document, parsed: Parsed, verdicts: Sequence[Verdict]) -> Outcome:
        from srlint.placed import finding_of

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
                    (finding_of(document, passage, verdict) for passage, verdict in flagged),
                    key=lambda finding: finding.span,
                )
            ),
            asked={passage.span: verdict.severity for passage, verdict in flagged if verdict.severity is not None},
            skipped=tuple(sorted((*skipped, *excused), key=lambda finding: finding.span)),
            comments=comments,
            lasting=all(verdict.lasting for verdict in verdicts),
        )

    def verdicts(self, document: Document, found: Sequence[Passage], reported: Reported | None = None) -> list[Verdict]:
        """The verdict on each of the document's passages, from memory, from the cache, or new.

        A server hears only of those that are `reported` (None: of all).
        """
        return self._settled(document, self._started(document, found), reported)

    def _started(self, document: Document, found: Sequence[Passage]) -> _Started:
        keys = [self._key(document, passage) for passage in found]
        unknown = [key for key in dict.fromkeys(keys) if key not in self._memory]
        self._memory.update(self._remembered(unknown, verdict_from_bytes))
        known = {key: self._memory[key] for key in keys if key in self._memory}
        missing = {key: passage for key, passage in zip(keys, found, strict=True) if key not in known}
        return _Started(keys, known, missing, self.judge.begin(list(missing.values())) if missing else list)

    def _settled(self, document: Document, started: _Started, reported: Reported | None) -> list[Verdict]:
        # Another document may have settled some of them since.
        known = {**started.known, **{key: self._memory[key] for key in started.missing if key in self._memory}}
        ahead = {key: self._ahead.pop(key) for key in started.missing if key in self._ahead}
        made = {key: verdict() for key, verdict in ahead.items() if key not in known}
        missing = {key: passage for key, passage in started.missing.items() if key not in known and key not in made}
        left_alone: set[bytes] = set()

        def wanted(drafts: Sequence[Verdict]) -> list[bool]:
            drafted = dict(zip(missing, drafts, strict=True))
            verdicts = [drafted.get(key) or known[key] for key in started.keys]
            places = reported(verdicts) if reported else range(len(verdicts))
            left_alone.update(missing.keys() - {started.keys[at] for at in places})
            return [key not in left_alone for key in missing]

        if missing:
            detections = dict(zip(started.missing, started.begun(), strict=True))
            begun = [detections[key] for key in missing]
            judged = self.judge.judge(list(missing.values()), self._fitting(document), wanted, lambda: begun)
            made |= zip(missing, judged, strict=True)
        if made:
            # Another document may want what this one does not.
            if len(self._memory) > _MOST_KEPT:
                self._memory.clear()
            self._memory.update({key: verdict for key, verdict in made.items() if key not in left_alone})
            lasting = {key: verdict for key, verdict in made.items() if verdict.lasting}
            self._cache.put_many({key: verdict_to_bytes(verdict) for key, verdict in lasting.items()})
        return [made.get(key) or known[key] for key in started.keys]

    def _fitting(self, document: Document) -> Callable[[Passage, str], bool]:
        from srlint.placed import fits

        return lambda passage, new: fits(document, passage, new, self._settings.include_quotes)

    def _remembered(self, keys: Sequence[bytes], read: Callable[[bytes], Stored]) -> dict[bytes, Stored]:
        """What the cache knows of `keys`. An entry that makes no sense is as good as none."""
        known = {}
        for key, value in self._cache.get_many(keys).items():
            try:
                known[key] = read(value)
            except (ValueError, TypeError, IndexError, KeyError, RecursionError):
                continue
        return known

    def _document_key(self, document: Document) -> bytes:
        digest = sha256(self._salt + f"{document.syntax}\0".encode())
        digest.update(document.text.encode())  # apart: a long text takes four bytes a character, copied or not
        return digest.digest()

    def _key(self, document: Document, passage: Passage) -> bytes:
        """All that a verdict hangs on: the text, what is before and above it, and the source, whose markup edits must
        spare.
        """
        source = document.text[passage.span.start : passage.span.end]
        above = "words" if passage.in_word_list else ""
        own = "\x00".join((document.syntax, passage.text, passage.before, above, source))
        return sha256(self._salt + own.encode("utf-8", "surrogatepass")).digest()


def _salt(settings: Settings, terms: str, model: str | None) -> bytes:
    """What every verdict hangs on, apart from the text."""
    shipped = [code_digest(), model_digest(), screen_digest(), tagger_digest(), wordings_digest()]
    judged_by = [__version__, *shipped, prompt.fingerprint(), terms, model]
    asked = [
        settings.threshold,
        sorted(dict(settings.thresholds).items()),
        sorted(dict(settings.terms_severity).items()),
        sorted(dict(settings.severity).items()),
        sorted(settings.allow),
        settings.include_quotes,
    ]
    return json.dumps([judged_by, asked]).encode()


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
