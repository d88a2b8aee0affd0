"""LaTeX as a flat list of tokens, each opening one with its closing one. Never raises, takes time linear in the text.

The tokens of commands, comments and ligatures are pylatexenc's. Its parser is not used: it recurses (a few hundred
nested braces raise), raises on a `\\verb` at the end, and gives up the rest of a document at one brace too many.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from pylatexenc.latexwalker import LatexWalker, LatexWalkerEndOfStream
from pylatexenc.macrospec import LatexContextDb, std_specials

from srlint.formats.latex.macros import RAW_ARGUMENT, RAW_ENVIRONMENTS, RAW_MACROS

LIGATURES = {"``": "“", "''": "”", "`": "‘", "--": "–", "---": "—", "!`": "¡", "?`": "¿", "~": " ", "&": "&"}

# Text up to the next character that may mean more than itself, and line breaks with the blanks around them.
_PLAIN = re.compile(
    r"(?P<text>(?:[^\\{}\[\]$%&~`'\-!?\n \t]|[ \t]+(?![ \t\n])|'(?!')|-(?!-)|[!?](?!`))+)|(?P<space>[ \t]*\n[ \t\n]*)"
)
_ENVIRONMENT = re.compile(r"[ \t]*\n?[ \t]*\{([^{}\\\n]*)\}")
_KINDS = {
    "mathmode_inline": "math",
    "mathmode_display": "math",
    "brace_open": "{",
    "brace_close": "}",
    "specials": "ligature",
}
_LONGEST = 1000  # characters between the marks of `\\verb`
_MATH_ENDS = {"\\)": "\\(", "\\]": "\\["}
_NO_CONDITION = frozenset({"iff", "ifthenelse"})  # commands named like TeX's conditionals but closed by no \fi


@dataclass(slots=True)
class Token:
    """A piece of source. `kind`: text, break, par, macro, begin, end, math, comment, raw, ligature or a bracket.

    `name` is that of a macro or environment, or the characters of a math mark or ligature. `partner` is the index of
    the token that this one closes or is closed by, -1 when there is none.
    """

    kind: str
    name: str
    start: int
    end: int
    partner: int = -1


def tokens(text: str) -> list[Token]:
    """The tokens of `text`, whose lines end in a line feed only, from its beginning to its end without gaps."""
    source = _Source(text)
    found: list[Token] = []
    at = 0
    while at < len(text):
        plain = _PLAIN.match(text, at)
        if plain is None:
            found.append(source.special(at))
        elif plain["text"]:
            found.append(Token("text", "", at, plain.end()))
        elif plain["space"].count("\n") == 1:
            found.append(Token("break", "", at, plain.end()))
        else:
            found.append(Token("par", "", at, plain.end()))
            source.in_formula = False
        at = found[-1].end
    _Pairs(found).run()
    return found


@lru_cache(maxsize=1)
def _ligatures() -> LatexContextDb:
    context = LatexContextDb()
    context.add_context_category("ligatures", specials=[std_specials(characters) for characters in LIGATURES])
    return context


class _Source:
    """Reads one token where a character means more than itself."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._walker = LatexWalker(text, latex_context=_ligatures(), tolerant_parsing=True)
        self._state = self._walker.make_parsing_state()
        self.in_formula = False  # between single dollars, where two dollars end one formula and begin the next

    def special(self, at: int) -> Token:
        if self.text[at] in "[]":
            return Token(self.text[at], "", at, at + 1)
        if self.text[at] == "$" and (self.in_formula or not self.text.startswith("$$", at)):
            self.in_formula = not self.in_formula
            return Token("math", "$", at, at + 1)
        try:
            token = self._walker.get_token(at, environments=False, parsing_state=self._state)
        except LatexWalkerEndOfStream:  # a backslash at the very end
            return Token("text", "", at, at + 1)
        if token.tok == "macro":
            return self._macro(token.arg, at)
        if token.tok == "comment":
            return Token("comment", "", at, at + 1 + len(token.arg))
        name = token.arg.specials_chars if token.tok == "specials" else token.arg
        return Token(_KINDS.get(token.tok, "text"), name, at, at + len(name))

    def _macro(self, name: str, at: int) -> Token:
        end = at + 1 + len(name)
        if name in RAW_MACROS:
            return self._inline_raw(name, at, end)
        if name in RAW_ARGUMENT:
            argument = re.compile(RAW_ARGUMENT[name]).match(self.text, end)
            return Token("macro", name, at, argument.end() if argument else end)
        environment = _ENVIRONMENT.match(self.text, end) if name in ("begin", "end") else None
        if environment is None:
            return Token("macro", name, at, end)
        if name == "begin" and environment[1] in RAW_ENVIRONMENTS:
            return self._raw(environment[1], at, environment.end())
        return Token(name, environment[1].strip(), at, environment.end())

    def _raw(self, name: str, at: int, body: int) -> Token:
        """An environment whose content is not LaTeX, to its end or that of the text."""
        closing = f"\\end{{{name}}}"
        end = self.text.find(closing, body)
        return Token("raw", name, at, len(self.text) if end < 0 else end + len(closing))

    def _inline_raw(self, name: str, at: int, end: int) -> Token:
        """`\\verb|…|` and its like, which end on the line they begin on; the bare macro when they do not."""
        opening = re.compile(RAW_MACROS[name]).match(self.text, end)
        if opening is None:
            return Token("macro", name, at, end)
        mark = opening[1]
        limit = opening.end() + _LONGEST
        line = self.text.find("\n", opening.end(), limit)
        closing = self.text.find("}" if mark == "{" else mark, opening.end(), limit if line < 0 else line)
        return Token("macro", name, at, end) if closing < 0 else Token("raw", "", at, closing + 1)


class _Pairs:
    """Finds for each opening token its closing one; what is left open inside a larger pair stays without a partner."""

    def __init__(self, found: list[Token]) -> None:
        self._found = found
        self._open: list[tuple[str, int]] = []
        self._count: Counter[str] = Counter()
        self._conditions: list[int] = []

    def run(self) -> None:
        for index, token in enumerate(self._found):
            match token.kind:
                case "{":
                    self._push("{", index)
                case "}":
                    self._close("{", index)
                case "[":
                    self._push("[", index)
                case "]" if self._open and self._open[-1][0] == "[":
                    self._close("[", index)
                case "begin":
                    self._push("begin " + token.name, index)
                case "end":
                    self._close("begin " + token.name, index)
                case "math":
                    self._math(token, index)
                case "par":
                    self._drop("[", "$", "$$")  # neither an option nor such a formula goes on after a blank line
                case "macro":
                    self._condition(token.name, index)

    def _push(self, key: str, index: int) -> None:
        self._open.append((key, index))
        self._count[key] += 1

    def _close(self, key: str, index: int) -> None:
        while self._count[key]:
            top, opened = self._open.pop()
            self._count[top] -= 1
            if top == key:
                self._found[opened].partner, self._found[index].partner = index, opened
                return

    def _math(self, token: Token, index: int) -> None:
        if token.name in _MATH_ENDS:
            self._close(_MATH_ENDS[token.name], index)
        elif "$" not in token.name:
            self._drop("[", "$", "$$")
            self._push(token.name, index)
        else:
            self._drop("[")
            if self._open and self._open[-1][0] == token.name:
                self._close(token.name, index)
            else:
                self._push(token.name, index)

    def _drop(self, *keys: str) -> None:
        """Forget what was opened last and cannot be closed any more."""
        while self._open and self._open[-1][0] in keys:
            self._count[self._open.pop()[0]] -= 1

    def _condition(self, name: str, index: int) -> None:
        """Lead from `\\iffalse` to its `\\else` or `\\fi`."""
        if name.startswith("if") and name not in _NO_CONDITION:
            self._conditions.append(index)
        elif name in ("else", "fi") and self._conditions:
            opened = self._found[self._conditions[-1]]
            if opened.partner < 0:
                opened.partner = index
            if name == "fi":
                self._conditions.pop()
