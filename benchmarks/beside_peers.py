"""srlint beside other linters on the same documents, in turns, so that all meet the same load."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.documents import words
from benchmarks.prose_linters import ProseLinter, installed
from benchmarks.speed import Bench, Measured, _copy, measure
from benchmarks.tables import NONE, number, table
from srlint.document import Document

# Where the documents of a commit lie in the order of the folder's: small, middle and large ones come at random.
_COMMIT = (0.1, 0.5, 0.9)

Runs = dict[str, list[Measured]]


def run(
    folder: Path, limit: int | None, repeats: int, peers: Path | None, with_model: bool
) -> tuple[str, dict[str, Any]]:
    """The tables and the figures. Raises ConfigError for a folder without documents or a run that failed."""
    linters, notes = installed(peers)
    with tempfile.TemporaryDirectory() as temporary:
        bench = Bench(Path(temporary))
        count, total = _copy(folder, bench.documents, limit)
        commit = bench.folder / "commit"
        commit.mkdir()
        chosen = sorted(bench.documents.iterdir())
        for share in _COMMIT:
            file = chosen[int(share * len(chosen))]
            (commit / file.name).write_bytes(file.read_bytes())
        of_commit = sum(words(Document.from_bytes(one.read_bytes(), "markdown").text) for one in commit.iterdir())
        whole = _rounds(_ways(bench, bench.documents, linters, with_model), repeats)
        few = _rounds(_ways(bench, commit, linters, with_model), repeats)
    figures = {
        "documents": count,
        "words": total,
        "commit_words": of_commit,
        "repeats": repeats,
        "repository": _figures(whole, total),
        "commit": _figures(few, of_commit),
        "notes": notes,
    }
    titles = {"repository": f"{count} documents, {total} words", "commit": f"3 documents, {of_commit} words"}
    tables = [_table(title, figures[name]) for name, title in titles.items()]
    return "\n\n".join([*tables, *notes]), figures


def _ways(
    bench: Bench, documents: Path, linters: list[ProseLinter], with_model: bool
) -> dict[str, Callable[[int], Measured]]:
    """What is run once a round, by name; cold runs find an empty cache, warm ones that of the round's cold run."""
    kinds: Mapping[str, tuple[str, ...]] = {"": ("--no-model",), **({", with model": ()} if with_model else {})}
    ways: dict[str, Callable[[int], Measured]] = {}
    for kind, options in kinds.items():
        for state in ("cold", "warm"):

            def own(turn: int, kind: str = kind, options: tuple[str, ...] = options) -> Measured:
                return bench.check(f"{documents.name}{kind} {turn}", *options, documents=documents)

            ways[f"srlint, {state}{kind}"] = own
    for linter in linters:
        files = sorted(one.name for one in documents.iterdir())

        def theirs(turn: int, linter: ProseLinter = linter, files: list[str] = files) -> Measured:
            return measure([*linter.command, *files], documents, linter.statuses, **linter.environment)

        ways[linter.name] = theirs
    return ways


def _rounds(ways: Mapping[str, Callable[[int], Measured]], repeats: int) -> Runs:
    runs: Runs = {name: [] for name in ways}
    for turn in range(repeats):
        for name, way in ways.items():
            runs[name].append(way(turn))
    return runs


def _figures(runs: Runs, total: int) -> dict[str, dict[str, float | None]]:
    """Medians, and the median over rounds of the time beside that of the first peer in the same round."""
    base = next((own for name, own in runs.items() if name.startswith("alex ")), None)
    found: dict[str, dict[str, float | None]] = {}
    for name, own in runs.items():
        seconds = median(one.seconds for one in own)
        processor = [one.processor for one in own if one.processor is not None]
        peaks = [one.peak_mb for one in own if one.peak_mb is not None]
        ratios = [one.seconds / other.seconds for one, other in zip(own, base or own, strict=True)]
        found[name] = {
            "seconds": seconds,
            "processor_seconds": median(processor) if processor else None,
            "words_per_second": total / seconds,
            "peak_mb": max(peaks, default=None),
            "beside_alex": median(ratios) if base else None,
        }
    return found


def _table(title: str, figures: Mapping[str, Mapping[str, float | None]]) -> str:
    rows = [
        (
            name,
            number(own["seconds"], 2),
            number(own["processor_seconds"], 2),
            f"{own['words_per_second']:,.0f}",
            number(own["peak_mb"], 0),
            NONE if own["beside_alex"] is None else f"{own['beside_alex']:.2f}",
        )
        for name, own in figures.items()
    ]
    return table((title, "seconds", "processor s", "words/s", "peak MB", "time / alex's"), rows)
