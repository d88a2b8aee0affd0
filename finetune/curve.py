"""The learning curve: how good the detector gets on parts of the corpus, each for as many steps as the whole."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import cycle, islice
from pathlib import Path

from finetune import detector_run
from finetune.dataset import Row
from finetune.settings import DetectorRun
from srlint.tokens import shipped_tokenizer

# Rows that stand together are variants of one passage: a part leaves out whole neighbourhoods.
_NEIGHBOURS = 8


def main(
    run: DetectorRun,
    splits: dict[str, list[Row]],
    base: str | None,
    corpora: Path | None,
    shares: Sequence[float],
    out: Path,
    log: Callable[[str], None],
) -> list[dict]:
    """Trains from the base on each share of the passages and measures on dev; writes curve.json under `out`.

    A part is repeated until it is as long as the whole, so that what differs is what was read and not how long.
    """
    tokenizer = shipped_tokenizer()
    points = []
    for share in shares:
        rows = part(splits["train"], share)
        examples = detector_run.material(run, list(islice(cycle(rows), len(splits["train"]))), corpora)
        model = detector_run.of_seed(run, base or run.base, examples, run.seeds[0], None, out, log)
        manifest = detector_run.calibrate(model, tokenizer, splits["dev"], run.max_false_alarms)
        figures = detector_run.measure(model, tokenizer, splits["dev"], manifest)["all"]
        points.append({"share": share, "passages": len(rows), **figures})
        log(json.dumps(points[-1]))
        (out / "curve.json").write_text(json.dumps(points, indent=1) + "\n", encoding="utf-8")
    return points


def part(rows: Sequence[Row], share: float) -> list[Row]:
    """About that share of the rows, spread evenly over all of them by whole neighbourhoods."""
    return [
        row
        for index, row in enumerate(rows)
        if int((index // _NEIGHBOURS + 1) * share) > int(index // _NEIGHBOURS * share)
    ]
