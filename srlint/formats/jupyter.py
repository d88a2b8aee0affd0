"""Jupyter notebooks: the Markdown cells. Code, outputs, raw cells and metadata are left out.

The notebook stays the JSON file that it is: each character of a cell leads to its escape in the file, so that a
rewrite changes words in place and keeps the indentation, the order of keys and the line ends of whoever wrote it.
"""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Iterator
from dataclasses import replace

import tree_sitter_json
from tree_sitter import Language, Node, Parser

from srlint.document import LINE_END
from srlint.errors import DocumentError
from srlint.formats import markdown
from srlint.formats.nested import inside
from srlint.formats.segment import Prose, SourceMap

_LANGUAGE = Language(tree_sitter_json.language())
_ESCAPE = re.compile(r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u....|\\.")
# Numbers of Python's JSON that the grammar does not know; within a string the change hurts nobody.
_NOT_A_NUMBER = re.compile(r"NaN|Infinity")
# MathJax takes a LaTeX environment for a formula, without any dollar signs around it.
_ENVIRONMENT = re.compile(r"\\begin\{([A-Za-z]+\*?)\}(?:(?!\n[ \t]*\n|\\begin\{\1\}).)*?\\end\{\1\}", re.DOTALL)
_NOT_LINE_END = re.compile(r"[^\r\n]")

# Types of cells that hold Markdown; "heading" is the third version's.
_MARKDOWN = frozenset({"markdown", "heading"})


def read(text: str, include_quotes: bool = False) -> Prose:
    """The prose of a notebook's Markdown cells. Raises DocumentError, with the line, when `text` is no notebook."""
    _check_json(text)
    prose = Prose()
    # One byte for each character, so that byte offsets are code points; escapes are of no use to the grammar.
    data = re.sub(rb"\\.", b"xx", text.encode("ascii", "replace"))
    data = re.sub(_NOT_A_NUMBER.pattern.encode(), lambda found: b"0".ljust(len(found[0])), data)
    for kind, source in _cells(text, Parser(_LANGUAGE).parse(data).root_node):
        if kind in _MARKDOWN:
            _read_cell(_Cell(text, source), kind, include_quotes, prose)
    return prose


def _read_cell(cell: _Cell, kind: str, include_quotes: bool, prose: Prose) -> None:
    found = inside(cell.text, cell.map, _read_markdown, include_quotes)
    for segment in found.segments:
        prose.segments.append(replace(segment, kind="heading") if kind == "heading" else segment)
    prose.skipped.extend(found.skipped)
    prose.comments.extend(found.comments)


def _read_markdown(text: str, include_quotes: bool) -> Prose:
    """Markdown in which a LaTeX environment is a formula of the same length."""
    return markdown.read(_ENVIRONMENT.sub(_formula, text), include_quotes)


def _formula(found: re.Match[str]) -> str:
    return f"$${_NOT_LINE_END.sub('x', found[0][2:-2])}$$"


class _Cell:
    """The source of a cell, a string or a list of them: its `text`, and the `map` that leads to the notebook."""

    def __init__(self, text: str, source: Node) -> None:
        self._text = text
        self._parts: list[str] = []
        self._starts, self._ends = array("I"), array("I")
        for string in [source] if source.type == "string" else source.named_children:
            self._string(string.start_byte + 1, string.end_byte - 1)
        self.text = "".join(self._parts)
        self.map = SourceMap(self._starts, self._ends)

    def _string(self, start: int, end: int) -> None:
        for escape in _ESCAPE.finditer(self._text, start, end):
            self._literal(start, escape.start())
            start = escape.end()
            meant = json.loads(f'"{escape[0]}"')
            # Half of a surrogate pair is no character.
            self._parts.append("\ufffd" if "\ud800" <= meant <= "\udfff" else meant)
            self._starts.append(escape.start())
            self._ends.append(start)
        self._literal(start, end)

    def _literal(self, start: int, end: int) -> None:
        self._parts.append(self._text[start:end])
        self._starts.extend(range(start, end))
        self._ends.extend(range(start + 1, end + 1))


def _check_json(text: str) -> None:
    try:
        # Numbers stay text: some are too long for Python, and none is of interest.
        json.loads(text, parse_int=str, parse_float=str)
    except json.JSONDecodeError as error:
        problem = re.sub(r"(?:(?: starting)? at|: ?)\Z", "", error.msg)
        raise _not_a_notebook(text, error.pos, f"not JSON, {problem[:1].lower()}{problem[1:]}") from error
    except RecursionError as error:
        raise _not_a_notebook(text, 0, "nested too deeply") from error


def _cells(text: str, root: Node) -> Iterator[tuple[str, Node]]:
    """The type and the source of each cell in order; a code cell of the third version has none."""
    top = next((node for node in root.named_children if node.type != "comment"), root)
    if top.type != "object":
        raise _not_a_notebook(text, top.start_byte, "expected an object with “cells”")
    members = _members(text, top)
    sheets = [_members(text, sheet) for sheet in _items(text, members, "worksheets")] if "worksheets" in members else []
    if "cells" not in members and not sheets:
        raise _not_a_notebook(text, top.start_byte, "it has no “cells”")
    for sheet in [members, *sheets] if "cells" in members else sheets:
        for cell in _items(text, sheet, "cells"):
            yield from _cell(text, cell)


def _cell(text: str, cell: Node) -> Iterator[tuple[str, Node]]:
    members = _members(text, cell)
    kind, source = members.get("cell_type"), members.get("source")
    if kind is None or kind.type != "string":
        raise _not_a_notebook(text, cell.start_byte, "a cell without “cell_type”")
    name = _value(text, kind)
    if name not in _MARKDOWN:
        return
    strings = [] if source is None else [source] if source.type == "string" else source.named_children
    if source is None or source.type not in ("string", "array") or any(part.type != "string" for part in strings):
        place = cell.start_byte if source is None else source.start_byte
        raise _not_a_notebook(text, place, "the “source” of a cell must be a string or a list of strings")
    yield name, source


def _members(text: str, node: Node) -> dict[str, Node]:
    """The members of an object by name; of two with one name the last counts, as for Python."""
    found: dict[str, Node] = {}
    for pair in node.named_children:
        key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
        if key is not None and value is not None:
            found[_value(text, key)] = value
    return found


def _items(text: str, members: dict[str, Node], name: str) -> list[Node]:
    """The objects in the list of that name."""
    node = members.get(name)
    if node is None:
        return []
    for item in node.named_children if node.type == "array" else [node]:
        if item.type != "object" or node.type != "array":
            raise _not_a_notebook(text, item.start_byte, f"“{name}” must be a list of objects")
    return node.named_children


def _value(text: str, node: Node) -> str:
    return json.loads(text[node.start_byte : node.end_byte])


def _not_a_notebook(text: str, place: int, problem: str) -> DocumentError:
    line = len(LINE_END.findall(text, 0, place)) + 1
    return DocumentError(f"not a Jupyter notebook: {problem} (line {line})")
