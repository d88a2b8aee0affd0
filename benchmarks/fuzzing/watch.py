"""Starts the process of a target and watches it: one that hangs or dies is begun again behind the input it died of."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.fuzzing import failures
from benchmarks.fuzzing.board import Board
from srlint.errors import ConfigError

LONGEST = 5.0  # seconds of a processor for one execution
_PATIENCE = 60.0  # seconds for one that waits for something
_LOOK_EVERY = 0.05
# Seconds until the first execution: models are loaded by then.
_START = 300.0
# A process that ends before it has done anything may have been a victim of something else.
_TRIES = 3
_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one target. `longest` in seconds of a processor, `peak` in MB above the start."""

    executions: int
    seconds: float
    failures: int
    longest: float
    peak: float


def watched(
    name: str, executions: int, seed: int, folder: Path, guided: bool = False, module: str = "benchmarks.fuzzing.child"
) -> Outcome:
    """Executes a target of `module` so many times; inputs that fail go to `folder`.

    Raises ConfigError when no execution begins.
    """
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "board"
        with Board(file, new=True) as board:
            begun = time.monotonic()
            arguments = ["-m", module, name, "--executions", str(executions), "--seed", str(seed), "--board", str(file)]
            arguments += ["--failures", str(folder), *(["--guided"] if guided else [])]
            idle = 0
            while board.begun < executions:
                told = _turn(arguments, board, folder)
                idle = idle + 1 if told else 0
                if idle == _TRIES:
                    raise ConfigError(f"{name}: no execution began: {told}")
            return Outcome(
                board.begun, time.monotonic() - begun, board.failures, board.longest, max(0, board.peak) / 1024
            )


def _turn(arguments: list[str], board: Board, folder: Path) -> str:
    """One process, until it ends or has to be ended. Why, if it did so before it executed anything."""
    already = board.begun
    command = [sys.executable, *arguments]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        try:
            hangs = _wait(process, board)
        finally:
            process.kill()
            process.wait()
        board.load()
        said.seek(0)
        last = said.read().decode("utf-8", "replace")[-4000:]
    if board.begun == already:
        return (last.strip().splitlines() or [f"the process ended with status {process.returncode}"])[-1]
    if board.started:
        kind = f"no end within {LONGEST:g} s" if hangs else f"the process ended with status {process.returncode}"
        failures.keep(folder, kind, board.input, last)
        board.longest = max(board.longest, LONGEST if hangs else 0.0)
        board.failures += 1
        board.started = 0.0
        board.save()
    return ""


def _wait(process: subprocess.Popen[bytes], board: Board) -> bool:
    """Waits for the end; whether it does not come."""
    already, begun = board.begun, time.monotonic()
    while process.poll() is None:
        time.sleep(_LOOK_EVERY)
        board.load()
        waited = time.monotonic() - board.started if board.started else 0.0
        # What is only kept waiting by other programs does not hang.
        if waited > LONGEST and (worked(process.pid) - board.worked > LONGEST or waited > _PATIENCE):
            return True
        if board.begun == already and time.monotonic() - begun > _START:
            return True
    return False


def worked(process: int) -> float:
    """Seconds that a process has kept a processor busy; endless where the system does not say."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return float("inf")
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
