"""reviewdog's `DiagnosticResult`, with each rewrite as a suggestion that a reviewer applies with one click.

See proto/rdf/reviewdog.proto of reviewdog. Lines and columns count from 1. Columns are BYTES of the line in UTF-8, ends
are exclusive. Only a line feed ends a line, and a byte order mark is part of the first one, because reviewdog cuts the
lines of a git diff at these columns. Paths must be relative to the repository: run from its root.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any, TextIO

from srlint.document import Document, Span
from srlint.output.advice import own_words
from srlint.output.concise import line_of
from srlint.output.escape import printable
from srlint.output.json import dumps
from srlint.output.levels import LEVELS
from srlint.report import FileReport, Totals, View


class RdJson:
    """For `reviewdog -f=rdjson`."""

    def __init__(self, stream: TextIO, view: View) -> None:
        self._stream = stream
        self._view = view
        self._diagnostics: list[dict[str, Any]] = []

    def file(self, report: FileReport) -> None:
        self._diagnostics += _diagnostics(report, self._view)

    def end(self, totals: Totals) -> None:
        result = {"source": {"name": "srlint"}, "diagnostics": self._diagnostics}
        if self._diagnostics:
            worst = "error" if totals.errors else "warning" if totals.warnings else "info"
            result["severity"] = LEVELS[worst].rdjson
        print(dumps(result, self._stream, indent=1), file=self._stream)


class _Bytes:
    """The places of a document as rdjson counts them."""

    def __init__(self, document: Document) -> None:
        self._text = document.text
        self._starts = [0, *(end.end() for end in re.finditer("\n", document.text))]
        self._mark = len(document.bom) if document.bom == codecs.BOM_UTF8 else 0

    def range(self, span: Span) -> dict[str, dict[str, int]]:
        """Where `span` starts, and where it ends, exclusive."""
        return {"start": self._position(span.start), "end": self._position(span.end)}

    def _position(self, offset: int) -> dict[str, int]:
        line = bisect_right(self._starts, offset)
        before = self._text[self._starts[line - 1] : offset].encode()
        return {"line": line, "column": len(before) + 1 + (self._mark if line == 1 else 0)}


def _diagnostics(report: FileReport, view: View) -> Iterator[dict[str, Any]]:
    document = report.review.document
    places = _Bytes(document)
    for finding in report.review.findings:
        where = places.range(finding.span)
        advice = own_words(document, finding)
        message = printable(finding.message)
        diagnostic: dict[str, Any] = {
            "message": f"{message}; {advice}" if advice else message,
            "location": {"path": report.name, "range": where},
            "severity": LEVELS[finding.severity].rdjson,
            "code": {"value": finding.categories[0]},
            "originalOutput": line_of(report, finding, view),
        }
        if finding.rewrite is not None:
            # The whole passage in one: two suggestions would be two choices, and half a rewrite is none.
            diagnostic["suggestions"] = [{"range": where, "text": finding.rewrite.text}]
        yield diagnostic
