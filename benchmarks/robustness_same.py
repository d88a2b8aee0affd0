"""The same documents over and over: the report must be the same bytes whatever else is different."""

from __future__ import annotations

import json
import os
import random
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.judged import spread
from benchmarks.robustness_runs import PLAIN, finished
from benchmarks.tables import table
from finetune import dataset


@dataclass(frozen=True, slots=True)
class Kind:
    """How a run differs from the others."""

    processors: int
    shuffled: bool
    warm: bool

    def __str__(self) -> str:
        order = "shuffled" if self.shuffled else "in order"
        return f"{self.processors} processor(s), {order}, {'warm' if self.warm else 'cold'}"


KINDS = [Kind(count, shuffled, warm) for warm in (False, True) for shuffled in (False, True) for count in (1, 2)]


def run(runs: int, passages: int, seed: int, use_model: bool) -> tuple[str, dict[str, Any]]:
    """The table and the figures. Cold runs come first, each with a cache of its own, which a warm one then reads."""
    order = random.Random(seed)
    with tempfile.TemporaryDirectory() as temporary:
        home = Path(temporary)
        names = _write(home / "documents", passages)
        seen: Counter[bytes] = Counter()
        kinds: Counter[Kind] = Counter()
        for at in range(runs):
            kind = KINDS[at * len(KINDS) // runs]
            mixed = order.sample(names, len(names)) if kind.shuffled else names
            # A warm run takes turns with the caches that the cold ones have filled.
            cache = home / f"cache-{at % max(1, runs // 2) if kind.warm else at}"
            seen[_report(home, mixed, kind, cache, use_model)] += 1
            kinds[kind] += 1
        findings = len(json.loads(next(iter(seen))))
    figures = {
        "runs": runs,
        "documents": len(names),
        "findings": findings,
        "model": use_model,
        "reports": len(seen),
        "broken": len(seen) - 1,
    }
    rows = [(str(kind), count) for kind, count in kinds.items()]
    rows.append((f"different reports, each of {findings} findings", len(seen)))
    return table((f"{runs} runs over {len(names)} documents", "runs"), rows), figures


def _report(home: Path, names: Sequence[str], kind: Kind, cache: Path, use_model: bool) -> bytes:
    """The findings of a run as bytes, in the order of the documents' names whatever order they were checked in."""
    plain = [option for option in PLAIN if not use_model or option != "--no-model"]
    paths = [str(home / "documents" / name) for name in names]
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(allowed)[: kind.processors])  # what is started from here inherits it
    try:
        out, _ = finished(["check", *plain, "--output-format", "jsonl", "--cache-dir", str(cache), *paths])
    finally:
        os.sched_setaffinity(0, allowed)
    # Within a document the order is part of what must be the same.
    by_file: dict[str, list[bytes]] = {}
    for line in out.splitlines():
        by_file.setdefault(json.loads(line)["file"], []).append(line)
    return b"[" + b",\n".join(line for name in sorted(by_file) for line in by_file[name]) + b"]"


def _write(folder: Path, passages: int) -> list[str]:
    """Documents of eight passages each, flagged and clean ones by turns."""
    folder.mkdir()
    rows = dataset.load()["dev"]
    flagged = spread([row.text for row in rows if row.flagged], passages)
    clean = spread([row.text for row in rows if not row.flagged], passages)
    texts = [text for pair in zip(flagged, clean, strict=False) for text in pair]
    names = []
    for at in range(0, len(texts), 8):
        names.append(f"{at:05}.md")
        (folder / names[-1]).write_text("\n\n".join(texts[at : at + 8]) + "\n", encoding="utf-8")
    return names
