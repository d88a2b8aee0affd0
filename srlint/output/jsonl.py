"""One JSON object a line, as soon as a document is done. The objects are those of the `json` format.

Offsets, lines and columns: code points. See https://jsonlines.org.
"""

from __future__ import annotations

from typing import TextIO

from srlint.output.json import as_object, dumps
from srlint.report import FileReport, Totals, View


class JsonLines:
    """For pipes."""

    def __init__(self, stream: TextIO, view: View) -> None:
        self._stream = stream

    def file(self, report: FileReport) -> None:
        for finding in report.review.findings:
            print(dumps(as_object(report.name, report.review.document, finding), self._stream), file=self._stream)

    def end(self, totals: Totals) -> None:
        return None
