"""From a document to passages: one sentence each, as plain text with a map to the source."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

from srlint.above import Above, is_on_the_word_above
from srlint.context import context
from srlint.document import Comment, Document, Span
from srlint.english import is_english
from srlint.errors import DocumentError
from srlint.findings import Skipped
from srlint.formats import SYNTAXES
from srlint.formats.segment import Segment, SourceMap, drained
from srlint.sentences import sentences

__all__ = ["MAX_LENGTH", "Parsed", "Passage", "SourceMap", "passages"]

MAX_LENGTH = 2000  # characters: no sentence is longer, and neither model is trained on such a stretch

_WHOLE = frozenset({"heading"})  # kinds of block that are one passage whatever full stops they hold ("1. Aims")


@dataclass(frozen=True, slots=True)
class Passage:
    """One sentence, heading, list item or table cell. `span` is its outermost stretch of the document.

    `text` is plain (markup removed, opaque inline elements as U+FFFC), `map` leads from its characters to the document,
    `before` is the text of the sentence before it, if that is a plain sentence, and for an item of the one that leads
    up to its list; one of another block stands apart (srlint.context). `kind` is the kind of block it stands in.
    `in_word_list`: it stands in a list or table of words to be avoided, which it therefore only mentions.
    """

    span: Span
    text: str
    map: SourceMap
    before: str
    kind: str
    in_word_list: bool = False


class Parsed(NamedTuple):
    """A document taken apart, each part in order of position."""

    passages: tuple[Passage, ...]
    skipped: tuple[Skipped, ...]
    comments: tuple[Comment, ...]


def passages(document: Document, include_quotes: bool = False) -> Parsed:
    """The document's passages, what was left out, and its comments. Raises DocumentError for an unknown syntax."""
    syntax = SYNTAXES.get(document.syntax)
    if syntax is None:
        raise DocumentError(f"unknown syntax {document.syntax!r}: expected one of {', '.join(sorted(SYNTAXES))}")
    prose = syntax.read(document.text, include_quotes)
    found: list[Passage] = []
    skipped = list(prose.skipped)
    above = Above()
    for segment in drained(prose.segments):
        if not any(map(str.isalpha, segment.text)):
            continue
        if not is_english(segment.text):
            skipped.append(Skipped(segment.map.cover(0, len(segment.map)), "not English"))
            continue
        above.enter(segment.kind)
        known = len(found)
        _split(segment, above, found, skipped)
        above.leave(segment.kind, [passage.text for passage in found[known:]])
    for at, (heading, below) in enumerate(pairwise(found)):
        if heading.kind in ("heading", "term") and is_on_the_word_above(below.text):
            found[at] = replace(heading, in_word_list=True)
    return Parsed(tuple(found), tuple(sorted(skipped, key=lambda item: item.span)), tuple(prose.comments))


def _split(segment: Segment, above: Above, found: list[Passage], skipped: list[Skipped]) -> None:
    """Append the segment's sentences to `found`, or to `skipped` where they are too long."""
    text = segment.text
    before, in_word_list = above.before(segment.kind), above.is_word_list(segment.kind)
    whole = len(text) - len(text.lstrip()), len(text.rstrip())
    for start, end in [whole] if segment.kind in _WHOLE else sentences(text):
        sentence = text[start:end]
        if not any(map(str.isalpha, sentence)):
            continue
        span = segment.map.cover(start, end)
        if len(sentence) > MAX_LENGTH:
            skipped.append(Skipped(span, "too long"))
            continue
        places = segment.map.cut(start, end)
        found.append(Passage(span, sentence, places, context(before), segment.kind, in_word_list))
        before = sentence
