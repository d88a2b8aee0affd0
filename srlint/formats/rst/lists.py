"""What begins an item of a list of reStructuredText, by the patterns of docutils (its module `states`)."""

from __future__ import annotations

import re

BULLET = re.compile(r"[-+*\u2022\u2023\u2043](?:[ \t]+|\Z)")

_OPTION_VALUE = r"(?:[a-zA-Z][a-zA-Z0-9_-]*|<[^<>]+>)"
_ONE_OPTION = rf"(?:[-+][a-zA-Z0-9](?: ?{_OPTION_VALUE})?|(?:--|/)[a-zA-Z0-9][a-zA-Z0-9_-]*(?:[ =]{_OPTION_VALUE})?)"
OPTION = re.compile(rf"{_ONE_OPTION}(?:, {_ONE_OPTION})*(?:  +|\t[ \t]*| ?\Z)")

_ENUMERATOR = re.compile(r"(\()?([0-9]+|[ivxlcdm]+|[IVXLCDM]+|[a-zA-Z]|#)((?(1)\)|[.)]))(?:[ \t]+|\Z)")
_ROMAN = re.compile(r"M{0,4}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})\Z")
_ROMAN_VALUES = dict(zip("IVXLCDM", (1, 5, 10, 50, 100, 500, 1000), strict=True))

_CLASSIFIER = re.compile(r"``.+?``|`[^`]+`|(?<! )( +: +)")


def enumerator(line: str, following: str | None) -> int | None:
    """The length of the number, with its blanks, that begins an item; None where it is the beginning of a sentence.

    `following` is the next line if it is neither blank nor indented: then it must begin with the next number.

    >>> enumerator("A. Einstein was", None), enumerator("A. Einstein was", "a violinist, too.")
    (3, None)
    """
    match = _ENUMERATOR.match(line)
    if match is None or not _values(match[2]):
        return None
    if following is not None:
        after = _ENUMERATOR.match(following)
        if after is None or (after[1], after[3]) != (match[1], match[3]):
            return None
        if after[2] != "#" and not {value + 1 for value in _values(match[2])} & _values(after[2]):
            return None
    return match.end()


def term_and_classifiers(text: str) -> list[tuple[int, int]]:
    """The stretches of a definition list's first line: the term, and what stands behind each colon between blanks."""
    found, start = [], 0
    for match in _CLASSIFIER.finditer(text):
        if match[1]:
            found.append((start, match.start()))
            start = match.end()
    return [*found, (start, len(text))]


def _values(number: str) -> set[int]:
    """The places in a list that a number can stand for: "i" is the ninth or the first. None if it is no number."""
    if number == "#":
        return {0}
    if number.isdecimal():
        return {int(number[:9])}
    found = {ord(number.lower())} if len(number) == 1 else set()
    roman = number.upper()
    if _ROMAN.match(roman):
        values = [_ROMAN_VALUES[letter] for letter in roman]
        pairs = zip(values, [*values[1:], 0], strict=True)
        found.add(sum(-value if value < after else value for value, after in pairs))
    return found
