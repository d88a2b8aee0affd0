"""Plain text, as in README files and e-mail: paragraphs between blank lines, list items, quoted lines."""

from __future__ import annotations

import re
from dataclasses import dataclass

from srlint.document import Span
from srlint.findings import Skipped
from srlint.formats.segment import Segment, SegmentBuilder

_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|\Z)")
_ITEM = re.compile(r"[ \t]*(?:[-*+•‣–]|\(?\d{1,3}[.)]|\(?[a-z]\))[ \t]+(?=\S)")
_QUOTED = re.compile(r"[ \t]*(?:>[ \t]?)+")
_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})")
_INDENTED = re.compile(r"(?: {4}|\t)")
_INDENT = re.compile(r"[ \t]*")

# Signs that an indented block is a program, a command or its output rather than indented prose.
_CODE = re.compile(
    r"[{};]\s*$|^\s*(?:\$|>>>|\.\.\.|#!|//|/\*|#include\b|\w+@\w+.*[$#])|[=!<>]=|->|=>|&&|\|\||\w\(\w*\)|^\s*[\w.\[\]\"']+\s*[-+*/]?=\s"
    r"|^\s*(?:def|class|import|from|return|if|for|while|else|elif|const|let|var|function|fn|pub|use|sudo|git|pip|npm|cd|ls)\b.*[(:;{.=/-]"
)


@dataclass(slots=True)
class _Line:
    start: int
    end: int  # without the line break
    after: int  # with it


def segments(text: str, include_quotes: bool = False) -> tuple[list[Segment], list[Skipped]]:
    """The prose blocks of a plain text, and the runs of quoted lines (`> …`) that were left out."""
    reader = _Reader(text, include_quotes)
    for block in _blocks(text):
        reader.read(block)
    return reader.segments, reader.skipped


def _blocks(text: str) -> list[list[_Line]]:
    """Runs of lines between blank lines and rules (a rule has no letter and no digit)."""
    blocks: list[list[_Line]] = [[]]
    fence = ""
    for match in _LINE.finditer(text):
        content = match[1]
        mark = _FENCE.match(content)
        if fence:
            fence = "" if mark and mark[1].startswith(fence) else fence
            continue
        if mark:
            fence = mark[1][:3]
        if mark or not any(map(str.isalnum, content)):
            blocks.append([])
        else:
            blocks[-1].append(_Line(match.start(), match.end(1), match.end()))
    return [block for block in blocks if block]


class _Reader:
    def __init__(self, text: str, include_quotes: bool) -> None:
        self.text = text
        self.include_quotes = include_quotes
        self.segments: list[Segment] = []
        self.skipped: list[Skipped] = []

    def read(self, block: list[_Line]) -> None:
        """Take one run of lines apart into quoted lines, items and paragraphs."""
        if self._is_code(block):
            return
        run: list[tuple[int, _Line]] = []  # where the prose of each line begins
        kind = "paragraph"
        quoted_before = False
        for line in block:
            start, is_item, quoted = self._head(line)
            if run and (is_item or quoted != quoted_before):
                self._emit(run, kind, quoted_before)
                run, kind = [], "paragraph"
            if is_item:
                kind = "item"
            run.append((start, line))
            quoted_before = quoted
        self._emit(run, kind, quoted_before)

    def _head(self, line: _Line) -> tuple[int, bool, bool]:
        quote = _QUOTED.match(self.text, line.start, line.end)
        start = quote.end() if quote else line.start
        item = _ITEM.match(self.text, start, line.end)
        if item:
            return item.end(), self.include_quotes or not quote, quote is not None
        return _INDENT.match(self.text, start, line.end).end(), False, quote is not None

    def _emit(self, run: list[tuple[int, _Line]], kind: str, quoted: bool) -> None:
        if quoted and not self.include_quotes:
            self.skipped.append(Skipped(Span(run[0][1].start, run[-1][1].end), "quoted lines"))
            return
        builder = SegmentBuilder()
        previous: _Line | None = None
        for start, line in run:
            end = line.start + len(self.text[line.start : line.end].rstrip())
            if end <= start:
                continue
            if previous is not None:
                builder.line_break(previous.end, start)
            builder.literal(self.text[start:end], start)
            previous = _Line(start, end, line.after)
        segment = builder.build(kind)
        if segment is not None:
            self.segments.append(segment)

    def _is_code(self, block: list[_Line]) -> bool:
        lines = [self.text[line.start : line.end] for line in block]
        if not all(_INDENTED.match(line) for line in lines):
            return False
        return 2 * sum(_CODE.search(line) is not None for line in lines) >= len(lines)
