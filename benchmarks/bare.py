"""The limits that an engine is measured against: llama.cpp's own calls with nothing around them, and the memory."""

from __future__ import annotations

import ctypes
import time
from dataclasses import dataclass
from statistics import median
from typing import Any

from srlint.engine.weights import Weights
from srlint.errors import ModelError

_ARRAY = 16_000_000  # floats: 64 MB, more than caches hold
_TRIADS = 5


@dataclass(frozen=True, slots=True)
class Seconds:
    """Wall and processor time."""

    wall: float
    processor: float


class Clock:
    """Both times since it was made."""

    def __init__(self) -> None:
        self._wall, self._processor = time.perf_counter(), time.process_time()

    def read(self) -> Seconds:
        return Seconds(time.perf_counter() - self._wall, time.process_time() - self._processor)


class Bare:
    """A context as llama-bench makes it: one sequence, llama.cpp's defaults. `depth` tokens stand before the others."""

    def __init__(self, weights: Weights, threads: int, tokens: list[int], depth: int) -> None:
        import llama_cpp

        self._api = llama_cpp
        options = llama_cpp.llama_context_default_params()
        options.n_ctx, options.n_batch, options.n_ubatch = 2048, 2048, 512
        options.n_threads = options.n_threads_batch = threads
        options.no_perf = True
        self._context = llama_cpp.llama_init_from_model(weights.model, options)
        self._memory = llama_cpp.llama_get_memory(self._context)
        self._tokens, self._depth = tokens, depth
        self._decode(tokens[:depth])

    def prefill(self, count: int) -> Seconds:
        """Reads so many tokens at once."""
        self._api.llama_memory_seq_rm(self._memory, 0, self._depth, -1)
        clock = Clock()
        self._decode(self._tokens[self._depth : self._depth + count])
        return clock.read()

    def generate(self, count: int) -> Seconds:
        """Reads so many tokens one by one."""
        self._api.llama_memory_seq_rm(self._memory, 0, self._depth, -1)
        clock = Clock()
        for token in self._tokens[self._depth : self._depth + count]:
            self._decode([token])
        return clock.read()

    def _decode(self, tokens: list[int]) -> None:
        array = (self._api.llama_token * len(tokens))(*tokens)
        batch = self._api.llama_batch_get_one(ctypes.cast(array, ctypes.POINTER(self._api.llama_token)), len(tokens))
        if self._api.llama_decode(self._context, batch) != 0:
            raise ModelError("llama.cpp could not evaluate the benchmark's tokens")
        self._api.llama_synchronize(self._context)

    def close(self) -> None:
        self._api.llama_free(self._context)


def bandwidth() -> float:
    """Bytes a second that one thread reads and writes in a = b + s c, the median of a few passes."""
    import numpy

    one, other, total = (numpy.full(_ARRAY, value, numpy.float32) for value in (1.0, 2.0, 0.0))
    found: list[float] = []
    for _ in range(_TRIADS):
        clock = Clock()
        numpy.multiply(other, numpy.float32(3), out=total)
        numpy.add(one, total, out=total)
        # Two arrays read and one written, and `total` once more in between.
        found.append(5 * _ARRAY * 4 / clock.read().processor)
    return median(found)


def per_second(count: int, runs: list[Seconds]) -> dict[str, Any]:
    """Tokens a second by the median of both times."""
    return {
        "wall": count / median(run.wall for run in runs),
        "processor": count / median(run.processor for run in runs),
    }
