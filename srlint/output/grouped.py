"""The findings of each file under its name, one line a finding: `line:column  categories  probability  message [tag]`.

Lines and columns count from 1, columns in code points.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from srlint.output.concise import tag_of
from srlint.output.escape import printable, shown_name
from srlint.output.terminal import Piece, printer
from srlint.report import FileReport, Totals, View, summary


class Grouped:
    """For reading one file after the other."""

    def __init__(self, stream: TextIO, view: View) -> None:
        self._view = view
        self._print = printer(stream, view.color)

    def file(self, report: FileReport) -> None:
        if not report.review.findings:
            return
        self._print([(f"{shown_name(report.name)}:", "place")])
        for line in _lines(report, self._view):
            self._print(line)
        self._print([])

    def end(self, totals: Totals) -> None:
        if self._view.summary:
            self._print([(summary(totals, self._view), "place")])


def _lines(report: FileReport, view: View) -> Iterator[list[Piece]]:
    findings = report.review.findings
    positions = [report.review.document.position(finding.span.start) for finding in findings]
    places = [f"{position.line}:{position.column}" for position in positions]
    categories = [", ".join(finding.categories) for finding in findings]
    wide, broad = max(map(len, places)), max(map(len, categories))
    for finding, place, names in zip(findings, places, categories, strict=True):
        tag = tag_of(finding, view)
        yield [
            (f"  {place:>{wide}}", "plain"),
            (f"  {names:{broad}}", "category"),
            (f"  {finding.probability:.2f}  {printable(finding.message)}", "plain"),
            *([(f" [{tag}]", "tag")] if tag else []),
        ]
