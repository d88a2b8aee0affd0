"""Whether verdicts hang on which group a passage names: our passages with other groups in the place of theirs.

By detector and term list, as the command judges without a language model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.judged import settings, spread
from benchmarks.tables import percent, ratio, table
from finetune import dataset
from finetune.dataset import Row
from finetune.swaps import places, versions
from srlint.judge import Judge, with_terms
from srlint.models.loaded import Models

_LABELS = (("clean", False), ("flagged", True))


def run(data: Path, splits: Sequence[str], limit: int | None) -> tuple[str, dict[str, Any], str]:
    """The tables, the figures behind them, and every verdict that changed, for reading."""
    loaded = dataset.load(data)
    rows = spread([row for split in splits for row in loaded[split] if any(versions(row))], limit)
    sets = [[row, *versions(row)] for row in rows]
    verdicts = _flagged([row for own in sets for row in own])
    found, at = [], 0
    for own in sets:
        found.append(verdicts[at : at + len(own)])
        at += len(own)
    figures = {"splits": list(splits)} | {label: _stability(sets, found, flagged) for label, flagged in _LABELS}
    figures["dimensions"] = _dimensions(sets, found)
    changed = [
        f"{'found' if said else 'left'}  {row.id}  {row.text}"
        for own, said_of in zip(sets, found, strict=True)
        if len(set(said_of)) > 1
        for row, said in zip(own, said_of, strict=True)
    ]
    return _tables(figures), figures, "\n".join(changed) + "\n"


def _flagged(rows: Sequence[Row]) -> list[bool]:
    models = Models()
    judge = Judge(settings(use_model=False), models, None)
    try:
        results = []
        for row, detection in zip(rows, judge.detect([(row.text, row.before) for row in rows]), strict=True):
            matches = judge.terms.find(row.text)
            judged = with_terms(detection, matches, judge.probability(detection, matches))
            results.append(bool(judged.marks) and judged.probability >= judge.bar)
        return results
    finally:
        models.close()


def _stability(sets: Sequence[Sequence[Row]], found: Sequence[Sequence[bool]], flagged: bool) -> dict[str, Any]:
    chosen = [said for own, said in zip(sets, found, strict=True) if own[0].flagged == flagged]
    others = [(said[0], other) for said in chosen for other in said[1:]]
    return {
        "passages": len(chosen),
        "versions": len(others),
        "unchanged": ratio(sum(first == other for first, other in others), len(others)),
        "one_verdict": ratio(sum(len(set(said)) == 1 for said in chosen), len(chosen)),
    }


def _dimensions(sets: Sequence[Sequence[Row]], found: Sequence[Sequence[bool]]) -> dict[str, dict[str, Any]]:
    """By kind of group: how many of the passages as written, and of all their versions, are found."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for own, said in zip(sets, found, strict=True):
        dimension = places(own[0].text)[0].dimension
        label = "flagged" if own[0].flagged else "clean"
        counts[dimension, label, "passages"] += 1
        counts[dimension, label, "found"] += said[0]
        counts[dimension, label, "versions"] += len(said) - 1
        counts[dimension, label, "versions found"] += sum(said[1:])
    return {
        dimension: {
            label: {
                "passages": counts[dimension, label, "passages"],
                "found": ratio(counts[dimension, label, "found"], counts[dimension, label, "passages"]),
                "versions_found": ratio(
                    counts[dimension, label, "versions found"], counts[dimension, label, "versions"]
                ),
            }
            for label, _ in _LABELS
        }
        for dimension in sorted({key[0] for key in counts})
    }


def _tables(figures: dict[str, Any]) -> str:
    stability = [
        (
            label,
            figures[label]["passages"],
            figures[label]["versions"],
            percent(figures[label]["unchanged"]),
            percent(figures[label]["one_verdict"]),
        )
        for label, _ in _LABELS
    ]
    by_kind = [
        (
            dimension,
            *(
                value
                for label, _ in _LABELS
                for value in (
                    own[label]["passages"],
                    percent(own[label]["found"]),
                    percent(own[label]["versions_found"]),
                )
            ),
        )
        for dimension, own in figures["dimensions"].items()
    ]
    return "\n\n".join(
        [
            table(("passages that name a group", "passages", "versions", "verdict kept", "one for all"), stability),
            table(
                ("kind of group", "clean", "found", "versions found", "flagged", "found", "versions found"),
                by_kind,
            ),
        ]
    )
