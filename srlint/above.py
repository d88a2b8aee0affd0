"""What stands above a block of a document and tells how to read it: a heading, a sentence that leads up to it, the head
of its table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from srlint.context import apart

# Text that speaks of words, and of not using them: "Terms to avoid", "Wording that we no longer use:". Both in one line
# make a list of words; an order to avoid them, in front, needs no word for "words".
_OF_WORDS = re.compile(r"\b(?:words?|terms?|phrases?|wording|language|expressions?|vocabulary|terminology)\b", re.I)
_NOT_USED = re.compile(
    r"\b(?:avoid(?:s|ed|ing)?|instead|replac(?:e[sd]?|ing)|renam(?:e[sd]?|ing)|outdated|obsolete|deprecated|discouraged"
    r"|banned|forbidden|prohibited|retired|offensive|biased|ableist|sexist|racist|gendered|loaded|problematic"
    r"|(?:non-?)?inclusive|flag(?:s|ged)?|report(?:s|ed)?|reject(?:s|ed)?|block(?:s|ed)"
    r"|(?:do not|don['’]t|never|no longer|not to|should not|must not|may not)"
    r" (?:be )?(?:use[ds]?|say|said|write|written))\b",
    re.I,
)
_WORD_LIST = re.compile(r"\bword ?lists?\b", re.I)
# What stands under a word that is not to be used.
_DISCOURAGED = re.compile(
    r"\W*(?:please )?(?:(?:do not|don['’]t|never|not to be) (?:use|say|write)|avoid\b"
    r"|(?:use|say|write|prefer) .{1,40} instead\b)",
    re.I,
)
_ORDER = re.compile(
    r"\W*(?:please )?(?:avoid|instead of|(?:do not|don['’]t|never) (?:use|say|write))\b.{0,20}\W*\Z", re.I
)
# The two columns of a table that says which word gives way to which.
_OLD = re.compile(
    r"(?:avoid|instead of|(?:do not|don['’]t|never|not) ?(?:use|say|write|this)?|old|was|before|outdated|deprecated"
    r"|discouraged|(?:old|outdated|deprecated|discouraged|former|exclusive|non-?inclusive|biased|problematic) .{1,20}"
    r"|(?:words?|terms?|phrases?) to avoid|found)\W*",
    re.I,
)
_NEW = re.compile(
    r"(?:use|write|say|try|do|now|after|new|better|instead|alternatives?|(?:use|write|say|try) (?:instead|this)"
    r"|(?:prefer|replace|recommend|suggest)\w*(?: .{1,20})?|(?:new|inclusive|better) .{1,20})\W*",
    re.I,
)
# So many cells of a table are asked whether they are its head.
_HEAD = 4


@dataclass(slots=True)
class Above:
    """What stands above the block that comes next, as the blocks of a document go by."""

    _heading: str = ""
    _lead: str = ""
    _last: str = ""
    _cells: list[str] = field(default_factory=list)

    def enter(self, kind: str) -> None:
        """A block of `kind` begins. What leads up to a list holds for all its items."""
        if self._last.rstrip().endswith(":"):
            self._lead = self._last
        elif kind not in ("item", "term", "cell"):
            self._lead = ""
        if kind != "cell":
            self._cells.clear()

    def leave(self, kind: str, texts: list[str]) -> None:
        """The block of `kind` that has just been entered is over; `texts` are its passages."""
        self._last = texts[-1] if texts else ""
        if kind == "heading":
            self._heading, self._lead = self._last, ""
        elif kind == "cell" and len(self._cells) < _HEAD:
            self._cells += texts

    def before(self, kind: str) -> str:
        """The sentence in whose light the first one of a block is read, or "". One of another block that does not lead
        up to this one stands apart.
        """
        if kind in ("heading", "cell"):
            return ""
        return self._lead or apart(self._last)

    def is_word_list(self, kind: str) -> bool:
        """Whether what is above says that words to be avoided follow, in a list or table: these are only mentioned."""
        if kind not in ("item", "term", "cell"):
            return False
        old = any(map(_OLD.fullmatch, self._cells))
        return (old and any(map(_NEW.fullmatch, self._cells))) or _lists_words(self._lead or self._heading)


def _lists_words(text: str) -> bool:
    return bool((_OF_WORDS.search(text) and _NOT_USED.search(text)) or _ORDER.match(text) or _WORD_LIST.search(text))


def is_on_the_word_above(text: str) -> bool:
    """Whether a text says that the word in the heading above it is not to be used: "Don't use. Write …"."""
    return _DISCOURAGED.match(text) is not None
