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

import srlint
from benchmarks.robustness_runs import contents, left_running, write_documents
from benchmarks.robustness_started import COMMANDS, Setting, Started, seconds
from benchmarks.tables import number, table

# A path that stands in every traceback out of srlint.
_PACKAGE = str(Path(srlint.__file__).parent).encode()
# Longer than a person waits.
_PATIENCE = 10.0
# Seconds between the end of srlint and that of a process that it had started.
_GRACE = 2.0
_FAULTS = ("traceback", "slow", "child", "lock", "status", "cache", "litter")
_ENDINGS = ("python", "early", "told", "quit", "ended")


def run(files: int, times: int, seed: int, use_model: bool, command: str = "check") -> tuple[str, dict[str, Any]]:
    """The table and the figures. Every second interrupt comes while a run still loads what it needs.

    Raises ConfigError for an undisturbed run that fails.
    """
    moments = random.Random(seed)
    # A shell's background jobs ignore interrupts, and what they start inherits that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    counts, slowest = Counter(dict.fromkeys((*_FAULTS, *_ENDINGS), 0)), 0.0
    with tempfile.TemporaryDirectory() as temporary:
        home = Path(temporary).resolve()
        folder, single = home / "documents", home / "single"
        write_documents(single, 1)
        names = _written(folder, files).keys()
        setting = Setting(home, use_model, changed=_is_repository(folder))
        loading, _ = seconds(command, Setting(home, use_model, changed=False), single)
        _written(folder, files)
        expected = _report(setting, folder)
        shutil.rmtree(setting.cache, ignore_errors=True)
        whole, _ = seconds(command, setting, folder)
        for at in range(times):
            shutil.rmtree(setting.cache, ignore_errors=True)  # else a run would have nothing left to do
            _written(folder, files)
            with COMMANDS[command](setting, folder) as started:
                time.sleep(moments.uniform(0, loading if at % 2 else whole))
                waited, ending = _interrupted(started)
                counts[_judged(command, ending, started, expected)] += 1
                counts["traceback"] += _is_untidy(command, started)
                counts["child"] += _stays(started.process.pid)
            slowest = max(slowest, waited)
            locked, damaged = _state(home)
            counts["lock"] += (folder / ".git" / "index.lock").exists() + locked
            counts["cache"] += damaged
            counts["litter"] += len(contents(folder).keys() - names)
        _written(folder, files)
        counts["cache"] += _report(setting, folder) != expected
    figures = {"command": command, "interrupts": times, "files": files, "seconds": whole, "loading": loading}
    figures |= {"slowest": slowest, "seed": seed, **counts, "model": use_model}
    figures["broken"] = sum(counts[fault] for fault in _FAULTS)
    head = f"{times} interrupted runs of {command} over {files} documents"
    return table((head, "number"), _rows(counts, slowest)), figures


def _rows(counts: Counter[str], slowest: float) -> list[tuple[str, Any]]:
    return [
        ("interrupted before Python had come to srlint, and ended by Python in its own way", counts["python"]),
        ("ended by the interrupt before there was anything to end in order", counts["early"]),
        ("ended with 130", counts["told"]),
        ("ended as with q, which is a review's way", counts["quit"]),
        ("had ended before, or was at its end, with all that it had to say", counts["ended"]),
        ("slowest end, seconds", number(slowest, 1)),
        (f"took over {_PATIENCE:.0f} seconds", counts["slow"]),
        ("left a process", counts["child"]),
        ("left a lock on a database or on git's index", counts["lock"]),
        ("said something else than one line", counts["traceback"]),
        ("another exit status", counts["status"]),
        ("databases that are damaged, or a report that differs later", counts["cache"]),
        ("files left beside the documents", counts["litter"]),
    ]


def _written(folder: Path, files: int) -> dict[str, bytes]:
    """The documents as they are before each run: changed since they were committed, if they ever are."""
    written = write_documents(folder, files)
    for name, data in written.items():
        (folder / name).write_bytes(data + b"\nThe chairman closes the meeting.\n")
    return written


def _report(setting: Setting, folder: Path) -> bytes:
    return seconds("check", setting, folder)[1]


def _interrupted(started: Started) -> tuple[float, int | None]:
    """How long a process took to end after an interrupt, and its status; None when it had to be killed."""
    began = time.perf_counter()
    if started.process.poll() is None:
        os.killpg(started.process.pid, signal.SIGINT)
    try:
        status = started.process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(started.process.pid, signal.SIGKILL)
        started.process.wait()
        return _PATIENCE, None
    return time.perf_counter() - began, status


def _judged(command: str, status: int | None, started: Started, expected: bytes) -> str:
    """What kind of an end that was, or which fault."""
    if status is None:
        return "slow"
    if _is_pythons(started):
        return "python"
    if status == -signal.SIGINT:  # what a shell calls 130 too
        return "early"
    if status == 130:
        return "told"
    if command == "review" and status in (0, 1):
        return "quit"
    if command == "check" and status == 1 and started.out() == expected:
        return "ended"
    return "status"


def _stays(session: int) -> bool:
    """Whether a process of the session is still there, after a moment to follow the interrupt that it got too."""
    end = time.perf_counter() + _GRACE
    while left_running(session):
        if time.perf_counter() > end:
            return True
        time.sleep(0.01)
    return False


def _is_pythons(started: Started) -> bool:
    """Whether a traceback comes from before Python has begun with srlint, which cannot do anything about it."""
    said = started.error() or started.out()
    return b"KeyboardInterrupt" in said and _PACKAGE not in said


def _is_untidy(command: str, started: Started) -> bool:
    if command == "review":
        return b"Traceback" in started.out()
    said = started.error()
    if _is_pythons(started):
        return False
    # The line that the terminal's ^C stands on is ended first.
    return b"Traceback" in said or b"\n" in said.strip()


def _state(home: Path) -> tuple[int, int]:
    """How many databases are still locked, and how many are damaged."""
    locked = damaged = 0
    for path in home.rglob("*.sqlite3"):
        with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as connection:
            try:
                connection.execute("BEGIN EXCLUSIVE")
                connection.execute("ROLLBACK")
                damaged += connection.execute("PRAGMA integrity_check").fetchone() != ("ok",)
            except sqlite3.OperationalError:
                locked += 1
            except sqlite3.DatabaseError:
                damaged += 1
    return locked, damaged


def _is_repository(folder: Path) -> bool:
    """Whether the documents are in git now, all of them changed since the last commit."""
    if shutil.which("git") is None:
        return False
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    for path in folder.glob("*.md"):
        path.write_bytes(path.read_bytes().replace(b"chairman", b"chair"))
    for arguments in (("init", "-q"), ("add", "."), (*identity, "commit", "-q", "-m", "first")):
        subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)
    return True
