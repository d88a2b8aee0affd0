"""Plain text, as in README files and e-mail: paragraphs between blank lines, list items, quoted lines."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from srlint.document import Comment, Span
from srlint.findings import Skipped
from srlint.formats.segment import Prose, SegmentBuilder
from srlint.formats.text.mail import mail

_LINE = re.compile(r"([^\r\n\f]*)(\r\n|\r|\n|\f|\Z)")
_ITEM = re.compile(r"[ \t]*(?:[-*+•‣–]|\(?\d{1,3}[.)]|\(?[a-z]\))[ \t]+(?=\S)")
_QUOTED = re.compile(r"[ \t]*(?:>[ \t]?)+")
_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})")
_INDENTED = re.compile(r"(?: {4}|\t)")
_INDENT = re.compile(r"[ \t]*")
_UNDERLINE = re.compile(r"([-=~^\"*+#])\1{2,}\s*\Z")
_LONGER = 3  # by how many characters the line below a heading may miss its length

# A directive of srlint's own, alone on its line. Without a mark of a comment only a complete one counts.
_DIRECTIVE = re.compile(
    r"[ \t]*(?:(?:#+|//+|%+|;+|\.\.)[ \t]*(?P<marked>srlint:.*)|<!--\s*(?P<html>srlint:.*?)\s*-->"
    r"|(?P<bare>srlint:[ \t]*[\w-]+[ \t]*\[.*))\s*\Z",
    re.IGNORECASE,
)

# Signs that a line of an indented block is a program, a command or its output rather than indented prose. The words
# that languages and commands begin with are English ones too: they count only as a program writes them.
_CODE = re.compile(
    r"[{};]\s*$|^\s*(?:\$|>>>|\.\.\.|#!|//|/\*|#include\b|\w+@\w+.*[$#])|[=!<>]=|->|=>|&&|\|\|"
    r"|\w\((?!e?s\)|[1-9][a-z]?\))\w*\)|^\s*[\w.\[\]\"']+\s*[-+*/]?=\s"
    r"|^\s*(?:(?:def|class|fn)\s+\w+\s*[(:<]|function\b!?\s*\w*\()|^\s*(?:else|try|finally)\s*:"
    r"|^\s*for\s+\w+(?:,\s*\w+)*\s+in\s+\S+:\s*$"
    r"|^\s*(?:if|elif|while)\s+(?:not\s+)?[\w.]+(?:\s+(?:in|is|and|or|not)\s+[\w.]+)*:\s*$|^\s*with\s.*\).*:\s*$"
    r"|^\s*(?:for|if|while|switch)\s?\(|^\s*from\s+\S+\s+import\b"
    r"|^\s*import\s+[\w.*]+(?:\s+as\s+\w+)?\s*$|^\s*(?:import|export|const|let|var|use|return)\b.*(?:[={}]|::|\w[(\[])"
    r"|^\s*(?:sudo|git|pip3?|npm|npx|cd|ls|make|apt|cargo|docker|curl|python3?)\s(?=.*(?:\s--?\w|[/=]|\w\.\w))"
)


@dataclass(slots=True)
class _Line:
    start: int
    end: int  # without the line break
    after: int  # with it
    ends_page: bool = False  # by a form feed


@dataclass(slots=True)
class _Block:
    lines: list[_Line] = field(default_factory=list)
    is_heading: bool = False


def read(text: str, include_quotes: bool = False) -> Prose:
    """The prose blocks of a plain text or e-mail, what was left out (quoted lines, a signature), and directives."""
    reader = _Reader(text, include_quotes)
    reader.run()
    return reader.prose


def _lines(text: str) -> list[_Line]:
    found = [_Line(match.start(), match.end(1), match.end(), match[2] == "\f") for match in _LINE.finditer(text)]
    return [line for line in found if line.start < line.after]


class _Reader:
    def __init__(self, text: str, include_quotes: bool) -> None:
        self.text = text
        self.include_quotes = include_quotes
        self.prose = Prose()
        self.lines = _lines(text)
        self.mail = mail([self._source(line) for line in self.lines])

    def run(self) -> None:
        self._subject()
        for block in self._blocks():
            self._read(block)
        if self._end() < len(self.lines):
            span = Span(self.lines[self._end()].start, self.lines[-1].end)
            self.prose.skipped.append(Skipped(span, self.mail.tail))

    def _end(self) -> int:
        """The line behind the last one to be read."""
        read_on = self.include_quotes and self.mail.tail == "quoted lines"
        return len(self.lines) if read_on else self.mail.end

    def _source(self, line: _Line) -> str:
        return self.text[line.start : line.end]

    def _subject(self) -> None:
        run = [self.lines[number] for number in self.mail.subject]
        starts = [_INDENT.match(self.text, line.start, line.end).end() for line in run]
        starts[:1] = [line.start + self.mail.subject_at for line in run[:1]]
        self._emit(list(zip(starts, run, strict=True)), "heading", quoted=False)

    def _blocks(self) -> list[_Block]:
        """Runs of lines between blank lines, rules (which have no letter and no digit) and ends of pages."""
        blocks = [_Block()]
        fenced = self.mail.start  # the line behind a fence
        for number in range(self.mail.start, self._end()):
            if number < fenced:
                continue
            line = self.lines[number]
            content = self._source(line)
            mark = None if self._is_underlined(blocks[-1], content) else _FENCE.match(content)
            if mark:
                fenced = self._fence_end(number, mark[1][:3])
            if mark or number in self.mail.asides or not any(map(str.isalnum, content)):
                blocks[-1].is_heading = self._is_underlined(blocks[-1], content)
                blocks.append(_Block())
            elif not self._is_directive(line, content):
                blocks[-1].lines.append(line)
            if line.ends_page:
                blocks.append(_Block())
        return [block for block in blocks if block.lines]

    def _fence_end(self, opening: int, mark: str) -> int:
        """The line behind a fenced program. One that nothing closes is a mere rule."""
        for number in range(opening + 1, self._end()):
            found = _FENCE.match(self._source(self.lines[number]))
            if found and found[1].startswith(mark):
                return number + 1
        return opening + 1

    def _is_underlined(self, block: _Block, below: str) -> bool:
        if len(block.lines) != 1 or not _UNDERLINE.match(below):
            return False
        _, is_item, quoted = self._head(block.lines[0])
        title = self._source(block.lines[0]).rstrip()
        if title.endswith(":") and "~" in below:  # what it announces is a fenced program
            return False
        length = len(title)
        return not is_item and not quoted and abs(len(below.rstrip()) - length) <= _LONGER

    def _is_directive(self, line: _Line, content: str) -> bool:
        """Whether the line is for srlint, and none of the text. Records it."""
        found = _DIRECTIVE.match(content)
        if found is None:
            return False
        start = line.start + len(content) - len(content.lstrip())
        span = Span(start, line.start + len(content.rstrip()))
        self.prose.comments.append(Comment(span, found[found.lastgroup].strip()))
        return True

    def _read(self, block: _Block) -> None:
        """Take one run of lines apart into quoted lines, items and paragraphs."""
        if self._is_code(block.lines):
            return
        run: list[tuple[int, _Line]] = []  # where the prose of each line begins
        plain = kind = "heading" if block.is_heading else "paragraph"
        quoted_before = False
        for line in block.lines:
            start, is_item, quoted = self._head(line)
            fixed = bool(run) and self._is_fixed(run[-1][1]) and (self.include_quotes or not quoted)
            if run and (is_item or fixed or quoted != quoted_before):
                self._emit(run, kind, quoted_before)
                run, kind = [], plain
            if is_item:
                kind = "item"
            run.append((start, line))
            quoted_before = quoted
        self._emit(run, kind, quoted_before)

    def _is_fixed(self, line: _Line) -> bool:
        """Whether a line of flowed text ends its paragraph."""
        return self.mail.flowed and not self._source(line).endswith(" ")

    def _head(self, line: _Line) -> tuple[int, bool, bool]:
        quote = _QUOTED.match(self.text, line.start, line.end)
        start = quote.end() if quote else line.start
        item = _ITEM.match(self.text, start, line.end)
        if item:
            return item.end(), self.include_quotes or not quote, quote is not None
        return _INDENT.match(self.text, start, line.end).end(), False, quote is not None

    def _emit(self, run: list[tuple[int, _Line]], kind: str, quoted: bool) -> None:
        if quoted and not self.include_quotes:
            self.prose.skipped.append(Skipped(Span(run[0][1].start, run[-1][1].end), "quoted lines"))
            return
        builder = SegmentBuilder()
        previous: _Line | None = None
        for start, line in run:
            end = line.start + len(self._source(line).rstrip())
            if end <= start:
                continue
            if previous is not None:  # the break stands for no line between the two, as that of a directive
                builder.line_break(previous.end, start if previous.after == line.start else previous.after)
            builder.literal(self.text[start:end], start)
            previous = _Line(start, end, line.after)
        segment = builder.build(kind)
        if segment is not None:
            self.prose.segments.append(segment)

    def _is_code(self, lines: list[_Line]) -> bool:
        sources = list(map(self._source, lines))
        if not all(map(_INDENTED.match, sources)):
            return False
        return 2 * sum(_CODE.search(source) is not None for source in sources) >= len(sources)
