"""Text from documents and file names, made fit for a terminal and for the logs of continuous integration.

A log is read by machines too. GitHub's runner takes a line that begins with `::` (after white space) for a command, and
`##[command]` anywhere in a line (actions/runner, ActionCommand.cs); Azure Pipelines and TeamCity read `##vso[` and
`##teamcity[`. What a document says must never be one.
"""

from __future__ import annotations

import re

_SPACES = re.compile(r"\s+")
# Joiners shape letters and emoji; unlike direction marks and other invisible characters they cannot mislead a reader.
_JOINERS = frozenset("\u200c\u200d")
_COMMAND = re.compile(r"#(?=#\w*\[)")


def printable(text: str) -> str:
    """`text` on one line: white space as single spaces; control, direction and other invisible characters spelt out,
    and the first sign of what a log would take for a command."""
    return unheeded(spelt(_SPACES.sub(" ", text)))


def spelt(text: str, keep: str = "") -> str:
    """`text` with control, direction and other invisible characters spelt out, except those in `keep`."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char in _JOINERS or char in keep else code(char) for char in text)


def unheeded(text: str) -> str:
    """`text` with the first sign spelt out of what a log would take for a command anywhere in a line."""
    return _COMMAND.sub(r"\\x23", text)


def shown_name(name: str) -> str:
    """A file name to begin a line with: printable, and with `./` before it where a log would take it for a command."""
    name = printable(name)
    return f"./{name}" if begins_command(name) else name


def begins_command(line: str) -> bool:
    """Whether the log of a GitHub workflow would take `line` for a command."""
    return line.lstrip().startswith("::")


def code(char: str) -> str:
    """The character by its number, as Python spells it."""
    number = ord(char)
    if number <= 0xFF:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"
