"""Checkstyle's XML, which many build servers read: checkstyle-report-1.0.0.xsd of the Checkstyle project.

Lines and columns count from 1, columns in code points (a tab is one).
"""

from __future__ import annotations

from typing import TextIO

from srlint.output.advice import sentence
from srlint.output.levels import LEVELS
from srlint.output.xml import element, write
from srlint.report import FileReport, Totals, View, failures


class Checkstyle:
    """For Jenkins, SonarQube and their like."""

    def __init__(self, stream: TextIO, view: View) -> None:
        self._stream = stream
        self._root = element("checkstyle", {"version": "4.3"})

    def file(self, report: FileReport) -> None:
        if not report.review.findings:
            return
        document = report.review.document
        file = element("file", {"name": report.name})
        for finding in report.review.findings:
            position = document.position(finding.span.start)
            attributes: dict[str, str | int] = {
                "line": position.line,
                "column": position.column,
                "severity": LEVELS[finding.severity].checkstyle,
                "message": sentence(document, finding),
                "source": f"srlint.{finding.categories[0]}",
            }
            file.append(element("error", attributes))
        self._root.append(file)

    def end(self, totals: Totals) -> None:
        if totals.broken:
            self._root.append(element("exception", {}, failures(totals)))
        write(self._root, self._stream)
