"""Marks of emphasis that go with the words between them: who cuts "**crazy** " cuts its asterisks too."""

from __future__ import annotations

import re

from srlint.document import Span

_TAGS = "b|i|em|strong|u|mark|small"
_MARK = re.compile(rf"\*{{1,3}}|_{{1,3}}|~~|</?(?:{_TAGS})>", re.IGNORECASE)
_LAST_MARK = re.compile(rf"(?:{_MARK.pattern})\Z", re.IGNORECASE)
# What else may be markup: whoever cuts that loses more than emphasis.
_OTHER = re.compile(r"[\[\]`<>\\{}$|&#^]")


def with_marks(source: str, start: int, end: int, left: int, right: int) -> Span | None:
    """The stretch start..end of a source together with marks of emphasis at its ends, so that each opening mark in it
    has its closing one; None where there is no such stretch, or where it holds other markup.

    `left` and `right` are how far it may grow: the ends of the words beside it.
    """
    opening, closing = _LAST_MARK.search(source, left, start), _MARK.match(source, end, right)
    for first in (start, opening.start()) if opening else (start,):
        for last in (end, closing.end()) if closing else (end,):
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
