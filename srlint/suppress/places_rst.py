"""Where directives may be written in reStructuredText: between its outermost blocks, and only there, nothing breaks."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from srlint.document import LINE_END, Document
from srlint.passages import Passage
from srlint.suppress.pen import Edits, Pen
from srlint.suppress.scope import Layout

_AROUND = 3  # neighbouring blocks to take in where a comment cannot stand beside one

# The marks of lists whose items may stand apart: a comment between two of them would make two lists.
_ITEM = re.compile(
    r"(?:(?P<bullet>[-*+•‣⁃])(?=\s|\Z)|(?P<number>\(?(?:#|\w{1,5})[.)])(?=\s)|(?P<field>:[^:\s][^:]*:)(?=\s|\Z)"
    r"|(?P<option>--?\w|/\w))"
)
# Links and classes that hold for whatever follows them: a comment in between would take their place.
_HOLDS_FOR_NEXT = re.compile(r"\.\. (?:_[^\n\r]*:|(?:index|rst-class|class|highlight)::[^\n\r]*)\s*\Z")
_OVERLINE = re.compile(r"([^\w\s])\1*\s*\Z")
_MARKUP = re.compile(r"\.\.(?:\s|\Z)")
_TABLE = re.compile(r"=+(?: +=+)+\s*\Z")


def beside_blocks(pen: Pen, shared: Sequence[Passage]) -> Iterator[Edits]:
    """Above a paragraph or heading whose first line is meant; else around the outermost list, table or other block."""
    layout, blocks = pen.layout, outer_blocks(pen.document.text)
    at = block_of(pen.document, layout, shared[0])
    first, last, plain = blocks[at] if at >= 0 else (0, len(layout) - 1, False)
    begin = next((line for line in range(first, last + 1) if layout.has_text(line)), last)
    if plain and all(layout.line(passage.span.start) <= begin for passage in shared):
        yield (pen.line_above("ignore", first, gap=True),)
    yield pen.around(first, last, gap=True)
    for more in range(1, _AROUND + 1) if at >= 0 else ():
        after, before = blocks[min(at + more, len(blocks) - 1)][1], blocks[max(at - more, 0)][0]
        yield pen.around(first, after, gap=True)
        yield pen.around(before, last, gap=True)
        yield pen.around(before, after, gap=True)


def block_of(document: Document, layout: Layout, passage: Passage) -> int:
    """The number of the outermost block that holds the passage; -1 for what stands before the first."""
    line = layout.line(passage.span.start)
    return bisect_right(outer_blocks(document.text), (line, len(layout), True)) - 1


@lru_cache(maxsize=4)
def outer_blocks(text: str) -> tuple[tuple[int, int, bool], ...]:
    """First and last line (from 0) of each block, and whether it is plain: a paragraph or heading and nothing more.

    Items of one list, rows of one table and a mark with what it holds for are one block.
    """
    lines = LINE_END.split(text)
    found: list[tuple[int, int, str]] = []
    for first, last in _chunks(lines):
        kind = _kind(lines[first : last + 1])
        before = found[-1] if found else (0, 0, "")
        if before[2] == "open table":
            first = found.pop()[0]
            kind = _kind(lines[first : last + 1])
        elif before[2] == "target" or (before[2] == kind and kind.startswith("list")):
            first = found.pop()[0]
        found.append((first, last, kind))
    return tuple((first, last, kind == "plain") for first, last, kind in found)


def _chunks(lines: list[str]) -> list[tuple[int, int]]:
    """Runs of lines that begin after a blank line without indentation."""
    starts = [
        number
        for number, line in enumerate(lines)
        if line.strip() and (not number or not lines[number - 1].strip()) and not line[0].isspace()
    ]
    chunks = []
    for start, following in pairwise([*starts, len(lines)]):
        last = max(number for number in range(start, following) if lines[number].strip())
        chunks.append((start, last))
    return chunks


def _kind(lines: list[str]) -> str:
    """What a run of lines is, as far as it matters here; the items of one list have the same kind."""
    head = lines[0]
    if len(lines) == 1 and _HOLDS_FOR_NEXT.match(head):
        return "target"
    if _TABLE.match(head):
        borders = sum(_TABLE.match(line) is not None for line in lines)
        return "table" if borders > 1 and _TABLE.match(lines[-1]) else "open table"
    if _MARKUP.match(head) or head[0] in "|+" and head[1:2] in ("-", "=", " "):
        return "directive, line block or grid table"
    item = _ITEM.match(head)
    if item:
        return f"list {item.lastgroup} {item['bullet'] or ''}"
    if not _OVERLINE.match(head) and len(lines) > 1 and lines[1][:1].isspace() and lines[1].strip():
        return "list of definitions"
    return "plain"
