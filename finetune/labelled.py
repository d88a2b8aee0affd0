"""Texts of public corpora that readers labelled to the policy: here are the labels, the texts stay where they are."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from finetune import dataset
from finetune.dataset import Row
from srlint.categories import IDS
from srlint.errors import ConfigError

FIELDS = ("file", "id", "label", "categories")
LABELS = ("flag", "clean")


@dataclass(frozen=True, slots=True)
class Label:
    """What a reader said of the text `id` of a corpus `file`; `categories` has the main one first."""

    file: str
    id: str
    flagged: bool
    categories: tuple[str, ...]


def read(path: Path) -> list[Label]:
    """The labels of a TSV file with a head. Raises ConfigError naming the file and the line at fault."""
    try:
        with open(path, encoding="utf-8", newline="") as lines:
            table = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
            if tuple(next(table, ())) != FIELDS:
                raise ConfigError(f"{path}:1: the columns are not {', '.join(FIELDS)}")
            return [_label(cells, f"{path}:{table.line_num}") for cells in table]
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}") from error


def _label(cells: list[str], place: str) -> Label:
    if len(cells) != len(FIELDS):
        raise ConfigError(f"{place}: {len(cells)} columns, not {len(FIELDS)}")
    file, name, label, listed = cells
    categories = tuple(filter(None, listed.split(",")))
    if label not in LABELS:
        raise ConfigError(f"{place}: label is {label!r}, not flag or clean")
    if (label == "flag") != bool(categories) or not set(categories) <= set(IDS):
        raise ConfigError(f"{place}: a text at fault has categories of the policy, a clean one has none")
    return Label(file, name, label == "flag", categories)


def rows(labels: Iterable[Label], corpora: Path) -> dict[str, list[Row]]:
    """The labelled texts by split, as rows whose words nobody has marked. Raises ConfigError for one that is not there.
    """
    by_file: dict[str, dict[str, Label]] = defaultdict(dict)
    for label in labels:
        by_file[label.file][label.id] = label
    splits: dict[str, list[Row]] = {name: [] for name in dataset.SPLITS}
    for file, wanted in by_file.items():
        found = {row["id"]: row["text"] for row in dataset.corpus(corpora / file) if row["id"] in wanted}
        if missing := sorted(wanted.keys() - found.keys()):
            raise ConfigError(f"{corpora / file}: has no row {missing[0]!r}")
        for name, label in wanted.items():
            splits[dataset.split_of(name)].append(_row(found[name], label))
    return splits


def _row(text: str, label: Label) -> Row:
    difficulty = "context" if label.flagged else "hard"
    return Row(label.id, "social", "", text, label.flagged, label.categories, (), (), difficulty, "")
