"""What was said of a passage's plain text, in the document's own code points."""

from __future__ import annotations

from srlint.document import Document, Span
from srlint.edits import apply, diff, project, reads_as
from srlint.findings import Edit, Finding, Rewrite, Safety
from srlint.passages import Passage
from srlint.verdict import Verdict


def fits(document: Document, passage: Passage, new: str, include_quotes: bool) -> bool:
    """Whether the document can be edited so that the passage reads `new` and nothing else changes."""
    edits = project(diff(passage.text, new), passage, document.text)
    return edits is not None and reads_as(document, passage, edits, new, include_quotes)


def finding_of(document: Document, passage: Passage, verdict: Verdict) -> Finding:
    """The verdict on a flagged passage in the document's own code points."""
    offered = None if verdict.rewrite is None else rewrite_of(document, passage, verdict.rewrite, verdict.safety)
    others = [] if offered is None else [rewrite_of(document, passage, other, "unsafe") for other in verdict.others]
    return Finding(
        span=passage.span,
        categories=verdict.categories,
        probability=verdict.probability,
        marks=tuple(passage.map.cover(mark.start, mark.end) for mark in verdict.marks),
        message=verdict.message,
        rewrite=offered,
        others=tuple(other for other in others if other is not None),
    )


def rewrite_of(document: Document, passage: Passage, new: str, safety: Safety) -> Rewrite | None:
    """The document's source with the passage reading `new`; None where that changes nothing or cannot be done."""
    edits = project(diff(passage.text, new), passage, document.text)
    if not edits:
        return None
    start = passage.span.start
    moved = [Edit(Span(edit.span.start - start, edit.span.end - start), edit.text) for edit in edits]
    text = apply(document.text[start : passage.span.end], moved)
    return Rewrite(text, edits, safety)
