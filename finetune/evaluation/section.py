"""What a benchmark comes to: tables to read, figures for machines, and what is worth a plot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# Stands in a cell for what could not be measured here, for want of a model. Never a number. A cell that is None has
# nothing to take a share of.
NOT_MEASURED = "not measured"

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Table:
    """`columns[0]` names the rows. `shares` are columns of figures between 0 and 1, shown as per cent."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    shares: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Distribution:
    """Values of each system for a histogram, in `unit`."""

    title: str
    unit: str
    values: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Bars:
    """A value per group (inner key) for each system (outer key), in `unit`; None where there is none."""

    title: str
    unit: str
    values: Mapping[str, Mapping[str, float | None]]


@dataclass(frozen=True, slots=True)
class Scatter:
    """One point for each system."""

    title: str
    x: str
    y: str
    points: Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Section:
    """One benchmark. `figures` is all that the tables were made of, ready for JSON."""

    name: str
    title: str
    tables: tuple[Table, ...]
    figures: Mapping[str, Any]
    plots: tuple[Distribution | Bars | Scatter, ...] = field(default=())
    notes: tuple[str, ...] = ()
