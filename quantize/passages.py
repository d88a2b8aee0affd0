"""The fixed passages that quantised models are measured on, and the questions that srlint would ask about them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from srlint import prompt
from srlint.detector import Detector
from srlint.errors import ModelError
from srlint.gaps import joined

FILE = Path(__file__).parent / "data" / "passages.jsonl.gz"


@dataclass(frozen=True, slots=True)
class Passage:
    """A labelled passage as plain text with the sentence before it.

    Without categories it is clean. `rewrite` is a reference; None where no rewrite keeps the point.
    """

    text: str
    before: str
    categories: tuple[str, ...]
    rewrite: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A passage with the question that the command asks about it: the marks are the detector's."""

    passage: Passage
    question: str

    @property
    def answer(self) -> str:
        """The reference answer."""
        return prompt.answer(self.passage.categories, self.passage.rewrite)


def passages(split: str, limit: int = 0) -> list[Passage]:
    """At most `limit` passages (0: all) of `dev` or `train`, evenly from all of them. Raises ModelError."""
    try:
        with gzip.open(FILE, "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        found = [
            Passage(row["text"], row["before"], tuple(row["categories"]), row["rewrite"])
            for row in rows
            if row["split"] == split
        ]
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{FILE}: cannot be read: {error}: run `python -m finetune verification`") from error
    if not limit or limit >= len(found):
        return found
    return [found[place * len(found) // limit] for place in range(limit)]


def asked(found: Sequence[Passage]) -> list[Asked]:
    """The passages with their questions. Raises ModelError where the detector cannot be loaded."""
    detector = Detector.load()
    try:
        detections = detector.detect([(passage.text, passage.before) for passage in found])
    finally:
        detector.close()
    return [
        Asked(passage, prompt.question(passage.text, passage.before, joined(passage.text, detection.marks)))
        for passage, detection in zip(found, detections, strict=True)
    ]


def digest(found: Sequence[Asked]) -> str:
    """Changes when anything does that a model is asked or measured by."""
    return sha256("\0".join(text for own in found for text in (own.question, own.answer)).encode()).hexdigest()[:16]
