"""The tags of an HTML document with their attributes, through tree-sitter-html."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import tree_sitter_html
from tree_sitter import Language, Node, Parser, Tree

from srlint.formats.html.source import Source

_LANGUAGE = Language(tree_sitter_html.language())
_NAME = re.compile(rb"</?\s*([^\s/>]+)")
_TAGS = frozenset({"start_tag", "self_closing_tag", "end_tag", "erroneous_end_tag"})
_LONE_TAG = re.compile(rb"<(/?)[A-Za-z][^<>]*>")
# Only tags with one of these are worth a look inside.
_WORTH = re.compile(rb"(?i:alt|title|aria-\w+|placeholder|content|lang|translate)[ \t\n\r\f]*=")


@dataclass(frozen=True, slots=True)
class Value:
    """Where an attribute's value stands, without its quotation marks."""

    start: int
    end: int
    quoted: bool


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag at start..end of the document. `closing`: </p>. `empty`: <p/>. Names are in small letters."""

    name: str
    start: int
    end: int
    closing: bool
    empty: bool
    attributes: dict[str, Value]


def tags(source: Source) -> Iterator[Tag]:
    """The tags in order. Where the document is broken the grammar's tree is flat, but its tags are still there."""
    parser = Parser(_LANGUAGE)
    for start, end in zip(source.cuts, [*source.cuts[1:], len(source.data)], strict=True):
        part = source.data[start:end]
        yield from _walk(parser.parse(part), part, start)


def _walk(tree: Tree, data: bytes, base: int) -> Iterator[Tag]:
    """Every tag below the root, without recursion: documents can be nested without end."""
    cursor = tree.walk()
    done = 0
    while True:
        node = cursor.node
        assert node is not None
        if node.start_byte >= done and node.type in _TAGS:
            yield _tag(node, data, base)
            done = node.end_byte
        elif node.start_byte >= done and node.type in ("</", "<"):  # in a part that the grammar could not make sense of
            lone = _LONE_TAG.match(data, node.start_byte)
            if lone is not None:
                done = lone.end()
                yield Tag(_name(data, lone.start()), base + lone.start(), base + done, bool(lone[1]), False, {})
        elif cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return


def _tag(node: Node, data: bytes, base: int) -> Tag:
    start, end, kind = node.start_byte, node.end_byte, node.type
    attributes = _attributes(node, data, base) if _WORTH.search(data, start, end) else {}
    closing = kind.endswith("end_tag")
    return Tag(_name(data, start), base + start, base + end, closing, kind == "self_closing_tag", attributes)


def _name(data: bytes, start: int) -> str:
    found = _NAME.match(data, start)
    return found[1].decode("ascii").lower() if found else ""


def _attributes(node: Node, data: bytes, base: int) -> dict[str, Value]:
    """The attributes that have a value; of two with one name the first counts, as in browsers."""
    found: dict[str, Value] = {}
    for child in node.named_children:
        parts = child.named_children if child.type == "attribute" else []
        if len(parts) < 2:
            continue
        name, value = data[parts[0].start_byte : parts[0].end_byte].decode("ascii").lower(), parts[1]
        quoted = value.type == "quoted_attribute_value"
        found.setdefault(name, Value(base + value.start_byte + quoted, base + value.end_byte - quoted, quoted))
    return found
