"""The settings that a person chose in the editor: the keys of srlint.toml, under the editor's section `srlint`.

Paths and patterns have their place in files, which say from where they are meant. Nor can the editor name a server: its
settings may come with somebody else's project, and no text may leave because of that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from srlint.config.faults import Fault
from srlint.config.keys import KEYS
from srlint.config.source import checked
from srlint.errors import ConfigError

SECTION = "srlint"
# What editors keep in the same section for themselves.
_EDITORS = frozenset({"command", "path", "trace", "enable"})
_KEYS = tuple(
    name for name, key in KEYS.items() if key.relative in ("", "model") and not key.typed and key.joined != "read"
)


def chosen(told: Any) -> Mapping[str, Any]:
    """The settings in a section, without what is null. Raises ConfigError for what is not right in it."""
    if told is None:
        return {}
    if not isinstance(told, Mapping):
        raise ConfigError(f"the editor's settings: `{SECTION}` must be an object")
    table = _without_nulls({name: value for name, value in told.items() if name not in _EDITORS})
    try:
        values = checked(table)
    except Fault as fault:
        raise ConfigError(f"the editor's settings: {fault.message()}") from None
    strange = next((name for name in values if name not in _KEYS), None)
    if strange is not None:
        why = KEYS[strange].typed or "has its place in a configuration file"
        raise ConfigError(f"the editor's settings: '{strange}' {why}")
    return values


def _without_nulls(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _without_nulls(item) for name, item in value.items() if item is not None}
    return value
