"""CommonMark with GitHub's extensions, through pyromark (pulldown-cmark's events with byte ranges).

A segment of kind "attribute" (alternative text, a title, an `aria-label`) follows the block it stands in, because its
stretch of the source lies inside an opaque character of that block. Segments are in order of where they begin.
"""

from __future__ import annotations

import re

import pyromark
from pyromark import Options

from srlint.document import Span
from srlint.findings import Skipped
from srlint.formats.markdown.html import HtmlBlocks
from srlint.formats.markdown.inline import Inline
from srlint.formats.markdown.special import Marks
from srlint.formats.markdown.view import unfold, without_front_matter
from srlint.formats.offsets import CodePoints
from srlint.formats.segment import Prose

OPTIONS = (
    Options.ENABLE_TABLES
    | Options.ENABLE_FOOTNOTES
    | Options.ENABLE_STRIKETHROUGH
    | Options.ENABLE_TASKLISTS
    | Options.ENABLE_MATH
    | Options.ENABLE_GFM
    | Options.ENABLE_WIKILINKS
)

_INLINE = frozenset({"Emphasis", "Strong", "Strikethrough", "Superscript", "Subscript", "Link", "Image"})
_KINDS = {
    "Heading": "heading",
    "Item": "item",
    "TableCell": "cell",
    "FootnoteDefinition": "footnote",
    "DefinitionListTitle": "term",
    "DefinitionListDefinition": "item",
}
_LONE_CR = re.compile(r"\r(?!\n)")
_IMPORT = re.compile(r"\s*import\s+[\w$*{}, \t]+?\s+from\s+(['\"])[^'\"\n]+\1;?[ \t]*\r?$", re.MULTILINE)
# "> **Note:** …" is how an author sets off a remark of their own; other words in bold may name a speaker.
_NOTE = re.compile(
    r"\s*>\s*(?:[^\w\s>*]+\s*)?(?:\*\*|__)"
    r"(?:notes?|notice|tip|hint|important|warning|caution|danger|attention|info(?:rmation)?|remember|update|disclaimer)"
    r"\s*[:!.]?(?:\*\*|__)",
    re.IGNORECASE,
)
_DEFINITION = re.compile(r"^[ \t>]*:[ \t]+\S", re.MULTILINE)


def read(text: str, include_quotes: bool = False) -> Prose:
    """The prose blocks of a Markdown text, its comments, and the block quotes (alerts and notes are none) left out."""
    text = without_front_matter(line_feeds(text))
    if _IMPORT.match(text):  # Docusaurus takes every .md file for MDX
        from srlint.formats import mdx

        return mdx.read(text, include_quotes)
    return read_masked(text, include_quotes, None)


def line_feeds(text: str) -> str:
    """The text with a line feed for each carriage return that stands alone, which the parser takes for a blank."""
    return _LONE_CR.sub("\n", text) if "\r" in text else text


def read_masked(text: str, include_quotes: bool, marks: Marks | None) -> Prose:
    """Like `read`, for a text without front matter in which `marks` stand for what is not Markdown."""
    defines = _DEFINITION.search(text) is not None
    view = unfold(text, defines)
    if view is None:
        return _read_plain(text, include_quotes, marks, defines)
    return view.read(lambda part, quotes: _read_plain(part, quotes, marks, defines), include_quotes)


def _read_plain(text: str, include_quotes: bool, marks: Marks | None, defines: bool) -> Prose:
    # A definition list needs no blank after its colon, so that any line that begins with one could make one.
    options = OPTIONS | Options.ENABLE_DEFINITION_LIST if defines else OPTIONS
    walk = _Walk(text, include_quotes, marks)
    offset = CodePoints(text)
    for event, stretch in _events(text, options):
        walk.step(event, offset(stretch["start"]), offset(stretch["end"]))
    return walk.finish()


def _events(text: str, options: Options) -> list:
    """The parser's events: should it fail on its extensions, those of CommonMark alone."""
    try:
        return pyromark.events_with_range(text, options=options)
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # how Rust fails: no Exception, and in no module to import it from
            raise
        return pyromark.events_with_range(text)


class _Walk:
    """The state of one pass over the events: open blocks, the block under construction, and what is being left out."""

    def __init__(self, text: str, include_quotes: bool, marks: Marks | None) -> None:
        self.text = text
        self.include_quotes = include_quotes
        self._prose = Prose()
        self._inline = Inline(text, marks)
        self._html = HtmlBlocks(text, include_quotes)
        self._blocks: list[str] = []
        self._ignored = 0  # depth inside a block that is left out as a whole

    def step(self, event: object, start: int, end: int) -> None:
        """Take one event and its stretch of the source in code points."""
        if isinstance(event, str):
            if event != "Rule" and not self._ignored:
                self._inline.line_break(start, end, event == "HardBreak")
            return
        ((what, value),) = event.items()
        if self._ignored:
            self._ignored += (what == "Start") - (what == "End")
            self._inline.begin(end)
        elif what == "Text":
            self._inline.words(value, start, end)
        elif what == "Start":
            self._open(value, start, end)
        elif what == "End":
            self._close(value, end)
        else:
            self._leaf(what, value, start, end)

    def finish(self) -> Prose:
        """Everything has been read."""
        self._flush()
        prose, html = self._prose, self._html.finish()
        segments = [segment for segment in prose.segments if not html.hides(segment.map.starts[0])]
        segments = sorted(segments + html.prose.segments, key=lambda segment: segment.map.starts[0])
        skipped = [item for item in prose.skipped if not html.hides(item.span.start)]
        skipped = sorted(skipped + html.prose.skipped, key=lambda item: item.span)
        comments = sorted(self._inline.comments + html.prose.comments, key=lambda comment: comment.span)
        return Prose(segments, skipped, comments)

    def _flush(self) -> None:
        if self._inline.empty:
            return
        kind = next((_KINDS[block] for block in reversed(self._blocks) if block in _KINDS), "paragraph")
        self._prose.segments.extend(self._inline.finish(kind))

    def _open(self, tag: object, start: int, end: int) -> None:
        name, detail = (tag, None) if isinstance(tag, str) else next(iter(tag.items()))
        if name == "Link":
            self._inline.open_link(detail, start, end)
        elif name == "Image":
            self._inline.open_image(detail, start, end)
        elif name in _INLINE:
            self._inline.open_mark(start)
        else:
            self._open_block(name, detail, start, end)

    def _open_block(self, name: str, detail: object, start: int, end: int) -> None:
        self._flush()
        self._inline.begin(start, end)
        if name == "BlockQuote" and not (detail or self.include_quotes or _NOTE.match(self.text, start)):
            end = start + len(self.text[start:end].rstrip())
            self._prose.skipped.append(Skipped(Span(start, end), "block quote"))
            self._ignored = 1
        elif name == "CodeBlock":
            self._ignored = 1
        else:
            self._blocks.append(name)

    def _close(self, tag: object, end: int) -> None:
        name = tag if isinstance(tag, str) else next(iter(tag))
        if name == "Link":
            self._inline.close_link(end)
        elif name == "Image":
            self._inline.close_image(end)
        elif name in _INLINE:
            self._inline.close_mark(end)
        else:
            self._flush()
            self._blocks.pop()
            self._inline.begin(end)
            if name == "HtmlBlock":
                self._html.close()

    def _leaf(self, what: str, value: str, start: int, end: int) -> None:
        if what == "InlineHtml":
            self._inline.html(value, start, end)
        elif what == "Html":
            self._html.line(start, end)
        elif what == "Code":
            self._inline.code(start, end)
        elif what == "TaskListMarker":
            self._inline.begin(end)
        else:
            self._inline.atom(start, end)
