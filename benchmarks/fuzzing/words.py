"""Passages: disguised words, quotations, guards, listed terms, tokens; and what git says of a work tree.

No passage is longer than `MAX_LENGTH`: longer ones are skipped before any of these sees them.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from benchmarks.fuzzing.target import Run, decoded, demand
from srlint.document import Span
from srlint.passages import MAX_LENGTH


def disguises(folder: Path) -> Run:
    """The plain reading of disguised words: each of its characters is written somewhere."""
    from srlint.disguise import plain_reading

    def run(data: bytes) -> None:
        text = decoded(data)[:MAX_LENGTH]
        reading = plain_reading(text)
        if reading is None:
            return
        demand(len(reading.text) == len(reading.places), "a reading of another length than its places")
        demand(list(reading.places) == sorted(reading.places), "places out of order")
        for at in range(0, len(reading.text), 1 + len(reading.text) // 8):
            written = reading.written(Span(at, len(reading.text)))
            demand(written.start < written.end <= len(text), "a word that is written nowhere")

    return run


def quotations(folder: Path) -> Run:
    """Quotations, names, mentions and code in a sentence."""
    from srlint import quotations as reader
    from srlint import usage
    from srlint.context import context

    def run(data: bytes) -> None:
        text = decoded(data)[:MAX_LENGTH]
        for span in (*reader.reported(text), *(Span(*place) for place in usage.quoted(text))):
            demand(span.end <= len(text), "a quotation outside the text")
        demand(len(reader.unquoted(text)) == len(text), "places that move when quotation marks go")
        context(text)
        usage.names_person(text)
        usage.has_name(text)
        if text:
            half = len(text) // 2
            usage.in_code(text, half, half + 1)
            usage.in_name(text, half, half + 1, proper=False, title=True)
            usage.is_mentioned(text, half, half + 1)

    return run


def guards(folder: Path) -> Run:
    """The checks on a rewrite. The first line is the passage, the rest what a model made of it."""
    from srlint.guards import concerns

    def run(data: bytes) -> None:
        old, _, new = decoded(data)[:MAX_LENGTH].partition("\n")
        concerns(old, new, (Span(0, len(old) // 2),))
        concerns(new, old)

    return run


def found_terms(folder: Path) -> Run:
    """The shipped terms in a sentence, and the sentence with their replacements."""
    from srlint.terms import TermList

    terms = TermList.default()

    def run(data: bytes) -> None:
        text = decoded(data)[:MAX_LENGTH]
        found = terms.find(text)
        for match in found:
            demand(match.span.start < match.span.end <= len(text), "a term outside the text")
        terms.rewrite(text, found)

    return run


def tokens(folder: Path) -> Run:
    """The detector's tokens: each stands for a stretch of the text."""
    from srlint.detector import marks
    from srlint.tokens import cut, shipped_tokenizer

    tokenizer = shipped_tokenizer()

    def run(data: bytes) -> None:
        text, _, before = decoded(data)[:MAX_LENGTH].partition("\n")
        (found,) = cut(tokenizer, [(text, before)])
        encoded = found.encoded
        demand(len(encoded.ids) == len(encoded.segments) == len(encoded.spans), "tokens without a place")
        inside = [span for span in encoded.spans if span is not None]
        demand(all(span.end <= len(text) for span in inside), "a token outside the text")
        scores = [float(number % 3 == 0) for number in range(len(encoded.spans))]
        for mark in marks(text, encoded.spans, scores, 0.5):
            demand(mark.end <= len(text), "a mark outside the text")

    return run


class _Said:
    """In the place of git: it answers with pieces of the input."""

    def __init__(self, data: bytes) -> None:
        self._pieces = data.split(b"\n----\n")
        self._at = 0

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        piece = self._pieces[self._at % len(self._pieces)]
        self._at += 1
        if arguments[0] == "rev-parse":  # it prints C strings
            piece = piece.replace(b"\0", b"")
        return subprocess.CompletedProcess(arguments, int(piece[:1] == b"!"), piece, piece)


def git(folder: Path) -> Run:
    """What git says: names of changed, new and renamed files, and what was in one."""
    from srlint.changed import Changes

    def run(data: bytes) -> None:
        said = _Said(data)

        class Fed(Changes):
            def _run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
                return said(*arguments)

        changes = Fed("HEAD", folder)
        paths: Sequence[Path] = (folder / "a.md", folder / "docs" / "é.md")
        for path in paths:
            if changes.touches(path):
                changes.before(path)

    return run
