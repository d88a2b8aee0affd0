"""The process that executes one target, under a limit of memory: `python -m benchmarks.fuzzing.child TARGET …`."""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.fuzzing import failures
from benchmarks.fuzzing.board import Board
from benchmarks.fuzzing.mutate import MOST_BYTES, Material, made

MOST_MEMORY = 1 << 30  # bytes above what the process has before the first execution


def main() -> None:
    given = _arguments()
    if given.guided:
        _instrument()
    from benchmarks.fuzzing import corpus
    from benchmarks.fuzzing.targets import TARGETS

    target = TARGETS[given.target]
    own = corpus.material(given.target, target)
    with tempfile.TemporaryDirectory() as folder, Board(given.board) as board:
        work = Path(folder) / "files"
        work.mkdir()
        run = target.open(work)
        _warm(run, own)
        before = _resident()
        _limit()
        one = _execution(run, board, given.failures, before)
        if given.guided:
            _guided(one, own, given.executions - board.begun, given.seed, Path(folder))
        while board.begun < given.executions:
            one(made(own, f"{given.seed} {given.target}", board.begun))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("target")
    parser.add_argument("--executions", type=int, required=True, help="how many there are in all, those done included")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--board", type=Path, required=True)
    parser.add_argument("--failures", type=Path, required=True)
    parser.add_argument("--guided", action="store_true")
    return parser.parse_args()


def _execution(run: Callable[[bytes], None], board: Board, folder: Path, before: int) -> Callable[[bytes], None]:
    from benchmarks.fuzzing.target import once

    def one(data: bytes) -> None:
        board.input = data
        board.begun += 1
        board.started, board.worked = time.monotonic(), time.process_time()
        board.save()
        try:
            once(run, data)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # what a library in Rust panics with is no Exception
            board.failures += 1
            _note(run, data, error, folder, board)
        seconds = time.process_time() - board.worked
        if seconds > board.longest:
            board.longest, board.longest_number = seconds, board.begun - 1
        board.started = 0.0
        board.peak = max(board.peak, _resident() - before)
        board.save()

    return one


def _note(run: Callable[[bytes], None], data: bytes, error: BaseException, folder: Path, board: Board) -> None:
    kind = failures.kind_of(error)
    said = "".join(traceback.format_exception(error))
    if failures.is_new(folder, kind, data):
        failures.keep(folder, kind, data, said)

        def alive() -> None:
            board.started, board.worked = time.monotonic(), time.process_time()  # each try has a time of its own
            board.save()

        failures.keep(folder, kind, failures.smaller(run, data, kind, alive), said)


def _warm(run: Callable[[bytes], None], own: Material) -> None:
    """What is loaded at first use is not the memory of an input."""
    for data in own.corpus[:3]:
        try:
            run(data)
        except Exception:  # it will fail again where it counts
            continue


def _resident() -> int:
    """The most memory that the process has had, in KiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // 1024 if sys.platform == "darwin" else peak


def _limit() -> None:
    """Memory above the limit is refused, which raises MemoryError. Elsewhere than on Linux only the peak is told."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:
        return
    most = pages * resource.getpagesize() + MOST_MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _instrument() -> None:
    """Has every module of srlint that is imported from here on tell which of its branches are taken."""
    import atheris

    finder: Any = atheris.instrument_imports(include=["srlint"])
    finder.__enter__()


def _guided(one: Callable[[bytes], None], own: Material, runs: int, seed: int, folder: Path) -> None:
    """Lets libFuzzer make the inputs: it keeps those that take new branches, and goes on from them."""
    import atheris

    seeds = folder / "seeds"
    seeds.mkdir()
    for number, data in enumerate(own.corpus):
        (seeds / str(number)).write_bytes(data)
    words = folder / "words"
    words.write_text("".join('"' + "".join(f"\\x{byte:02x}" for byte in word) + '"\n' for word in own.words))
    options = (f"-runs={runs}", f"-seed={seed + 1}", f"-max_len={MOST_BYTES // 16}", f"-dict={words}", "-verbosity=0")
    # Hangs and memory are watched from outside, as for our own inputs.
    atheris.Setup([sys.argv[0], *options, "-timeout=3600", "-rss_limit_mb=0", str(seeds)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
