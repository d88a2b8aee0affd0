"""Other people's words inside a sentence: quotation marks, and what they hold."""

from __future__ import annotations

import re

from srlint.document import Span
from srlint.facts import MAX_SCARE_QUOTE
from srlint.usage import quoted

_MARKS = re.compile("[\"“”„«»]|(?<!\\w)['‘]|['’](?!\\w)")
_SAID = (
    r"(?:said|says|say|saying|wrote|writes|told|asked|asks|replied|answered|shouted|yelled|tweeted|posted|added|insisted"
    r"|claimed|claims|argued|declared|quoted|recalled|according to)"
)
_SAID_BEFORE = re.compile(rf"\b{_SAID}\b[^.!?]{{0,40}}$", re.IGNORECASE)
_SAID_AFTER = re.compile(rf"^[\"”’'»,.!?\s]*(?:[\w.-]+\s){{0,4}}{_SAID}\b", re.IGNORECASE)


def reported(text: str) -> list[Span]:
    """The quoted stretches that are somebody's words: longer than a scare quote, or with a verb of saying beside them.

    The marks at both ends belong to the stretch.
    """
    found = []
    for start, end in quoted(text):
        inside = text[start:end]
        if len(re.findall(r"\w+", inside)) > MAX_SCARE_QUOTE or _is_said(text, start, end):
            found.append(Span(start, min(end + 1, len(text))))
    return found


def _is_said(text: str, start: int, end: int) -> bool:
    return _SAID_BEFORE.search(text[max(0, start - 60) : start]) is not None or (
        _SAID_AFTER.match(text[end : end + 80]) is not None
    )


def unquoted(text: str) -> str:
    """`text` as if its author said all of it: a blank for each quotation mark, so that every place stays."""
    return _MARKS.sub(" ", text)
