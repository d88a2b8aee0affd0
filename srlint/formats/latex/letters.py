"""LaTeX's ways to write a letter or a sign that a keyboard lacks: accents, `\\ss`, `\\%`, `\\ldots`."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

from srlint.formats.latex.macros import ACCENTS, LETTERS, SYMBOLS
from srlint.formats.latex.tokens import Token


class Letter(NamedTuple):
    """`text` stands for the source up to `end`; the token `after` is the one to go on with."""

    text: str
    after: int
    end: int


_DOTLESS = {"ı": "i", "ȷ": "j"}  # what `\'\i` puts its accent on


def letter(text: str, tokens: list[Token], at: int) -> Letter | None:
    """What the macro `tokens[at]` writes, with its argument and the blank it swallows; None for other tokens."""
    if _kind(tokens, at) != "macro":
        return None
    name = tokens[at].name
    accented = _accented(text, tokens, at) if name in ACCENTS else None
    if accented is not None:
        return accented
    written = LETTERS.get(name) or SYMBOLS.get(name)
    if written is None:
        return None
    if _opens(tokens, at + 1) and tokens[at + 1].partner == at + 2:  # an empty group keeps the blank after it
        return Letter(written, at + 3, tokens[at + 2].end)
    if name in LETTERS and _kind(tokens, at + 1) == "text":
        following = tokens[at + 1]
        end = following.start + blanks(text, following.start, following.end)
        return Letter(written, at + 1 + (end == following.end), end)
    return Letter(written, at + 1, tokens[at].end)


def blanks(text: str, start: int, end: int) -> int:
    """How many spaces and tabs start..end of `text` begins with."""
    source = text[start:end]
    return len(source) - len(source.lstrip(" \t"))


def _accented(text: str, tokens: list[Token], at: int) -> Letter | None:
    braced = _opens(tokens, at + 1)
    place = at + 1 + braced
    found = letter(text, tokens, place) if _kind(tokens, place) == "macro" and tokens[place].name in LETTERS else None
    if _kind(tokens, place) == "text":
        inner = tokens[place]
        # A macro that is a sign takes the very next character, one that is a letter passes over blanks.
        skipped = blanks(text, inner.start, inner.end) if tokens[at].name.isalpha() and not braced else 0
        end = inner.start + skipped + 1
        found = Letter(text[end - 1 : end], place + (end >= inner.end), min(end, inner.end))
    if found is None or len(found.text) != 1 or not found.text.isalpha():
        return None
    after, end = found.after, found.end
    if braced and after == tokens[at + 1].partner:
        after, end = after + 1, tokens[after].end
    base = _DOTLESS.get(found.text, found.text)
    return Letter(unicodedata.normalize("NFC", base + ACCENTS[tokens[at].name]), after, end)


def _opens(tokens: list[Token], at: int) -> bool:
    return _kind(tokens, at) == "{" and tokens[at].partner > at


def _kind(tokens: list[Token], at: int) -> str:
    return tokens[at].kind if at < len(tokens) else ""
