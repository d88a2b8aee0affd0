"""The report for people: the place, the passage with its rewrite inside it, and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from srlint.findings import Finding
from srlint.output.concise import place_of, tag_of
from srlint.output.escape import printable
from srlint.report import FileReport, Totals, View, summary

# A stretch of a line and what it is; `_STYLES` gives the looks with colour, `_SIGNS` what stands around it without.
Piece = tuple[str, str]
_STYLES = {
    "plain": "",
    "place": "bold",
    "category": "magenta",
    "faint": "dim",
    "mark": "underline yellow",
    "removed": "strike red",
    "added": "green",
    "tag": "cyan",
}
_SIGNS = {"removed": ("[-", "-]"), "added": ("{+", "+}")}


class Full:
    """The default format. With colour through `rich`, without it as plain text that says the same."""

    def __init__(self, stream: TextIO, view: View) -> None:
        self._stream = stream
        self._view = view
        self._print = _in_color(stream) if view.color else self._plainly

    def file(self, report: FileReport) -> None:
        for finding in report.review.findings:
            for line in lines(report, finding, self._view):
                self._print(line)
            self._print([])

    def end(self, totals: Totals) -> None:
        if self._view.summary:
            self._print([(summary(totals, self._view), "place")])

    def _plainly(self, line: list[Piece]) -> None:
        print("".join(_signed(text, kind) for text, kind in line), file=self._stream)


def lines(report: FileReport, finding: Finding, view: View) -> Iterator[list[Piece]]:
    """The lines for one finding."""
    head: list[Piece] = [
        (place_of(report, finding), "place"),
        ("  " + ", ".join(finding.categories), "category"),
        (f"  {finding.probability:.2f}", "plain"),
    ]
    tag = tag_of(finding, view)
    yield [*head, (f"  [{tag}]", "tag")] if tag else head
    yield [("  ", "plain"), *_passage(report.review.document.text, finding)]
    yield [(f"  why: {printable(finding.message)}", "faint")]
    if finding.rewrite is None:
        yield [(f"  no rewrite: put it in your own words{_at_fault(report.review.document.text, finding)}", "faint")]


def _passage(text: str, finding: Finding) -> Iterator[Piece]:
    """The passage as it stands, with its edits in place or, where no rewrite is offered, with the words at fault."""
    if finding.rewrite is None:
        changes = [(mark, text[mark.start : mark.end], "mark", "") for mark in finding.marks]
    else:
        changes = [
            (edit.span, text[edit.span.start : edit.span.end], "removed", edit.text) for edit in finding.rewrite.edits
        ]
    at = finding.span.start
    for span, old, kind, new in sorted(changes):
        yield from _piece(text[at : span.start], "plain")
        yield from _piece(old, kind)
        yield from _piece(new, "added")
        at = max(at, span.end)
    yield from _piece(text[at : finding.span.end], "plain")


def _at_fault(text: str, finding: Finding) -> str:
    words = dict.fromkeys(printable(text[mark.start : mark.end]) for mark in finding.marks)
    return f" ({', '.join(words)})" if words else ""


def _piece(text: str, kind: str) -> Iterator[Piece]:
    if text:
        yield printable(text), kind


def _signed(text: str, kind: str) -> str:
    before, after = _SIGNS.get(kind, ("", ""))
    return f"{before}{text}{after}"


def _in_color(stream: TextIO):
    from rich.console import Console
    from rich.text import Text

    console = Console(
        file=stream, force_terminal=True, color_system="standard", no_color=False, highlight=False, soft_wrap=True
    )

    def write(line: list[Piece]) -> None:
        console.print(Text.assemble(*((text, _STYLES[kind]) for text, kind in line)), markup=False, emoji=False)

    return write
