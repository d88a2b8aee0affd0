"""Explicit markup of reStructuredText, the blocks that begin with two dots: directives, notes, targets, comments."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from srlint.document import Comment, Span
from srlint.findings import Skipped
from srlint.formats.rst.directives import OPTIONS, Directive, directive_for
from srlint.formats.rst.lines import Line, body, indented, margin, paragraph, part, rest
from srlint.formats.rst.lists import term_and_classifiers

if TYPE_CHECKING:
    from srlint.formats.rst import Reader

MARK = re.compile(r"\.\.(?:[ \t]+|\Z)")
FIELD = re.compile(r":(?![: ])(?:[^:\\]|\\.|:(?![ `]|\Z))*(?<! ):(?:[ \t]+|\Z)")

_NAME = r"(?:(?!_)\w)+(?:[-._+:](?:(?!_)\w)+)*"
_NOTE = re.compile(rf"\[(?:[0-9]+|\#(?:{_NAME})?|\*|{_NAME})\](?:[ \t]+|\Z)")
_TARGET = re.compile(r"_(?![ \t]|\Z)")
_SUBSTITUTION = re.compile(r"\|(?![ \t]).*?(?<![ \t])\|[ \t]+")
_DIRECTIVE = re.compile(rf"({_NAME})[ \t]?::(?:[ \t]+|\Z)")


def explicit_end(text: str, lines: Sequence[Line], since: int) -> int:
    """The end of the explicit markup that begins at line number `since`."""
    line = lines[since]
    if rest(text, line, MARK.match(text, line.start, line.end).end()).blank:
        following = since + 1
        if following == len(lines) or lines[following].blank:
            return following  # two dots alone end whatever came before, and hold nothing
    return indented(lines, since + 1, line.indent + 1)


def read_explicit(reader: Reader, lines: Sequence[Line], level: int) -> str:
    """Read one block of explicit markup, and say what it is: a "note", a "directive" with text, or "hidden"."""
    text, line = reader.text, lines[0]
    start = MARK.match(text, line.start, line.end).end()
    substitution = _SUBSTITUTION.match(text, start, line.end)
    if substitution:
        start = substitution.end()
    directive = _DIRECTIVE.match(text, start, line.end)
    note = _NOTE.match(text, start, line.end)
    if note and not substitution:
        reader.blocks(body(rest(text, line, note.end()), lines[1:]), "footnote", level)
        return "note"
    if directive:
        shows = _read_directive(reader, directive[1], lines, directive.end(), level)
        return "directive" if shows and not substitution else "hidden"
    if not substitution and not _TARGET.match(text, start, line.end):
        _comment(reader, lines, start)
    return "hidden"


def _comment(reader: Reader, lines: Sequence[Line], start: int) -> None:
    first = reader.text[start : lines[0].end]
    said = "\n".join([first, *(reader.text[line.start : line.end] for line in lines[1:])]).strip()
    if said:
        reader.prose.comments.append(Comment(Span(lines[0].start, lines[-1].end), said))


def _read_directive(reader: Reader, name: str, lines: Sequence[Line], start: int, level: int) -> bool:
    """Read a directive; whether it is one of text."""
    block = body(rest(reader.text, lines[0], start), lines[1:])
    argument, options, content = _parts(reader.text, block)
    how = directive_for(name, " ".join(reader.text[line.start : line.end] for line in argument))
    if how.argument == "":
        content, argument = [*argument, *content], []
    elif how.argument == "version":
        argument = _without_words(reader.text, argument, how.versions)
    if how.argument in ("prose", "version"):
        reader.blocks(_flush(argument), how.kind, level)
    for value, kind in options:
        reader.blocks(value, kind, level)
    if how.content == "prose":
        reader.blocks(content, how.content_kind, level)
    elif how.content == "terms":
        _terms(reader, content, level)
    elif how.content == "quote":
        reader.quote(content, level)
    elif how.reason is not None:
        _leave_out(reader, lines, content if how.argument == "prose" or name == "raw" else [*argument, *content], how)
    return how.content != "" or how.reason is not None


def _terms(reader: Reader, lines: Sequence[Line], level: int) -> None:
    """Read a glossary: lines at the margin are terms, several of them for one definition if need be."""
    at, base = 0, margin(lines)
    while at < len(lines):
        line, start = lines[at], at
        at += 1
        if line.blank:
            continue
        if line.indent > base:
            at = indented(lines, start, base + 1)
            reader.blocks(lines[start:at], "paragraph", level + 1)
        elif MARK.match(reader.source(line)):
            at = explicit_end(reader.text, lines, start)
            read_explicit(reader, lines[start:at], level + 1)
        else:
            reader.leaf([(line.start, line.start + term_and_classifiers(reader.source(line))[0][1])], "term")


def _leave_out(reader: Reader, lines: Sequence[Line], unread: Sequence[Line], how: Directive) -> None:
    """Say why a directive is not read, if it holds words. What was read of it is not part of what was not."""
    unread = [line for line in unread if not line.blank]
    if any(character.isalpha() for line in unread for character in reader.text[line.start : line.end]):
        start = unread[0].start if how.argument == "prose" else lines[0].start
        reader.prose.skipped.append(Skipped(Span(start, lines[-1].end), how.reason))


def _parts(text: str, block: Sequence[Line]) -> tuple[list[Line], list[tuple[list[Line], str]], list[Line]]:
    """The lines of the argument, the options that hold text for people with the kind of each, and the content."""
    end = paragraph(block, 0)
    head = block[:end]
    first = next((at for at in range(end) if FIELD.match(text, block[at].start, block[at].end)), end)
    options: list[tuple[list[Line], str]] = []
    at = first
    while at < end:
        line, after = block[at], indented(head, at + 1, block[at].indent + 1)
        field = FIELD.match(text, line.start, line.end)
        name = field[0].strip(": \t").lower() if field else ""
        if name in OPTIONS:
            options.append((_flush(body(rest(text, line, field.end()), block[at + 1 : after])), OPTIONS[name]))
        at = after
    content = list(block[end:])
    return list(block[:first]), options, content


def _flush(lines: Sequence[Line]) -> list[Line]:
    """The lines as one paragraph, however they are indented."""
    column = margin(lines)
    return [line._replace(indent=column) for line in lines]


def _without_words(text: str, lines: list[Line], number: int) -> list[Line]:
    """The argument without its first words, which stand on its first line."""
    if not lines:
        return []
    words = re.compile(rf"(?:\S+[ \t]*){{1,{number}}}").match(text, lines[0].start, lines[0].end)
    first = part(text, lines[0].indent, words.end(), lines[0].end)
    return [first, *lines[1:]] if not first.blank else lines[1:]
