"""Rewrites from the language model: words for gaps, the free rewrite, and how likely it finds each."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any

from srlint import prompt
from srlint.document import Span
from srlint.engine.draft import WINDOW, Said, Source, said
from srlint.engine.infill import BEAMS, SEQUENCES, Words, infilled
from srlint.engine.likelihood import Likelihoods
from srlint.engine.pick import Pick, likeliest
from srlint.engine.session import BRANCHES, FIRST_BRANCH, QUESTION, Feed, Session
from srlint.engine.strands import Strand, together
from srlint.engine.wording import PLAIN, content_words, marked_words, plain_words
from srlint.prompt import numbered

# A gap adds at most this many tokens to a filling: longer faults need a free rewrite, not other words in one place.
MAX_INFILL = 12
# So many tokens of candidates are weighed at once: each takes a row of the vocabulary's size, and more are no quicker.
_MOST_ROWS = 64
# The free rewrite has a branch to itself; the others are for gaps first, and then for candidates.
_FREE, _OTHERS = FIRST_BRANCH, range(FIRST_BRANCH + 1, FIRST_BRANCH + BRANCHES)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model says first: P(not `clean`). Every rewrite begins with the `forced` tokens: the categories."""

    forced: Sequence[int]
    flagged: float


@dataclass(frozen=True, slots=True)
class Written:
    """The free rewrite, and for each way to cut gaps the words for them, best first."""

    free: str | None
    fillings: Sequence[Sequence[tuple[str, ...]]]


class Rewriter:
    """Asks one session about one passage at a time. Every call for a passage follows its `ask`."""

    def __init__(self, session: Session):
        self._session = session
        self._likelihoods = Likelihoods(session.vocabulary)
        self._clean = session.tokens(prompt.CLEAN)[0]
        self._categories = [session.tokens(name)[0] for name in prompt.IDS]
        self._newline = session.tokens("\n")[0]
        self._dash = session.tokens(f"\n{prompt.NO_REWRITE}")[-1]
        gap = session.tokens(f" {prompt.GAP}")
        self._gap = gap[0] if len(gap) == 1 else None
        self._asked: tuple[Any, Answer | None] | None = None
        self._said: Said | None = None

    def ask(self, text: str, before: str, marks: Sequence[Span], categories: Sequence[str]) -> Answer | None:
        """Puts the question: one evaluation. None where a passage is too long for the context.

        To ask the same again costs nothing.
        """
        asked = (text, before, tuple(marks), tuple(categories))
        if self._asked is None or self._asked[0] != asked:
            self.forget()
            first = self._session.ask(prompt.question(text, before, marks))
            forced = self._session.tokens(", ".join(categories) + "\n")
            self._asked = asked, None if first is None else Answer(forced, self._flagged(first))
        return self._asked[1]

    def forget(self) -> None:
        """To be called when a call for a passage was broken off: what it left behind must not serve the next one."""
        self._asked = self._said = None

    def _flagged(self, logits: Any) -> float:
        """P(not `clean`) among the tokens that may open an answer."""
        import numpy

        opening = numpy.array(
            [logits[self._clean], *(logits[token] for token in set(self._categories))], dtype=numpy.float64
        )
        weights = numpy.exp(opening - opening.max())
        return float(1 - weights[0] / weights.sum())

    def refusal(self, answer: Answer) -> float:
        """The log-probability that the model itself would give no rewrite, since none can keep the point."""
        return self._likelihoods.of(self._begun(answer).rows[0], self._dash)

    def write(self, answer: Answer, text: str, shapes: Sequence[Sequence[Span]], marks: Sequence[Span]) -> Written:
        """The free rewrite, and words for each of the `shapes`, ways to cut gaps: all decoded side by side."""
        fillings = [self._infill(place, answer, text, gaps, marks) for place, gaps in enumerate(shapes)]
        free, *found = self._together([self._free(answer, text, marks, likeliest), *fillings])
        return Written(self._rewrite(free, text), [self._fillings(own, marks, text) for own in found])

    def free(
        self, answer: Answer, text: str, pick: Pick = likeliest, marks: Sequence[Span] = ()
    ) -> str | None:
        """The model's own rewrite; None when it says that there is none or does not end. `pick` chooses each token.

        It is found sooner where the `marks` are told.
        """
        return self._rewrite(self._together([self._free(answer, text, marks, pick)])[0], text)

    def infill(self, answer: Answer, text: str, gaps: Sequence[Span], marks: Sequence[Span]) -> list[tuple[str, ...]]:
        """Words for every gap of the text at once, best first; no words where nothing belongs.

        Marked words may not return. Empty for a model that has no token for a gap.
        """
        return self._fillings(self._together([self._infill(0, answer, text, gaps, marks)])[0], marks, text)

    def _together(self, lines: Sequence[tuple[int, Strand[Any]]]) -> list[Any]:
        """What the strands return. Each comes with the most cells that it takes; without room for all they take turns.

        What was said freely is remembered.
        """
        self._session.clear()
        self._said = None
        strands = [strand for _, strand in lines]
        if sum(size for size, _ in lines) <= self._session.room(QUESTION):
            results = together(self._session, strands)
        else:
            # The first stays in its cells.
            results = [together(self._session, [strand])[0] for strand in reversed(strands)][::-1]
        self._said = next((own for own in results if isinstance(own, Said)), None)
        return results

    def _free(self, answer: Answer, text: str, marks: Sequence[Span], pick: Pick) -> tuple[int, Strand[Said]]:
        tokens = self._session.tokens(numbered(text))
        places = [[self._place(text[:at]) for at in (mark.start, mark.end)] for mark in marks]
        doubtful = frozenset(at for start, end in places for at in range(start, end))
        return self._saying(answer, Source(tokens, doubtful), pick, int(1.3 * len(tokens)) + 12)

    def _place(self, opening: str) -> int:
        """About how many tokens an opening of a text has: the blank behind it belongs to the next one."""
        return len(self._session.tokens(numbered(opening)))

    def _saying(self, answer: Answer, source: Source, pick: Pick, limit: int) -> tuple[int, Strand[Said]]:
        strand = said(self._session, _FREE, answer.forced, source, pick, self._ends, limit)
        return len(answer.forced) + limit + WINDOW, strand

    def _ends(self, token: int) -> bool:
        return token == self._newline or self._session.ends(token)

    def _begun(self, answer: Answer) -> Said:
        """What was said freely last, or nothing but the forced tokens."""
        return self._said or self._together([self._saying(answer, Source(()), likeliest, 0)])[0]

    def _rewrite(self, free: Said, text: str) -> str | None:
        rewrite = self._session.text(free.tokens[free.forced :]).strip()
        if not free.ended or rewrite == prompt.NO_REWRITE:
            return None
        return prompt.restored(rewrite, text.count(prompt.ATOM))

    def _infill(
        self, place: int, answer: Answer, text: str, gaps: Sequence[Span], marks: Sequence[Span]
    ) -> tuple[int, Strand[list[list[int]]]]:
        if self._gap is None:
            return 0, _nothing()
        branches = _OTHERS[place * SEQUENCES : (place + 1) * SEQUENCES]
        forced = [*answer.forced, *self._session.tokens(prompt.gapped(text, gaps))]
        most = sum(min(MAX_INFILL, 4 + 2 * len(text[gap.start : gap.end].split())) for gap in gaps) + len(gaps)
        barred = self._barred(marked_words(text, marks))
        strand = infilled(self._session, self._likelihoods, self._words, branches, forced, len(gaps), most, barred)
        return len(forced) + BEAMS * (most + 1), strand

    def _fillings(self, found: Sequence[Sequence[int]], marks: Sequence[Span], text: str) -> list[tuple[str, ...]]:
        marked = marked_words(text, marks)
        fillings = [self._filling(tokens) for tokens in found]
        # A word can be spelt in more ways than by its usual tokens: barring their first is not enough.
        sound = [words for words in fillings if not marked & content_words(" ".join(words))]
        return list(dict.fromkeys(sound))[:BEAMS]

    def _filling(self, tokens: Sequence[int]) -> tuple[str, ...]:
        """The words of each gap in what the model said."""
        words: list[list[int]] = [[]]
        for token in tokens:
            if token == self._gap:
                words.append([])
            else:
                words[-1].append(token)
        return tuple(self._session.text(own).strip() for own in words)

    def _barred(self, marked: Set[str]) -> list[int]:
        """Tokens that would begin a marked word again, in any case and with or without its space."""
        forms = {form for word in marked for form in (word, word.capitalize(), word.upper())}
        return sorted({self._session.tokens(space + form)[0] for form in forms for space in ("", " ")})

    @cached_property
    def _words(self) -> Words:
        import numpy

        assert self._gap is not None
        size = self._session.vocabulary
        packed = self._session.known(PLAIN)
        if packed is None or len(packed) != 2 * ((size + 7) // 8):
            packed = plain_words(self._session.pieces())
            self._session.keep(PLAIN, packed)
        rows = numpy.frombuffer(packed, numpy.uint8).reshape(2, -1)
        may = numpy.unpackbits(rows, axis=1, count=size).astype(bool)
        opening, further = numpy.where(may, numpy.float32(0), numpy.float32(-numpy.inf))
        return Words(opening, further, self._gap, self._session.end)

    def likelihoods(self, answer: Answer, candidates: Sequence[str]) -> list[float]:
        """Mean log-probability a token of each candidate as the whole answer, ending included."""
        if not self._session.goes_back:
            self._said = None  # it cannot be left in the middle
        free = self._begun(answer)
        own = free.tokens[free.forced :]
        totals = [self._likelihoods.total(row) for row in free.rows]
        steps = (float(row[token]) - total for row, token, total in zip(free.rows, own, totals, strict=False))
        sums = list(accumulate(steps, initial=0.0))
        sequences = [[*self._session.tokens(numbered(text)), self._session.end] for text in candidates]
        places = [_shared_length(tokens, own) for tokens in sequences]
        found: list[float] = []
        for group in self._groups([len(tokens) - place for tokens, place in zip(sequences, places, strict=True)]):
            rests = [sequences[at][places[at] :] for at in group]
            read = self._read(free, [places[at] for at in group], rests)
            for at, rest, rows in zip(group, rests, read, strict=True):
                first = float(free.rows[places[at]][rest[0]]) - totals[places[at]]
                total = sums[places[at]] + first + self._likelihoods.summed(rows, rest[1:])
                found.append(total / len(sequences[at]))
        return found

    def _read(self, free: Said, places: Sequence[int], rests: Sequence[Sequence[int]]) -> list[Any]:
        """The logits after each token but the last of the `rests`, each of which leaves what was said at its place."""
        start = self._session.length(free.branch) - len(free.tokens) + free.forced
        for branch in _OTHERS:
            self._session.drop(branch)
        feeds = []
        for branch, place, rest in zip(_OTHERS, places, rests, strict=False):
            self._session.fork(free.branch, branch, start + place)
            feeds.append(Feed(branch, rest[:-1], len(rest) - 1))
        return self._session.peek(feeds)

    def _groups(self, sizes: Sequence[int]) -> list[list[int]]:
        """The places of the sizes, cut so that each group has the branches and the room that it takes."""
        room = min(_MOST_ROWS, self._session.room(_FREE))
        groups: list[list[int]] = []
        filled = 0
        for place, size in enumerate(sizes):
            if not groups or filled + size > room or len(groups[-1]) == len(_OTHERS):
                groups.append([])
                filled = 0
            groups[-1].append(place)
            filled += size
        return groups


def _nothing() -> Strand[list[list[int]]]:
    return []
    yield


def _shared_length(tokens: Sequence[int], other: Sequence[int]) -> int:
    """How many tokens both open with; at least one of the first stays outside."""
    longest = min(len(tokens) - 1, len(other))
    return next((place for place in range(longest) if tokens[place] != other[place]), longest)
