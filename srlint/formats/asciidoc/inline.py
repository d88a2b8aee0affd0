"""AsciiDoc's inline markup: which stretches of a paragraph vanish, which are one opaque or one other character.

Asciidoctor replaces text by HTML, one pattern after another over the whole paragraph. Here the same patterns only mark
stretches, so that every place stays what it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape

from srlint.formats.asciidoc.marks import MARKS, Change, formatting
from srlint.formats.atoms import ATOM
from srlint.formats.segment import Segment, SourceMap
from srlint.formats.spacing import SpacedBuilder

_LABEL = r"\[((?:[^\[\]\\]|\\.|\[(?:[^\[\]\\]|\\.){0,500}\]){0,2000})\]"
_URL = r"(?:(?:https?|ftp|irc|file)://|mailto:)[^\s\[\]<>\ufffc]{1,2000}"

# At each place the first of these that matches wins.
_ELEMENTS = re.compile(
    r"(?P<escape>\\[*_`#^~{<+\"'&(\[|])"
    r"|(?P<passed>\+\+\+.{1,2000}?\+\+\+|\+\+.{1,2000}?\+\+|\$\$.{1,2000}?\$\$"
    r"|(?<![\w;:}+])\+(?:[^\s+]|[^\s+][^+]{0,2000}[^\s+])\+(?![\w+]))"
    r"|(?P<quote>(?<![\w;:}])[\"']`(?=\S)|(?<=\S)`[\"'](?!\w))"
    r"|(?P<apostrophe>(?<=\w)`'(?=\w))"
    r"|(?P<mono>``[^`]{1,2000}``|(?<![\w;:\"'`}])`(?:[^\s`]|[^\s`][^`]{0,2000}[^\s`])`(?![\w\"'`]))"
    rf"|(?P<note>(?<![\\\w])footnote(?:ref)?:[\w-]*{_LABEL})"
    rf"|(?P<link>(?<![\\\w])(?:(?:link|xref):[^\s\[\]]{{0,2000}}|indexterm2:|{_URL}){_LABEL}"
    rf"|\{{\w[\w-]*\}}[^\s\[\]{{}}]{{0,500}}{_LABEL})"  # an attribute that holds a URL or the beginning of one
    rf"|(?P<hidden>\(\(\(.{{1,500}}?\)\)\)|\[\[[A-Za-z_:][\w:.\-]*(?:,[^\[\]]*)?\]\]|(?<!\w)indexterm:{_LABEL}"
    r"|(?<!\w)anchor:[^\s\[\]]+\[[^\[\]]*\])"
    r"|(?P<index>\(\((?=[^\s()])[^()]{1,500}\)\))"
    r"|(?P<reference><<[^\s<>,][^<>,]{0,200}(?:,([^<>]{0,1000}))?>>)"
    rf"|(?P<macro>(?<![\\\w])(?:(?:image|icon):{_URL}|[a-z][a-z0-9_-]{{0,50}}:[^\s:\[\]]{{0,1000}}){_LABEL})"
    rf"|(?P<url><{_URL}>|{_URL}(?<![.,;:!?'*_~)#]))"
    r"|(?P<attribute>\{(?:\w[\w-]*|(?:set|counter2?):[^{}]{1,200})\})"
    r"|(?P<entity>&(?:[A-Za-z]\w{1,30}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});)"
    r"|(?P<sign>\((?:C|R|TM)\)|(?<=\w)--(?=\w)|(?<=[ \n])--(?=[ \n]))"
    r"|(?P<hard>[ \t]\+(?=\n|\Z))",
    re.DOTALL,
)

_SIGNS = {"(C)": "©", "(R)": "®", "(TM)": "™", "--": "—"}
_QUOTES = {'"`': "“", '`"': "”", "'`": "‘", "`'": "’"}

# Attributes that are always there. The others are the document's own and opaque.
_CHARACTERS = {
    "nbsp": " ", "sp": " ", "empty": "", "zwsp": "", "wj": "", "apos": "'", "quot": '"', "lsquo": "‘", "rsquo": "’",
    "ldquo": "“", "rdquo": "”", "deg": "°", "plus": "+", "brvbar": "¦", "vbar": "|", "amp": "&", "lt": "<", "gt": ">",
    "startsb": "[", "endsb": "]", "caret": "^", "asterisk": "*", "tilde": "~", "backslash": "\\", "backtick": "`",
    "two-colons": "::", "two-semicolons": ";;", "cpp": "C++", "pp": "++",
}  # fmt: skip

# What an element with no label of its own reads as; those not named here are opaque.
_READS = {
    "escape": lambda source: source[1],
    "quote": _QUOTES.__getitem__,
    "apostrophe": lambda _: "’",
    "sign": _SIGNS.__getitem__,
    "entity": unescape,
    "attribute": lambda source: _CHARACTERS.get(source[1:-1], ATOM),
    "hidden": lambda _: "",
    "hard": lambda _: None,
}

_QUOTED_LABEL = re.compile(r'\s*"([^"]*)"(?=,|\Z)')
_NAMED_LABEL = re.compile(r"[^,=]*,[^=]*=")
_BREAK = re.compile(r"[ \t]*\n[ \t]*")


def segments(text: str, outer: SourceMap, kind: str) -> list[Segment]:
    """The block `text`, whose lines end in line feeds and which `outer` leads to, then the footnotes in it."""
    inline = _Inline(text)
    inline.find(0, len(text))
    found = [_written(text, outer, inline.changes, 0, len(text)).build(kind)]
    for start, end in inline.notes:
        note = _Inline(text)
        note.find(start, end)
        found.append(_written(text, outer, note.changes, start, end).build("footnote"))
    return [segment for segment in found if segment is not None]


class _Inline:
    """`changes` are (start, end, what it reads as): "" for what vanishes, None for a hard line break."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.changes: list[Change] = []
        self.notes: list[tuple[int, int]] = []
        self._closing: list[Change] = []  # ends of labels that have not been reached yet

    def find(self, start: int, end: int) -> None:
        """Mark everything in start..end that is not plain text."""
        at = start
        while at < end:
            limit = self._closing[-1][0] if self._closing else end
            found = _ELEMENTS.search(self.text, at, limit)
            if found is not None:
                at = self._element(found)
            elif self._closing:
                self.changes.append(self._closing.pop())
                at = self.changes[-1][1]
            else:
                break
        if any(mark in self.text for mark in MARKS):
            self.changes += formatting(self.text, self.changes, start, end)
        self.changes.sort(key=lambda change: change[:2])

    def _element(self, found: re.Match[str]) -> int:
        """Record one element; the place to go on from, which lies inside it when its label is prose."""
        start, end = found.span()
        label = found.span(_label_of(found)) if found.lastgroup in ("note", "link", "reference") else (-1, -1)
        match found.lastgroup:
            case "index":
                return self._label(start, start + 2, end - 2, end)
            case "link" | "reference" if label[0] < label[1]:
                return self._label(start, *self._label_text(found[0], *label), end)
            case "note" if label[0] < label[1]:
                self.notes.append(label)
        reads = _READS.get(found.lastgroup)
        self.changes.append((start, end, reads(found[0]) if reads else ATOM))
        return end

    def _label(self, start: int, first: int, last: int, end: int) -> int:
        self.changes.append((start, first, ""))
        self._closing.append((last, end, ""))
        return first

    def _label_text(self, source: str, start: int, end: int) -> tuple[int, int]:
        """The prose of a label: without quotation marks, further attributes and the sign for a new window."""
        label = self.text[start:end]
        quoted = _QUOTED_LABEL.match(label)
        if quoted:
            return start + quoted.start(1), start + quoted.end(1)
        if source.startswith("mailto:") or _NAMED_LABEL.match(label):
            label = label.partition(",")[0]
        start += len(label) - len(label.lstrip())
        return start, start + len(label.strip().removesuffix("^"))


def _label_of(found: re.Match[str]) -> int:
    """The number of the group with the label; a link has one in each of its forms."""
    return found.lastindex + 1 if found[found.lastindex + 1] is not None else found.lastindex + 2


def _written(text: str, outer: SourceMap, changes: Sequence[Change], start: int, end: int) -> SpacedBuilder:
    """start..end of the text with its changes made."""
    builder = SpacedBuilder()
    at = start
    for first, last, reads in [*changes, (end, end, "")]:
        for found in [*_BREAK.finditer(text, at, first), None]:
            plain = text[at : found.start() if found else first]
            if plain:
                builder.literal(plain, outer.starts[at])
            if found:
                builder.line_break(outer.starts[found.start()], outer.ends[found.end() - 1])
                at = found.end()
        if reads is None and last < end:
            broken = _BREAK.match(text, last, end)
            last = broken.end() if broken else last
            builder.line_break(outer.starts[first], outer.ends[last - 1], hard=True)
        elif reads:
            builder.stand_in(reads, outer.starts[first], outer.ends[last - 1])
        at = last
    return builder
