"""The kinds of block of reStructuredText, told apart by their first lines as in docutils (its module `states`)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from srlint.formats.rst.explicit import FIELD, MARK, explicit_end, read_explicit
from srlint.formats.rst.fields import holds_prose
from srlint.formats.rst.lines import Line, body, indented, margin, paragraph, rest, width
from srlint.formats.rst.lists import BULLET, OPTION, enumerator, term_and_classifiers
from srlint.formats.rst.tables import GRID_TOP, SIMPLE_TOP, grid_cells, grid_end, simple_cells, simple_end

if TYPE_CHECKING:
    from srlint.formats.rst import Reader

_DOCTEST = re.compile(r">>>(?:[ \t]|\Z)")
_VERSE = re.compile(r"\|(?:[ \t]+|\Z)")
_ANONYMOUS = re.compile(r"__(?:[ \t]|\Z)")
_ADORNMENT = re.compile(r"([!-/:-@[-`{-~])\1*\Z")
_LITERAL = re.compile(r"(?<!\\)(?:\\\\)*::\Z")

_MIN_ADORNMENT = 4  # characters: a shorter line under a title must be as long as the title
_BEFORE_DATA = frozenset({"title", "hidden", "data"})  # what may stand before the data about a document
_ITEMS = frozenset({"item", "field"})


class Block:
    """One run of lines at one level: what its blocks have been so far."""

    def __init__(self, lines: Sequence[Line], kind: str, level: int, in_item: bool) -> None:
        self.lines = lines
        self.kind = kind
        self.level = level
        self.in_item = in_item
        self.base = margin(lines)
        self.seen: list[str] = []
        self.literal = False  # the last paragraph announces a literal block
        self.colon = False  # the last paragraph ends with a colon

    def item_kind(self) -> str:
        """The kind of block that a paragraph of an item is."""
        return self.kind if self.kind == "cell" else "item"


def read_block(reader: Reader, block: Block, at: int) -> tuple[str, int]:
    """Read the block that begins at line number `at`: what it is, and the number of the line after it."""
    line = block.lines[at]
    if line.indent > block.base:
        return _indented(reader, block, at)
    source = reader.source(line)
    for begins, read_it in _KINDS:
        found = read_it(reader, block, at) if begins.match(source) else None
        if found is not None:
            return found
    return _text(reader, block, at)


def literal_end(reader: Reader, block: Block, at: int) -> int:
    """The end of the literal block that may begin here: indented, or each line after the same sign."""
    line = block.lines[at]
    if line.indent > block.base:
        return indented(block.lines, at, block.base + 1)
    sign = reader.text[line.start]
    if not _ADORNMENT.match(sign):
        return at
    end = at
    while end < len(block.lines) and not block.lines[end].blank and reader.text[block.lines[end].start] == sign:
        end += 1
    return end


def _indented(reader: Reader, block: Block, at: int) -> tuple[str, int]:
    end = indented(block.lines, at, block.base + 1)
    after_item = bool(block.seen) and block.seen[-1] in _ITEMS
    reader.quote(block.lines[at:end], block.level, False, after_item or (block.in_item and not block.colon))
    # What continues an item may go on after a blank line.
    return "item" if after_item else "quote", end


def _bullet(reader: Reader, block: Block, at: int) -> tuple[str, int]:
    return _item(reader, block, at, BULLET.match(reader.source(block.lines[at])).end())


def _number(reader: Reader, block: Block, at: int) -> tuple[str, int] | None:
    following = block.lines[at + 1] if at + 1 < len(block.lines) else None
    beside = following is not None and not following.blank and following.indent == block.base
    length = enumerator(reader.source(block.lines[at]), reader.source(following) if beside else None)
    return None if length is None else _item(reader, block, at, length)


def _item(reader: Reader, block: Block, at: int, length: int) -> tuple[str, int]:
    line = block.lines[at]
    first = rest(reader.text, line, line.start + length)
    if first.blank:
        end = indented(block.lines, at + 1, block.base + 1)
        item = list(block.lines[at + 1 : end])
    else:
        end = indented(block.lines, at + 1, first.indent)
        item = [first, *block.lines[at + 1 : end]]
    reader.blocks(item, block.item_kind(), block.level + 1, in_item=True)
    return "item", end


def _field(reader: Reader, block: Block, at: int) -> tuple[str, int]:
    line = block.lines[at]
    mark = FIELD.match(reader.text, line.start, line.end)
    end = indented(block.lines, at + 1, block.base + 1)
    value = body(rest(reader.text, line, mark.end()), block.lines[at + 1 : end])
    at_top = block.level == 0 and _BEFORE_DATA.issuperset(block.seen)
    said = " ".join(map(reader.source, value))
    if holds_prose(mark[0].strip(": \t"), said, at_top):
        reader.blocks(value, block.item_kind(), block.level + 1)
    return "data" if at_top else "field", end


def _option(reader: Reader, block: Block, at: int) -> tuple[str, int] | None:
    line = block.lines[at]
    first = rest(reader.text, line, OPTION.match(reader.text, line.start, line.end).end())
    end = indented(block.lines, at + 1, block.base + 1)
    described = body(first, block.lines[at + 1 : end])
    if not described or described[0].blank:
        return None
    reader.blocks(described, block.item_kind(), block.level + 1)
    return "item", end


def _doctest(reader: Reader, block: Block, at: int) -> tuple[str, int]:
    return "doctest", paragraph(block.lines, at)


def _anonymous(reader: Reader, block: Block, at: int) -> tuple[str, int]:
    return "hidden", max(at + 1, min(paragraph(block.lines, at), indented(block.lines, at + 1, block.base + 1)))


def _verse(reader: Reader, block: Block, at: int) -> tuple[str, int]:
    """Lines that are to stay lines: one block up to an empty one."""
    pieces: list[tuple[int, int]] = []
    end = paragraph(block.lines, at)
    while at < end:
        line = block.lines[at]
        mark = _VERSE.match(reader.text, line.start, line.end) if line.indent == block.base else None
        if mark is None and line.indent == block.base:
            break
        start = mark.end() if mark else line.start
        if start < line.end:
            pieces.append((start, line.end))
        else:
            reader.leaf(pieces, block.kind)
            pieces = []
        at += 1
    reader.leaf(pieces, block.kind)
    return "verse", at


def _table(reader: Reader, block: Block, at: int) -> tuple[str, int] | None:
    is_grid = GRID_TOP.match(reader.source(block.lines[at])) is not None
    end = (grid_end if is_grid else simple_end)(reader.text, block.lines, at)
    if end is None:
        return None
    rows = block.lines[at:end]
    cells = (grid_cells if is_grid else simple_cells)(reader.text, rows)
    if cells is None:
        reader.skip(rows, "malformed table")
    for cell in cells or ():
        reader.blocks(cell, "cell", block.level + 1)
    return "table", end


def _explicit(reader: Reader, block: Block, at: int) -> tuple[str, int]:
    end = explicit_end(reader.text, block.lines, at)
    return read_explicit(reader, block.lines[at:end], block.level + 1), end


def _adornment(reader: Reader, block: Block, at: int) -> tuple[str, int] | None:
    """A line of one sign: over a title, or between two blocks."""
    source = reader.source(block.lines[at])
    if at + 1 == len(block.lines) or block.lines[at + 1].blank:
        return ("transition", at + 1) if len(source) >= _MIN_ADORNMENT else None
    if at + 2 < len(block.lines) and reader.source(block.lines[at + 2]) == source:
        return _title(reader, block.lines[at + 1], block.lines[at + 2], block.base), at + 3
    return ("broken title", at + 1) if len(source) >= _MIN_ADORNMENT else None


def _title(reader: Reader, title: Line, under: Line, base: int) -> str:
    """A title. One that is too long for the line under it ends in a mark: so no rewrite may make it too long."""
    fits = title.indent - base + width(reader.source(title)) <= under.end - under.start
    reader.leaf([(title.start, title.end)], "heading", None if fits else (under.start, under.end))
    return "title"


def _text(reader: Reader, block: Block, at: int) -> tuple[str, int]:
    """A title with a line under it, a term with its definition, or a paragraph."""
    line = block.lines[at]
    following = block.lines[at + 1] if at + 1 < len(block.lines) else None
    if following is not None and not following.blank:
        if following.indent > block.base:
            return _definition(reader, block, at)
        length = following.end - following.start
        if _ADORNMENT.match(reader.source(following)) and (
            length >= _MIN_ADORNMENT or length >= width(reader.source(line))
        ):
            return _title(reader, line, following, block.base), at + 2
    end = at + 1
    while end < len(block.lines) and block.lines[end].indent == block.base and not block.lines[end].blank:
        end += 1
    _paragraph(reader, block, block.lines[at:end])
    return "text", end


def _definition(reader: Reader, block: Block, at: int) -> tuple[str, int]:
    line = block.lines[at]
    end = indented(block.lines, at + 1, block.base + 1)
    if _LITERAL.search(reader.source(line)):  # the blank line before a literal block was forgotten
        _paragraph(reader, block, [line])
        block.literal = False
        return "text", end
    for start, last in term_and_classifiers(reader.source(line)):
        reader.leaf([(line.start + start, line.start + last)], "term")
    reader.blocks(block.lines[at + 1 : end], block.kind, block.level + 1)
    return "definition", end


def _paragraph(reader: Reader, block: Block, lines: Sequence[Line]) -> None:
    pieces = [(line.start, line.end) for line in lines]
    source = reader.source(lines[-1])
    block.colon = source.endswith(":")
    block.literal = _LITERAL.search(source) is not None
    if block.literal:  # two colons at the end of a word mean one, after a blank none
        start, end = pieces.pop()
        said = source[:-2].rstrip()
        if said:
            pieces.append((start, start + len(said) if len(said) < len(source) - 2 else end - 1))
    reader.leaf(pieces, block.kind)


# What the first line of a block looks like, in the order in which docutils asks. The reader may find that it is none.
_KINDS = (
    (BULLET, _bullet),
    (re.compile(r"\(?[\w#]+[.)]"), _number),
    (FIELD, _field),
    (OPTION, _option),
    (_DOCTEST, _doctest),
    (_VERSE, _verse),
    (GRID_TOP, _table),
    (SIMPLE_TOP, _table),
    (MARK, _explicit),
    (_ANONYMOUS, _anonymous),
    (_ADORNMENT, _adornment),
)
