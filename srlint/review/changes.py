"""What an answer makes of a document, and what speaks against it once the document was judged again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from srlint.document import Document, Span
from srlint.edits import apply
from srlint.findings import Edit, Finding
from srlint.output.escape import printable
from srlint.review.state import FileState, Judged, moved

_QUOTED = 60  # characters of a passage in a line about it


def edited(document: Document, edits: Sequence[Edit]) -> Document:
    """The document after edits. Raises DocumentError for text that no file can hold."""
    return Document(apply(document.text, edits), document.syntax, document.bom)


def objections(state: FileState, finding: Finding, judged: Judged, edits: Sequence[Edit]) -> list[str]:
    """What is wrong with `judged`, the document after edits for one finding: one line each, none when all is well.

    The passage should no longer be flagged, nothing else should be that was not before, and the rest of the document
    should read as it did.
    """
    found = list(fresh(state, finding, judged, edits))
    place = _place(finding, edits)
    said = [_said(judged, one, "it is still flagged" if _touch(one.span, place) else "it flags") for one in found]
    if not _reads_as_before(state, finding, judged):
        said.append("it changes how the text around it reads")
    return said


def fresh(state: FileState, finding: Finding, judged: Judged, edits: Sequence[Edit]) -> Iterator[Finding]:
    """The findings in the document after edits that are left of the one they are for, or were not there before."""
    known = set(moved((other.span for other in state.findings if other.span != finding.span), edits))
    return (one for one in judged.review.findings if one.span not in known)


def _place(finding: Finding, edits: Sequence[Edit]) -> Span:
    """Where the passage of a finding lies after edits within it."""
    grown = sum(len(edit.text) - len(edit.span) for edit in edits)
    return Span(finding.span.start, max(finding.span.start, finding.span.end + grown))


def _touch(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _said(judged: Judged, finding: Finding, how: str) -> str:
    source = printable(judged.document.text[finding.span.start : finding.span.end])
    quoted = source if len(source) <= _QUOTED else f"{source[:_QUOTED].rstrip()}…"
    return f"{how} as {', '.join(finding.categories)} ({finding.probability:.2f}): {quoted}"


def _reads_as_before(state: FileState, finding: Finding, judged: Judged) -> bool:
    before = [text for _, text in state.judged.passages]
    after = [text for _, text in judged.passages]
    at = next((number for number, (span, _) in enumerate(state.judged.passages) if span == finding.span), None)
    if at is None:
        return before == after
    rest = len(before) - at - 1
    return (
        len(after) >= at + rest and before[:at] == after[:at] and before[at + 1 :] == after[len(after) - rest :]
    )
