"""`--statistics`: what was found, counted by category.

One line a category, the most frequent first: findings, their share of all of them, the category, `[*]` where the fix of
this view would rewrite some, in how many files, with how many rewrites, and what the category flags. A finding of
several categories counts for each of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import TextIO

from srlint.output import FORMATS
from srlint.output.rules import RULES
from srlint.output.terminal import Piece, printer
from srlint.report import FileReport, Totals, View, counted, summary


class Statistics:
    """Prints the table when the run is over: after the report in `inner`, one of `TEXT_FORMATS`, or on its own."""

    def __init__(self, stream: TextIO, view: View, inner: str | None = None) -> None:
        self._view = view
        # The line that sums up comes last, after the table.
        self._inner = FORMATS[inner](stream, replace(view, summary=False)) if inner else None
        self._print = printer(stream, view.color)
        self._findings: Counter[str] = Counter()
        self._files: Counter[str] = Counter()
        self._rewrites: Counter[tuple[str, str]] = Counter()
        self._applicable: set[str] = set()

    def file(self, report: FileReport) -> None:
        if self._inner:
            self._inner.file(report)
        for finding in report.review.findings:
            self._findings.update(finding.categories)
            if finding.rewrite is not None:
                self._rewrites.update((name, finding.rewrite.safety) for name in finding.categories)
            if self._view.applies(finding):
                self._applicable.update(finding.categories)
        self._files.update({name for finding in report.review.findings for name in finding.categories})

    def end(self, totals: Totals) -> None:
        if self._inner:
            self._inner.end(totals)
        for line in self._table(totals.remaining):
            self._print(line)
        if self._view.summary:
            self._print([(summary(totals, self._view), "place")])

    def _table(self, total: int) -> Iterator[list[Piece]]:
        rows = sorted(self._findings.items(), key=lambda row: (-row[1], row[0]))
        cells = [
            (str(count), f"{count / total:.0%}", name, counted(self._files[name], "file"), self._offer(name))
            for name, count in rows
        ]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        for count, share, name, files, offer in cells:
            tag = "[*]" if name in self._applicable else "   "
            yield [
                (f"{count:>{widths[0]}}  {share:>{widths[1]}}", "plain"),
                (f"  {name:{widths[2]}}", "category"),
                (f"  {tag}", "tag"),
                (f"  {files:>{widths[3]}}  {offer:{widths[4]}}", "plain"),
                (f"  {RULES[name].summary}", "faint"),
            ]

    def _offer(self, name: str) -> str:
        return f"{self._rewrites[name, 'safe']} safe, {self._rewrites[name, 'unsafe']} unsafe"
