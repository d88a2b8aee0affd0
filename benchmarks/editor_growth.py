"""Resident memory of `srlint lsp` over a long session: edits in bursts, and in between all else that an editor does."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.tables import number, table
from benchmarks.wire import Session

# Memory is read after the first check and after so many edits.
_MARKS = (1_000, 10_000, 50_000, 100_000)
# Edits of a burst, which come faster than the server checks them; the findings of the last one are waited for.
_BURST = 10
# What is typed holds a word to replace in every second burst, so that findings come and go.
_LINES = ("Note {}.", "The chairman reads note {}.")
# Seconds without an edit in which a language model gets to work; so many bursts lie between two of them.
_REST, _REST_EVERY = 1.0, 20


def run(text: str, edits: int, options: Sequence[str]) -> tuple[str, list[dict[str, Any]]]:
    """The table, and memory in MB (None where the system does not say) and seconds by number of edits.

    Raises SrlintError when the server ends before the session does.
    """
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary).resolve()
        (folder / ".git").mkdir()
        with Session(folder, options) as session:
            found = _typed(session, folder, text, edits, rests="--no-model" not in options)
    rows = [(one["edits"], _shown(one["memory_mb"]), number(one["seconds"], 0)) for one in found]
    return table(("edits", "MB", "seconds since the start"), rows), found


def _typed(session: Session, folder: Path, text: str, edits: int, rests: bool) -> list[dict[str, Any]]:
    marks = {at for at in _MARKS if at < edits} | {edits}
    line, version = _LINES[0].format(0), 1
    uri = session.open(folder / "a.md", f"{line}\n\n{text}")
    session.shown(uri, version)
    began = time.perf_counter()
    found = [{"edits": 0, "memory_mb": session.memory(), "seconds": 0.0}]
    for at in range(1, edits + 1):
        version += 1
        new = _LINES[at // _BURST % 2].format(at)
        session.edit(uri, version, 0, 0, len(line), new)
        line = new
        if at % _BURST == 0 or at in marks:
            session.shown(uri, version)
            burst = at // _BURST
            _beside(session, folder, uri, text, burst)
            if rests and burst % _REST_EVERY == 0:
                time.sleep(_REST)
        if at in marks:
            found.append({"edits": at, "memory_mb": session.memory(), "seconds": time.perf_counter() - began})
    return found


def _beside(session: Session, folder: Path, uri: str, text: str, burst: int) -> None:
    """One of the other things that an editor does, in turns: hover, quick fixes, a save, another text."""
    here = {"textDocument": {"uri": uri}}
    start, end = {"line": 0, "character": 6}, {"line": 0, "character": 7}
    if burst % 8 == 1:
        session.ask("textDocument/hover", {**here, "position": start})
    elif burst % 8 == 3:
        where = {"start": start, "end": end}
        session.ask("textDocument/codeAction", {**here, "range": where, "context": {"diagnostics": []}})
    elif burst % 8 == 5:
        session.tell("textDocument/didSave", here)
    elif burst % 8 == 7:
        other = session.open(folder / f"b{burst}.md", f"The chairman reads letter {burst}.\n\n{text}")
        session.shown(other, 1)
        session.tell("textDocument/didClose", {"textDocument": {"uri": other}})


def _shown(megabytes: float | None) -> str:
    return "?" if megabytes is None else number(megabytes, 0)
