"""What the HTML grammar cannot read, blanked out: templates, comments, broken tags, stray brackets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from srlint.formats.html.tags import RAW, VOID

# comment: kept for directives. opaque: something is put in its place when the page is shown. gone: nothing is.
# broken: the beginning of a tag that has no end.
Kind = Literal["comment", "opaque", "gone", "broken"]

MAX_DEPTH = 200  # the grammar's time grows with the square of the nesting, so deeper documents are read in parts

_SPACE = r" \t\n\r\f"
_VALUE = rf"\"[^\"]*+\"|'[^']*+'|[^{_SPACE}\"'<>][^{_SPACE}<>]*+"
_ATTRIBUTE = rf"[^{_SPACE}\"'<>/=]++(?:[{_SPACE}]*+=[{_SPACE}]*+(?:{_VALUE}))?+"
_ATTRIBUTES = rf"(?:[{_SPACE}/]++(?:{_ATTRIBUTE})*+)*+"
# The tag's name, and its end where the tag is well formed; where only its attributes are not; or a lone bracket.
_TAG = re.compile(
    rf"<(?P<start>[A-Za-z][^{_SPACE}/<>]*+){_ATTRIBUTES}(?P<whole>>)?|</(?P<end>[A-Za-z][^{_SPACE}/<>]*+)|[<>]"
)
_REST = re.compile(r"[^<>]*+(>)?")

_NO_TAG = r"(?!<[A-Za-z/!]|-->)"
_FRONT_MATTER = re.compile(r"---[ \t]*(?:\r\n|\r|\n)(?:(?!---)[^\r\n]*+(?:\r\n|\r|\n))*+---[ \t]*(?=[\r\n]|\Z)")
_FOREIGN = re.compile(
    r"(?=[<{])(?:"
    r"(?P<comment><!--(?:-?>|.*?(?:--!?>|\Z)))"
    rf"|(?P<raw><({'|'.join(RAW)})(?=[{_SPACE}/>]){_ATTRIBUTES}>)(?P<content>.*?)(?=</\3[{_SPACE}/>]|\Z)"
    r"|(?P<opaque><\?(?!xml)(?:(?:php|=|[ \t\r\n]).*?(?:\?>|\Z)|[^>]*+>?)|<%(?:(?!%>|<%).){0,2000}%>"
    rf"|\{{\{{\{{?(?:(?!\}}\}}|\{{\{{){_NO_TAG}.){{0,1000}}\}}\}}\}}?|\{{%(?:(?!%\}}|\{{%){_NO_TAG}.){{0,1000}}%\}})"
    rf"|(?P<gone><!\[CDATA\[.*?(?:\]\]>|\Z)|<[!?][^>]*+>?|\{{#(?:(?!#\}}|\{{#){_NO_TAG}.){{0,1000}}#\}}))",
    re.DOTALL | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Hidden:
    """A half-open stretch of the document that is neither a tag nor prose."""

    start: int
    end: int
    kind: Kind


@dataclass(slots=True)
class Source:
    """A document for the grammar: `data` has one byte for each of its characters, so byte offsets are code points.

    `cuts` are the places where parts begin that are to be parsed on their own. `hidden` is in order of position.
    """

    data: bytes
    hidden: list[Hidden] = field(default_factory=list)
    cuts: list[int] = field(default_factory=lambda: [0])


def prepare(text: str) -> Source:
    """The text with a blank, or an x, for each character of what is neither a well-formed tag nor plain prose."""
    hidden: list[Hidden] = []
    text = "".join(_without_foreign(text, hidden))
    source = Source(b"", hidden)
    text = "".join(_without_broken(text, source))
    source.hidden = _outermost(source.hidden)
    source.data = text.encode("ascii", "replace").translate(_PLAIN)
    return source


# Characters that mean nothing for the structure but that the grammar stumbles over.
_PLAIN = bytes.maketrans(b"?&\0", b"xxx")


def _without_foreign(text: str, hidden: list[Hidden]) -> Iterator[str]:
    front = _FRONT_MATTER.match(text)
    done = front.end() if front else 0
    if front:
        hidden.append(Hidden(0, done, "gone"))
        yield " " * done
    for found in _FOREIGN.finditer(text, done):
        start, end, kind = found.start(), found.end(), found.lastgroup
        if found["raw"]:
            start = found.start("content")
        else:
            hidden.append(Hidden(start, end, kind))  # type: ignore[arg-type]
        yield text[done:start]
        # The value of an attribute must not become empty.
        yield ("x" if text[start - 1 : start] == "=" else " ") * (end - start)
        done = end
    yield text[done:]


def _without_broken(text: str, source: Source) -> Iterator[str]:
    """The text without brackets that belong to no tag. Notes broken tags, and where the nesting becomes too deep."""
    done = place = depth = 0
    while (found := _TAG.search(text, place)) is not None:
        start, end = found.span()
        name = found["start"] or found["end"]
        if found["whole"]:
            depth = _descend(depth, found["start"].lower() not in VOID and text[end - 2] != "/", start, source)
            place = end
            continue
        rest = _REST.match(text, end)
        assert rest is not None
        place = rest.end() if name else end
        yield text[done:start]
        if not name:
            yield " "
        elif rest[1]:
            head = f"<{'/' if found['end'] else ''}{name}"
            yield head + " " * (place - start - len(head) - 1) + ">"
            depth = _descend(depth, not found["end"], start, source)
        else:
            yield " " * (place - start)
            source.hidden.append(Hidden(start, place, "broken"))
        done = place
    yield text[done:]


def _outermost(hidden: list[Hidden]) -> list[Hidden]:
    """In order, without what lies inside another: a template in a broken tag goes with the tag."""
    found: list[Hidden] = []
    for item in sorted(hidden, key=lambda item: (item.start, -item.end)):
        if not found or item.start >= found[-1].end:
            found.append(item)
    return found


def _descend(depth: int, opens: bool, start: int, source: Source) -> int:
    if not opens:
        return max(depth - 1, 0)
    if depth >= MAX_DEPTH:
        source.cuts.append(start)
        return 1
    return depth + 1
