"""Where a program's comments and docstrings are, which of them belong together, and their lines without the marks."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from srlint.document import LINE_END
from srlint.formats.code.languages import LANGUAGES, CodeLanguage, query
from srlint.formats.code.lines import Line, dedented
from srlint.formats.code.tree import tree
from srlint.formats.offsets import CodePoints

# What may come before a comment on its line that is still said to stand alone.
_ALONE = re.compile(r"[ \t\f\v]*")
# The last `//` of a macro's text that stands in no string.
_IN_MACRO = re.compile(r"""(?:[^"'/\\]|\\.|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|/(?!/))*?(?=//)""", re.DOTALL)
_STRING = re.compile(r"([A-Za-z]*)(\"{3}|'{3}|\"|')")
_STARRED = re.compile(r"[ \t]*\*+(?:[ \t]|$|(?=[^\s*/]))")


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment as it stands in the source, marks included, or with `quote` a docstring with its quotation marks."""

    start: int
    end: int
    mark: str  # what it begins with
    lines: tuple[Line, ...]  # without marks, their own indentation left
    alone: bool = False  # a line comment that has its line for itself
    number: int = 0  # of its line
    column: int = 0
    quote: str = ""
    escapes: bool = False  # backslashes mean something in it

    @property
    def is_line(self) -> bool:
        """Whether the next line may go on with it."""
        return not self.quote and not self.mark.startswith("/*")


def comments(text: str, language: str) -> list[Comment]:
    """All comments and docstrings of a program, in order.

    Raises DocumentError when the grammar is not installed, or the program too damaged for it.
    """
    known = LANGUAGES[language]
    # Grammars take a lone carriage return for no line end, which would make one comment of the rest of the file.
    source = re.sub(r"\r(?!\n)", "\n", text)
    starts = [0, *(match.end() for match in LINE_END.finditer(text))]
    found = []
    for what, start, end in sorted(set(_captures(source, language)), key=lambda item: (item[1], -item[2])):
        if found and start < found[-1].end:
            continue  # the grammar of a damaged program may give a comment inside a comment
        is_string = what == "docstring"
        made = _docstring(text, start, end) if is_string else _comment(text, start, end, known, starts)
        if made is not None:
            found.append(made)
    return found


def _captures(source: str, language: str) -> Iterator[tuple[str, int, int]]:
    """Kind, start and end, in code points, of each stretch that the language's query finds."""
    root = tree(source, language).root_node
    from tree_sitter import QueryCursor

    offset = CodePoints(source)
    for what, nodes in QueryCursor(query(language)).captures(root).items():
        for node in nodes:
            start, end = offset(node.start_byte), offset(node.end_byte)
            if what == "macro":
                mark = _IN_MACRO.match(source, start, end)
                if mark is None:
                    continue
                start = mark.end()
            yield what, start, end


def _comment(text: str, start: int, end: int, language: CodeLanguage, starts: list[int]) -> Comment | None:
    block = language.block.match(text, start, end) if language.block else None
    mark = block or language.line.match(text, start, end)
    if mark is None:
        return None
    end = start + len(text[start:end].rstrip("\r\n"))
    number = bisect_right(starts, start) - 1
    alone = _ALONE.fullmatch(text, starts[number], start) is not None
    column = start - starts[number]
    if block is None:
        # One blank belongs to the mark: what is indented with a tab is deeper than what is not.
        lines = tuple(_continued(_lines(text, mark.end() + text.startswith(" ", mark.end(), end), end)))
        return Comment(start, end, mark[0], lines, alone, number, column)
    inner = text[start + 2 : end]
    closed = len(inner.removesuffix("*/").rstrip("*")) if inner.endswith("*/") else len(inner)
    last = start + 2 + closed
    first = min(mark.end(), last)
    lines = tuple(_unstarred(list(_lines(text, first, last))))
    return Comment(start, end, text[start:first], lines, alone, number, column)


def _lines(text: str, start: int, end: int) -> Iterator[Line]:
    for match in LINE_END.finditer(text, start, end):
        yield Line.at(text, start, match.start())
        start = match.end()
    yield Line.at(text, start, end)


def _continued(lines: Iterable[Line]) -> list[Line]:
    """The lines of a line comment, without the backslash by which one of them goes on in C."""
    *rest, last = lines
    return [*(line.until(len(line.text.removesuffix("\\"))) for line in rest), last]


def _unstarred(lines: list[Line]) -> list[Line]:
    """The lines of a block comment without the column of stars, and the stars that close a box."""
    rest = [line for line in lines[1:] if not line.blank]
    if rest and all(_STARRED.match(line.text) for line in rest):
        lines = [lines[0], *(_without_star(line) for line in lines[1:])]
    return [_without_box(line) for line in lines]


def _without_star(line: Line) -> Line:
    mark = _STARRED.match(line.text)
    return line.cut(mark.end()) if mark else line


def _without_box(line: Line) -> Line:
    kept = line.text.rstrip("*")
    return line.until(len(kept)) if kept != kept.rstrip() else line


def _docstring(text: str, start: int, end: int) -> Comment | None:
    mark = _STRING.match(text, start, end)
    if mark is None or not set(mark[1].lower()) <= {"r", "u"} or not text.endswith(mark[2], mark.end(), end):
        return None
    lines = tuple(_lines(text, mark.end(), end - len(mark[2])))
    return Comment(start, end, mark[0], lines, quote=mark[2], escapes="r" not in mark[1].lower())


def together(found: Iterable[Comment]) -> list[list[Comment]]:
    """The comments that make one text: line comments with the same mark, on successive lines, in the same column.

    Those without lines (srlint's own directives) belong to none and part nothing.
    """
    groups: list[list[Comment]] = []
    last = column = -2
    for comment in found:
        if not comment.lines:
            if comment.alone and comment.number == last + 1:
                last += 1
            continue
        goes_on = comment.is_line and comment.alone and (comment.number, comment.column) == (last + 1, column)
        if goes_on and groups and groups[-1][0].is_line and groups[-1][0].mark == comment.mark:
            groups[-1].append(comment)
        else:
            groups.append([comment])
        last = comment.number + len(comment.lines) - 1 if comment.is_line else -2
        column = comment.column
    return groups


def lines_of(group: list[Comment]) -> list[Line]:
    """The lines of comments that belong together, without the indentation they share."""
    first = group[0]
    return dedented([line for comment in group for line in comment.lines], skip_first=not first.is_line)
