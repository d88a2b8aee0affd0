"""Several sources made one: what each key becomes when an extended file, a file and the command line set it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from srlint.config.faults import Fault
from srlint.config.keys import KEYS
from srlint.config.settings import ALL
from srlint.config.source import Source
from srlint.config.terms import canonical, check_removed, is_listed
from srlint.files.patterns import moved
from srlint.termfile import normal

DEFAULT = "default"
# These take more than one rule.
_APART = frozenset({"threshold", "terms.add", "terms.remove", "terms.severity"})


def merged(sources: Sequence[Source], root: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """The fields of `Settings` that `sources`, the closest last, set; and by key where the values come from.

    Patterns become relative to `root`. Raises ConfigError for what only shows when all is known, as unknown terms.
    """
    told = _told(sources)
    fields: dict[str, Any] = {}
    for name, key in KEYS.items():
        if not told[name] or key.joined == "read" or name in _APART:
            continue
        values = [_meant(source, name, root) for source in told[name]]
        if key.joined == "sum" or name == "extend-select":
            fields[key.field] = _united(values)
        elif key.joined in ("own", "chosen"):
            fields[key.field] = values[-1]
        else:
            fields[key.field] = {pattern: item for value in values for pattern, item in value.items()}
    _join_extensions(fields)
    _split_thresholds(fields, [source.values["threshold"] for source in told["threshold"]])
    fields |= _terms(sources)
    return fields, _origins(told)


def _told(sources: Sequence[Source]) -> dict[str, list[Source]]:
    """For each key the sources that have a say on it.

    A `select` makes void what farther ones say of categories, a single threshold what they say of thresholds, and a
    `model` what they say of the server.
    """
    afresh = _last(sources, lambda values: "select" in values)
    single = _last(sources, lambda values: not isinstance(values.get("threshold", {}), dict))
    begins = {name: afresh for name, key in KEYS.items() if key.joined == "chosen"} | {
        "threshold": single,
        "server": _last(sources, lambda values: "model" in values),
    }
    return {name: [s for s in sources[begins.get(name, 0) :] if name in s.values] for name in KEYS}


def _last(sources: Sequence[Source], holds: Callable[[Mapping[str, Any]], bool]) -> int:
    return max((number for number, source in enumerate(sources) if holds(source.values)), default=0)


def _meant(source: Source, name: str, root: Path) -> Any:
    """A value as it is meant wherever it stands: patterns seen from `root`, paths from the current folder."""
    value, relative = source.values[name], KEYS[name].relative
    if relative == "patterns":
        if isinstance(value, dict):
            return {_moved(pattern, source, root): names for pattern, names in value.items()}
        return [_moved(pattern, source, root) for pattern in value]
    if relative == "path":
        # A path that was typed stays as it was typed.
        return Path(value) if source.file is None else _below(source, value)
    if relative == "model" and source.file is not None:
        # Otherwise it keeps its name: there may be other places to look for it.
        file = _below(source, value)
        return str(file) if os.path.isfile(file) else value
    return value


def _moved(pattern: str, source: Source, root: Path) -> str:
    return moved(pattern, os.path.abspath(source.folder), os.path.abspath(root))


def _below(source: Source, path: str) -> Path:
    return source.folder / os.path.expanduser(path)


def _united(lists: Iterable[Iterable[str]]) -> list[str]:
    return list(dict.fromkeys(item for items in lists for item in items))


def _join_extensions(fields: dict[str, Any]) -> None:
    for name, without in (("select", [ALL]), ("exclude", [])):
        more = fields.pop(f"extend_{name}", [])
        if more or name in fields:
            fields[name] = _united((fields.get(name, without), more))


def _split_thresholds(fields: dict[str, Any], values: Sequence[Any]) -> None:
    table: dict[str, float] = {}
    for value in values:
        table |= value if isinstance(value, dict) else {"default": value}
    fields["threshold"] = table.pop("default", None)
    fields["thresholds"] = table


def _terms(sources: Sequence[Source]) -> dict[str, Any]:
    """A closer source may replace or remove what a farther one adds."""
    added: list[dict[str, Any]] = []
    removed: list[str] = []
    for source in sources:
        gone: list[str] = source.values.get("terms.remove", [])
        theirs = {term for term in gone if normal(term) in {normal(entry["term"]) for entry in added}}
        try:
            check_removed(gone, theirs, ("terms", "remove"))
        except Fault as fault:
            source.fail(fault)
        removed += [term for term in gone if term not in theirs or is_listed(term)]
        own = _entries(source.values.get("terms.add", []))
        replaced = {normal(term) for term in (*gone, *(entry["term"] for entry in own))}
        added = [entry for entry in added if normal(entry["term"]) not in replaced] + own
    severities: dict[str, Any] = {}
    for source in sources:
        try:
            severities |= canonical(source.values.get("terms.severity", {}), added, ("terms", "severity"))
        except Fault as fault:
            source.fail(fault)
    return {"terms_add": added, "terms_remove": _united([removed]), "terms_severity": severities}


def _entries(value: Any) -> list[dict[str, Any]]:
    return [{"term": term, **table} for term, table in value.items()] if isinstance(value, dict) else list(value)


def _origins(told: dict[str, list[Source]]) -> dict[str, str]:
    """Where each value comes from, for people: labels of sources, or "default"."""
    origins = {}
    for name, key in KEYS.items():
        if key.joined == "read" or name.startswith("extend-"):
            continue
        sources = told[name] if key.joined in ("sum", "merge") else told[name][-1:]
        labels = [source.label for source in (*sources, *told.get(f"extend-{name}", []))]
        origins[name] = ", ".join(dict.fromkeys(labels)) or DEFAULT
    return origins
