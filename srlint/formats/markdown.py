"""CommonMark with GitHub's extensions, through pyromark (pulldown-cmark's events with byte ranges)."""

from __future__ import annotations

import re
from array import array
from itertools import accumulate

import pyromark
from pyromark import Options

from srlint.document import Span
from srlint.findings import Skipped
from srlint.formats.atoms import ATOM
from srlint.formats.segment import Segment, SegmentBuilder

OPTIONS = (
    Options.ENABLE_TABLES
    | Options.ENABLE_FOOTNOTES
    | Options.ENABLE_STRIKETHROUGH
    | Options.ENABLE_TASKLISTS
    | Options.ENABLE_YAML_STYLE_METADATA_BLOCKS
    | Options.ENABLE_PLUSES_DELIMITED_METADATA_BLOCKS
    | Options.ENABLE_MATH
    | Options.ENABLE_GFM
    | Options.ENABLE_HEADING_ATTRIBUTES
)

_INLINE = frozenset({"Emphasis", "Strong", "Strikethrough", "Superscript", "Subscript", "Link", "Image"})
_OPAQUE_BLOCKS = frozenset({"CodeBlock", "MetadataBlock", "HtmlBlock"})
_KINDS = {"Heading": "heading", "Item": "item", "TableCell": "cell", "FootnoteDefinition": "footnote"}
_AUTOLINKS = frozenset({"Autolink", "Email"})
_LABEL_IS_TARGET = frozenset({"Shortcut", "Collapsed"})

# The content of these inline HTML elements is code or not text at all, so the whole element is one atom.
_OPAQUE_TAG = re.compile(r"<(code|kbd|samp|var|tt|pre|script|style|math|svg)\b[^>]*(?<!/)>", re.IGNORECASE)
_LINE_TAG = re.compile(r"<br\b", re.IGNORECASE)
_MARKUP_IN_HTML = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|pre|code)\b.*?</\1\s*>|<[^>]*>|&\w+;", re.DOTALL | re.IGNORECASE
)

_LEADS = bytes(0 if 0x80 <= byte < 0xC0 else 1 for byte in range(256))


def segments(text: str, include_quotes: bool = False) -> tuple[list[Segment], list[Skipped]]:
    """The prose blocks of a Markdown text, and the block quotes (GitHub's alerts are none) and HTML blocks left out."""
    walk = _Walk(text, include_quotes)
    for event, stretch in pyromark.events_with_range(text, options=OPTIONS):
        walk.step(event, walk.offset(stretch["start"]), walk.offset(stretch["end"]))
    walk.flush()
    return walk.segments, walk.skipped


class _CodePoints:
    """Turns byte offsets of `text` in UTF-8 into code-point offsets. Costs nothing for ASCII."""

    def __init__(self, text: str) -> None:
        self._table = None if text.isascii() else array("I", accumulate(text.encode().translate(_LEADS), initial=0))

    def __call__(self, offset: int) -> int:
        return offset if self._table is None else self._table[offset]


class _Walk:
    """The state of one pass over the events: open blocks, the block under construction, and what is being left out."""

    def __init__(self, text: str, include_quotes: bool) -> None:
        self.text = text
        self.include_quotes = include_quotes
        self.offset = _CodePoints(text)
        self.segments: list[Segment] = []
        self.skipped: list[Skipped] = []
        self._builder = SegmentBuilder()
        self._blocks: list[str] = []
        self._links: list[int | None] = []  # for each open link where its label began, if the label may not change
        self._ignored = 0  # depth inside an element that is left out as a whole
        self._opaque: tuple[str, int] | None = None  # an inline HTML element whose end is awaited: its name and start
        self._cursor = 0  # the end of the last thing read
        self._break: tuple[int, int, bool] | None = None  # a line break whose following indentation is not known yet

    def step(self, event: object, start: int, end: int) -> None:
        """Take one event and its stretch of the source in code points."""
        if isinstance(event, str):
            self._line_break(event, start, end)
            return
        ((what, value),) = event.items()
        if self._ignored:
            self._ignored += (what == "Start") - (what == "End")
            self._cursor = end
        elif what == "Start":
            self._open(value, start, end)
        elif what == "End":
            self._close(value, end)
        elif what == "TaskListMarker":
            self._cursor = end
        else:
            self._leaf(what, value, start, end)

    def flush(self) -> None:
        """Finish the block under construction."""
        self._end_opaque()
        segment = self._builder.build(self._kind()) if len(self._builder) else None
        if segment is not None:
            self.segments.append(segment)
        if len(self._builder):
            self._builder = SegmentBuilder()
        self._break = None

    def _kind(self) -> str:
        return next((_KINDS[block] for block in reversed(self._blocks) if block in _KINDS), "paragraph")

    def _line_break(self, event: str, start: int, end: int) -> None:
        if event != "Rule" and not self._ignored and self._opaque is None:
            self._break = (min(self._cursor, start), end, event == "HardBreak")
            self._cursor = end

    def _open(self, tag: object, start: int, end: int) -> None:
        name, detail = (tag, None) if isinstance(tag, str) else next(iter(tag.items()))
        if name in _INLINE:
            self._open_inline(name, detail, start, end)
            return
        self.flush()
        self._cursor = start
        if name in _OPAQUE_BLOCKS or (name == "BlockQuote" and detail is None and not self.include_quotes):
            self._ignored = 1
            self._leave_out(name, start, end)
        else:
            self._blocks.append(name)

    def _leave_out(self, name: str, start: int, end: int) -> None:
        source = self.text[start:end].rstrip()
        if name == "BlockQuote":
            self.skipped.append(Skipped(Span(start, start + len(source)), "block quote"))
        elif name == "HtmlBlock" and any(map(str.isalpha, _MARKUP_IN_HTML.sub("", source))):
            self.skipped.append(Skipped(Span(start, start + len(source)), "HTML block"))

    def _open_inline(self, name: str, detail: dict | None, start: int, end: int) -> None:
        if name == "Image" or (name == "Link" and detail["link_type"] in _AUTOLINKS):
            self._atom(start, end)
            self._ignored = 1
            return
        self._end_break(start)
        self._cursor = start
        if name == "Link":
            self._links.append(len(self._builder) if detail["link_type"] in _LABEL_IS_TARGET else None)

    def _close(self, tag: object, end: int) -> None:
        name = tag if isinstance(tag, str) else next(iter(tag))
        if name not in _INLINE:
            self.flush()
            self._blocks.pop()
        else:
            self._end_break(0)
            since = self._links.pop() if name == "Link" else None
            if since is not None:
                self._builder.fix(since)
        self._cursor = end

    def _leaf(self, what: str, value: str, start: int, end: int) -> None:
        if what == "InlineHtml":
            self._html(value, start, end)
        elif self._opaque is not None:
            pass
        elif what == "Text":
            self._prose(value, start, end)
        else:
            self._atom(start, end)
        self._cursor = end

    def _prose(self, value: str, start: int, end: int) -> None:
        escaped = start > self._cursor and self.text[start - 1] == "\\"
        self._end_break(start - escaped)
        if self.text[start:end] != value:  # an entity
            self._builder.stand_in(value, start, end)
        elif escaped:
            self._builder.stand_in(value[0], start - 1, start + 1)
            self._builder.literal(value[1:], start + 1)
        else:
            self._builder.literal(value, start)

    def _html(self, value: str, start: int, end: int) -> None:
        if self._opaque is not None:
            name, since = self._opaque
            if value.lower().startswith(f"</{name}"):
                self._opaque = None
                self._builder.stand_in(ATOM, since, end)
        elif _LINE_TAG.match(value):
            self._split_at_line_tag()
        elif opaque := _OPAQUE_TAG.match(value):
            self._end_break(start)
            self._opaque = (opaque[1].lower(), start)
        else:
            self._atom(start, end)

    def _split_at_line_tag(self) -> None:
        """`<br>` ends a block: it stands between the lines of a table cell or an address, which are no sentence."""
        for since in self._links:
            if since is not None:
                self._builder.fix(since)
        self._links = [None if since is None else 0 for since in self._links]
        self.flush()

    def _atom(self, start: int, end: int) -> None:
        if self._opaque is None:
            self._end_break(start)
            self._builder.stand_in(ATOM, start, end)

    def _end_opaque(self) -> None:
        """An opaque element that was never closed hides the rest of its block."""
        if self._opaque is not None:
            (_, since), self._opaque = self._opaque, None
            self._builder.stand_in(ATOM, since, max(self._cursor, since + 1))

    def _end_break(self, start: int) -> None:
        """Turn a pending line break, with the indentation and quote marks up to `start`, into one space."""
        if self._break is not None:
            (first, last, hard), self._break = self._break, None
            self._builder.line_break(first, max(start, last), hard)
