"""On which line of a TOML document a key stands."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from srlint.config.faults import At

if TYPE_CHECKING:
    from tree_sitter import Node


def line_of(text: str, at: At) -> int | None:
    """The line (from 1) of the key or list entry `at` in the TOML document `text`, or of the closest above it.

    None when nothing of it is written there. The document must be valid.
    """
    lines = _lines(text)
    for length in range(len(at), 0, -1):
        if at[:length] in lines:
            return lines[at[:length]]
    return None


def _lines(text: str) -> dict[At, int]:
    import tree_sitter_toml
    from tree_sitter import Language, Parser

    tree = Parser(Language(tree_sitter_toml.language())).parse(text.encode())
    lines: dict[At, int] = {}
    last: dict[At, int] = {}  # of each array of tables, the entry that is being written
    for node in tree.root_node.named_children:
        header: At = ()
        if node.type in ("table", "table_array_element"):
            header = _header(key_names(node.named_children[0]), last, node.type == "table_array_element")
            _note(lines, header, node)
        pairs = [node] if node.type == "pair" else [child for child in node.named_children if child.type == "pair"]
        for pair in pairs:
            _read_pair(pair, header, lines)
    return lines


def _header(names: list[str], last: dict[At, int], begins: bool) -> At:
    at: At = ()
    for number, name in enumerate(names, 1):
        at = (*at, name)
        if begins and number == len(names):
            last[at] = last.get(at, -1) + 1
        if at in last:
            at = (*at, last[at])
    return at


def _read_pair(pair: Node, above: At, lines: dict[At, int]) -> None:
    todo: list[tuple[Node, At]] = [(pair, above)]
    while todo:
        node, at = todo.pop()
        children = [child for child in node.named_children if child.type != "comment"]
        if node.type == "pair":
            at = (*at, *key_names(children[0]))
            _note(lines, at, node)
            todo.append((children[-1], at))
        elif node.type == "inline_table":
            todo += ((child, at) for child in children)
        elif node.type == "array":
            for place, child in enumerate(children):
                _note(lines, (*at, place), child)
                todo.append((child, (*at, place)))


def _note(lines: dict[At, int], at: At, node: Node) -> None:
    # What is known of a key is known of all above it: deep nesting is not gone through again for each entry.
    for length in range(len(at), 0, -1):
        if at[:length] in lines:
            break
        lines[at[:length]] = node.start_point.row + 1


def key_names(key: Node) -> list[str]:
    """The names in the key of a pair or in the header of a table."""
    return [_name(part) for part in _parts(key)]


def _parts(key: Node) -> Iterator[Node]:
    todo = [key]
    while todo:
        node = todo.pop()
        if node.type == "dotted_key":
            todo += reversed(node.named_children)
        else:
            yield node


def _name(key: Node) -> str:
    text = (key.text or b"").decode()
    return next(iter(tomllib.loads(f"{text} = 0"))) if key.type == "quoted_key" else text
