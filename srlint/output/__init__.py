"""The formats of a report: one file each, and the table of their names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TextIO

from srlint.report import FileReport, Totals, View


class Output(Protocol):
    """A report in the making: one call for each document as it is done, one at the end."""

    def file(self, report: FileReport) -> None: ...

    def end(self, totals: Totals) -> None: ...


def _full(stream: TextIO, view: View) -> Output:
    from srlint.output.full import Full

    return Full(stream, view)


def _concise(stream: TextIO, view: View) -> Output:
    from srlint.output.concise import Concise

    return Concise(stream, view)


def _json(stream: TextIO, view: View) -> Output:
    from srlint.output.json import Json

    return Json(stream)


FORMATS: dict[str, Callable[[TextIO, View], Output]] = {"full": _full, "concise": _concise, "json": _json}
