"""A report to read (report.md, with plots beside it) and the same for machines (report.json).

The same sections give the same bytes: there is no time of day in it, and what a run hangs on stands in `made`.
"""

from __future__ import annotations

import json
import math
import os
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

from finetune.evaluation import plots
from finetune.evaluation.section import Cell, Section, Table
from srlint.errors import ConfigError

NONE = "–"
PLOTS = "plots"
# Significant ones: enough to compare runs, and few enough that another machine's rounding changes next to no byte.
_DIGITS = 6

# A list of nothing but numbers, one a line. No text looks so: in it a line end is "\\n".
_NUMBERS = re.compile(r"\[\n\s*((?:-?[\d.e+-]+,?\s+|null,?\s+)+)\]")
_ESCAPED = re.compile(r"[\\`*\[\]<>|~&$]|(?<![^\W_])_|_(?![^\W_])")


def write(folder: Path, sections: Sequence[Section], made: Mapping[str, Any]) -> list[str]:
    """Writes report.md, report.json and the plots into `folder`, which is made. Returns their names, relative to it.

    `made`: versions, digests, settings, hardware. Each file comes into being whole or not at all. Raises ConfigError
    for a folder that cannot be written, ValueError for two sections of one name.
    """
    if len({section.name for section in sections}) < len(sections):
        raise ValueError("two sections have the same name")
    pictures = plots.drawn(sections) if plots.available() else {}
    files = {f"{PLOTS}/{name}": data for name, data in pictures.items()}
    files["report.json"] = as_json(sections, made).encode()
    files["report.md"] = markdown(sections, made, plots.available()).encode()
    for name, data in files.items():
        _put(folder / name, data)
    return list(files)


def markdown(sections: Sequence[Section], made: Mapping[str, Any], with_plots: bool) -> str:
    """The report to read. Texts of sections and notes are Markdown; names and cells are plain text."""
    parts = ["# Evaluation"]
    if not with_plots and any(section.plots for section in sections):
        parts.append("There are no plots: matplotlib is not installed.")
    for section in sections:
        parts.append(f"## {_escaped(section.title)}")
        parts += map(_one_line, section.notes)
        for table in section.tables:
            parts += [f"### {_escaped(table.title)}", grid(table)]
            parts += [_one_line(table.note)] if table.note else []
        if with_plots:
            parts += [
                f"![{_escaped(plot.title)}]({PLOTS}/{name})"
                for name, plot in zip(plots.names(section), section.plots, strict=True)
            ]
    parts.append("## How this was made")
    parts.append("\n".join(f"- {_escaped(key)}: {_escaped(_told(value))}" for key, value in _flat(made)))
    return "\n\n".join(part for part in parts if part) + "\n"


def as_json(sections: Sequence[Section], made: Mapping[str, Any]) -> str:
    """All figures, rounded to six significant digits. What is no number (NaN) is null."""
    found = {
        "made": made,
        "sections": {
            section.name: {
                "title": section.title,
                "figures": section.figures,
                "notes": section.notes,
                "plots": [f"{PLOTS}/{name}" for name in plots.names(section)] if plots.available() else [],
            }
            for section in sections
        },
    }
    told = json.dumps(_plain(found), indent=1, ensure_ascii=False, allow_nan=False)
    return _NUMBERS.sub(lambda found: "[" + " ".join(found[1].split()) + "]", told) + "\n"


def grid(table: Table) -> str:
    """A Markdown table with its pipes in line: names to the left, figures to the right."""
    head = [_escaped(column) for column in table.columns]
    rows = [
        [_escaped(cell(value, column in table.shares)) for column, value in zip(table.columns, row, strict=True)]
        for row in table.rows
    ]
    widths = [max(3, *(len(row[at]) for row in (head, *rows))) for at in range(len(head))]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join(_line(row, widths) for row in (head, rule, *rows))


def cell(value: Cell, share: bool = False) -> str:
    """A cell as it is shown. A text stays as it is, in a column of shares too: "not measured" is no number."""
    if isinstance(value, str):
        return value
    if value is None or not math.isfinite(value):
        return NONE
    if share:
        return f"{round(100 * value, 1) + 0.0:.1f} %"
    if isinstance(value, int):
        return str(value)
    if value and abs(value) < 0.001:
        return f"{value:.1e}"
    return f"{value:.1f}" if abs(value) >= 100 else f"{value:.3f}"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = cells
    shown = [first.ljust(widths[0]), *(one.rjust(width) for one, width in zip(rest, widths[1:], strict=True))]
    return f"| {' | '.join(shown)} |"


def _escaped(text: str) -> str:
    """Plain text in Markdown, on one line."""
    return _ESCAPED.sub(r"\\\g<0>", _one_line(text))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _told(value: Any) -> str:
    return NONE if value is None else str(value)


def _flat(values: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in _plain(values).items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{key}, ")
        else:
            yield f"{before}{key}", ", ".join(map(_told, value)) if isinstance(value, list) else value


def _plain(value: Any) -> Any:
    """What JSON can hold: mappings with text keys, lists, numbers that are numbers."""
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(own) for key, own in value.items()}
    if isinstance(value, set | frozenset):
        return [_plain(own) for own in sorted(value, key=str)]
    if isinstance(value, list | tuple):
        return [_plain(own) for own in value]
    if isinstance(value, float):
        return float(f"{value:.{_DIGITS}g}") if math.isfinite(value) else None
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def _put(path: Path, data: bytes) -> None:
    """Replaces a file by a whole one. Raises ConfigError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            os.chmod(draft, 0o644)
            os.replace(draft, path)
        except BaseException:
            os.unlink(draft)
            raise
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror or error}") from error
