"""Many documents in one run, and many runs with one cache."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmarks.robustness_runs import PLAIN, finished, start, write_documents
from benchmarks.speed import Bench
from benchmarks.tables import number, table
from srlint.cache import FILE_NAME


def many_files(files: int) -> tuple[str, dict[str, Any]]:
    """The table and the figures of a cold and a warm run. Raises ConfigError for a run that failed."""
    with tempfile.TemporaryDirectory() as temporary:
        bench = Bench(Path(temporary))
        for at in range(0, files, 1000):  # no folder with all of them
            write_documents(bench.documents / f"{at:06}", min(1000, files - at))
        runs = {name: bench.check("cache", "--no-model") for name in ("cold", "warm")}
        found = bench.findings("cache")
        small = bench.check("small", "--no-model", documents=bench.documents / "000000")
    # Two listed words in each document.
    broken = int(len(found) != 2 * files)
    figures = {
        "files": files,
        "findings": len(found),
        "broken": broken,
        **{name: {"seconds": one.seconds, "peak_mb": one.peak_mb} for name, one in runs.items()},
        "peak_mb_of_1000": small.peak_mb,
    }
    rows = [(name, number(one.seconds, 1), number(one.peak_mb, 0)) for name, one in runs.items()]
    rows.append((f"cold, {min(files, 1000)} files", number(small.seconds, 1), number(small.peak_mb, 0)))
    return table((f"{files} files, {len(found)} findings", "seconds", "peak MB"), rows), figures


def many_runs(files: int, runs: int) -> tuple[str, dict[str, Any]]:
    """The table and the figures. Raises ConfigError when a run alone fails."""
    with tempfile.TemporaryDirectory() as temporary:
        folder, cache = Path(temporary) / "documents", Path(temporary) / "cache"
        write_documents(folder, files)
        command = ["check", *PLAIN, "--output-format", "json", str(folder)]
        alone = finished([*command, "--no-cache"])[0]
        processes = [start([*command, "--cache-dir", str(cache)]) for _ in range(runs)]
        ended = [(process.communicate(), process.returncode) for process in processes]
        with closing(sqlite3.connect(cache / FILE_NAME)) as connection:
            (state,) = connection.execute("PRAGMA integrity_check").fetchone()
            (entries,) = connection.execute("SELECT COUNT(*) FROM results").fetchone()
        warm = finished([*command, "--cache-dir", str(cache)])
    figures = {
        "runs": runs,
        "files": files,
        "other_reports": sum(out != alone for (out, _), _ in ended),
        "warnings": sum(bool(said) for (_, said), _ in ended),
        "other_statuses": sum(status != 1 for _, status in ended),
        "cache": state,
        "entries": entries,
        "warm_differs": warm != (alone, b""),
    }
    wrong = ("other_reports", "warnings", "other_statuses", "warm_differs")
    figures["broken"] = sum(int(figures[name]) for name in wrong) + (state != "ok")
    rows = [
        ("reports that differ from that of a run alone", figures["other_reports"]),
        ("runs that said something on standard error", figures["warnings"]),
        ("runs with another exit status", figures["other_statuses"]),
        (f"the cache of {entries} entries, by SQLite's own check", state),
        ("a later run with that cache differs", "yes" if figures["warm_differs"] else "no"),
    ]
    return table((f"{runs} runs at once over {files} documents", ""), rows), figures
