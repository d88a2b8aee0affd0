"""What a comment tells srlint: `srlint: ignore[gender] reason`, `disable`, `enable`, `file-ignore`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from srlint.categories import BY_ID, SUPPRESSION
from srlint.document import LINE_END, Comment

VERBS = ("ignore", "disable", "enable", "file-ignore")

# What people write who know another tool, and what they mean.
_MEANT = {
    "ignore-file": "file-ignore",
    "disable-file": "file-ignore",
    "skip-file": "file-ignore",
    "ignore-line": "ignore",
    "ignore-next": "ignore",
    "ignore-next-line": "ignore",
    "disable-line": "ignore",
    "disable-next": "ignore",
    "disable-next-line": "ignore",
    "noqa": "ignore",
    "nolint": "ignore",
    "allow": "ignore",
    "skip": "ignore",
    "off": "disable",
    "start": "disable",
    "on": "enable",
    "end": "enable",
}

# A directive begins a line of a comment, after the marks that comments of several lines repeat (` * `, `# `).
_MARKS = r"[ \t*#/%;!]*"
_BEGIN = re.compile(_MARKS + r"srlint[ \t]*:", re.IGNORECASE)
# Another one on the same line: unlike at the beginning it takes a verb with a list to tell it from talk.
_NEXT = re.compile(rf"[\s;,.]srlint[ \t]*:(?=[ \t]*(?:{'|'.join(VERBS)})[ \t]*\[)", re.IGNORECASE)
# An attempt without the colon: with a list, on its own, or hyphenated as other tools have it.
_NEAR = re.compile(
    rf"{_MARKS}srlint(?:[ \t]+(?=[\w-]+[ \t]*(?:[\[(]|\Z))|[-_=.](?=\w))"
    rf"(?P<rest>(?:{'|'.join((*VERBS, *_MEANT))})(?![\w-]).*)",
    re.IGNORECASE | re.DOTALL,
)
_HEAD = re.compile(r"\s*(?P<verb>[^\W\d][\w-]*)?\s*(?P<open>[\[({])?", re.DOTALL)
_CLOSING = {"[": "]", "(": ")", "{": "}"}
_NOT_HERE = "findings about directives can be ignored in the configuration only"
_SEPARATOR = re.compile(r"[\s,;]+")
_WORD = re.compile(r"[\w-]+")


@dataclass(frozen=True, slots=True)
class Directive:
    """An instruction that holds: what to do for which categories. `comment` is the number of its comment."""

    comment: int
    verb: str
    categories: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Malformed:
    """A directive, or a part of one, that cannot be followed: what is wrong, and the verb and categories to write.

    `categories` is empty where only the text around can tell which are meant, `verb` where there is nothing to write.
    """

    comment: int
    problem: str
    verb: str
    categories: tuple[str, ...] = ()


def parse(number: int, comment: Comment) -> Iterator[Directive | Malformed]:
    """The directives in a comment, in order. A comment that does not begin with one may still hold some on later lines.

    A list with an unknown category gives both: the problem, and a directive for the categories that are known.
    """
    if "srlint" not in comment.text.lower():
        return
    for text in _instructions(comment.text):
        yield from _instruction(number, text)


def _instructions(text: str) -> Iterator[str]:
    """What follows each `srlint:`, with the lines that go on with it."""
    found: list[str] = []
    for line in LINE_END.split(text):
        begin = _BEGIN.match(line)
        near = None if begin else _NEAR.match(line)
        if begin:
            found += _NEXT.split(line[begin.end() :])
        elif near:
            found.append(f":{near['rest']}")
        elif found:
            found[-1] += f" {re.sub(rf'^{_MARKS}', '', line)}"
    return iter(found)


def _instruction(number: int, text: str) -> Iterator[Directive | Malformed]:
    has_colon = not text.startswith(":")
    head = _HEAD.match(text.removeprefix(":"))
    assert head is not None  # every part of the pattern may be missing
    rest = head.string[head.end() :]
    verb = (head["verb"] or "").lower().replace("_", "-")
    opening = head["open"]
    names, closed, reason = _list(opening, rest) if opening else (_WORD.findall(rest), True, rest)
    known = tuple(dict.fromkeys(name.lower() for name in names if name.lower() in BY_ID))
    if verb not in VERBS:
        yield Malformed(number, _bad_verb(verb), _nearest_verb(verb), known)
    elif not has_colon:
        yield Malformed(number, "a directive begins with “srlint:”", verb, known)
    elif opening != "[":
        problem = "the categories stand in square brackets" if opening or known else "it must name the categories"
        yield Malformed(number, problem, verb, known)
    elif not closed:
        yield Malformed(number, "the list of categories has no “]”", verb, known)
    elif reason.startswith("["):
        more = tuple(name for name in _SEPARATOR.split(reason[1:].partition("]")[0]) if name in BY_ID)
        yield Malformed(number, "the categories stand in one list", verb, (*known, *more))
    else:
        problem = _bad_names(names)
        if problem is not None:
            near = () if problem == _NOT_HERE else tuple(dict.fromkeys(filter(None, map(_nearest, names))))
            yield Malformed(number, problem, "" if problem == _NOT_HERE else verb, near)
        if known:
            yield Directive(number, verb, known, reason)


def _list(opening: str, rest: str) -> tuple[list[str], bool, str]:
    """The names in a list, whether it was closed, and what follows it."""
    inside, closing, after = rest.partition(_CLOSING[opening])
    names = [name for name in _SEPARATOR.split(inside) if name]
    return names, bool(closing), " ".join(after.split()).lstrip(":–— -") if closing else ""


def _bad_verb(verb: str) -> str:
    return f"unknown directive “{verb[:40]}”" if verb else f"it must say what to do ({', '.join(VERBS)})"


def _nearest_verb(verb: str) -> str:
    if verb in _MEANT:
        return _MEANT[verb]
    near = get_close_matches(verb, VERBS, n=1)
    return near[0] if near else "ignore"


def _bad_names(names: list[str]) -> str | None:
    """What is wrong with a list of categories, in one clause, or None."""
    lowered = [name.lower() for name in names]
    if not names or any(name in ("all", "*") for name in lowered):
        return "it must name the categories, “all” is none" if names else "it must name the categories"
    if SUPPRESSION in lowered:
        return _NOT_HERE
    unknown = [name[:40] for name in names if name.lower() not in BY_ID]
    if not unknown:
        return None
    return f"unknown {'category' if len(unknown) == 1 else 'categories'} {', '.join(f'“{name}”' for name in unknown)}"


def _nearest(name: str) -> str | None:
    near = get_close_matches(name.lower(), BY_ID, n=1, cutoff=0.5)
    return near[0] if near else None
