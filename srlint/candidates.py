"""Rewrites for one flagged passage, from several sources, and the one judge who wrote none of them.

Nothing here trusts a source. Every candidate is graded by the guards, the term list and the detector; those that pass
are ranked, and the best is offered. None is offered when none passes: an invented rewrite is worse than none.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from srlint import ranking
from srlint.agreement import lacks_antecedent, lacks_noun
from srlint.detector import Detection
from srlint.document import Span
from srlint.findings import MOST_OTHERS, Safety
from srlint.gaps import joined
from srlint.groups import brought
from srlint.guards import concerns
from srlint.makers import (
    Candidate,
    deletions,
    from_terms,
    from_wordings,
    reworded,
    with_terms_and_they,
    with_they,
    written_by,
)
from srlint.names import of_groups
from srlint.ranking import Origin
from srlint.terms import TermList, TermMatch

if TYPE_CHECKING:
    from srlint.engine.decode import Rewriter
    from srlint.tagger import Tagged

# How often a model that only writes is asked for a passage, should the guards refuse what it wrote.
MOST_WRITTEN = 3
# A listed replacement that is not settled is no rewrite where an editor who makes it would change something else too in
# over nine cases of ten: readers refused 4 of the 5 such (of 68 in all, 20 refused), most for another fault left.
_ALONE = math.log(0.1)
# It is one after all where that is unlikely more than two tokens away and the detector is at ease with the result: two
# strict readers accepted 31 of 38 such, and 33 of 69 others for which it is not quite so.
_BESIDE, _NEARLY_ALONE, _AT_EASE = 2, -0.5, 0.3
# What is no concern in a listed replacement, since somebody chose it for its meaning: a table cell that is nothing but
# a listed term may change altogether, a freshman is a first-year student, what only an idiot would do nobody should.
_CHOSEN = ("too much", "number", "negation", "modality", "quantifier")


class UnansweredError(Exception):
    """A model was asked and gave no answer that can be used."""


class Writer(Protocol):
    """A model that only writes, such as one behind a server: it fills no gaps and weighs no rewrites."""

    def __call__(self, text: str, before: str, marks: Sequence[Span], turn: int) -> str | None:
        """A rewrite of the passage, another one for each `turn`; None when there is none. Raises UnansweredError."""


@dataclass(frozen=True, slots=True)
class Flagged:
    """A passage that needs other words: what detector, term list and, once it is `seen`, the edit tagger say of it."""

    text: str
    before: str
    detection: Detection
    matches: Sequence[TermMatch]
    tagged: Tagged | None = field(default=None, compare=False)

    @property
    def marks(self) -> tuple[Span, ...]:
        """All that is at fault, by detector and terms."""
        return joined(self.text, (*self.detection.marks, *(match.span for match in self.matches)))

    @property
    def touchable(self) -> tuple[Span, ...]:
        """What a rewrite may change without being asked why: the marks, and what an editor would rather not keep."""
        return joined(self.text, (*self.marks, *(self.tagged.doubtful() if self.tagged else ())))


@dataclass(frozen=True, slots=True)
class Tools:
    """What rewrites are made and tested with.

    `grade` gives P(flag) of each (text, sentence before); what reaches `threshold` is still at fault. `rewriter` loads
    the language model, if there is one. `fits` says whether a text can be projected onto the document. A `writer` is
    asked instead of a language model. `tag` says where an editor would change a text, given the sentence before it.
    `writes` says whether the language model's own words are worth asking for; it weighs those of others in any case.
    """

    terms: TermList
    grade: Callable[[Sequence[tuple[str, str]]], list[float]]
    threshold: float
    rewriter: Callable[[], Rewriter] | None
    fits: Callable[[str], bool]
    writer: Writer | None = None
    tag: Callable[[str, str], Tagged | None] | None = None
    writes: bool = True


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
    flagged = seen(flagged, tools)
    if (proposal := settled(flagged, tools)) is not None:
        return proposal
    return _weighed(flagged, tools) if tools.writer is None else _written(flagged, tools, tools.writer)


def _weighed(flagged: Flagged, tools: Tools) -> Proposal | None:
    """The best of those that readers would probably accept."""
    found = ranked(flagged, tools)
    if not all(item.origin == "term" for item, _ in found):  # listed replacements are in order: the first is preferred
        found = sorted(found, key=lambda item: ranking.acceptable(item[1]), reverse=True)
    return _proposal([item for item, own in found if _offered(item, own) and tools.fits(item.text)])


def settled(flagged: Flagged, tools: Tools) -> Proposal | None:
    """The proposal of settled replacements; None where none passes."""
    flagged = seen(flagged, tools)
    listed = _listed(flagged, tools)
    kept = passing(flagged, listed, tools) if any(item.settled for item in listed) else []
    return _proposal([item for item, _ in kept], "safe") if kept and kept[0][0].settled else None


def seen(flagged: Flagged, tools: Tools) -> Flagged:
    """The passage with what the edit tagger says of it, if there is one."""
    if flagged.tagged is not None or tools.tag is None:
        return flagged
    return replace(flagged, tagged=tools.tag(flagged.text, flagged.before))


def _listed(flagged: Flagged, tools: Tools) -> list[Candidate]:
    """The passage with what is listed replaced: by settled replacements, and by others, "they" for a he or she among
    them, where it is likely enough that nothing else in it is at fault. To the tagger, that hangs on which group of
    people a passage names; a safe fix must not.
    """
    tagged = flagged.tagged
    words = _replaced(flagged, tools)
    if tagged is None:
        return words
    found = [item for item in words if item.settled or _is_enough(item.text, flagged, tagged, tools)]
    return [*found, *(item for item in _with_they(flagged, tools) if tagged.alone(item.text) >= _ALONE)]


def _is_enough(new: str, flagged: Flagged, tagged: Tagged, tools: Tools) -> bool:
    """Whether a text with listed replacements probably leaves nothing else at fault."""
    if tagged.alone(new) >= _ALONE:
        return True
    if tagged.alone(new, _BESIDE) < _NEARLY_ALONE:
        return False
    (left,) = tools.grade([(new, flagged.before)])
    return left <= _AT_EASE


def _replaced(flagged: Flagged, tools: Tools) -> list[Candidate]:
    """The passage with its listed terms replaced, by settled replacements first, and with listed wordings that are
    marked replaced as well, if there is a tagger to say what else is at fault.
    """
    text, marks, matches, terms = flagged.text, flagged.marks, flagged.matches, tools.terms
    found = from_terms(text, matches, terms)
    if flagged.tagged is None:
        return found
    return sorted([*from_wordings(text, marks, matches, terms), *found], key=lambda item: not item.settled)


def _with_they(flagged: Flagged, tools: Tools) -> list[Candidate]:
    """The passage with "they" for a he or she, and with its listed roles replaced as well. Whether anybody in
    particular is meant only the tagger can tell.
    """
    text, matches = flagged.text, flagged.matches
    return [*with_terms_and_they(text, matches, tools.terms), *with_they(text, flagged.marks)]


def _offered(item: Candidate, features: ranking.Features) -> bool:
    return item.origin == "term" or ranking.is_good(features)


def _proposal(kept: Sequence[Candidate], safety: Safety = "unsafe") -> Proposal | None:
    """The first of the candidates, with the next ones beside it."""
    if not kept:
        return None
    others = dict.fromkeys(item.text for item in kept if item.text != kept[0].text)
    return Proposal(kept[0].text, kept[0].origin, safety, tuple(others)[:MOST_OTHERS])


def _written(flagged: Flagged, tools: Tools, writer: Writer) -> Proposal | None:
    """The first that passes: listed replacements, then what the writer says, its likeliest words first, and last what
    the edit tagger finds. None where the writer says that no rewrite can keep the point.
    """
    if kept := passing(flagged, _listed(flagged, tools), tools):
        return _proposal([item for item, _ in kept])
    for turn in range(MOST_WRITTEN):
        text = writer(flagged.text, flagged.before, flagged.marks, turn)
        if text is None:
            return None
        if passing(flagged, [Candidate(text, "free")], tools):
            return Proposal(text, "free", "unsafe")
    return _weighed(flagged, tools)


def ranked(
    flagged: Flagged,
    tools: Tools,
    *,
    every: bool = False,
    more: Sequence[Candidate] = (),
) -> list[tuple[Candidate, ranking.Features]]:
    """The candidates that nothing speaks against, with what their ranks hang on. Whether they fit is for the caller to
    ask, of the few that matter.

    Where one with listed replacements passes, only such ones count: somebody chose them for their meaning. With `every`
    the others are kept beside them. `more` are weighed as well where they pass.
    """
    flagged = seen(flagged, tools)
    listed = _listed(flagged, tools)
    model = tools.rewriter() if tools.rewriter else None
    text, marks, tagged = flagged.text, flagged.marks, flagged.tagged
    answer = model.ask(text, flagged.before, marks, flagged.detection.categories) if model else None
    kept = [] if every else passing(flagged, listed, tools)
    if not kept:  # only then is it worth the time to make others
        cuts = deletions(text, marks, tagged) if answer or tagged else []  # else nobody could weigh them
        made = [*cuts, *(_rewordings(flagged, listed, cuts, tools) if tagged else [])]
        if model is not None and answer is not None and tools.writes:
            made += written_by(model, answer, text, marks, tagged)
        kept = _graded(flagged, _distinct([*listed, *made] if every else made), tools)
    known = {item.text for item, _ in kept}
    kept += _graded(flagged, [item for item in more if item.text not in known], tools)
    if not kept:
        return []
    said: Sequence[float | None] = [None] * len(kept)
    refusal = 0.0
    if model is not None and answer is not None:
        said, refusal = model.likelihoods(answer, [item.text for item, _ in kept]), model.refusal(answer)
    return [
        (item, _features(flagged, item, probability, likelihood, refusal))
        for (item, probability), likelihood in zip(kept, said, strict=True)
    ]


def _rewordings(
    flagged: Flagged, listed: Sequence[Candidate], cuts: Sequence[Candidate], tools: Tools
) -> list[Candidate]:
    """The passage in other words: the edit tagger's, listed replacements that are not enough to count as such, and what
    is left of the passage after a cut with its listed terms replaced.
    """
    terms = tools.terms
    others = [item for item in (*_replaced(flagged, tools), *_with_they(flagged, tools)) if item not in listed]
    both = [item for cut in cuts for item in from_terms(cut.text, terms.find(cut.text), terms)[:1]]
    own = reworded(flagged.text, flagged.tagged) if flagged.tagged else []
    own = [new for new in own if _as_listed(new, flagged.matches)]
    return [Candidate(new, "rewording") for new in (*(item.text for item in (*others, *both)), *own)]


def _as_listed(new: str, matches: Sequence[TermMatch]) -> bool:
    """Whether a text has listed words where a listed term was that has some: the tagger's own are seldom as good."""
    lowered = new.lower()
    return all(
        any(word.lower() in lowered for word in match.replacements) for match in matches if match.replacements
    )


def _features(
    flagged: Flagged, item: Candidate, probability: float, likelihood: float | None, refusal: float
) -> ranking.Features:
    tagged = flagged.tagged
    certain = [match.span for match in flagged.matches]  # that listed terms change needs no tagger
    usual = tagged.likelihood(item.text, certain) if tagged else 0.0
    words = tagged.worded(item.text, certain) if tagged and item.origin == "rewording" else 0.0
    return ranking.features(
        flagged.text, item.text, item.origin, flagged.marks, probability, usual, words, likelihood, refusal
    )


def passing(flagged: Flagged, candidates: Sequence[Candidate], tools: Tools) -> list[tuple[Candidate, float]]:
    """The candidates that fit and that nothing speaks against, each with the P(flag) that it has left."""
    return [(item, left) for item, left in _graded(flagged, candidates, tools) if tools.fits(item.text)]


def _graded(flagged: Flagged, candidates: Sequence[Candidate], tools: Tools) -> list[tuple[Candidate, float]]:
    """The candidates that nothing speaks against, each with the P(flag) that it has left."""
    text, before, marks = flagged.text, flagged.before, flagged.touchable
    sound = [item for item in candidates if _is_sound(text, before, item, marks, tools.terms)]
    graded = zip(sound, tools.grade([(item.text, before) for item in sound]), strict=True)
    return [(item, probability) for item, probability in graded if probability < tools.threshold]


def _is_sound(text: str, before: str, item: Candidate, marks: tuple[Span, ...], terms: TermList) -> bool:
    """Whether the guards have no concern and no listed term is new or, if it is a sure one, left."""
    found = concerns(text, item.text, marks)
    if item.origin == "term":
        found = tuple(name for name in found if name not in _CHOSEN)
    elif _leaks(text, before, item.text) or "name" in concerns(text, item.text, of_groups(text, marks)):
        return False  # a model may not drop a name, though the detector's marks take it in: only that of a group
    elif lacks_antecedent(text, item.text, before) or lacks_noun(text, item.text, _plurals(text, terms)):
        return False
    elif brought(text, item.text) - _listed_words(text, terms):
        return False  # nor may it say of which group the text speaks: "normal couples" are not "same-sex couples"
    if found:
        return False
    return not any(match.sure or text.lower().count(match.term) == 0 for match in terms.find(item.text))


def _plurals(text: str, terms: TermList) -> list[Span]:
    """The listed words of a text that look like plurals."""
    return [match.span for match in terms.find(text) if text[match.span.end - 1] == "s"]


def _listed_words(text: str, terms: TermList) -> frozenset[str]:
    """All words of the replacements that are listed for a text, in small letters."""
    return frozenset(word.lower() for match in terms.find(text) for new in match.replacements for word in new.split())


def _leaks(text: str, before: str, new: str) -> bool:
    """Whether words of the sentence before came in: a small model fills a gap with what it has just read."""
    own, earlier, added = (frozenset(re.findall(r"[^\W\d_]{5,}", words.lower())) for words in (text, before, new))
    return bool((added - own) & earlier)


def _distinct(candidates: Sequence[Candidate]) -> list[Candidate]:
    return list({item.text: item for item in reversed(candidates)}.values())[::-1]
