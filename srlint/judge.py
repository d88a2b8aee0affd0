"""Judges one passage: what detector and terms say, what the language model adds, and a rewrite if it is flagged."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property, partial
from itertools import islice
from typing import TYPE_CHECKING

from srlint import candidates
from srlint.allow import Allowed, covered
from srlint.another import another
from srlint.candidates import Flagged, Proposal, Tools, UnansweredError
from srlint.categories import BY_ID
from srlint.config import Settings
from srlint.detector import UNREAD, Detection
from srlint.disguise import plain_reading
from srlint.document import Span
from srlint.findings import Severity
from srlint.gaps import joined
from srlint.groups import versions
from srlint.institutions import without_names
from srlint.models.loaded import LanguageModel, Models
from srlint.models.manifest import Manifest
from srlint.odds import log_odds, probability
from srlint.parallel import in_order, once
from srlint.passages import Passage
from srlint.quotations import reported, unquoted
from srlint.server.remote import RemoteModel
from srlint.severity import of_categories, worst
from srlint.terms import TermList, TermMatch, evidence_kind, told
from srlint.usage import entry_opened
from srlint.verdict import Verdict

if TYPE_CHECKING:
    from srlint.tagger import Tagged

# The share that the passage on its own has in the log-odds: the sentence before helps to understand it, but with a
# biased one before it a fair passage is suspected too easily. On dev the share costs nothing and saves a quarter of
# such false alarms. A sentence of another block helps less: of 188 flagged passages in annotated documents 176 are
# found with the second share for those, 172 with the first. The other reading is asked for only from this probability
# on: below it the answer cannot change the verdict.
ALONE_SHARE, APART_SHARE, ALONE_FROM = 0.3, 0.7, 0.3
# From and up to this probability a passage is also judged about other groups than the one it names: farther from the
# threshold, none of 9,288 verdicts changed.
BALANCED = (0.2, 0.95)
# What is so short in a list of words to be avoided is nothing but such a word.
MOST_LISTED = 5
# A passage that is at fault for nothing but a name in it comes to less than this with a plain name instead.
WITHOUT_NAMES = 0.3
# The language model's own log-odds count up to this: a small one is too sure of itself.
MOST_LOG_ODDS = 4.0

# What may stand in a mark around words and adds nothing to them: "must be a fluent speaker of".
_LITTLE = (
    "must|should|needs?|to|be|is|are|was|were|has|have|had|will|would|can|could|may|an?|the|only|for|as|of|our|your|their"
    "|these|those|this|that|who|and|all|some|by|with|in|from|on|at"
)
_AROUND = re.compile(rf"\A[ ,]*(?:(?:{_LITTLE}) )*|(?: (?:{_LITTLE}))*[ ,.]*\Z")

# One for all of them: they are most of a long document.
_UNREAD = Verdict(UNREAD.probability)

# For each verdict that has no rewrite yet, whether somebody wants one.
Wanted = Callable[[Sequence[Verdict]], Sequence[bool]]
# Waits for what the detector says of passages that it has begun to read.
Begun = Callable[[], list[Detection]]


class Judge:
    """All that judging takes. Raises ConfigError for terms that are not right."""

    def __init__(self, settings: Settings, models: Models, language: LanguageModel | RemoteModel | None) -> None:
        self._settings = settings
        if settings.terms_add or settings.terms_remove:
            self.terms  # noqa: B018  what is wrong with them must come up
        self._models = models
        self._language = language
        self._allowed = Allowed(settings.allow)
        own = {table["term"]: table["severity"] for table in settings.terms_add if "severity" in table}
        self._term_severity: dict[str, Severity] = {**own, **settings.terms_severity}

    @cached_property
    def terms(self) -> TermList:
        """The listed terms. A run that the cache can answer never reads the shipped ones."""
        return TermList.load(self._settings.terms_add, self._settings.terms_remove)

    @property
    def bar(self) -> float:
        """From this probability on a passage is flagged, where no category has a threshold of its own."""
        return self._settings.threshold or self._manifest.threshold or self._models.detector.threshold

    @property
    def lowest(self) -> float:
        """The lowest threshold of any category: what stays below it is of no interest to anybody."""
        return min(self.bar, *dict(self._settings.thresholds).values(), 1.0)

    def begin(self, passages: Sequence[Passage]) -> Begun:
        """Has the detector begin to read passages, other than those that it will certainly leave alone."""
        texts = [(self.heard(passage.text), passage.before) for passage in passages]
        floor = self._floor
        floors = [0.0 if self.terms.find(text) or plain_reading(text) else floor for text, _ in texts]
        begun = self._models.detector.begin(texts, weighed, floors)
        return once(lambda: self._balanced(texts, begun()))

    def ahead(
        self, passages: Sequence[Passage], fits: Callable[[Passage, str], bool], begun: Begun
    ) -> list[Callable[[], Verdict]]:
        """Begins to judge passages before somebody needs to know, and returns what waits for each verdict.

        `begun` comes from `begin` with the same passages. Empty where it would be of no use: without a model on this
        machine that reads several passages at once. A server must not hear of a passage before it is `wanted`.
        """
        language = self._language
        if not isinstance(language, LanguageModel) or language.jobs == 1:
            return []

        def judged(place: int) -> Verdict:
            return self._judged(passages[place], begun()[place], fits)

        return [language.crew.begin(partial(judged, place)) for place in range(len(passages))]

    @property
    def _floor(self) -> float:
        """The detector's probability from which on a passage without a listed term can be flagged."""
        weight = self._manifest.judge_weight if isinstance(self._language, LanguageModel) else 0.0
        if weight >= 1:
            return 0.0
        return probability((log_odds(self.lowest) - weight * MOST_LOG_ODDS) / (1 - weight)) if weight else self.lowest

    def judge(
        self,
        passages: Sequence[Passage],
        fits: Callable[[Passage, str], bool],
        wanted: Wanted | None = None,
        begun: Begun | None = None,
    ) -> list[Verdict]:
        """The verdict on each passage. `fits` says whether the document can be made to read a text in its place.

        `begun` comes from `begin` with the same passages.

        Before anything is sent to a server, `wanted` says from the verdicts without rewrites which passages are worth
        one (None: all that are flagged). The others keep such a verdict, which does not last.
        """
        if not isinstance(self._language, RemoteModel):
            placed = list(zip(passages, (begun or self.begin(passages))(), strict=True))
            jobs = self._language.jobs if self._language else 1
            return in_order(lambda place: self._judged(*place, fits), placed, jobs)
        found = self.drafts(passages, begun)
        verdicts = [verdict for verdict, _ in found]
        asked = wanted(verdicts) if wanted is not None else [True] * len(found)
        places = [at for at, (_, flagged) in enumerate(found) if flagged is not None and asked[at]]
        reworded = in_order(lambda at: self._reworded(*found[at], passages[at], fits), places, self._language.jobs)
        made = dict(zip(places, reworded, strict=True))
        return [
            made[at] if at in made else replace(verdict, lasting=flagged is None)
            for at, (verdict, flagged) in enumerate(found)
        ]

    def _judged(self, passage: Passage, detection: Detection, fits: Callable[[Passage, str], bool]) -> Verdict:
        """Verdict and rewrite of one passage in one go: the model remembers the last question, and both begin with it.

        A local model serves other threads afterwards.
        """
        try:
            return self._reworded(*self._verdict(passage, detection), passage, fits)
        finally:
            if isinstance(self._language, LanguageModel):
                self._language.hand_back()

    def drafts(
        self, passages: Sequence[Passage], begun: Begun | None = None
    ) -> list[tuple[Verdict, Flagged | None]]:
        """Each passage's verdict without a rewrite, and what there is to say to those that make one, if flagged."""
        return [self._verdict(*place) for place in zip(passages, (begun or self.begin(passages))(), strict=True)]

    def settled(
        self, verdict: Verdict, flagged: Flagged, passage: Passage, fits: Callable[[Passage, str], bool]
    ) -> Verdict | None:
        """The verdict with a rewrite of settled replacements, which takes no language model; None where none passes."""
        tools = self.tools(lambda new: fits(passage, new))
        proposal = candidates.settled(flagged, tools) if flagged.matches else None
        return with_rewrite(verdict, proposal) if proposal is not None else None

    def detect(self, texts: Sequence[tuple[str, str]]) -> list[Detection]:
        """What the detector says of each (text, sentence before), weighed with what it says of the text alone and
        of the same about other groups of people.
        """
        return self._balanced(texts, self._models.detector.detect(texts, weighed))

    def _balanced(self, texts: Sequence[tuple[str, str]], found: Sequence[Detection]) -> list[Detection]:
        """The detections with the mean log-odds over the versions of a passage about each group of one kind, where it
        names one: the verdict must not hang on which. (Averaging over a group of changes: Basu et al. 2023,
        "Equi-Tuning".)
        """
        lowest, highest = BALANCED
        near = [at for at, detection in enumerate(found) if lowest <= detection.probability < highest]
        others = {at: own for at in near if (own := versions(*texts[at]))}
        said = iter(self._models.detector.detect([other for own in others.values() for other in own], weighed))
        balanced = list(found)
        for at, own in others.items():
            odds = [log_odds(one.probability) for one in (found[at], *islice(said, len(own)))]
            balanced[at] = replace(found[at], probability=probability(sum(odds) / len(odds)))
        return balanced

    def heard(self, text: str) -> str:
        """The text as it is judged: quoted words count as the author's own when quotations are to be judged too."""
        return unquoted(text) if self._settings.include_quotes else text

    def _verdict(self, passage: Passage, detection: Detection) -> tuple[Verdict, Flagged | None]:
        """The verdict without a rewrite, and what there is to say to those that make one, if it is flagged."""
        if detection is UNREAD:  # then no term is listed either
            return _UNREAD, None
        text = passage.text
        detection, found = self._as_read(self.heard(text), passage.before, detection)
        mentions = (span for match in found for span in mentioned(text, match, passage.in_word_list))
        whole = [Span(0, len(text))] if passage.in_word_list and len(text.split()) <= MOST_LISTED else []
        fine = (*self._allowed.stretches(text), *mentions, *whole)
        allowed = [with_article(text, span) for span in fine]
        matches = [match for match in found if not covered(match.span, allowed)]
        judged = with_terms(detection, matches, self.probability(detection, matches))
        judged = replace(judged, marks=tuple(mark for mark in judged.marks if not self._recommended(text, mark)))
        if not (detection.marks or matches or allowed) and self._is_wholly_at_fault(passage, judged.probability):
            judged = replace(judged, marks=(Span(0, len(text)),))
        if not judged.marks:  # nothing in the passage itself is at fault
            return Verdict(judged.probability), None
        if judged.probability >= self.lowest:
            reason = self._excuse(text, judged, allowed) or self._only_a_name(passage)
            if reason:
                return Verdict(judged.probability, skipped=reason), None
        judged = replace(judged, marks=tuple(mark for mark in judged.marks if not covered(mark, allowed)))
        final = self._second_opinion(passage, judged)
        if final < self.lowest:
            return Verdict(final), None
        verdict = Verdict(
            probability=final,
            categories=judged.categories,
            marks=joined(text, judged.marks),
            message=message(text, judged, matches),
            severity=self._asked_severity(judged, matches),
        )
        return verdict, Flagged(text, passage.before, judged, matches)

    def _as_read(self, heard: str, before: str, detection: Detection) -> tuple[Detection, Sequence[TermMatch]]:
        """The detection of a text and the terms listed in it, disguised words taken for what they are read as."""
        found = self.terms.find(heard)
        reading = plain_reading(heard)
        if reading is None:
            return detection, found
        (read,) = self.detect([(reading.text, before)])
        if read.probability > detection.probability:
            detection = replace(read, marks=tuple(map(reading.written, read.marks)))
        disguised = [replace(match, span=reading.written(match.span)) for match in self.terms.find(reading.text)]
        known = [match.span for match in found]
        found = [*found, *(match for match in disguised if not covered(match.span, known))]
        return detection, sorted(found, key=lambda match: match.span)

    def _reworded(
        self, verdict: Verdict, flagged: Flagged | None, passage: Passage, fits: Callable[[Passage, str], bool]
    ) -> Verdict:
        """The verdict with the best rewrite, if it is flagged. Where a server fails, with what can be had without."""
        if flagged is None:
            return verdict
        tools = self.tools(lambda new: fits(passage, new))
        proposal: Proposal | None
        try:
            proposal, answered = candidates.best(flagged, tools), True
        except UnansweredError:
            proposal, answered = candidates.best(flagged, replace(tools, writer=None)), False
        if proposal is None:
            return replace(verdict, lasting=answered)
        return replace(with_rewrite(verdict, proposal), lasting=answered)

    def another(
        self,
        passage: Passage,
        categories: Sequence[str],
        fits: Callable[[Passage, str], bool],
        fresh: Callable[[str], bool],
    ) -> str | None:
        """One more text that is `fresh` for a passage flagged for these categories; None when there is no more."""
        (detection,) = self.detect([(self.heard(passage.text), passage.before)])
        try:
            verdict, flagged = self._verdict(passage, detection)
            if flagged is None or verdict.categories != tuple(categories):
                return None
            return another(flagged, self.tools(lambda new: fits(passage, new)), fresh)
        finally:
            if isinstance(self._language, LanguageModel):
                self._language.hand_back()

    def tools(self, fits: Callable[[str], bool]) -> Tools:
        """What rewrites are made and tested with. `fits` says whether a text can be projected onto the document."""
        language = self._language
        remote = isinstance(language, RemoteModel)
        return Tools(
            terms=self.terms,
            grade=self._graded,
            threshold=self._settings.threshold or self._models.detector.threshold,
            rewriter=(lambda: language.rewriter) if language and not remote else None,
            fits=fits,
            writer=language.write if remote else None,
            tag=self._tagged,
            # Readers accepted 46 of 881 texts in which the embedded one filled gaps, and 28 of 132 that it wrote anew:
            # with these among them, fewer of those that would be offered.
            writes=not (isinstance(language, LanguageModel) and language.embedded),
        )

    def _is_wholly_at_fault(self, passage: Passage, probability: float) -> bool:
        """Whether a passage in which no word stands out is at fault all the same: without the sentence before it, too,
        and with nothing in it that others say.
        """
        if probability < self.lowest or (reported(passage.text) and not self._settings.include_quotes):
            return False
        return not passage.before or self._graded([(passage.text, "")])[0] >= self.lowest

    def _excuse(self, text: str, judged: Detection, allowed: Sequence[Span]) -> str | None:
        """Why a suspicious passage is left alone: all that is at fault is allowed, or in somebody else's mouth."""
        left = [mark for mark in judged.marks if not covered(mark, allowed)]
        if not left:
            return "allowed, or only mentioned"
        if self._settings.include_quotes:
            return None
        quotations = reported(text)
        return "quotation" if all(covered(mark, quotations) for mark in left) else None

    def _only_a_name(self, passage: Passage) -> str | None:
        """Why a suspicious passage is left alone: all that is suspected is the name of an institution, a place or a
        work.
        """
        unnamed = without_names(passage.text)
        if unnamed == passage.text or self._settings.include_quotes:
            return None
        return "name" if self._graded([(unnamed, passage.before)])[0] < WITHOUT_NAMES else None

    def _asked_severity(self, judged: Detection, matches: Sequence[TermMatch]) -> Severity | None:
        """What the settings say of the listed terms; where more than such terms is at fault, they can only raise it."""
        asked = {match.span: self._term_severity[match.term] for match in matches if match.term in self._term_severity}
        if not asked:
            return None
        if all(covered(mark, tuple(asked)) for mark in judged.marks):
            return worst(asked.values())
        return worst([*asked.values(), of_categories(judged.categories, dict(self._settings.severity))])

    def probability(self, detection: Detection, matches: Sequence[TermMatch]) -> float:
        """The detector's probability, moved by what a listed term says, in log-odds calibrated on dev."""
        more = told(evidence_kind(matches), self._models.detector.term_evidence)
        return probability(log_odds(detection.probability) + more)

    def _second_opinion(self, passage: Passage, judged: Detection) -> float:
        """The final probability: the detector's log-odds and the model's own, by the weight in the model's manifest.

        The model is asked only where its answer can change the verdict.
        """
        weight = self._manifest.judge_weight
        own = (1 - weight) * log_odds(judged.probability)
        if not weight or not isinstance(self._language, LanguageModel):
            return judged.probability
        if abs(own - log_odds(self.bar)) > weight * MOST_LOG_ODDS:
            return judged.probability
        marks = joined(passage.text, judged.marks)
        answer = self._language.rewriter.ask(passage.text, passage.before, marks, judged.categories)
        if answer is None:
            return judged.probability
        said = min(max(log_odds(answer.flagged), -MOST_LOG_ODDS), MOST_LOG_ODDS)
        return probability(own + weight * said)

    def _tagged(self, text: str, before: str) -> Tagged | None:
        """Where an editor would change the text."""
        tagger = self._models.tagger
        if tagger is None:
            return None
        return tagger.read(text, *self._models.detector.states(self.heard(text), before))

    def _graded(self, texts: Sequence[tuple[str, str]]) -> list[float]:
        """P(flag) of proposed texts, by the same measure as the passages themselves."""
        heard = [(self.heard(text), before) for text, before in texts]
        detections = self.detect(heard)
        return [
            0.0
            if detection.marks and all(self._recommended(text, mark) for mark in detection.marks)
            else self.probability(*self._as_read(text, before, detection))
            for (text, before), detection in zip(heard, detections, strict=True)
        ]

    def _recommended(self, text: str, mark: Span) -> bool:
        """Whether what a detector objects to is nothing but what the term list itself proposes."""
        return _AROUND.sub("", text[mark.start : mark.end].lower()) in self.terms.recommended

    @property
    def _manifest(self) -> Manifest:
        """That of the language model; without one, that of a model that has no say."""
        return self._language.manifest if self._language else Manifest()


def weighed(whole: Callable[[], Detection], alone: Callable[[], Detection], apart: bool) -> Detection:
    """What is said of a text behind the sentence before, and of the text alone: the latter counts for less, unless the
    sentence before stands in another block.
    """
    first, second, share = (alone, whole, 1 - APART_SHARE) if apart else (whole, alone, ALONE_SHARE)
    found = first()
    if found.probability < ALONE_FROM:
        return found
    both = (1 - share) * log_odds(found.probability) + share * log_odds(second().probability)
    return replace(found, probability=probability(both))


def with_rewrite(verdict: Verdict, proposal: Proposal) -> Verdict:
    """The verdict with what is proposed."""
    return replace(verdict, rewrite=proposal.text, safety=proposal.safety, others=proposal.others)


def with_terms(detection: Detection, matches: Sequence[TermMatch], probability: float) -> Detection:
    """The detection with what the term list adds: marks, and categories, those of sure terms before the detector's.

    What technical terms there are the list knows: where it names something else, the detector's word for that is none.
    """
    sure, unsure = ([match.category for match in matches if match.sure is kind] for kind in (True, False))
    others = bool(matches) and "terminology" not in (*sure, *unsure)
    said = [name for name in detection.categories if not (others and name == "terminology")]
    names = (*sure, *said, *(name for name in unsure if detection.probability < 0.5 or not said))
    marks = (*detection.marks, *(match.span for match in matches))
    return Detection(probability, tuple(dict.fromkeys(names)), tuple(sorted(marks)))


def mentioned(text: str, match: TermMatch, in_word_list: bool) -> list[Span]:
    """The term and what it gives way to, where a sentence holds both, as a note on the renaming of a technical term
    does, or in a list of words to be avoided or an entry of one, which need not say what to write; else nothing.
    """
    if opened := entry_opened(text, match.span.start, match.span.end):
        return [Span(0, opened), *_replaced(text, match)]
    if match.category != "terminology" and not in_word_list:
        return []
    news = _replaced(text, match)
    return [match.span, *news] if in_word_list or any(not covered(new, [match.span]) for new in news) else []


def _replaced(text: str, match: TermMatch) -> list[Span]:
    """Where the text has what may stand for a term."""
    names = "|".join(map(re.escape, match.replacements)) or r"\Z\A"
    return [Span(*found.span()) for found in re.finditer(rf"(?<!\w)(?:{names})(?!\w)", text, re.IGNORECASE)]


def with_article(text: str, span: Span) -> Span:
    """The span with the article before it: the detector marks the one with the other."""
    before = re.search(r"\b(?:an?|the)\s+\Z", text[: span.start], re.IGNORECASE)
    return Span(before.start() if before else span.start, span.end)


def message(text: str, detection: Detection, matches: Sequence[TermMatch]) -> str:
    """One line that says why: the listed terms with their replacements, or the marked words and what they read as."""
    category = BY_ID[detection.categories[0]]
    named = [match for match in matches if match.replacements]
    if named:
        reason = "; ".join(f"“{text[m.span.start : m.span.end]}”: prefer “{m.replacements[0]}”" for m in named)
    else:
        quoted = ", ".join(f"“{text[mark.start : mark.end]}”" for mark in joined(text, detection.marks))
        reason = f"{quoted}: {category.summary}" if quoted else category.summary
    return f"{category.name}: {reason}"
