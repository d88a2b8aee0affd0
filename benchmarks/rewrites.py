"""How well flagged passages are rewritten: our test passages as small documents, beside rewrites that take no thought.

An empty, echoed or missing rewrite is a failure in every figure "of all flagged".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from benchmarks.fidelity import Fidelity, broken, compared, without_marks
from benchmarks.judged import Outcome, judge, labelled, settings, sources, spread, watched
from benchmarks.tables import NONE, mean, percent, ratio, table
from finetune import dataset
from finetune.dataset import Row
from finetune.evaluation.wording import chrf
from srlint.categories import IDS
from srlint.linter import Linter

# Figures in the order of the table. "Of outputs": of the texts that a system gave, be they rewrites or echoes.
_LABELS = {
    "found": "found",
    "rewritten": "rewritten, of all flagged",
    "rewritten_of_found": "rewritten, of found",
    "offered_without_reference": "offered where annotators saw none",
    "spans_removed_of_all": "annotated spans removed, of all flagged",
    "spans_removed": "annotated spans removed, of outputs",
    "marked_removed": "annotated words removed, of outputs",
    "kept": "source words kept, of outputs",
    "unmarked_kept": "source words outside spans kept, of outputs",
    "broken": "number or name changed, of outputs",
    "exact_of_all": "word for word a reference, of all flagged",
    "exact": "word for word a reference, of outputs",
    "chrf": "chrF to the closest reference, of outputs",
}


@dataclass(frozen=True, slots=True)
class Scored:
    """One passage and what a system made of it. `output` is plain text, None where the system gave none."""

    row: Row
    output: str | None
    fidelity: Fidelity | None
    broken: tuple[str, ...]
    exact: bool
    chrf: float | None

    @property
    def rewritten(self) -> bool:
        return self.fidelity is not None and not self.fidelity.echo


def scored(row: Row, output: str | None) -> Scored:
    """Figures for one passage. An output without words counts as none."""
    if output is None or not output.strip():
        return Scored(row, None, None, (), False, None)
    return Scored(
        row,
        output,
        compared(row.text, output, row.spans),
        broken(row.text, output, row.spans, row.rewrites),
        _same(output) in map(_same, row.rewrites),
        chrf(output, row.rewrites) if row.rewrites else None,
    )


def _same(text: str) -> str:
    return " ".join(text.replace("’", "'").replace("“", '"').replace("”", '"').split())


def totals(items: Sequence[Scored]) -> dict[str, float | None]:
    """The figures of one system over its passages; None where there is nothing to take a share of."""
    given = [item for item in items if item.fidelity is not None]
    sums = Counter[str]()
    for item in given:
        for name in ("spans", "spans_removed", "marked", "marked_kept", "unmarked", "unmarked_kept"):
            sums[name] += getattr(item.fidelity, name)
    referenced = [item for item in items if item.row.rewrites]
    unreferenced = [item for item in items if not item.row.rewrites]
    return {
        "rewritten": mean([float(item.rewritten) for item in items]),
        "offered_without_reference": mean([float(item.rewritten) for item in unreferenced]),
        "spans_removed_of_all": ratio(sums["spans_removed"], sum(len(item.row.spans) for item in items)),
        "spans_removed": ratio(sums["spans_removed"], sums["spans"]),
        "marked_removed": ratio(sums["marked"] - sums["marked_kept"], sums["marked"]),
        "kept": ratio(sums["marked_kept"] + sums["unmarked_kept"], sums["marked"] + sums["unmarked"]),
        "unmarked_kept": ratio(sums["unmarked_kept"], sums["unmarked"]),
        "broken": mean([float(bool(item.broken)) for item in given]),
        "exact_of_all": mean([float(item.exact) for item in referenced]),
        "exact": mean([float(item.exact) for item in given if item.row.rewrites]),
        "chrf": mean([item.chrf for item in given if item.chrf is not None]),
    }


def run(
    data: Path, split: str, model: str | None, use_model: bool, limit: int | None
) -> tuple[str, dict[str, Any], str]:
    """The tables, the figures behind them, and every rewrite for reading. Raises ConfigError, ModelError."""
    raw = sources(data)
    rows = spread([row for row in labelled(data)[split] if row.flagged], limit)
    with (
        Linter.open(settings(model, use_model)) as linter,
        watched() as chosen,
        click.progressbar(rows, label=f"{len(rows)} passages", file=click.get_text_stream("stderr")) as bar,
    ):
        outcomes = [judge(linter, *raw[row.id], "markdown", chosen) for row in bar]
    own = [scored(row, _plain(outcome)) for row, outcome in zip(rows, outcomes, strict=True)]
    figures = {"split": split, "flagged": len(rows)} | _figures(own, outcomes)
    return (
        _tables(figures),
        figures,
        "\n".join(line for item in zip(own, outcomes, strict=True) for line in _listed(*item)),
    )


def _figures(own: Sequence[Scored], outcomes: Sequence[Outcome]) -> dict[str, Any]:
    rows = [item.row for item in own]
    found = [bool(outcome.findings) for outcome in outcomes]
    origins = ["+".join(sorted(set(outcome.origins))) for outcome in outcomes]
    kinds = dataset.DIFFICULTIES["flag"]
    here = {
        "found": mean([float(hit) for hit in found]),
        "rewritten_of_found": ratio(sum(item.rewritten for item in own), sum(found)),
    }
    # What a careful person's rewrites come to by the same rules. Their likeness to themselves says nothing.
    person = totals([scored(row, row.rewrites[0] if row.rewrites else None) for row in rows])
    return {
        "systems": {
            "srlint": totals(own) | here,
            "copy input": totals([scored(row, row.text) for row in rows]),
            "delete marks": totals([scored(row, without_marks(row.text, row.spans)) for row in rows]),
            "first reference": person | dict.fromkeys(("exact_of_all", "exact", "chrf")),
        },
        "origins": {name: _part(own, [origin == name for origin in origins]) for name in sorted(set(origins) - {""})},
        "categories": {name: _group(own, found, [row.categories[0] == name for row in rows]) for name in IDS},
        "difficulties": {name: _group(own, found, [row.difficulty == name for row in rows]) for name in kinds},
        "broken": [{"id": item.row.id, "what": item.broken, "output": item.output} for item in own if item.broken],
    }


def _plain(outcome: Outcome) -> str | None:
    return None if outcome.rewritten is None else dataset.plain(outcome.rewritten)[0]


def _part(own: Sequence[Scored], chosen: Sequence[bool]) -> dict[str, Any]:
    items = [item for item, part in zip(own, chosen, strict=True) if part]
    return {"rewrites": len(items), "share": ratio(len(items), sum(item.rewritten for item in own)), **totals(items)}


def _group(own: Sequence[Scored], found: Sequence[bool], chosen: Sequence[bool]) -> dict[str, Any]:
    items = [item for item, part in zip(own, chosen, strict=True) if part]
    hits = [float(hit) for hit, part in zip(found, chosen, strict=True) if part]
    return {"flagged": len(items), "found": mean(hits), **totals(items)}


def _tables(figures: dict[str, Any]) -> str:
    systems = figures["systems"]
    rows = [(label, *(percent(own.get(key)) for own in systems.values())) for key, label in _LABELS.items()]
    by_origin = ("rewrites", "share", "spans_removed", "unmarked_kept", "exact", "chrf")
    by_group = ("flagged", "found", "rewritten", "spans_removed_of_all", "unmarked_kept")
    shown = [
        table((f"{figures['split']}, {figures['flagged']} flagged passages", *systems), rows),
        _grid("by origin", by_origin, figures["origins"]),
        _grid("by category", by_group, figures["categories"]),
        _grid("by difficulty", by_group, figures["difficulties"]),
    ]
    if figures["broken"]:
        lines = (f"  {item['id']}: {', '.join(item['what'])}" for item in figures["broken"])
        shown.append("\n".join(("number or name changed:", *lines)))
    return "\n\n".join(shown)


def _grid(title: str, keys: Sequence[str], groups: dict[str, dict[str, Any]]) -> str:
    rows = [
        (name, *(own[key] if isinstance(own[key], int) else percent(own[key]) for key in keys))
        for name, own in groups.items()
    ]
    return table((title, *(key.replace("_", " ") for key in keys)), rows)


def _listed(item: Scored, outcome: Outcome) -> Iterator[str]:
    """One passage with what became of it, a line for each thing there is to read."""
    row = item.row
    state = "/".join(outcome.origins) or ("found, no rewrite" if outcome.findings else "not found")
    safety = "/".join(finding.rewrite.safety for finding in outcome.findings if finding.rewrite is not None)
    named = (row.id, row.difficulty, ", ".join(row.categories), f"p={outcome.probability:.3f}", state, safety)
    yield "  ".join(named).rstrip()
    if row.before:
        yield f"  before  {row.before}"
    yield f"  source  {row.text}"
    yield f"  spans   {' | '.join(row.text[start:end] for start, end in row.spans)}"
    for finding in outcome.findings:
        yield f"  says    {finding.message}"
    if item.output is not None:
        yield f"  output  {item.output}{'   = a reference' if item.exact else ''}"
    if item.broken:
        yield f"  BROKEN  {', '.join(item.broken)}"
    for reference in row.rewrites or (NONE,):
        yield f"  wanted  {reference}"
    yield ""
