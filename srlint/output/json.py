"""One JSON array of findings for other programs. Offsets are code points of the document, `end` exclusive."""

from __future__ import annotations

import json
from typing import Any, TextIO

from srlint.document import Document, Span
from srlint.findings import Finding
from srlint.report import FileReport, Totals


class Json:
    """Prints when the run is over, so that what is printed is always a whole array."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._rows: list[str] = []

    def file(self, report: FileReport) -> None:
        for finding in report.review.findings:
            row = as_object(report.name, report.review.document, finding)
            # A file name that is not valid Unicode is written with JSON's own escapes, which are spelt the same.
            self._rows.append(json.dumps(row, ensure_ascii=False).encode("utf-8", "backslashreplace").decode("utf-8"))

    def end(self, totals: Totals) -> None:
        body = ",\n ".join(self._rows)
        print(f"[{body}]", file=self._stream)


def as_object(name: str, document: Document, finding: Finding) -> dict[str, Any]:
    """The finding as documented for `--output-format json`."""
    start, end = document.position(finding.span.start), document.position(finding.span.end)
    rewrite = finding.rewrite
    return {
        "file": name,
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
        **_span(finding.span),
        "text": document.text[finding.span.start : finding.span.end],
        "categories": list(finding.categories),
        "probability": round(finding.probability, 4),
        "marks": [{**_span(mark), "text": document.text[mark.start : mark.end]} for mark in finding.marks],
        "message": finding.message,
        "rewrite": rewrite
        and {
            "text": rewrite.text,
            "safety": rewrite.safety,
            "edits": [{**_span(edit.span), "text": edit.text} for edit in rewrite.edits],
        },
    }


def _span(span: Span) -> dict[str, int]:
    return {"start": span.start, "end": span.end}
