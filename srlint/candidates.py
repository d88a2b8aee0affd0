"""Rewrites for one flagged passage, from several sources, and the one judge who wrote none of them.

Nothing here trusts a source. Every candidate is graded by the guards, the term list and the detector; those that pass
are ranked, and the best is offered. None is offered when none passes: an invented rewrite is worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from srlint.detector import Detection
from srlint.document import Span
from srlint.edits import apply, diff
from srlint.findings import Edit, Safety
from srlint.guards import concerns
from srlint.terms import TermList, TermMatch

if TYPE_CHECKING:
    from srlint.engine.decode import Rewriter

# The rank: mean log-probability a token, less this much for P(still flagged), for the share of the passage that
# changes, and for an infill, which the search has already fitted to its place. Chosen on dev, by closeness to people's
# rewrites.
_FLAG_COST, _CHANGE_COST, _INFILL_COST = 0.5, 1.5, 0.2
# A rewrite worded by the model that ranks below this does more harm than good: on dev those are farther from people's
# rewrites than the passage as it stands.
_LOWEST_RANK = -1.6
# More marks than this are one fault in many places: only a free rewrite can mend it.
_MOST_INFILLS = 3


@dataclass(frozen=True, slots=True)
class Candidate:
    """A proposed text of the whole passage. `settled`: made of settled replacements from the term list only."""

    text: str
    origin: str
    settled: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """The rewrite chosen for a passage, and how sure srlint is that it keeps the meaning."""

    text: str
    origin: str
    safety: Safety


# P(flag) of each (text, sentence before).
Grade = Callable[[Sequence[tuple[str, str]]], list[float]]


def best(
    text: str,
    before: str,
    detection: Detection,
    matches: Sequence[TermMatch],
    terms: TermList,
    grade: Grade,
    threshold: float,
    rewriter: Callable[[], Rewriter] | None,
    fits: Callable[[str], bool],
) -> Proposal | None:
    """The best rewrite of a flagged passage, or None. `fits` says whether a text can be projected onto the document.

    Settled replacements that pass are taken at once: no model can word them better, and none need be loaded.
    """
    marks = joined(text, (*detection.marks, *(match.span for match in matches)))

    def passing(candidates: Sequence[Candidate]) -> list[tuple[Candidate, float]]:
        sound = [item for item in candidates if _is_sound(text, before, item, marks, terms) and fits(item.text)]
        graded = zip(sound, grade([(item.text, before) for item in sound]), strict=True)
        return [(item, probability) for item, probability in graded if probability < threshold]

    listed = _from_terms(text, matches, terms)
    settled = passing([item for item in listed if item.settled])
    if settled:
        return Proposal(settled[0][0].text, settled[0][0].origin, "safe")
    model = rewriter() if rewriter else None
    answer = model.ask(text, before, marks, detection.categories) if model else None
    if model is None or answer is None:
        kept = passing(listed)
        return Proposal(kept[0][0].text, kept[0][0].origin, "unsafe") if kept else None
    candidates = [*listed, *_deletions(text, marks)]
    if len(marks) <= _MOST_INFILLS:
        candidates += [Candidate(new, "infill") for new in model.infill(answer, text, marks)]
    if (free := model.free(answer, text)) is not None:
        candidates.append(Candidate(free, "free"))
    kept = passing(_distinct(candidates))
    # Somebody chose a listed replacement for its meaning; a model's wording only competes where there is none.
    kept = [graded for graded in kept if graded[0].origin == "term"] or kept
    if not kept:
        return None
    likelihoods = model.likelihoods(answer, [item.text for item, _ in kept])
    ranks = [_rank(text, item, p, likelihood) for (item, p), likelihood in zip(kept, likelihoods, strict=True)]
    chosen = kept[ranks.index(max(ranks))][0]
    if chosen.origin != "term" and max(ranks) < _LOWEST_RANK:
        return None
    return Proposal(chosen.text, chosen.origin, "unsafe")


def joined(text: str, spans: Sequence[Span]) -> tuple[Span, ...]:
    """The spans in order, overlapping and touching ones made one."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and text[found[-1].end : span.start].strip() == "" and span.start >= found[-1].start:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return tuple(found)


def _is_sound(text: str, before: str, item: Candidate, marks: tuple[Span, ...], terms: TermList) -> bool:
    """Whether the guards have no concern and no listed term is new or, if it is a sure one, left."""
    found = concerns(text, item.text, marks)
    if item.origin == "term":  # a table cell that is nothing but a listed term may change altogether
        found = tuple(name for name in found if name != "too much")
    elif _leaks(text, before, item.text) or "name" in concerns(text, item.text):
        return False  # a model may not drop a name, though the detector's marks take it in
    if found:
        return False
    return not any(match.sure or text.lower().count(match.term) == 0 for match in terms.find(item.text))


def _leaks(text: str, before: str, new: str) -> bool:
    """Whether words of the sentence before came in: a small model fills a gap with what it has just read."""
    own, earlier, added = (frozenset(re.findall(r"[^\W\d_]{5,}", words.lower())) for words in (text, before, new))
    return bool((added - own) & earlier)


def _from_terms(text: str, matches: Sequence[TermMatch], terms: TermList) -> list[Candidate]:
    """The passage with every listed term replaced: by the settled replacements, then by each further one."""
    if not matches:
        return []
    most = max(len(match.replacements) for match in matches)
    settled = all(match.settled for match in matches)
    texts = [terms.rewrite(text, matches, choice) for choice in range(most)]
    return [Candidate(new, "term", settled and choice == 0) for choice, new in enumerate(texts) if new is not None]


def _deletions(text: str, marks: Sequence[Span]) -> list[Candidate]:
    """The passage without its marks, and with a comma or two taken along where a mark stood between them."""
    plain = [_with_space(text, mark) for mark in marks]
    wider = [_with_space(text, _between_commas(text, mark)) for mark in marks]
    texts = [apply(text, [Edit(span, "") for span in joined(text, spans)]) for spans in (plain, wider)]
    return [Candidate(_tidy(new, text), "deletion") for new in dict.fromkeys(texts) if new.strip()]


def _with_space(text: str, mark: Span) -> Span:
    # Before a comma that goes too there is no space: the one behind must stay.
    if text[mark.end : mark.end + 1] == " " and text[mark.start] != ",":
        return Span(mark.start, mark.end + 1)
    if mark.start and text[mark.start - 1] == " ":
        return Span(mark.start - 1, mark.end)
    return mark


def _between_commas(text: str, mark: Span) -> Span:
    head, tail = text[: mark.start].rstrip(), text[mark.end :].lstrip()
    if (head.endswith(",") and tail[:1] in (",", ".", ";", "!", "?", "")) or (not head and tail[:1] == ","):
        return Span(max(0, len(head) - 1), len(text) - len(tail) + (tail[:1] == ","))
    return mark


def _tidy(text: str, old: str) -> str:
    """A capital at the start where the old text had one, no space before punctuation: what a deletion leaves behind."""
    text = re.sub(r" +([,.;:!?]+)(?=\s|$)", r"\1", text.strip())
    return text[:1].upper() + text[1:] if old[:1].isupper() else text


def _distinct(candidates: Sequence[Candidate]) -> list[Candidate]:
    return list({item.text: item for item in reversed(candidates)}.values())[::-1]


def _rank(text: str, item: Candidate, probability: float, likelihood: float) -> float:
    """How good a candidate is that passed: likely words, little left to object to, little changed."""
    changed = sum(len(edit.span) for edit in diff(text, item.text)) / max(1, len(text))
    searched = _INFILL_COST if item.origin == "infill" else 0.0
    return likelihood - _FLAG_COST * probability - _CHANGE_COST * changed - searched
