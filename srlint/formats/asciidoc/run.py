"""A stretch of an AsciiDoc document's lines that is being read, and where the reading has come to."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from srlint.document import Comment, Span
from srlint.formats.asciidoc import lines as line
from srlint.formats.asciidoc.lines import Lines, Piece

_STYLE = re.compile(r"\[\"?([\w-]*)")
_SIGNATURE = re.compile(r"-- ?\S")


@dataclass(slots=True)
class Run:
    """The lines at..stop, yet to be read (to the last one unless told). Its comments are added to `comments`.

    `kind` is that of its paragraphs, `attributes` are those of the next block.
    """

    lines: Lines
    comments: list[Comment]
    at: int = 0
    stop: int = -1
    kind: str = "paragraph"
    attributes: list[str] = field(default_factory=list)
    in_list: bool = False
    attached: bool = False  # by a `+` to the item before it

    def __post_init__(self) -> None:
        if self.stop < 0:
            self.stop = len(self.lines.pieces)

    def source(self, ahead: int = 0) -> str:
        """A line without the blanks at its end, "" behind the last one."""
        return self.lines.source(self.at + ahead) if self.at + ahead < self.stop else ""

    def style(self) -> str:
        """The style that the attributes give to the next block: `[quote, …]`."""
        styles = [_STYLE.match(attributes)[1] for attributes in self.attributes if not attributes.startswith("[[")]
        return next((style for style in reversed(styles) if style), "")

    def is_comment(self, source: str) -> bool:
        """Whether the line is not there for a reader: a comment, which is recorded, or a condition."""
        comment = line.COMMENT.match(source)
        if comment:
            start = self.lines.pieces[self.at][0]
            self.comments.append(Comment(Span(start, start + len(source)), comment[1].strip()))
        return comment is not None or line.DIRECTIVE.match(source) is not None

    def is_underlined(self, source: str) -> bool:
        """Whether the line is a title with a line of signs below it, as long as the title give or take one."""
        below = self.source(1)
        if len(below) < 3 or abs(len(below) - len(source)) > 1 or source[0] in " \t":
            return False
        return line.UNDERLINE.match(below) is not None and any(map(str.isalnum, source))

    def piece(self, skipped: int) -> Piece:
        """The line without the blanks around it and without its first `skipped` characters."""
        start, end = self.lines.pieces[self.at]
        return trimmed(self.lines.text, start + skipped, end)

    def taken(self, skipped: int) -> list[Piece]:
        """The lines of one paragraph, which are then behind; the first without `skipped` characters."""
        parts = [self.piece(skipped)]
        self.at += 1
        in_list = self.in_list or self.attached
        while source := self.source():
            if line.ATTRIBUTES.match(source) or line.delimiter(source) is not None:
                break
            if in_list and (source == "+" or line.ITEM.match(source) or line.TERM.match(source)):
                break
            if not self.is_comment(source):
                parts.append(self.piece(0))
            self.at += 1
        return parts


def trimmed(text: str, start: int, end: int) -> Piece:
    """The stretch start..end of the text without the blanks around it; empty when it is all blank."""
    source = text[start:end]
    return end - len(source.lstrip()), start + len(source.rstrip()) if source.strip() else end


def is_signed(text: str, parts: list[Piece]) -> bool:
    """Whether a paragraph in quotation marks ends in a line that names who said it."""
    if len(parts) < 2 or text[parts[0][0]] != '"' or not _SIGNATURE.match(text, *parts[-1]):
        return False
    return text[parts[-2][1] - 1] == '"'


def without_mark(text: str, piece: Piece) -> Piece:
    """A line of a block quote as Markdown writes it, without the mark."""
    mark = line.QUOTED.match(text, *piece)
    return (mark.end(), piece[1]) if mark else piece
