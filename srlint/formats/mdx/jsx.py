"""Finds where JavaScript inside a document ends: expressions in braces, JSX tags and elements, import and export.

It follows strings, templates, comments, regular expressions and nested JSX with an explicit stack, so that no depth of
nesting matters. What does not balance has no end, and is text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

# The states of the scanner. In the first four it reads JavaScript, up to the bracket that closes them.
_BRACE, _PAREN, _BRACKET, _MODULE, _TEMPLATE, _TAG, _CHILDREN = range(7)
_OPENS = {"{": _BRACE, "(": _PAREN, "[": _BRACKET}
_CLOSES = {"}": _BRACE, ")": _PAREN, "]": _BRACKET}

_CODE = re.compile(r"[\"'`{}()\[\]/<]|\n[ \t\r]*(?=\n|\Z)")
_IN_TEMPLATE = re.compile(r"\\.|`|\$\{", re.DOTALL)
_IN_TAG = re.compile(r"[\"'{>]|/>|//|/\*")
_IN_CHILDREN = re.compile(r"[{<]")
_STRING = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'", re.DOTALL)
_VALUE = re.compile(r"\"[^\"]*\"|'[^']*'")
_LINE_COMMENT = re.compile(r"//[^\n]*")
_REGEX = re.compile(r"/(?![*/])(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*")
_OPENING = re.compile(r"<(?=[A-Za-z_$>])[\w.:$-]*")
_CLOSING = re.compile(r"</[ \t\r\n]*[\w.:$-]*[ \t\r\n]*>")
_BEFORE_VALUE = re.compile(
    r"(?:[(,=:\[!&|?{};+*%~^<>-]|\b(?:return|typeof|case|default|yield|await|in|of))[ \t\r\n]*\Z"
)
_ATTRIBUTE_NAME = re.compile(r"([\w:.$-]+)[ \t\r\n]*=[ \t\r\n]*\Z")
_NEAR = 80  # characters looked back for what stands before a sign


@dataclass(slots=True)
class Tag:
    """An opening tag: its name, where it ends, and the stretches of its values that are strings, without quotes."""

    name: str
    end: int
    closed: bool  # the tag closes itself
    values: list[tuple[str, int, int]] = field(default_factory=list)


def expression(text: str, start: int, limit: int) -> int | None:
    """The end of the expression in braces that begins at `start`; None when it has none before `limit`."""
    return _Scanner(text, limit).run(start + 1, _BRACE)


def module(text: str, start: int, limit: int) -> int | None:
    """The end of the imports or exports that begin at `start`: before a blank line outside all brackets."""
    return _Scanner(text, limit).run(start, _MODULE)


def tag(text: str, start: int, limit: int) -> Tag | None:
    """The opening tag that begins at `start`; None when there is none before `limit`."""
    opening = _OPENING.match(text, start)
    if opening is None:
        return None
    found = Tag(opening[0][1:], 0, False)
    end = _Scanner(text, limit, found).run(opening.end(), _TAG)
    if end is None:
        return None
    found.end, found.closed = end, text.startswith("/>", end - 2)
    return found


def closing_tag(text: str, start: int) -> int | None:
    """The end of the closing tag that begins at `start`."""
    found = _CLOSING.match(text, start)
    return found.end() if found else None


def children(text: str, start: int, limit: int) -> int | None:
    """The end of the element whose children begin at `start`, its closing tag included."""
    return _Scanner(text, limit).run(start, _CHILDREN)


class _Scanner:
    """One scan, from a place inside some state to the end of that state."""

    def __init__(self, text: str, limit: int, tag: Tag | None = None) -> None:
        self._text = text
        self._limit = limit
        self._tag = tag
        self._stack: list[int] = []

    def run(self, at: int, state: int) -> int | None:
        self._stack.append(state)
        step = {_TEMPLATE: self._template, _TAG: self._in_tag, _CHILDREN: self._children}
        while self._stack:
            following = step.get(self._stack[-1], self._code)(at)
            if following is None or following > self._limit:
                return None
            at = following
        return at

    def _code(self, at: int) -> int | None:
        found = _CODE.search(self._text, at, self._limit)
        state = self._stack[-1]
        if found is None:
            return self._end(self._limit) if state == _MODULE else None
        sign, place = found[0][0], found.start()
        if sign == "\n":
            return self._end(place) if state == _MODULE else place + 1
        if sign in "\"'":
            string = _STRING.match(self._text, place, self._limit)
            return string.end() if string else None
        if sign in "/<":
            return self._slash(place) if sign == "/" else self._less_than(place)
        if sign in _CLOSES:
            return self._end(place + 1) if state == _CLOSES[sign] else None
        self._stack.append(_TEMPLATE if sign == "`" else _OPENS[sign])
        return place + 1

    def _end(self, at: int) -> int:
        self._stack.pop()
        return at

    def _slash(self, place: int) -> int | None:
        """A comment, a regular expression, or a division."""
        comment = self._comment(place)
        if comment != place:
            return comment
        regex = _REGEX.match(self._text, place, self._limit) if self._awaits_value(place) else None
        return regex.end() if regex else place + 1

    def _comment(self, place: int) -> int | None:
        """The end of the comment that begins at the place: the place itself when none does."""
        if self._text.startswith("//", place):
            return _LINE_COMMENT.match(self._text, place, self._limit).end()
        if self._text.startswith("/*", place):
            end = self._text.find("*/", place + 2, self._limit)
            return None if end < 0 else end + 2
        return place

    def _less_than(self, place: int) -> int:
        """A JSX element, or a comparison."""
        opening = _OPENING.match(self._text, place, self._limit)
        if opening is None or not self._awaits_value(place):
            return place + 1
        self._stack.append(_TAG)
        return opening.end()

    def _awaits_value(self, place: int) -> bool:
        before = self._text[max(0, place - _NEAR) : place]
        return not before.strip() or _BEFORE_VALUE.search(before) is not None

    def _template(self, at: int) -> int | None:
        found = _IN_TEMPLATE.search(self._text, at, self._limit)
        if found is None:
            return None
        if found[0] == "`":
            return self._end(found.end())
        if found[0] == "${":
            self._stack.append(_BRACE)
        return found.end()

    def _in_tag(self, at: int) -> int | None:
        found = _IN_TAG.search(self._text, at, self._limit)
        if found is None:
            return None
        sign, place = found[0], found.start()
        if sign in ("//", "/*"):
            return self._comment(place)
        if sign in "\"'":
            value = _VALUE.match(self._text, place, self._limit)
            self._note(value)
            return value.end() if value else None
        if sign == "{":
            self._stack.append(_BRACE)
        elif sign == "/>" or len(self._stack) == 1:
            self._stack.pop()
        else:
            self._stack[-1] = _CHILDREN
        return found.end()

    def _note(self, value: re.Match[str] | None) -> None:
        """Remember a string of the tag that was asked for."""
        if value is not None and self._tag is not None and len(self._stack) == 1:
            name = _ATTRIBUTE_NAME.search(self._text[max(0, value.start() - _NEAR) : value.start()])
            if name:
                self._tag.values.append((name[1], value.start() + 1, value.end() - 1))

    def _children(self, at: int) -> int | None:
        found = _IN_CHILDREN.search(self._text, at, self._limit)
        if found is None:
            return None
        place = found.start()
        if found[0] == "{":
            self._stack.append(_BRACE)
            return place + 1
        closing = _CLOSING.match(self._text, place, self._limit)
        if closing:
            return self._end(closing.end())
        opening = _OPENING.match(self._text, place, self._limit)
        if opening:
            self._stack.append(_TAG)
        return opening.end() if opening else place + 1
