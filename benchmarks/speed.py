"""Time and memory of the command itself, each run a process of its own, beside a peer on the same files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.documents import read, words
from benchmarks.peers import Alex, PeerMissing
from benchmarks.tables import NONE, number, percent, table
from srlint.categories import CATEGORIES
from srlint.errors import ConfigError
from srlint.models.locate import CACHE_VARIABLE

_STARTS = 7
_ROOT = Path(__file__).parents[1]
# A process starts out with its parent's peak memory, so the command's parent is this small one and not the benchmark.
_LAUNCHER = """
import os, sys, time
nowhere = os.open(os.devnull, os.O_WRONLY)
started = time.perf_counter()
child = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, nowhere, 1)])
_, status, usage = os.wait4(child, 0)
seconds = time.perf_counter() - started
print(seconds, usage.ru_maxrss, os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime)
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """One process: wall time in seconds, peak resident memory in MB and processor time in seconds (None where the
    system does not tell)."""

    seconds: float
    peak_mb: float | None
    processor: float | None = None


def measure(
    command: Sequence[str], cwd: Path, statuses: frozenset[int] = frozenset({0}), **environment: str
) -> Measured:
    """Runs a command to its end. Raises ConfigError with what it said when its exit status is not one of `statuses`."""
    call = [sys.executable, "-I", "-S", "-c", _LAUNCHER, *command] if hasattr(os, "wait4") else list(command)
    started = time.perf_counter()
    # What pip installs is compiled once; a checkout must not be compiled again at every start.
    compiled = {"PYTHONDONTWRITEBYTECODE": ""}
    done = subprocess.run(call, cwd=cwd, env={**os.environ, **compiled, **environment}, capture_output=True)
    seconds, peak, processor, status = time.perf_counter() - started, None, None, done.returncode
    if hasattr(os, "wait4") and not status:
        told = done.stdout.split()
        seconds, status, processor = float(told[0]), int(told[2]), float(told[3])
        # Kilobytes, but bytes on macOS.
        peak = int(told[1]) / (1e6 if sys.platform == "darwin" else 1e6 / 1024)
    if status not in statuses:
        message = done.stderr.decode("utf-8", "replace").strip()[-500:]
        raise ConfigError(f"{' '.join(command[:4])} ended with status {status}: {message}")
    return Measured(seconds, peak, processor)


@dataclass(frozen=True, slots=True)
class Bench:
    """Where a benchmark's files lie: the copied documents, caches and reports, all under one temporary folder."""

    folder: Path

    @property
    def documents(self) -> Path:
        return self.folder / "documents"

    def check(self, cache: str, *options: str, documents: Path | None = None) -> Measured:
        """`srlint check` over the documents with the cache of this name; each is empty at first."""
        report = self.folder / f"report-{cache}.json"
        fixed = "--isolated --exit-zero --quiet --output-format json".split()
        fixed += ["-o", str(report), "--cache-dir", str(self.folder / cache)]
        # From the folder of the package, so that a checkout that is not installed is measured too.
        command = [sys.executable, "-m", "srlint", "check", str(documents or self.documents), *fixed, *options]
        return measure(command, _ROOT, **{CACHE_VARIABLE: str(self.folder / "models")})

    def findings(self, cache: str) -> list[dict[str, Any]]:
        return json.loads((self.folder / f"report-{cache}.json").read_text(encoding="utf-8"))


def run(
    folder: Path, model: str | None, use_model: bool, repeats: int, peers: Path | None, limit: int | None
) -> tuple[str, dict[str, Any]]:
    """The tables and the figures. Raises ConfigError for a folder without documents or a run that failed."""
    with tempfile.TemporaryDirectory() as temporary:
        bench = Bench(Path(temporary))
        count, total = _copy(folder, bench.documents, limit)
        figures: dict[str, Any] = {"documents": count, "words": total, "repeats": repeats, "notes": []}
        figures["start"] = _starts()
        options = ("--model", os.path.abspath(model)) if model else ()
        if use_model:
            figures["small"] = _small(bench, options)
        kinds = {"with model": options} if use_model else {}
        kinds["no model"] = ("--no-model",)
        runs = {}
        for kind, own in kinds.items():
            runs[f"cold, {kind}"] = _summed([bench.check(f"{kind} {at}", *own) for at in range(repeats)], total)
            runs[f"warm, {kind}"] = _summed([bench.check(f"{kind} 0", *own) for _ in range(repeats)], total)
        if use_model:
            # Both take the same steps but for the language model's loading and its answers.
            bare, cold = (runs[name]["seconds"] for name in ("cold, no model", "cold, with model"))
            figures["language_model_share"] = max(0.0, 1 - bare / cold)
        found = bench.findings(f"{next(iter(kinds))} 0")
        figures |= {"findings": len(found), "rewrites": sum(item["rewrite"] is not None for item in found)}
        try:
            name, own = _peer(bench, peers, repeats)
            runs[name] = _summed(own, total)
            figures["peer"] = name
        except (PeerMissing, ConfigError) as reason:
            figures["notes"].append(str(reason))
        figures["runs"] = runs
    return _tables(figures), figures


def _copy(folder: Path, to: Path, limit: int | None) -> tuple[int, int]:
    """Copies the documents away from any configuration or ignore file, so that every tool reads the same ones."""
    documents = read(folder, limit)
    to.mkdir()
    for place, (name, document) in enumerate(documents):
        (to / f"{place:05}{Path(name).suffix}").write_bytes(document.to_bytes())
    return len(documents), sum(words(document.text) for _, document in documents)


def _starts() -> dict[str, float]:
    """Median seconds to `--help` and of an empty Python, taken in turns so that both meet the same load."""
    script = Path(sys.executable).with_name("srlint")
    command = [str(script)] if script.exists() else [sys.executable, "-m", "srlint"]
    measure([*command, "--help"], _ROOT)  # once for the byte code
    pairs = [
        (measure([*command, "--help"], _ROOT), measure([sys.executable, "-c", "pass"], _ROOT)) for _ in range(_STARTS)
    ]
    return {"help": median(one.seconds for one, _ in pairs), "python": median(other.seconds for _, other in pairs)}


def _small(bench: Bench, options: Sequence[str]) -> dict[str, float]:
    """Seconds for a small document that needs the language model: at the first use, which joins it, and after."""
    folder = bench.folder / "small"
    folder.mkdir()
    flagged = [category.flagged[0] for category in CATEGORIES]
    (folder / "examples.md").write_text("\n\n".join(flagged) + "\n", encoding="utf-8")
    first, second = (bench.check(name, *options, documents=folder).seconds for name in ("first", "second"))
    return {"passages": len(flagged), "first_use": first, "cold": second}


def _summed(runs: Sequence[Measured], total: int) -> dict[str, float | None]:
    """The median time and the highest peak of several runs, and the words a second that the median comes to."""
    seconds = median(run.seconds for run in runs)
    peaks = [run.peak_mb for run in runs if run.peak_mb is not None]
    return {"seconds": seconds, "words_per_second": total / seconds, "peak_mb": max(peaks) if peaks else None}


def _peer(bench: Bench, peers: Path | None, repeats: int) -> tuple[str, list[Measured]]:
    alex = Alex.install(peers)
    # Status 1 says that there were warnings.
    runs = [measure([str(alex.command), "."], bench.documents, frozenset({0, 1})) for _ in range(repeats)]
    return f"alex {alex.version}", runs


def _tables(figures: dict[str, Any]) -> str:
    peer = figures["runs"].get(figures.get("peer", ""), {}).get("seconds")
    rows = []
    for name, own in figures["runs"].items():
        ratio = f"{own['seconds'] / peer:.2f}" if peer else NONE
        speed = f"{own['words_per_second']:,.0f}"
        rows.append((name, number(own["seconds"], 2), speed, number(own["peak_mb"], 0), ratio))
    start, small = figures["start"], figures.get("small")
    lines = [
        f"srlint --help: {1000 * start['help']:.0f} ms",
        f"python -c pass: {1000 * start['python']:.0f} ms (both medians of {_STARTS})",
        f"findings: {figures['findings']}, rewrites: {figures['rewrites']}",
    ]
    if small:
        lines += [
            f"share of the cold run in the language model: {percent(figures['language_model_share'])}",
            f"{small['passages']} flagged sentences, at the model's first use: {small['first_use']:.1f} s",
            f"{small['passages']} flagged sentences, after it: {small['cold']:.1f} s",
        ]
    title = f"{figures['documents']} documents, {figures['words']} words, {figures['repeats']} runs each"
    shown = table((title, "seconds", "words/s", "peak MB", "time / alex's"), rows)
    return "\n\n".join((shown, "\n".join((*lines, *figures["notes"]))))
