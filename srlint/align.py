"""The heaviest common subsequence of two sequences of tokens."""

from __future__ import annotations

from collections.abc import Callable, Sequence

MAX_CELLS = 4_000_000  # of the table; beyond it (never in a passage) only the common beginning and end are paired


def align(a: Sequence[str], b: Sequence[str], weigh: Callable[[str], int]) -> list[tuple[int, int]]:
    """Index pairs of the tokens that both sequences keep, in order, of greatest total weight (Wagner and Fischer 1974).

    Ties pair early tokens, so that what is left over lies in few stretches.
    """
    first = _common(a, b)
    last = _common(a[first:][::-1], b[first:][::-1])
    middle_a, middle_b = a[first : len(a) - last], b[first : len(b) - last]
    pairs = [(at, at) for at in range(first)]
    if len(middle_a) * len(middle_b) <= MAX_CELLS:
        pairs += [(first + i, first + j) for i, j in _walk(middle_a, middle_b, weigh)]
    return pairs + [(len(a) - last + at, len(b) - last + at) for at in range(last)]


def _common(a: Sequence[str], b: Sequence[str]) -> int:
    """How many tokens two sequences share at their beginning."""
    return next((at for at, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def _walk(a: Sequence[str], b: Sequence[str], weigh: Callable[[str], int]) -> list[tuple[int, int]]:
    gains = _gains(a, b, weigh)
    pairs = []
    i = j = 0
    while i < len(a) and j < len(b):
        if a[i] == b[j] and gains[i][j] == weigh(a[i]) + gains[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif gains[i + 1][j] >= gains[i][j + 1]:
            i += 1
        else:
            j += 1
    return pairs


def _gains(a: Sequence[str], b: Sequence[str], weigh: Callable[[str], int]) -> list[list[int]]:
    """gains[i][j]: the most weight that can be kept between a[i:] and b[j:]."""
    below = [0] * (len(b) + 1)
    gains = [below]
    for token in reversed(a):
        weight = weigh(token)
        row = [0] * (len(b) + 1)
        for j in range(len(b) - 1, -1, -1):
            best = below[j] if below[j] > row[j + 1] else row[j + 1]
            if token == b[j] and weight + below[j + 1] > best:
                best = weight + below[j + 1]
            row[j] = best
        gains.append(row)
        below = row
    return gains[::-1]
