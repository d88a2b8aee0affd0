"""The only composition: a document in, a review out. Cache, then detector and terms, then rewrites and their grades."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from types import TracebackType
from typing import TYPE_CHECKING

from srlint import __version__, candidates, prompt
from srlint.cache import Cache, open_cache, to_stderr
from srlint.categories import BY_ID
from srlint.config import Settings
from srlint.detector import Detection, Detector, model_digest
from srlint.document import Document, Span
from srlint.edits import apply, diff, project, reads_as
from srlint.findings import Edit, Finding, Review, Rewrite
from srlint.models.embedded import NotInstalledError
from srlint.models.locate import Located, locate
from srlint.models.manifest import Manifest, from_metadata
from srlint.passages import Passage, passages
from srlint.terms import TermList, TermMatch

if TYPE_CHECKING:
    from srlint.engine.decode import Rewriter
    from srlint.engine.session import Session


# The language model's own log-odds count up to this: a small one is too sure of itself.
MOST_LOG_ODDS = 4.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is known of a passage's text, wherever it stands: all of it can be kept in the cache."""

    probability: float
    categories: tuple[str, ...] = ()
    marks: tuple[Span, ...] = ()
    message: str = ""
    rewrite: str | None = None
    safety: str = "unsafe"


class Linter:
    """Checks documents with one set of models. Models are loaded when a passage first needs them."""

    def __init__(self, settings: Settings, cache: Cache, warn: Callable[[str], None]):
        self._settings = settings
        self._cache = cache
        self.terms = TermList.load(settings.terms_add, settings.terms_remove)
        self._located = _language_model(settings, warn)
        self._memory: dict[bytes, Verdict] = {}
        self._session: Session | None = None
        threshold = settings.threshold
        model = self._located.digest if self._located else None
        parts = [__version__, model_digest(), self.terms.digest, threshold, model, prompt.fingerprint()]
        self._salt = json.dumps(parts).encode()

    @classmethod
    def open(cls, settings: Settings, warn: Callable[[str], None] = to_stderr) -> Linter:
        """Raises ConfigError for bad terms, ModelError for a model that was asked for and cannot be used.

        Without the `embedded` extra the run goes on with detector and term list, after one call of `warn`.
        """
        return cls(settings, open_cache(settings, warn), warn)

    def __enter__(self) -> Linter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the models and the cache."""
        if "detector" in self.__dict__:
            self.detector.close()
        if self._session is not None:
            self._session.close()
            self._session = None
        self._cache.close()

    def check(self, document: Document) -> Review:
        """Every passage judged, findings in order of position. Raises DocumentError, ModelError."""
        found, skipped = passages(document, self._settings.include_quotes)
        verdicts = self._verdicts(document, found)
        findings = (_finding(document, passage, verdict) for passage, verdict in zip(found, verdicts, strict=True))
        return Review(document, tuple(finding for finding in findings if finding is not None), skipped)

    def _verdicts(self, document: Document, found: Sequence[Passage]) -> list[Verdict]:
        keys = [self._key(document, passage) for passage in found]
        unknown = [key for key in dict.fromkeys(keys) if key not in self._memory]
        self._memory.update((key, _decoded(value)) for key, value in self._cache.get_many(unknown).items())
        missing = {key: passage for key, passage in zip(keys, found, strict=True) if key not in self._memory}
        if missing:
            detections = self.detector.detect([(passage.text, passage.before) for passage in missing.values()])
            judged = {
                key: self._judge(document, passage, detection)
                for (key, passage), detection in zip(missing.items(), detections, strict=True)
            }
            self._memory.update(judged)
            self._cache.put_many({key: _encoded(verdict) for key, verdict in judged.items()})
        return [self._memory[key] for key in keys]

    def _key(self, document: Document, passage: Passage) -> bytes:
        """All that a verdict hangs on: the text, the sentence before, and the source, whose markup edits must spare."""
        source = document.text[passage.span.start : passage.span.end]
        own = "\x00".join((document.syntax, passage.text, passage.before, source))
        return sha256(self._salt + own.encode("utf-8", "surrogatepass")).digest()

    def _judge(self, document: Document, passage: Passage, detection: Detection) -> Verdict:
        matches = self.terms.find(passage.text)
        judged = with_terms(detection, matches, self.probability(detection, matches))
        probability = self._second_opinion(passage, judged)
        if probability < self._threshold:
            return Verdict(probability)
        proposal = candidates.best(
            passage.text,
            passage.before,
            judged,
            matches,
            self.terms,
            self._graded,
            self._settings.threshold or self.detector.threshold,
            self.model if self._located else None,
            lambda new: _fits(document, passage, new, self._settings.include_quotes),
        )
        return Verdict(
            probability=probability,
            categories=judged.categories,
            marks=candidates.joined(passage.text, judged.marks),
            message=message(passage.text, judged, matches),
            rewrite=proposal.text if proposal else None,
            safety=proposal.safety if proposal else "unsafe",
        )

    def probability(self, detection: Detection, matches: Sequence[TermMatch]) -> float:
        """The detector's probability, moved by what a listed term says, in log-odds calibrated on dev."""
        evidence = self.detector.term_evidence
        kind = "sure" if any(match.sure for match in matches) else "unsure" if matches else None
        return 1 / (1 + math.exp(-log_odds(detection.probability) - (evidence[kind] if kind else 0.0)))

    def _second_opinion(self, passage: Passage, judged: Detection) -> float:
        """The final probability: the detector's log-odds and the model's own, by the weight in the model's manifest.

        The model is asked only where its answer can change the verdict.
        """
        weight = self._manifest.judge_weight
        own, bar = (1 - weight) * log_odds(judged.probability), log_odds(self._threshold)
        if not weight or abs(own - bar) > weight * MOST_LOG_ODDS:
            return judged.probability
        marks = candidates.joined(passage.text, judged.marks)
        answer = self.model().ask(passage.text, passage.before, marks, judged.categories)
        if answer is None:
            return judged.probability
        said = min(max(log_odds(answer.flagged), -MOST_LOG_ODDS), MOST_LOG_ODDS)
        return 1 / (1 + math.exp(-own - weight * said))

    def _graded(self, texts: Sequence[tuple[str, str]]) -> list[float]:
        """P(flag) of proposed texts, by the same measure as the passages themselves."""
        detections = self.detector.detect(texts)
        return [
            self.probability(detection, self.terms.find(text))
            for (text, _), detection in zip(texts, detections, strict=True)
        ]

    @cached_property
    def detector(self) -> Detector:
        return Detector.load()

    @property
    def _threshold(self) -> float:
        return self._settings.threshold or self._manifest.threshold or self.detector.threshold

    @cached_property
    def _manifest(self) -> Manifest:
        """That of the language model; without one, that of a model that has no say."""
        if self._located is None:
            return Manifest()
        if self._located.manifest is not None:
            return self._located.manifest
        self.model()
        assert self._session is not None
        found = from_metadata(str(self._located.path), self._session.metadata)
        found.check(str(self._located.path))
        return found

    def model(self) -> Rewriter:
        """The language model, loaded when first asked for. Raises ModelError."""
        return self._loaded

    @cached_property
    def _loaded(self) -> Rewriter:
        from srlint.engine.decode import Rewriter
        from srlint.engine.session import Session
        from srlint.models.locate import embedded

        assert self._located is not None
        self._session = Session.open(self._located.path or embedded())
        return Rewriter(self._session)


def _language_model(settings: Settings, warn: Callable[[str], None]) -> Located | None:
    if not settings.use_model:
        return None
    try:
        return locate(settings.model)
    except NotInstalledError as error:
        if settings.model is not None:
            raise
        warn(f"no rewrites by a language model: {error}")
        return None


def log_odds(probability: float) -> float:
    bounded = min(max(probability, 1e-6), 1 - 1e-6)
    return math.log(bounded / (1 - bounded))


def with_terms(detection: Detection, matches: Sequence[TermMatch], probability: float) -> Detection:
    """The detection with what the term list adds: marks, and categories, those of sure terms before the detector's."""
    sure, unsure = ([match.category for match in matches if match.sure is kind] for kind in (True, False))
    names = (*sure, *detection.categories, *(name for name in unsure if detection.probability < 0.5))
    marks = (*detection.marks, *(match.span for match in matches))
    return Detection(probability, tuple(dict.fromkeys(names)), tuple(sorted(marks)))


def message(text: str, detection: Detection, matches: Sequence[TermMatch]) -> str:
    """One line that says why: the listed terms with their replacements, or the marked words and what they read as."""
    category = BY_ID[detection.categories[0]]
    named = [match for match in matches if match.replacements]
    if named:
        reason = "; ".join(f"“{text[m.span.start : m.span.end]}”: prefer “{m.replacements[0]}”" for m in named)
    else:
        quoted = ", ".join(f"“{text[mark.start : mark.end]}”" for mark in candidates.joined(text, detection.marks))
        reason = f"{quoted}: {category.summary}" if quoted else category.summary
    return f"{category.name}: {reason}"


def _fits(document: Document, passage: Passage, new: str, include_quotes: bool) -> bool:
    """Whether the document can be edited so that the passage reads `new` and nothing else changes."""
    edits = project(diff(passage.text, new), passage)
    return edits is not None and reads_as(document, passage, edits, new, include_quotes)


def _finding(document: Document, passage: Passage, verdict: Verdict) -> Finding | None:
    """The verdict in the document's own code points; None for a clean passage."""
    if not verdict.categories:
        return None
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


def _encoded(verdict: Verdict) -> bytes:
    if not verdict.categories:
        return json.dumps([verdict.probability]).encode()
    marks = [[mark.start, mark.end] for mark in verdict.marks]
    values = [verdict.probability, verdict.categories, marks, verdict.message, verdict.rewrite, verdict.safety]
    return json.dumps(values, ensure_ascii=False).encode()


def _decoded(value: bytes) -> Verdict:
    values = json.loads(value)
    if len(values) == 1:
        return Verdict(values[0])
    probability, categories, marks, text, rewrite, safety = values
    return Verdict(probability, tuple(categories), tuple(Span(a, b) for a, b in marks), text, rewrite, safety)
