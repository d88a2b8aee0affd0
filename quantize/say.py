"""How much say a quantised model gets: what `srlint model calibrate` measures, before the file has its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from srlint.config import Settings
from srlint.errors import ModelError
from srlint.judge import Judge
from srlint.models import calibrate, dev
from srlint.models.loaded import Models


@dataclass(frozen=True, slots=True)
class Say:
    """As in a manifest. F1 and the share of false alarms are those on the dev passages with this weight."""

    judge_weight: float
    threshold: float | None
    passages: int
    f1: float
    false_alarms: float


def measured(model: Path, limit: int, show: Callable[[int, int], None]) -> Say:
    """The weight and threshold that do best on `limit` dev passages (0: all). Raises ModelError."""
    rows = dev.passages(limit)
    models = Models()
    try:
        language = models.language(str(model))
        judged = calibrate.detections(Judge(Settings(use_cache=False), models, language), rows)
        found = []
        for opinion in calibrate.opinions(language.rewriter, rows, judged):
            show(len(found), len(rows))
            found.append(opinion)
    finally:
        models.close()
    try:
        best = calibrate.chosen(calibrate.choices(found, [row.flagged for row in rows]))
    except ValueError as error:
        raise ModelError(f"too few passages to calibrate on: {error}: take more with --limit") from error
    figures = best.figures
    threshold = figures.threshold if best.weight else None
    return Say(best.weight, threshold, len(rows), round(figures.f1, 4), round(figures.false_alarms, 4))
