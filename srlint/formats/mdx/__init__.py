"""MDX: Markdown with JSX, expressions, imports and exports, without indented code.

What is not Markdown is masked character for character, and the Markdown reader does the rest. The children of an
element are prose, as are string values of `alt`, `title`, `aria-label` and `label`; they come as segments of kind
"attribute" in order of position. HTML comments, which only some tools still accept, are comments.
"""

from __future__ import annotations

import re
from dataclasses import astuple, replace

from srlint.document import Span
from srlint.formats.atoms import ATOM
from srlint.formats.markdown import line_feeds, read_masked
from srlint.formats.markdown.inline import html_comment
from srlint.formats.markdown.special import Marks
from srlint.formats.markdown.view import View, without_front_matter
from srlint.formats.mdx.masks import mask
from srlint.formats.segment import Prose

_DEEP = re.compile(r"^(?: {4}| {0,3}\t)", re.MULTILINE)
_LINE = re.compile(r"([ \t]*)([^\r\n]*)(\r?\n|\Z)")
_FENCE = re.compile(r"(`{3,}(?=[^`]*\Z)|~{3,})")
_BLANKS = re.compile(r"[ \t]*")
_ITEM = re.compile(r"(?:(?:[-*+]|\d{1,9}[.)])(?:[ \t]+|\Z))+")


def read(text: str, include_quotes: bool = False) -> Prose:
    """The prose blocks of an MDX text, its comments, and the block quotes left out."""
    masked = mask(without_front_matter(line_feeds(text)), include_quotes)
    prose = _read_masked(masked.text, include_quotes, masked.marks)
    quotes = [Span(item.span.start, _BLANKS.match(masked.text, item.span.end).end()) for item in prose.skipped]
    hidden = str.maketrans(dict.fromkeys(astuple(masked.marks), ATOM))  # masks where the parser saw no words
    prose.segments[:] = [replace(segment, text=segment.text.translate(hidden)) for segment in prose.segments]
    segments = [segment for segment in masked.attributes if not _within(segment.map.cover(0, len(segment.map)), quotes)]
    comments = [comment for comment in masked.comments if not _within(comment.span, quotes)]
    comments += [html_comment(text[item.span.start : item.span.end], item.span) for item in prose.comments]
    return Prose(
        sorted(prose.segments + segments, key=lambda segment: segment.map.starts[0]),
        sorted(prose.skipped + masked.skipped, key=lambda item: item.span),
        sorted(comments, key=lambda comment: comment.span),
    )


def _read_masked(text: str, include_quotes: bool, marks: Marks) -> Prose:
    if not _DEEP.search(text):
        return read_masked(text, include_quotes, marks)
    view = View(text)
    _Outdent(view).run()
    return view.read(lambda part, quotes: read_masked(part, quotes, marks), include_quotes)


def _within(span: Span, outer: list[Span]) -> bool:
    return any(other.start <= span.start and span.end <= other.end for other in outer)


class _Outdent:
    """Takes away indentation that would make code of a line, because in MDX it does not."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._items: list[tuple[int, int]] = []  # for each list item around: where its content begins, before and after
        self._fence: tuple[str, int] | None = None  # an open fence, and how much its lines are moved

    def run(self) -> None:
        """Write the whole view."""
        for line in _LINE.finditer(self._view.source):
            if line.start() == len(self._view.source):
                break
            if not line[2]:
                self._view.keep(line.start(), line.end())
                continue
            gone = self._in_fence(line) if self._fence else self._before(line)
            self._view.keep(_past(line, gone), line.end())

    def _in_fence(self, line: re.Match[str]) -> int:
        fence, gone = self._fence
        if line[2].rstrip().strip(fence[0]) == "" and len(line[2].rstrip()) >= len(fence):
            self._fence = None
            return max(gone, len(line[1].expandtabs(4)) - (self._items[-1][1] if self._items else 0))
        return gone

    def _before(self, line: re.Match[str]) -> int:
        """How many columns are to be taken away from the line."""
        column = len(line[1].expandtabs(4))
        while self._items and column < self._items[-1][0]:
            self._items.pop()
        base, shown = self._items[-1] if self._items else (0, 0)
        extra = column - base
        target = shown + (extra if extra < 4 else 0)
        item = _ITEM.match(line[2])
        if item:
            width = len(item[0].expandtabs(4))
            self._items.append((column + width, target + width))
        fence = _FENCE.match(line[2], item.end() if item else 0)
        if fence:
            self._fence = fence[1], column - target
        return column - target


def _past(line: re.Match[str], columns: int) -> int:
    """Where the line goes on after that many columns of its indentation."""
    at, column = line.start(), 0
    while column < columns and at < line.end(1):
        column += 4 - column % 4 if line.string[at] == "\t" else 1
        at += 1
    return at
