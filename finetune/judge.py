"""How much say the embedded language model has: its weight and the threshold that goes with it, chosen on dev.

`srlint model calibrate` does the same for models that people pull; the choice itself is made there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from finetune.dataset import Row
from srlint.config import Settings
from srlint.judge import Judge
from srlint.models import calibrate as choosing
from srlint.models.calibrate import Opinion
from srlint.models.loaded import Models


def calibrate(rows: Sequence[Row], manifest: Path, max_false_alarms: float, log: Callable[[str], None]) -> dict:
    """Writes judge_weight and threshold into `manifest`, a JSON file beside the adapter. Returns what it wrote."""
    flagged = [row.flagged for row in rows]
    found = choosing.choices(opinions(rows), flagged, max_false_alarms=max_false_alarms)
    for choice in found:
        figures = choice.figures
        log(
            f"weight {choice.weight}: F1 {figures.f1:.4f} at {figures.threshold}, "
            f"false alarms {figures.false_alarms:.4f}"
        )
    best = choosing.chosen(found)
    values = json.loads(manifest.read_text(encoding="utf-8"))
    values |= {"judge_weight": best.weight, "threshold": best.figures.threshold if best.weight else None}
    manifest.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
    return values


def opinions(rows: Sequence[Row]) -> list[Opinion]:
    """What detector and terms, and what the embedded model, think of each row."""
    models = Models()
    try:
        language = models.language(None)
        judged = choosing.detections(Judge(Settings(use_cache=False), models, language), rows)
        return list(choosing.opinions(language.rewriter, rows, judged))
    finally:
        models.close()
