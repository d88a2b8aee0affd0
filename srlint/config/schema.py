"""The JSON schema of a configuration file, for editors, and the table of its keys, for the README.

Both are generated from `srlint.config.keys`:

    python -m srlint.config.schema > srlint/data/srlint.schema.json
    python -m srlint.config.schema --table
"""

from __future__ import annotations

import json
import sys
from typing import Any

from srlint.config.keys import KEYS, Key

_IN_FILES = {name: key for name, key in KEYS.items() if not key.typed}


def schema() -> dict[str, Any]:
    """The schema (draft 2020-12) of a srlint.toml, and so of [tool.srlint] in a pyproject.toml."""
    properties: dict[str, Any] = {}
    for name, key in _IN_FILES.items():
        table, dot, inner = name.partition(".")
        if dot:
            group = properties.setdefault(table, {"type": "object", "properties": {}, "additionalProperties": False})
            group["properties"][inner] = _property(key)
        else:
            properties[name] = _property(key)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": "Generated: python -m srlint.config.schema > srlint/data/srlint.schema.json",
        "title": "srlint",
        "description": "Settings of srlint: a srlint.toml or .srlint.toml, or [tool.srlint] in a pyproject.toml",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }


def schema_text() -> str:
    """The schema as it lies in `srlint/data/srlint.schema.json`."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def table() -> str:
    """The keys as a Markdown table."""
    rows = [f"| `{name}` | {key.kind.expects} | {key.default} | {key.about} |" for name, key in _IN_FILES.items()]
    return "\n".join(("| key | value | default | meaning |", "| --- | --- | --- | --- |", *rows)) + "\n"


def _property(key: Key) -> dict[str, Any]:
    return {"description": f"{key.about} (default: {key.default})".replace("`", ""), **key.kind.schema()}


if __name__ == "__main__":
    sys.stdout.write(table() if "--table" in sys.argv[1:] else schema_text())
