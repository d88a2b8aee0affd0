"""Who reads what: the steps of a run, dealt to the processes that share it."""

from __future__ import annotations

import random
from collections.abc import Sequence

from finetune.settings import LanguageRun
from finetune.training.examples import Example, steps

# One optimizer step: batches, each with whether it counts. Every process has as many.
Step = list[tuple[list[Example], bool]]


def plan(run: LanguageRun, own: Sequence[Sequence[Example]], processes: int, rank: int) -> list[Step]:
    """All steps of this process, the same on every machine."""
    found = [
        chunks
        for epoch, texts in enumerate(own)
        for chunks in steps(texts, run, random.Random(f"{run.seed} {epoch}"))
    ]
    if run.batch_size:  # a step has so many texts, whoever reads them
        found = [[part for chunk in step for part in _parts(chunk, processes)] for step in found]
    return shared(found, processes, rank, joined=not run.batch_size)


def _parts(chunk: list[Example], processes: int) -> list[list[Example]]:
    return [part for first in range(processes) if (part := chunk[first::processes])]


def shared(found: Sequence[list[list[Example]]], processes: int, rank: int, joined: bool = True) -> list[Step]:
    """What one process reads of steps that are dealt to all of them.

    With `joined`, steps of a single batch are put together, so that each process has one. Where there is nothing left
    for a process, it reads a batch that does not count: all must meet at every exchange of gradients.
    """
    if processes == 1:
        return [[(chunk, True) for chunk in step] for step in found]
    if joined and all(len(step) == 1 for step in found):
        flat = [step[0] for step in found]
        found = [flat[start : start + processes] for start in range(0, len(flat), processes)]
    return [
        [
            (step[place], True) if place < len(step) else (step[0], False)
            for place in range(rank, -(-len(step) // processes) * processes, processes)
        ]
        for step in found
    ]
