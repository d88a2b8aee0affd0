"""What the detector's path costs beyond the network: cutting into tokens, arrays, threads, verdicts and marks."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.documents import read
from benchmarks.tables import table
from srlint.detector import Detector
from srlint.passages import passages
from srlint.tokens import Tokens, cut, shipped_tokenizer


def run(folder: Path, count: int, repeats: int) -> tuple[str, dict[str, Any]]:
    """The table and the figures. Raises ConfigError for a folder without documents."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    documents = read(folder, None)
    given = [(item.text, item.before) for _, document in documents for item in passages(document).passages][:count]
    tokens = cut(shipped_tokenizer(), given)
    total = sum(len(item.encoded.ids) for item in tokens)
    rows, figures = [], {"passages": len(given), "tokens": total, "repeats": repeats, "threads": {}}
    for jobs in (1, 2):
        detector = Detector.load(jobs=jobs)
        session = detector._session
        ways: dict[str, Callable[[], object]] = {
            "bare": lambda session=session, jobs=jobs: _bare(session, tokens, jobs),
            "detector": lambda detector=detector: detector.detect(given),
        }
        best = {name: _best(way, repeats) for name, way in ways.items()}
        detector.close()
        share = best["detector"]["processor"] / best["bare"]["processor"] - 1
        figures["threads"][jobs] = {**best, "overhead": share}
        for name, own in best.items():
            rows.append((f"{name}, {jobs} at a time", f"{own['seconds']:.2f}", f"{own['processor']:.2f}",
                         f"{total / own['seconds']:,.0f}"))  # fmt: skip
        rows.append((f"overhead in processor time, {jobs} at a time", "", f"{100 * share:.1f} %", ""))
    return table((f"{len(given)} passages, {total} tokens", "seconds", "processor s", "tokens/s"), rows), figures


def _best(way: Callable[[], object], repeats: int) -> dict[str, float]:
    """The fastest of several runs, by wall clock and by processor time each."""
    clocks = []
    for _ in range(repeats):
        began, busy = time.perf_counter(), time.process_time()
        way()
        clocks.append((time.perf_counter() - began, time.process_time() - busy))
    return {"seconds": min(one for one, _ in clocks), "processor": min(one for _, one in clocks)}


def _bare(session: Any, tokens: Sequence[Tokens], jobs: int) -> None:
    """The network alone on ready-made arrays, in so many threads that share nothing but the session."""
    import numpy

    feeds = [
        {name: numpy.array([part]) for name, part in (("ids", item.encoded.ids), ("segments", item.encoded.segments))}
        for item in tokens
    ]

    def work(first: int) -> None:
        for feed in feeds[first::jobs]:
            session.run(None, feed)

    threads = [threading.Thread(target=work, args=(first,)) for first in range(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
