"""Where directives may be written: for each kind of format the places that suit a passage, the best first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from srlint.document import Document
from srlint.formats import SYNTAXES
from srlint.passages import Passage
from srlint.suppress.pen import Edits, Pen
from srlint.suppress.places_code import beside_enclosure, enclosure
from srlint.suppress.places_rst import beside_blocks, block_of
from srlint.suppress.scope import Layout

# What closes markup behind a passage: elements within a line and those that know no comments; in Markdown also
# emphasis, quotation marks and the target of a link.
_TAGS = (
    r"</(?:a|abbr|b|bdi|bdo|big|cite|del|dfn|em|font|i|ins|label|mark|q|s|small|span|strike|strong|sub|sup|time|tt|u"
    r"|var|title|textarea|option)\s*>"
)
_CLOSERS = re.compile(rf"(?:{_TAGS})+", re.IGNORECASE)
_MARKDOWN_CLOSERS = re.compile(rf"(?:[*_~`\"'”’)]+|\](?:\([^()\n]*\)|\[[^\]\n]*\])?|{_TAGS})+", re.IGNORECASE)
_TAG_END = re.compile(r"[^<>]*>")
# Lines that must stay the first of their file.
_FIRST = ("#!", "<?", "<!")
_TOP = 40  # lines and passages to try for a directive that holds for the whole file


def key(document: Document, layout: Layout, passage: Passage) -> tuple[object, ...]:
    """What passages have in common that one directive can serve."""
    if document.syntax == "rst":
        return "block", block_of(document, layout, passage)
    if SYNTAXES[document.syntax].code:
        around = enclosure(document, passage)
        if around is not None:
            return "enclosed", around.start
    last = SYNTAXES[document.syntax].inline
    return "line", layout.line(passage.span.end - 1 if last else passage.span.start)


def ways(
    document: Document, layout: Layout, shared: Sequence[Passage], categories: Sequence[str], reason: str
) -> Iterator[Edits]:
    """Ways to silence `categories` for passages with one `key`: each a set of insertions that belong together."""
    pen = Pen(document, layout, categories, reason)
    if document.syntax == "rst":
        yield from beside_blocks(pen, shared)
    elif SYNTAXES[document.syntax].inline:
        yield from _inline(pen, shared)
        if document.syntax != "jupyter":
            yield from _around_block(pen, shared)
    else:
        if SYNTAXES[document.syntax].code:
            yield from beside_enclosure(pen, shared)
        yield from _above(pen, shared)
        yield from _around_block(pen, shared)


def last_resort(
    document: Document, found: Sequence[Passage], categories: Sequence[str], reason: str
) -> Iterator[Edits]:
    """Ways to silence `categories` in the whole document: at its top, its end, or behind one of its first passages."""
    layout = Layout(document, ())
    pen = Pen(document, layout, categories, reason)
    if document.syntax != "jupyter":
        for line in range(min(_TOP, len(layout))):
            if not layout.bare(line).startswith(_FIRST):
                yield (pen.line_above("file-ignore", line, gap=document.syntax == "rst"),)
        last = layout.line(len(document.text.rstrip()))
        yield (pen.line_below("file-ignore", last, last, gap=True),)
    if SYNTAXES[document.syntax].inline:
        for passage in found[:_TOP]:
            yield (pen.behind("file-ignore", passage.span.end),)


def _inline(pen: Pen, shared: Sequence[Passage]) -> Iterator[Edits]:
    """Behind the last of the passages: after the markup that closes there, or at its end, or at that of the line."""
    text, layout = pen.document.text, pen.layout
    last = max(shared, key=lambda passage: passage.span.end)
    end = last.span.end
    line = layout.stretch(layout.line(end - 1), layout.line(end - 1))
    whole_line = line.start + len(text[line.start : line.end].rstrip())
    if last.kind == "attribute":  # no comment can stand in its tag
        found = [_TAG_END.match(text, end, line.end)]
        places = []
    else:
        closers = _CLOSERS if pen.document.syntax == "html" else _MARKDOWN_CLOSERS
        found = [closers.match(text, end, line.end)]
        places = [end]
    places = [*(match.end() for match in found if match), *places, whole_line]
    for place in dict.fromkeys(places):
        yield (pen.behind("ignore", place),)


def _above(pen: Pen, shared: Sequence[Passage]) -> Iterator[Edits]:
    """On a line of its own above the first line of the passages."""
    line = pen.layout.line(min(passage.span.start for passage in shared))
    text_above = next((above for above in range(line - 1, -1, -1) if pen.layout.bare(above).strip()), None)
    blanks = text_above is not None and text_above < line - 1
    if pen.document.syntax == "asciidoc" and blanks and any(passage.kind == "item" for passage in shared):
        # A comment after a blank line would end the list, so it stands before it.
        yield (pen.line_below("ignore", text_above, text_above),)
    yield (pen.line_above("ignore", line),)


def _around_block(pen: Pen, shared: Sequence[Passage]) -> Iterator[Edits]:
    """Around the lines between blank lines that hold the passages, close to them or with blank lines between."""
    layout = pen.layout
    first = layout.line(min(passage.span.start for passage in shared))
    last = layout.line(max(passage.span.end for passage in shared) - 1)
    first, last = _widened(pen, first, last)
    yield pen.around(first, last)
    yield pen.around(first, last, gap=True)


def _widened(pen: Pen, first: int, last: int) -> tuple[int, int]:
    text, layout = pen.document.text, pen.layout

    def is_blank(line: int) -> bool:
        span = layout.stretch(line, line)
        return not text[span.start : span.end].strip()

    while first and not is_blank(first - 1):
        first -= 1
    while last + 1 < len(layout) and not is_blank(last + 1):
        last += 1
    return first, last
