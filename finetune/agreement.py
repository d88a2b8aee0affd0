"""How far a second reader, who did not see the labels, agrees with them: Cohen's kappa (1960), overall and by category.

The reader's word stands in second_reader.tsv: id, label, main category. Rows that were mended after the reading count
as they are now; the data card says how it stood before.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from finetune.dataset import Row
from srlint.categories import IDS
from srlint.errors import ConfigError

READINGS = Path(__file__).parent / "second_reader.tsv"


@dataclass(frozen=True, slots=True)
class Reading:
    """What the second reader said of a row. `category` is "" for a clean one."""

    id: str
    flagged: bool
    category: str


def read(path: Path) -> list[Reading]:
    """Raises ConfigError naming the file and the line at fault."""
    if not path.is_file():
        raise ConfigError(f"{path}: no such file")
    found = []
    with open(path, encoding="utf-8", newline="") as lines:
        for number, line in enumerate(csv.DictReader(lines, delimiter="\t"), 2):
            label, category = line.get("label"), line.get("category")
            if label not in ("flag", "clean") or category not in ("", *IDS):
                raise ConfigError(f"{path}:{number}: {label!r}, {category!r} is no label with a category")
            found.append(Reading(line["id"], label == "flag", category or ""))
    return found


def kappa(pairs: Sequence[tuple[object, object]]) -> float:
    """Agreement beyond chance between two readers' words on the same things; 1.0 where both only ever say one thing."""
    if not pairs:
        raise ValueError("no agreement on nothing")
    size = len(pairs)
    observed = sum(a == b for a, b in pairs) / size
    said = {value for pair in pairs for value in pair}
    chance = sum(sum(a == value for a, _ in pairs) * sum(b == value for _, b in pairs) for value in said) / size**2
    return 1.0 if chance == 1.0 else (observed - chance) / (1 - chance)


def report(rows: Sequence[Row], readings: Sequence[Reading]) -> list[str]:
    """One line overall, and one a category: whether a passage belongs to it, by main category.

    Raises ConfigError where the readings are of other rows.
    """
    by_id = {row.id: row for row in rows}
    both = [(by_id[reading.id], reading) for reading in readings if reading.id in by_id]
    if not any(row.flagged and reading.flagged for row, reading in both):
        raise ConfigError("the readings are of other passages than these")
    verdicts = [(row.flagged, reading.flagged) for row, reading in both]
    same = sum(a == b for a, b in verdicts)
    named = [reading.category in row.categories for row, reading in both if row.flagged and reading.flagged]
    lines = [
        f"{len(both)} passages: agreement {same / len(both):.1%}, kappa {kappa(verdicts):.3f}; "
        f"category among the writer's {sum(named) / len(named):.1%}"
    ]
    for name in IDS:
        own = [(row.flagged and row.categories[0] == name, reading.category == name) for row, reading in both]
        lines.append(f"{name}: kappa {kappa(own):.3f} ({sum(a for a, _ in own)} by the writers)")
    return lines
