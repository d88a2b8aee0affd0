"""How much say a language model gets: its weight and the threshold of the combined probability, chosen on dev.

Reads the shipped detector, term list and model through the judge itself, so that what is measured is what runs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from finetune import metrics
from finetune.dataset import Row
from srlint.config import Settings
from srlint.gaps import joined
from srlint.judge import MOST_LOG_ODDS, Judge, with_terms
from srlint.models.loaded import Models
from srlint.odds import log_odds, probability

# So much F1 is not worth a say: on some two thousand passages it is within chance.
MARGIN = 0.005
WEIGHTS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)


def calibrate(rows: Sequence[Row], manifest: Path, max_false_alarms: float, log: Callable[[str], None]) -> dict:
    """Writes judge_weight and threshold into `manifest`, a JSON file beside the adapter. Returns what it wrote.

    The weight is the smallest whose F1, with false alarms within `max_false_alarms`, comes within MARGIN of the best: a
    say costs every doubtful passage time, and runs with and without the model differ by it.
    """
    own, said = opinions(rows)
    flagged = [row.flagged for row in rows]
    found: list[tuple[float, float, float]] = []
    for weight in WEIGHTS:
        odds = [(1 - weight) * a + weight * b for a, b in zip(own, said, strict=True)]
        figures = metrics.best_threshold([probability(value) for value in odds], flagged, max_false_alarms)
        log(f"weight {weight}: F1 {figures.f1:.4f} at {figures.threshold}, false alarms {figures.false_alarms:.4f}")
        found.append((weight, figures.f1, figures.threshold))
    best = max(f1 for _, f1, _ in found)
    weight, _, threshold = next(one for one in found if one[1] >= best - MARGIN)
    values = json.loads(manifest.read_text(encoding="utf-8"))
    values |= {"judge_weight": weight, "threshold": threshold if weight else None}
    manifest.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
    return values


def opinions(rows: Sequence[Row]) -> tuple[list[float], list[float]]:
    """Log-odds of each row by detector and terms, and by the model; 0 for a model that has no room for a row."""
    own, said = [], []
    models = Models()
    judge = Judge(Settings(use_cache=False), models, models.language(None))
    try:
        detections = judge.detect([(row.text, row.before) for row in rows])
        model = models.language(None).rewriter
        for row, detection in zip(rows, detections, strict=True):
            matches = judge.terms.find(row.text)
            judged = with_terms(detection, matches, judge.probability(detection, matches))
            answer = model.ask(row.text, row.before, joined(row.text, judged.marks), judged.categories)
            own.append(log_odds(judged.probability))
            said.append(max(-MOST_LOG_ODDS, min(MOST_LOG_ODDS, log_odds(answer.flagged))) if answer else 0.0)
    finally:
        models.close()
    return own, said
