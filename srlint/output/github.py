"""Workflow commands: GitHub shows each as an annotation in the files of a pull request.

Form and escapes: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands and the runner's own
parser (actions/runner, ActionCommand.cs). Lines and columns count from 1, columns in code points, `endColumn` is the
column after the last character; columns are left out where a passage runs over several lines, since GitHub refuses them
there. Paths must be relative to the repository: run from its root.

GitHub shows 10 annotations of each level for a step, so each message also says its place: the log has them all.
"""

from __future__ import annotations

from collections import Counter
from typing import TextIO

from srlint.findings import Finding
from srlint.output.advice import sentence
from srlint.output.concise import place_of
from srlint.output.escape import spelt
from srlint.output.levels import LEVELS
from srlint.report import FileReport, Totals, View, summary

# https://docs.github.com/rest/checks/runs: "10 warning annotations and 10 error annotations per step".
MAX_SHOWN = 10
_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = _DATA | str.maketrans({":": "%3A", ",": "%2C"})


class GitHub:
    """For a step of a GitHub workflow."""

    def __init__(self, stream: TextIO, view: View) -> None:
        self._stream = stream
        self._view = view
        self._printed: Counter[str] = Counter()

    def file(self, report: FileReport) -> None:
        for finding in report.review.findings:
            print(command(report, finding), file=self._stream)
            self._printed[LEVELS[finding.severity].github] += 1

    def end(self, totals: Totals) -> None:
        if max(self._printed.values(), default=0) > MAX_SHOWN:
            message = (
                f"GitHub shows {MAX_SHOWN} annotations of each level for a step;"
                f" the log has all {sum(self._printed.values())}."
            )
            print(f"::notice title=srlint::{message}", file=self._stream)
        if self._view.summary:
            print(summary(totals, self._view), file=self._stream)


def command(report: FileReport, finding: Finding) -> str:
    """`::level file=…,line=…::message` on one line."""
    document = report.review.document
    start, end = document.position(finding.span.start), document.position(finding.span.end)
    categories = ", ".join(finding.categories)
    properties: dict[str, str | int] = {"file": spelt(report.name, keep="\r\n\t"), "line": start.line}
    if start.line == end.line:
        properties |= {"col": start.column}
    properties |= {"endLine": end.line}
    if start.line == end.line:
        properties |= {"endColumn": end.column}
    properties |= {"title": f"srlint: {categories}"}
    listed = ",".join(f"{key}={str(value).translate(_PROPERTY)}" for key, value in properties.items())
    message = f"{place_of(report, finding)}: {categories}: {sentence(document, finding)}"
    return f"::{LEVELS[finding.severity].github} {listed}::{message.translate(_DATA)}"
