"""A document inside a document: Markdown in a notebook's cell, prose in a comment of a program, HTML in Markdown."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence

from srlint.document import Comment, Span
from srlint.findings import Skipped
from srlint.formats.segment import Prose, Segment, SourceMap, drained


def inside(text: str, outer: SourceMap, read: Callable[[str, bool], Prose], include_quotes: bool) -> Prose:
    """What `read` finds in `text`, placed in the document that `outer` leads to (one entry a character of `text`).

    Where one entry stands for several characters of the document (an escape), nothing smaller than it can be edited;
    where two neighbours do not touch there (lines of a comment), nothing that reaches from one to the other can.
    """
    prose = read(text, include_quotes)
    return Prose(
        [Segment(item.text, _through(item.map, outer), item.kind) for item in drained(prose.segments)],
        [Skipped(_span(item.span, outer), item.reason) for item in prose.skipped],
        [Comment(_span(comment.span, outer), comment.text) for comment in prose.comments],
    )


def stretch(start: int, end: int) -> SourceMap:
    """The map of text that stands letter for letter at start..end of the document."""
    return SourceMap(array("I", range(start, end)), array("I", range(start + 1, end + 1)))


def lines(text: str, pieces: Sequence[tuple[int, int]]) -> tuple[str, SourceMap]:
    """The stretches of `text` as the lines of a text of their own, with the map that leads back.

    A line feed between two of them stands for all that lies between them in the source. Raises ValueError when nothing
    does.
    """
    starts, ends = array("I"), array("I")
    for number, (start, end) in enumerate(pieces):
        if number:
            if pieces[number - 1][1] >= start:
                raise ValueError(f"nothing lies between the lines that end and begin at {start}")
            starts.append(pieces[number - 1][1])
            ends.append(start)
        starts.extend(range(start, end))
        ends.extend(range(start + 1, end + 1))
    return "\n".join(text[start:end] for start, end in pieces), SourceMap(starts, ends)


def _through(inner: SourceMap, outer: SourceMap) -> SourceMap:
    starts = array("I", (outer.starts[start] for start in inner.starts))
    ends = array("I", (outer.ends[end - 1] for end in inner.ends))
    fixed = [
        (bisect_right(inner.ends, start), bisect_left(inner.starts, end)) for start, end in outer.fixed
    ]  # what the document protects, wherever the inner text shows it
    return SourceMap(starts, ends, (*inner.fixed, *((a, b) for a, b in fixed if a < b)), inner.breaks)


def _span(span: Span, outer: SourceMap) -> Span:
    return outer.cover(span.start, span.end)
