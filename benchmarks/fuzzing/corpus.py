"""The inputs to begin with: small files of our own, and every input that ever failed."""

from __future__ import annotations

from pathlib import Path

from benchmarks.fuzzing.mutate import Material
from benchmarks.fuzzing.target import Target

FOLDER = Path(__file__).parents[2] / "tests" / "fuzz" / "corpus"


def files(name: str) -> list[Path]:
    """The corpus of a target, in order."""
    return sorted(path for path in (FOLDER / name).glob("*") if path.is_file())


def material(name: str, target: Target) -> Material:
    return Material(tuple(file.read_bytes() for file in files(name)), target.words)
