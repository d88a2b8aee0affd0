"""The report for people: the place, the passage with its rewrite inside it, and why.

Lines and columns count from 1, columns in code points.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from srlint.findings import Finding
from srlint.output.advice import own_words
from srlint.output.concise import place_of, tag_of
from srlint.output.escape import printable
from srlint.output.terminal import Piece, piece, printer
from srlint.report import FileReport, Totals, View, summary


class Full:
    """The default format."""

    def __init__(self, stream: TextIO, view: View) -> None:
        self._view = view
        self._print = printer(stream, view.color)

    def file(self, report: FileReport) -> None:
        for finding in report.review.findings:
            for line in lines(report, finding, self._view):
                self._print(line)
            self._print([])

    def end(self, totals: Totals) -> None:
        if self._view.summary:
            self._print([(summary(totals, self._view), "place")])


def lines(report: FileReport, finding: Finding, view: View) -> Iterator[list[Piece]]:
    """The lines for one finding."""
    head: list[Piece] = [
        (place_of(report, finding), "place"),
        ("  " + ", ".join(finding.categories), "category"),
        (f"  {finding.probability:.2f}", "plain"),
    ]
    tag = tag_of(finding, view)
    yield [*head, (f"  [{tag}]", "tag")] if tag else head
    yield [("  ", "plain"), *passage(report.review.document.text, finding)]
    yield [(f"  why: {printable(finding.message)}", "faint")]
    advice = own_words(report.review.document, finding)
    if advice:
        yield [(f"  {advice}", "faint")]


def passage(text: str, finding: Finding) -> Iterator[Piece]:
    """The passage as it stands, with its edits in place or, where no rewrite is offered, with the words at fault."""
    if finding.rewrite is None:
        changes = [(mark, text[mark.start : mark.end], "mark", "") for mark in finding.marks]
    else:
        changes = [
            (edit.span, text[edit.span.start : edit.span.end], "removed", edit.text) for edit in finding.rewrite.edits
        ]
    at = finding.span.start
    for span, old, kind, new in sorted(changes):
        yield from piece(text[at : span.start], "plain")
        yield from piece(old, kind)
        yield from piece(new, "added")
        at = max(at, span.end)
    yield from piece(text[at : finding.span.end], "plain")
