"""`--add-ignores REASON`: directives for all that a review still holds, put where they change nothing else.

Where a comment may stand is the grammar of each format, so every edit is tried: the document is parsed again with it,
and only an edit that leaves each passage as it was and silences what it is meant for is kept. Otherwise the next place
is tried, up to a `file-ignore`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from srlint.categories import SUPPRESSION
from srlint.document import Document, Span
from srlint.edits import apply as edited
from srlint.errors import ConfigError
from srlint.findings import Edit, Finding, Review
from srlint.formats import SYNTAXES
from srlint.passages import Parsed, Passage, passages
from srlint.suppress import apply, holds, read, told
from srlint.suppress.pen import Edits
from srlint.suppress.places import key, last_resort, ways
from srlint.suppress.scope import Layout

# What may not stand in a comment, by the mark that begins it.
_FORBIDDEN = {"<!--": "--", "{/*": "*/"}
_LIST = re.compile(r"srlint\s*:\s*ignore\s*\[[^\]]*?(?=\s*\])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Group:
    """Findings, by number, that one directive is to silence, of what, and the ways to write it, the best first."""

    findings: tuple[int, ...]
    categories: tuple[str, ...]
    ways: tuple[Edits, ...]


def add_ignores(review: Review, reason: str) -> Edits:
    """The insertions that silence every finding of `review`, in order of position; none for findings about directives.

    A passage that no comment can reach keeps its finding. Raises ConfigError when `reason` is empty or cannot stand in
    a comment of the document's syntax.
    """
    reason = checked_reason(reason, review.document.syntax)
    wanted = [finding for finding in apply(review, frozenset()).findings if finding.categories != (SUPPRESSION,)]
    if not wanted:
        return ()
    trial = _Trial(review, wanted)
    edits, _ = _settle(trial, _groups(trial, reason), (), (), reason)
    return edits


def ignore_everywhere(review: Review, categories: Sequence[str], reason: str) -> Edits:
    """The insertion that silences `categories` in the whole document; none where no comment can do it.

    Raises ConfigError as `add_ignores` does.
    """
    reason = checked_reason(reason, review.document.syntax)
    trimmed = [
        replace(finding, categories=tuple(name for name in finding.categories if name in categories))
        for finding in apply(review, frozenset()).findings
    ]
    trial = _Trial(review, [finding for finding in trimmed if finding.categories])
    found = last_resort(review.document, trial.parsed.passages, categories, reason)
    return next((edits for edits in found if trial.works(edits, trial.placed())), ())


def checked_reason(reason: str, syntax: str) -> str:
    """The reason as it goes into a comment. Raises ConfigError when it would end the comment or say something else."""
    reason = reason.strip()
    if not reason:
        raise ConfigError("--add-ignores: give a reason")
    if not reason.isprintable():
        raise ConfigError("--add-ignores: the reason must be one line without control characters")
    mark = SYNTAXES[syntax].comment
    forbidden = next((end for begin, end in _FORBIDDEN.items() if mark.format("").startswith(begin)), None)
    if forbidden is not None and forbidden in reason:
        raise ConfigError(f"--add-ignores: the reason may not hold “{forbidden}” in a comment of {syntax}")
    if reason.endswith("\\") or "srlint:" in reason.lower() or reason.startswith("["):
        raise ConfigError("--add-ignores: the reason may not begin with “[”, end with “\\” or hold “srlint:”")
    return reason


class _Trial:
    """A document before and after edits, compared."""

    def __init__(self, review: Review, wanted: Sequence[Finding]) -> None:
        self.review = review
        self.wanted = wanted
        self._quotes = False
        self.parsed = passages(review.document)
        spans = {passage.span for passage in self.parsed.passages}
        if any(finding.span not in spans for finding in wanted):  # block quotes were judged
            self._quotes = True
            self.parsed = passages(review.document, include_quotes=True)
        places = {passage.span: number for number, passage in enumerate(self.parsed.passages)}
        self._place = {at: places[finding.span] for at, finding in enumerate(wanted) if finding.span in places}
        self._before = _reading(review.document, self.parsed)
        self._problems = len(read(review)[1])

    def placed(self) -> Iterable[int]:
        """The numbers of the findings whose passage is known."""
        return self._place

    def passage(self, finding: int) -> Passage:
        return self.parsed.passages[self._place[finding]]

    def works(self, edits: Edits, findings: Iterable[int]) -> bool:
        """Whether the document with the edits reads as before and has none of these findings left."""
        text = edited(self.review.document.text, edits)
        document = replace(self.review.document, text=text)
        parsed = passages(document, self._quotes)
        if _reading(document, parsed) != self._before:
            return False
        moved = (replace(self.wanted[at], span=parsed.passages[self._place[at]].span, rewrite=None) for at in findings)
        found = Review(document, tuple(sorted(moved, key=lambda finding: finding.span)), (), parsed.comments)
        return len(read(found)[1]) == self._problems and not apply(found, frozenset()).findings


def _reading(document: Document, parsed: Parsed) -> tuple[list[str], ...]:
    """All of a document that directives may not change: its passages, what is left out of it, other comments."""
    told_apart = [f"{passage.kind}\0{passage.text}" for passage in parsed.passages]
    left_out = [f"{item.reason}\0{document.text[item.span.start : item.span.end]}" for item in parsed.skipped]
    others = [comment.text for comment in parsed.comments if "srlint" not in comment.text.lower()]
    return told_apart, left_out, others


def _groups(trial: _Trial, reason: str) -> list[_Group]:
    """The findings by the directive that they can share, in order of position."""
    review = trial.review
    layout = Layout(review.document, told(review, *read(review)))
    simple = _simple(review, layout)
    members: dict[tuple[object, ...], list[int]] = {}
    for at in trial.placed():
        span = trial.wanted[at].span
        near = [number for number, held in simple.items() if held.start < span.end and span.start < held.end]
        shared = ("comment", near[0]) if near else key(review.document, layout, trial.passage(at))
        members.setdefault(shared, []).append(at)
    groups = []
    for shared, numbers in members.items():
        categories = tuple(dict.fromkeys(name for at in numbers for name in trial.wanted[at].categories))
        found = ways(review.document, layout, [trial.passage(at) for at in numbers], categories, reason)
        extended = [_extended(review, shared[1], categories)] if shared[0] == "comment" else []
        groups.append(_Group(tuple(numbers), categories, (*extended, *found)))
    return groups


def _simple(review: Review, layout: Layout) -> dict[int, Span]:
    """The comments, by number, that hold one `ignore` and nothing else, with the lines they hold for."""
    directives, malformed = read(review)
    numbers = [item.comment for item in (*directives, *malformed)]
    alone = [item for item in directives if item.verb == "ignore" and numbers.count(item.comment) == 1]
    return {hold.directive.comment: hold.span for hold in holds(review, layout, alone) if hold.span is not None}


def _extended(review: Review, number: object, categories: Sequence[str]) -> Edits:
    """More categories in the list of an existing comment."""
    assert isinstance(number, int)
    span = review.comments[number].span
    found = _LIST.search(review.document.text, span.start, span.end)
    return (Edit(Span(found.end(), found.end()), f", {', '.join(categories)}"),) if found else ()


def _settle(
    trial: _Trial, groups: Sequence[_Group], kept: Edits, covered: tuple[int, ...], reason: str
) -> tuple[Edits, tuple[int, ...]]:
    """`kept` with the edits for `groups`, and the findings that they silence. Where all at once fail, half by half."""
    if not groups:
        return kept, covered
    every = (*covered, *(at for group in groups for at in group.findings))
    edits = _together(kept, *(group.ways[0] for group in groups if group.ways))
    if trial.works(edits, every):
        return edits, every
    if len(groups) > 1:
        middle = len(groups) // 2
        kept, covered = _settle(trial, groups[:middle], kept, covered, reason)
        return _settle(trial, groups[middle:], kept, covered, reason)
    (group,) = groups
    others = last_resort(trial.review.document, trial.parsed.passages, group.categories, reason)
    for way in chain([()], group.ways[1:], others):
        edits = _together(kept, way)
        if trial.works(edits, every):
            return edits, every
    return kept, covered


def _together(*parts: Edits) -> Edits:
    """All insertions in order, those at one place as one; the same one twice is one."""
    by_place: dict[Span, dict[str, None]] = {}
    for edit in chain.from_iterable(parts):
        by_place.setdefault(edit.span, {})[edit.text] = None
    return tuple(Edit(span, "".join(texts)) for span, texts in sorted(by_place.items()))
