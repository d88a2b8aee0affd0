"""The HTML blocks of a Markdown text: their prose through the HTML reader, and elements that span several blocks."""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass

from srlint.document import Span
from srlint.findings import Skipped
from srlint.formats.html.tags import ATTRIBUTES
from srlint.formats.markdown.inline import html_comment
from srlint.formats.nested import inside
from srlint.formats.segment import Prose, SourceMap

_COMMENT = re.compile(r"\s*<!--(?:(?!-->).)*-->\s*\Z", re.DOTALL)
_MARKUP = re.compile(r"<!--.*?(?:-->|\Z)|<[^>]*>", re.DOTALL)
_SPEAKS = re.compile("|".join(ATTRIBUTES), re.IGNORECASE)

# Elements whose content is another's words or no prose, also where a blank line makes Markdown of it.
_SPANNING = re.compile(
    r"<!--.*?(?:-->|\Z)|<(/?)(blockquote|pre|script|style|svg|math)\b(?:[^>\"']|\"[^\"]*\"|'[^']*')*>",
    re.DOTALL | re.IGNORECASE,
)


@dataclass(slots=True)
class _Open:
    """An element that has not been closed in the block in which it began."""

    name: str
    start: int
    depth: int


class HtmlBlocks:
    """Collects the lines of one HTML block after another; `finish` hands over what they say and what they hide."""

    def __init__(self, text: str, include_quotes: bool) -> None:
        self.text = text
        self.include_quotes = include_quotes
        self.prose = Prose()
        self._lines: list[tuple[int, int]] = []
        self._open: _Open | None = None
        self._hidden: list[tuple[int, int]] = []

    def line(self, start: int, end: int) -> None:
        """One line of the block, without the marks of the list or quote around it."""
        self._lines.append((start, end))

    def close(self) -> None:
        """The block is complete."""
        pieces, self._lines = self._lines, []
        source = "".join(self.text[start:end] for start, end in pieces)
        if _COMMENT.match(source):
            start = pieces[0][0] + len(source) - len(source.lstrip())
            end = pieces[-1][0] + len(self.text[slice(*pieces[-1])].rstrip())
            self.prose.comments.append(html_comment(source.strip(), Span(start, end)))
            return
        places = SourceMap(array("I"), array("I"))
        for start, end in pieces:
            places.starts.extend(range(start, end))
            places.ends.extend(range(start + 1, end + 1))
        if _SPEAKS.search(source) or "<!--" in source or any(map(str.isalpha, _MARKUP.sub("", source))):
            self._read(source, places)
        self._span(source, places)

    def hides(self, place: int) -> bool:
        """Whether the place lies in an element that is left out and spans several blocks."""
        return any(start <= place < end for start, end in self._hidden)

    def finish(self) -> HtmlBlocks:
        """Everything has been read. An element that is never closed hides nothing."""
        prose = self.prose
        prose.segments[:] = [segment for segment in prose.segments if not self.hides(segment.map.starts[0])]
        return self

    def _read(self, source: str, places: SourceMap) -> None:
        from srlint.formats import html  # late: most documents hold no HTML block with words

        found = inside(source, places, html.read, self.include_quotes)
        self.prose.segments.extend(found.segments)
        self.prose.skipped.extend(found.skipped)
        self.prose.comments.extend(found.comments)

    def _span(self, source: str, places: SourceMap) -> None:
        """Follow the elements that hide their content from their first to their last tag."""
        for tag in _SPANNING.finditer(source):
            if tag[2] is None or (self.include_quotes and tag[2].lower() == "blockquote"):
                continue
            if self._open is None:
                if not tag[1]:
                    self._open = _Open(tag[2].lower(), places.starts[tag.start()], 1)
            elif tag[2].lower() == self._open.name:
                self._open.depth += -1 if tag[1] else 1
                if not self._open.depth:
                    self._hide(self._open, places.ends[tag.end() - 1], places.starts[0])
                    self._open = None

    def _hide(self, element: _Open, end: int, block: int) -> None:
        if element.start >= block:  # within one block, where the HTML reader has dealt with it
            return
        self._hidden.append((element.start, end))
        self.prose.skipped[:] = [item for item in self.prose.skipped if not element.start <= item.span.start < end]
        if element.name == "blockquote":
            self.prose.skipped.append(Skipped(Span(element.start, end), "block quote"))
