"""Runs interrupted at random moments, as Ctrl-C does it: to every process of the session."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmarks.robustness_runs import PLAIN, finished, left_running, start, write_documents
from benchmarks.tables import number, table
from srlint.cache import FILE_NAME

# Longer than a person waits.
_PATIENCE = 10.0
_FAULTS = ("traceback", "slow", "child", "lock", "status", "cache")


def run(files: int, times: int, seed: int, use_model: bool) -> tuple[str, dict[str, Any]]:
    """The table and the figures."""
    moments = random.Random(seed)
    with tempfile.TemporaryDirectory() as temporary:
        folder, cache = Path(temporary) / "documents", Path(temporary) / "cache"
        write_documents(folder, files)
        options = [*(option for option in PLAIN if not use_model or option != "--no-model"), "--output-format", "json"]
        if _is_repository(folder):
            options.append("--changed=HEAD")  # so that there are children to leave
        began = time.perf_counter()
        expected = finished(["check", *options, "--no-cache", str(folder)])[0]
        whole = time.perf_counter() - began
        counts, slowest = Counter(dict.fromkeys((*_FAULTS, "ended"), 0)), 0.0
        for _ in range(times):
            shutil.rmtree(cache, ignore_errors=True)  # else a run would have nothing left to do
            process = start(["check", *options, "--cache-dir", str(cache), str(folder)])
            time.sleep(moments.uniform(0, whole))
            waited, faults = _interrupted(process)
            slowest = max(slowest, waited)
            counts.update(faults)
            locked, damaged = _state(cache)
            counts["lock"] += (folder / ".git" / "index.lock").exists() + locked
            counts["cache"] += damaged
        after = finished(["check", *options, "--cache-dir", str(cache), str(folder)])
        counts["cache"] += after != (expected, b"")
    figures = {"interrupts": times, "files": files, "seconds": whole, "slowest": slowest, "seed": seed, **counts}
    figures |= {"model": use_model, "broken": sum(counts[fault] for fault in _FAULTS)}
    rows = [
        ("ended before they were interrupted", counts["ended"]),
        ("slowest end, seconds", number(slowest, 1)),
        (f"took over {_PATIENCE:.0f} seconds", counts["slow"]),
        ("left a process", counts["child"]),
        ("left a lock on the cache or on git's index", counts["lock"]),
        ("said something else than one line", counts["traceback"]),
        ("another exit status than 130", counts["status"]),
        ("caches that are damaged, or report something else later", counts["cache"]),
    ]
    return table((f"{times} interrupted runs over {files} documents", "number"), rows), figures


def _interrupted(process: subprocess.Popen[bytes]) -> tuple[float, Counter[str]]:
    """How long a process took to end after an interrupt, and what was wrong with that."""
    faults: Counter[str] = Counter()
    if process.poll() is not None:
        process.communicate()
        return 0.0, Counter(ended=1)
    began = time.perf_counter()
    os.killpg(process.pid, signal.SIGINT)
    try:
        said = process.communicate(timeout=_PATIENCE)[1]
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return _PATIENCE, Counter(slow=1)
    waited = time.perf_counter() - began
    # Before Python has come to srlint, and after srlint is done, the interrupt is Python's to handle.
    if b"Traceback" in said or said.count(b"\n") > 1:
        faults["traceback"] += 1
    if process.returncode not in (130, -signal.SIGINT, 0, 1):
        faults["status"] += 1
    faults["child"] += left_running(process.pid)
    return waited, faults


def _state(cache: Path) -> tuple[bool, bool]:
    """Whether the cache is still locked, and whether it is damaged."""
    if not (cache / FILE_NAME).exists():
        return False, False
    with closing(sqlite3.connect(cache / FILE_NAME, timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("ROLLBACK")
            return False, connection.execute("PRAGMA integrity_check").fetchone() != ("ok",)
        except sqlite3.OperationalError:
            return True, False


def _is_repository(folder: Path) -> bool:
    """Whether the documents are in git now, all of them changed since the last commit."""
    if shutil.which("git") is None:
        return False
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    for arguments in (("init", "-q"), ("add", "."), (*identity, "commit", "-q", "-m", "first")):
        subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)
    for path in folder.glob("*.md"):
        path.write_bytes(path.read_bytes() + b"\nThe chairman closes the meeting.\n")
    return True
