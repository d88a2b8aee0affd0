"""Words written so that a filter misses them: whether flagged passages are found all the same, and in the right place.

In passages of our own test split that are found as they are written, the longest of the words found at fault is
disguised in every way that srlint knows. A passage is kept when it is found again with a mark on the disguised word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.injections import found_in, steady
from benchmarks.judged import settings, sources
from benchmarks.tables import interval, percent, table
from finetune import dataset
from srlint.document import Span
from srlint.linter import Linter

_DIGITS = str.maketrans("oieas", "01345")
_LOOKS = str.maketrans("aeiocpxyAEIOCPXY", "аеіосрхуАЕІОСРХУ")
_WIDE = {letter: letter + 0xFEE0 for letter in range(0x21, 0x7F)}


def _digits(word: str) -> str:
    """Digits for vowels, but not at the ends, where a digit is one."""
    return word[0] + word[1:-1].translate(_DIGITS) + word[-1]


DISGUISES: dict[str, Callable[[str], str]] = {
    "zero-width space": lambda word: f"{word[:2]}\u200b{word[2:]}",
    "soft hyphen": lambda word: f"{word[:2]}\u00ad{word[2:]}",
    "direction marks": lambda word: f"{word[:1]}\u200e{word[1:3]}\u200e{word[3:]}",
    "Cyrillic lookalikes": lambda word: word[0] + word[1:].translate(_LOOKS),
    "wide letters": lambda word: word.translate(_WIDE),
    "digits for letters": _digits,
    "spaces between": " ".join,
    "dots between": ".".join,
    "hyphens between": "-".join,
}


def disguised(source: str, marks: Sequence[Span]) -> dict[str, tuple[str, int, int]]:
    """The source with the longest word of its marks in each disguise, and where that word stands then."""
    words = [word for mark in marks for word in re.compile(r"[a-zA-Z]{4,}").finditer(source, mark.start, mark.end)]
    if not words:
        return {}
    word = max(words, key=lambda found: len(found[0]))
    made = {name: disguise(word[0]) for name, disguise in DISGUISES.items()}
    return {
        name: (source[: word.start()] + new + source[word.end() :], word.start(), word.start() + len(new))
        for name, new in made.items()
        if new != word[0]
    }


def run(data: Path, passages: int) -> tuple[str, dict[str, Any], str]:
    """The table, the figures behind it, and every passage that is lost, for reading. By detector and term list."""
    rows = dataset.load(data)["test"]
    kept: dict[str, list[bool]] = {name: [] for name in DISGUISES}
    lost = []
    with Linter.open(settings(use_model=False)) as linter:
        for name, _, source in steady(linter, rows, sources(data), passages, labels=(True,)):
            marks = [mark for finding in found_in(linter, f"{source}\n", 0, len(source)) for mark in finding.marks]
            for way, (text, start, end) in disguised(source, marks).items():
                found = found_in(linter, f"{text}\n", 0, len(text))
                stays = any(mark.start < end and start < mark.end for own in found for mark in own.marks)
                kept[way].append(stays)
                if not stays:
                    lost.append(f"{name}\t{way}\t{text}")
    figures = {way: _share(own) for way, own in kept.items()} | {"all": _share(sum(kept.values(), []))}
    shown = table(
        ("disguise of a marked word", "passages", "kept", "95 % interval"),
        [
            (way, own["cases"], percent(own["kept"]), " – ".join(map(percent, own["interval"])))
            for way, own in figures.items()
        ],
    )
    return shown, figures, "\n".join(lost) + "\n"


def _share(kept: list[bool]) -> dict[str, Any]:
    low, high = interval(sum(kept), len(kept))
    return {"cases": len(kept), "kept": sum(kept) / len(kept), "interval": [low, high]}
