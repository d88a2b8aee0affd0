"""Which stretch of a document a directive holds for: the lines of its comment, or the next line of text."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from srlint.document import LINE_END, Comment, Document, Span
from srlint.formats import SYNTAXES

# In a notebook a line of a cell ends at an escaped line feed, and each string of the file is a line of its own.
_JSON_LINE_END = re.compile(r"\\[nr](?:\\n)?|\r\n|\r|\n|\"")
_JSON_ESCAPE = re.compile(r"\\[^nr]", re.DOTALL)

# Markup that may stand beside or below a comment without being text: a line is blank when nothing else is on it. Tags
# with an attribute that people read are text.
_TAG = r"</?[A-Za-z](?![^<>]*\b(?:alt|title|aria-label|placeholder|label)\s*=)[^<>]*>|<![A-Za-z][^<>]*>"
_MARKUP = {
    "markdown": re.compile(_TAG),
    "mdx": re.compile(_TAG),
    "jupyter": re.compile(_TAG),
    "html": re.compile(_TAG),
    # A directive or a target without text of its own, and its options.
    "rst": re.compile(r"\A\s*\.\. (?:_[^:]*:|(?:[\w-]+:)?[\w-]+::|(?:index|only|rst-class|class|container)::.*)\s*\Z"),
    "asciidoc": re.compile(r"\A(?:\[.*\]|(?:ifn?def|ifeval|endif)::.*)\s*\Z"),
    "latex": re.compile(
        r"\\(?:begin|end|label|[vh]space|setlength|pagestyle|thispagestyle)\*?\s*(?:\[[^\]]*\]|\{[^{}]*\})*"
        r"|\\[A-Za-z]+(?![A-Za-z*{\[])"
    ),
}
# What closes a docstring or a block comment of a program: whoever writes a comment behind it means what it closes.
_CLOSED = re.compile(r"(\"\"\"|'''|\*/)[\s,;)]*\Z")
_OPENING = {'"""': '"""', "'''": "'''", "*/": "/*"}


class Layout:
    """The lines of a document as a directive counts them: without comments, and with markup told from text."""

    def __init__(self, document: Document, comments: Sequence[Comment]) -> None:
        """`comments` are those to look through; in a program, where comments are text, only those with directives."""
        self._text = document.text
        self._is_code = SYNTAXES[document.syntax].code
        self._markup = _MARKUP.get(document.syntax)
        self._ends: list[int] = []
        self.starts = [0]
        if document.syntax == "jupyter":
            plain = _JSON_ESCAPE.sub("  ", self._text)
            self._ends, self.starts = _cut(_JSON_LINE_END, plain)
        else:
            self._ends, self.starts = _cut(LINE_END, self._text)
        self._bare = _without(self._text, comments)
        self._about: dict[Span, tuple[bool, Span | None]] = {}

    def __len__(self) -> int:
        return len(self.starts)

    def line(self, offset: int) -> int:
        """The number of the line, from 0, in which a character stands."""
        return bisect_right(self.starts, offset) - 1

    def stretch(self, first: int, last: int) -> Span:
        """From the first character of one line to the last of another, without its line end."""
        return Span(self.starts[first], max(self._ends[last], self.starts[first]))

    def lines_of(self, comment: Comment) -> tuple[int, int]:
        """The first and the last line that a comment stands on; white space at its end is not counted."""
        source = self._text[comment.span.start : comment.span.end]
        end = comment.span.start + max(len(source.rstrip()), 1)
        return self.line(comment.span.start), self.line(end - 1)

    def is_alone(self, comment: Comment) -> bool:
        """Whether nothing but blanks and markup stands on the lines of the comment."""
        first, last = self.lines_of(comment)
        for line in range(first, last + 1):
            content = self.bare(line)
            # A row of a table without text is a row all the same; a closed docstring is text.
            if self.has_text(line) or "|" in content or (self._is_code and _CLOSED.search(content)):
                return False
        return True

    def about(self, comment: Comment) -> tuple[bool, Span | None]:
        """Whether a comment stands alone, and which lines an `ignore` in it is for: those below it, or its own."""
        # Kept, since one comment may hold a thousand of them.
        if comment.span not in self._about:
            alone = self.is_alone(comment)
            self._about[comment.span] = alone, self.below(comment) if alone else self.beside(comment)
        return self._about[comment.span]

    def bare(self, line: int) -> str:
        """A line with its comments blanked out."""
        return self._bare[self.starts[line] : self._ends[line]]

    def has_text(self, line: int) -> bool:
        """Whether a line holds a letter outside comments and markup."""
        content = self.bare(line)
        if self._markup is not None:
            content = self._markup.sub("", content)
        return any(map(str.isalpha, content))

    def below(self, comment: Comment) -> Span | None:
        """The next line of text after a comment; None when there is none."""
        for line in range(self.lines_of(comment)[1] + 1, len(self)):
            if self.has_text(line):
                return self.stretch(line, line)
        return None

    def beside(self, comment: Comment) -> Span:
        """The lines of a comment; in a program also those of the docstring or block comment that ends before it."""
        first, last = self.lines_of(comment)
        before = self._bare[self.starts[first] : comment.span.start]
        closed = _CLOSED.search(before) if self._is_code else None
        if closed is not None:
            opened = self._text.rfind(_OPENING[closed[1]], 0, self.starts[first] + closed.start())
            first = self.line(opened) if opened >= 0 else first
        return self.stretch(first, last)


def _cut(boundary: re.Pattern[str], text: str) -> tuple[list[int], list[int]]:
    """Where the lines between the boundaries end and begin."""
    found = [match.span() for match in boundary.finditer(text)]
    return [*(start for start, _ in found), len(text)], [0, *(end for _, end in found)]


def _without(text: str, comments: Sequence[Comment]) -> str:
    """The text with each comment as blanks, of the same length."""
    parts, done = [], 0
    for comment in comments:
        start, end = max(comment.span.start, done), comment.span.end
        if end > start:
            parts += [text[done:start], " " * (end - start)]
            done = end
    return "".join([*parts, text[done:]])
