"""The words at fault in a passage, where all that is known is what somebody made of it."""

from __future__ import annotations

from srlint.document import Span
from srlint.edits import diff
from srlint.gaps import joined, widened


def faults(text: str, rewrite: str | None) -> tuple[tuple[int, int], ...]:
    """The words of `text` that a rewrite takes away, as half-open code points: all of it where there is no rewrite.

    Where words are only put in, the word behind them (before them at the end).
    """
    if rewrite is None:
        return ((0, len(text)),)
    found = []
    for edit in diff(text, rewrite):
        old = text[edit.span.start : edit.span.end]
        span = edit.span
        if not old.strip():
            behind = widened(text, span, 0, 1)
            span = behind if behind.end > span.end else widened(text, span, 1, 0)
        found.append(_trimmed(text, span))
    spans = [(span.start, span.end) for span in joined(text, found) if span.start < span.end]
    return tuple(spans) or ((0, len(text)),)


def _trimmed(text: str, span: Span) -> Span:
    own = text[span.start : span.end]
    start = span.start + len(own) - len(own.lstrip())
    return Span(start, start + len(own.strip()))
