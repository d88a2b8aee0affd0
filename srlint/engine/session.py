"""A loaded model: token ids in, logits out, with cheap branches.

Every passage is evaluated on its own and always in the same steps, because the rounding of a matrix product depends
on what shares its batch: the same passage must get the same answer whatever else is in the file. The prompt's opening
is the same for all, so it is evaluated once, in sequence 0, and other sequences start as copies of it.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from srlint import prompt
from srlint.engine.threads import threads as usable_threads
from srlint.engine.weights import Weights
from srlint.errors import ModelError

CONTEXT = 2048
BATCH = 512
# Sequence 0 holds the prefix, 1 the question, the rest are branches of the answer.
PREFIX, QUESTION, FIRST_BRANCH = 0, 1, 2
BRANCHES = 9
_GGUF_MAGIC = b"GGUF"


@dataclass(frozen=True, slots=True)
class Feed:
    """Tokens to append to a sequence, and how many of the last ones to return logits for."""

    sequence: int
    tokens: Sequence[int]
    outputs: int = 1


class Session:
    """One model in memory. Not for use from two threads at once."""

    def __init__(self, weights: Weights, context: Any, path: Path):
        import llama_cpp

        self._api = llama_cpp
        self._weights = weights
        self._model = weights.model
        self._context = context
        self._vocab = llama_cpp.llama_model_get_vocab(self._model)
        self._memory = llama_cpp.llama_get_memory(context)
        self._batch = llama_cpp.llama_batch_init(BATCH, 0, 1)
        self._lengths = [0] * (FIRST_BRANCH + BRANCHES)
        self.path = path
        self.vocabulary: int = llama_cpp.llama_vocab_n_tokens(self._vocab)
        self.end: int = llama_cpp.llama_vocab_eos(self._vocab)
        self._end_of_turn: int = llama_cpp.llama_vocab_eot(self._vocab)
        self._pieces: list[bytes] | None = None

    @classmethod
    def open(cls, path: Path, threads: int | None = None) -> Session:
        """Loads a GGUF file and evaluates the shared prefix. Raises ModelError naming the file."""
        check_header(path)
        weights = Weights.hold(path)
        import llama_cpp

        options = llama_cpp.llama_context_default_params()
        options.n_ctx = CONTEXT
        options.n_batch = options.n_ubatch = BATCH
        options.n_seq_max = FIRST_BRANCH + BRANCHES
        options.n_threads = options.n_threads_batch = threads or usable_threads()
        options.kv_unified = True
        options.no_perf = True
        context = llama_cpp.llama_init_from_model(weights.model, options)
        if not context:
            weights.release()
            raise ModelError(f"{path}: llama.cpp cannot make a context of {CONTEXT} tokens for this model")
        session = cls(weights, context, path)
        try:
            session._read_prefix()
        except ModelError:
            session.close()
            raise
        return session

    def _read_prefix(self) -> None:
        template = self.metadata("tokenizer.chat_template")
        if not template:
            raise ModelError(f"{self.path}: the model has no chat template: srlint needs an instruct model")
        try:
            self._frame = prompt.frame(template, self._special("bos"), self._special("eos"))
        except Exception as error:  # a template is a program of the model's author: it may fail in any way
            raise ModelError(f"{self.path}: the model's chat template cannot be rendered: {error}") from error
        self.feed([Feed(PREFIX, self.tokens(self._frame.prefix, special=True), 0)])
        self._suffix = self.tokens(self._frame.suffix, special=True)

    def _special(self, kind: str) -> str:
        token = getattr(self._api, f"llama_vocab_{kind}")(self._vocab)
        return self._api.llama_vocab_get_text(self._vocab, token).decode() if token >= 0 else ""

    @property
    def frame(self) -> prompt.Frame:
        """The model's own chat template around our system text."""
        return self._frame

    def metadata(self, key: str) -> str | None:
        """A text value of the model's metadata, or None."""
        size = self._api.llama_model_meta_val_str(self._model, key.encode(), None, 0)
        if size < 0:
            return None
        buffer = ctypes.create_string_buffer(size + 1)
        self._api.llama_model_meta_val_str(self._model, key.encode(), buffer, size + 1)
        return buffer.value.decode("utf-8", "replace")

    def tokens(self, text: str, special: bool = False) -> list[int]:
        """Token ids of a text. Only a template may be read with `special`: a document never becomes control tokens."""
        data = text.encode()
        buffer = (self._api.llama_token * (len(data) + 8))()
        count = self._api.llama_tokenize(self._vocab, data, len(data), buffer, len(buffer), False, special)
        if count < 0:
            raise ModelError(f"{self.path}: llama.cpp cannot tokenize a passage")
        return list(buffer[:count])

    def pieces(self) -> list[bytes]:
        """The bytes that each token of the vocabulary stands for; control tokens stand for none."""
        if self._pieces is None:
            buffer = ctypes.create_string_buffer(512)
            sizes = (
                self._api.llama_token_to_piece(self._vocab, token, buffer, 512, 0, False)
                for token in range(self.vocabulary)
            )
            self._pieces = [buffer.raw[: max(0, size)] for size in sizes]
        return self._pieces

    def text(self, tokens: Sequence[int]) -> str:
        """What token ids stand for."""
        pieces = self.pieces()
        return b"".join(pieces[token] for token in tokens).decode("utf-8", "replace")

    def ends(self, token: int) -> bool:
        """Whether a token ends the answer."""
        return token in (self.end, self._end_of_turn)

    def ask(self, question: str) -> Any | None:
        """Evaluates a user's message in sequence QUESTION. Returns the logits [vocabulary] of the answer's first token.

        None when there is no room for the question and two answers of its length.
        """
        tokens = [*self.tokens(question), *self._suffix]
        if 3 * len(tokens) + self._lengths[PREFIX] > CONTEXT:
            return None
        # Branches left from the last question would fill the context, and move this question's cells about: rounding
        # with them.
        for branch in range(FIRST_BRANCH, FIRST_BRANCH + BRANCHES):
            self.drop(branch)
        self.fork(PREFIX, QUESTION)
        return self.feed([Feed(QUESTION, tokens)])[0][0]

    def fork(self, source: int, target: int) -> None:
        """Makes `target` a copy of `source`. No data moves: both read the same cells."""
        if source == target:
            return
        self._api.llama_memory_seq_rm(self._memory, target, -1, -1)
        self._api.llama_memory_seq_cp(self._memory, source, target, -1, -1)
        self._lengths[target] = self._lengths[source]

    def drop(self, sequence: int) -> None:
        """Empties a sequence."""
        self._api.llama_memory_seq_rm(self._memory, sequence, -1, -1)
        self._lengths[sequence] = 0

    def feed(self, feeds: Sequence[Feed]) -> list[Any]:
        """Appends tokens to sequences in one evaluation. Returns each feed's logits, float32 [outputs, vocabulary].

        Raises ModelError when llama.cpp fails, as it does when the context is full.
        """
        import numpy

        jobs = [
            (feed.sequence, self._lengths[feed.sequence] + place, token, place >= len(feed.tokens) - feed.outputs)
            for feed in feeds
            for place, token in enumerate(feed.tokens)
        ]
        rows: list[Any] = []
        for start in range(0, len(jobs), BATCH):
            rows += self._evaluate(jobs[start : start + BATCH])
        results, at = [], 0
        for feed in feeds:
            self._lengths[feed.sequence] += len(feed.tokens)
            results.append(
                numpy.stack(rows[at : at + feed.outputs]) if feed.outputs else numpy.empty((0, self.vocabulary))
            )
            at += feed.outputs
        return results

    def _evaluate(self, jobs: Sequence[tuple[int, int, int, bool]]) -> list[Any]:
        import numpy

        batch = self._batch
        batch.n_tokens = len(jobs)
        for index, (sequence, position, token, output) in enumerate(jobs):
            batch.token[index] = token
            batch.pos[index] = position
            batch.n_seq_id[index] = 1
            batch.seq_id[index][0] = sequence
            batch.logits[index] = output
        if self._api.llama_decode(self._context, batch) != 0:
            raise ModelError(f"{self.path}: llama.cpp could not evaluate a passage")
        return [
            numpy.ctypeslib.as_array(self._api.llama_get_logits_ith(self._context, index), (self.vocabulary,)).copy()
            for index, job in enumerate(jobs)
            if job[3]
        ]

    def close(self) -> None:
        """Frees the model. Closing twice is fine."""
        if self._context:
            self._api.llama_batch_free(self._batch)
            self._api.llama_free(self._context)
            self._weights.release()
            self._context = self._model = None


def check_header(path: Path) -> None:
    """Raises ModelError when a file cannot be read or does not begin as GGUF files do."""
    try:
        with open(path, "rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise ModelError(f"{path}: cannot read the model: {error.strerror or error}") from error
    if magic != _GGUF_MAGIC:
        raise ModelError(f"{path}: not a GGUF model")
