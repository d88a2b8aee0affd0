"""Reads a Markdown text line by line and writes its view: without the marks of admonitions, containers, directives."""

from __future__ import annotations

import re

from srlint.document import Comment, Span
from srlint.formats.html.tags import BLOCKS
from srlint.formats.markdown import directives, tags
from srlint.formats.markdown.lines import Fence, Line, container_title, group, lines, width
from srlint.formats.markdown.view import View

_ITEM = re.compile(r"(?:(?:[-*+]|\d{1,9}[.)])(?:[ \t]+|\Z))+")
_FENCE = re.compile(r"(`{3,}|~{3,})[ \t]*(.*)")
_DIRECTIVE = re.compile(r"\{([A-Za-z][\w:+-]*)\}[ \t]*(.*)")
_OPTION = re.compile(r":([\w-]+):(?:[ \t]+(.*)|\Z)")
_COLONS = re.compile(r"(:{3,})[ \t]*(.*?)[ \t]*:*\Z")
_CONTAINER = re.compile(r"([A-Za-z][\w-]*)(?:\[(.*)\](?:\{.*\})?|[ \t]+(.*)|\{.*\})?\Z")
_ADMONITION = re.compile(r"(?:!!!|\?\?\?\+?)[ \t]+[\w-]+(?:[ \t]+[\w-]+)*[ \t]*(?:\"(.*)\")?\Z")
_TAB = re.compile(r"===[!+]?[ \t]+\"(.*)\"\Z")
_SLASHES = re.compile(r"/{3,}(?:[ \t]+[\w-]+(?:[ \t]*\|[ \t]*(.*))?)?\Z")
_REMARK = re.compile(r"\[(?://|#|_|\^_\^|comment|\s*)\]:[ \t]*(?:#|<#?>)[ \t]*(?:\((.*)\)|\"(.*)\"|'(.*)')\Z", re.I)
_TARGET = re.compile(r"\([\w.:-]+\)=\Z")
_SNIPPET = re.compile(r"(?:;-*|-+)8<-")
_WHOLE_TAG = re.compile(r"</?[A-Za-z][^<>]*>\Z")
_TILDES = "~" * 12  # more than any fence inside


class Dialects:
    """One pass over the lines of a view's source."""

    def __init__(self, view: View, defines: bool) -> None:
        self.view = view
        self._defines = defines
        self._bodies: list[tuple[int, int]] = []  # open indented bodies: their column, the list's column around them
        self._fences: list[Fence] = []  # open directives
        self._quotes = 0  # how many of them hold another's words
        self._code: Fence | None = None
        self._until: str | None = None  # what ends the stretch of HTML or of options that is open: "" for a blank line
        self._options = False
        self._item = 0  # the column at which the content of the list item around begins
        self._blank = True  # the line before is blank in the view

    def run(self) -> None:
        """Write the whole view."""
        for line in lines(self.view.source):
            self._take(line)

    def _take(self, line: Line) -> None:
        if not line.text:
            self._until = None if self._until == "" else self._until
            self._options = False
            if self._quotes:
                self.view.put(">", line.start)
            self._blank_line(line)
            return
        column = width(self.view.source[line.start : line.at])
        self._leave_bodies(line, column)
        start = self._dedented(line)
        if self._quotes and not self._fences[-1].closed_by(line.text):
            self.view.put("> ", start)
        if self._code is not None:
            self._inside_code(line, start)
        elif self._until is not None:
            self._keep(line, start)
            self._until = None if self._until and self._until in line.text else self._until
        elif self._options and self._option(line, start):
            pass
        elif column - max(self._item, self._base()) >= 4 or not self._marker(line, start, column):
            self._prose(line, start, column)

    def _base(self) -> int:
        return self._bodies[-1][0] if self._bodies else 0

    def _leave_bodies(self, line: Line, column: int) -> None:
        """An indented body ends before the first line that is indented less."""
        while self._bodies and column < self._base():
            _, self._item = self._bodies.pop()
            if self._code is not None and self._code.level > len(self._bodies):
                self.view.put(self._code.mark * self._code.length + "\n", line.start)
                self._code = None
            if not self._blank:
                self.view.put("\n", line.start)
                self._blank = True

    def _dedented(self, line: Line) -> int:
        """Where the line begins without the indentation of the bodies it stands in."""
        start, column = line.start, 0
        while column < 4 * len(self._bodies) and start < line.at:
            column += 4 - column % 4 if self.view.source[start] == "\t" else 1
            start += 1
        return start

    def _keep(self, line: Line, start: int) -> None:
        self.view.keep(start, line.after)
        self._blank = False

    def _blank_line(self, line: Line) -> None:
        self.view.keep(line.end, line.after)
        self._blank = True

    def _title(self, line: Line, start: int, title: tuple[int, int] | None, mark: str = "# ") -> None:
        """In place of a marker: a heading, or a blank line when it has no title."""
        if title is None or not self.view.source[slice(*title)].strip():
            self._blank_line(line)
            return
        self.view.keep(start, line.at)
        self.view.put(mark, title[0])
        self.view.keep(*title)
        self._blank_line(line)
        if not mark:
            self.view.put("\n", title[1])

    def _inside_code(self, line: Line, start: int) -> None:
        closed = self._code.closed_by(line.text)
        if closed and self._code.mark in ":-":
            self.view.put(_TILDES, line.at)
            self._blank_line(line)
        else:
            self._keep(line, start)
        self._code = None if closed else self._code

    def _prose(self, line: Line, start: int, column: int) -> None:
        item = _ITEM.match(line.text)
        if item:
            self._item = column + width(item[0])
            fence = _FENCE.match(line.text, item.end())
            if fence and not (fence[1][0] == "`" and "`" in fence[2]):
                self._code = Fence(fence[1][0], len(fence[1]), len(self._bodies))
        elif column == self._base():
            self._item = 0
        if self._defines and line.text[0] == ":" and line.text[1:2] not in ("", " ", "\t"):
            self.view.keep(start, line.at)
            self.view.put("\\", line.at)
            start = line.at
        self._keep(line, start)

    def _marker(self, line: Line, start: int, column: int) -> bool:
        """Take a line that is markup of a dialect; False when it is none."""
        first = line.text[0]
        if first in "`~":
            return self._fence(line, start)
        if first == ":":
            return line.text.startswith(":::") and self._container(line, start)
        if first in "!?=":
            return self._admonition(line, start, column)
        if first == "<":
            self._html(line.text)
        elif first == "/" and (found := _SLASHES.match(line.text)):
            self._title(line, start, group(line, found, 1))
            return True
        elif first == "[" and (found := _REMARK.match(line.text)):
            said = found[1] or found[2] or found[3] or ""
            self.view.comments.append(Comment(Span(line.at, line.at + len(line.text)), said.strip()))
            self._blank_line(line)
            return True
        elif _TARGET.match(line.text) or _SNIPPET.match(line.text):
            self._blank_line(line)
            return True
        return False

    def _html(self, text: str) -> None:
        """Follow a block of HTML or a comment to its end: nothing in it is Markdown."""
        if text.startswith("<!--"):
            self._until = None if "-->" in text else "-->"
        elif tags.name(text) in BLOCKS or _WHOLE_TAG.match(text):
            self._until = ""

    def _admonition(self, line: Line, start: int, column: int) -> bool:
        """MkDocs: `!!! note "Title"`, `??? tip`, `=== "Tab"`, with an indented body."""
        found = _ADMONITION.match(line.text) or _TAB.match(line.text)
        if found is None:
            return False
        self._title(line, start, group(line, found, 1))
        self._bodies.append((column + 4, self._item))
        return True

    def _fence(self, line: Line, start: int) -> bool:
        found = _FENCE.match(line.text)
        if found is None or (found[1][0] == "`" and "`" in found[2]):
            return False
        if self._close_directive(line):
            self._blank_line(line)
            return True
        directive = _DIRECTIVE.match(found[2])
        if directive and directives.is_prose(directive[1]):
            self._directive(line, start, found[1], directive[1], directive[2])
            return True
        self._code = Fence(found[1][0], len(found[1]), len(self._bodies))
        return False

    def _directive(self, line: Line, start: int, fence: str, name: str, rest: str) -> None:
        """MyST: the opening fence of a directive whose body is prose."""
        title = line.at + len(line.text) - len(rest), line.at + len(line.text)
        if name in directives.SENTENCES and rest:
            self._keep(line, title[0])
        else:
            self._title(line, start, title if name in directives.TITLED else None)
        self._fences.append(Fence(fence[0], len(fence), quote=name in directives.QUOTED))
        self._quotes += name in directives.QUOTED
        self._options = True

    def _close_directive(self, line: Line) -> bool:
        if not self._fences or not self._fences[-1].closed_by(line.text):
            return False
        self._quotes -= self._fences.pop().quote
        return True

    def _option(self, line: Line, start: int) -> bool:
        """`:name: value`, or the first and last line of `---`, at the head of a directive's body."""
        found = _OPTION.match(line.text)
        if found:
            speaks = found[1] in directives.PROSE_OPTIONS
            self._title(line, start, group(line, found, 2) if speaks else None, mark="")
            return True
        self._options = False
        if line.text == "---":
            self.view.put(_TILDES, line.at)
            self._blank_line(line)
            self._code = Fence("-", 3, len(self._bodies))
            return True
        return False

    def _container(self, line: Line, start: int) -> bool:
        """`:::note Title`, `::: {.note}`, `:::{note}`, and the fence that closes it."""
        found = _COLONS.match(line.text)
        fence, rest = found[1], found[2]
        if not rest:
            self._close_directive(line)
            self._blank_line(line)
            return True
        directive = _DIRECTIVE.match(rest)
        if directive and directives.is_prose(directive[1]):
            self._directive(line, start, fence, directive[1], directive[2])
            return True
        name = _CONTAINER.match(rest)
        if directive or (name and name[1].lower() in directives.OPAQUE_CONTAINERS and not line.text.endswith(":::")):
            self._code = Fence(":", len(fence), len(self._bodies))
            self.view.put(_TILDES, line.at)
            self._blank_line(line)
            return True
        if name is None and rest[0] != "{":
            return False
        self._title(line, start, container_title(line, name, found.start(2)))
        return True
