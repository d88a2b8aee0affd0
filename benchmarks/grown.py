"""How time and memory grow: with the number of files, in one long document, and when a little of much changes."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.cached import _copy
from benchmarks.documents import read, words
from benchmarks.speed import Bench, Measured
from benchmarks.tables import number, table
from srlint.passages import passages

_NO_MODEL = "--no-model"
_CHANGED = 100  # one in so many


def run(folder: Path, files: tuple[int, ...], megabytes: int, passages: int) -> tuple[str, dict[str, Any]]:
    """The table and the figures. Raises ConfigError for a folder without documents or a run that failed."""
    runs: dict[str, tuple[Measured, int]] = {}
    for count in files:
        with tempfile.TemporaryDirectory() as temporary:
            bench = Bench(Path(temporary))
            total = _copy(folder, bench.documents, count)
            runs[f"{count} files, cold"] = bench.check("cache", _NO_MODEL), total
            runs[f"{count} files, warm"] = bench.check("cache", _NO_MODEL), total
    with tempfile.TemporaryDirectory() as temporary:
        bench = Bench(Path(temporary))
        bench.documents.mkdir()
        text = _long(folder, megabytes * 1_000_000)
        (bench.documents / "long.md").write_text(text, encoding="utf-8")
        runs[f"one document of {megabytes} MB, cold"] = bench.check("cache", _NO_MODEL), words(text)
        runs[f"one document of {megabytes} MB, warm"] = bench.check("cache", _NO_MODEL), words(text)
    with tempfile.TemporaryDirectory() as temporary:
        bench = Bench(Path(temporary))
        total = _many(folder, bench.documents, passages, changed=False)
        runs[f"{passages} passages, cold"] = bench.check("cache", _NO_MODEL), total
        _many(folder, bench.documents, passages, changed=True)
        runs[f"{passages} passages, one in {_CHANGED} changed"] = bench.check("cache", _NO_MODEL), total
    rows = [
        (name, number(own.seconds, 2), number(own.processor, 2), f"{total / own.seconds:,.0f}", number(own.peak_mb, 0))
        for name, (own, total) in runs.items()
    ]
    figures = {
        name: {"seconds": own.seconds, "processor_seconds": own.processor, "peak_mb": own.peak_mb, "words": total}
        for name, (own, total) in runs.items()
    }
    return table(("", "seconds", "processor s", "words/s", "peak MB"), rows), figures


def _long(folder: Path, size: int) -> str:
    """So many characters of Markdown, the documents one after the other, over and over, no paragraph twice the same."""
    pieces, length = [], 0
    for number_, text in enumerate(itertools.cycle([document.text for _, document in read(folder, None)])):
        pieces.append(f"{text.rstrip()}\n\nThis is part {number_}.\n\n")
        length += len(pieces[-1])
        if length >= size:
            return "".join(pieces)[:size]


def _many(folder: Path, to: Path, count: int, changed: bool) -> int:
    """Fills `to` with so many passages, no two the same, 100 a file; returns their words."""
    to.mkdir(exist_ok=True)
    total = 0
    numbered = zip(range(count), itertools.cycle(_sentences(folder)), strict=False)
    for file, some in enumerate(_by_100(numbered)):
        lines = [
            f"Note {at}{' again' if changed and not at % _CHANGED else ''}: {sentence}" for at, sentence in some
        ]
        text = "\n\n".join(lines) + "\n"
        (to / f"{file:05}.md").write_text(text, encoding="utf-8")
        total += words(text)
    return total


def _by_100(numbered: Iterator[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    while some := list(itertools.islice(numbered, 100)):
        yield some


def _sentences(folder: Path) -> list[str]:
    found = [item for _, document in read(folder, None) for item in passages(document).passages]
    return [" ".join(item.text.replace("\ufffc", "it").split()) for item in found if item.kind == "paragraph"]
