"""How long an editor waits for `srlint lsp`: after opening a text, after a keystroke; memory over a long session."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import editor_growth
from benchmarks.tables import number, table
from benchmarks.wire import Session

_WORDS = 500
# Seconds between two keystrokes of somebody who types fast.
_PACE = 0.15
_TRIPS = 20


def run(text: str, repeats: int, keystrokes: int, edits: int, use_model: bool) -> tuple[str, dict[str, Any]]:
    """The tables and the figures. Without repeats only memory is looked at, without edits only time."""
    options = () if use_model else ("--no-model",)
    text = _cut(text)
    shown: list[str] = []
    figures: dict[str, Any] = {"words": len(text.split()), "edits": edits}
    if repeats:
        rows, figures["times"] = _times(text, repeats, keystrokes, options)
        shown.append(table((f"{figures['words']} words, seconds", "median", "worst", "round trips", "runs"), rows))
    if edits:
        grown, figures["memory"] = editor_growth.run(text, edits, options)
        shown.append(grown)
    return "\n\n".join(shown), figures


def _times(
    text: str, repeats: int, keystrokes: int, options: Sequence[str]
) -> tuple[list[tuple[Any, ...]], dict[str, Any]]:
    """Rows and figures: seconds, and the same as multiples of a bare round trip in the same sessions."""
    seconds: dict[str, list[float]] = {
        name: [] for name in ("a bare round trip", "cold, server just started", "cold, server running", "keystroke")
    }
    for _ in range(repeats):
        for name, values in _cold(text, keystrokes, options).items():
            seconds[name] += values
    seconds["warm, server just started"] = _warm(text, repeats, options)
    trip = median(seconds["a bare round trip"])
    times = {
        name: {"median": median(values), "worst": max(values), "runs": len(values), "trips": median(values) / trip}
        for name, values in seconds.items()
    }
    rows = [
        (name, number(one["median"]), number(one["worst"]), number(one["trips"], 0), one["runs"])
        for name, one in times.items()
    ]
    return rows, times


def _cut(text: str) -> str:
    """The first paragraphs that make up so many words."""
    kept: list[str] = []
    for paragraph in text.split("\n\n"):
        kept.append(paragraph)
        if sum(len(one.split()) for one in kept) >= _WORDS:
            break
    return "\n\n".join(kept) + "\n"


def _cold(text: str, keystrokes: int, options: Sequence[str]) -> dict[str, list[float]]:
    """A project that was never checked: opened at once, another text later, and typing into that."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary).resolve()
        (folder / ".git").mkdir()
        with Session(folder, options) as session:
            first = _opened(session, folder / "a.md", text)
            # No sentence of this one is known.
            other = text.replace(".", " as well.")
            later = _opened(session, folder / "b.md", other)
            return {
                "cold, server just started": [first],
                "cold, server running": [later],
                "keystroke": _typed(session, (folder / "b.md").as_uri(), other, keystrokes),
                "a bare round trip": [_trip(session) for _ in range(_TRIPS)],
            }


def _warm(text: str, repeats: int, options: Sequence[str]) -> list[float]:
    """A text that was checked before."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary).resolve()
        (folder / ".git").mkdir()
        (folder / "a.md").write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "srlint", "check", "-q", "--exit-zero", *options, "a.md"]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        seconds = []
        for _ in range(repeats):
            with Session(folder, options) as session:
                seconds.append(_opened(session, folder / "a.md", text))
        return seconds


def _opened(session: Session, path: Path, text: str) -> float:
    began = time.perf_counter()
    when, _ = session.shown(session.open(path, text), 1)
    return when - began


def _typed(session: Session, uri: str, text: str, keystrokes: int) -> list[float]:
    """Letters one after the other into the middle of the text."""
    lines = text.split("\n")
    line = next(at for at in range(len(lines) // 2, len(lines)) if len(lines[at].split()) > 8)
    column, seconds = lines[line].index(" ") + 1, []
    for at in range(keystrokes):
        began = time.perf_counter()
        session.edit(uri, at + 2, line, column + at, column + at, "really "[at % 7])
        when, _ = session.shown(uri, at + 2)
        seconds.append(when - began)
        time.sleep(max(0.0, _PACE - (time.perf_counter() - began)))
    return seconds


def _trip(session: Session) -> float:
    """A request that nobody knows: what the wire and the library take."""
    began = time.perf_counter()
    session.ask("srlint/nothing", {})
    return time.perf_counter() - began
