"""Hard negatives: what a detector suspects among sentences that should be clean."""

from __future__ import annotations

import heapq
import json
from collections.abc import Sequence
from gzip import open as unzipped
from pathlib import Path

from srlint.detector import Detector
from srlint.errors import ConfigError

# Sentences are judged in portions, so that their verdicts need not all be held.
_PORTION = 4096


def suspected(
    files: Sequence[Path], detector: Path | None, known: Path | None, count: int
) -> list[tuple[float, str, str]]:
    """The `count` sentences of highest P(flag) with their probability and id, highest first; none whose id is known.

    Raises ConfigError for a file that cannot be read, ModelError for a detector that is none.
    """
    if known and not known.is_file():
        raise ConfigError(f"{known}: no such file")
    seen = frozenset(known.read_text(encoding="utf-8").split()) if known else frozenset()
    rows = [row for path in files for row in _rows(path) if row["id"] not in seen]
    judge = Detector.load(detector)
    try:
        found: list[tuple[float, str, str]] = []
        for start in range(0, len(rows), _PORTION):
            portion = rows[start : start + _PORTION]
            said = judge.detect([(row["text"], "") for row in portion])
            scored = [(one.probability, row["id"], row["text"]) for one, row in zip(said, portion, strict=True)]
            found = heapq.nlargest(count, [*found, *scored])
        return found
    finally:
        judge.close()


def _rows(path: Path) -> list[dict]:
    try:
        with unzipped(path, "rt", encoding="utf-8") as lines:
            return [{"id": row["id"], "text": row["text"]} for row in map(json.loads, lines)]
    except (OSError, EOFError, ValueError, KeyError) as error:
        raise ConfigError(f"{path}: {getattr(error, 'strerror', None) or error}") from error
