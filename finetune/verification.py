"""The passages on which `python -m quantize` measures what shrinking costs, as that package carries them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from finetune.dataset import Row, spread

# Of dev for figures; of train, flagged and clean alike, for what matters in a model's matrices.
SIZES = {"dev": 600, "train": 400}


def write(splits: Mapping[str, Sequence[Row]], target: Path) -> int:
    """Gzip JSONL, a row a passage, spread over each split. The same rows give the same bytes. Returns how many."""
    lines = [
        json.dumps({"split": split} | _fields(row), ensure_ascii=False)
        for split, size in SIZES.items()
        for row in spread(splits[split], size)
    ]
    target.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode(), mtime=0))
    return len(lines)


def _fields(row: Row) -> dict[str, object]:
    return {
        "text": row.text,
        "before": row.before,
        "categories": row.categories,
        "rewrite": row.rewrites[0] if row.rewrites else None,
    }
