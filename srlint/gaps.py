"""A text with stretches of it cut out, and whole again once words, or none, are filled in."""

from __future__ import annotations

import re
from collections.abc import Sequence

from srlint.document import Span
from srlint.edits import apply
from srlint.findings import Edit

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


def joined(text: str, spans: Sequence[Span]) -> tuple[Span, ...]:
    """The spans in order, overlapping and touching ones made one."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and text[found[-1].end : span.start].strip() == "":
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return tuple(found)


def filled(text: str, gaps: Sequence[Span], words: Sequence[str]) -> str:
    """`text` with the words of each gap in its place.

    The gaps do not touch. Where one gets no words, a blank goes with it, and what is left is put in order: a capital at
    the start where the old text had one, no blank before punctuation.
    """
    edits = [
        Edit(gap, filling) if filling else Edit(_with_blank(text, gap), "")
        for gap, filling in zip(gaps, words, strict=True)
    ]
    new = apply(text, edits)
    return _tidy(new, text) if "" in words else capital_as(new, text)


def between_commas(text: str, gap: Span) -> Span:
    """The gap with a comma or two where it stands between them: what a deletion takes along."""
    head, tail = text[: gap.start].rstrip(), text[gap.end :].lstrip()
    if (head.endswith(",") and tail[:1] in (",", ".", ";", "!", "?", "")) or (not head and tail[:1] == ","):
        return Span(max(0, len(head) - 1), len(text) - len(tail) + (tail[:1] == ","))
    return gap


def widened(text: str, gap: Span, left: int, right: int) -> Span:
    """The gap with so many words more on either side, as far as there are any; what stands between comes along."""
    before = [match.start() for match in _WORD.finditer(text, 0, gap.start)]
    after = [match.end() for match in _WORD.finditer(text, gap.end)]
    return Span(
        before[-left] if left and len(before) >= left else gap.start,
        after[right - 1] if right and len(after) >= right else gap.end,
    )


def _with_blank(text: str, gap: Span) -> Span:
    # Before a comma that goes too there is no blank: the one behind must stay.
    if text[gap.end : gap.end + 1] == " " and text[gap.start : gap.start + 1] != ",":
        return Span(gap.start, gap.end + 1)
    if gap.start and text[gap.start - 1] == " ":
        return Span(gap.start - 1, gap.end)
    return gap


def _tidy(text: str, old: str) -> str:
    return capital_as(re.sub(r" +([,.;:!?]+)(?=\s|$)", r"\1", text.strip()), old)


def capital_as(text: str, old: str) -> str:
    """The text with a capital at its start where the old text had one."""
    return text[:1].upper() + text[1:] if old[:1].isupper() else text
