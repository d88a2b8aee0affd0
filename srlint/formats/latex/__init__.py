"""LaTeX to prose: tokens read from left to right against the tables of latex_macros.

LaTeX can only be run, not parsed, so this reads what documents are usually made of. A macro in no table is one opaque
character with the arguments that touch it; an environment in no table is read inside unless its name speaks of code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from srlint.document import Span
from srlint.findings import Skipped
from srlint.formats.atoms import ATOM
from srlint.formats.latex.blocks import Blocks
from srlint.formats.latex.cursor import Cursor
from srlint.formats.latex.document import body, comments, source_lines
from srlint.formats.latex.letters import letter
from srlint.formats.latex.macros import CODE_NAME, CODE_SWITCHES, ENVIRONMENTS, MACROS, PREAMBLE_PROSE, Rule
from srlint.formats.latex.tokens import LIGATURES, Token, tokens
from srlint.formats.segment import Prose

_LEFT_OUT = {"out": "", "references": "list of references", "quote": "block quote"}  # with what is said about it
_CODE = Rule("", "out")
_UNKNOWN = Rule("", "prose")
_TITLE = Rule("", "block", "heading")
_TERM = Rule("", "block", "term")
_CODE_NAME = re.compile(CODE_NAME)
_WORDS = re.compile(r"(?:[A-Za-z]{2,}[ ,.~\n]+){3}")  # enough to be worth a note when it is left out
_NO_FORMULA = re.compile(r"\\(?:label|tag)\{[^{}]*\}|\\(?:nonumber|notag)\b|[\s~]|\\[,;:! ]")


@dataclass(slots=True)
class _Frame:
    """An argument or environment being read, up to the token `end`; `rest` is what follows of its signature."""

    end: int
    rule: Rule
    kind: str  # of the blocks inside
    rest: str = ""


def read(text: str, include_quotes: bool = False) -> Prose:
    """The prose blocks of a LaTeX text, what was left out, and its comments. A footnote follows the block it is in.

    Nothing raises: a bracket or environment that is never closed is passed over as if it were not there.
    """
    reader = _Reader(text, include_quotes)
    reader.run()
    return reader.prose


class _Reader:
    """Methods that take a token and its index return the index of the token to go on with."""

    def __init__(self, text: str, include_quotes: bool) -> None:
        self.text = text
        self.include_quotes = include_quotes
        self.prose = Prose()
        self.tokens = tokens(source_lines(text))
        self._cursor = Cursor(text, self.tokens)
        self._blocks = Blocks(self.prose.segments)
        self._frames: list[_Frame] = []
        self._body, self._end = body(self.tokens)

    def run(self) -> None:
        self.prose.comments.extend(comments(self.text, self.tokens))
        at = 0
        while at < self._end:
            if self._frames and self._frames[-1].end <= at:
                at = self._leave(at)
            elif at < self._body and not self._frames:
                at = self._preamble(at, self.tokens[at])
            else:
                at = self._step(at, self.tokens[at])
        while self._frames:
            self._leave(self._end)
        self._flush()

    def _preamble(self, at: int, token: Token) -> int:
        """Pass over a token of the preamble unless it is the title."""
        if token.kind == "macro":
            rule = MACROS.get(token.name, _UNKNOWN)
            if token.name in PREAMBLE_PROSE or token.name == "iffalse" or rule.use == "definition":
                return self._macro(at, token)
        return max(token.partner, at) + 1 if token.kind == "{" else at + 1

    def _step(self, at: int, token: Token) -> int:
        match token.kind:
            case "text" | "[" | "]":
                self._literal(max(token.start, self._cursor.done), token.end)
            case "break":
                self._blocks.builder.line_break(token.start, token.end)
            case "par":
                self._flush()
            case "comment":  # hides the line break after it
                return at + 1 + (self._cursor.kind(at + 1) == "break")
            case "macro":
                return self._macro(at, token)
            case "{":
                return self._brace(at, token)
            case "math":
                return self._math(at, token)
            case "begin":
                return self._environment(at, token)
            case "raw" if not token.name:
                self._blocks.builder.stand_in(ATOM, token.start, token.end)
            case "ligature" if token.name != "&":
                self._blocks.builder.stand_in(LIGATURES[token.name], token.start, token.end)
            case "raw" | "ligature":
                self._flush()
        return at + 1

    def _brace(self, at: int, token: Token) -> int:
        """A group is its content, but one accented letter is that letter, and letters of a typewriter are opaque."""
        if token.partner > at and self.tokens[at + 1].name in CODE_SWITCHES:
            self._blocks.builder.stand_in(ATOM, token.start, self.tokens[token.partner].end)
            return token.partner + 1
        inner = letter(self.text, self.tokens, at + 1) if token.partner > at + 1 else None
        if inner is None or inner.after != token.partner:
            return at + 1
        self._blocks.builder.stand_in(inner.text, token.start, self.tokens[token.partner].end)
        return token.partner + 1

    def _math(self, at: int, token: Token) -> int:
        if token.partner > at:
            return self._formula(token, display=token.name in ("$$", "\\["))
        if token.partner < 0 and token.name == "$":  # a price, more often than not
            self._literal(token.start, token.end)
        return at + 1

    def _formula(self, token: Token, display: bool) -> int:
        """One opaque character; a displayed formula that ends in a full stop ends the block too."""
        last = self.tokens[token.partner]
        self._blocks.builder.stand_in(ATOM, token.start, last.end)
        if display and _NO_FORMULA.sub("", self.text[token.end : last.start]).endswith("."):
            self._flush()
        return token.partner + 1

    def _environment(self, at: int, token: Token) -> int:
        if token.partner < 0:
            return at + 1
        rule = ENVIRONMENTS.get(token.name) or (_CODE if _CODE_NAME.search(token.name) else None)
        if rule is not None and rule.use == "math":
            return self._formula(token, display=token.name != "math")
        self._flush()
        if rule is None:
            self._enter(token.partner, _UNKNOWN)
            return self._cursor.touching(at + 1)
        if rule.use in _LEFT_OUT and not (rule.use == "quote" and self.include_quotes):
            self._skip(token, self.tokens[token.partner].end, _LEFT_OUT[rule.use])
            return token.partner + 1
        self._enter(token.partner, Rule("", "prose", "" if rule.use == "block" else rule.kind))
        return self._arguments(at + 1, rule.signature, _TITLE)

    def _skip(self, token: Token, end: int, reason: str) -> None:
        if reason:
            self.prose.skipped.append(Skipped(Span(token.start, end), reason))

    def _macro(self, at: int, token: Token) -> int:
        written = letter(self.text, self.tokens, at)
        if written is not None:
            self._blocks.builder.stand_in(written.text, token.start, written.end)
            self._cursor.done = written.end
            return written.after
        rule = MACROS.get(token.name)
        if token.name == "iffalse" and token.partner > at:
            return token.partner + 1
        if rule is None:
            return self._unknown(at, token)
        match rule.use:
            case "item" | "apart" | "block":
                self._flush()
            case "quote":
                return self._quote(at, token, rule)
            case "note" | "quotation":
                return self._framed(at, token, rule)
            case "break":
                return self._line_break(at, token, rule)
            case "definition" if not rule.signature:
                return self._cursor.let(at + 1) if token.name == "let" else self._cursor.body(at + 1)
        after = self._arguments(at + 1, rule.signature, _TERM if rule.use == "item" else rule)
        if rule.use == "gone" and after == at + 1 and token.name.isalpha():
            return self._cursor.swallow(after)
        return after

    def _unknown(self, at: int, token: Token) -> int:
        if token.name.startswith("if") and self._cursor.kind(at + 1) != "{":
            return at + 1  # one of TeX's conditions: both of its branches are read
        after = self._cursor.touching(self._cursor.mark(at + 1, "*"))
        end = self._cursor.end(after)
        self._blocks.builder.stand_in(ATOM, token.start, end)
        if _WORDS.search(self.text, token.end, end):
            self._skip(token, end, "argument of an unknown macro")
        return after

    def _quote(self, at: int, token: Token, rule: Rule) -> int:
        self._flush()
        if self.include_quotes:
            return self._arguments(at + 1, rule.signature, Rule("", "block"))
        after = self._arguments(at + 1, rule.signature.replace("p", "{"), rule)
        self._skip(token, self._cursor.end(after), "block quote")
        return after

    def _framed(self, at: int, token: Token, rule: Rule) -> int:
        """A note, which is opaque where it stands, or words in quotation marks."""
        open_before = len(self._frames)
        after = self._arguments(at + 1, rule.signature, rule)
        if len(self._frames) == open_before:  # it has no argument
            self._blocks.builder.stand_in(ATOM, token.start, self._cursor.end(after))
        elif rule.use == "quotation":
            self._blocks.builder.stand_in("“", token.start, self.tokens[after - 1].end)
        else:
            self._blocks.builder.stand_in(ATOM, token.start, self.tokens[self._frames[-1].end].end)
            self._blocks.open_note()
        return after

    def _line_break(self, at: int, token: Token, rule: Rule) -> int:
        after = self._arguments(at + 1, rule.signature, rule)
        if self._kind() == "cell":
            self._flush()
            return after
        after += self._cursor.kind(after) == "break"
        self._blocks.builder.line_break(token.start, self._cursor.end(after), hard=True)
        return after

    def _arguments(self, at: int, signature: str, rule: Rule) -> int:
        """Pass over arguments from the token `at` on, up to the first that is prose, which gets a frame."""
        for number, sign in enumerate(signature):
            if sign in "*<(":
                at = self._cursor.mark(at, sign)
                continue
            place = self._cursor.next(at)
            optional = sign in "[o"
            if self._cursor.opens(place, "[" if optional else "{"):
                if sign in "op":
                    self._enter(self.tokens[place].partner, rule, signature[number + 1 :])
                    return place + 1
                at = self.tokens[place].partner + 1
            elif sign == "m" and self._cursor.kind(place) == "macro":
                at = place + 1
            elif not optional:
                return at
        return at

    def _enter(self, end: int, rule: Rule, rest: str = "") -> None:
        if rule.use == "block":
            self._flush()
        self._frames.append(_Frame(end, rule, rule.kind or self._kind(), rest))

    def _leave(self, at: int) -> int:
        """End an argument or environment at its closing token."""
        frame = self._frames[-1]
        closing = self.tokens[frame.end]
        if frame.rule.use == "note":
            self._blocks.close_note(self._kind())
        elif frame.rule.use not in ("marks", "quotation"):
            self._flush()
        elif frame.rule.use == "quotation" and at == frame.end:
            self._blocks.builder.stand_in("”", closing.start, closing.end)
        self._frames.pop()
        if at > frame.end:  # an `\iffalse` inside has ended outside
            return at
        return self._arguments(at + 1, frame.rest, frame.rule)

    def _literal(self, start: int, end: int) -> None:
        self._blocks.builder.literal(self.text[start:end], start)

    def _kind(self) -> str:
        return self._frames[-1].kind if self._frames else "paragraph"

    def _flush(self) -> None:
        self._blocks.flush(self._kind())
