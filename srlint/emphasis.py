"""Marks of emphasis that go with the words between them: who cuts "**crazy** " cuts its asterisks too."""

from __future__ import annotations

import re

from srlint.document import Span

_TAGS = "b|i|em|strong|u|mark|small"
_MARK = re.compile(rf"\*{{1,3}}|_{{1,3}}|~~|</?(?:{_TAGS})>", re.IGNORECASE)
# What else may be markup: whoever cuts that loses more than emphasis.
_OTHER = re.compile(r"[\[\]`<>\\{}$|&#^]")


def with_marks(source: str, start: int, end: int, left: int, right: int) -> Span | None:
    """The stretch start..end of a source together with marks of emphasis at its ends, so that each opening mark in it
    has its closing one; None where there is no such stretch, or where it holds other markup.

    `left` and `right` are how far it may grow: the ends of the words beside it.
    """
    before = [found.end() for found in _MARK.finditer(source, left, start)]
    opening = max((found.start() for found in _MARK.finditer(source, left, start)), default=start)
    opening = opening if before and before[-1] == start else start
    closing = _MARK.match(source, end, right)
    for first in dict.fromkeys((start, opening)):
        for last in dict.fromkeys((end, closing.end() if closing else end)):
            if _whole(source[first:last]):
                return Span(first, last)
    return None


def _whole(piece: str) -> bool:
    """Whether marks of emphasis, at least one, are the only markup of a piece, each with its partner."""
    marks = [mark.lower() for mark in _MARK.findall(piece)]
    if not marks or _OTHER.search(_MARK.sub("", piece)):
        return False
    opened: list[str] = []
    for mark in marks:
        if opened and mark.replace("/", "") == opened[-1]:
            opened.pop()
        else:
            opened.append(mark)
    return not opened
