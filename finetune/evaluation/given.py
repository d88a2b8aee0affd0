"""Outputs that another program wrote: one JSON object a line, with an id and a text or an answer in our format."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from finetune.evaluation.answers import of_answer
from finetune.evaluation.outputs import Item, Output, of_text
from srlint.errors import ConfigError

OUTPUT, ANSWER = "output", "answer"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file: its number, and what it has under OUTPUT or ANSWER. None stands for no text at all."""

    number: int
    kind: str
    text: str | None


class Given:
    """A `System`. With `shared` the file may hold lines for other items than those that are asked for."""

    def __init__(self, name: str, path: Path, shared: bool = False):
        self.name = name
        self._path = path
        self._shared = shared
        self._lines: dict[str, Line] | None = None

    def outputs(self, items: Sequence[Item]) -> list[Output]:
        """One output for each item, in order.

        Raises ConfigError, naming the line, for what is no output, for a second line of an item and for a line of no
        item; and for an item without a line: nothing may be said of it, least of all that it came out empty.
        """
        if self._lines is None:
            self._lines = read(self._path)
        asked = {item.id for item in items}
        if missing := [item.id for item in items if item.id not in self._lines]:
            more = f" and {len(missing) - 1} other items" if len(missing) > 1 else ""
            raise ConfigError(f"{self._path}: no line with id {missing[0]!r}{more}")
        unknown = next((own for own in self._lines if own not in asked), None)
        if unknown is not None and not self._shared:
            raise ConfigError(f"{self._path}:{self._lines[unknown].number}: id {unknown!r} is of no item")
        return [_output(item, self._lines[item.id]) for item in items]

    def close(self) -> None:
        """Forgets the file."""
        self._lines = None


def _output(item: Item, line: Line) -> Output:
    return of_answer(item, line.text or "") if line.kind == ANSWER else of_text(item, line.text)


def read(path: Path) -> dict[str, Line]:
    """The lines of a file by id, in order. Raises ConfigError naming file and line."""
    found: dict[str, Line] = {}
    try:
        with open(path, "rb") as file:
            rows = list(enumerate(file, 1))
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}") from error
    for number, row in rows:
        if not row.strip():
            continue
        try:
            own, line = _line(number, json.loads(row.decode("utf-8")))
        except ValueError as error:
            raise ConfigError(f"{path}:{number}: {error}") from error
        if own in found:
            raise ConfigError(f"{path}:{number}: id {own!r} stands in line {found[own].number} already")
        found[own] = line
    return found


def _line(number: int, fields: object) -> tuple[str, Line]:
    if not isinstance(fields, dict):
        raise ValueError(f"not an object with an id and an {OUTPUT} or {ANSWER}")
    own = fields.get("id")
    if not isinstance(own, str) or not own:
        raise ValueError(f"id must be text, not {json.dumps(own)}")
    kinds = [kind for kind in (OUTPUT, ANSWER) if kind in fields]
    if len(kinds) != 1:
        raise ValueError(f"id {own!r} must have either an {OUTPUT} or an {ANSWER}")
    text = fields[kinds[0]]
    if text is not None and not isinstance(text, str):
        raise ValueError(f"{kinds[0]} of id {own!r} must be text or null, not {json.dumps(text)}")
    return own, Line(number, kinds[0], text)
