"""The formats of a report: one file each, and the table of their names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TextIO

from srlint.report import FileReport, Totals, View


class Output(Protocol):
    """A report in the making: one call for each document as it is done, one at the end."""

    def file(self, report: FileReport) -> None: ...

    def end(self, totals: Totals) -> None: ...


# Each format is imported when it is asked for: a run needs one of them.


def _full(stream: TextIO, view: View) -> Output:
    from srlint.output.full import Full

    return Full(stream, view)


def _concise(stream: TextIO, view: View) -> Output:
    from srlint.output.concise import Concise

    return Concise(stream, view)


def _grouped(stream: TextIO, view: View) -> Output:
    from srlint.output.grouped import Grouped

    return Grouped(stream, view)


def _json(stream: TextIO, view: View) -> Output:
    from srlint.output.json import Json

    return Json(stream, view)


def _jsonl(stream: TextIO, view: View) -> Output:
    from srlint.output.jsonl import JsonLines

    return JsonLines(stream, view)


def _sarif(stream: TextIO, view: View) -> Output:
    from srlint.output.sarif import Sarif

    return Sarif(stream, view)


def _github(stream: TextIO, view: View) -> Output:
    from srlint.output.github import GitHub

    return GitHub(stream, view)


def _gitlab(stream: TextIO, view: View) -> Output:
    from srlint.output.gitlab import GitLab

    return GitLab(stream, view)


def _junit(stream: TextIO, view: View) -> Output:
    from srlint.output.junit import JUnit

    return JUnit(stream, view)


def _rdjson(stream: TextIO, view: View) -> Output:
    from srlint.output.rdjson import RdJson

    return RdJson(stream, view)


def _checkstyle(stream: TextIO, view: View) -> Output:
    from srlint.output.checkstyle import Checkstyle

    return Checkstyle(stream, view)


FORMATS: dict[str, Callable[[TextIO, View], Output]] = {
    "full": _full,
    "concise": _concise,
    "grouped": _grouped,
    "json": _json,
    "jsonl": _jsonl,
    "sarif": _sarif,
    "github": _github,
    "gitlab": _gitlab,
    "junit": _junit,
    "rdjson": _rdjson,
    "checkstyle": _checkstyle,
}

# Those that people read, after which there is room for a table of statistics.
TEXT_FORMATS = ("full", "concise", "grouped")
