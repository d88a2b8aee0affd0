"""Where directives may be written in a program for what stands in its docstrings and block comments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from srlint.document import Document, Span
from srlint.passages import Passage
from srlint.suppress.pen import Edits, Pen


def enclosure(document: Document, passage: Passage) -> Span | None:
    """The docstring or block comment that a passage stands in; None for a line comment."""
    for span in _enclosures(document.text, document.syntax):
        if span.start <= passage.span.start < span.end:
            return span
    return None


def beside_enclosure(pen: Pen, shared: Sequence[Passage]) -> Iterator[Edits]:
    """Behind a docstring, as programs are told elsewhere; above a block comment of one line; around all others."""
    span = enclosure(pen.document, shared[0])
    if span is None:
        return
    text, layout = pen.document.text, pen.layout
    first, last = layout.line(span.start), layout.line(span.end - 1)
    if pen.document.syntax == "python" and not text[span.end : layout.stretch(last, last).end].strip():
        yield (pen.behind("ignore", span.end, gap="  "),)
    if first == last:
        yield (pen.line_above("ignore", first),)
    yield pen.around(first, last)


@lru_cache(maxsize=4)
def _enclosures(text: str, syntax: str) -> tuple[Span, ...]:
    from srlint.formats.code.regions import comments

    return tuple(Span(found.start, found.end) for found in comments(text, syntax) if not found.is_line)
