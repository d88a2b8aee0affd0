"""Documents: what each format makes of a text, the sentences in it, directives in its comments, and edits."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from zlib import crc32

from benchmarks.fuzzing.target import Run, decoded, demand
from srlint.document import Comment, Document, Span
from srlint.findings import Finding, Review
from srlint.formats import SYNTAXES
from srlint.formats.segment import Prose, Segment
from srlint.verdict import Verdict

WORD, NEW = "chairman", "chair"
# Ways to look at a document that take several readings of it are for short ones.
SHORT = 4000


def formats(syntax: str) -> Callable[[Path], Run]:
    """The reader of one syntax: offsets lie in the text, in order, and lead to what was read."""

    def opened(folder: Path) -> Run:
        from srlint.passages import passages

        def run(data: bytes) -> None:
            text = decoded(data)
            quotes = bool(crc32(data) & 1)
            prose = SYNTAXES[syntax].read(text, quotes)
            check_prose(text, prose)
            for passage in passages(Document(text, syntax), quotes).passages:
                demand(0 <= passage.span.start < passage.span.end <= len(text), "a passage outside the text")
                demand(len(passage.map) == len(passage.text) > 0, "a passage with another map")
            # What was read is text too.
            again = "\n\n".join(segment.text for segment in prose.segments)
            check_prose(again, SYNTAXES["text"].read(again, quotes))

        return run

    return opened


def check_prose(text: str, prose: Prose) -> None:
    """Raises BrokenError for offsets that do not lead to what was read."""
    for segment in prose.segments:
        _check_segment(text, segment)
    for kind, items in (("what is left out", prose.skipped), ("comments", prose.comments)):
        _check_spans(text, kind, [item.span for item in items])


def _check_segment(text: str, segment: Segment) -> None:
    starts, ends = segment.map.starts, segment.map.ends
    length = len(segment.text)
    demand(length == len(starts) == len(ends), "a map of another length than its text")
    before, least_end = 0, 0
    for character, start, end in zip(segment.text, starts, ends, strict=True):
        demand(before <= start <= end <= len(text) and least_end <= end, "a map out of order or outside the text")
        # A letter that stands for one character of the source is that character.
        if end - start == 1 and character.isalnum() and character != text[start]:
            demand(not text[start].isalnum(), "a letter that is another one in the source")
        before, least_end = start, end
    demand(all(0 <= start <= end <= length for start, end in segment.map.fixed), "a fixed stretch outside the text")
    demand(all(0 <= at < length for at in segment.map.breaks), "a line break outside the text")
    for start, end in ((0, length), (length // 3, length - length // 3)):
        covered = segment.map.cover(start, end)
        demand(0 <= covered.start <= covered.end <= len(text), "a stretch that covers what is not there")
        exact = segment.map.source_span(start, end)
        demand(exact is None or exact == covered, "two answers to where a stretch lies")


def _check_spans(text: str, kind: str, spans: Sequence[Span]) -> None:
    demand(all(span.end <= len(text) for span in spans), f"{kind}: outside the text")
    demand(list(spans) == sorted(spans), f"{kind}: out of order")


def raw(folder: Path) -> Run:
    """The bytes of a file: whatever is read is written back, and every place has a line and a column."""

    def run(data: bytes) -> None:
        document = Document.from_bytes(data, "text")
        demand(document.to_bytes() == data, "other bytes are written than were read")
        for offset in {0, len(document.text) // 2, len(document.text)}:
            place = document.position(offset)
            demand(place.line >= 1 <= place.column, "a place before the first line or column")

    return run


def sentences(folder: Path) -> Run:
    """The sentence splitter: stretches in order, that together hold all but white space."""
    from srlint.english import is_english
    from srlint.sentences import sentences as split

    def run(data: bytes) -> None:
        text = decoded(data)
        is_english(text)
        found = split(text)
        at = 0
        for start, end in found:
            demand(at <= start < end <= len(text), "sentences that overlap or are empty")
            demand(not text[at:start].strip(), "words between sentences")
            demand(text[start:end] == text[start:end].strip(), "white space around a sentence")
            at = end
        demand(not text[at:].strip(), "words behind the last sentence")

    return run


def syntax_of(data: bytes) -> tuple[str, str]:
    """The first line of the input names a syntax; where it does not, one is chosen."""
    first, _, rest = decoded(data).partition("\n")
    if first in SYNTAXES:
        return first, rest
    return sorted(SYNTAXES)[crc32(data) % len(SYNTAXES)], f"{first}\n{rest}"


def found_everywhere(document: Document) -> Review:
    """A review that finds something in each passage, of one category or another."""
    from srlint.passages import passages

    parsed = passages(document)
    categories = ("gender", "toxicity", "terminology")
    findings = [
        Finding(passage.span, (categories[number % 3],), 0.9, (), "why", None)
        for number, passage in enumerate(parsed.passages)
    ]
    findings.sort(key=lambda finding: finding.span)
    return Review(document, tuple(findings), parsed.skipped, parsed.comments)


def suppression(folder: Path) -> Run:
    """Directives in comments; with a comment of just this text too, whatever the format thinks of it."""
    from srlint import suppress
    from srlint.categories import EVERY

    enabled = frozenset(EVERY)

    def run(data: bytes) -> None:
        syntax, text = syntax_of(data)
        document = Document(text, syntax)
        review = found_everywhere(document)
        whole = Comment(Span(0, len(text)), text)
        for each in (review, Review(document, review.findings, (), (whole,) if text else ())):
            left = suppress.apply(each, enabled)
            _check_spans(text, "findings", [finding.span for finding in left.findings])
            demand(all(finding.message for finding in left.findings), "a finding without a message")

    return run


def ignores(folder: Path) -> Run:
    """Directives that srlint writes itself: they silence what they are for, and all passages stay as they were."""
    from srlint.edits import apply
    from srlint.passages import passages
    from srlint.suppress import ignores as writer

    def run(data: bytes) -> None:
        syntax, text = syntax_of(data[:SHORT])
        document = Document(text, syntax)
        review = found_everywhere(document)
        edits = writer.add_ignores(review, "why not")
        before = [passage.text for passage in passages(document).passages]
        after = [passage.text for passage in passages(Document(apply(text, edits), syntax)).passages]
        demand(before == after, "a directive that changes what is read")

    return run


def edits(folder: Path) -> Run:
    """Rewrites of passages: an edit is exact, or it is refused."""
    from srlint.edits import apply, diff, project, reads_as
    from srlint.passages import passages

    def run(data: bytes) -> None:
        syntax, text = syntax_of(data[:SHORT])
        document = Document(text, syntax)
        chance = random.Random(crc32(data))
        found = passages(document).passages
        for passage in chance.sample(found, min(2, len(found))):
            new = _reworded(chance, passage.text)
            changes = diff(passage.text, new)
            demand(apply(passage.text, changes) == new, "a difference that leads to another text")
            placed = project(changes, passage)
            if placed is None:
                continue
            demand(
                all(passage.span.start <= edit.span.start and edit.span.end <= passage.span.end for edit in placed),
                "an edit outside its passage",
            )
            apply(text, placed)
            reads_as(document, passage, placed, new)

    return run


def _reworded(chance: random.Random, text: str) -> str:
    words = text.split(" ")
    for _ in range(chance.randrange(1, 4)):
        at = chance.randrange(len(words))
        words[at : at + chance.randrange(3)] = chance.choices(
            ["the", NEW, "", "x-y", "…", "don't"], k=chance.randrange(3)
        )
        words = words or [""]
    return " ".join(words)


class _OneWord:
    """A judge that objects to one word, and exchanges it wherever the document can be edited so."""

    bar = 0.5

    def begin(self, passages):
        return lambda: list(passages)

    def judge(self, passages, fits, wanted=None, begun=None):
        return [self._verdict(passage, fits) for passage in passages]

    def _verdict(self, passage, fits) -> Verdict:
        at = passage.text.find(WORD)
        if at < 0:
            return Verdict(0.1)
        new = passage.text.replace(WORD, NEW)
        mark = Span(at, at + len(WORD))
        return Verdict(0.9, ("gender",), (mark,), "why", new if fits(passage, new) else None, "safe")


def fixes(folder: Path) -> Run:
    """`--fix` and the reports: all that can be rewritten is, in its place, and every report lies in the text."""
    from srlint.config import Settings
    from srlint.fixes import fix
    from srlint.linter import Linter
    from srlint.output.json import as_object

    linter = Linter.open(Settings(use_model=False, use_cache=False))
    linter.judge = _OneWord()

    def run(data: bytes) -> None:
        syntax, text = syntax_of(data[:SHORT])
        review = linter.check(Document(text, syntax))
        for finding in review.findings:
            shown = as_object("name", review.document, finding)
            demand(shown["text"] == text[finding.span.start : finding.span.end], "a finding that shows other text")
            edits = finding.rewrite.edits if finding.rewrite is not None else ()
            inside = all(finding.span.start <= edit.span.start <= edit.span.end <= finding.span.end for edit in edits)
            demand(inside, "an edit outside its finding")
        left = fix(review, linter.check, unsafe=False).review
        offered = [finding for finding in left.findings if finding.rewrite is not None]
        demand(not offered, "a fix that leaves something to fix")

    return run


def touched(folder: Path) -> Run:
    """What has changed since another version of a document: the lines that differ, and no place outside the text."""
    from srlint.changed import overlaps
    from srlint.changed import touched as compared

    def run(data: bytes) -> None:
        before, _, after = decoded(data).partition("\n====\n")
        document = Document(after, "text")
        stretches = compared(before, document)
        _check_spans(after, "changes", stretches)
        overlaps(Span(0, len(after)), stretches)
        demand(before != after or not stretches, "a change where there is none")

    return run
