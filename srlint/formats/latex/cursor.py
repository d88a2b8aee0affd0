"""Steps over the tokens of LaTeX that are not prose: blanks before arguments, stars, options, bodies of definitions."""

from __future__ import annotations

import re

from srlint.formats.latex.letters import blanks
from srlint.formats.latex.tokens import Token

_MARKS = {"*": re.compile(r"\*"), "<": re.compile(r"<[^<>\n]*>"), "(": re.compile(r"\([^()\n]*\)")}
_DEFINED = 20  # tokens between `\def` and the body it gives


class Cursor:
    """Each method takes the index of a token and returns that of the token to go on with.

    `done` is a place in the source: what stands before it has been read, although its token may go on.
    """

    def __init__(self, text: str, tokens: list[Token]) -> None:
        self.text = text
        self.tokens = tokens
        self.done = 0

    def kind(self, at: int) -> str:
        """The kind of the token, "" behind the last one."""
        return self.tokens[at].kind if at < len(self.tokens) else ""

    def opens(self, at: int, bracket: str) -> bool:
        """Whether the token is such a bracket, and is closed."""
        return self.kind(at) == bracket and self.tokens[at].partner > at

    def next(self, at: int) -> int:
        """The next token that is neither blank nor a comment: where an argument may begin."""
        while self.kind(at) in ("break", "comment") or (self.kind(at) == "text" and self._is_blank(self.tokens[at])):
            at += 1
        return at

    def _is_blank(self, token: Token) -> bool:
        return not self.text[max(token.start, self.done) : token.end].strip()

    def end(self, at: int) -> int:
        """Where what has been read before the token `at` ends in the source."""
        return max(self.tokens[at - 1].end, self.done)

    def mark(self, at: int, letter: str) -> int:
        """Pass over a star, an overlay or a stretch in parentheses that touches the macro."""
        if self.kind(at) != "text":
            return at
        token = self.tokens[at]
        found = _MARKS[letter].match(self.text, max(token.start, self.done), token.end)
        if found is not None:
            self.done = found.end()
        return at + (self.done >= token.end)

    def touching(self, at: int) -> int:
        """Pass over arguments that touch each other; a comment may hide a line break between them."""
        while self.opens(at, "{") or self.opens(at, "["):
            if self.done > self.tokens[at].start:
                break
            at = self.tokens[at].partner + 1
            if [self.kind(at + ahead) for ahead in range(3)] == ["comment", "break", "{"]:
                at += 2
        return at

    def swallow(self, at: int) -> int:
        """Pass over the blank that ends the name of a macro."""
        if self.kind(at) == "text":
            token = self.tokens[at]
            self.done = token.start + blanks(self.text, token.start, token.end)
        return at + (self.kind(at) == "break")

    def body(self, at: int) -> int:
        """Pass over what stands between `\\def` and the body it gives, and the body."""
        for place in range(at, min(at + _DEFINED, len(self.tokens))):
            if self.opens(place, "{"):
                return self.tokens[place].partner + 1
            if self.tokens[place].kind in ("par", "}", "end"):
                break
        return at

    def let(self, at: int) -> int:
        """Pass over the macro that `\\let` names, an equals sign, and the macro it is to mean."""
        for _ in range(2):
            at = self.next(at)
            if self.kind(at) == "text" and self.text.startswith("=", self.tokens[at].start):
                self.done = self.tokens[at].start + 1
                at = self.next(at)
            at += self.kind(at) == "macro"
        return at
