"""From a record of somebody else's data to one of our rows.

Two schemas, told apart by their columns; other columns are passed over, and both may have OPTIONAL ones beside them:

- `text` and `rewrite`;
- Alpaca style (Taori et al. 2023): `instruction`, `input`, `output`. The passage is `input`, or `instruction` where
  `input` is empty; `output` is the rewrite. The instruction itself is not used: what a model is asked comes from
  `srlint.prompt`, in training as in use.

Files of our own format go through `dataset.read_rows`.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from finetune import dataset
from finetune.dataset import Row
from finetune.evaluation.outputs import refused
from finetune.reading import records
from finetune.reading.faults import faults
from finetune.reading.likeness import folded
from srlint.categories import IDS
from srlint.errors import ConfigError
from srlint.formats.atoms import ATOM, find_atoms
from srlint.prompt import NO_REWRITE

PLAIN, ALPACA = ("text", "rewrite"), ("instruction", "input", "output")
OPTIONAL = ("categories", "before", "split", "id")
_KNOWN = frozenset((*PLAIN, *ALPACA, *OPTIONAL))
_OURS = frozenset({"text", "label", "spans", "rewrites"})

# What a split may be called, in a column or in the name of a file.
SPLIT_NAMES = {
    "train": "train",
    "training": "train",
    "dev": "dev",
    "validation": "dev",
    "valid": "dev",
    "val": "dev",
    "test": "test",
}

# What is worth saying of a row before anything is learnt from it.
EMPTY = "have an empty rewrite and no categories: taken as clean"
KEPT = "name categories but change nothing: taken as clean"
REFUSAL = "have a rewrite that reads as a refusal to answer: kept, but look at them"


@dataclass(frozen=True, slots=True)
class Entry:
    """A row, where it stands (FILE:ROW), the split that the data give it if any, and a remark on it or "".

    A flagged row may lack categories here.
    """

    row: Row
    place: str
    split: str | None
    remark: str = ""


@dataclass(frozen=True, slots=True)
class _Cells:
    """One record and where it stands."""

    place: str
    values: dict[str, Any]

    def error(self, column: str, what: str) -> ConfigError:
        return ConfigError(f"{self.place}: column {column}: {what}")

    def text(self, column: str) -> str:
        """The cell on one line, "" where it is null."""
        value = self.values[column]
        if value is None:
            return ""
        if not isinstance(value, str):
            raise self.error(column, f"is {records.kind(value)}, not text")
        if any("\ud800" <= char <= "\udfff" for char in value):
            raise self.error(column, "holds half a surrogate pair, which is no character")
        return " ".join(value.replace(ATOM, " ").split())

    def optional(self, column: str) -> str:
        return self.text(column) if column in self.values else ""

    def id(self) -> str:
        value = self.values.get("id")
        return str(value) if type(value) is int else self.optional("id")


def entries(path: Path, name: str, split: str | None) -> list[Entry]:
    """The rows of one file. `name` is what errors call it; `split` holds for rows whose own column names none.

    Raises ConfigError naming file, row and column.
    """
    found = records.read(path, name, _KNOWN)
    if path.suffix.lower() == ".jsonl" and set(found.columns) >= _OURS:
        own = zip(found.rows, dataset.read_rows(path), strict=True)
        return [_sound(Entry(row, f"{name}:{number}", split)) for (number, _), row in own]
    columns = _schema(found, name) if found.rows or found.columns else PLAIN
    return [_entry(_Cells(f"{name}:{number}", values), columns, split) for number, values in found.rows]


def _sound(entry: Entry) -> Entry:
    if not entry.row.text.strip():
        raise ConfigError(f"{entry.place}: column text: is empty")
    return entry


def _schema(found: records.Records, name: str) -> tuple[str, ...]:
    for columns in (PLAIN, ALPACA):
        if set(columns) <= set(found.columns):
            return columns
    meant = ALPACA if "instruction" in found.columns else PLAIN
    missing = next(column for column in meant if column not in found.columns)
    there = " ".join(", ".join(found.columns)[:200].split()) or "none"
    wanted = f"{' and '.join(PLAIN)}, or {', '.join(ALPACA)}"
    raise ConfigError(f"{name}:{found.first}: column {missing}: missing (there are: {there}; wanted: {wanted})")


def _entry(cells: _Cells, columns: tuple[str, ...], split: str | None) -> Entry:
    for column in columns:
        if column not in cells.values:
            raise cells.error(column, "missing")
    source = "text" if columns == PLAIN else "input" if cells.text("input") else "instruction"
    text, rewrite = cells.text(source), cells.text(columns[-1])
    if not text:
        raise cells.error(source, "is empty")
    categories, before = _categories(cells), _with_atoms(cells.optional("before"))
    unchanged = folded(text) == folded(rewrite)
    flagged = not unchanged and bool(rewrite or categories)
    answer = rewrite if flagged and rewrite and rewrite != NO_REWRITE else None
    remark = _remark(text, rewrite, categories, unchanged)
    if answer is None:
        text = _with_atoms(text)
    elif _atoms(text) == _atoms(answer):  # else a link was changed or lost: the rewrite is only right with it in sight
        text, answer = _with_atoms(text), _with_atoms(answer)
    row = Row(
        id=cells.id() or hashlib.sha256(f"{before}\n{text}".encode()).hexdigest()[:16],
        genre="",
        before=before,
        text=text,
        flagged=flagged,
        categories=categories if flagged else (),
        spans=faults(text, answer) if flagged else (),
        rewrites=() if answer is None else (answer,),
        difficulty="context" if flagged else "plain",
        why="",
    )
    return Entry(row, cells.place, _split(cells) or split, remark)


def _remark(text: str, rewrite: str, categories: Sequence[str], unchanged: bool) -> str:
    if not rewrite and not categories:
        return EMPTY
    if unchanged:
        return KEPT if categories else ""
    return REFUSAL if refused(rewrite) and not refused(text) else ""


def _atoms(text: str) -> list[str]:
    return [text[start:end] for start, end in find_atoms(text)]


def _with_atoms(text: str) -> str:
    """A text as a document's passage shows it: links, paths and other such things as one opaque character each."""
    for start, end in reversed(find_atoms(text)):
        text = text[:start] + ATOM + text[end:]
    return text


def _categories(cells: _Cells) -> tuple[str, ...]:
    value = cells.values.get("categories")
    names = value if isinstance(value, list) else re.split("[,;|]", cells.optional("categories"))
    found = []
    for name in names:
        if not isinstance(name, str):
            raise cells.error("categories", f"holds {records.kind(name)}, not text")
        name = name.strip()
        if name and name not in IDS:
            near = difflib.get_close_matches(name.lower(), IDS, 1, 0.5)
            hint = f"did you mean {near[0]}?" if near else f"they are {', '.join(IDS)}"
            raise cells.error("categories", f"{name!r} is no category: {hint}")
        found.append(name)
    return tuple(dict.fromkeys(filter(None, found)))


def _split(cells: _Cells) -> str | None:
    name = cells.optional("split")
    if name and name.lower() not in SPLIT_NAMES:
        raise cells.error("split", f"{name!r} is no split: train, dev (or validation) and test are")
    return SPLIT_NAMES[name.lower()] if name else None
