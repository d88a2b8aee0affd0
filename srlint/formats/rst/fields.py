"""Which fields of reStructuredText hold prose, and which are data about the document."""

from __future__ import annotations

import re
from collections.abc import Sequence

from srlint.formats.rst.lines import Line

# Fields at the top of a document that are read all the same (docutils makes sections of them).
_SECTIONS = frozenset({"abstract", "dedication"})

# Fields of Sphinx that describe a part of a program in words: the first word of the name.
_DESCRIBES = frozenset(
    "param parameter arg argument key keyword kwarg raises raise except exception var ivar cvar return returns yield"
    " yields reqheader resheader query statuscode form json reqjson resjson".split()
)
_NAMES_TYPE = frozenset("type rtype vartype paramtype kwtype meta".split())

_MIN_WORDS = 4  # shorter values of other fields are data: a date, a name, a state
_WORD = re.compile(r"[^\W\d_]{2,}")

_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]*:(?:[ \t]|\Z)")
_MIN_HEADERS = 3


def holds_prose(name: str, value: str, at_top: bool) -> bool:
    """Whether the field's value is prose. `at_top`: it stands before everything else in the document."""
    name = name.strip().lower()
    if at_top:
        return name in _SECTIONS
    first = name.partition(" ")[0]
    if first in _NAMES_TYPE:
        return False
    return first in _DESCRIBES or name in _SECTIONS or len(_WORD.findall(value)) >= _MIN_WORDS


def header_end(text: str, lines: Sequence[Line]) -> int:
    """The end of the block of headers as in e-mail (`Title: …`) that begins the document, as in Python's PEPs; or 0."""
    first = next((at for at, line in enumerate(lines) if not line.blank), len(lines))
    end = first
    headers = 0
    while end < len(lines) and not lines[end].blank:
        line = lines[end]
        if line.indent == 0:
            if not _HEADER.match(text, line.start, line.end):
                return 0
            headers += 1
        end += 1
    return end if headers >= _MIN_HEADERS else 0
