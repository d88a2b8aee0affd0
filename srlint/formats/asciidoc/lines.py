"""AsciiDoc line by line: what a line is when a block may begin at it."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence

from srlint.formats.segment import SourceMap

Piece = tuple[int, int]  # a stretch of one line, without its line break

_END = re.compile(r"\r\n|\r|\n")

COMMENT = re.compile(r"//(?!/)(.*)")
DIRECTIVE = re.compile(r"\\?(?:ifdef|ifndef|ifeval|endif|include)::[^\s\[]*\[.*\]\s*\Z")
ENTRY = re.compile(r":(?:!?\w[\w-]*!?):(?:[ \t]|\Z)")
ATTRIBUTES = re.compile(r"\[(?:|[\w.#%{,\"'].*|\[(?:|[A-Za-z_:][\w:.-]*(?:, *.+)?)\])\]\s*\Z")
TITLE = re.compile(r"\.(?=\.?[^ \t.])")
HEADING = re.compile(r"(={1,6}|#{1,6})[ \t]+(?P<title>\S.*?)(?:[ \t]+\1)?[ \t]*\Z")
UNDERLINE = re.compile(r"(?:=+|-+|~+|\^+|\++)[ \t]*\Z")
RULE = re.compile(r"(?:'{3,}|<{3,}|([-*_])(?: *\1){2})[ \t]*\Z")
MACRO = re.compile(r"([\w-]+)::([^\s\[]*)\[(.*)\][ \t]*\Z")
DELIMITER = re.compile(r"(-{4,}|\.{4,}|\+{4,}|/{4,}|={4,}|\*{4,}|_{4,}|--|`{3,}|[|,:!]={3,})(?P<rest>.*)\Z")
ITEM = re.compile(
    r"[ \t]*(?:-|\*{1,6}|\.{1,6}|•|\d+\.|[A-Za-z]\.|[IVXivx]+\)|<(?:\d+|\.)>)[ \t]+(?:\[[ xX*]\][ \t]+)?(?=\S)"
)
TERM = re.compile(r"[ \t]*(?!//)(?=\S)(?P<term>.*?)(?::{2,4}|;;)(?:[ \t]+(?=\S)|[ \t]*\Z)")
ADMONITION = re.compile(r"(?:NOTE|TIP|IMPORTANT|WARNING|CAUTION):[ \t]+(?=\S)")
QUOTED = re.compile(r">(?: |\Z)")


class Lines:
    """Lines of a document, each a stretch of it, and where delimiters that look like one another stand among them."""

    def __init__(self, text: str, pieces: Sequence[Piece]) -> None:
        self.text = text
        self.pieces = pieces
        self._same: dict[str, list[int]] = defaultdict(list)
        for number in range(len(pieces)):
            source = self.source(number)
            if source[:1] in tuple("-.+/=*_`|,:!") and source:
                self._same[source].append(number)

    def source(self, number: int) -> str:
        """The line without the blanks at its end."""
        start, end = self.pieces[number]
        return self.text[start:end].rstrip()

    def closing(self, delimiter: str, after: int, stop: int) -> int:
        """The first line behind `after` and before `stop` that is the delimiter, or `stop`."""
        places = self._same.get(delimiter, ())
        at = bisect_right(places, after)
        return places[at] if at < len(places) and places[at] < stop else stop


def pieces(text: str) -> list[Piece]:
    """All lines of a text. A line ends at a line feed, a carriage return or both."""
    found, at = [], 0
    for match in _END.finditer(text):
        found.append((at, match.start()))
        at = match.end()
    return [*found, (at, len(text))]


def delimiter(source: str) -> str | None:
    """The delimiter of a block that the line begins with, or None. A fence of backticks may name a language."""
    found = DELIMITER.match(source)
    if found is None or (found["rest"] and not (found[1][0] == "`" and re.fullmatch(r"[^`\s]*", found["rest"]))):
        return None
    return found[1]


def joined(text: str, parts: Sequence[Piece]) -> tuple[str, SourceMap]:
    """The stretches of lines as lines of a text of their own, with the map that leads back.

    A line feed between two of them stands for the blanks and quote marks between them, but not for whole lines.
    """
    starts, ends = array("I"), array("I")
    for number, (start, end) in enumerate(parts):
        if number:
            before = parts[number - 1][1]
            line_end = _END.search(text, before)
            starts.append(before)
            ends.append(start if text[before:start].replace(">", "").isspace() else line_end.end())
        starts.extend(range(start, end))
        ends.extend(range(start + 1, end + 1))
    return "\n".join(text[start:end] for start, end in parts), SourceMap(starts, ends)
