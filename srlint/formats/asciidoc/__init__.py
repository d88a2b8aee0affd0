"""AsciiDoc to prose.

No parser of AsciiDoc in Python keeps positions, so this reads it line by line as Asciidoctor does: the same patterns in
the same order (asciidoc_lines), blocks between delimiters taken out before they are read inside, inline markup by
asciidoc_inline. What depends on values (conditions, includes, attributes of the document) is not evaluated.
"""

from __future__ import annotations

import re

from srlint.document import Comment, Span
from srlint.findings import Skipped
from srlint.formats.asciidoc import lines as line
from srlint.formats.asciidoc.inline import segments
from srlint.formats.asciidoc.lines import Lines, Piece
from srlint.formats.asciidoc.run import Run, is_signed, trimmed, without_mark
from srlint.formats.asciidoc.table import Cell, cells, is_separated_values
from srlint.formats.segment import Prose

_QUOTES = frozenset({"quote", "verse"})

# Styles of blocks that hold no prose.
_CODE = frozenset(
    "source listing literal pass stem latexmath asciimath comment a2s actdiag blockdiag bpmn bytefield ditaa dot"
    " erd gnuplot graphviz mermaid msc nomnoml plantuml salt seqdiag svgbob syntrax umlet vega wavedrom".split()
)

_CODE_CELLS = frozenset("lm")

_POSITIONAL = re.compile(r"\s*(?:\"([^\"]*)\"|([^,=\"]*))\s*(?:,|\Z)")
_ALTERNATIVE = re.compile(r"\b(?:alt|title)\s*=\s*(?:\"([^\"]*)\"|([^,\"]*))")
_NO_TEXT = (line.ATTRIBUTES, line.TITLE, line.ITEM, line.TERM, line.MACRO)


def read(text: str, include_quotes: bool = False) -> Prose:
    """The prose blocks of an AsciiDoc text, what was left out, and its comments. A footnote follows its block."""
    reader = _Reader(text, include_quotes)
    reader.run()
    # A table is read before its cells, in which there may be comments too.
    reader.prose.comments.sort(key=lambda comment: comment.span)
    return reader.prose


class _Reader:
    """Each step looks at the line that a run has come to, and says whether it has taken it."""

    def __init__(self, text: str, include_quotes: bool) -> None:
        self.text = text
        self.include_quotes = include_quotes
        self.prose = Prose()
        self._stack: list[Run | Cell] = []
        self._begun = False  # whether a block has been read, so that no document's title can follow
        self._steps = (
            self._blank,
            self._silent,
            self._attributes,
            self._heading,
            self._macro,
            self._delimited,
            self._item,
            self._term,
            self._paragraph,
        )

    def run(self) -> None:
        run = Run(Lines(self.text, line.pieces(self.text)), self.prose.comments)
        if run.source() == "---":  # front matter
            run.at = (run.lines.closing("---", 0, run.stop) + 1) % (run.stop + 1)
        self._stack.append(run)
        while self._stack:
            top = self._stack[-1]
            if isinstance(top, Cell):
                self._stack.pop()
                self._cell(top)
            elif top.at >= top.stop:
                self._stack.pop()
            else:
                source = top.source()
                next(step for step in self._steps if step(top, source))

    # Lines that are no prose.

    def _blank(self, run: Run, source: str) -> bool:
        run.at += not source
        return not source

    def _silent(self, run: Run, source: str) -> bool:
        """Comments, conditions, attributes of the document, rules; a `+` that ties a block to a list item."""
        if line.ENTRY.match(source):
            while run.source().endswith("\\") and run.at + 1 < run.stop:
                run.at += 1
        elif source == "+":
            run.attached = run.in_list
        elif not (run.is_comment(source) or line.RULE.match(source)):
            return False
        run.at += 1
        return True

    def _attributes(self, run: Run, source: str) -> bool:
        """The attributes of the next block, and its title."""
        title = line.TITLE.match(source)
        if title:
            self._emit([run.piece(title.end())], "caption")
        elif line.ATTRIBUTES.match(source):
            run.attributes.append(source)
        else:
            return False
        run.at += 1
        return True

    def _macro(self, run: Run, source: str) -> bool:
        """A block that is one macro. The words that stand for a picture are prose."""
        macro = line.MACRO.match(source)
        if macro is None:
            return False
        if macro[1] == "image":
            start = run.lines.pieces[run.at][0] + macro.start(3)
            for found in filter(None, [_POSITIONAL.match(macro[3]), *_ALTERNATIVE.finditer(macro[3])]):
                first, last = found.span(found.lastindex)
                self._emit([(start + first, start + last)], "attribute")
        run.at += 1
        self._end_block(run)
        return True

    # Titles.

    def _heading(self, run: Run, source: str) -> bool:
        heading = line.HEADING.match(source)
        start = run.lines.pieces[run.at][0]
        if heading:
            taken, level = 1, len(heading[1])
            piece = (start + heading.start("title"), start + heading.end("title"))
        elif run.is_underlined(source):
            taken, level = 2, "=-~^+".index(run.source(1)[0]) + 1
            piece = (start, start + len(source))
        else:
            return False
        run.at += taken
        self._emit([piece], "heading")
        if level == 1 and not self._begun:
            self._header(run)
        self._end_block(run)
        return True

    def _header(self, run: Run) -> None:
        """Leave out what stands below the document's title: author, revision, attributes."""
        while source := run.source():
            run.is_comment(source)
            run.at += 1

    # Blocks between delimiters.

    def _delimited(self, run: Run, source: str) -> bool:
        mark = line.delimiter(source)
        if mark is None:
            return False
        first, style, attributes = run.at, run.style(), "".join(run.attributes)
        close = run.lines.closing(mark, first, run.stop)
        run.at = min(close + 1, run.stop)
        self._end_block(run)
        inner = Run(run.lines, self.prose.comments, first + 1, close, run.kind)
        span = Span(run.lines.pieces[first][0], run.lines.pieces[min(close, run.stop - 1)][1])
        if mark[0] == "/" or style == "comment":
            body = self.text[run.lines.pieces[first][1] : run.lines.pieces[max(first, close - 1)][1]]
            self.prose.comments.append(Comment(span, body.strip()))
        elif mark[0] in "|!,:":
            self._table(inner, attributes, mark, span)
        elif (mark[0] == "_" or style in _QUOTES) and not self.include_quotes:
            self.prose.skipped.append(Skipped(span, "block quote"))
        elif mark[0] in "_=*" or (mark == "--" and style not in _CODE):
            self._stack.append(inner)
        elif close == run.stop and any(map(str.isalpha, self.text[span.start : span.end])):
            self.prose.skipped.append(Skipped(span, "block without an end"))
        return True

    def _table(self, inner: Run, attributes: str, mark: str, span: Span) -> None:
        if is_separated_values(attributes, mark):
            self.prose.skipped.append(Skipped(span, "table of separated values"))
            return
        rows = inner.lines.pieces[inner.at : inner.stop]
        found = cells(self.text, rows, attributes, mark)
        while inner.at < inner.stop:
            inner.is_comment(inner.source())
            inner.at += 1
        self._stack.extend(reversed(found))

    def _cell(self, cell: Cell) -> None:
        if cell.style in _CODE_CELLS or not cell.parts:
            return
        if cell.style == "a":
            start, end = cell.parts[0]
            start = end - len(self.text[start:end].lstrip())
            self._stack.append(Run(Lines(self.text, [(start, end), *cell.parts[1:]]), self.prose.comments, kind="cell"))
            return
        parts: list[Piece] = []
        for start, end in [*cell.parts, (0, 0)]:  # a blank line ends a paragraph
            piece = trimmed(self.text, start, end)
            if piece[0] < piece[1]:
                parts.append(piece)
            elif parts:
                self._emit(parts, "cell")
                parts = []

    def _end_block(self, run: Run) -> None:
        """What was said about the block holds no longer; a block that no `+` ties to a list ends the list."""
        run.in_list = run.in_list and run.attached
        self._end_item(run)

    # Prose.

    def _item(self, run: Run, source: str) -> bool:
        item = line.ITEM.match(source)
        if item is None:
            return False
        run.in_list = True
        self._emit(run.taken(item.end()), "item")
        self._end_item(run)
        return True

    def _term(self, run: Run, source: str) -> bool:
        term = line.TERM.match(source)
        if term is None:
            return False
        run.in_list = True
        start = run.lines.pieces[run.at][0]
        self._emit([(start + term.start("term"), start + term.end("term"))], "term")
        if term.end() < len(source):
            self._emit(run.taken(term.end()), "item")
        else:
            run.at += 1
            self._definition(run)
        self._end_item(run)
        return True

    def _definition(self, run: Run) -> None:
        """The text that stands below its term, with or without blank lines and comments between them."""
        while run.at < run.stop and (not run.source() or run.is_comment(run.source())):
            run.at += 1
        below = run.source()
        if below and not any(pattern.match(below) for pattern in _NO_TEXT) and line.delimiter(below) is None:
            self._emit(run.taken(0), "item")

    def _end_item(self, run: Run) -> None:
        run.attributes.clear()
        run.attached = False
        self._begun = True

    def _paragraph(self, run: Run, source: str) -> bool:
        first, style = run.at, run.style()
        admonition = line.ADMONITION.match(source)
        literal = source[0] in " \t"
        run.in_list = run.in_list and (run.attached or literal)
        parts = run.taken(admonition.end() if admonition else 0)
        start, end = run.lines.pieces[first][0], parts[-1][1]
        quoted, signed = line.QUOTED.match(source) is not None, is_signed(self.text, parts)
        if style == "comment":
            self.prose.comments.append(Comment(Span(start, end), self.text[start:end].strip()))
        elif literal or style in _CODE:
            pass
        elif (quoted or signed or style in _QUOTES) and not self.include_quotes:
            self.prose.skipped.append(Skipped(Span(start, end), "block quote"))
        else:
            parts = parts[:-1] if signed else parts
            self._emit([without_mark(self.text, piece) for piece in parts] if quoted else parts, run.kind)
        self._end_block(run)
        return True

    def _emit(self, parts: list[Piece], kind: str) -> None:
        self.prose.segments.extend(segments(*line.joined(self.text, parts), kind))
