"""One calibration of one model: dev passages in, weight and threshold out, kept beside the model."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from srlint import turns
from srlint.config import Settings
from srlint.detector import model_digest
from srlint.errors import ModelError
from srlint.judge import Judge
from srlint.models import calibrate, calibration, dev, store
from srlint.models.answers import Answers
from srlint.models.bake import file_sha256
from srlint.models.calibrate import Choice, Opinion
from srlint.models.calibration import Calibration, Kept
from srlint.models.dev import Labelled
from srlint.models.loaded import Models
from srlint.models.locate import is_embedded, locate, model_file
from srlint.models.store import Stamp


@dataclass(frozen=True, slots=True)
class Measured:
    """The detector alone, the model as it was, and as it is from now on; and where that is kept, if it is."""

    passages: int
    alone: Choice
    before: Choice
    after: Choice
    kept: Path | None


@dataclass(frozen=True, slots=True)
class _Target:
    """The model file, its digest, and where its calibration belongs."""

    path: Path
    sha256: str
    kept: Path


def measure(name: str, limit: int, show: Callable[[int, int], None]) -> Measured:
    """Calibrates the model called `name` on `limit` dev passages (0: all). The outcome is kept if all were.

    `show` hears how many of how many passages are done. Raises ModelError. After an interruption the next call goes
    on.
    """
    target = _target(name)
    rows = dev.passages(limit)
    complete = not limit or len(rows) == len(dev.passages())
    flagged = [row.flagged for row in rows]
    if len(set(flagged)) < 2:
        raise ModelError(f"--limit {limit}: too few passages: some must be flagged and some clean")
    models = Models()
    try:
        language = models.language(name)
        judge = Judge(Settings(use_cache=False), models, language)
        before, bar = language.manifest, judge.bar
        holds_for = json.dumps([target.sha256, turns.fingerprint(), model_digest()])
        with Answers(store.answers_file(target.kept), holds_for) as answers:
            found = _opinions(rows, judge, models, name, answers, show)
            alone = calibrate.measured(0.0, models.detector.threshold, found, flagged)
            best = _best(found, flagged, limit)
            # Without a say there is nothing to set a threshold for: the detector's holds.
            after = best if best.weight else alone
            as_it_was = calibrate.measured(before.judge_weight, bar, found, flagged)
            if complete:
                _keep(target, after, found)
            answers.discard()
    finally:
        models.close()
    return Measured(len(rows), alone, as_it_was, after, target.kept if complete else None)


def _target(name: str) -> _Target:
    if is_embedded(name):
        raise ModelError("the embedded model comes calibrated; name another one")
    located = locate(name)
    assert located.path is not None
    pulled = None if model_file(name) is not None else store.find(name)
    if pulled is not None:
        return _Target(located.path, pulled.sha256, store.calibration_file(name))
    return _Target(located.path, file_sha256(located.path), calibration.file_beside(located.path))


def _opinions(
    rows: Sequence[Labelled],
    judge: Judge,
    models: Models,
    name: str,
    answers: Answers,
    show: Callable[[int, int], None],
) -> list[Opinion]:
    judged = calibrate.detections(judge, rows)
    rewriter = models.language(name).rewriter
    found: list[Opinion] = []
    for row, detection in zip(rows, judged, strict=True):
        show(len(found), len(rows))
        opinion = answers.find(row, detection)
        if opinion is None:
            opinion = calibrate.opinion(rewriter, row, detection)
            answers.add(row, detection, opinion)
        found.append(opinion)
    return found


def _best(found: Sequence[Opinion], flagged: Sequence[bool], limit: int) -> Choice:
    try:
        return calibrate.chosen(calibrate.choices(found, flagged))
    except ValueError as error:
        share = f"{calibrate.MAX_FALSE_ALARMS:.0%}"
        raise ModelError(f"--limit {limit}: no threshold keeps false alarms within {share}: take more") from error


def _keep(target: _Target, after: Choice, found: Sequence[Opinion]) -> None:
    asked = [opinion.seconds for opinion in found if opinion.seconds]
    made = Calibration(
        judge_weight=after.weight,
        threshold=after.figures.threshold if after.weight else None,
        sha256=target.sha256,
        prompt=turns.fingerprint(),
        detector=model_digest(),
        passages=len(found),
        f1=round(after.figures.f1, 4),
        false_alarms=round(after.figures.false_alarms, 4),
        seconds=round(median(asked), 4) if asked else 0.0,
    )
    calibration.write(target.kept, Kept(made, Stamp.of(target.path)))
