"""From a data file to its records: which columns there are, and what stands in each row.

JSON Lines, JSON (a list of objects), CSV (commas, a header) and Parquet. All text is UTF-8, with or without a BOM.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from srlint.errors import ConfigError

SUFFIXES = (".jsonl", ".json", ".csv", ".parquet")

_KINDS = (
    (bool, "true or false"),
    ((int, float), "a number"),
    (str, "text"),
    (list, "a list"),
    (dict, "an object"),
    (type(None), "null"),
)


@dataclass(frozen=True, slots=True)
class Records:
    """`columns` are those of the header, of the Parquet schema or of the first object, which stands in row `first`.

    `rows` pairs each record with where it begins: the line of JSON Lines and CSV, the 1-based count of the others.
    """

    columns: tuple[str, ...]
    first: int
    rows: list[tuple[int, dict[str, Any]]]


def read(path: Path, name: str, wanted: frozenset[str]) -> Records:
    """All records of a file; of Parquet only the `wanted` columns are read.

    Raises ConfigError naming the file (as `name`) and the row where the file is not what its suffix says.
    """
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        return _parquet(path, name, wanted)
    text = _text(path, name)
    if suffix == ".csv":
        return _csv(text, name)
    rows = list(_json_list(text, name) if suffix == ".json" and text.lstrip()[:1] == "[" else _json_lines(text, name))
    return Records(tuple(rows[0][1]), rows[0][0], rows) if rows else Records((), 1, [])


def kind(value: Any) -> str:
    """What a value of the wrong type is called in an error."""
    return next((word for types, word in _KINDS if isinstance(value, types)), type(value).__name__)


def _text(path: Path, name: str) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{name}: {error.strerror or error}") from error
    try:
        return content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{name}:{line}: not UTF-8: byte 0x{content[error.start]:02x}") from error


def _json_lines(text: str, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    # Not str.splitlines: JSON strings may hold the other characters that it takes for line breaks.
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield number, _object(_parsed(line, name, number), name, number)


def _json_list(text: str, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, value in enumerate(_parsed(text, name, 1), 1):
        yield number, _object(value, name, number)


def _parsed(text: str, name: str, line: int) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        where = f"{name}:{line + error.lineno - 1}"
        raise ConfigError(f"{where}: not JSON: {error.msg} (character {error.colno})") from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{name}:{line}: not JSON that can be read: {error}") from error


def _object(value: Any, name: str, row: int) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ConfigError(f"{name}:{row}: is {kind(value)}, not an object with columns")
    return value


def _csv(text: str, name: str) -> Records:
    lines = _csv_lines(text, name)
    first, header = next(lines, (1, []))
    header = [" ".join(cell.split()) for cell in header]
    if twice := [cell for cell in header if header.count(cell) > 1]:
        raise ConfigError(f"{name}:{first}: column {twice[0]}: the header names it twice")
    rows = []
    for line, cells in lines:
        if len(cells) != len(header):
            column = header[min(len(cells), len(header) - 1)]
            raise ConfigError(
                f"{name}:{line}: column {column}: the row has {len(cells)} cells, the header {len(header)} "
                "(a cell with a comma or a quotation mark needs quotes)"
            )
        rows.append((line, dict(zip(header, cells, strict=True))))
    return Records(tuple(header), first, rows)


def _csv_lines(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not blank, with the line it begins on."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise ConfigError(f"{name}:{line}: not CSV: {error}") from error
        if cells:
            yield line, cells


def _parquet(path: Path, name: str, wanted: frozenset[str]) -> Records:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise ConfigError(f"{name}: Parquet needs pyarrow: pip install pyarrow") from error
    try:
        with parquet.ParquetFile(path) as file:
            columns = tuple(file.schema_arrow.names)
            table = file.read([column for column in columns if column in wanted])
    except (pyarrow.ArrowException, OSError, UnicodeDecodeError) as error:
        said = str(error).strip().partition("\n")[0]
        raise ConfigError(f"{name}: not a Parquet file, or a damaged one: {said}") from error
    if twice := [column for column in table.column_names if columns.count(column) > 1]:
        raise ConfigError(f"{name}:1: column {twice[0]}: the schema names it twice")
    values = {column: _values(table[column], column, name) for column in table.column_names}
    rows = [(at + 1, {column: cells[at] for column, cells in values.items()}) for at in range(table.num_rows)]
    return Records(columns, 1, rows)


def _values(cells: Any, column: str, name: str) -> list[Any]:
    found = []
    for row, cell in enumerate(cells, 1):
        try:
            found.append(cell.as_py())
        except UnicodeDecodeError as error:
            raise ConfigError(f"{name}:{row}: column {column}: not UTF-8") from error
    return found
