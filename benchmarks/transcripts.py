"""What people see of srlint, as text for the README: every line comes from a real session with the embedded model."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks.editor_transcript import lsp
from srlint.errors import SrlintError

_COLUMNS, _ROWS = 90, 60
_TIMEOUT = 300  # seconds: the first use of the language model joins its weights
# What moves the cursor or sets colours; and lines that were taken away again.
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]")
_TAKEN_AWAY = re.compile(r"\r\x1b\[2K[^\r\n]*(?=\r\x1b\[2K)")

_REVIEWED = """\
# Release checklist

The chairman of the release group signs the notes. Add the new host to the whitelist before you tag.

Thank everyone who has helped. The crazy deadline stays.
"""
# What is typed in turn, and what is waited for before.
_KEY, _LINE = r"\r\n> ", r"\): "
_TYPED = ((_KEY, "y"), (_KEY, "i"), (_LINE, "the name of a setting\r"), (_KEY, "r"), (_KEY, "2"))


def review() -> str:
    """`srlint review` over one document: two rewrites taken, one asked for, and a finding silenced with a reason."""
    try:
        import pexpect
    except ImportError:
        raise SrlintError("a session needs a pseudo-terminal and pexpect: pip install 'srlint[dev]'") from None
    with tempfile.TemporaryDirectory() as folder:
        document = Path(folder) / "project" / "release.md"
        document.parent.mkdir()
        document.write_text(_REVIEWED, encoding="utf-8")
        child = pexpect.spawn(
            sys.executable,
            ["-m", "srlint", "review", "--color", "never", document.name],
            cwd=str(document.parent),
            env=os.environ | {"XDG_STATE_HOME": folder, "INPUTRC": os.devnull, "TERM": "xterm"},
            encoding="utf-8",
            timeout=_TIMEOUT,
            dimensions=(_ROWS, _COLUMNS),
        )
        shown = ""
        for awaited, typed in _TYPED:
            child.expect(awaited)
            shown += child.before + child.after
            child.send(typed)
        child.expect(pexpect.EOF)
        return f"$ srlint review {document.name}\n{_read(shown + child.before)}"


def _read(shown: str) -> str:
    """The characters that stay on the screen."""
    text = _CONTROL.sub("", _TAKEN_AWAY.sub("", shown)).replace("\r\n", "\n")
    return re.sub(r"[^\n]*\r", "", text).strip() + "\n"


# By name what makes the transcript.
TRANSCRIPTS: Mapping[str, Callable[[], str]] = {"review": review, "lsp": lsp}
