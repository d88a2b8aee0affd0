"""Where rewrites of a flagged passage come from: term list, edit tagger, language model. None of them is trusted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from srlint import wordings
from srlint.agreement import RawEdit, mean_another, singular_they
from srlint.document import Span
from srlint.edits import apply
from srlint.findings import Edit
from srlint.formats.atoms import ATOM
from srlint.gaps import between_commas, filled, joined, widened
from srlint.ranking import Origin
from srlint.terms import TermList, TermMatch

if TYPE_CHECKING:
    from srlint.engine.decode import Answer, Rewriter
    from srlint.tagger import Tagged

# More marks than this are one fault in many places: only a free rewrite can mend it.
_MOST_INFILLS = 3
# The model has room for so many searches at once.
_MOST_SHAPES = 2
# So many rewrites with the tagger's own words are tried.
_MOST_REWORDED = 12
# A cut that leaves fewer words than this, and less than half, says too little: of 28 such readers accepted three.
_LEAST_LEFT = 3
# Words before and behind a mark that its gap takes in as well: grammar often asks for a change next to the fault.
_SIDES = ((0, 0), (1, 1))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A proposed text of the whole passage. `settled`: made of settled replacements from the term list only."""

    text: str
    origin: Origin
    settled: bool = False


def from_terms(text: str, matches: Sequence[TermMatch], terms: TermList) -> list[Candidate]:
    """The passage with every listed term replaced: by the settled replacements, then by each further one."""
    if not matches:
        return []
    most = max(len(match.replacements) for match in matches)
    settled = all(match.settled for match in matches)
    texts = [terms.rewrite(text, matches, choice) for choice in range(most)]
    return [Candidate(new, "term", settled and choice == 0) for choice, new in enumerate(texts) if new is not None]


def from_wordings(
    text: str, marks: Sequence[Span], matches: Sequence[TermMatch], terms: TermList
) -> list[Candidate]:
    """The passage with every marked wording that is listed replaced, and its listed terms."""
    return [Candidate(new, "term") for new in wordings.replaced(text, marks, matches, terms)]


def with_they(text: str, marks: Sequence[Span]) -> list[Candidate]:
    """The passage with "they" for he or she, where a mark is on such a pronoun or what goes with it.

    Whether anything else is at fault is for others to say: a mark also falls on "nurse" beside her "she".
    """
    edits = singular_they(text) or []
    if not any(start < mark.end and mark.start < end for start, end, _ in edits for mark in marks):
        return []
    return [Candidate(_edited(text, edits), "term")]


def with_terms_and_they(text: str, matches: Sequence[TermMatch], terms: TermList) -> list[Candidate]:
    """The passage with every listed role replaced and "they" for the he or she that it is: a chairman who closes his
    meeting when he likes is a chair who closes their meeting when they like. None where something else is listed.
    """
    if not matches or not all(map(terms.is_role, matches)):
        return []
    role = min((match.span.start, match.span.end) for match in matches)
    edits = None if mean_another(text, role) else singular_they(text)
    if not edits:
        return []
    neutral = _edited(text, edits)
    return [Candidate(item.text, "term") for item in from_terms(neutral, terms.find(neutral), terms)]


def _edited(text: str, edits: Sequence[RawEdit]) -> str:
    return apply(text, [Edit(Span(start, end), new) for start, end, new in edits])


def deletions(text: str, marks: Sequence[Span], tagged: Tagged | None) -> list[Candidate]:
    """The passage without what an editor would cut, and without its marks."""
    ways = [*(tagged.deletions() if tagged else ()), tuple(marks)]
    return [Candidate(new, "deletion") for new in without(text, ways) if not _says_little(new, text)]


def _says_little(new: str, old: str) -> bool:
    left = len(new.split())
    return left < _LEAST_LEFT and left < len(old.split()) / 2


def without(text: str, ways: Sequence[Sequence[Span]]) -> list[str]:
    """The text without the words of each way to cut, and with a comma or two taken along where they stood between."""
    each = [(tuple(gaps), joined(text, [between_commas(text, gap) for gap in gaps])) for gaps in ways]
    texts = [filled(text, gaps, [""] * len(gaps)) for both in each for gaps in dict.fromkeys(both)]
    return [new for new in texts if new.strip()]


def reworded(text: str, tagged: Tagged) -> list[str]:
    """The text with other words where an editor would put some, likeliest first."""
    found = []
    for gaps, words, _ in tagged.rewordings():
        wider = tuple(gap if own else between_commas(text, gap) for gap, own in zip(gaps, words, strict=True))
        apart = all(gap.end < following.start for gap, following in pairwise(wider))
        found += [filled(text, own, words) for own in dict.fromkeys((wider, gaps) if apart else (gaps,))]
    return [new for new in dict.fromkeys(found) if new != text][:_MOST_REWORDED]


def written_by(
    model: Rewriter, answer: Answer, text: str, marks: Sequence[Span], tagged: Tagged | None = None
) -> list[Candidate]:
    """What the model makes of the passage: other words, or none, in its gaps, and its own rewrite of the whole."""
    ways = _shapes(text, marks, tagged)
    written = model.write(answer, text, ways, marks)
    found = [
        Candidate(filled(text, gaps, words), "infill")
        for gaps, fillings in zip(ways, written.fillings, strict=True)
        for words in fillings
    ]
    return found if written.free is None else [*found, Candidate(written.free, "free")]


def _shapes(text: str, marks: Sequence[Span], tagged: Tagged | None) -> list[tuple[Span, ...]]:
    """Gaps for other words: what an editor would change, the marks, and the marks with a neighbouring word or two."""
    wider = [joined(text, [widened(text, mark, *sides) for mark in marks]) for sides in _SIDES]
    ways = dict.fromkeys([*([tagged.gaps()] if tagged else []), *wider])
    # No words can stand for code or a link.
    fitting = [gaps for gaps in ways if not any(ATOM in text[gap.start : gap.end] for gap in gaps)]
    return [gaps for gaps in fitting if 0 < len(gaps) <= _MOST_INFILLS][:_MOST_SHAPES]
