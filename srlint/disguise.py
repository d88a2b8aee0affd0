"""Words that are written so that a filter misses them and a reader does not: read here as the reader reads them.

Four ways are known: characters without width inside a word, letters of other alphabets that look like Latin ones,
digits and signs for letters (1d10t), and letters set apart (i d i o t). Nothing here decides what is at fault: the
detector and the term list are shown the plain reading beside the text as it stands, and every place in it leads back.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from srlint.document import Span

# Without width, or for direction only: the soft hyphen, joiners, marks, variation selectors, tags.
_HIDDEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\U000e0000-\U000e01ef"
)
# Cyrillic, Greek, Armenian and phonetic letters that most typefaces draw as a Latin one.
_LOOKALIKES = {
    ord(letter): latin
    for latin, letters in {
        "A": "АΑ", "B": "ВΒ", "C": "С", "E": "ЕΕ", "H": "НΗ", "I": "ІΙ", "J": "Ј", "K": "КΚ", "M": "МΜ", "N": "Ν",
        "O": "ОΟ", "P": "РΡ", "S": "Ѕ", "T": "ТΤ", "V": "Ѵ", "X": "ХΧ", "Y": "УΥ", "Z": "Ζ",
        "a": "аɑα", "c": "сϲ", "d": "ԁ", "e": "еє", "g": "ɡ", "h": "һ", "i": "іι", "j": "ј", "k": "κ", "n": "ո",
        "o": "оοօ", "p": "рρ", "q": "ԛ", "s": "ѕ", "t": "т", "u": "υս", "v": "ѵν", "w": "ԝ", "x": "хχ", "y": "уү",
    }.items()
    for letter in letters
}  # fmt: skip
_DIGITS = "013457"
_SIGNS = str.maketrans(f"{_DIGITS}@$!", "oieastasi")
# Whatever none of this is in can be read at once: nearly every text.
_SUSPICIOUS = re.compile(
    r"[^\x00-\x7f“”‘’–—…]|[A-Za-z][013457@$!]+[A-Za-z]|[@$][A-Za-z]|[A-Za-z]\$"
    r"|\b[A-Za-z]([ .*_~-])[A-Za-z]\1[A-Za-z]\1"
)
_ZEROS = re.compile(rf"(?<=\w)[{_HIDDEN}]+(?=\w)")
_FOREIGN = re.compile(r"[^\W\d_]*[^\W\d_\x00-\x7f][^\W\d_]*")
# An exclamation mark stands for a letter between letters only, an at sign not at the end.
_SIGNED = re.compile(r"(?<![\w@$!])[@$]*\w+(?:[@$!]+\w+)*\$*(?![\w@$])")
_MONEY = re.compile(r"\$\d")
_APART = re.compile(r"(?<![\w'’])[^\W\d_]([ .*_~-])[^\W\d_](?:\1[^\W\d_]){2,}(?!\w)")


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as it is read, and for each of its characters the place in the text as it is written."""

    text: str
    places: tuple[int, ...]

    def written(self, span: Span) -> Span:
        """Where a stretch of the reading, not an empty one, is written."""
        return Span(self.places[span.start], self.places[span.end - 1] + 1)


def plain_reading(text: str) -> Reading | None:
    """The reading of a text in which some word is disguised; None for a text that reads as it is written."""
    if not _SUSPICIOUS.search(text):
        return None
    reading = Reading(text, tuple(range(len(text))))
    for pattern, read in _WAYS:
        reading = _read(reading, pattern, read)
    return None if reading.text == text else reading


def _read(reading: Reading, pattern: re.Pattern[str], read: Callable[[re.Match[str]], list[str]]) -> Reading:
    """The reading after one way of disguise; `read` says for each character of a match what stands in its place."""
    if not pattern.search(reading.text):
        return reading
    parts: list[str] = []
    places: list[int] = []
    at = 0
    for found in pattern.finditer(reading.text):
        instead = read(found)
        parts += reading.text[at : found.start()], *instead
        places += reading.places[at : found.start()]
        for place, characters in zip(reading.places[found.start() : found.end()], instead, strict=True):
            places += [place] * len(characters)
        at = found.end()
    return Reading("".join([*parts, reading.text[at:]]), (*places, *reading.places[at:]))


def _nothing(found: re.Match[str]) -> list[str]:
    return [""] * len(found[0])


def _latin(found: re.Match[str]) -> list[str]:
    """A word with its ligatures, wide and mathematical letters as plain ones, and with Latin for its lookalikes.

    Lookalikes count only where Latin stands beside them, so that a Greek or a Russian word stays one.
    """
    letters = [_folded(letter) for letter in found[0]]
    latin = [_LOOKALIKES.get(ord(letter), letter) if len(letter) == 1 else letter for letter in letters]
    mixed = any(letter.isascii() for letter in letters) and all(letter.isascii() for letter in latin)
    return latin if mixed else letters


def _folded(letter: str) -> str:
    if letter.isascii():
        return letter
    plain = unicodedata.normalize("NFKC", letter)
    return plain if plain.isascii() and plain.isalpha() else letter


def _signed(found: re.Match[str]) -> list[str]:
    """A word with letters for its signs, if that makes it one. Digits at its ends are digits: 1st, v1, 10km."""
    word = found[0]
    letters = word.translate(_SIGNS)
    middle = word.strip(_DIGITS)
    disguised = letters.isalpha() and not middle.isalpha() and any(map(str.isalpha, middle))
    return list(letters if disguised and not _MONEY.search(word) else word)


def _joined(found: re.Match[str]) -> list[str]:
    return [letter if letter.isalpha() else "" for letter in found[0]]


_WAYS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], list[str]]], ...] = (
    (_ZEROS, _nothing),
    (_APART, _joined),
    (_FOREIGN, _latin),
    (_SIGNED, _signed),
)
