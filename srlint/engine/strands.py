"""Lines of decoding that go on side by side, one evaluation for a step of each.

An evaluation costs much before its first token and little for each further one. What is side by side belongs to one
passage, so that a result hangs on nothing else.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any, Protocol, TypeVar

from srlint.engine.context import Feed

Result = TypeVar("Result")
# Yields what it wants evaluated, is sent the logits of each feed, which the next step overwrites, and returns.
Strand = Generator[Sequence[Feed], list[Any], Result]


class Evaluates(Protocol):
    """A session, as far as it takes part here."""

    def peek(self, feeds: Sequence[Feed]) -> list[Any]: ...


def together(session: Evaluates, strands: Sequence[Strand[Any]]) -> list[Any]:
    """What each strand returns. They use different sequences."""
    results: dict[int, Any] = {}
    wanted: dict[int, Sequence[Feed]] = {}

    def go_on(place: int, rows: list[Any] | None) -> None:
        try:
            wanted[place] = strands[place].send(rows)  # type: ignore[arg-type]
        except StopIteration as end:
            results[place] = end.value

    for place in range(len(strands)):
        go_on(place, None)
    while wanted:
        step, wanted = wanted, {}
        rows = session.peek([feed for feeds in step.values() for feed in feeds])
        for place, feeds in step.items():
            own, rows = rows[: len(feeds)], rows[len(feeds) :]
            go_on(place, own)
    return [results[place] for place in range(len(strands))]
