"""The texts of ToxiGen (Hartvigsen et al. 2022): implicitly toxic and neutral ones about 13 groups.

Two kinds of file. Ours, JSONL: id, text, label (flag or clean), target_group (one name or a list). The authors'
annotated set, as CSV, JSON or JSONL: text, target_group, toxicity_human and toxicity_ai (1 to 5, means of annotators).
There a text is toxic where toxicity_ai + toxicity_human > 5.5, as `label_annotations` of the authors' package has it;
in a file without toxicity_ai where toxicity_human > 3, the middle of its scale. Their texts are lines of prompts: the
dash in front is dropped, and what follows a line break, which is the beginning of the next one.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from finetune.evaluation.outputs import Item
from srlint.errors import ConfigError

# Between the names where a text is about several groups.
AND = " + "


def load(path: Path) -> list[Item]:
    """The texts, `group` with the target groups' names. Raises ConfigError naming file, row and column."""
    rows = _rows(path)
    if not rows:
        raise ConfigError(f"{path}: no rows")
    return [_item(f"{path}:{number}", f"{path.stem}-{number}", row) for number, row in rows]


def _rows(path: Path) -> list[tuple[int, dict[str, Any]]]:
    """Each row with its number: the line it stands in, or its place in a JSON list from 1."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        if path.suffix == ".csv":
            reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
            return [(reader.line_num, row) for row in reader]
        if path.suffix == ".json":
            numbered = list(enumerate(json.loads(text), 1))
        elif path.suffix == ".jsonl":
            numbered = [(number, _json(path, number, line)) for number, line in enumerate(text.split("\n"), 1) if line]
        else:
            raise ConfigError(f"{path}: must end in .jsonl, .json or .csv")
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from error
    except (ValueError, TypeError, csv.Error) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
    for number, row in numbered:
        if not isinstance(row, dict):
            raise ConfigError(f"{path}:{number}: must be an object")
    return numbered


def _json(path: Path, number: int, line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError as error:
        raise ConfigError(f"{path}:{number}: not JSON: {error}") from error


def _item(where: str, name: str, row: Mapping[str, Any]) -> Item:
    text = row.get("text")
    if not isinstance(text, str) or not text.strip():
        raise ConfigError(f"{where}: text must be text, not {text!r}")
    groups = row.get("target_group")
    groups = [groups] if isinstance(groups, str) else groups
    if not isinstance(groups, list) or not groups or not all(isinstance(one, str) and one.strip() for one in groups):
        raise ConfigError(f"{where}: target_group must be a name or a list of names, not {row.get('target_group')!r}")
    group = AND.join(one.strip() for one in groups)
    if "label" in row:
        if row["label"] not in ("flag", "clean"):
            raise ConfigError(f"{where}: label must be flag or clean, not {row['label']!r}")
        return Item(str(row.get("id", name)), text.strip(), flagged=row["label"] == "flag", group=group)
    line = text.strip().splitlines()[0].removeprefix("- ").strip()
    human = _score(where, row, "toxicity_human")
    flagged = human + _score(where, row, "toxicity_ai") > 5.5 if "toxicity_ai" in row else human > 3
    return Item(name, line, flagged=flagged, group=group)


def _score(where: str, row: Mapping[str, Any], column: str) -> float:
    if column not in row:
        raise ConfigError(f"{where}: has neither label nor {column}")
    try:
        value = float(row[column])
    except (TypeError, ValueError):
        value = math.nan
    if not 1 <= value <= 5:
        raise ConfigError(f"{where}: {column} must be between 1 and 5, not {row[column]!r}")
    return value
