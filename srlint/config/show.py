"""Settings as a configuration file, each value with where it comes from."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from srlint.config.faults import written, written_key
from srlint.config.keys import KEYS
from srlint.config.merge import DEFAULT
from srlint.config.settings import Settings
from srlint.files.discovery import shown
from srlint.output.escape import printable


def settings_as_toml(settings: Settings, origins: Mapping[str, str] | None = None) -> str:
    """The settings as TOML that, read from a file in `settings.root`, gives the same settings.

    `origins` says for each key where its value comes from, as `Resolver.origins` does.
    """
    told = origins or {}
    lines = [f"# relative to {printable(shown(settings.root))}"] if settings.root else []
    tables: list[str] = []
    for name, value in _values(settings).items():
        note = f"  # {printable(told.get(name, DEFAULT))}"
        table, dot, key = name.rpartition(".")
        if dot:
            if f"[{table}]" not in tables:
                tables += ["", f"[{table}]"]
            tables += _lines(key, value, note)
        elif isinstance(value, Mapping) and value:
            tables += ["", f"[{name}]{note}", *(f"{written_key(key)} = {written(item)}" for key, item in value.items())]
        else:
            stated = value is not None and not KEYS[name].typed
            lines += _lines(name, value, note) if stated else [f"# {name}: {value or KEYS[name].default}{note}"]
    # Tables come last: a plain key after the header of a table would be part of it.
    return "\n".join((*lines, *tables)) + "\n"


def _lines(key: str, value: Any, note: str) -> list[str]:
    if isinstance(value, tuple) and len(value) > 1:
        return [f"{key} = [{note}", *(f"    {written(item)}," for item in value), "]"]
    return [f"{key} = {written(value)}{note}"]


def _values(settings: Settings) -> dict[str, Any]:
    """What a file would say, by key; None where only leaving the key out says it."""
    values: dict[str, Any] = {}
    for name, key in KEYS.items():
        if key.joined == "read" or name.startswith("extend-"):
            continue
        value = getattr(settings, key.field)
        if key.relative == "path" and value is not None:
            value = os.path.abspath(value)
        values[name] = value
    values["per-file-ignores"] = dict(settings.per_file_ignores)
    if settings.thresholds:
        default = {} if settings.threshold is None else {"default": settings.threshold}
        values["threshold"] = {**default, **settings.thresholds}
    return values
