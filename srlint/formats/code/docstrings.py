"""What docstrings of Python hold besides prose: sections of Google's and NumPy's style, fields, doctests, literals."""

from __future__ import annotations

import re
import unicodedata

from srlint.formats.code.lines import Body, Line, changed

_ENTRIES = frozenset(
    "args arguments parameters params keyword_args keyword_arguments other_parameters attributes raises exceptions"
    " except warns methods receives kwargs class_attributes instance_attributes optional_arguments see_also members"
    " fields values enums messages options".split()
)
_RESULTS = frozenset("returns return yields yield result results".split())
_PROSE = frozenset(
    "note notes warning warnings example examples todo usage caution tip hint important description summary".split()
)
_NO_PROSE = frozenset(["references"])
_SECTIONS = _ENTRIES | _RESULTS | _PROSE | _NO_PROSE

_HEADER = re.compile(r"\s*([A-Za-z][A-Za-z ]{1,22}[A-Za-z])(?:\s*::?)?\Z")
_UNDERLINE = re.compile(r"\s*([-=~])\1{2,}\s*\Z")
_NAME = r"[*`]*[A-Za-z_][\w.*\[\]|`-]*"
_GOOGLE_ENTRY = re.compile(rf"\s*{_NAME}(?:, {_NAME})*(?:\s*\((?:[^()\n]|\([^()\n]*\))*\))?\s*:(?:\s+|\Z)")
_NUMPY_ENTRY = re.compile(rf"\s*{_NAME}(?:, {_NAME})*(?:\s*:.*)?\Z")
_TYPE = re.compile(r"\s*[A-Za-z_][\w.]*(?:\[.*?\])?(?:(?:\s*\|\s*|\s(?:or|of)\s)[\w.\[\]]+)*\s*:(?:\s+|\Z)")

_FIELD = re.compile(r"\s*[:@](?:[A-Za-z][\w-]*)(?:\s+(?:[^:`\n]|`[^`\n]*`){1,80})?:(?:\s+|\Z)")
_TYPE_FIELD = re.compile(r"\s*[:@](?:type|rtype|vartype|ytype|kwtype|meta|author|since|version)\b[^:]*:")
_DOCTEST = re.compile(r"\s*>>>(?:\s|\Z)")
_FENCE = re.compile(r"\s*(?:```|~~~)")
_VERSION = re.compile(r"\s*\.\.\s+(?:version(?:added|changed|removed)|deprecated)(?:-\w+)?::\s*[\w.]*(?:\s+|\Z)")
_HUMAN = re.compile(
    r"\s*\.\.\s+(?:note|warning|tip|hint|important|caution|danger|attention|error|admonition|seealso|todo|topic|rubric)::(?:\s+|\Z)"
)
_DESCRIBES = re.compile(
    r"\s*\.\.\s+(?:py:)?(?:attribute|method|function|class|data|exception|module|property|classmethod|staticmethod"
    r"|describe|option|envvar|glossary|container|confval)::"
)
_COMMENT = re.compile(r"\s*\.\.(?:\s+(?!\[)|\Z)")
_LABEL = re.compile(r"\s*\.\.\s+(?:_[^:]+:|\|[^|]+\|)")
_CITATION = re.compile(r"\s*\.\.\s+\[[^\]]*\]\s*")
_LITERAL = re.compile(r"::\Z")

_ESCAPE = re.compile(
    r"\\(?:\n|[0-7]{1,3}|x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|N\{[^{}\n]{1,90}\}|[\\'\"abfnrtv])"
)
_SIMPLE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", "'": "'", '"': '"'}


def without_technicalities(lines: list[Line]) -> list[Line]:
    """The lines with doctests, literal blocks and what directives hold blank, names of fields and entries taken off."""
    return _without_sections(_without_blocks(lines))


def _without_blocks(lines: list[Line]) -> list[Line]:
    """Blank for doctests up to the next blank line or fence, and for indented blocks that are no prose."""
    found: list[Line] = []
    in_doctest = False
    inside: int | None = None  # the indentation of the line whose indented block is left out
    for line in lines:
        goes_on = in_doctest and not line.blank and not _FENCE.match(line.text)
        in_doctest = goes_on or _DOCTEST.match(line.text) is not None
        if inside is not None and not line.blank and line.indent <= inside:
            inside = None
        if in_doctest or inside is not None:
            found.append(line.emptied())
        elif mark := _VERSION.match(line.text) or _HUMAN.match(line.text) or _CITATION.match(line.text):
            found.append(line.cut(mark.end(), fresh=True))
        elif _COMMENT.match(line.text):
            # A directive for a program, a comment, or the target of a link; prose may stand in those that describe.
            inside = None if _LABEL.match(line.text) or _DESCRIBES.match(line.text) else line.indent
            found.append(line.emptied())
        elif _LITERAL.search(line.text):
            inside = line.indent
            found.append(line.until(len(line.text) - 1))
        else:
            found.append(line)
    return found


def _without_sections(lines: list[Line]) -> list[Line]:
    """Titles of sections blank, and the names of their entries taken off, each entry a paragraph of its own."""
    found: list[Line] = []
    section, numpy, base, entries = "", False, 0, -1
    for line, below in zip(lines, [*(line.text for line in lines[1:]), ""], strict=True):
        title, underlined = _section(line.text), _UNDERLINE.match(below) is not None
        if title and (underlined or line.text.rstrip().endswith(":")):
            section, numpy, base, entries = title, underlined, line.indent, -1
            found.append(line.emptied())
            continue
        if not line.blank and (underlined or line.indent < base if numpy else line.indent <= base):
            section = ""
        if section and not line.blank and entries < 0 and not _UNDERLINE.match(line.text):
            entries = line.indent
        found.append(_entry(line, section, numpy, line.indent <= entries, below))
    return found


def _section(text: str) -> str:
    match = _HEADER.match(text)
    name = match[1].lower().replace(" ", "_") if match else ""
    return name if name in _SECTIONS else ""


def _entry(line: Line, section: str, numpy: bool, first: bool, below: str) -> Line:
    """One line of a section, or of none."""
    if line.blank or section in _NO_PROSE:
        return line.emptied()
    if field := _FIELD.match(line.text):
        return line.emptied() if _TYPE_FIELD.match(line.text) else line.cut(field.end(), fresh=True)
    if not first or section in _PROSE or not section:
        return line
    if numpy:
        has_text = below.strip() != "" and len(below) - len(below.lstrip()) > len(line.text) - len(line.text.lstrip())
        named = _NUMPY_ENTRY.match(line.text) is not None
        return line.emptied() if has_text or (named and section in _ENTRIES) else line
    mark = (_TYPE if section in _RESULTS else _GOOGLE_ENTRY).match(line.text)
    return line.cut(mark.end() if mark else 0, fresh=True)


def unescaped(body: Body) -> Body:
    """The body with each escape sequence as the character it means; a line that goes on is no line break."""
    changes = []
    for match in _ESCAPE.finditer(body.text):
        meant = _meant(match[0][1:], body, match.end() - 1)
        if meant is not None:
            changes.append((*match.span(), meant))
    return changed(body, changes)


def _meant(code: str, body: Body, last: int) -> str | None:
    """What an escape without its backslash means, or None when it means nothing that a text can hold."""
    if code == "\n":
        # The map's stretch of the line feed holds the indentation that the string keeps.
        return " " if body.map.ends[last] - body.map.starts[last] > 2 else ""
    if code in _SIMPLE:
        return _SIMPLE[code]
    if code.startswith("N"):
        try:
            return unicodedata.lookup(code[2:-1])
        except KeyError:
            return None
    number = int(code[1:], 16) if code[0] in "xuU" else int(code, 8)
    return chr(number) if number <= 0x10FFFF and not 0xD800 <= number < 0xE000 else None
