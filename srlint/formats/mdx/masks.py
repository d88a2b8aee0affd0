"""Masks what MDX adds to Markdown: imports, exports, JSX tags and expressions, each by as many neutral characters."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import chain, islice

from srlint.document import Comment, Span
from srlint.findings import Skipped
from srlint.formats.html.tags import ATTRIBUTES, BLOCKS
from srlint.formats.markdown import tags
from srlint.formats.markdown.inline import html_comment
from srlint.formats.markdown.special import Marks
from srlint.formats.mdx import jsx
from srlint.formats.segment import Segment

PROSE_ATTRIBUTES = ATTRIBUTES | {"label"}
_OPAQUE = tags.OPAQUE | {"CodeBlock"}  # names with capitals are components

# Signs of punctuation that hardly any text holds: beside emphasis they count as the brackets that they stand for.
_CANDIDATES = (range(0x2E00, 0x2E5E), range(0xE000, 0xF900), range(0xF0000, 0xFFFFE))

_NEXT = re.compile(
    r"^(?P<module>import|export)\b"
    r"|^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(?P<fence>`{3,}(?=[^`\n]*$)|~{3,})"
    r"|(?P<code>`+)|\\.|\{|<",
    re.MULTILINE | re.DOTALL,
)
_MODULE = re.compile(
    r"import\s+(?:type\s+)?(?:[\"'{*]|[\w$]+\s*(?:,|from\b))|import\s*[\"'{]|export\s*[{*]"
    r"|export\s+(?:default|const|let|var|function|class|async|type|interface|enum|abstract|declare)\b"
)
_BLANK_LINE = re.compile(r"\n[ \t>]*\r?\n")
_START_OF_LINE = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*\Z")
_COMMENT = re.compile(r"\{\s*/\*((?:(?!\*/).)*)\*/\s*\}\Z", re.DOTALL)
_NOTHING = re.compile(r"\{(?:\s|/\*(?:(?!\*/).)*\*/)*\}\Z", re.DOTALL)
_HEADING_ID = re.compile(r"\{#[\w-]+\}[ \t]*\r?$", re.MULTILINE)
_LESS_THAN_FIRST = re.compile(r"\n[ \t>]*<")
_AUTOLINK = re.compile(r"<(?:[A-Za-z][\w+.-]*://|mailto:)[^\s<>]*>|<[\w.+-]+@[\w.-]+>")
_NOT_A_LINE_END = re.compile(r"[^\r\n]")


@dataclass(slots=True)
class Masked:
    """A text with its masks, and what was found under them."""

    text: str
    marks: Marks
    comments: list[Comment] = field(default_factory=list)
    attributes: list[Segment] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


def mask(text: str, include_quotes: bool) -> Masked:
    """The text as Markdown, every character at its place."""
    unused = (chr(code) for code in chain(*_CANDIDATES) if chr(code) not in text)
    masks = _Masks(Masked(text, Marks(*islice(unused, 4))), include_quotes)
    masks.run()
    return masks.finish()


class _Masks:
    """One pass over the text. `_found` holds the stretches to mask, each with its mark, or "" to leave it blank."""

    def __init__(self, masked: Masked, include_quotes: bool) -> None:
        self.masked = masked
        self._text = masked.text
        self._include_quotes = include_quotes
        self._found: list[tuple[int, int, str]] = []
        self._patience = 4 * len(masked.text) + 100_000  # characters that may be read in vain
        self._blank = -1  # where the blank line after the current place begins

    def run(self) -> None:
        """Find everything that is not Markdown."""
        at = 0
        while (found := _NEXT.search(self._text, at)) is not None:
            place, sign = found.start(), found[0][0]
            if found["module"]:
                at = self._module(place) or found.end()
            elif found["fence"]:
                at = self._after_fence(found["fence"], found.end())
            elif found["code"]:
                at = self._after_code(found["code"], found.end())
            elif sign == "\\":
                at = found.end()
            else:
                at = (self._expression(place) if sign == "{" else self._tag(place)) or found.end()

    def finish(self) -> Masked:
        """The text with its masks; a line that holds nothing else is blank, for it ends a paragraph.

        After the mark of a list item they vanish instead, because an empty item would not end one.
        """
        marks, parts, done = self.masked.marks, [], 0
        for start, end, mark in self._found:
            stretch = self._text[start:end]
            covered = mark + marks.fill * (end - start - 1) if mark else _NOT_A_LINE_END.sub(" ", stretch)
            parts += [self._text[done:start], covered]
            done = end
        text = "".join([*parts, self._text[done:]])
        alone = re.compile(
            rf"^([ \t>]*(?:(?:[-*+]|\d{{1,9}}[.)])[ \t]+)*)((?:{marks.pattern()}[ \t]*)+)(?=\r?$)", re.MULTILINE
        )
        opening = re.compile(f"[{re.escape(marks.opaque + marks.split)}]")

        def blank(found: re.Match[str]) -> str:
            if found[1].strip(" \t>"):
                return found[1] + opening.sub(marks.vanish, found[2])
            return found[1] + _NOT_A_LINE_END.sub(" ", self._text[found.start(2) : found.end()])

        self.masked.text = alone.sub(blank, text)
        return self.masked

    def _limit(self, place: int) -> int:
        """How far what begins at the place may reach: within a paragraph to its end, else to the end of the text."""
        line = self._text.rfind("\n", 0, place) + 1
        if _START_OF_LINE.match(self._text[line:place]):
            return len(self._text)
        return self._paragraph_end(place)

    def _paragraph_end(self, place: int) -> int:
        if self._blank < place:
            found = _BLANK_LINE.search(self._text, place)
            self._blank = found.start() if found else len(self._text)
        return self._blank

    def _module(self, place: int) -> int | None:
        line_before = self._text[self._text.rfind("\n", 0, max(0, place - 1)) + 1 : place]
        if line_before.strip() or not _MODULE.match(self._text, place):
            return None
        end = self._patiently(jsx.module, place, len(self._text))
        end = self._paragraph_end(place) if end is None else end
        self._found.append((place, end, ""))
        return end

    def _after_fence(self, fence: str, at: int) -> int:
        closing = re.compile(rf"^[ \t>]*{re.escape(fence[0])}{{{len(fence)},}}[ \t]*\r?$", re.MULTILINE)
        found = closing.search(self._text, at)
        return found.end() if found else len(self._text)

    def _after_code(self, ticks: str, at: int) -> int:
        closing = re.compile(rf"(?<!`){ticks}(?!`)")
        found = closing.search(self._text, at, self._paragraph_end(at))
        if found is None:
            return at
        for less in _LESS_THAN_FIRST.finditer(self._text, at, found.start()):  # no HTML block begins here
            self._found.append((less.end() - 1, less.end(), self.masked.marks.opaque))
        return found.end()

    def _expression(self, place: int) -> int | None:
        if _HEADING_ID.match(self._text, place):
            return None
        end = self._patiently(jsx.expression, place, self._limit(place))
        if end is not None:
            source, marks = self._text[place:end], self.masked.marks
            comment = _COMMENT.match(source)
            if comment:
                self.masked.comments.append(Comment(Span(place, end), comment[1].strip()))
            self._found.append((place, end, marks.vanish if _NOTHING.match(source) else marks.opaque))
        return end

    def _patiently(self, scan, place: int, limit: int) -> int | jsx.Tag | None:
        """What the scan finds; after too much that was read in vain, nothing more."""
        if self._patience < 0:
            return None
        found = scan(self._text, place, limit)
        if found is None:
            self._patience -= limit - place
        return found

    def _tag(self, place: int) -> int | None:
        link = _AUTOLINK.match(self._text, place)
        if link:
            return link.end()
        if self._text.startswith("<!--", place):
            end = self._patiently(_html_comment, place, len(self._text))
            if end is not None:
                self.masked.comments.append(html_comment(self._text[place:end], Span(place, end)))
                self._found.append((place, end, self.masked.marks.vanish))
                return end
        end = jsx.closing_tag(self._text, place)
        if end is not None:
            self._found.append((place, end, self._mark(self._text[place + 2 : end - 1].strip())))
            return end
        limit = self._limit(place)
        tag = self._patiently(jsx.tag, place, limit)
        if tag is not None:
            return self._element(tag, place, limit)
        if self._text[place + 1 : place + 2].strip():  # to Markdown's parser it could be HTML
            self._found.append((place, place + 1, self.masked.marks.opaque))
        return None

    def _element(self, tag: jsx.Tag, place: int, limit: int) -> int:
        name = tag.name
        quote = name == "blockquote" and not self._include_quotes
        if not tag.closed and (quote or name in _OPAQUE):
            end = self._patiently(jsx.children, tag.end, limit)
            if end is not None:
                self._found.append((place, end, self.masked.marks.split if quote else self.masked.marks.opaque))
                if quote:
                    self.masked.skipped.append(Skipped(Span(place, end), "block quote"))
                return end
        for attribute, start, end in tag.values:
            segment = tags.value(self._text, start, end) if attribute.lower() in PROSE_ATTRIBUTES else None
            if segment is not None:
                self.masked.attributes.append(segment)
        self._found.append((place, tag.end, self._mark(name)))
        return tag.end

    def _mark(self, name: str) -> str:
        marks = self.masked.marks
        if name in BLOCKS:
            return marks.split
        return marks.vanish if name in tags.FORMATTING or not name else marks.opaque


def _html_comment(text: str, start: int, limit: int) -> int | None:
    end = text.find("-->", start + 4, limit)
    return None if end < 0 else end + 3
