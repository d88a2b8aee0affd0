"""reStructuredText as docutils and Sphinx read it: blocks by docutils' rules, inline markup through tree-sitter-rst."""

from __future__ import annotations

import re
from collections.abc import Sequence

from srlint.document import Span
from srlint.findings import Skipped
from srlint.formats.rst.blocks import Block, literal_end, read_block
from srlint.formats.rst.fields import header_end
from srlint.formats.rst.inline import TooComplexError, segment
from srlint.formats.rst.lines import Line, margin, split
from srlint.formats.segment import Prose

_ATTRIBUTION = re.compile(r"(?:---?(?!-)|\u2014)[ \t]*\S")
_MAX_DEPTH = 50  # blocks within blocks; people indent less


def read(text: str, include_quotes: bool = False) -> Prose:
    """The prose blocks of a reStructuredText document, what was left out, and its comments.

    The blocks are in order of where they begin. Cells of a table that stand beside each other interleave, because each
    line of the source holds a line of several of them.
    """
    reader = Reader(text, include_quotes)
    lines = split(text)
    reader.blocks(lines[header_end(text, lines) :], "paragraph", 0)
    prose = reader.prose
    return Prose(
        sorted(prose.segments, key=lambda item: item.map.starts[0]),
        sorted(prose.skipped, key=lambda item: item.span),
        sorted(prose.comments, key=lambda item: item.span),
    )


class Reader:
    """Goes through the lines of a document and collects its prose."""

    def __init__(self, text: str, include_quotes: bool) -> None:
        self.text = text
        self.prose = Prose()
        self._include_quotes = include_quotes

    def blocks(self, lines: Sequence[Line], kind: str, level: int, in_item: bool = False) -> list[str]:
        """Read a run of lines that are blocks of one level, and say what each block was."""
        if level > _MAX_DEPTH:
            self.skip(lines, "nested too deeply")
            return []
        block = Block(lines, kind, level, in_item)
        at = 0
        while at < len(lines):
            if lines[at].blank:
                at += 1
                continue
            if block.literal:
                block.literal = False
                end = literal_end(self, block, at)
                if end > at:
                    at = end
                    continue
            what, at = read_block(self, block, at)
            block.seen.append(what)
        return block.seen

    def quote(self, lines: Sequence[Line], level: int, certain: bool = True, continues: bool = False) -> None:
        """Read an indented run of lines, or leave it out as a quotation.

        It is `certain` to be one in a directive that says so, and where its source stands under it. Otherwise it is one
        if it holds paragraphs (lists and tables are indented for their looks) and is not the continuation of an item.
        """
        lines = list(lines)
        sources = _without_sources(self.text, lines)
        outer, self.prose = self.prose, Prose()
        seen = self.blocks(lines, "paragraph", level + 1)
        inner, self.prose = self.prose, outer
        self.prose.comments.extend(inner.comments)
        quoted = certain or sources or (not continues and not {"text", "verse"}.isdisjoint(seen))
        if quoted and not self._include_quotes:
            self.skip(lines, "block quote")
        else:
            self.prose.segments.extend(inner.segments)
            self.prose.skipped.extend(inner.skipped)

    def source(self, line: Line) -> str:
        """The text of a line."""
        return self.text[line.start : line.end]

    def leaf(self, pieces: Sequence[tuple[int, int]], kind: str, tail: tuple[int, int] | None = None) -> None:
        """Take a block of prose: the stretches that are its lines (see rst_inline.segment)."""
        if not pieces:
            return
        try:
            found = segment(self.text, pieces, kind, tail)
        except TooComplexError:
            self.prose.skipped.append(Skipped(Span(pieces[0][0], pieces[-1][1]), "too complex"))
            return
        if found is not None:
            self.prose.segments.append(found)

    def skip(self, lines: Sequence[Line], reason: str) -> None:
        """Leave the lines out, and say why if they hold words."""
        whole = [line for line in lines if not line.blank]
        if any(any(map(str.isalpha, self.source(line))) for line in whole):
            self.prose.skipped.append(Skipped(Span(whole[0].start, whole[-1].end), reason))


def _without_sources(text: str, lines: list[Line]) -> bool:
    """Blank out the lines that name whom a block quotes (`-- Name`, after a blank line); whether there are any."""
    base, found, at = margin(lines), False, 1
    while at < len(lines):
        line = lines[at]
        if lines[at - 1].blank and line.indent == base and _ATTRIBUTION.match(text, line.start, line.end):
            while at < len(lines) and not lines[at].blank:
                lines[at], found = lines[at]._replace(end=lines[at].start), True
                at += 1
        at += 1
    return found
