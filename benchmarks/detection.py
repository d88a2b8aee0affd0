"""How well passages are found: on our own dev and test passages, and false alarms on clean prose that no model saw."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from benchmarks import environment
from benchmarks.judged import OTHERS, judge, labelled, settings, sources, spread, watched
from benchmarks.peers import Alex, PeerMissing
from benchmarks.tables import NONE, interval, mean, number, percent, table
from finetune import dataset, metrics
from finetune import labelled as of_corpora
from finetune import settings as runs
from finetune.dataset import Row
from srlint.categories import IDS
from srlint.errors import ConfigError
from srlint.linter import Linter

# What readers said of texts of public corpora.
LABELS = Path(of_corpora.__file__).with_name("labelled.tsv")
# As in training (finetune.detector_run), so that the two draw from opposite ends of the same order.
_CLEAN_SEED = 0


@dataclass(frozen=True, slots=True)
class System:
    """One column of the tables. Without probabilities there is no AUC; `named` are the main categories it gave."""

    name: str
    found: list[bool]
    probabilities: list[float] | None = None
    named: list[str | None] | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """Who takes part: the ways to run srlint that can differ in what they find (model, use_model), and alex."""

    modes: dict[str, tuple[str | None, bool]]
    alex: Alex | None

    def systems(self, texts: Sequence[tuple[str, str]], syntax: str) -> list[System]:
        """Everybody's word on the same (sentence before, text); srlint first."""
        found = [_srlint(name, *mode, texts, syntax) for name, mode in self.modes.items()]
        if self.alex:
            counts = self.alex.messages([text for _, text in texts], syntax)
            found.append(System(f"alex {self.alex.version}", [count > 0 for count in counts]))
        return found


def run(
    data: Path,
    clean: Sequence[Path],
    sentences: int,
    training: Path,
    model: str | None,
    use_model: bool,
    peers: Path | None,
    limit: int | None,
    corpora: Path | None,
) -> tuple[str, dict[str, Any], str]:
    """The tables, the figures behind them, and misses and false alarms for reading. Raises ConfigError, ModelError."""
    field, notes = _field(model, use_model, peers)
    raw, splits = sources(data), labelled(data)
    passages = {split: spread(splits[split], limit) for split in ("dev", "test", *OTHERS)}
    posts = {name: spread(rows, limit) for name, rows in unlearnt(corpora).items()} if corpora else {}
    trained, most = _trained(training), min(sentences, limit or sentences)
    prose = {path.name: held_out(path, most, *trained) for path in clean}
    figures: dict[str, Any] = {"notes": notes, "splits": {}, "clean": {}}
    shown, listed = [], []
    for split, rows in (passages | posts).items():
        if split in posts:
            systems = field.systems([("", row.text) for row in rows], "text")
        else:
            systems = field.systems([raw[row.id] for row in rows], "markdown")
        figures["splits"][split] = {system.name: measured(rows, system) for system in systems}
        shown += _split_tables(split, rows, figures["splits"][split])
        listed += _errors(split, rows, systems[0])
    for name, (texts, left_out) in prose.items():
        systems = field.systems([("", text) for text in texts], "text")
        figures["clean"][name] = {system.name: _alarms(system, left_out) for system in systems}
        alarms = (at for at, hit in enumerate(systems[0].found) if hit)
        listed += [f"clean  {name}  {_shown(systems[0], at)}  {texts[at]}" for at in alarms]
    if prose:
        shown.append(_clean_table(figures["clean"]))
    return "\n\n".join([*shown, *notes]), figures, "\n".join(listed) + "\n"


def _field(model: str | None, use_model: bool, peers: Path | None) -> tuple[Field, list[str]]:
    notes = []
    try:
        alex = Alex.install(peers)
    except PeerMissing as reason:
        alex = None
        notes.append(str(reason))
    modes: dict[str, tuple[str | None, bool]] = {"srlint": (None, False)}
    if use_model and environment.judge_weight(model) > 0:
        modes = {"srlint": (model, True), "srlint --no-model": (None, False)}
    elif use_model:
        notes.append("The language model only rewrites (judge weight 0): with it srlint finds what it finds without.")
    return Field(modes, alex), notes


def _srlint(name: str, model: str | None, use_model: bool, texts: Sequence[tuple[str, str]], syntax: str) -> System:
    label = f"{name}: {len(texts)} passages"
    with (
        Linter.open(settings(model, use_model)) as linter,
        watched() as chosen,
        click.progressbar(texts, label=label, file=click.get_text_stream("stderr")) as bar,
    ):
        outcomes = [judge(linter, before, text, syntax, chosen) for before, text in bar]
    return System(
        name,
        [bool(outcome.findings) for outcome in outcomes],
        [outcome.probability for outcome in outcomes],
        [outcome.findings[0].categories[0] if outcome.findings else None for outcome in outcomes],
    )


def measured(rows: Sequence[Row], system: System) -> dict[str, Any]:
    """All figures of one system on labelled rows. Raises ValueError unless there are flagged and clean rows."""
    flagged = [row.flagged for row in rows]
    overall = metrics.at(0.5, [float(found) for found in system.found], flagged).rounded()
    del overall["threshold"]
    overall["auc"] = round(metrics.auc(system.probabilities, flagged), 4) if system.probabilities else None

    def share(of: Callable[[Row], bool]) -> float | None:
        return mean([float(hit) for row, hit in zip(rows, system.found, strict=True) if of(row)])

    named = zip(rows, system.named or [], strict=False)
    return {
        "all": overall,
        "main_category_right": mean([float(name == row.categories[0]) for row, name in named if row.flagged and name]),
        "recall": {name: share(lambda row, name=name: row.flagged and row.categories[0] == name) for name in IDS},
        "found_share": {
            kind: share(lambda row, kind=kind: row.difficulty == kind)
            for kinds in dataset.DIFFICULTIES.values()
            for kind in kinds
        },
    }


def _split_tables(split: str, rows: Sequence[Row], own: dict[str, dict[str, Any]]) -> list[str]:
    head = (f"{split}, {len(rows)} passages", "precision", "recall", "F1", "AUC", "false alarms", "main category")
    lines = []
    for name, figures in own.items():
        overall = figures["all"]
        rates = (number(overall["auc"]), percent(overall["false_alarms"]), percent(figures["main_category_right"]))
        lines.append((name, *(number(overall[key]) for key in ("precision", "recall", "f1")), *rates))
    count = {name: sum(row.flagged and row.categories[0] == name for row in rows) for name in IDS}
    by_category = [(name, count[name], *(percent(figures["recall"][name]) for figures in own.values())) for name in IDS]
    kinds = [(label, kind) for label, kinds in dataset.DIFFICULTIES.items() for kind in kinds]
    by_kind = [
        (
            f"{label}: {kind}",
            sum(row.difficulty == kind for row in rows),
            *(percent(figures["found_share"][kind]) for figures in own.values()),
        )
        for label, kind in kinds
    ]
    return [
        table(head, lines),
        table((f"{split}: recall by category", "passages", *own), by_category),
        table((f"{split}: share found by difficulty", "passages", *own), by_kind),
    ]


def held_out(
    path: Path, count: int, trained: dict[str, int], mined: frozenset[str] = frozenset()
) -> tuple[list[str], int]:
    """`count` sentences of a gzip JSONL file from the end of the order whose beginning training takes.

    `trained` says how many of each file that is. Sentences in `mined` are trained on wherever they stand; the second
    value says how many lay in that stretch. Raises ConfigError when the file is unreadable or too few are left.
    """
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: {getattr(error, 'strerror', None) or error}") from error
    random.Random(_CLEAN_SEED).shuffle(rows)
    found: list[str] = []
    left_out = 0
    for row in reversed(rows[trained.get(path.name, 0) :]):
        if len(found) == count:
            break
        if row["id"] in mined:
            left_out += 1
        else:
            found.append(row["text"])
    if len(found) < count:
        raise ConfigError(f"{path}: only {len(found)} sentences were not trained on; ask for fewer than {count}")
    return found, left_out


def unlearnt(corpora: Path, labels: Path = LABELS) -> dict[str, list[Row]]:
    """The texts of public corpora that readers labelled and that no run learns, by file. Raises ConfigError where one
    is missing.
    """
    said = of_corpora.read(labels)
    found = {}
    for file in sorted({label.file for label in said}):
        parts = of_corpora.rows([label for label in said if label.file == file], corpora)
        rows = [*parts["dev"], *parts["test"]]
        if len({row.flagged for row in rows}) == 2:
            found[file.partition(".")[0]] = rows
    return found


def _trained(training: Path) -> tuple[dict[str, int], frozenset[str]]:
    run = runs.read(training, runs.DetectorRun)
    taken = {name: run.clean.get(name, 0) + run.unlabelled.get(name, 0) for name in (*run.clean, *run.unlabelled)}
    return taken, frozenset(Path(run.mined).read_text(encoding="utf-8").split()) if run.mined else frozenset()


def _alarms(system: System, left_out: int) -> dict[str, float]:
    hits, of = sum(system.found), len(system.found)
    low, high = interval(hits, of)
    return {
        "sentences": of,
        "found": hits,
        "per_1000": round(1000 * hits / of, 2),
        "low": round(1000 * low, 2),
        "high": round(1000 * high, 2),
        "mined": left_out,
    }


def _clean_table(figures: dict[str, dict[str, dict[str, float]]]) -> str:
    rows = [
        (
            f"{file}: {name}",
            own["sentences"],
            own["found"],
            own["per_1000"],
            f"{own['low']}-{own['high']}",
            own["mined"],
        )
        for file, systems in figures.items()
        for name, own in systems.items()
    ]
    return table(
        ("clean sentences not trained on", "sentences", "found", "per 1,000", "95 % interval", "mined, left out"), rows
    )


def _errors(split: str, rows: Sequence[Row], system: System) -> list[str]:
    wrong = [(at, row) for at, row in enumerate(rows) if row.flagged != system.found[at]]
    return [
        f"{'miss ' if row.flagged else 'alarm'}  {split}  {_shown(system, at)}  {row.id}  {row.difficulty}"
        f"  {', '.join(row.categories) or NONE}  {row.text}"
        for at, row in wrong
    ]


def _shown(system: System, at: int) -> str:
    return f"{system.probabilities[at]:.3f}" if system.probabilities else NONE
