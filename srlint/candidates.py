"""Rewrites for one flagged passage, from several sources, and the one judge who wrote none of them.

Nothing here trusts a source. Every candidate is graded by the guards, the term list and the detector; those that pass
are ranked, and the best is offered. None is offered when none passes: an invented rewrite is worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from srlint import ranking
from srlint.detector import Detection
from srlint.document import Span
from srlint.findings import MOST_OTHERS, Safety
from srlint.formats.atoms import ATOM
from srlint.gaps import between_commas, filled, joined, widened
from srlint.guards import concerns
from srlint.ranking import Origin
from srlint.terms import TermList, TermMatch

if TYPE_CHECKING:
    from srlint.engine.decode import Answer, Rewriter
    from srlint.tagger import Tagged

# How often a model that only writes is asked for a passage, should the guards refuse what it wrote.
MOST_WRITTEN = 3
# More marks than this are one fault in many places: only a free rewrite can mend it.
_MOST_INFILLS = 3
# The model has room for so many searches at once.
_MOST_SHAPES = 2
# Words before and behind a mark that its gap takes in as well: grammar often asks for a change next to the fault.
_SIDES = ((0, 0), (1, 1))


class UnansweredError(Exception):
    """A model was asked and gave no answer that can be used."""


class Writer(Protocol):
    """A model that only writes, such as one behind a server: it fills no gaps and weighs no rewrites."""

    def __call__(self, text: str, before: str, marks: Sequence[Span], turn: int) -> str | None:
        """A rewrite of the passage, another one for each `turn`; None when there is none. Raises UnansweredError."""


@dataclass(frozen=True, slots=True)
class Flagged:
    """A passage that needs other words: what the detector and the term list say of it."""

    text: str
    before: str
    detection: Detection
    matches: Sequence[TermMatch]

    @property
    def marks(self) -> tuple[Span, ...]:
        """All that is at fault, by detector and terms."""
        return joined(self.text, (*self.detection.marks, *(match.span for match in self.matches)))


@dataclass(frozen=True, slots=True)
class Tools:
    """What rewrites are made and tested with.

    `grade` gives P(flag) of each (text, sentence before); what reaches `threshold` is still at fault. `rewriter` loads
    the language model, if there is one. `fits` says whether a text can be projected onto the document. A `writer` is
    asked instead of a language model. `tag` says where an editor would change a text, given the sentence before it.
    """

    terms: TermList
    grade: Callable[[Sequence[tuple[str, str]]], list[float]]
    threshold: float
    rewriter: Callable[[], Rewriter] | None
    fits: Callable[[str], bool]
    writer: Writer | None = None
    tag: Callable[[str, str], Tagged | None] | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A proposed text of the whole passage. `settled`: made of settled replacements from the term list only."""

    text: str
    origin: Origin
    settled: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """The rewrite chosen for a passage, how sure srlint is that it keeps the meaning, and the next best texts."""

    text: str
    origin: Origin
    safety: Safety
    others: tuple[str, ...] = field(default=(), compare=False)  # what is offered tells two proposals apart


def best(flagged: Flagged, tools: Tools) -> Proposal | None:
    """The best rewrite of a flagged passage, or None.

    Settled replacements that pass are taken at once: no model can word them better, and none need be loaded. The others
    beside it come from what had to be made for it anyway. Raises UnansweredError when a writer does.
    """
    listed = from_terms(flagged.text, flagged.matches, tools.terms)
    if any(item.settled for item in listed):
        kept = passing(flagged, listed, tools)
        if kept and kept[0][0].settled:
            return _proposal([item for item, _ in kept], "safe")
    if tools.writer is not None:
        return _written(flagged, listed, tools, tools.writer)
    weighed = ranked(flagged, listed, tools)
    in_order = sorted(weighed, key=lambda item: ranking.acceptable(item[1]), reverse=True)
    return _proposal([item for item, features in in_order if _offered(item, features)])


def _offered(item: Candidate, features: ranking.Features) -> bool:
    return item.origin == "term" or ranking.is_good(features)


def _proposal(kept: Sequence[Candidate], safety: Safety = "unsafe") -> Proposal | None:
    """The first of the candidates, with the next ones beside it."""
    if not kept:
        return None
    others = dict.fromkeys(item.text for item in kept if item.text != kept[0].text)
    return Proposal(kept[0].text, kept[0].origin, safety, tuple(others)[:MOST_OTHERS])


def _written(flagged: Flagged, listed: Sequence[Candidate], tools: Tools, writer: Writer) -> Proposal | None:
    """The first that passes: listed replacements, then what the writer says, its likeliest words first.

    Nobody can weigh them, so deletions are not tried: readers accepted 27 of the 141 that pass the guards.
    """
    if kept := passing(flagged, listed, tools):
        return _proposal([item for item, _ in kept])
    for turn in range(MOST_WRITTEN):
        text = writer(flagged.text, flagged.before, flagged.marks, turn)
        if text is None:
            return None
        if passing(flagged, [Candidate(text, "free")], tools):
            return Proposal(text, "free", "unsafe")
    return None


def ranked(
    flagged: Flagged,
    listed: Sequence[Candidate],
    tools: Tools,
    *,
    every: bool = False,
    more: Sequence[Candidate] = (),
) -> list[tuple[Candidate, ranking.Features]]:
    """The candidates that pass, with what their ranks hang on. Without a model these are listed ones and deletions.

    Where one with listed replacements passes, only such ones count: somebody chose them for their meaning. With `every`
    the others are kept beside them. `more` are weighed as well where they pass.
    """
    model = tools.rewriter() if tools.rewriter else None
    text, marks = flagged.text, flagged.marks
    answer = model.ask(text, flagged.before, marks, flagged.detection.categories) if model else None
    tagged = tools.tag(text, flagged.before) if tools.tag else None
    kept = [] if every else passing(flagged, listed, tools)
    if not kept:  # only then is it worth the time to have the model write
        made = _deletions(text, marks, tagged) if answer or tagged else []  # else nobody could weigh them
        if model is not None and answer is not None:
            made += written_by(model, answer, text, marks, tagged)
        kept = passing(flagged, _distinct([*listed, *made] if every else made), tools)
    known = {item.text for item, _ in kept}
    kept += passing(flagged, [item for item in more if item.text not in known], tools)
    if not kept:
        return []
    said: Sequence[float | None] = [None] * len(kept)
    refusal = 0.0
    if model is not None and answer is not None:
        said, refusal = model.likelihoods(answer, [item.text for item, _ in kept]), model.refusal(answer)
    return [
        (item, _features(flagged, tagged, item, probability, likelihood, refusal))
        for (item, probability), likelihood in zip(kept, said, strict=True)
    ]


def _features(
    flagged: Flagged,
    tagged: Tagged | None,
    item: Candidate,
    probability: float,
    likelihood: float | None,
    refusal: float,
) -> ranking.Features:
    usual = tagged.likelihood(item.text) if tagged else 0.0
    return ranking.features(
        flagged.text, item.text, item.origin, flagged.marks, probability, usual, likelihood, refusal
    )


def passing(flagged: Flagged, candidates: Sequence[Candidate], tools: Tools) -> list[tuple[Candidate, float]]:
    """The candidates that nothing speaks against, each with the P(flag) that it has left."""
    text, before, marks = flagged.text, flagged.before, flagged.marks
    sound = [
        item for item in candidates if _is_sound(text, before, item, marks, tools.terms) and tools.fits(item.text)
    ]
    graded = zip(sound, tools.grade([(item.text, before) for item in sound]), strict=True)
    return [(item, probability) for item, probability in graded if probability < tools.threshold]


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


def from_terms(text: str, matches: Sequence[TermMatch], terms: TermList) -> list[Candidate]:
    """The passage with every listed term replaced: by the settled replacements, then by each further one."""
    if not matches:
        return []
    most = max(len(match.replacements) for match in matches)
    settled = all(match.settled for match in matches)
    texts = [terms.rewrite(text, matches, choice) for choice in range(most)]
    return [Candidate(new, "term", settled and choice == 0) for choice, new in enumerate(texts) if new is not None]


def _deletions(text: str, marks: Sequence[Span], tagged: Tagged | None) -> list[Candidate]:
    """The passage without what an editor would cut, and without its marks."""
    ways = [*(tagged.deletions() if tagged else ()), tuple(marks)]
    return [Candidate(new, "deletion") for new in without(text, ways)]


def without(text: str, ways: Sequence[Sequence[Span]]) -> list[str]:
    """The text without the words of each way to cut, and with a comma or two taken along where they stood between."""
    each = [(tuple(gaps), joined(text, [between_commas(text, gap) for gap in gaps])) for gaps in ways]
    texts = [filled(text, gaps, [""] * len(gaps)) for both in each for gaps in dict.fromkeys(both)]
    return [new for new in texts if new.strip()]


def written_by(
    model: Rewriter, answer: Answer, text: str, marks: Sequence[Span], tagged: Tagged | None = None
) -> list[Candidate]:
    """What the model makes of the passage: other words, or none, in its gaps, and its own rewrite of the whole."""
    shapes = _shapes(text, marks, tagged)
    written = model.write(answer, text, shapes, marks)
    found = [
        Candidate(filled(text, gaps, words), "infill")
        for gaps, fillings in zip(shapes, written.fillings, strict=True)
        for words in fillings
    ]
    return found if written.free is None else [*found, Candidate(written.free, "free")]


def _shapes(text: str, marks: Sequence[Span], tagged: Tagged | None) -> list[tuple[Span, ...]]:
    """Gaps for other words: what an editor would change, the marks, and the marks with a neighbouring word or two."""
    wider = [joined(text, [widened(text, mark, *sides) for mark in marks]) for sides in _SIDES]
    shapes = dict.fromkeys([*([tagged.gaps()] if tagged else []), *wider])
    # No words can stand for code or a link.
    fitting = [gaps for gaps in shapes if not any(ATOM in text[gap.start : gap.end] for gap in gaps)]
    return [gaps for gaps in fitting if 0 < len(gaps) <= _MOST_INFILLS][:_MOST_SHAPES]


def _distinct(candidates: Sequence[Candidate]) -> list[Candidate]:
    return list({item.text: item for item in reversed(candidates)}.values())[::-1]
