"""Inputs from a corpus: each is made from the seed and its own number alone, so that any of them can be made again."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

# No input is longer: what takes too long at this length is caught, and most stay short and quick.
MOST_BYTES = 1 << 16
_MOST_CHANGES = 6
# One in so many inputs repeats something until it is long.
_LONG_ONE_IN = 200
_BYTES = b"\x00\x01\x7f\x80\xff\xfe \n\r\t\"'\\<>{}[]()*_`#-=:;|&%$@!~^/.,0aA"
_NUMBERS = (0, 1, 2, 127, 128, 255, 256, 32767, 65535, 2**31 - 1, 2**31, 2**32 - 1, 2**62, 2**63 - 1, 2**64 - 1)
# Without width, combining, from right to left, outside the basic plane, line ends of other kinds.
_CHARACTERS = "\u200b\u0301\u202e\ufeff\ufffc\u2028\x85\x0c\xa0\xad🎉👩\u200d🔬🏳️漢אßﬁ…“”‘’«»–\u3000\U000e0041"
_WORDS = tuple(
    word.encode() for word in (*_CHARACTERS, "\r\n", "\n\n", " ", "The chairman opened it.", "He said so.", "nine")
)

Change = Callable[[random.Random, bytearray, "Material"], None]


@dataclass(frozen=True, slots=True)
class Material:
    """What inputs are made of: the corpus of a target, and words that mean something to it."""

    corpus: tuple[bytes, ...]
    words: tuple[bytes, ...]


def made(material: Material, seed: str, number: int) -> bytes:
    """Input number `number`. The first ones are the corpus as it is."""
    if number < len(material.corpus):
        return material.corpus[number]
    chance = random.Random(f"{seed} {number}")
    data = bytearray(chance.choice(material.corpus)) if material.corpus else bytearray()
    for _ in range(min(_MOST_CHANGES, 1 + int(chance.expovariate(0.6)))):
        chance.choice(_CHANGES)(chance, data, material)
    if chance.randrange(_LONG_ONE_IN) == 0:
        _lengthen(chance, data, material)
    return bytes(data[:MOST_BYTES])


def _stretch(chance: random.Random, data: Sequence[int], most: int = 64) -> tuple[int, int]:
    start = chance.randrange(len(data) + 1)
    return start, min(len(data), start + chance.randrange(1, most + 1))


def _flip(chance: random.Random, data: bytearray, material: Material) -> None:
    if data:
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _set(chance: random.Random, data: bytearray, material: Material) -> None:
    if data:
        data[chance.randrange(len(data))] = chance.choice(_BYTES)


def _insert(chance: random.Random, data: bytearray, material: Material) -> None:
    at = chance.randrange(len(data) + 1)
    data[at:at] = bytes(chance.choices(_BYTES, k=chance.randrange(1, 5)))


def _delete(chance: random.Random, data: bytearray, material: Material) -> None:
    start, end = _stretch(chance, data)
    del data[start:end]


def _cut(chance: random.Random, data: bytearray, material: Material) -> None:
    del data[chance.randrange(len(data) + 1) :]


def _word(chance: random.Random, data: bytearray, material: Material) -> None:
    at = chance.randrange(len(data) + 1)
    data[at:at] = chance.choice(material.words or _WORDS)


def _sign(chance: random.Random, data: bytearray, material: Material) -> None:
    at = chance.randrange(len(data) + 1)
    data[at:at] = chance.choice(_WORDS)


def _exchange(chance: random.Random, data: bytearray, material: Material) -> None:
    start, end = _stretch(chance, data, 8)
    data[start:end] = chance.choice(material.words or _WORDS)


def _number(chance: random.Random, data: bytearray, material: Material) -> None:
    size = chance.choice((1, 2, 4, 8))
    number = (chance.choice(_NUMBERS) & (1 << 8 * size) - 1).to_bytes(size, chance.choice(("little", "big")))
    start = chance.randrange(len(data) + 1)
    data[start : start + size] = number


def _double(chance: random.Random, data: bytearray, material: Material) -> None:
    start, end = _stretch(chance, data)
    data[end:end] = data[start:end] * chance.randrange(1, 4)


def _move(chance: random.Random, data: bytearray, material: Material) -> None:
    start, end = _stretch(chance, data)
    moved = data[start:end]
    del data[start:end]
    at = chance.randrange(len(data) + 1)
    data[at:at] = moved


def _splice(chance: random.Random, data: bytearray, material: Material) -> None:
    """The beginning of this one and the end of another, or a piece of another in the middle."""
    if material.corpus:
        other = chance.choice(material.corpus)
        at = chance.randrange(len(data) + 1)
        start, end = _stretch(chance, other, 400)
        if chance.random() < 0.3:
            data[at:] = other[start:]
        else:
            data[at:at] = other[start:end]


_CHANGES: tuple[Change, ...] = (
    _flip,
    _set,
    _insert,
    _delete,
    _cut,
    _word,
    _word,
    _sign,
    _exchange,
    _number,
    _double,
    _move,
    _splice,
)


def _lengthen(chance: random.Random, data: bytearray, material: Material) -> None:
    """A word or a piece of the input over and over: nesting, long lines, long runs."""
    start, end = _stretch(chance, data)
    piece = bytes(data[start:end]) if chance.random() < 0.3 else b""
    piece = piece or chance.choice(material.words or _WORDS)
    times = min(MOST_BYTES // len(piece), int(10 ** chance.uniform(1, 4.5)))
    data[start:start] = piece * times
