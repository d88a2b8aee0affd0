"""Settings: what one run uses, from the command line over `[tool.srlint]` over the defaults."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from srlint.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that decides the outcome of a check. `None` for `threshold` and `model` means: what srlint ships.

    `exclude` holds .gitignore patterns relative to `root`. Without a `cache_dir` nothing is cached.
    Raises `ConfigError` for a threshold that is not between 0 and 1.
    """

    threshold: float | None = None
    model: str | None = None
    use_model: bool = True
    include_quotes: bool = False
    terms_add: tuple[Mapping[str, Any], ...] = ()
    terms_remove: tuple[str, ...] = ()
    cache_dir: Path | None = None
    use_cache: bool = True
    exclude: tuple[str, ...] = ()
    root: Path | None = None

    def __post_init__(self) -> None:
        if self.threshold is not None and not 0 < self.threshold < 1:
            raise ConfigError(f"threshold must lie between 0 and 1, not {self.threshold}")


@dataclass(frozen=True, slots=True)
class _Key:
    """How one key of `[tool.srlint]` is read: the setting it fills, what to call a good value, and the test for one."""

    field: str
    expects: str
    accepts: Callable[[Any], bool]


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _is_switch(value: Any) -> bool:
    return isinstance(value, bool)


def _is_fraction(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < 1


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(_is_text(item) for item in value)


def _is_entries(value: Any) -> bool:
    tables = value.values() if isinstance(value, dict) else value
    return isinstance(value, (list, dict)) and all(isinstance(item, dict) for item in tables)


_KEYS: dict[str, _Key] = {
    "threshold": _Key("threshold", "a number between 0 and 1", _is_fraction),
    "model": _Key("model", "the path of a GGUF file", _is_text),
    "use-model": _Key("use_model", "true or false", _is_switch),
    "include-quotes": _Key("include_quotes", "true or false", _is_switch),
    "cache": _Key("use_cache", "true or false", _is_switch),
    "cache-dir": _Key("cache_dir", "a path", _is_text),
    "exclude": _Key("exclude", "a list of .gitignore patterns", _is_texts),
}
_TERM_KEYS: dict[str, _Key] = {
    "add": _Key("terms_add", "a table for each term", _is_entries),
    "remove": _Key("terms_remove", "a list of terms", _is_texts),
}


def find_file(start: Path) -> Path | None:
    """The closest `pyproject.toml` at or above the folder `start` that has a `[tool.srlint]` table."""
    for folder in (start, *start.parents):
        candidate = folder / "pyproject.toml"
        if candidate.is_file() and "srlint" in _tool_tables(candidate):
            return candidate
    return None


def project_root(start: Path) -> Path | None:
    """The closest folder at or above `start` with a `pyproject.toml` or a `.git`."""
    for folder in (start, *start.parents):
        if (folder / "pyproject.toml").is_file() or (folder / ".git").exists():
            return folder
    return None


def load(start: Path, overrides: Mapping[str, Any], *, file: Path | None = None, isolated: bool = False) -> Settings:
    """Settings for documents under the folder `start`.

    `overrides` maps names of settings to values given by hand; `None` means not given. `file` names the configuration
    file instead of searching; `isolated` ignores every file. Raises `ConfigError` naming the file and the key at fault.
    """
    start = start.absolute()
    found = None if isolated else file or find_file(start)
    values = _read(found, named=file is not None) if found else {}
    given = {name: value for name, value in overrides.items() if value is not None}
    home = found.absolute().parent if found else Path.cwd()
    # A pattern typed on the command line is meant from where it was typed.
    root = Path.cwd() if "exclude" in given else home
    cache_dir = (project_root(start) or Path.cwd()) / ".srlint_cache"
    return Settings(**{"cache_dir": cache_dir, "root": root, **values, **given})


def _parse(path: Path) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error


def _tool_tables(path: Path) -> dict[str, Any]:
    tool = _parse(path).get("tool")
    return tool if isinstance(tool, dict) else {}


def _read(path: Path, *, named: bool) -> dict[str, Any]:
    """The settings in `path`. A file named by hand may hold the keys of `[tool.srlint]` at its top level."""
    whole = _parse(path)
    tool = whole.get("tool")
    table = tool.get("srlint") if isinstance(tool, dict) else None
    if table is None and named:
        if path.name == "pyproject.toml":
            raise ConfigError(f"{path}: has no [tool.srlint] table")
        table = whole
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: [tool.srlint] must be a table")
    table = dict(table)
    terms = table.pop("terms", {})
    if not isinstance(terms, dict):
        raise ConfigError(f"{path}: 'terms' must be a table with 'add' and 'remove'")
    values = _take(path, table, _KEYS, known=(*_KEYS, "terms"), prefix="")
    values |= _take(path, terms, _TERM_KEYS, known=tuple(_TERM_KEYS), prefix="terms.")
    return _resolved(values, path.absolute().parent)


def _take(
    path: Path, table: Mapping[str, Any], keys: Mapping[str, _Key], *, known: tuple[str, ...], prefix: str
) -> dict[str, Any]:
    values = {}
    for name, value in table.items():
        key = keys.get(name)
        if key is None:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean {prefix + near[0]!r}?" if near else f"known are {', '.join(sorted(known))}"
            raise ConfigError(f"{path}: unknown key {prefix + name!r}; {hint}")
        if not key.accepts(value):
            raise ConfigError(f"{path}: {prefix + name!r} must be {key.expects}, not {value!r}")
        values[key.field] = tuple(value) if isinstance(value, list) else value
    return values


def _resolved(values: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Added terms in their one form, and paths relative to the file; a `model` that is no file there keeps its name."""
    if isinstance(values.get("terms_add"), dict):
        values["terms_add"] = tuple({"term": term, **table} for term, table in values["terms_add"].items())
    if "cache_dir" in values:
        values["cache_dir"] = folder / values["cache_dir"]
    if "model" in values and (folder / values["model"]).is_file():
        values["model"] = str(folder / values["model"])
    return values
