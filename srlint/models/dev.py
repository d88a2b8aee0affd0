"""Our labelled dev passages, on which models are calibrated. No model was trained on them."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass

from srlint.errors import ModelError
from srlint.shipped import data

FILE = "calibration.jsonl.gz"


@dataclass(frozen=True, slots=True)
class Labelled:
    """One passage as plain text, the sentence before it, and whether it is flagged."""

    text: str
    before: str
    flagged: bool


def passages(limit: int = 0) -> list[Labelled]:
    """At most `limit` passages (0: all), evenly from all of them: neighbours are variants of one passage.

    Raises ModelError when the file is missing or damaged.
    """
    path = data(FILE)
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            rows = [Labelled(**json.loads(line)) for line in lines]
    except (OSError, EOFError, ValueError, TypeError) as error:
        raise ModelError(f"{path}: cannot be read: {error}: reinstall srlint") from error
    if not limit or limit >= len(rows):
        return rows
    return [rows[place * len(rows) // limit] for place in range(limit)]
