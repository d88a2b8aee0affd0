"""JUnit's XML, as Jenkins and GitLab read it: a suite for each file, in it a failed case for each finding, or one case
that passed where there is none.

Lines and columns count from 1, columns in code points. The severity is the `type` of a failure; JUnit knows no level
below failure.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO
from xml.etree.ElementTree import Element

from srlint.findings import Finding
from srlint.output.advice import sentence
from srlint.output.xml import element, write
from srlint.report import FileReport, Totals, View, failures


class JUnit:
    """For test reports of build servers."""

    def __init__(self, stream: TextIO, view: View) -> None:
        self._stream = stream
        self._suites: list[Element] = []

    def file(self, report: FileReport) -> None:
        self._suites.append(_suite(report.name, list(_cases(report)), failures=len(report.review.findings)))

    def end(self, totals: Totals) -> None:
        if totals.broken:
            # Silence about these paths would look like a pass.
            what = "paths that could not be checked" if totals.failed else "servers that failed"
            case = element("testcase", {"name": what, "classname": "srlint"})
            case.append(element("error", {"message": failures(totals), "type": "error"}))
            self._suites.append(_suite("srlint", [case], errors=1))
        counts = ("tests", "failures", "errors")
        sums = {name: sum(int(suite.attrib[name]) for suite in self._suites) for name in counts}
        root = element("testsuites", {"name": "srlint", **sums})
        root.extend(self._suites)
        write(root, self._stream)


def _suite(name: str, cases: list[Element], failures: int = 0, errors: int = 0) -> Element:
    suite = element("testsuite", {"name": name, "tests": len(cases), "failures": failures, "errors": errors})
    suite.extend(cases)
    return suite


def _cases(report: FileReport) -> Iterator[Element]:
    if not report.review.findings:
        yield element("testcase", {"name": "nothing to report", "classname": report.name, "file": report.name})
    for finding in report.review.findings:
        yield _failed(report, finding)


def _failed(report: FileReport, finding: Finding) -> Element:
    document = report.review.document
    position = document.position(finding.span.start)
    attributes: dict[str, str | int] = {
        "name": f"{position.line}:{position.column} {', '.join(finding.categories)}",
        "classname": report.name,
        "file": report.name,
        "line": position.line,
    }
    said = sentence(document, finding)
    case = element("testcase", attributes)
    text = f"line {position.line}, column {position.column}: {said}"
    case.append(element("failure", {"message": said, "type": finding.severity}, text))
    return case
