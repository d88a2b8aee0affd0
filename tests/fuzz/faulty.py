"""A fuzzing process with a target that fails in every way there is: `python -m tests.fuzz.faulty faulty …`."""

from __future__ import annotations

import os
from pathlib import Path

from benchmarks.fuzzing import child, corpus
from benchmarks.fuzzing.mutate import Material
from benchmarks.fuzzing.target import Run, Target, demand
from benchmarks.fuzzing.targets import TARGETS
from srlint.errors import DocumentError

# What `open` makes of them is told by their names. The first ones are fine.
INPUTS = (b"fine", b"refused", b"raises", b"breaks", b"dies", b"takes memory", b"hangs", b"also fine")


def _open(folder: Path) -> Run:
    def run(data: bytes) -> None:
        if data == b"refused":
            raise DocumentError("not a document")
        if b"raises" in data:
            raise KeyError(data)
        demand(data != b"breaks", "a promise")
        if data == b"dies":
            os.abort()
        if data == b"takes memory":
            bytearray(3 << 30)
        while data == b"hangs":
            pass

    return run


if __name__ == "__main__":
    TARGETS["faulty"] = Target("faults", _open, (), 1)
    corpus.material = lambda name, target: Material(INPUTS, ())
    child.main()
