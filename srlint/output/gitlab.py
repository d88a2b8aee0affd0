"""GitLab's Code Quality report: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format.

One JSON array; each entry has exactly the properties that GitLab reads. There are no columns, lines count from 1. Paths
must be relative to the repository: run from its root.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any, TextIO

from srlint.findings import Finding
from srlint.output.advice import sentence
from srlint.output.fingerprint import fingerprinted
from srlint.output.json import dumps
from srlint.output.levels import LEVELS
from srlint.report import FileReport, Totals, View


class GitLab:
    """For the artifact `reports: codequality:` of a job."""

    def __init__(self, stream: TextIO, view: View) -> None:
        self._stream = stream
        self._issues: list[dict[str, Any]] = []

    def file(self, report: FileReport) -> None:
        self._issues += [_issue(report, finding, mark) for finding, mark in fingerprinted(report)]

    def end(self, totals: Totals) -> None:
        print(dumps(self._issues, self._stream, indent=1), file=self._stream)


def _issue(report: FileReport, finding: Finding, fingerprint: str) -> dict[str, Any]:
    document = report.review.document
    lines = {
        "begin": document.position(finding.span.start).line,
        "end": document.position(finding.span.end).line,
    }
    # GitLab wants one that no other entry of the report has.
    unique = f"{report.name}\0{fingerprint}".encode("utf-8", "surrogatepass")
    return {
        "description": sentence(document, finding),
        "check_name": f"srlint.{finding.categories[0]}",
        "fingerprint": sha256(unique).hexdigest()[:32],
        "severity": LEVELS[finding.severity].gitlab,
        "location": {"path": report.name, "lines": lines},
    }
