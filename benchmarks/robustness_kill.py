"""Runs that rewrite documents, killed at random moments: no half-written document, nothing left beside them."""

from __future__ import annotations

import os
import random
import signal
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.robustness_runs import WRITERS, contents, finished, start, write_documents
from benchmarks.tables import table
from srlint.errors import ConfigError


def run(files: int, times: int, writer: str, seed: int) -> tuple[str, dict[str, Any]]:
    """The table and the figures. Raises ConfigError when an undisturbed run does not rewrite every document."""
    command, moments = WRITERS[writer], random.Random(seed)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "documents"
        old = write_documents(folder, files)
        cache = ("--cache-dir", str(Path(temporary) / "cache")) if command.cached else ()
        arguments = (*command.arguments, *cache, str(folder))
        home = {"XDG_STATE_HOME": str(Path(temporary) / "state")}  # where a review remembers answers
        for _ in range(2 if command.cached else 1):  # the first fills the cache
            write_documents(folder, files)
            began = time.perf_counter()
            finished(arguments, command.key, **home)
            whole = time.perf_counter() - began
        new = contents(folder)
        if new.keys() != old.keys() or any(new[name] == old[name] for name in old):
            raise ConfigError(f"srlint {writer} did not rewrite every document, so that a kill would prove nothing")
        counts: Counter[str] = Counter()
        for _ in range(times):
            write_documents(folder, files)
            process = start(arguments, command.key, **home)
            time.sleep(moments.uniform(0, whole))
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            counts.update(_judged(contents(folder), old, new))
            for name in contents(folder).keys() - old.keys():
                (folder / name).unlink()
    figures = {"writer": writer, "files": files, "kills": times, "seconds": whole, "seed": seed, **counts}
    figures |= {"broken": counts["torn"] + counts["missing"] + counts["litter"]}
    rows = [
        (f"{times} kills of `srlint {writer}` over {files} documents", ""),
        ("killed before the first rewrite", counts["before"]),
        ("killed in the midst: some documents old, some new", counts["midst"]),
        ("killed after the last rewrite", counts["after"]),
        ("documents neither old nor new, of " + str(times * files), counts["torn"]),
        ("documents missing", counts["missing"]),
        ("files left beside them", counts["litter"]),
    ]
    return table(("", "number"), rows), figures


def _judged(found: dict[str, bytes], old: dict[str, bytes], new: dict[str, bytes]) -> Counter[str]:
    """What one kill has left; every figure is there, also where it is 0."""
    rewritten = sum(found.get(name) == new[name] for name in new)
    when = "before" if not rewritten else "after" if rewritten == len(new) else "midst"
    counts = Counter(dict.fromkeys(("before", "midst", "after", "torn", "missing", "litter"), 0))
    counts[when] += 1
    counts["torn"] += sum(found[name] not in (old[name], new[name]) for name in old if name in found)
    counts["missing"] += len(old.keys() - found.keys())
    counts["litter"] += len(found.keys() - old.keys())
    return counts
