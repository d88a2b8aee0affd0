"""Comments and docstrings of programs, through the official tree-sitter grammars. Strings are never read otherwise."""

from __future__ import annotations

import re
from dataclasses import replace

from srlint.findings import Skipped
from srlint.formats import Format, markdown, text
from srlint.formats.code import opaque
from srlint.formats.code.directives import directives
from srlint.formats.code.disabled import without_code
from srlint.formats.code.docstrings import unescaped, without_technicalities
from srlint.formats.code.languages import LANGUAGES, CodeLanguage
from srlint.formats.code.left_out import without_licence, without_rulers, without_tools
from srlint.formats.code.lines import Body, Line, join
from srlint.formats.code.regions import Comment, comments, lines_of, together
from srlint.formats.code.tags import without_tags
from srlint.formats.nested import inside
from srlint.formats.segment import Prose, Segment, SourceMap

# What a line break within a comment may stand for: the end of a line, and the marks the next one begins with.
_MERE_BREAK = re.compile(r"[\s#/*!<:]*")


def read(source: str, include_quotes: bool, language: str) -> Prose:
    """The prose of a program: its comments and docstrings; licence headers are reported as left out.

    Raises DocumentError when the language's grammar is not installed, or the program too damaged for it.
    """
    said, found = directives(comments(source, language))
    prose = Prose([], [], said)
    for group in together(found):
        lines, skipped = _lines(group, language)
        if all(line.blank for line in lines):
            prose.skipped.extend(skipped)
            continue
        body, reader = _body(source, lines, group[0], LANGUAGES[language])
        part = inside(body.text, body.map, reader, include_quotes)
        prose.segments.extend(Segment(one.text, _guarded(one.map, source), one.kind) for one in part.segments)
        prose.skipped.extend(sorted((*skipped, *part.skipped), key=lambda item: item.span))
    return prose


def _lines(group: list[Comment], language: str) -> tuple[list[Line], list[Skipped]]:
    """The lines of one text, blank where they are no prose, and what of it was left out that people wrote."""
    known, first = LANGUAGES[language], group[0]
    lines = lines_of(group)
    if first.quote:
        lines, skipped = without_licence(without_technicalities(lines), whole=False)
        return _flush(without_code(without_rulers(lines), language)), skipped
    lines, skipped = without_licence(without_tools(lines), whole=True)
    if _has_tags(first, known):
        lines = without_tags(lines)
    if _is_markdown(first, known):
        return without_rulers(lines, titles=False), skipped
    return _flush(without_code(without_rulers(lines), language, known.indented_code)), skipped


def _flush(lines: list[Line]) -> list[Line]:
    """The lines without indentation, from which the reader of plain text would guess once more what is a program."""
    return [line.cut(len(line.text) - len(line.text.lstrip())) for line in lines]


def _body(source: str, lines: list[Line], first: Comment, language: CodeLanguage) -> tuple[Body, Format]:
    """The text that the lines make, what is no prose inside its sentences opaque, and the format it is read as."""
    body = join(source, lines)
    if first.quote and first.escapes and "\\" in body.text:
        body = unescaped(body)
    tagged = _has_tags(first, language)
    if _is_markdown(first, language):
        return opaque.hide(body, opaque.TAGGED_MARKDOWN if tagged else opaque.RUST, markdown=True), markdown.read
    if tagged:
        return opaque.without_entities(opaque.hide(body, opaque.TAGGED)), text.read
    rules = {"Python": opaque.PYTHON, "Go": opaque.GO}.get(language.name, opaque.PLAIN)
    return opaque.hide(body, rules), text.read


def _has_tags(comment: Comment, language: CodeLanguage) -> bool:
    return language.tags and (not comment.is_line or comment.mark in language.doc)


def _is_markdown(comment: Comment, language: CodeLanguage) -> bool:
    return language.markdown and comment.mark in language.doc


def _guarded(map: SourceMap, source: str) -> SourceMap:
    """The map with those line breaks protected that stand for more than marks: a tool's directive, say."""
    guarded = [at for at in map.breaks if not _MERE_BREAK.fullmatch(source, map.starts[at], map.ends[at])]
    return replace(map, fixed=(*map.fixed, *((at, at + 1) for at in guarded))) if guarded else map
