"""One JSON array of findings for other programs. Offsets are code points of the document, `end` exclusive; lines and
columns count from 1, columns in code points."""

from __future__ import annotations

import json
import re
from typing import Any, TextIO

from srlint.document import Document, Span
from srlint.findings import Finding
from srlint.report import FileReport, Totals, View

# What a log would take for a command, see `escape`. In JSON it can only stand inside a string.
_COMMAND = re.compile(r"##(?=\w*\[)")


class Json:
    """Prints when the run is over, so that what is printed is always a whole array."""

    def __init__(self, stream: TextIO, view: View) -> None:
        self._stream = stream
        self._rows: list[str] = []

    def file(self, report: FileReport) -> None:
        for finding in report.review.findings:
            row = as_object(report.name, report.review.document, finding)
            self._rows.append(dumps(row, self._stream))

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
        "severity": finding.severity,
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


def dumps(value: Any, stream: TextIO, indent: int | None = None) -> str:
    """`value` as JSON that is safe in a terminal, in a log and on `stream`.

    Letters are kept where the stream is UTF-8. Characters that cannot be seen are escaped: halves of surrogate pairs in
    file names, which UTF-8 cannot hold; direction marks; line separators, at which some readers end a line.
    """
    if not _holds_utf8(stream):
        text = json.dumps(value, indent=indent)
    else:
        text = json.dumps(value, ensure_ascii=False, indent=indent)
        text = "".join(char if char.isprintable() or char == "\n" else json.dumps(char)[1:-1] for char in text)
    return _COMMAND.sub(r"#\\u0023", text)


def _holds_utf8(stream: TextIO) -> bool:
    # A stream without an encoding is in memory, and written to its file as UTF-8.
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return encoding.lower().replace("-", "").replace("_", "") == "utf8"


def _span(span: Span) -> dict[str, int]:
    return {"start": span.start, "end": span.end}
