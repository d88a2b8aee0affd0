"""What stands in Markdown's words without being words: shortcodes, attribute lists, roles, masked stretches."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Effect = Literal["opaque", "vanish", "split"]

# Where in a stretch of words something may begin that only looks like words.
_MAYBE = r"\{|(?<![\w:]):[A-Za-z+]"
# A stretch within one paragraph: no line of it is blank or begins another block.
_LONGEST = 1000
_PART = rf"(?:(?!\r?\n[ \t>]*(?:\r?\n|<|[-*+#]|\d+[.)]|```|~~~)).){{0,{_LONGEST}}}?"
_TEMPLATES = {"{{": "}}", "{%": "%}"}
_SPECIAL = re.compile(
    rf"(?P<opaque>\{{\{{{_PART}\}}\}}|\{{%{_PART}%\}}"  # shortcodes and template tags
    r"|(?<![\w:]):[A-Za-z+][\w+-]*:(?![\w:]))"  # :emoji: and :icons:
    rf"|(?P<vanish>\{{#[ \t-]{_PART}#\}}"  # comments of template languages
    r"|\{[ ]?:[^{}\n]*\}|\{[ ]?[.#][\w-][^{}\n]*\})",  # attributes of a block or a word
    re.DOTALL,
)
_ATTRIBUTE_LIST = re.compile(r"\{[ ]?(?:[.:#]|[\w-]+=)[^{}\n]*\}")

# MyST's roles: {role}`content`. These say their content in words, the others are code, targets or formulas.
_ROLE = re.compile(r"\{([\w:.+-]+)\}\Z")
_LABEL = re.compile(r"([^\s`<][^`<\n]*?)\s*<[^<>`\n]+>\Z")
_LABELLED = frozenset({"any", "doc", "download", "external", "myst", "numref", "ref", "std:ref", "std:doc", "term"})
_WORDS = frozenset({"abbr", "del", "dfn", "strike", "sub", "sup", "term", "u", "underline"})

# After a wiki link without a label: `[[label]](target)` is an ordinary link to CommonMark.
_TARGET = re.compile(r"\([^\s()]*(?:\([^\s()]*\))?(?:[ ]+\"[^\"\n]*\")?\)")


@dataclass(frozen=True, slots=True)
class Marks:
    """Characters that stand in for markup which another reader has masked: one of the first three, then any `fill`."""

    opaque: str
    vanish: str
    split: str
    fill: str

    def pattern(self) -> str:
        """A pattern that matches one masked stretch."""
        return f"[{re.escape(self.opaque + self.vanish + self.split)}]{re.escape(self.fill)}*"


class Special:
    """Recognises what is special in a text."""

    def __init__(self, text: str, marks: Marks | None) -> None:
        self._text = text
        self._marks = marks
        self._maybe = re.compile(f"{_MAYBE}|{marks.pattern()}" if marks else _MAYBE)
        self._masked = re.compile(marks.pattern()) if marks else None

    def possible(self, words: str) -> bool:
        """A cheap test whether anything in the words may be special."""
        return "{" in words or ":" in words or self._masked is not None

    def places(self, words: str) -> list[int]:
        """Where in the words something special may begin."""
        return [found.start() for found in self._maybe.finditer(words)]

    def at(self, place: int, limit: int) -> tuple[Effect, int] | None:
        """What is special at the place, as its effect on the words and its end; None when nothing is."""
        masked = self._masked.match(self._text, place) if self._masked else None
        if masked is not None:
            effect = {self._marks.opaque: "opaque", self._marks.vanish: "vanish", self._marks.split: "split"}
            return effect[masked[0][0]], masked.end()
        closing = _TEMPLATES.get(self._text[place : place + 2])
        if closing and self._text.find(closing, place, place + _LONGEST) < 0:
            return None
        found = _SPECIAL.match(self._text, place, limit)
        return None if found is None else (found.lastgroup, found.end())

    def attributes_end(self, place: int) -> int:
        """Where the attribute list ends that follows a link, an image or code at the place; the place without one."""
        found = _ATTRIBUTE_LIST.match(self._text, place) if self._text[place : place + 1] == "{" else None
        return found.end() if found else place

    def target_end(self, place: int) -> int:
        """Where the target of a link ends whose label, at the place, looks like a wiki link; the place without one."""
        found = _TARGET.match(self._text, place)
        return found.end() if found else place


def role_start(words: str) -> int | None:
    """Where in words that stand before inline code the role of the code begins."""
    found = _ROLE.search(words)
    return found.start() if found else None


def role_words(role: str, content: str) -> str | None:
    """The words at the beginning of a role's content; None when it says nothing in words."""
    label = _LABEL.match(content) if role in _LABELLED else None
    if label:
        return label[1]
    return content if role in _WORDS and "<" not in content and "\n" not in content else None
