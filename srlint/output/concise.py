"""One line a finding: `path:line:column: categories probability message [tag]`."""

from __future__ import annotations

from typing import TextIO

from srlint.findings import Finding
from srlint.output.escape import printable
from srlint.report import FileReport, Totals, View, summary


class Concise:
    """For logs, `grep`, and editors that read compiler messages."""

    def __init__(self, stream: TextIO, view: View) -> None:
        self._stream = stream
        self._view = view

    def file(self, report: FileReport) -> None:
        for finding in report.review.findings:
            place = place_of(report, finding)
            categories = ", ".join(finding.categories)
            line = f"{place}: {categories} {finding.probability:.2f} {printable(finding.message)}"
            tag = tag_of(finding, self._view)
            print(f"{line} [{tag}]" if tag else line, file=self._stream)

    def end(self, totals: Totals) -> None:
        if self._view.summary:
            print(summary(totals, self._view), file=self._stream)


def place_of(report: FileReport, finding: Finding) -> str:
    """`path:line:column`, counted from 1 in code points."""
    position = report.review.document.position(finding.span.start)
    return f"{printable(report.name)}:{position.line}:{position.column}"


def tag_of(finding: Finding, view: View) -> str:
    """`*` where the fix that goes with this view rewrites the passage, `unsafe` where it needs one option more."""
    if finding.rewrite is None:
        return ""
    return "*" if view.applies(finding) else "unsafe"
