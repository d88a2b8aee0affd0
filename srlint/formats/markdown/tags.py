"""What Markdown and MDX need to know of tags: which hold no prose, which only format, and what attributes say."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from srlint.formats.html.tags import ATTRIBUTES, LEFT_OUT, VOID
from srlint.formats.segment import Segment, SegmentBuilder

# The content of these elements is code or not text at all, so the whole element is opaque.
OPAQUE = LEFT_OUT - VOID

# These mark up words as emphasis and links do: the tags vanish, the words between them are read on.
FORMATTING = frozenset(
    "a abbr acronym b bdi bdo big cite data del dfn em font i ins mark nobr rb ruby s small span strike strong sub sup"
    " time u wbr".split()
)

_NAME = re.compile(r"</?\s*([A-Za-z][\w.:-]*)")
_ATTRIBUTE = re.compile(r"""[\s"'/]([^\s"'<>/={}]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`{}]+))""")
_PIECE = re.compile(r"[ \t]*(?:\r\n|\r|\n)[ \t>]*|&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|\w{2,32});")


def name(tag: str) -> str:
    """The name of the element that a tag opens or closes, in small letters; empty when it is no such tag."""
    found = _NAME.match(tag)
    return found[1].lower() if found else ""


def attributes(text: str, start: int, end: int) -> Iterator[Segment]:
    """What the tag at start..end of `text` says in its attributes for people."""
    for found in _ATTRIBUTE.finditer(text, start, end):
        if found[1].lower() in ATTRIBUTES:
            segment = value(text, *found.span(found.lastindex))
            if segment is not None:
                yield segment


def value(text: str, start: int, end: int) -> Segment | None:
    """The value of an attribute, at start..end of `text` without its quotes; None when it says nothing."""
    builder = SegmentBuilder()
    for piece in _PIECE.finditer(text, start, end):
        builder.literal(text[start : piece.start()], start)
        start = piece.end()
        meant = html.unescape(piece[0])
        if piece[0][0] != "&":
            builder.line_break(piece.start(), start)
        elif meant != piece[0]:
            builder.stand_in(meant, piece.start(), start)
        else:
            builder.literal(piece[0], piece.start())
    builder.literal(text[start:end], start)
    return builder.build("attribute")
