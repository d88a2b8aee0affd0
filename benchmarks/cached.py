"""A run over many files that all were checked before: what a hook over a whole repository costs, start-up included."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.documents import read, words
from benchmarks.speed import Bench, measure
from benchmarks.tables import number, table

_RUNS = 7


def run(folder: Path, model: str | None, use_model: bool, files: int) -> tuple[str, dict[str, Any]]:
    """The table and the figures. Raises ConfigError for a folder without documents or a run that failed."""
    with tempfile.TemporaryDirectory() as temporary:
        bench = Bench(Path(temporary))
        total = _copy(folder, bench.documents, files)
        options = ("--model", model) if model else () if use_model else ("--no-model",)
        cold = bench.check("cache", *options)
        warm = [bench.check("cache", *options) for _ in range(_RUNS)]
        bare = median(measure([sys.executable, "-c", "pass"], bench.folder).seconds for _ in range(_RUNS))
    seconds = [one.seconds for one in warm]
    figures = {
        "files": files,
        "words": total,
        "runs": _RUNS,
        "cold": cold.seconds,
        "cached": {"median": median(seconds), "slowest": max(seconds)},
        "peak_mb": max((one.peak_mb for one in warm if one.peak_mb is not None), default=None),
        "python": bare,
    }
    rows = [
        ("first run", number(cold.seconds, 2), number(cold.peak_mb, 0)),
        (f"cached, median of {_RUNS}", number(median(seconds), 2), number(figures["peak_mb"], 0)),
        (f"cached, slowest of {_RUNS}", number(max(seconds), 2), ""),
        ("an empty Python", number(bare, 2), ""),
    ]
    return table((f"{files} files, {total} words", "seconds", "peak MB"), rows), figures


def _copy(folder: Path, to: Path, files: int) -> int:
    """Fills `to` with that many documents, the same ones over and over with another last line; returns their words."""
    documents = read(folder, None)
    to.mkdir()
    total = 0
    for place in range(files):
        name, document = documents[place % len(documents)]
        text = f"{document.text.rstrip()}\n\nThis is copy number {place}.\n"
        (to / f"{place:05}{Path(name).suffix}").write_bytes(document.to_bytes(text))
        total += words(text)
    return total
