"""What is known of a passage, and the outcome for a document, in a form that a cache can keep."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from srlint.document import Comment, Document, Span
from srlint.findings import Edit, Finding, Review, Rewrite, Safety, Severity, Skipped


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is known of a passage's text, wherever it stands. `skipped` says why a suspicious one was left alone;
    `severity` is what the listed terms in it ask for, if they do. One that is not `lasting` lacks an answer that was
    asked for: no cache may keep it. `others` are further rewrites, all of them unsafe."""

    probability: float
    categories: tuple[str, ...] = ()
    marks: tuple[Span, ...] = ()
    message: str = ""
    rewrite: str | None = None
    safety: Safety = "unsafe"
    severity: Severity | None = None
    skipped: str | None = None
    lasting: bool = True
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the models say of one document, before anybody's selection. `bar` is the threshold that applied.

    `asked` is the severity that listed terms ask for, for the findings at these spans. `lasting` as all its verdicts.
    """

    bar: float
    findings: tuple[Finding, ...]
    asked: Mapping[Span, Severity]
    skipped: tuple[Skipped, ...]
    comments: tuple[Comment, ...]
    lasting: bool = True

    def review(self, document: Document) -> Review:
        """The same as a review of `document`."""
        return Review(document, self.findings, self.skipped, self.comments)


def verdict_to_bytes(verdict: Verdict) -> bytes:
    if not verdict.categories:
        return json.dumps([verdict.probability, verdict.skipped]).encode()
    return _dumped(
        [
            verdict.probability,
            verdict.categories,
            _pairs(verdict.marks),
            verdict.message,
            verdict.rewrite,
            verdict.safety,
            verdict.severity,
            verdict.others,
        ]
    )


def verdict_from_bytes(value: bytes) -> Verdict:
    """The verdict that was stored. Raises ValueError, TypeError or IndexError for anything else."""
    values = json.loads(value)
    if len(values) == 2:
        return Verdict(values[0], skipped=values[1])
    probability, categories, marks, message, rewrite, safety, severity, others = values
    known = Verdict(probability, tuple(categories), _spans(marks), message, rewrite, safety, severity)
    return replace(known, others=tuple(others))


def outcome_to_bytes(outcome: Outcome) -> bytes:
    findings = [
        [
            [finding.span.start, finding.span.end],
            finding.categories,
            finding.probability,
            _pairs(finding.marks),
            finding.message,
            finding.rewrite and _from_rewrite(finding.rewrite),
            [_from_rewrite(other) for other in finding.others],
            outcome.asked.get(finding.span),
        ]
        for finding in outcome.findings
    ]
    skipped = [[item.span.start, item.span.end, item.reason] for item in outcome.skipped]
    comments = [[item.span.start, item.span.end, item.text] for item in outcome.comments]
    return _dumped([outcome.bar, findings, skipped, comments])


def outcome_from_bytes(value: bytes) -> Outcome:
    """The outcome that was stored. Raises ValueError, TypeError or IndexError for anything else."""
    bar, findings, skipped, comments = json.loads(value)
    placed = [(_finding(*values), severity) for *values, severity in findings]
    return Outcome(
        bar=bar,
        findings=tuple(finding for finding, _ in placed),
        asked={finding.span: severity for finding, severity in placed if severity is not None},
        skipped=tuple(Skipped(Span(start, end), reason) for start, end, reason in skipped),
        comments=tuple(Comment(Span(start, end), text) for start, end, text in comments),
    )


def _finding(
    span: list[int],
    categories: list[str],
    probability: float,
    marks: list[list[int]],
    message: str,
    rewrite: Any,
    others: list[Any],
) -> Finding:
    return Finding(
        span=Span(*span),
        categories=tuple(categories),
        probability=probability,
        marks=_spans(marks),
        message=message,
        rewrite=rewrite and _to_rewrite(*rewrite),
        others=tuple(_to_rewrite(*other) for other in others),
    )


def _to_rewrite(text: str, edits: list[Any], safety: Safety) -> Rewrite:
    return Rewrite(text, tuple(Edit(Span(start, end), new) for start, end, new in edits), safety)


def _from_rewrite(rewrite: Rewrite) -> list[Any]:
    return [rewrite.text, [[edit.span.start, edit.span.end, edit.text] for edit in rewrite.edits], rewrite.safety]


def _pairs(spans: tuple[Span, ...]) -> list[list[int]]:
    return [[span.start, span.end] for span in spans]


def _spans(pairs: list[list[int]]) -> tuple[Span, ...]:
    return tuple(Span(start, end) for start, end in pairs)


def _dumped(values: list[Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False).encode("utf-8", "surrogatepass")
