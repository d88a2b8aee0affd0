"""What is known of a file under review: frozen values, of which every answer makes new ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from srlint.document import Document, Span
from srlint.files import Target
from srlint.findings import Edit, Finding, Review

Kind = Literal["accepted", "edited", "rejected", "skipped", "ignored", "ignored in file", "baselined", "allowed"]
SUPPRESSING: frozenset[Kind] = frozenset({"ignored", "ignored in file", "baselined", "allowed"})


@dataclass(frozen=True, slots=True)
class Judged:
    """A document, what was found in it, and all of its passages with where they stand, for context. `rewords`: there is
    a language model to ask for further rewrites."""

    document: Document
    review: Review
    passages: tuple[tuple[Span, str], ...]
    rewords: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person said to one finding.

    `text` is its passage as it stood then, `ordinal` its number, from 0, among the findings with this text that had no
    answer yet: with both it is found again in another run. `new` is the passage afterwards, the reason of a comment or
    the words allowed. `settled` are findings that this answers though they are still there. `count` findings are gone.
    """

    kind: Kind
    text: str
    ordinal: int = 0
    new: str = ""
    category: str = ""
    settled: tuple[Span, ...] = ()
    count: int = 1


@dataclass(frozen=True, slots=True)
class FileState:
    """One file in the middle of a review. `at`: where in its text the person is; `closed`: no more of it is wanted."""

    target: Target
    judged: Judged
    answers: tuple[Answer, ...] = ()
    at: int = 0
    closed: bool = False
    # By the text of a passage: rewrites that were asked for.
    more: tuple[tuple[str, str], ...] = field(default=(), compare=False)

    @property
    def document(self) -> Document:
        return self.judged.document

    @property
    def findings(self) -> tuple[Finding, ...]:
        return self.judged.review.findings

    @property
    def left(self) -> tuple[Finding, ...]:
        """The findings that were skipped or have no answer."""
        return self._without(answer for answer in self.answers if answer.kind != "skipped")

    @property
    def unanswered(self) -> tuple[Finding, ...]:
        return self._without(self.answers)

    @property
    def current(self) -> Finding | None:
        """The finding to ask about: the first without an answer from `at` on, else the first of all; None when done."""
        if self.closed:
            return None
        waiting = self.unanswered
        return next((finding for finding in waiting if finding.span.start >= self.at), waiting[0] if waiting else None)

    def _without(self, answers: Iterable[Answer]) -> tuple[Finding, ...]:
        settled = {span for answer in answers for span in answer.settled}
        return tuple(finding for finding in self.findings if finding.span not in settled)

    def source(self, span: Span) -> str:
        return self.document.text[span.start : span.end]

    def ordinal(self, finding: Finding) -> int:
        """Its number among the unanswered findings with the same text."""
        text = self.source(finding.span)
        return sum(1 for other in self.unanswered if other.span < finding.span and self.source(other.span) == text)

    def found(self, text: str, ordinal: int) -> Finding | None:
        """The unanswered finding with this text and number."""
        alike = [finding for finding in self.unanswered if self.source(finding.span) == text]
        return alike[ordinal] if ordinal < len(alike) else None

    def answer(self, kind: Kind, finding: Finding, new: str = "", count: int = 1) -> Answer:
        """An answer to a finding, which settles it where it stands."""
        text = self.source(finding.span)
        return Answer(kind, text, self.ordinal(finding), new, finding.categories[0], (finding.span,), count)

    def plus(self, *answers: Answer) -> FileState:
        return replace(self, answers=(*self.answers, *answers))

    def changed(self, judged: Judged, edits: Sequence[Edit]) -> FileState:
        """The file after edits, with all that stands in it moved along."""
        answers = tuple(replace(answer, settled=moved(answer.settled, edits)) for answer in self.answers)
        at = moved((Span(self.at, self.at),), edits)
        return replace(self, judged=judged, answers=answers, at=at[0].start if at else edits[0].span.start)


def moved(spans: Iterable[Span], edits: Sequence[Edit]) -> tuple[Span, ...]:
    """Where the spans lie after the edits; without those that an edit cuts through or replaces."""
    kept = []
    for span in spans:
        start = end = 0
        for edit in edits:
            grown = len(edit.text) - len(edit.span)
            if edit.span.end <= span.start:
                start, end = start + grown, end + grown
            elif edit.span.start < span.end:
                if edit.span.start <= span.start or edit.span.end > span.end:
                    break
                end += grown
        else:
            kept.append(Span(span.start + start, span.end + end))
    return tuple(kept)
