"""The in-house figures as tables, plots and notes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from finetune.evaluation import fluency, retention
from finetune.evaluation.graded import ALL_FAILURES
from finetune.evaluation.section import Bars, Cell, Distribution, Scatter, Table

Figures = Mapping[str, Any]

_DETECTION = {
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
    "false_alarms": "false alarms",
    "called_clean": "clean called clean",
}
_REWRITES = {
    "offered_of_flagged": "offered, of flagged",
    "offered_of_found": "offered, of found",
    "offered_without_reference": "offered where annotators saw none",
    "spans_removed_of_all": "marks removed, of all",
    "spans_removed_of_texts": "marks removed, of texts",
    "exact_of_all": "a reference word for word, of all",
    "chrf_of_all": "chrF, of all",
    "chrf_of_texts": "chrF, of texts",
    "success": "success, of flagged",
}
_CHANGE = ("before", "after", "change", "from", "to", "t", "df", "p", "d")


def tables(figures: Figures) -> tuple[Table, ...]:
    """Every table of the section, from `inhouse.figures`."""
    systems: Mapping[str, Figures] = figures["systems"]
    size = f"{figures['passages']} passages, {figures['flagged']} of them flagged"
    return (
        _plain("Detection", "detection", _DETECTION, systems, f"{size}. An answer other than “clean” is a finding."),
        _failures(systems),
        _plain("Rewrites of flagged passages", "rewrites", _REWRITES, systems, _OF_TEXTS),
        *retention.tables("Knowledge retention", {name: own["retention"] for name, own in systems.items()}),
        fluency.table("Style", {name: own["fluency"] for name, own in systems.items()}),
        _changes("P(flag) of flagged passages", "suspicion", systems),
        _changes("Toxicity of flagged passages", "toxicity", systems),
        *_significance(figures["first"], systems),
        _by_group("Found, by category", "categories", "category", "found", systems),
        _by_group("Rewrite offered, by category", "categories", "category", "offered", systems),
        _by_group("Found, by difficulty", "difficulties", "difficulty", "found", systems),
        _by_group("Rewrite offered, by difficulty", "difficulties", "difficulty", "offered", systems),
    )


_OF_TEXTS = (
    "“Of all”: of all flagged passages (with a reference, where one is compared), where a missing or failed rewrite"
    " counts 0. “Of texts”: of the texts that were given, echoes among them. chrF is to the closest reference."
)


def _plain(title: str, key: str, labels: Mapping[str, str], systems: Mapping[str, Figures], note: str) -> Table:
    rows = tuple((name, *(own[key][figure] for figure in labels)) for name, own in systems.items())
    return Table(title, ("system", *labels.values()), rows, note, frozenset(labels.values()))


def _failures(systems: Mapping[str, Figures]) -> Table:
    columns = ("system", *ALL_FAILURES, "all failures", "declined")
    rows = tuple(
        (name, *own["failures"].values(), sum(value or 0.0 for value in own["failures"].values()), own["declined"])
        for name, own in systems.items()
    )
    note = "Shares of all answers. “Declined” is no failure: found, and said to have no rewrite that keeps the point."
    return Table("Failures", columns, rows, note, frozenset(columns[1:]))


def _changes(title: str, key: str, systems: Mapping[str, Figures]) -> Table:
    # What was not measured needs no columns for its test.
    columns = _CHANGE if any(not isinstance(own[key], str) for own in systems.values()) else _CHANGE[:2]
    rows = tuple((name, *_change(own[key])[: len(columns)]) for name, own in systems.items())
    note = (
        "Means as the document stands afterwards; a failure changes nothing. “Change” with its bootstrap interval"
        " (95 %) and Student's paired t-test of no change; d is Cohen's."
    )
    return Table(title, ("system", *columns), rows, note)


def _change(own: Figures | str) -> tuple[Cell, ...]:
    if isinstance(own, str):
        return (own,) * len(_CHANGE)
    change = own["change"]
    return (own["before"], own["after"], change["mean"], change["low"], change["high"], *_test(own["t"]), own["d"])


def _test(test: Figures | None) -> tuple[Cell, ...]:
    return (None, None, None) if test is None else (test["statistic"], test["freedom"], test["p"])


def _significance(first: str, systems: Mapping[str, Figures]) -> tuple[Table, Table]:
    succeeded, apart = [], []
    for name, own in systems.items():
        share, gap = own["success"]["share"], own["success"]["difference"]
        beside = (None,) * 3 if name == first else (gap["mean"], gap["low"], gap["high"])
        succeeded.append((name, share["mean"], share["low"], share["high"], *beside))
        if name != first:
            gap = own["against_first"]["difference"]
            test = _test(own["against_first"]["t"])
            apart.append((name, gap["mean"], gap["low"], gap["high"], *test, own["against_first"]["d"]))
    columns = ("system", "success", "from", "to", "difference", "difference from", "difference to")
    note = (
        f"Of all passages: a flagged one rewritten with success, a clean one called clean. Differences to {first}, in"
        " percentage points; intervals are paired bootstraps (95 %)."
    )
    gap_columns = ("system", "difference", "from", "to", "t", "df", "p", "d")
    return (
        Table("Success", columns, tuple(succeeded), note, frozenset(columns[1:])),
        Table(f"P(flag) afterwards, less that of {first}", gap_columns, tuple(apart), "Student's paired t-test."),
    )


def _by_group(title: str, key: str, one: str, figure: str, systems: Mapping[str, Figures]) -> Table:
    sizes = next(iter(systems.values()))[key]
    rows = tuple(
        (group, sizes[group]["flagged"], *(own[key][group][figure] for own in systems.values())) for group in sizes
    )
    return Table(title, (one, "flagged", *systems), rows, shares=frozenset(systems))


def plots(figures: Figures) -> tuple[Distribution | Bars | Scatter, ...]:
    """P(flag) before and after, removal beside retention, success by category."""
    systems: Mapping[str, Figures] = figures["systems"]
    values = {"as written": figures["values"]["before"]} | dict(figures["values"]["after"])
    removed = {name: own["rewrites"]["spans_removed_of_all"] for name, own in systems.items()}
    kept = {name: own["retention"]["outside_kept"] for name, own in systems.items()}
    points = {name: (removed[name], kept[name]) for name in systems if None not in (removed[name], kept[name])}
    by_category = {
        name: {group: one["success"] for group, one in own["categories"].items()} for name, own in systems.items()
    }
    return (
        Distribution(
            "Flagged passages before and after",
            "P(flag) by srlint's detector",
            {name: tuple(own) for name, own in values.items()},
        ),
        Scatter(
            "What goes and what stays",
            "annotated marks removed, share of all",
            "words outside marks kept, share in texts given",
            points,
        ),
        Bars("Rewrites that succeed, by category", "share of flagged passages", by_category),
    )


def notes() -> tuple[str, ...]:
    """What a reader must know to read the tables."""
    return (
        "Of an answer that is empty, refused, malformed, an echo of a flagged passage or about something else, nothing"
        " counts: the passage is not found, no rewrite is offered, and the document stays as it was.",
        "P(flag) is that of srlint's own detector: a system that asks it before it answers is graded by its own judge."
        " No other figure hangs on it.",
        "A rewrite succeeds where all annotated marks are gone, the facts are kept and the text is about the same;"
        " where the annotators saw no rewrite, it is right to decline one. Deleting the marked words passes by"
        " construction: chrF, style and perplexity tell it from a rewrite.",
    )
