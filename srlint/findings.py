"""What a check returns. Every value is complete when made and never changed afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from srlint.document import Comment, Document, Span

Safety = Literal["safe", "unsafe"]
# From the least to the most severe.
Severity = Literal["info", "warning", "error"]
# More than three rewrites of one passage are no help to choose from.
MOST_OTHERS = 2


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace what stands at `span` by `text`. An insertion has an empty span, a deletion an empty text."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A proposal for one passage: `edits` in code points of `Document.text`, `text` the passage's source after them.

    `safe` means settled replacements from the term list only; anything a model worded is `unsafe`.
    """

    text: str
    edits: tuple[Edit, ...]
    safety: Safety


@dataclass(frozen=True, slots=True)
class Finding:
    """One passage that deserves attention. Spans are code points of `Document.text`; main category first.

    `others` are further rewrites beside the offered one, best first, at most `MOST_OTHERS`; each passed every check.
    """

    span: Span
    categories: tuple[str, ...]
    probability: float
    marks: tuple[Span, ...]
    message: str
    rewrite: Rewrite | None
    severity: Severity = "warning"
    others: tuple[Rewrite, ...] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """A stretch of the document that was deliberately not judged, and why."""

    span: Span
    reason: str


@dataclass(frozen=True, slots=True)
class Review:
    """The outcome for one document, each part in order of position. `comments` are those of the document's syntax."""

    document: Document
    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...]
    comments: tuple[Comment, ...] = ()
