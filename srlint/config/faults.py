"""What is wrong with a value, and how a message names the key and shows the value."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

# The way to a value in a TOML document: keys, and positions in lists.
At = tuple[str | int, ...]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
# What does not print, and the first sign of what the log of a workflow would take for a command.
_UNSEEN = re.compile(r"[^ -~\w]|#(?=#\w*\[)")
_LONGEST = 60
_FEW = 40


class Fault(Exception):
    """A value at `at` that cannot be. In `text`, the first `{}` stands for the key at `about`, else `at`."""

    def __init__(self, at: At, text: str, about: At | None = None) -> None:
        super().__init__(text)
        self.at = at
        self.text = text
        self.about = at if about is None else about

    def message(self, subject: str | None = None) -> str:
        """The message, about `subject`: the name of the key, in quotes, unless said otherwise."""
        return self.text.replace("{}", subject or f"'{dotted(self.about)}'", 1)


def wrong(at: At, expects: str, value: Any) -> Fault:
    """The fault of a value of the wrong kind."""
    each = "each entry of " if at and isinstance(at[-1], int) else ""
    return Fault(at, f"{each}{{}} must be {expects}, not {excerpt(value)}")


def unknown_key(at: At, known: Iterable[str]) -> Fault:
    """The fault of a key that does not exist. `known` are the whole names, in dots, of those that do."""
    names = sorted(known)
    near = _nearest(dotted(at), names) or next((name for name in names if name.rpartition(".")[2] == at[-1]), None)
    hint = f"did you mean '{near}'?" if near else f"known are {', '.join(names)}"
    return Fault(at, f"unknown key {{}}; {hint}")


def unknown_name(at: At, what: str, name: str, known: Iterable[str], about: At | None = None) -> Fault:
    """The fault of a name that is none of `known`, which the message lists when they are few and none is near."""
    names = tuple(known)
    near = _nearest(name.lower(), names)
    hint = f"; did you mean '{near}'?" if near else f"; known are {', '.join(names)}" if len(names) <= _FEW else ""
    return Fault(at, f"{{}}: unknown {what} {excerpt(name)}{hint}", about)


def dotted(at: At) -> str:
    """The name of a key as TOML writes it; a place in a list is called like the list."""
    return ".".join(written_key(part) for part in at if isinstance(part, str))


def written_key(key: str) -> str:
    """A key as TOML writes it."""
    return key if _BARE.fullmatch(key) else written(key)


def written(value: Any) -> str:
    """A value as TOML writes it, on one line. Raises TypeError for what TOML cannot hold."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # As JSON does, and whatever could steer a terminal by its number, since settings are shown on one.
        return _UNSEEN.sub(_numbered, json.dumps(value, ensure_ascii=False))
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{written_key(key)} = {written(item)}" for key, item in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if hasattr(value, "isoformat"):
        return value.isoformat()
    raise TypeError(f"TOML has no {type(value).__name__}")


def _numbered(found: re.Match[str]) -> str:
    char = found.group()
    if char.isprintable() and char != "#":
        return char
    return f"\\u{ord(char):04x}" if ord(char) <= 0xFFFF else f"\\U{ord(char):08x}"


def excerpt(value: Any) -> str:
    """A value as TOML writes it, cut where it gets long."""
    text = written(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _nearest(name: str, known: Iterable[str]) -> str | None:
    return next(iter(get_close_matches(name, list(known), n=1)), None)
