"""Rewrites from the language model: infills between forced words, the free rewrite, and how likely it finds each."""

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
# A mark is replaced by at most this many tokens: longer faults need a free rewrite, not other words in the same place.
MAX_INFILL = 10
# Stands at the ends of marks while placeholders are numbered; never part of a document's prose.
_CUT = "\x01"
_WORD = re.compile(r"\w+")
# What an infill may be made of. Anything else (a line break, markup, a placeholder) is not a word in a sentence.
_PLAIN = re.compile(r"[ \w'’,\-]+", re.ASCII)
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
        self._infill_mask: Any = None
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

    def refuses(self, answer: Answer) -> bool:
        """Whether the model's own answer is that no rewrite can keep the point."""
        return int(answer.logits.argmax()) == self._dash

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

    def infill(self, answer: Answer, text: str, marks: Sequence[Span]) -> list[str]:
        """Texts in which every mark is replaced and all else is forced, best first.

        Marks are filled from left to right by beam search, the best filling of one being kept for the next; the last
        mark gives the alternatives. Marked words may not return.
        """
        pieces = _pieces(text, marks)
        marked = _content_words(" ".join(text[mark.start : mark.end] for mark in marks))
        head, logits = "", answer.logits
        self._session.fork(QUESTION, FIRST_BRANCH)
        for index, mark in enumerate(marks):
            lead, tail = pieces[2 * index], pieces[2 * index + 2]
            logits = self._force(lead.rstrip(" "), logits)
            fillings = self._fill(logits, text[mark.start : mark.end], marked, lead.endswith(" "), tail)
            head += text[marks[index - 1].end if index else 0 : mark.start]
            if not fillings or index + 1 == len(marks):
                return [head + filling.lstrip(" ") + text[mark.end :] for filling in fillings]
            head += fillings[0].lstrip(" ")
            logits = self._force(fillings[0], logits)
        return []

    def _force(self, words: str, logits: Any) -> Any:
        """Appends given words to FIRST_BRANCH and returns the logits after them."""
        tokens = self._session.tokens(words)
        return self._session.feed([Feed(FIRST_BRANCH, tokens)])[0][0] if tokens else logits

    def _fill(self, logits: Any, old: str, marked: Set[str], spaced: bool, tail: str) -> list[str]:
        """Up to BEAMS fillings for the mark `old`, given the logits before it. FIRST_BRANCH is left as it was."""
        import numpy

        barred = self._barred(marked)
        limit = min(MAX_INFILL, 4 + 2 * len(old.split()))
        after = self._session.tokens(tail) or [self._session.end]
        done: list[tuple[float, list[int]]] = []
        beams: list[tuple[float, list[int], int, Any]] = [(0.0, [], FIRST_BRANCH, logits)]
        for _ in range(limit + 1):
            options: list[tuple[float, list[int], int, int]] = []
            for score, tokens, branch, row in beams:
                likelihood = _log_softmax(row)
                if tokens:
                    closing = float(likelihood[after[0]])
                    # A word can be spelt in more ways than by its usual tokens: barring their first is not enough.
                    if not marked & _content_words(self._session.text(tokens)):
                        done.append(((score + closing) / (len(tokens) + 1), tokens))
                    allowed = self._mask_inside()
                else:
                    allowed = self._mask_first(spaced)
                scores = numpy.where(allowed, likelihood, -numpy.inf)
                scores[list(barred)] = -numpy.inf
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
        fillings = [self._session.text(tokens) for _, tokens in heapq.nlargest(2 * BEAMS, done)]
        return list(dict.fromkeys(text for text in fillings if text.strip()))[:BEAMS]

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

    def _mask_first(self, spaced: bool) -> Any:
        return self._masks()[0 if spaced else 1]

    def _mask_inside(self) -> Any:
        return self._masks()[2]

    def _masks(self) -> tuple[Any, Any, Any]:
        """Which tokens may open an infill after a space, open one at the very start, and go on inside one."""
        import numpy

        if self._infill_mask is None:
            texts = [piece.decode("utf-8", "replace") for piece in self._session.pieces()]
            plain = numpy.array([bool(_PLAIN.fullmatch(text)) and not text.isspace() for text in texts])
            space = numpy.array([text.startswith(" ") and text[1:2].isalpha() for text in texts])
            letter = numpy.array([text[:1].isalpha() for text in texts])
            self._infill_mask = (plain & space, plain & letter, plain)
        return self._infill_mask

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


def _pieces(text: str, marks: Sequence[Span]) -> list[str]:
    """The text as the model reads it, cut at the marks: before, mark, between, mark, ..., after."""
    cut, at = [], 0
    for mark in marks:
        cut += [text[at : mark.start], text[mark.start : mark.end]]
        at = mark.end
    return numbered(_CUT.join([*cut, text[at:]])).split(_CUT)


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
