"""A unified diff that `git apply` and `patch` accept.

Names begin with `./`: the first folder, which `git apply` strips, and nothing to `patch -p0`.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from difflib import unified_diff
from hashlib import sha256
from typing import TextIO

from srlint.document import Document
from srlint.errors import DocumentError
from srlint.output.escape import begins_command, spelt, unheeded
from srlint.report import FileReport, Totals, View, diff_summary

_UTF8_MARK = b"\xef\xbb\xbf"
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_STYLES = {"+": "green", "-": "red", "@": "cyan"}


class Diff:
    """Prints what a fix would change; what else there is to say goes to `notes`."""

    def __init__(self, stream: TextIO, notes: TextIO, view: View) -> None:
        self._stream = stream
        self._notes = notes
        self._view = view

    def file(self, report: FileReport) -> None:
        if report.before is None:
            return
        text = diff(report.name, report.before, report.review.document)
        if self._view.color or self._stream.isatty():
            text = _for_eyes(text, self._view.color)
        elif _is_log(self._stream):
            text = _without_commands(text)
        _write_exactly(self._stream, text)

    def end(self, totals: Totals) -> None:
        if self._view.summary:
            print(diff_summary(totals), file=self._notes)


def diff(name: str, old: Document, new: Document) -> str:
    """The diff from `old` to `new`, empty when they are the same. Line endings and a missing last one are kept.

    Raises `DocumentError` for a UTF-16 document: no patch program could apply its diff.
    """
    if old.text == new.text:
        return ""
    if old.bom not in (b"", _UTF8_MARK):
        raise DocumentError("not UTF-8: a diff could not be applied; --fix can change it")
    return "".join(_lines(name, _split(old), _split(new)))


def _lines(name: str, old: list[str], new: list[str]) -> Iterator[str]:
    yield f"--- {_header(name)}\n+++ {_header(name)}\n"
    hunks = unified_diff(old, new)
    next(hunks), next(hunks)  # its own two lines with names
    for line in hunks:
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _split(document: Document) -> list[str]:
    """Lines as `patch` counts them: only a line feed ends one, a carriage return before it belongs to the line."""
    mark = "\ufeff" if document.bom else ""
    return re.findall(r"[^\n]*\n|[^\n]+", mark + document.text)


def _header(name: str) -> str:
    name = name if name.startswith("/") else f"./{name}"
    if any(char in _ESCAPES or not char.isprintable() for char in name):
        return '"' + "".join(_ESCAPES.get(char, char) for char in name) + '"'
    # A tab ends a name that has spaces.
    return name + "\t" if " " in name else name


def _for_eyes(text: str, color: bool) -> str:
    """The diff as no patch program could use it: a document must not steer the terminal, nor a log."""
    lines = unheeded(spelt(text, keep="\n\t")).split("\n")
    lines = [line.replace(":", "\\x3a", 1) if begins_command(line) else line for line in lines]
    return "\n".join(map(_colored, lines) if color else lines)


def _colored(line: str) -> str:
    from rich.style import Style

    return Style.parse(_STYLES[line[0]]).render(line) if line[:1] in _STYLES else line


def _is_log(stream: TextIO) -> bool:
    """Whether GitHub's runner may be reading: not when the diff goes to a file."""
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return False
    try:
        return not stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except OSError:  # it is kept in memory, to be written to a file
        return False


def _without_commands(text: str) -> str:
    """The diff between two lines that stop the runner from looking for commands, which no patch program minds.

    Nothing in a patch could be escaped. The token ends the stop, and no document can hold the digest of its own diff.
    """
    token = f"srlint-{sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"
    return f"::stop-commands::{token}\n{text}::{token}::\n" if text else text


def _write_exactly(stream: TextIO, text: str) -> None:
    """Write as UTF-8 whatever the terminal's encoding, and without changing line ends: a patch must fit the file."""
    binary = getattr(stream, "buffer", None)
    if binary is None:
        stream.write(text)
        return
    stream.flush()
    binary.write(text.encode("utf-8", "surrogateescape"))
    binary.flush()
