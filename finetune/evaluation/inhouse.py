"""Our own test split: what systems find, what they make of it, what that keeps, and how much of it is chance."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from typing import Any

from finetune.dataset import DIFFICULTIES, Row
from finetune.evaluation import fluency, inhouse_tables, retention
from finetune.evaluation.graded import ALL_FAILURES, Graded, all_graded
from finetune.evaluation.instruments import Instruments, Scorer
from finetune.evaluation.judges import remembered
from finetune.evaluation.outputs import Item, System
from finetune.evaluation.section import NOT_MEASURED, Section
from finetune.evaluation.significance import TTest, cohens_d, difference, interval, mean, paired_t
from srlint.categories import IDS
from srlint.document import Span
from srlint.errors import ConfigError

NAME = "inhouse"


def items(rows: Sequence[Row]) -> list[Item]:
    """Our rows as systems get them. A flagged row's group is its main category, a clean one's is "clean"."""
    return [
        Item(
            id=row.id,
            text=row.text,
            before=row.before,
            marks=tuple(Span(*span) for span in row.spans),
            references=row.rewrites,
            flagged=row.flagged,
            group=row.categories[0] if row.flagged else "clean",
        )
        for row in rows
    ]


def section(
    systems: Sequence[System],
    rows: Sequence[Row],
    instruments: Instruments,
    limit: int | None,
    seed: int,
    log: Callable[[str], None],
) -> Section:
    """All systems over `rows`, or over `limit` of them drawn with `seed`. The others are held to the first system.

    Raises ConfigError for no rows, no systems, or two systems of one name.
    """
    names = [system.name for system in systems]
    if not systems or not rows:
        raise ConfigError("the in-house evaluation needs at least one system and one passage")
    if len(set(names)) < len(names):
        raise ConfigError(f"two systems have the same name: {', '.join(names)}")
    rows = _drawn(rows, limit, seed)
    given = items(rows)
    answers: dict[str, list[Graded]] = {}
    for system in systems:
        log(f"in-house: {system.name}, {len(given)} passages")
        answers[system.name] = all_graded(given, system.outputs(given))
    log("in-house: instruments")
    own = figures(answers, [row.difficulty for row in rows], _remembering(instruments))
    return Section(
        NAME,
        "In-house test split",
        inhouse_tables.tables(own),
        own,
        inhouse_tables.plots(own),
        inhouse_tables.notes(),
    )


def _drawn(rows: Sequence[Row], limit: int | None, seed: int) -> Sequence[Row]:
    if limit is None or limit >= len(rows):
        return rows
    return [rows[place] for place in sorted(random.Random(seed).sample(range(len(rows)), limit))]


def _remembering(instruments: Instruments) -> Instruments:
    """The same instruments, asked once about each text: systems share most of theirs."""
    found = {field.name: getattr(instruments, field.name) for field in fields(instruments)}
    return Instruments(**{name: scorer and remembered(scorer) for name, scorer in found.items()})


def figures(answers: dict[str, list[Graded]], difficulties: Sequence[str], instruments: Instruments) -> dict[str, Any]:
    """All figures of all systems over the same items, whose difficulties stand in the same order.

    `values` holds what is plotted or compared item by item: P(flag) of flagged passages as they were and are.
    """
    first = next(iter(answers))
    sources = [one.item.text for one in _flagged(answers[first])]
    before = instruments.suspicion(sources)
    after = {name: instruments.suspicion([one.standing for one in _flagged(own)]) for name, own in answers.items()}
    systems = {}
    for name, own in answers.items():
        flagged = _flagged(own)
        systems[name] = {
            "detection": detection(own),
            "failures": {kind: mean(float(one.failure == kind) for one in own) for kind in ALL_FAILURES},
            "declined": mean(float(one.found and one.left_alone) for one in own),
            "rewrites": rewrites(flagged),
            "retention": _retention(flagged, instruments),
            "fluency": _fluency(flagged, instruments),
            "suspicion": _before_after(before, after[name]),
            "toxicity": _toxicity(flagged, instruments.toxicity),
            "success": _success(own, answers[first]),
            "against_first": None if name == first else _apart(after[name], after[first]),
            "categories": _groups(own, [one.item.group for one in own], IDS),
            "difficulties": _groups(own, difficulties, DIFFICULTIES["flag"]),
        }
    return {
        "passages": len(answers[first]),
        "flagged": len(sources),
        "first": first,
        "systems": systems,
        "values": {"before": before, "after": after},
    }


def _flagged(answers: Sequence[Graded]) -> list[Graded]:
    return [one for one in answers if one.item.flagged]


def detection(answers: Sequence[Graded]) -> dict[str, float | None]:
    """What is found: precision, recall, F1, and of the clean items the share of alarms and of those called clean."""
    flagged, clean = _flagged(answers), [one for one in answers if not one.item.flagged]
    hits, alarms = sum(one.found for one in flagged), sum(one.found for one in clean)
    return {
        "precision": hits / (hits + alarms) if hits + alarms else None,
        "recall": hits / len(flagged) if flagged else None,
        "f1": 2 * hits / (hits + alarms + len(flagged)) if flagged else None,
        "false_alarms": alarms / len(clean) if clean else None,
        "called_clean": mean(float(one.success) for one in clean),
    }


def rewrites(flagged: Sequence[Graded]) -> dict[str, float | None]:
    """What is made of flagged items. "Of texts": of rewrites and echoes; "of all": a missing or failed one is a 0."""
    texts = [one for one in flagged if one.text is not None]
    referenced = [one for one in flagged if one.item.references]
    return {
        "offered_of_flagged": mean(float(one.offered) for one in flagged),
        "offered_of_found": mean(float(one.offered) for one in flagged if one.found),
        "offered_without_reference": mean(float(one.offered) for one in flagged if not one.item.references),
        "spans_removed_of_all": _removed(flagged),
        "spans_removed_of_texts": _removed(texts),
        "exact_of_all": mean(float(bool(one.exact)) for one in referenced),
        "chrf_of_all": mean(0.0 if one.failure or one.chrf is None else one.chrf for one in referenced),
        "chrf_of_texts": mean(one.chrf for one in texts),
        "success": mean(float(one.success) for one in flagged),
    }


def _removed(answers: Sequence[Graded]) -> float | None:
    marks = sum(len(one.item.marks) for one in answers)
    return sum(one.spans_removed for one in answers) / marks if marks else None


def _retention(flagged: Sequence[Graded], instruments: Instruments) -> dict[str, Any]:
    found = retention.totals([(one.retained, bool(one.failure)) for one in flagged if not one.left_alone])
    pairs = [(one.item.text, one.text) for one in flagged if one.text is not None]
    return found | retention.meaning(pairs, instruments)


def _fluency(flagged: Sequence[Graded], instruments: Instruments) -> dict[str, Any]:
    found = fluency.totals([one.fluency for one in flagged if not one.left_alone])
    pairs = [(one.item.text, one.standing) for one in flagged if one.offered]
    return found | {"perplexity_ratio": fluency.perplexity_ratio(pairs, instruments)}


def _before_after(before: Sequence[float], after: Sequence[float]) -> dict[str, Any]:
    return {
        "before": mean(before),
        "after": mean(after),
        "change": asdict(difference(after, before)),
        "t": _told(paired_t(after, before)),
        "d": cohens_d(after, before),
    }


def _toxicity(flagged: Sequence[Graded], scorer: Scorer | None) -> dict[str, Any] | str:
    if scorer is None:
        return NOT_MEASURED
    return _before_after(scorer([one.item.text for one in flagged]), scorer([one.standing for one in flagged]))


def _success(answers: Sequence[Graded], first: Sequence[Graded]) -> dict[str, Any]:
    own, held = [float(one.success) for one in answers], [float(one.success) for one in first]
    gap = None if answers is first else asdict(difference(own, held))
    return {"share": asdict(interval(own)), "difference": gap}


def _apart(after: Sequence[float], first: Sequence[float]) -> dict[str, Any]:
    return {
        "difference": asdict(difference(after, first)),
        "t": _told(paired_t(after, first)),
        "d": cohens_d(after, first),
    }


def _told(test: TTest | None) -> dict[str, Any] | None:
    """A test's figures; without scipy its p is not measured."""
    return None if test is None else asdict(test) | {"p": NOT_MEASURED if test.p is None else test.p}


def _groups(answers: Sequence[Graded], groups: Sequence[str], names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Flagged items by group: how many there are, found, rewritten, rewritten with success."""
    found = {}
    for name in names:
        own = [one for one, group in zip(answers, groups, strict=True) if group == name and one.item.flagged]
        found[name] = {
            "flagged": len(own),
            "found": mean(float(one.found) for one in own),
            "offered": mean(float(one.offered) for one in own),
            "success": mean(float(one.success) for one in own),
        }
    return found
