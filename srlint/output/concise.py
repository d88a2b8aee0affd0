"""One line a finding: `path:line:column: categories probability message [tag]`."""

from __future__ import annotations

from typing import TextIO

from srlint.findings import Finding
from srlint.output.escape import printable, shown_name
from srlint.report import FileReport, Totals, View, summary


class Concise:
    """For logs, `grep`, and editors that read compiler messages. Columns count from 1 in code points."""

    def __init__(self, stream: TextIO, view: View) -> None:
        self._stream = stream
        self._view = view

    def file(self, report: FileReport) -> None:
        for finding in report.review.findings:
            print(line_of(report, finding, self._view), file=self._stream)

    def end(self, totals: Totals) -> None:
        if self._view.summary:
            print(summary(totals, self._view), file=self._stream)


def line_of(report: FileReport, finding: Finding, view: View) -> str:
    """The finding on one line, harmless in a terminal and in the log of a workflow."""
    categories = ", ".join(finding.categories)
    line = f"{place_of(report, finding)}: {categories} {finding.probability:.2f} {printable(finding.message)}"
    tag = tag_of(finding, view)
    return f"{line} [{tag}]" if tag else line


def place_of(report: FileReport, finding: Finding) -> str:
    """`path:line:column`, counted from 1 in code points."""
    position = report.review.document.position(finding.span.start)
    return f"{shown_name(report.name)}:{position.line}:{position.column}"


def tag_of(finding: Finding, view: View) -> str:
    """`*` where the fix that goes with this view rewrites the passage, `unsafe` where it needs one option more."""
    if finding.rewrite is None:
        return ""
    return "*" if view.applies(finding) else "unsafe"
