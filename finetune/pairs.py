"""From our rows to what the language model is trained on: a question, an answer, and where the loss falls."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from finetune.dataset import Row
from srlint import prompt
from srlint.document import Span


@dataclass(frozen=True, slots=True)
class Pair:
    """One training text. `changed` are the spans of the answer that differ from the passage: the words that matter."""

    question: str
    answer: str
    changed: tuple[Span, ...]


def pairs(rows: Sequence[Row], clean_share: float, seed: int) -> list[Pair]:
    """A pair for every rewrite (or refusal to rewrite) of every flagged row, and clean rows to make up `clean_share`.

    Marks vary as a detector's do: sometimes all, sometimes widened, sometimes none; clean rows carry false ones.
    """
    draw = random.Random(seed)
    flagged = [row for row in rows if row.flagged]
    found = [pair for row in flagged for pair in _flagged(row, draw)]
    clean = [row for row in rows if not row.flagged]
    wanted = min(len(clean), round(len(found) * clean_share / (1 - clean_share)))
    # Hard negatives first: they are what a detector lets through.
    clean.sort(key=lambda row: (row.difficulty != "hard", draw.random()))
    found += [
        Pair(prompt.question(row.text, row.before, _false_marks(row.text, draw)), prompt.CLEAN, ())
        for row in clean[:wanted]
    ]
    return found


def _flagged(row: Row, draw: random.Random) -> Iterator[Pair]:
    for rewrite in row.rewrites or (None,):
        question = prompt.question(row.text, row.before, _varied(row, draw))
        answer = prompt.answer(row.categories, rewrite)
        head = len(answer) - len(prompt.numbered(rewrite)) if rewrite else 0
        changed = [Span(0, head)] if rewrite else [Span(0, len(answer))]
        changed += [Span(head + a, head + b) for a, b in _inserted(row.text, rewrite)] if rewrite else []
        yield Pair(question, answer, tuple(changed))


def _inserted(old: str, new: str) -> Iterator[tuple[int, int]]:
    """Spans of `new` (as numbered placeholders write it) that are not in `old`, each with the word that follows it."""
    before, after = prompt.numbered(old).split(" "), prompt.numbered(new).split(" ")
    starts = [0]
    for word in after:
        starts.append(starts[-1] + len(word) + 1)
    for tag, _, _, a, b in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            b = min(b + 1, len(after))  # where a deletion or an insertion ends is a decision too
            yield max(0, starts[a] - 1), starts[b] - 1


def _varied(row: Row, draw: random.Random) -> list[Span]:
    kind = draw.random()
    spans = [Span(a, b) for a, b in row.spans]
    if kind < 0.15:
        return []
    if kind < 0.3:
        return [_widened(row.text, draw.choice(spans))]
    if kind < 0.45:
        return [_narrowed(row.text, span, draw) for span in spans]
    return spans


def _widened(text: str, span: Span) -> Span:
    """With a word more on either side."""
    start = text.rfind(" ", 0, max(0, span.start - 1)) + 1
    end = text.find(" ", span.end + 1)
    return Span(start, len(text) if end < 0 else end)


def _narrowed(text: str, span: Span, draw: random.Random) -> Span:
    """One stretch of one to three words of a longer mark."""
    words = _words(text, span.start, span.end)
    first = draw.randrange(len(words))
    last = min(len(words) - 1, first + draw.randrange(3))
    return Span(words[first].start, words[last].end)


def _words(text: str, start: int, end: int) -> list[Span]:
    found, at = [], start
    for word in text[start:end].split(" "):
        if word:
            found.append(Span(at, at + len(word)))
        at += len(word) + 1
    return found


def _false_marks(text: str, draw: random.Random) -> list[Span]:
    words = _words(text, 0, len(text))
    if draw.random() < 0.3 or not words:
        return []
    long = [word for word in words if word.end - word.start > 4] or words
    first = words.index(draw.choice(long))
    last = min(len(words) - 1, first + draw.choice((0, 0, 0, 1, 2)))
    return [Span(words[first].start, words[last].end)]
