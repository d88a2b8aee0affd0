"""AsciiDoc's marks of formatting: which of the asterisks, underscores and so on are marks, and so vanish."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable

from srlint.formats.atoms import ATOM

MARKS = "*_#^~"

_ROLE = re.compile(rf"\[[^\[\]\n{ATOM}]{{1,200}}\]\Z")
_LONGEST_ROLE = 202

Change = tuple[int, int, str | None]


def formatting(text: str, decided: Iterable[Change], start: int, end: int) -> list[Change]:
    """The marks in start..end of `text`, as changes to nothing. What has been `decided` holds none.

    The rules are Asciidoctor's: a doubled mark counts anywhere, a single one at the edges of a word, `^` and `~` around
    a stretch without a blank. A list of attributes before an opening mark vanishes with it.
    """
    finder = _Finder(text, decided, start, end)
    for find, marks in ((finder.doubled, "*_#"), (finder.single, "*_#"), (finder.tight, "^~")):
        for mark in marks:
            find(mark)
            finder.refresh()
    return finder.found


class _Finder:
    """Each method looks for one kind of mark in what the ones before it have left."""

    def __init__(self, text: str, decided: Iterable[Change], start: int, end: int) -> None:
        self.found: list[Change] = []
        self._offset = start
        self._characters = list(text[start:end])
        for first, last, _ in decided:  # after `;` and `}` no single mark opens, whatever they end
            self._blot(first - start, last - start - (text[last - 1] in ";}"))
        self.refresh()

    def refresh(self) -> None:
        self._text = "".join(self._characters)

    def doubled(self, mark: str) -> None:
        at = self._text.find(mark * 2)
        while at >= 0:
            close = self._text.find(mark * 2, at + 3)
            if close < 0:
                return
            self._take(self._with_role(at), at + 2)
            self._take(close, close + 2)
            at = self._text.find(mark * 2, close + 2)

    def single(self, mark: str) -> None:
        places = [found.start() for found in re.finditer(re.escape(mark), self._text)]
        closing = [at for at in places if at and not self._text[at - 1].isspace() and not self._is_word(at + 1)]
        done = 0
        for at in places:
            if at < done or not self._opens(at):
                continue
            number = bisect_left(closing, at + 2)
            if number == len(closing):
                return
            done = closing[number] + 1
            self._take(self._with_role(at, after_word=False), at + 1)
            self._take(done - 1, done)

    def tight(self, mark: str) -> None:
        sign = re.escape(mark)
        for found in list(re.finditer(rf"{sign}[^\s{sign}]{{1,200}}{sign}", self._text)):
            self._take(found.start(), found.start() + 1)
            self._take(found.end() - 1, found.end())

    def _opens(self, at: int) -> bool:
        before, after = self._text[at - 1 : at], self._text[at + 1 : at + 2]
        return bool(after) and not after.isspace() and not self._is_word(at - 1) and before not in (";", ":", "}")

    def _is_word(self, at: int) -> bool:
        return 0 <= at < len(self._text) and (self._text[at].isalnum() or self._text[at] == "_")

    def _with_role(self, at: int, after_word: bool = True) -> int:
        """Where the attributes before an opening mark begin, or the mark itself."""
        if self._text[at - 1 : at] != "]":
            return at
        first = max(0, at - _LONGEST_ROLE)
        role = _ROLE.search(self._text[first:at])
        if role is None or (not after_word and self._is_word(first + role.start() - 1)):
            return at
        return first + role.start()

    def _take(self, start: int, end: int) -> None:
        self.found.append((self._offset + start, self._offset + end, ""))
        self._blot(start, end)

    def _blot(self, start: int, end: int) -> None:
        self._characters[start:end] = ATOM * (end - start)
