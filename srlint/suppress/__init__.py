"""Findings that the document itself asks not to hear about, and what is wrong with its asking."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from srlint.categories import BY_ID, SUPPRESSION
from srlint.document import LINE_END, Comment, Document, Span
from srlint.findings import Finding, Review
from srlint.formats import SYNTAXES
from srlint.suppress.directives import Directive, Malformed, parse
from srlint.suppress.scope import Layout

__all__ = ["Hold", "apply", "holds", "read", "without"]


@dataclass(slots=True)
class Hold:
    """One category of one directive, and where it holds: nowhere when `span` is None. `used`: it silenced something."""

    directive: Directive
    category: str
    span: Span | None
    where: str  # for people
    used: bool = False


def apply(review: Review, enabled: frozenset[str], *, unused: bool = True) -> Review:
    """The review without what the directives in its comments silence, and with findings about the directives.

    `ignore` holds for every passage that touches a line of its comment or, when the comment stands alone, the next line
    of text; `disable` up to its `enable` or the end; `file-ignore` for the document. Of a category that is not in
    `enabled` no directive is unused, as nobody looked; without `unused` none is. To be applied once: what is silenced
    is gone from the outcome.
    """
    directives, malformed = read(review)
    if not directives and not malformed:
        return review
    layout = Layout(review.document, told(review, directives, malformed))
    found = list(holds(review, layout, directives))
    findings = [finding for finding in _silenced(review.findings, found) if finding is not None]
    if SUPPRESSION in enabled:
        problems = [(item.comment, _advice(item, review, layout)) for item in malformed]
        problems += _unused(found, enabled) if unused else ()
        findings += _about(review, problems)
        findings.sort(key=lambda finding: finding.span)
    return replace(review, findings=tuple(findings))


def read(review: Review) -> tuple[list[Directive], list[Malformed]]:
    """The directives in the review's comments, and what of them cannot be followed."""
    found = [item for number, comment in enumerate(review.comments) for item in parse(number, comment)]
    directives = [item for item in found if isinstance(item, Directive)]
    return directives, [item for item in found if isinstance(item, Malformed)]


def told(review: Review, directives: Iterable[Directive], malformed: Iterable[Malformed] = ()) -> tuple[Comment, ...]:
    """The comments that are no text: all of them, but in a program only those with directives."""
    if not SYNTAXES[review.document.syntax].code:
        return review.comments
    numbers = sorted({item.comment for item in (*directives, *malformed)})
    return tuple(review.comments[number] for number in numbers)


def holds(review: Review, layout: Layout, directives: Sequence[Directive]) -> Iterator[Hold]:
    """Each category of each directive with the stretch it holds for."""
    whole = Span(0, len(review.document.text))
    opened: dict[str, list[tuple[Directive, int]]] = {}
    for directive in directives:
        comment = review.comments[directive.comment]
        for category in directive.categories:
            if directive.verb == "ignore":
                yield _ignore(review.document, layout, directive, category, review)
            elif directive.verb == "file-ignore":
                yield Hold(directive, category, whole, "in this document")
            elif directive.verb == "disable":
                opened.setdefault(category, []).append((directive, comment.span.start))
            else:
                closed = opened.pop(category, [])
                for start in closed:
                    yield _region(start, category, comment.span.start, review.document)
                yield Hold(directive, category, None, "", used=bool(closed))
    for category, starts in opened.items():
        for start in starts:
            yield _region(start, category, whole.end, review.document)


def without(finding: Finding, categories: Iterable[str]) -> Finding | None:
    """The finding less some categories; None when none is left.

    A finding that has lost some is offered no rewrite: it would change what nobody wants to hear about as well.
    """
    gone = set(categories)
    rest = tuple(category for category in finding.categories if category not in gone)
    if len(rest) == len(finding.categories):
        return finding
    if not rest:
        return None
    message = finding.message
    if rest[0] != finding.categories[0] and rest[0] in BY_ID:
        message = f"{BY_ID[rest[0]].name}: {BY_ID[rest[0]].summary}"
    return replace(finding, categories=rest, message=message, rewrite=None, others=())


def _ignore(document: Document, layout: Layout, directive: Directive, category: str, review: Review) -> Hold:
    alone, span = layout.about(review.comments[directive.comment])
    if not alone and span is not None:
        lines = "on these lines" if LINE_END.search(document.text, span.start, span.end) else "on this line"
        return Hold(directive, category, span, lines)
    if span is None:
        return Hold(directive, category, None, "below, where no text follows")
    return Hold(directive, category, span, f"on line {document.position(span.start).line}, the next one with text")


def _region(start: tuple[Directive, int], category: str, end: int, document: Document) -> Hold:
    directive, begin = start
    last = "the end" if end == len(document.text) else f"line {document.position(end).line}"
    return Hold(directive, category, Span(begin, end), f"from here to {last}")


def _silenced(findings: Sequence[Finding], found: Iterable[Hold]) -> Iterator[Finding | None]:
    """Each finding without what the holds silence; the holds learn that they were used."""
    order = sorted(range(len(findings)), key=lambda at: findings[at].span)
    starts = [findings[at].span.start for at in order]
    reach = list(accumulate((findings[at].span.end for at in order), max))
    gone: list[set[str]] = [set() for _ in findings]
    for hold in found:
        at = bisect_left(starts, hold.span.end) - 1 if hold.span is not None else -1
        while at >= 0 and reach[at] > hold.span.start:  # further back all have ended before it
            finding = findings[order[at]]
            if hold.category in finding.categories and _touch(finding.span, hold.span):
                hold.used = True
                gone[order[at]].add(hold.category)
            at -= 1
    return map(without, findings, gone)


def _touch(one: Span, other: Span | None) -> bool:
    return other is not None and one.start < other.end and other.start < one.end


def _advice(item: Malformed, review: Review, layout: Layout) -> str:
    """What is wrong and what to write. A directive that names no categories is told those of what it is about."""
    if not item.verb:
        return item.problem
    categories = item.categories
    if not categories:
        _, about = layout.about(review.comments[item.comment])
        near = [name for finding in review.findings if _touch(finding.span, about) for name in finding.categories]
        categories = tuple(dict.fromkeys(name for name in near if name in BY_ID)) or ("gender",)
    reason = "" if item.verb == "enable" else " reason"
    return f"{item.problem}; write “srlint: {item.verb}[{', '.join(categories)}]{reason}”"


def _unused(found: Sequence[Hold], enabled: frozenset[str]) -> Iterator[tuple[int, str]]:
    """For each directive that does nothing, or less than it says: the number of its comment, and what to do."""
    groups: dict[int, list[Hold]] = {}
    for hold in found:
        groups.setdefault(id(hold.directive), []).append(hold)
    for group in groups.values():
        directive = group[0].directive
        idle = [hold for hold in group if not hold.used and hold.category in enabled]
        if idle:
            name = f"unused “{directive.verb}[{', '.join(directive.categories)}]”"
            rest = "it" if len(idle) == len(group) else f"{_names(idle)} from it"
            yield directive.comment, f"{name}: {_why(idle)}; remove {rest}"


def _why(idle: Sequence[Hold]) -> str:
    if idle[0].directive.verb == "enable":
        return f"no “disable[{_names(idle)}]” is open before it"
    places: dict[str, list[Hold]] = {}
    for hold in idle:
        places.setdefault(hold.where, []).append(hold)
    return " and ".join(f"nothing of {_names(group)} was found {place}" for place, group in places.items())


def _names(group: Sequence[Hold]) -> str:
    return ", ".join(hold.category for hold in group)


def _about(review: Review, problems: Iterable[tuple[int, str]]) -> Iterator[Finding]:
    """One finding for each comment with problems."""
    by_comment: dict[int, list[str]] = {}
    for number, text in problems:
        by_comment.setdefault(number, []).append(text)
    for number, texts in by_comment.items():
        span = review.comments[number].span
        yield Finding(span, (SUPPRESSION,), 1.0, (span,), f"Suppression: {'; '.join(texts)}", None)
