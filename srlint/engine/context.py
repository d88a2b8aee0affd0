"""What llama.cpp remembers of the tokens it has read: sequences of cells, copied, cut back and gone on with.

Sequences that are still copies of each other share the evaluation, and the cells, of the tokens that they go on with
alike.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from srlint.engine.weights import Weights
from srlint.errors import ModelError

CONTEXT = 2048
BATCH = 512
# Sequence 0 holds the prefix, 1 the question, the rest are branches of the answer.
PREFIX, QUESTION, FIRST_BRANCH = 0, 1, 2
BRANCHES = 24
_SEQUENCES = FIRST_BRANCH + BRANCHES


@dataclass(frozen=True, slots=True)
class Feed:
    """Tokens to append to a sequence, and how many of the last ones to return logits for."""

    sequence: int
    tokens: Sequence[int]
    outputs: int = 1


@dataclass(slots=True)
class _Cell:
    """A token to evaluate for all sequences that go on with it. `number` tells it from every other cell."""

    number: int
    position: int
    token: int
    sequences: list[int] = field(default_factory=list)
    output: bool = False


class Context:
    """Not for use from two threads at once."""

    def __init__(self, weights: Weights, threads: int, path: Path, size: int = CONTEXT) -> None:
        """Of `size` cells. `path` is the model's, for messages. Raises ModelError."""
        import llama_cpp

        self._api = llama_cpp
        self._path = path
        self.size = size
        self._context = llama_cpp.llama_init_from_model(weights.model, _options(llama_cpp, threads, size))
        if not self._context:
            raise ModelError(f"{path}: llama.cpp cannot make a context of {size} tokens for this model")
        self._memory = llama_cpp.llama_get_memory(self._context)
        self._batch = llama_cpp.llama_batch_init(BATCH, 0, _SEQUENCES)
        self._vocabulary = llama_cpp.llama_vocab_n_tokens(llama_cpp.llama_model_get_vocab(weights.model))
        # The cells of each sequence, by their numbers: copies have the same.
        self._cells: list[list[int]] = [[] for _ in range(_SEQUENCES)]
        self._numbers = count(1)
        # A model that keeps one state instead of a cell for every token cannot go back to an earlier one, and its
        # sequences share nothing.
        self.goes_back = not any(
            kind(weights.model) for kind in (llama_cpp.llama_model_is_recurrent, llama_cpp.llama_model_is_hybrid)
        )

    def length(self, sequence: int) -> int:
        """How many tokens a sequence holds."""
        return len(self._cells[sequence])

    def fork(self, source: int, target: int, length: int | None = None) -> None:
        """Makes `target` a copy of the first `length` tokens of `source` (None: of all). No data moves."""
        if source == target:
            return
        kept = self._cells[source][:length]
        self._api.llama_memory_seq_rm(self._memory, target, -1, -1)
        whole = len(kept) == len(self._cells[source])
        self._api.llama_memory_seq_cp(self._memory, source, target, -1 if whole else 0, -1 if whole else len(kept))
        self._cells[target] = kept

    def cut(self, sequence: int, length: int) -> None:
        """Takes all tokens back but the first `length`."""
        if length < len(self._cells[sequence]):
            self._api.llama_memory_seq_rm(self._memory, sequence, length, -1)
            del self._cells[sequence][length:]

    def drop(self, sequence: int) -> None:
        """Empties a sequence."""
        self._api.llama_memory_seq_rm(self._memory, sequence, -1, -1)
        self._cells[sequence] = []

    def feed(self, feeds: Sequence[Feed]) -> list[Any]:
        """Appends tokens to sequences in one evaluation. Returns each feed's logits, float32 [outputs, vocabulary].

        The next evaluation may overwrite them. Raises ModelError when llama.cpp fails, as it does when it is full.
        """
        import numpy

        cells, wanted = self._grown(feeds)
        blocks = [self._evaluated(cells[start : start + BATCH]) for start in range(0, len(cells), BATCH)]
        # Those of all parts but the last were copied, since the next part would overwrite them.
        rows = blocks[0] if len(blocks) == 1 else numpy.concatenate(blocks or [self._none()])
        places = {cell.number: place for place, cell in enumerate(cell for cell in cells if cell.output)}
        return [_taken(rows, [places[number] for number in own]) for own in wanted]

    def _grown(self, feeds: Sequence[Feed]) -> tuple[list[_Cell], list[list[int]]]:
        """New cells, each behind those that it goes on from; and for each feed the numbers of those with an output."""
        cells: list[_Cell] = []
        known: dict[tuple[int, int], _Cell] = {}
        wanted = []
        for feed in feeds:
            own = self._cells[feed.sequence]
            for place, token in enumerate(feed.tokens, 1):
                from_here = (own[-1] if own else 0, token) if self.goes_back else (-feed.sequence, place)
                if from_here not in known:
                    known[from_here] = _Cell(next(self._numbers), len(own), token)
                    cells.append(known[from_here])
                cell = known[from_here]
                cell.sequences.append(feed.sequence)
                cell.output |= place > len(feed.tokens) - feed.outputs
                own.append(cell.number)
            wanted.append(own[len(own) - feed.outputs :])
        return cells, wanted

    def _evaluated(self, cells: Sequence[_Cell]) -> Any:
        """Logits of the cells with an output. More than BATCH cells come in several parts, and those are copies."""
        import numpy

        batch = self._batch
        batch.n_tokens = len(cells)
        for index, cell in enumerate(cells):
            batch.token[index] = cell.token
            batch.pos[index] = cell.position
            batch.n_seq_id[index] = len(cell.sequences)
            batch.logits[index] = cell.output
            for place, sequence in enumerate(cell.sequences):
                batch.seq_id[index][place] = sequence
        if self._api.llama_decode(self._context, batch) != 0:
            raise ModelError(f"{self._path}: llama.cpp could not evaluate a passage")
        outputs = sum(cell.output for cell in cells)
        if not outputs:
            return self._none()
        rows = numpy.ctypeslib.as_array(self._api.llama_get_logits(self._context), (outputs, self._vocabulary))
        return rows.copy() if len(cells) == BATCH else rows

    def _none(self) -> Any:
        import numpy

        return numpy.empty((0, self._vocabulary), numpy.float32)

    def state(self) -> bytes | None:
        """All that there is to know of sequence PREFIX, to `restore` it; None where llama.cpp does not tell."""
        size = self._api.llama_state_seq_get_size(self._context, PREFIX)
        buffer = (ctypes.c_uint8 * size)()
        if self._api.llama_state_seq_get_data(self._context, buffer, size, PREFIX) != size:
            return None
        return bytes(buffer)

    def restore(self, state: bytes, length: int) -> bool:
        """Makes sequence PREFIX what it was, with its `length` tokens. False where the state is none of this model."""
        buffer = (ctypes.c_uint8 * len(state)).from_buffer_copy(state)
        if self._api.llama_state_seq_set_data(self._context, buffer, len(state), PREFIX) != len(state):
            self._api.llama_memory_clear(self._memory, False)
            return False
        self._cells[PREFIX] = [next(self._numbers) for _ in range(length)]
        return True

    def close(self) -> None:
        """Frees it. Closing twice is fine."""
        if self._context:
            self._api.llama_batch_free(self._batch)
            self._api.llama_free(self._context)
            self._context = None


def _options(api: Any, threads: int, size: int) -> Any:
    options = api.llama_context_default_params()
    options.n_ctx = size
    options.n_batch = options.n_ubatch = BATCH
    options.n_seq_max = _SEQUENCES
    options.n_threads = options.n_threads_batch = threads
    options.kv_unified = True
    options.no_perf = True
    return options


def _taken(rows: Any, places: Sequence[int]) -> Any:
    """The rows at these places; no copy where they follow each other."""
    if not places or list(places) == list(range(places[0], places[0] + len(places))):
        return rows[places[0] : places[0] + len(places)] if places else rows[:0]
    return rows[list(places)]
