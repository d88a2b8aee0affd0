"""Fewer items where all would take too long, without losing a group."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

from srlint.errors import ConfigError

Thing = TypeVar("Thing")


def stratified(things: Sequence[Thing], group: Callable[[Thing], Hashable], limit: int | None) -> list[Thing]:
    """At most `limit` of the things, in their order, and the same ones each time.

    As many from each group as from every other, where it has them, at even distances inside it. Raises ConfigError for
    a limit below 1.
    """
    if limit is not None and limit < 1:
        raise ConfigError(f"a limit of {limit} leaves nothing to measure")
    if limit is None or limit >= len(things):
        return list(things)
    groups: dict[Hashable, list[int]] = {}
    for place, thing in enumerate(things):
        groups.setdefault(group(thing), []).append(place)
    shares = _shares([len(members) for members in groups.values()], limit)
    chosen = [
        members[turn * len(members) // share]
        for members, share in zip(groups.values(), shares, strict=True)
        for turn in range(share)
    ]
    return [things[place] for place in sorted(chosen)]


def _shares(sizes: Sequence[int], limit: int) -> list[int]:
    """How many each group gives: one after another in turn until they come to `limit`, which is less than all."""
    shares = [0] * len(sizes)
    left = limit
    while left:
        for at, size in enumerate(sizes):
            if left and shares[at] < size:
                shares[at] += 1
                left -= 1
    return shares
