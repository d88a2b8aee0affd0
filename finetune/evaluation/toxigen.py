"""ToxiGen (Hartvigsen et al. 2022): what systems make of implicitly toxic texts about 13 groups, and of neutral ones.

Every system answers every text. `found`: it says that something is wrong, with a rewrite or without, and does not fail.
A failure (an empty, refused, echoed, malformed or off-topic answer) leaves the text as it was in every mean, and is no
credit anywhere: nothing is found by it, and no neutral text is left unchanged by it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from finetune.evaluation.graded import ALL_FAILURES, Graded, all_graded
from finetune.evaluation.instruments import Instruments, Scorer
from finetune.evaluation.judges import remembered
from finetune.evaluation.outputs import CLEAN, Item, Output, System, same
from finetune.evaluation.section import NOT_MEASURED, Bars, Cell, Distribution, Section, Table
from finetune.evaluation.stratified import stratified
from finetune.evaluation.toxigen_texts import AND, load

# From here on a probability of toxicity says that a text is toxic.
TOXIC = 0.5
BEFORE = "before"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a system made of an item, and the scores of what stands there afterwards; `toxicity` None: not measured."""

    graded: Graded
    toxicity: float | None
    suspicion: float

    @property
    def flagged(self) -> bool:
        return bool(self.graded.item.flagged)

    @property
    def unchanged(self) -> bool:
        return not self.graded.failure and same(self.graded.standing, self.graded.item.text)

    @property
    def kept(self) -> float | None:
        """The share of the text's words that its rewrite keeps; None without one."""
        return self.graded.retained.share if self.graded.offered and self.graded.retained is not None else None

    def about(self, group: str) -> bool:
        return group in self.graded.item.group.split(AND)


def section(
    systems: Sequence[System], path: Path, instruments: Instruments, limit: int | None, log: Callable[[str], None]
) -> Section:
    """Every system's figures for the file's texts, at most `limit`, evenly by (first) group and label.

    Raises ConfigError as `load` does.
    """
    items = stratified(load(path), lambda item: (item.group.split(AND)[0], item.flagged), limit)
    # Most systems leave most texts alone: each is scored once.
    suspicion = remembered(instruments.suspicion)
    toxicity = instruments.toxicity and remembered(instruments.toxicity)
    answers = {BEFORE: _answers(items, [Output(CLEAN)] * len(items), suspicion, toxicity)}
    for system in systems:
        log(f"{system.name}: ToxiGen, {len(items)} texts")
        answers[system.name] = _answers(items, system.outputs(items), suspicion, toxicity)
    figures = {name: _figures(own, answers[BEFORE]) for name, own in answers.items()}
    del figures[BEFORE]
    groups = _by_group(answers)
    notes = [
        "P(flag) is the probability of srlint's own detector. The embedded system chooses its rewrites by that same"
        " detector: of its row it is no independent grader. Toxicity comes from a classifier that no system sees.",
        "A failed answer (empty, refused, echoed, malformed, off-topic) leaves the text as it was in every mean.",
    ]
    if limit is not None:
        notes.append(f"Limited to {len(items)} texts, as many of each group and label as there are.")
    return Section(
        "toxigen",
        "ToxiGen: implicit toxicity",
        (*_tables(figures), *_group_tables(groups, [system.name for system in systems])),
        {"texts": len(items), "systems": figures, "groups": groups},
        tuple(_plots(answers, groups)),
        tuple(notes),
    )


def _answers(
    items: Sequence[Item], outputs: Sequence[Output], suspicion: Scorer, toxicity: Scorer | None
) -> list[Answer]:
    graded = all_graded(items, outputs)
    after = [one.standing for one in graded]
    toxic = [None] * len(after) if toxicity is None else toxicity(after)
    return [Answer(*parts) for parts in zip(graded, toxic, suspicion(after), strict=True)]


def _figures(answers: Sequence[Answer], before: Sequence[Answer]) -> dict[str, Any]:
    """The figures of one system: of the flagged half, of the neutral half, and its failures."""
    return {
        "flagged": _half(answers, before, True),
        "clean": _half(answers, before, False),
        "texts": len(answers),
        "failures": {kind: sum(own.graded.failure == kind for own in answers) for kind in ALL_FAILURES},
    }


def _half(answers: Sequence[Answer], before: Sequence[Answer], flagged: bool) -> dict[str, Any]:
    own = [one for one in answers if one.flagged == flagged]
    old = [one for one in before if one.flagged == flagged]
    return {
        "texts": len(own),
        "found": _mean([float(one.graded.found) for one in own]),
        "rewritten": _mean([float(one.graded.offered) for one in own]),
        "unchanged": _mean([float(one.unchanged) for one in own]),
        "kept": _mean([one.kept for one in own if one.kept is not None]),
        "toxicity_before": _toxicity(old),
        "toxicity_after": _toxicity(own),
        "toxic_before": _toxicity(old, TOXIC),
        "toxic_after": _toxicity(own, TOXIC),
        "suspicion_before": _mean([one.suspicion for one in old]),
        "suspicion_after": _mean([one.suspicion for one in own]),
    }


def _toxicity(answers: Sequence[Answer], bar: float | None = None) -> float | str | None:
    """The mean, or with a `bar` the share from there on."""
    values = [one.toxicity for one in answers if one.toxicity is not None]
    if len(values) < len(answers):
        return NOT_MEASURED
    return _mean(values if bar is None else [float(value >= bar) for value in values])


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _by_group(answers: Mapping[str, Sequence[Answer]]) -> dict[str, Any]:
    """For each target group the flagged texts about it, and for each system (BEFORE among them) what became of them."""
    names = {name: None for own in answers[BEFORE] for name in own.graded.item.group.split(AND)}
    groups = {}
    for name in names:
        parts = {
            system: [one for one in own if one.flagged and one.about(name)] for system, own in answers.items()
        }
        groups[name] = {
            "texts": len(parts[BEFORE]),
            "systems": {
                system: {
                    "found": _mean([float(one.graded.found) for one in own]),
                    "suspicion": _mean([one.suspicion for one in own]),
                    "toxicity": _toxicity(own),
                }
                for system, own in parts.items()
            },
        }
    return groups


_FLAGGED = {
    "texts": "texts",
    "found": "found",
    "rewritten": "rewritten",
    "kept": "words kept in rewrites",
    "toxicity_before": "toxicity before",
    "toxicity_after": "toxicity after",
    "toxic_before": "toxic before",
    "toxic_after": "toxic after",
    "suspicion_before": "P(flag) before",
    "suspicion_after": "P(flag) after",
}
_CLEAN = {"texts": "texts", "unchanged": "unchanged"} | {
    key: label for key, label in _FLAGGED.items() if key not in ("texts", "found", "kept")
}
_SHARES = {"found", "rewritten", "unchanged", _FLAGGED["kept"], "toxic before", "toxic after"}


def _tables(figures: Mapping[str, Mapping[str, Any]]) -> list[Table]:
    tables = []
    for half, title, labels in (("flagged", "toxic texts", _FLAGGED), ("clean", "neutral texts", _CLEAN)):
        columns = ("system", *labels.values())
        shares = frozenset(columns) & _SHARES
        note = f"Toxicity: mean probability; toxic: share from {TOXIC} on."
        rows = tuple((name, *(own[half][key] for key in labels)) for name, own in figures.items())
        tables.append(Table(f"ToxiGen, {title}", columns, rows, note, shares))
    rows = tuple((name, own["texts"], *own["failures"].values()) for name, own in figures.items())
    return [*tables, Table("ToxiGen, failures", ("system", "texts", *ALL_FAILURES), rows)]


def _group_tables(groups: Mapping[str, Any], systems: Sequence[str]) -> list[Table]:
    """One table a figure, target groups down and systems across."""
    tables = []
    for key, title, names, shares in (
        ("found", "found", systems, frozenset(systems)),
        ("suspicion", "P(flag) after", (BEFORE, *systems), frozenset()),
        ("toxicity", "toxicity after", (BEFORE, *systems), frozenset()),
    ):
        rows: list[tuple[Cell, ...]] = [
            (group, own["texts"], *(own["systems"][name][key] for name in names)) for group, own in groups.items()
        ]
        note = "Toxic texts only; a text about several groups counts in each."
        tables.append(Table(f"ToxiGen by target group: {title}", ("group", "texts", *names), tuple(rows), note, shares))
    return tables


def _plots(answers: Mapping[str, Sequence[Answer]], groups: Mapping[str, Any]) -> list[Distribution | Bars]:
    toxic = {name: [one for one in own if one.flagged] for name, own in answers.items()}
    suspicion = {name: tuple(one.suspicion for one in own) for name, own in toxic.items()}
    toxicity = {name: tuple(one.toxicity for one in own if one.toxicity is not None) for name, own in toxic.items()}
    by_group = {
        system: {group: own["systems"][system]["suspicion"] for group, own in groups.items()} for system in answers
    }
    plots: list[Distribution | Bars] = [Distribution("ToxiGen, toxic texts: P(flag)", "P(flag)", suspicion)]
    if any(toxicity.values()):
        plots.append(Distribution("ToxiGen, toxic texts: toxicity", "P(toxic)", toxicity))
    return [*plots, Bars("ToxiGen, toxic texts by target group: P(flag) after", "P(flag)", by_group)]
