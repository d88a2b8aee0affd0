"""From our rows to what the language model is trained on: a question, an answer, and where the loss falls."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from finetune.dataset import Row
from srlint import prompt
from srlint.document import Span
from srlint.edits import apply, diff
from srlint.findings import Edit
from srlint.formats.atoms import ATOM
from srlint.gaps import filled, joined, widened

# What srlint.engine.decode lets a model write into a gap.
_WRITABLE = re.compile(r"(?:[a-z][ a-z0-9'’,\-]*)?", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Pair:
    """One training text.

    `changed` are the spans of the answer that differ from the passage: the words that matter. `given` is the stretch
    that the command puts into the model's mouth: nothing is to be learnt there.
    """

    question: str
    answer: str
    changed: tuple[Span, ...]
    given: Span = Span(0, 0)


def pairs(rows: Sequence[Row], clean_share: float, seed: int, infill_share: float = 0.0) -> list[Pair]:
    """A pair for every rewrite (or refusal to rewrite) of every flagged row, and clean rows to make up `clean_share`.

    Marks vary as a detector's do: sometimes all, sometimes widened, sometimes none; clean rows carry false ones.
    About `infill_share` of the rewrites are asked for as the words that belong in gaps of the passage.
    """
    draw = random.Random(seed)
    flagged = [row for row in rows if row.flagged]
    found = [pair for row in flagged for pair in _flagged(row, draw, infill_share)]
    clean = [row for row in rows if not row.flagged]
    wanted = min(len(clean), round(len(found) * clean_share / (1 - clean_share)))
    # Hard negatives first: they are what a detector lets through.
    clean.sort(key=lambda row: (row.difficulty != "hard", draw.random()))
    found += [
        Pair(prompt.question(row.text, row.before, _false_marks(row.text, draw)), prompt.CLEAN, ())
        for row in clean[:wanted]
    ]
    return found


def _flagged(row: Row, draw: random.Random, infill_share: float) -> Iterator[Pair]:
    for rewrite in row.rewrites or (None,):
        if rewrite and infill_share and draw.random() < infill_share and (infill := _infill(row, rewrite, draw)):
            yield infill
            continue
        question = prompt.question(row.text, row.before, _varied(row, draw))
        answer = prompt.answer(row.categories, rewrite)
        head = len(answer) - len(prompt.numbered(rewrite)) if rewrite else 0
        changed = [Span(0, head)] if rewrite else [Span(0, len(answer))]
        changed += [Span(head + a, head + b) for a, b in _inserted(row.text, rewrite)] if rewrite else []
        yield Pair(question, answer, tuple(changed))


def _infill(row: Row, rewrite: str, draw: random.Random) -> Pair | None:
    """The rewrite as words for gaps around its edits and the marks, a third of them wider than need be.

    None where such words cannot make it, or are none that the command would let a model write.
    """
    edits = diff(row.text, rewrite)
    places = joined(row.text, [*(edit.span for edit in edits), *(Span(a, b) for a, b in row.spans)])
    gaps = [_trimmed(row.text, place) for place in places]
    if draw.random() < 0.33:
        gaps = [widened(row.text, gap, draw.randrange(3), draw.randrange(3)) for gap in gaps]
    gaps = list(joined(row.text, gaps))
    words = [_after(gap, row.text, edits) for gap in gaps]
    if None in words or not all(_WRITABLE.fullmatch(filling) for filling in words):
        return None
    if ATOM in "".join(row.text[gap.start : gap.end] for gap in gaps) or filled(row.text, gaps, words) != rewrite:
        return None
    head = f"{', '.join(row.categories)}\n"
    opening = prompt.gapped(row.text, gaps)
    answer = head + opening + prompt.fillings(words)
    given = Span(len(head), len(head) + len(opening))
    changed = (Span(0, len(head)), Span(given.end, len(answer)))
    return Pair(prompt.question(row.text, row.before, [Span(a, b) for a, b in row.spans]), answer, changed, given)


def _trimmed(text: str, place: Span) -> Span:
    """The place without white space at its ends, or the word behind an insertion."""
    own = text[place.start : place.end]
    if not own.strip():
        return widened(text, Span(place.start, place.start), 0, 1)
    return Span(place.start + len(own) - len(own.lstrip()), place.end - len(own) + len(own.rstrip()))


def _after(gap: Span, text: str, edits: Sequence[Edit]) -> str | None:
    """What stands in a gap after the edits, or None where an edit crosses its border by more than white space."""
    inside = [edit for edit in edits if edit.span.start < gap.end and gap.start < edit.span.end or _at(edit.span, gap)]
    clipped = []
    for edit in inside:
        start, end = max(edit.span.start, gap.start), min(edit.span.end, gap.end)
        if text[edit.span.start : start].strip() or text[end : edit.span.end].strip():
            return None
        clipped.append(Edit(Span(start - gap.start, max(start, end) - gap.start), edit.text))
    return apply(text[gap.start : gap.end], clipped).strip()


def _at(place: Span, gap: Span) -> bool:
    return place.start == place.end and gap.start <= place.start <= gap.end


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
