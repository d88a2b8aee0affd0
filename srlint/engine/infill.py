"""Words for the gaps of a passage: a beam search from gap to gap."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from srlint.engine.context import QUESTION, Feed
from srlint.engine.likelihood import Likelihoods
from srlint.engine.session import Session
from srlint.engine.strands import Strand

BEAMS = 4
# Sequences that a search needs: one for the passage with its gaps, and two for every beam, the old and the new.
SEQUENCES = 1 + 2 * BEAMS


@dataclass(frozen=True, slots=True)
class Words:
    """What may be said in a gap, as what is added to each token's logit: nothing, or minus infinity.

    `opening` is for the first token of a gap, `further` for the others. `gap` is the token before the words of a gap,
    `end` the one after the last words.
    """

    opening: Any
    further: Any
    gap: int
    end: int


@dataclass(frozen=True, slots=True)
class _Beam:
    score: float
    tokens: list[int]
    branch: int


def infilled(
    session: Session,
    likelihoods: Likelihoods,
    words: Words,
    branches: Sequence[int],
    forced: Sequence[int],
    gaps: int,
    most: int,
    barred: Sequence[int],
) -> Strand[list[list[int]]]:
    """Goes on from the question with `forced`, then with at most `most` tokens for all gaps. Best first.

    `barred` tokens are not said. Uses SEQUENCES `branches`, and leaves them empty.
    """
    trunk = branches[0]
    session.fork(QUESTION, trunk)
    rows = yield [Feed(trunk, forced)]
    done: list[tuple[float, list[int]]] = []
    beams = [_Beam(0.0, [], trunk)]
    for step in range(most):
        options: list[tuple[float, list[int], int, int]] = []
        for beam, (row,) in zip(beams, rows, strict=True):
            total = likelihoods.total(row)
            last = beam.tokens.count(words.gap) + 1 == gaps
            if last:
                done.append(((beam.score + float(row[words.end]) - total) / (len(beam.tokens) + 1), beam.tokens))
            fresh = not beam.tokens or beam.tokens[-1] == words.gap
            allowed = words.opening if fresh else words.further
            for token, logit in _best(row, allowed, barred, None if last else words.gap):
                options.append((beam.score + logit - total, beam.tokens, beam.branch, token))
        best = _promising(options, done)
        if not best or step == most - 1:  # what follows the last step would not be looked at
            break
        beams = _forked(session, best, branches)
        rows = yield [Feed(beam.branch, beam.tokens[-1:]) for beam in beams]
    for branch in branches:
        session.drop(branch)
    return [tokens for _, tokens in heapq.nlargest(2 * BEAMS, done)]


def _best(row: Any, allowed: Any, barred: Sequence[int], gap: int | None) -> list[tuple[int, float]]:
    """The BEAMS likeliest of the tokens that may be said, with their logits."""
    import numpy

    logits = row + allowed
    logits[list(barred)] = -numpy.inf
    if gap is not None:
        logits[gap] = row[gap]
    found = []
    for _ in range(BEAMS):
        token = int(logits.argmax())
        if not numpy.isfinite(logits[token]):
            break
        found.append((token, float(logits[token])))
        logits[token] = -numpy.inf
    return found


def _promising(
    options: Sequence[tuple[float, list[int], int, int]], done: Sequence[tuple[float, list[int]]]
) -> list[tuple[float, list[int], int, int]]:
    """The best ones to go on with, without those that what is done already leaves behind."""
    best = heapq.nlargest(BEAMS, options, key=lambda option: (option[0], -option[3]))
    if len(done) < BEAMS:
        return best
    bar = heapq.nlargest(BEAMS, done)[-1][0]
    return [option for option in best if option[0] / (len(option[1]) + 2) > bar]


def _forked(
    session: Session, options: Sequence[tuple[float, list[int], int, int]], branches: Sequence[int]
) -> list[_Beam]:
    """Copies the branch that each option comes from to one of its own, and drops those that nothing comes from."""
    trunk = branches[0]
    used = {branch for _, _, branch, _ in options} | {trunk}
    spare = [branch for branch in branches if branch not in used]
    beams = []
    for target, (score, tokens, source, token) in zip(spare, options, strict=False):
        session.fork(source, target)
        beams.append(_Beam(score, [*tokens, token], target))
    for branch in used - {trunk}:
        session.drop(branch)
    return beams
