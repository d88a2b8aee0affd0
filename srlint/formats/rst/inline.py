"""Inline markup of reStructuredText, through tree-sitter-rst: emphasis, literals, roles, references, escapes.

The grammar is given one block of text at a time. Its blocks are not used: it loses its place when indentation is ragged
(code then reads as prose), overruns a buffer when lists nest a hundred deep, and knows no tables.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING

from srlint.formats.atoms import ATOM
from srlint.formats.offsets import CodePoints
from srlint.formats.segment import Segment, SegmentBuilder

if TYPE_CHECKING:
    from tree_sitter import Language

_MARKUP = re.compile(r"[*`|_]")
_LEADS = "x "  # stands before the text, so that its beginning is never taken for a list, a comment or a directive
_KINDS = frozenset(
    "emphasis strong literal interpreted_text reference inline_target substitution_reference footnote_reference"
    " citation_reference".split()
)

# An escaped blank or line break (nothing is left of it), an escaped character, a line break.
_SPECIAL = re.compile(r"\\(?:\s|\Z|(.))|\n", re.DOTALL)

_MARKS = re.compile(r"\*\*?|``?|_`|\|")
_QUOTES = frozenset("'' \"\" () [] {} <> “” ‘’ «» ‹› „“ ‚‘".split())
_NEUTRAL = "."  # in the place of a sign that is only text
_MAX_TRIES = 20

# What the grammar calls these two is sometimes only their end, or only a role.
_WHOLE = {
    "reference": re.compile(r"`.+`__?|\w(?:.*\w)?__?", re.DOTALL),
    "interpreted_text": re.compile(r"(?:\w|[:.+-])*`.+`(?:\w|[:.+-])*", re.DOTALL),
}

_ROLE = re.compile(r":[\w.+:-]+:")

# Roles whose text is part of the sentence, and roles whose text is never a label before a target.
_PROSE_ROLES = frozenset(
    "abbr abbreviation ac acronym dfn emphasis strong sub subscript sup superscript small-caps smallcaps".split()
)
_OPAQUE_ROLES = frozenset(
    "code math raw literal samp kbd file command program option regexp guilabel menuselection eq index".split()
)

# The grammar looks for the end of each mark all through the block. Marks without an end, times characters:
_MAX_WORK = 1_000_000
_OPENING = re.compile(r"(?<![^\s'\"(\[{<:/-])(?:\*\*?|``?|\||_`|\[)(?=\S)")
_CLOSING = re.compile(r"(?<=\S)(?:\*\*?|``?_{0,2}|\|_{0,2}|\]_)(?!\w)")


class TooComplexError(Exception):
    """A block of thousands of marks that open and never close: reading it would take minutes."""


def segment(
    text: str, pieces: Sequence[tuple[int, int]], kind: str, tail: tuple[int, int] | None = None
) -> Segment | None:
    """The block of prose whose lines are the stretches `pieces` of `text`; None when nothing is there.

    `tail` is a stretch of markup that ends the block as an opaque element. Raises TooComplexError.
    """
    block = _Block(text, pieces)
    block.read()
    if tail is not None:
        block.builder.stand_in(ATOM, *tail)
    return block.builder.build(kind)


@cache
def _language() -> Language:
    from tree_sitter import Language
    from tree_sitter_rst import language

    return Language(language())


def _parse(source: str) -> tuple[list[tuple[str, int, int]], int | None]:
    """The marked stretches that the grammar finds, and the first sign that opens one although it is not allowed to."""
    from tree_sitter import Parser

    source = source.replace("\0", _NEUTRAL)  # which the grammar takes for the end
    offset = CodePoints(source)
    found, nodes, wrong = [], [Parser(_language()).parse(source.encode()).root_node], None
    while nodes:
        node = nodes.pop()
        if node.type not in _KINDS or not node.is_named:
            nodes.extend(reversed(node.children))
            continue
        start, end = offset(node.start_byte), offset(node.end_byte)
        if node.type in _WHOLE and not _WHOLE[node.type].fullmatch(source, start, end):
            continue
        if _is_text(source, start):
            wrong = start if wrong is None else wrong
            continue
        if node.type == "interpreted_text" and source[end - 1] == "`":
            role = _ROLE.match(source, end)  # the grammar sees a role behind the text only before a blank
            end = role.end() if role else end
        found.append((node.type, start, end))
    return found, wrong


def _is_text(source: str, start: int) -> bool:
    """Whether the sign at `start` opens nothing by docutils' rules: it is escaped, or alone between quotation marks."""
    before = source[max(0, start - 100) : start]
    if (len(before) - len(before.rstrip("\\"))) % 2:
        return True
    mark = _MARKS.match(source, start)
    return mark is not None and source[start - 1] + source[mark.end() : mark.end() + 1] in _QUOTES


def _label(text: str) -> int | None:
    """The length of the label in `label <target>`, or None when there is no target."""
    at = text.rfind("<")
    if at < 0 or text.find(">", at) != len(text) - 1 or text.endswith("<>"):
        return None
    return len(text[:at].rstrip()) if at == 0 or text[at - 1].isspace() else None


class _Block:
    """The lines of one block, joined, and the way back to the document."""

    def __init__(self, text: str, pieces: Sequence[tuple[int, int]]) -> None:
        self.builder = SegmentBuilder()
        self._source = text
        self._pieces = pieces
        self._text = "\n".join(text[start:end] for start, end in pieces)
        self._lines = list(accumulate((end - start + 1 for start, end in pieces[:-1]), initial=0))

    def read(self) -> None:
        done = 0
        for kind, start, end in self._marks():
            self._prose(done, start)
            self._mark(kind, start, end)
            done = end
        self._prose(done, len(self._text))

    def _marks(self) -> list[tuple[str, int, int]]:
        """The marked stretches in order: type of node, start and end in the joined text."""
        if not _MARKUP.search(self._text):
            return []
        unclosed = len(_OPENING.findall(self._text)) - len(_CLOSING.findall(self._text))
        if unclosed * len(self._text) > _MAX_WORK:
            raise TooComplexError
        source = _LEADS + self._text
        for _ in range(_MAX_TRIES):
            found, wrong = _parse(source)
            if wrong is None:
                break
            source = source[:wrong] + _NEUTRAL + source[wrong + 1 :]
        return [(kind, start - len(_LEADS), end - len(_LEADS)) for kind, start, end in found]

    def _mark(self, kind: str, start: int, end: int) -> None:
        if kind in ("emphasis", "strong"):
            width = 1 if kind == "emphasis" else 2
            self._prose(start + width, end - width)
        elif kind == "reference":
            self._reference(start, end)
        elif kind == "inline_target":
            self._fixed(start + 2, end - 1)
        elif kind == "interpreted_text":
            self._interpreted(start, end)
        else:
            self._atom(start, end)

    def _reference(self, start: int, end: int) -> None:
        """The label is prose. Where it is also the name of its target it may not be edited."""
        source = self._text[start:end]
        last = end - (2 if source.endswith("__") else 1)
        quoted = source[0] == "`"
        first, last = start + quoted, last - quoted
        label = _label(self._text[first:last]) if quoted else None
        if label is not None:
            self._labelled(start, end, first, label)
        elif source.endswith("__"):
            self._prose(first, last)
        else:
            self._fixed(first, last)

    def _interpreted(self, start: int, end: int) -> None:
        """Text in a role: prose, a label before a target, or opaque. Without a role it is the title of a work."""
        source = self._text[start:end]
        role = _ROLE.match(source)
        first = start + (role.end() if role else 0) + 1
        last = start + source.rfind("`")
        name = role or (_ROLE.fullmatch(source[last + 1 - start :]) if last >= first else None)
        label = _label(self._text[first:last])
        name = name[0].strip(":").rpartition(":")[2] if name else ""
        if name in _PROSE_ROLES:
            self._prose(first, last)
        elif name and name not in _OPAQUE_ROLES and label is not None:
            self._labelled(start, end, first, label)
        else:
            self._atom(start, end)

    def _labelled(self, start: int, end: int, first: int, label: int) -> None:
        if label:
            self._prose(first, first + label)
        else:
            self._atom(start, end)

    def _fixed(self, start: int, end: int) -> None:
        since = len(self.builder)
        self._prose(start, end)
        self.builder.fix(since)

    def _atom(self, start: int, end: int) -> None:
        self.builder.stand_in(ATOM, self._place(start), self._place(end - 1) + 1)

    def _prose(self, start: int, end: int) -> None:
        """Text without markup, its escapes undone and its line breaks made spaces."""
        done = start
        for match in _SPECIAL.finditer(self._text, start, end):
            self._literal(done, match.start())
            done = match.end()
            if match[1]:
                self.builder.stand_in(match[1], self._place(match.start()), self._place(done - 1) + 1)
            elif match[0] == "\n":
                self._line_break(done)
        self._literal(done, end)

    def _literal(self, start: int, end: int) -> None:
        if start < end:
            self.builder.literal(self._text[start:end], self._place(start))

    def _line_break(self, end: int) -> None:
        """A space for the break. It is a hard one where something else stands in between, as beside a table cell."""
        first, last = self._pieces[bisect_right(self._lines, end - 1) - 1][1], self._place(end)
        self.builder.line_break(first, last, hard=not self._source[first:last].isspace())

    def _place(self, at: int) -> int:
        """Where the character of the joined text stands in the document."""
        line = bisect_right(self._lines, at) - 1
        return self._pieces[line][0] + at - self._lines[line]
