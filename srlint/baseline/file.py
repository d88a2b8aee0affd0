"""The baseline file: JSON that people commit, compare and merge.

{"version": 1,
 "files": {"docs/a.md": [{"category": "gender", "passage": "<16 hex>", "count": 2, "text": "The chairman …"}]}}
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from srlint.errors import ConfigError

VERSION = 1

_PASSAGE = re.compile(r"[0-9a-f]{16}")
_CONFLICT = re.compile(rb"^(?:<{7}|>{7}) ", re.MULTILINE)
_AGAIN = "delete it and write it again with --write-baseline"

Key = tuple[str, str]  # category and passage


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One accepted passage of a file: its digest, how often it may stand there, and how it begins, for people."""

    category: str
    passage: str
    count: int
    text: str

    @property
    def key(self) -> Key:
        return self.category, self.passage


def parse(path: Path, data: bytes) -> dict[str, list[Entry]]:
    """The entries by name of file, as the baseline spells it. Raises ConfigError naming `path` and what is wrong."""
    if _CONFLICT.search(data):
        raise ConfigError(f"{path}: baseline has unresolved merge conflicts; resolve them, or {_AGAIN}")
    try:
        whole = json.loads(data.decode("utf-8-sig"), object_pairs_hook=_joined)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: baseline is not valid JSON ({error}); {_AGAIN}") from error
    table = whole if isinstance(whole, dict) else {}
    version, listed = table.get("version"), table.get("files")
    if type(version) is int and version > VERSION:
        raise ConfigError(f"{path}: baseline of version {version}, newer than {VERSION}; update srlint or {_AGAIN}")
    if type(version) is not int or version != VERSION or not isinstance(listed, dict):
        raise ConfigError(f"{path}: no baseline of srlint: “version” must be {VERSION}, “files” a table; {_AGAIN}")
    return {name: _entries(path, name, rows) for name, rows in listed.items()}


def render(entries: Mapping[str, Iterable[Entry]]) -> bytes:
    """The file: sorted, one entry a line, so that versions of it can be compared and merged."""
    blocks = []
    for name, rows in sorted(entries.items()):
        lines = ",\n".join(f"      {_line(entry)}" for entry in sorted(rows))
        blocks.append(f"    {json.dumps(name, ensure_ascii=False)}: [\n{lines}\n    ]")
    body = "{\n" + ",\n".join(blocks) + "\n  }" if blocks else "{}"
    whole = f'{{\n  "version": {VERSION},\n  "files": {body}\n}}\n'
    return whole.encode("utf-8", "backslashreplace")  # half a surrogate pair, of a file's name, in JSON's spelling


def _line(entry: Entry) -> str:
    row = {"category": entry.category, "passage": entry.passage, "count": entry.count, "text": entry.text}
    return json.dumps(row, ensure_ascii=False)


def _joined(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose lists are joined where a name occurs twice, as it may after a merge."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        both = isinstance(value, list) and isinstance(found.get(name), list)
        found[name] = [*found[name], *value] if both else value
    return found


def _entries(path: Path, name: str, rows: Any) -> list[Entry]:
    found = []
    for number, row in enumerate(rows if isinstance(rows, list) else [None], 1):
        entry = _entry(row)
        if entry is None:
            raise ConfigError(f"{path}: entry {number} of {name!r} in the baseline is damaged; {_AGAIN}")
        found.append(entry)
    return found


def _entry(row: Any) -> Entry | None:
    if not isinstance(row, dict):
        return None
    category, passage, count, text = (row.get(name) for name in ("category", "passage", "count", "text"))
    good = isinstance(category, str) and isinstance(passage, str) and type(count) is int and count > 0
    if not good or not _PASSAGE.fullmatch(passage):
        return None
    return Entry(category, passage, count, text if isinstance(text, str) else "")
