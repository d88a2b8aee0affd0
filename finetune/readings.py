"""What readers said of rewrites that the edit tagger and the term list made of train passages."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from finetune.dataset import Row
from srlint.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Reading:
    """A reader's word on one rewrite of one passage."""

    id: str
    text: str
    accepted: bool


def read(path: Path) -> list[Reading]:
    """Raises ConfigError naming the file and the line at fault."""
    if not path.is_file():
        raise ConfigError(f"{path}: no such file")
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            found.append(Reading(**json.loads(line)))
        except (ValueError, TypeError) as error:
            raise ConfigError(f"{path}:{number}: {error}") from error
    return found


def applied(rows: Sequence[Row], readings: Sequence[Reading]) -> list[Row]:
    """The rows with the rewrites that readers accepted behind their own.

    Raises ConfigError for a reading of another passage: those of dev and test stay unseen.
    """
    accepted = defaultdict(list)
    for one in readings:
        if one.accepted:
            accepted[one.id].append(one.text)
    if unknown := sorted({one.id for one in readings} - {row.id for row in rows}):
        raise ConfigError(f"{unknown[0]}: a reading of a passage that is not in train")
    return [replace(row, rewrites=tuple(dict.fromkeys((*row.rewrites, *accepted[row.id])))) for row in rows]
