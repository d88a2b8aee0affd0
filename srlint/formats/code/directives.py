"""srlint's own directives inside the comments of programs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from srlint.document import Comment as Remark
from srlint.document import Span
from srlint.formats.code.regions import Comment

# Alone on a line of a comment, or behind prose with a comment's mark of its own.
_DIRECTIVE = re.compile(
    r"(?:^\s*(?:(?:#+|//+|;+|%+|--|\.\.|<!--)\s*)?|(?<=\s)(?:#+|//+|<!--)\s*)(srlint:.*)", re.IGNORECASE
)
_CLOSING = re.compile(r"\s*-->\Z")


def directives(found: Iterable[Comment]) -> tuple[list[Remark], list[Comment]]:
    """The directives, each with the stretch of its comment or of its part of one, and the comments without them.

    A comment that is nothing else is left without lines.
    """
    said: list[Remark] = []
    rest: list[Comment] = []
    for comment in found:
        matches = [_DIRECTIVE.search(line.text) for line in comment.lines]
        if not any(matches):
            rest.append(comment)
            continue
        others = any(not line.blank for line, match in zip(comment.lines, matches, strict=True) if match is None)
        kept = []
        for line, match in zip(comment.lines, matches, strict=True):
            if match is None:
                kept.append(line)
                continue
            before = line.until(match.start())
            alone = before.blank and not others and sum(map(bool, matches)) == 1 and not comment.quote
            mark = match.start() + len(match[0]) - len(match[0].lstrip())
            span = Span(comment.start, comment.end) if alone else Span(line.start + mark, line.end)
            said.append(Remark(span, _CLOSING.sub("", match[1]).strip()))
            if not before.blank:
                kept.append(before)
        rest.append(replace(comment, lines=tuple(kept) if others or any(not line.blank for line in kept) else ()))
    return said, rest
