"""From a rewritten sentence to the smallest edits of the document, and back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from srlint.align import align
from srlint.document import Document, Span
from srlint.emphasis import with_marks
from srlint.errors import DocumentError
from srlint.findings import Edit
from srlint.formats.atoms import ATOM
from srlint.passages import Passage, passages

# A token is a word with its apostrophes, a number, a run of white space, or one other character. Combining marks,
# variation selectors, skin tones and whatever a zero-width joiner ties on stay with the character they belong to.
_MARK = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u1ab0-\u1aff\u20d0-\u20ff"
    "\ufe00-\ufe0f\U0001f3fb-\U0001f3ff"
)
_TOKEN = re.compile(
    rf"\d+(?:[.,:]\d+)+|[^\W_](?:[^\W_]|[{_MARK}\u200c\u200d]|['’](?=[^\W_]))*|\s+|.(?:[{_MARK}]|\u200d.)*", re.DOTALL
)

# What an alignment gains by keeping a token: opaque elements before words, words before punctuation, white space last.
_ATOM_WEIGHT, _WORD_WEIGHT, _SIGN_WEIGHT, _SPACE_WEIGHT = 10_000, 100, 10, 1

# Characters that mean markup in one of the formats or end a string, and beginnings of a line that do.
_MARKUP = frozenset("*_`[]<>&\\|~$^{}#%\"")
_LINE_START = re.compile(r"\s*(?:[-+#=>]|\d{1,9}[.)](?:\s|\Z))")


def diff(old: str, new: str) -> tuple[Edit, ...]:
    """The fewest words to change so that `old` becomes `new`, in code points of `old`; edits a blank apart are one.

    Applied to `old` they give exactly `new`.
    """
    merged: list[Edit] = []
    for edit in _pieces(old, new):
        gap = old[merged[-1].span.end : edit.span.start] if merged else None
        if gap is not None and (gap.isspace() or gap in ("-", "‑")):
            last = merged.pop()
            edit = Edit(Span(last.span.start, edit.span.end), last.text + gap + edit.text)
        merged.append(edit)
    return tuple(merged)


def apply(text: str, edits: Iterable[Edit]) -> str:
    """`text` after all edits. Raises ValueError when two overlap, insert at one place, or leave the text."""
    edits = sorted(edits, key=lambda edit: edit.span)
    if not edits:
        return text
    parts, done = [], 0
    for before, edit in zip([None, *edits], edits, strict=False):
        if edit.span.start < done or edit.span.end > len(text) or (before is not None and before.span == edit.span):
            raise ValueError(f"edit at {edit.span.start}..{edit.span.end} overlaps another or leaves the text")
        parts += [text[done : edit.span.start], edit.text]
        done = edit.span.end
    return "".join([*parts, text[done:]])


def project(edits: Iterable[Edit], passage: Passage, source: str = "") -> tuple[Edit, ...] | None:
    """Edits of `passage.text` as edits of the document; None when one would cut or create markup, or touch an atom.

    With the document's text as `source`, marks of emphasis may go together with the words that they stand around.
    """
    placed: list[Edit] = []
    for edit in edits:
        found = _place(edit, passage)
        if found is None:
            found = _placed_with_marks(edit, passage, source)
        if found is None:
            return None
        placed += found
    return tuple(placed)


def reads_as(
    document: Document, passage: Passage, edits: Sequence[Edit], text: str, include_quotes: bool = False
) -> bool:
    """Whether the document, once edited, reads `text` in the passage's place and everywhere else what it read before.

    The last word on a projection: it parses the edited document again, so it also sees what `project` cannot know,
    for instance a mark of emphasis that lost its effect.
    """
    before, spans = _reading(document, include_quotes)
    edited = Document(apply(document.text, edits), document.syntax, document.bom)
    try:
        after = [item.text for item in passages(edited, include_quotes)[0]]
    except DocumentError:  # no longer a document of its syntax
        return False
    if passage.span not in spans:
        return False
    at = spans.index(passage.span)
    rest = len(before) - at - 1
    if after[:at] != before[:at] or (rest and after[-rest:] != before[-rest:]):
        return False
    return " ".join(after[at : len(after) - rest]).split() == text.split()


@lru_cache(maxsize=1)
def _reading(document: Document, include_quotes: bool) -> tuple[list[str], list[Span]]:
    """What the passages of a document say and where they stand. Kept, as every rewrite of a document is compared."""
    found = passages(document, include_quotes)[0]
    return [item.text for item in found], [item.span for item in found]


def _pieces(old: str, new: str) -> list[Edit]:
    """The edits before neighbours are merged."""
    a, b = _TOKEN.findall(old), _TOKEN.findall(new)
    found: list[Edit] = []
    start = i = j = 0
    for kept_a, kept_b in [*align(a, b, _weight), (len(a), len(b))]:
        end = start + sum(map(len, a[i:kept_a]))
        text = "".join(b[j:kept_b])
        if end > start or text:
            found.append(Edit(Span(start, end), text))
        if kept_a < len(a):
            start, i, j = end + len(a[kept_a]), kept_a + 1, kept_b + 1
    return found


def _weight(token: str) -> int:
    if token == ATOM:
        return _ATOM_WEIGHT
    if token[0].isalnum():
        return _WORD_WEIGHT + len(token)
    return _SPACE_WEIGHT if token.isspace() else _SIGN_WEIGHT


def _place(edit: Edit, passage: Passage) -> list[Edit] | None:
    """The edit on the document, or None. Of the ways to say it one that leaves line breaks alone is preferred."""
    whole = _place_one(edit, passage)
    if whole is not None and not _holds_break(edit.span, passage):
        return [whole]
    pieces = []
    for piece in _pieces(passage.text[edit.span.start : edit.span.end], edit.text):
        span = Span(edit.span.start + piece.span.start, edit.span.start + piece.span.end)
        pieces.append(_place_one(Edit(span, piece.text), passage))
    if all(piece is not None for piece in pieces):
        return [piece for piece in pieces if piece is not None]
    return None if whole is None else [whole]


def _placed_with_marks(edit: Edit, passage: Passage, source: str) -> list[Edit] | None:
    """The edit on the document, with marks of emphasis that have nothing left to stand around; None where other markup
    is in the way.
    """
    starts, ends = passage.map.starts, passage.map.ends
    for way in _ways(edit, passage.text) if source else ():
        start, end = way.span.start, way.span.end
        if start == end or not _allowed(way, passage):
            continue
        left = ends[start - 1] if start else passage.span.start
        right = starts[end] if end < len(starts) else passage.span.end
        if span := with_marks(source, starts[start], ends[end - 1], left, right):
            return [Edit(span, way.text)]
    return None


def _place_one(edit: Edit, passage: Passage) -> Edit | None:
    """The edit on the document, or None. Of the ways to say it, one that leaves line breaks alone is preferred."""
    fallback = None
    for way in _ways(edit, passage.text):
        if not _allowed(way, passage):
            continue
        span = passage.map.source_span(way.span.start, way.span.end)
        if span is not None:
            placed = Edit(span, way.text)
            if not _holds_break(way.span, passage):
                return placed
            fallback = fallback or placed
    return fallback


def _ways(edit: Edit, text: str) -> list[Edit]:
    """The edit, and the same deletion or insertion moved over the blank beside it ("big " or " big" in "a big dog")."""
    start, end = edit.span.start, edit.span.end
    ways = [edit]
    if start < end and not edit.text:
        if start and text[start - 1] == text[end - 1] and text[end - 1].isspace():
            ways.append(Edit(Span(start - 1, end - 1), ""))
        if end < len(text) and text[start] == text[end] and text[start].isspace():
            ways.append(Edit(Span(start + 1, end + 1), ""))
    elif start == end and edit.text:
        if start and text[start - 1] == edit.text[-1] and edit.text[-1].isspace():
            ways.append(Edit(Span(start - 1, start - 1), edit.text[-1] + edit.text[:-1]))
        if end < len(text) and text[end] == edit.text[0] and text[end].isspace():
            ways.append(Edit(Span(start + 1, start + 1), edit.text[1:] + edit.text[0]))
    return ways


def _holds_break(span: Span, passage: Passage) -> bool:
    return any(span.start <= at < span.end for at in passage.map.breaks)


def _allowed(edit: Edit, passage: Passage) -> bool:
    """Whether the edit leaves opaque elements alone and its text can be nothing but words where it stands."""
    start, end = edit.span.start, edit.span.end
    if ATOM in passage.text[start:end] or ATOM in edit.text:
        return False
    if not edit.text.isprintable() or not _MARKUP.isdisjoint(edit.text):
        return False
    at_line_start = start == 0 or _holds_break(Span(start - 1, start), passage)
    if at_line_start and _LINE_START.match(edit.text):
        return False
    return not (edit.text.endswith("!") and passage.map.source_span(end, end) is None)  # "!" before a link is an image
