"""HTML, whole pages and fragments: blocks of text, what attributes say, comments.

Everything stands in order of position with one exception: a segment of kind "attribute" (alternative text, a title,
an `aria-label`) follows the block of prose within which its tag stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from srlint.document import Comment, Span
from srlint.findings import Skipped
from srlint.formats.atoms import ATOM
from srlint.formats.html.parts import Tag, tags
from srlint.formats.html.source import Hidden, prepare
from srlint.formats.html.stack import Element, OpenElements
from srlint.formats.html.tags import ATTRIBUTES, BLOCKS, LEFT_OUT, UNSEEN, VOID
from srlint.formats.html.words import Words
from srlint.formats.segment import Prose, Segment

_COMMENT = re.compile(r"<!--(?:-?>|(?P<text>.*?)(?:(?P<end>--!?>)|\Z))", re.DOTALL)
_CONDITION = re.compile(r"\[if\b|<!\[endif", re.IGNORECASE)
_MARKUP = re.compile(r"<!--.*?(?:-->|\Z)|<[^>]*>|&#?\w+;", re.DOTALL)
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_][a-z0-9_-]*)?")
_NO_OTHER_LANGUAGE = frozenset({"en", "eng", "und", "mul", "zxx", "mis"})
# With translate="no" these keep translators from offering their help; they say nothing about the words.
_PAGE = frozenset({"html", "body"})
# `<sup>` or `<a>` that leads to a note of this page: `<sup><a href="#note-1">1</a></sup>`.
_NOTE_MARK = re.compile(
    r"(?:<sup\b[^<>]*>\s*\[?\s*<a\b|<a\b(?=[^<>]*>\s*<sup\b))[^<>]*\bhref\s*=\s*[\"']?\s*#", re.IGNORECASE
)


def read(text: str, include_quotes: bool = False) -> Prose:
    """The prose blocks of an HTML page or fragment, its comments, and what was left out of it.

    Block quotes, elements in another language (`lang`), blocks that are not to be translated and what is broken are
    left out with a reason; code, formulas, scripts and the like without one.
    """
    source = prepare(text)
    walk = _Walk(text, source.hidden, include_quotes)
    for tag in tags(source):
        walk.step(tag)
    return walk.finish()


@dataclass(frozen=True, slots=True)
class _LeftOut:
    """An element that is left out: where it began, how many elements it stands in, and why ("": no need to say)."""

    start: int
    depth: int
    reason: str
    in_line: bool


class _Walk:
    """The state of one pass over the tags: open elements, the block under construction, and what is being left out."""

    def __init__(self, text: str, hidden: list[Hidden], include_quotes: bool) -> None:
        self.text = text
        self.include_quotes = include_quotes
        self.prose = Prose()
        self._hidden = hidden
        self._words = Words(text, hidden)
        self._open = OpenElements()
        self._out: _LeftOut | None = None
        self._waiting: list[Segment] = []  # what attributes say inside the block under construction
        self._cursor = 0  # the end of the last thing read

    def step(self, tag: Tag) -> None:
        """Take the text before a tag, and the tag."""
        self._read(tag.start)
        if tag.closing:
            for element in self._open.ended_by_end(tag.name):
                self._end(element, tag.start, tag if element.name == tag.name else None)
            if tag.name in BLOCKS and self._out is None:
                self._flush(self._open.kind)
        else:
            for element in self._open.ended_by_start(tag.name):
                self._end(element, tag.start, None)
            self._start(tag)
        self._cursor = tag.end

    def finish(self) -> Prose:
        """Everything has been read."""
        end = len(self.text)
        self._read(end)
        for element in self._open.all_ended():
            self._end(element, end, None)
        self._flush("paragraph")
        for item in self._words.broken:
            self._skip(item.start, item.end, "broken tag")
        for item in self._hidden:
            if item.kind == "comment":
                self._comment(item)
        self.prose.skipped.sort(key=lambda item: item.span)
        return self.prose

    def _comment(self, item: Hidden) -> None:
        found = _COMMENT.fullmatch(self.text, item.start, item.end)
        assert found is not None  # that is how it was found
        text = (found["text"] or "").strip()
        if found["text"] is not None and found["end"] is None:
            if any(map(str.isalpha, text)):
                self.prose.skipped.append(Skipped(Span(item.start, item.end), "unclosed comment"))
        elif not _CONDITION.match(text):
            self.prose.comments.append(Comment(Span(item.start, item.end), text))

    def _read(self, end: int) -> None:
        if self._out is None:
            self._words.read(self._cursor, end)

    def _flush(self, kind: str) -> None:
        """Finish the block under construction."""
        segment = self._words.finish(kind)
        if segment is not None:
            self.prose.segments.append(segment)
        self.prose.segments.extend(self._waiting)
        self._waiting = []

    def _start(self, tag: Tag) -> None:
        is_new = self._out is None
        if is_new:
            if tag.name in BLOCKS:
                self._flush(self._open.kind)
            self._out = self._left_out(tag)
            if self._out is None or not self._out.reason:
                self._speak(tag)
            if self._out is None and tag.name == "q":
                self._words.mark("“", tag.start, tag.end)
        if tag.name not in VOID and not tag.empty:
            self._open.open(tag.name)
        elif is_new and self._out is not None:
            self._end_left_out(self._out, tag.end, True)

    def _end(self, element: Element, place: int, tag: Tag | None) -> None:
        """An element ends at its own end tag, or without one at `place`."""
        if self._out is not None:
            if element.depth == self._out.depth:
                self._end_left_out(self._out, place if tag is None else tag.end, tag is not None)
        elif element.name in BLOCKS:
            self._flush(element.kind)
        elif element.name == "q" and tag is not None:
            self._words.mark("”", tag.start, tag.end)

    def _left_out(self, tag: Tag) -> _LeftOut | None:
        """Why the element that begins with the tag is no prose; None when it is."""
        reason = ""
        in_line = tag.name not in BLOCKS and tag.name not in UNSEEN
        if self._is_foreign(tag):
            reason = "not English"
        elif tag.name == "blockquote" and not self.include_quotes:
            reason = "block quote"
        elif self._value(tag, "translate") == "no" and tag.name not in _PAGE:
            reason = "" if in_line else "not to be translated"
        elif tag.name not in LEFT_OUT and not (tag.name in ("a", "sup") and _NOTE_MARK.match(self.text, tag.start)):
            return None
        return _LeftOut(tag.start, len(self._open), reason, in_line)

    def _end_left_out(self, element: _LeftOut, end: int, closed: bool) -> None:
        self._out = None
        self._cursor = end
        end = element.start + len(self.text[element.start : end].rstrip())
        if element.in_line:
            self._words.mark(ATOM, element.start, end)
        reason = element.reason or ("" if closed else "unclosed element")
        if reason:
            self._skip(element.start, end, reason)

    def _skip(self, start: int, end: int, reason: str) -> None:
        if any(map(str.isalpha, _MARKUP.sub("", self.text[start:end]))):
            self.prose.skipped.append(Skipped(Span(start, end), reason))

    def _is_foreign(self, tag: Tag) -> bool:
        language = _LANGUAGE.fullmatch(self._value(tag, "lang") or self._value(tag, "xml:lang"))
        return language is not None and language[1] not in _NO_OTHER_LANGUAGE

    def _value(self, tag: Tag, name: str) -> str:
        value = tag.attributes.get(name)
        return self.text[value.start : value.end].strip().lower() if value else ""

    def _speak(self, tag: Tag) -> None:
        """Read what the tag's attributes say to people."""
        is_description = tag.name == "meta" and self._value(tag, "name") == "description"
        for name, value in tag.attributes.items():
            if name not in ATTRIBUTES and not (is_description and name == "content"):
                continue
            words = Words(self.text, self._hidden)
            words.read(value.start, value.end, True)
            segment = words.finish("attribute", fixed=not value.quoted)
            if segment is not None:
                within = self._words or (self._out is not None and self._out.in_line)
                (self._waiting if within else self.prose.segments).append(segment)
