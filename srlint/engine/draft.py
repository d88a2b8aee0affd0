"""The model's own rewrite, token by token, or several at once where it copies the passage, as it mostly does.

What follows in the passage, up to the next mark, is guessed to follow in the rewrite (prompt-lookup decoding). One
evaluation tells what the model says after each guessed token; guesses count as far as they are what it says. So the
rewrite is the one that single steps give, but for the rounding of logits, and the guesses hang on the passage alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from typing import Any

from srlint.engine.context import QUESTION, Feed
from srlint.engine.pick import Pick
from srlint.engine.session import Session
from srlint.engine.strands import Strand

# At least and at most so many tokens are guessed at once: an evaluation of several takes as long as three of one.
FEWEST, WINDOW = 3, 24
# So many last tokens of the rewrite are looked for in the passage; a longer stretch is no better a sign.
_LOOKED_FOR = 3


@dataclass(frozen=True, slots=True)
class Source:
    """The passage's tokens, and the places among them where it is not expected to be copied: in the marks."""

    tokens: Sequence[int]
    doubtful: Set[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Said:
    """`tokens` in sequence `branch` after the question: `forced` ones and then the model's own.

    `rows` are the logits before each of its own tokens, and after the last one. `ended`: the model ended it.
    """

    branch: int
    forced: int
    tokens: list[int]
    rows: list[Any]
    ended: bool


def said(
    session: Session,
    branch: int,
    forced: Sequence[int],
    source: Source,
    pick: Pick,
    ends: Callable[[int], bool],
    limit: int,
) -> Strand[Said]:
    """Goes on from the question with `forced`, then with what `pick` chooses, up to a token that `ends` it.

    That takes at most `limit` tokens.
    """
    window = WINDOW if session.goes_back else 0
    session.fork(QUESTION, branch)
    (logits,) = yield [Feed(branch, forced)]
    rows, found = [logits[-1].copy()], []
    start = session.length(branch)
    token = pick(rows[0])
    while len(found) < limit and not ends(token):
        guess = guessed(source, [*found, token], max(0, min(window, limit - len(found) - 1)))
        (logits,) = yield [Feed(branch, [token, *guess], 1 + len(guess))]
        for row, expected in zip(logits, [*guess, None], strict=True):
            found.append(token)
            rows.append(row.copy())
            if len(found) == limit:
                break
            token = pick(row)
            if token != expected:
                break
        session.cut(branch, start + len(found))
    return Said(branch, len(forced), [*forced, *found], rows, len(found) < limit)


def guessed(source: Source, found: Sequence[int], most: int) -> Sequence[int]:
    """At most so many tokens that follow in the source where it reads like the end of what was found.

    Of several such places the one that reads alike for longest, and of those the one nearest to where a copy would be.
    """
    tokens = source.tokens
    places = [at for at in range(1, len(tokens)) if tokens[at - 1] == found[-1]]
    if not places:
        return ()

    def alike(at: int) -> int:
        most_alike = min(_LOOKED_FOR, at, len(found))
        return next((n for n in range(1, most_alike) if tokens[at - n - 1] != found[-n - 1]), most_alike)

    best = min(places, key=lambda at: (-alike(at), abs(at - len(found))))
    stop = next((at for at in range(best, len(tokens)) if at in source.doubtful), len(tokens))
    guess = tokens[best : min(stop, best + most)]
    return guess if len(guess) >= FEWEST else ()
