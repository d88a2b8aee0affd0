"""One place that settings come from, a file or the command line, read and checked."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NoReturn

from srlint.config.faults import At, Fault, unknown_key, wrong
from srlint.config.keys import KEYS
from srlint.config.lines import line_of
from srlint.errors import ConfigError
from srlint.files.discovery import shown
from srlint.files.regular import MAX_BYTES

# In one folder the first of these counts.
FILE_NAMES = (".srlint.toml", "srlint.toml", "pyproject.toml")
PYPROJECT = FILE_NAMES[-1]
_TABLE = ("tool", "srlint")
_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


@dataclass(frozen=True)
class Source:
    """What one place sets: checked values by the names of KEYS. Relative patterns and paths are meant from `folder`.

    `file` is None for the command line; `text` is what the file holds and `above` where the keys stand in it.
    """

    values: Mapping[str, Any]
    folder: Path
    file: Path | None = None
    text: str = field(default="", repr=False)
    above: At = ()

    @property
    def label(self) -> str:
        return "command line" if self.file is None else shown(self.file)

    def fail(self, fault: Fault) -> NoReturn:
        """Raises the ConfigError of a fault in these values: it names file and line, or the option."""
        if self.file is None:
            raise ConfigError(f"--config: {fault.message()}")
        raise ConfigError(f"{place(self.file, self.text, (*self.above, *fault.at))}: {fault.message()}")


def read(file: Path, *, searched: bool = False) -> Source | None:
    """The settings in a file; None for a pyproject.toml without a table of ours that was `searched`, not named.

    In a pyproject.toml they stand in [tool.srlint]; elsewhere at the top, though the table is accepted too.
    Raises ConfigError for a file that cannot be read and for a value that cannot be.
    """
    text = _text(file)
    # Somebody else's mistake in a file that has nothing to say to us is not ours to report.
    if searched and file.name == PYPROJECT and "srlint" not in text:
        return None
    whole = _parsed(text, file)
    tool = whole.get("tool")
    inner = isinstance(tool, dict) and "srlint" in tool
    if not inner and file.name == PYPROJECT:
        if searched:
            return None
        raise ConfigError(f"{shown(file)}: has no [tool.srlint] table")
    beside = next((name for name in whole if name != "tool"), None)
    if inner and beside is not None and file.name != PYPROJECT:
        # It would be silently without effect.
        raise ConfigError(f"{place(file, text, (beside,))}: '{beside}' stands beside [tool.srlint], not in it")
    source = Source({}, file.absolute().parent, file, text, _TABLE if inner else ())
    table = whole["tool"]["srlint"] if inner else whole
    try:
        if not isinstance(table, dict):
            raise Fault((), "[tool.srlint] must be a table")
        for name in table.keys() & KEYS.keys():
            if KEYS[name].typed:
                raise Fault((name,), f"{name} {KEYS[name].typed}")
        return replace(source, values=checked(table))
    except Fault as fault:
        source.fail(fault)


def checked(table: Mapping[str, Any]) -> dict[str, Any]:
    """The values in a table by the names of KEYS. Raises Fault for an unknown key and for a value that cannot be."""
    flat: dict[str, Any] = {}
    for name, value in table.items():
        inner = [key for key in KEYS if key.startswith(f"{name}.")]
        if not inner:
            flat |= {_known((name,)): value}
        elif isinstance(value, dict):
            flat |= {_known((name, part)): item for part, item in value.items()}
        else:
            raise wrong((name,), f"a table with {_listed(key.partition('.')[2] for key in inner)}", value)
    for name, value in flat.items():
        KEYS[name].kind.check(value, tuple(name.split(".")))
    return flat


def place(file: Path, text: str, at: At) -> str:
    """FILE:LINE of a key, as messages begin; FILE alone when there is no such line."""
    line = line_of(text, at)
    return shown(file) if line is None else f"{shown(file)}:{line}"


def parsed(text: str) -> dict[str, Any]:
    """A TOML document. Raises ValueError with a message that may end in the place of the mistake."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _known(at: tuple[str, ...]) -> str:
    name = ".".join(at)
    if name not in KEYS or "." in at[-1]:
        near = [key for key in KEYS if key.startswith(f"{at[0]}.")] if len(at) > 1 else list(KEYS)
        raise unknown_key(at, near)
    return name


def _listed(names: Any) -> str:
    *most, last = (f"'{name}'" for name in names)
    return f"{', '.join(most)} and {last}"


def _text(file: Path) -> str:
    try:
        # It may be a pipe, as a shell makes one of `--config <(command)`.
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"{shown(file)}: {_lower(error.strerror or str(error))}") from error
    if len(data) > MAX_BYTES:
        raise ConfigError(f"{shown(file)}: larger than {MAX_BYTES // 1_000_000} MB, not read")
    try:
        # As parsers of TOML see them, line ends are \n.
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{shown(file)}:{line}: not valid UTF-8") from error


def _parsed(text: str, file: Path) -> dict[str, Any]:
    try:
        return parsed(text)
    except ValueError as error:
        message = str(error)
        where = _PLACE.search(message)
        line = int(where.group(1) or text.count("\n") + 1) if where else None
        told = message[: where.start()] if where else message
        where_told = shown(file) if line is None else f"{shown(file)}:{line}"
        raise ConfigError(f"{where_told}: not valid TOML: {_lower(told)}") from error


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
