"""Settings from the command line: options, and `--config "key = value"`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from srlint.config.faults import Fault
from srlint.config.keys import FIELDS, KEYS
from srlint.config.source import Source, checked, parsed
from srlint.errors import ConfigError

# Lists that an option takes with commas.
_WITH_COMMAS = frozenset({"select", "extend-select", "ignore"})


def parse_override(text: str) -> dict[str, Any]:
    """The settings in `text`, TOML such as `threshold.framing = 0.9`, to be given to a `Resolver` among the overrides.

    Raises ConfigError that begins with `--config`.
    """
    if "=" not in text:
        raise ConfigError(f"--config: {text}: no such file, and no KEY = VALUE")
    try:
        values = checked(parsed(text))
    except Fault as fault:
        raise ConfigError(f"--config: {fault.message()}") from None
    except ValueError as error:
        hint = "; text takes quotes, as in 'model = \"small.gguf\"'" if '"' not in text and "'" not in text else ""
        raise ConfigError(f"--config: not valid TOML: {error}{hint}") from None
    if "extend" in values:
        raise ConfigError("--config: 'extend' has a place in files only")
    return values


def from_options(options: Mapping[str, Any], folder: Path) -> Source:
    """The source of what was given by hand in `folder`: values by the names of settings or keys, None if not given.

    Categories may be joined by commas. Raises ConfigError that names the option.
    """
    values = {}
    for name, value in options.items():
        if value is not None:
            key = name if name in KEYS else FIELDS[name]
            values[key] = _written(key, value)
            try:
                KEYS[key].kind.check(values[key], tuple(key.split(".")))
            except Fault as fault:
                raise ConfigError(fault.message(f"--{key}")) from None
    return Source(values, folder)


def _written(key: str, value: Any) -> Any:
    """The value as a configuration file would have it."""
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        items = list(value)
        if key in _WITH_COMMAS:
            items = [part.strip() for item in items for part in item.split(",") if part.strip()]
        return items
    return value
