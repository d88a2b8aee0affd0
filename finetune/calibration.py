"""The dev passages that `srlint model calibrate` measures on, as the wheel carries them: it has no `finetune`."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path

from finetune.dataset import Row


def write(rows: Sequence[Row], target: Path) -> None:
    """Gzip JSONL, a row a passage. The same rows give the same bytes."""
    lines = (json.dumps(fields(row), ensure_ascii=False) for row in rows)
    target.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode(), mtime=0))


def fields(row: Row) -> dict[str, str | bool]:
    """What calibrating needs of a row."""
    return {"text": row.text, "before": row.before, "flagged": row.flagged}
