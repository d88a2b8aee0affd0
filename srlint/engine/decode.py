"""Rewrites from the language model: words for gaps, the free rewrite, and how likely it finds each."""

from __future__ import annotations

import heapq
import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Any

from srlint import prompt
from srlint.document import Span
from srlint.engine.session import BRANCHES, FIRST_BRANCH, QUESTION, Feed, Session
from srlint.prompt import numbered

BEAMS = 4
# A gap adds at most this many tokens to a filling: longer faults need a free rewrite, not other words in one place.
MAX_INFILL = 12
_WORD = re.compile(r"\w+")
# What an infill may be made of. Anything else (a line break, markup, a placeholder) is not a word in a sentence.
_PLAIN = re.compile(r"[ a-z0-9'’,\-]+", re.ASCII | re.IGNORECASE)
# Words that may return from a mark: they carry no fault of their own.
_FUNCTION_WORDS = frozenset(
    "a an and are as at be by for from had has have he her his in is it its of on or our own she so than that the "
    "their them they this to was we were who will with you your".split()
)


@dataclass(frozen=True, slots=True)
class Answer:
    """The state after a question and the categories: what every candidate of one passage is a continuation of."""

    logits: Any
    flagged: float


class Rewriter:
    """Asks one session about one passage at a time. Every call for a passage follows its `ask`."""

    def __init__(self, session: Session):
        self._session = session
        self._clean = session.tokens(prompt.CLEAN)[0]
        self._categories = [session.tokens(name)[0] for name in prompt.IDS]
        self._newline = session.tokens("\n")[0]
        self._dash = session.tokens(f"\n{prompt.NO_REWRITE}")[-1]
        gap = session.tokens(f" {prompt.GAP}")
        self._gap = gap[0] if len(gap) == 1 else None
        self._infill_masks: Any = None
        self._asked: tuple[Any, Answer | None] | None = None

    def ask(self, text: str, before: str, marks: Sequence[Span], categories: Sequence[str]) -> Answer | None:
        """Puts the question and forces the detector's categories; None where a passage is too long for the context.

        To ask the same again costs nothing.
        """
        asked = (text, before, tuple(marks), tuple(categories))
        if self._asked is None or self._asked[0] != asked:
            self._asked = (asked, self._ask(*asked))
        return self._asked[1]

    def _ask(self, text: str, before: str, marks: Sequence[Span], categories: Sequence[str]) -> Answer | None:
        first = self._session.ask(prompt.question(text, before, marks))
        if first is None:
            return None
        forced = self._session.tokens(", ".join(categories) + "\n")
        logits = self._session.feed([Feed(QUESTION, forced)])[0][0]
        return Answer(logits, self._flagged(first))

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
        return float(_log_softmax(answer.logits)[self._dash])

    def free(self, answer: Answer, text: str) -> str | None:
        """The model's own greedy rewrite; None when it says that there is none or does not end."""
        limit = int(1.3 * len(self._session.tokens(numbered(text)))) + 12
        self._session.fork(QUESTION, FIRST_BRANCH)
        logits, found = answer.logits, []
        while len(found) < limit:
            token = int(logits.argmax())
            if self._session.ends(token) or token == self._newline:
                break
            found.append(token)
            logits = self._session.feed([Feed(FIRST_BRANCH, [token])])[0][0]
        else:
            return None
        rewrite = self._session.text(found).strip()
        return None if rewrite == prompt.NO_REWRITE else prompt.restored(rewrite, text.count(prompt.ATOM))

    def infill(self, answer: Answer, text: str, gaps: Sequence[Span], marks: Sequence[Span]) -> list[tuple[str, ...]]:
        """Words for every gap of the text at once, best first; no words where nothing belongs.

        Beam search over the gaps from left to right. Marked words may not return. Empty for a model that has
        no token for a gap.
        """
        import numpy

        if self._gap is None:
            return []
        marked = _content_words(" ".join(text[mark.start : mark.end] for mark in marks))
        barred = self._barred(marked)
        most = sum(min(MAX_INFILL, 4 + 2 * len(text[gap.start : gap.end].split())) for gap in gaps) + len(gaps)
        self._session.fork(QUESTION, FIRST_BRANCH)
        logits = self._session.feed([Feed(FIRST_BRANCH, self._session.tokens(prompt.gapped(text, gaps)))])[0][0]
        done: list[tuple[float, list[int]]] = []
        beams: list[tuple[float, list[int], int, Any]] = [(0.0, [], FIRST_BRANCH, logits)]
        for _ in range(most):
            options: list[tuple[float, list[int], int, int]] = []
            for score, tokens, branch, row in beams:
                likelihood = _log_softmax(row)
                last = tokens.count(self._gap) + 1 == len(gaps)
                if last:
                    done.append(((score + float(likelihood[self._session.end])) / (len(tokens) + 1), tokens))
                fresh = not tokens or tokens[-1] == self._gap
                scores = numpy.where(self._masks()[0 if fresh else 1], likelihood, -numpy.inf)
                scores[list(barred)] = -numpy.inf
                if not last:
                    scores[self._gap] = likelihood[self._gap]
                for token in numpy.argpartition(scores, -BEAMS)[-BEAMS:]:
                    if numpy.isfinite(scores[token]):
                        options.append((score + float(scores[token]), tokens, branch, int(token)))
            best = heapq.nlargest(BEAMS, options, key=lambda option: (option[0], -option[3]))
            if len(done) >= BEAMS:
                bar = heapq.nlargest(BEAMS, done)[-1][0]
                best = [option for option in best if option[0] / (len(option[1]) + 2) > bar]
            if not best:
                break
            beams = self._extend(best, keep=FIRST_BRANCH)
        for _, _, branch, _ in beams:
            if branch != FIRST_BRANCH:  # it would fill the context
                self._session.drop(branch)
        found = [self._fillings(tokens) for _, tokens in heapq.nlargest(2 * BEAMS, done)]
        # A word can be spelt in more ways than by its usual tokens: barring their first is not enough.
        sound = [words for words in found if not marked & _content_words(" ".join(words))]
        return list(dict.fromkeys(sound))[:BEAMS]

    def _fillings(self, tokens: Sequence[int]) -> tuple[str, ...]:
        """The words of each gap in what the model said."""
        words: list[list[int]] = [[]]
        for token in tokens:
            if token == self._gap:
                words.append([])
            else:
                words[-1].append(token)
        return tuple(self._session.text(own).strip() for own in words)

    def _extend(
        self, options: Sequence[tuple[float, list[int], int, int]], keep: int
    ) -> list[tuple[float, list[int], int, Any]]:
        """Copies each option's branch to one of its own and appends its token, all in one evaluation."""
        used = {option[2] for option in options} | {keep}
        spare = [branch for branch in range(FIRST_BRANCH, FIRST_BRANCH + BRANCHES) if branch not in used]
        placed = [
            (score, [*tokens, token], spare[index], branch)
            for index, (score, tokens, branch, token) in enumerate(options)
        ]
        for _, _, target, source in placed:
            self._session.fork(source, target)
        rows = self._session.feed([Feed(target, tokens[-1:]) for _, tokens, target, _ in placed])
        for branch in used - {keep}:
            self._session.drop(branch)
        return [(score, tokens, target, row[0]) for (score, tokens, target, _), row in zip(placed, rows, strict=True)]

    def _barred(self, marked: Set[str]) -> set[int]:
        """Tokens that would begin a marked word again, in any case and with or without its space."""
        forms = {form for word in marked for form in (word, word.capitalize(), word.upper())}
        return {self._session.tokens(space + form)[0] for form in forms for space in ("", " ")}

    def _masks(self) -> tuple[Any, Any]:
        """Which tokens may open the words of a gap, and which may go on in them."""
        import numpy

        if self._infill_masks is None:
            texts = [piece.decode("utf-8", "replace") for piece in self._session.pieces()]
            plain = numpy.array([bool(_PLAIN.fullmatch(text)) and not text.isspace() for text in texts])
            space = numpy.array([text.startswith(" ") and text[1:2].isalpha() for text in texts])
            self._infill_masks = (plain & space, plain)
        return self._infill_masks

    def likelihoods(self, answer: Answer, candidates: Sequence[str]) -> list[float]:
        """Mean log-probability a token of each candidate as the whole answer, ending included."""
        sequences = [[*self._session.tokens(numbered(text)), self._session.end] for text in candidates]
        shared = _shared_length(sequences)
        self._session.fork(QUESTION, FIRST_BRANCH)
        trunk = [answer.logits, *self._read(FIRST_BRANCH, sequences[0][:shared])]
        base = _total(trunk, sequences[0][:shared])
        results = []
        for tokens in sequences:
            self._session.fork(FIRST_BRANCH, FIRST_BRANCH + 1)
            rows = [trunk[-1], *self._read(FIRST_BRANCH + 1, tokens[shared:-1])]
            results.append((base + _total(rows, tokens[shared:])) / len(tokens))
        return results

    def _read(self, branch: int, tokens: Sequence[int]) -> Sequence[Any]:
        """Appends tokens to a branch; the logits after each of them."""
        return self._session.feed([Feed(branch, tokens, len(tokens))])[0] if tokens else ()


def _total(rows: Sequence[Any], tokens: Sequence[int]) -> float:
    """Summed log-probability of tokens, each given the logits before it. A row too many is ignored."""
    return sum(float(_log_softmax(row)[token]) for row, token in zip(rows, tokens, strict=False))


def _content_words(text: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(text)} - _FUNCTION_WORDS


def _shared_length(sequences: Sequence[Sequence[int]]) -> int:
    """How many tokens all sequences open with; at least one of each stays outside."""
    shortest = min(len(sequence) for sequence in sequences) - 1
    return next((place for place in range(shortest) if len({sequence[place] for sequence in sequences}) > 1), shortest)


def _log_softmax(row: Any) -> Any:
    import numpy

    shifted = row - row.max()
    return shifted - numpy.log(numpy.exp(shifted).sum())
