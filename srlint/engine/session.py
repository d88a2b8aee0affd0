"""A loaded model: token ids in, logits out, with cheap branches.

Every passage is evaluated on its own and always in the same steps, because the rounding of a matrix product depends
on what shares its batch: the same passage must get the same answer whatever else is in the file. The prompt's opening
is the same for all, so it is evaluated once, in sequence 0, and other sequences start as copies of it.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

from srlint import prompt
from srlint.engine import kept
from srlint.engine.context import BATCH, BRANCHES, CONTEXT, FIRST_BRANCH, PREFIX, QUESTION, Context, Feed
from srlint.engine.threads import threads as usable_threads
from srlint.engine.weights import Weights
from srlint.errors import ModelError
from srlint.turns import Turn, chat

__all__ = ["BATCH", "BRANCHES", "CONTEXT", "FIRST_BRANCH", "PREFIX", "QUESTION", "Feed", "Session", "check_header"]
_GGUF_MAGIC = b"GGUF"
# llama.cpp looks at cells by so many at a time.
_STEP = 256


class Session:
    """One model in memory. Not for use from two threads at once."""

    def __init__(self, weights: Weights, threads: int, path: Path, keep: Path | None = None):
        import llama_cpp

        self._api = llama_cpp
        self._weights = weights
        self._model = weights.model
        self._threads = threads
        self._keep = keep
        self._vocab = llama_cpp.llama_model_get_vocab(self._model)
        self.path = path
        self.vocabulary: int = llama_cpp.llama_vocab_n_tokens(self._vocab)
        self.end: int = llama_cpp.llama_vocab_eos(self._vocab)
        self._end_of_turn: int = llama_cpp.llama_vocab_eot(self._vocab)
        self._pieces: list[bytes] | None = None
        self._room = ctypes.create_string_buffer(512)
        self._lock = Lock()
        self._context: Any = None
        # Called before each evaluation, if there is one. What it raises ends the work on a passage; the next `ask`
        # begins afresh.
        self.pause: Callable[[], None] | None = None

    @classmethod
    def open(
        cls,
        path: Path,
        threads: int | None = None,
        turns: Sequence[Turn] = (),
        keep: Path | None = None,
        room: int = CONTEXT,
    ) -> Session:
        """Loads a GGUF file and evaluates the shared prefix, with worked `turns` in it for a model that nobody tuned.

        What every run would work out alike is kept in the folder `keep`, if there is one. At first there is `room` for
        so many tokens behind the prefix; a question that needs more gets it. Raises ModelError naming the file.
        """
        check_header(path)
        session = cls(Weights.hold(path), threads or usable_threads(), path, keep)
        try:
            session._read_prefix(turns, room)
        except ModelError:
            session.close()
            raise
        return session

    def _read_prefix(self, turns: Sequence[Turn], room: int) -> None:
        template = self.metadata("tokenizer.chat_template")
        if not template:
            raise ModelError(f"{self.path}: the model has no chat template: srlint needs an instruct model")
        try:
            opening = chat(template, self._special("bos"), self._special("eos"), turns)
        except Exception as error:  # a template is a program of the model's author: it may fail in any way
            raise ModelError(f"{self.path}: the model's chat template cannot be rendered: {error}") from error
        self._frame = prompt.Frame("".join(piece.text for piece in opening.opening), opening.suffix)
        self._prefix = [token for piece in opening.opening for token in self.tokens(piece.text, special=piece.special)]
        self._usual = min(CONTEXT, -(-(len(self._prefix) + room) // _STEP) * _STEP)
        self._make_room(self._usual)
        self._suffix = self.tokens(opening.suffix, special=True)

    def _make_room(self, size: int) -> None:
        """Begins with a context of so many cells, and the prefix in it: what an earlier run kept, or evaluated now."""
        if self._context is not None:
            self._context.close()
        self._context = Context(self._weights, self._threads, self.path, size)
        name = f"{self._api.llama_print_system_info().decode()} {self._prefix}"
        state = self.known(name)
        if state is None or not self._context.restore(state, len(self._prefix)):
            self.feed([Feed(PREFIX, self._prefix, 0)])
            if self._keep is not None and (state := self._context.state()) is not None:
                self.keep(name, state)

    def known(self, name: str) -> bytes | None:
        """What an earlier run kept of this model under this name, if anything."""
        return kept.read(self._keep, self._key(name)) if self._keep is not None else None

    def keep(self, name: str, content: bytes) -> None:
        """Keeps something that hangs on nothing but this model and `name`, where anything is to be kept."""
        if self._keep is not None:
            kept.write(self._keep, self._key(name), content)

    def _key(self, name: str) -> list[str]:
        return [*map(str, self._weights.key), self._api.__version__, name]

    def _special(self, kind: str) -> str:
        token = getattr(self._api, f"llama_vocab_{kind}")(self._vocab)
        return self._api.llama_vocab_get_text(self._vocab, token).decode() if token >= 0 else ""

    @property
    def frame(self) -> prompt.Frame:
        """The model's own chat template around our system text, and the worked turns where there are any."""
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
            self._pieces = [self._piece(token) for token in range(self.vocabulary)]
        return self._pieces

    def text(self, tokens: Sequence[int]) -> str:
        """What token ids stand for."""
        return b"".join(map(self._piece, tokens)).decode("utf-8", "replace")

    def _piece(self, token: int) -> bytes:
        size = self._api.llama_token_to_piece(self._vocab, token, self._room, len(self._room), 0, False)
        return self._room.raw[: max(0, size)]

    def ends(self, token: int) -> bool:
        """Whether a token ends the answer."""
        return token in (self.end, self._end_of_turn)

    def ask(self, question: str) -> Any | None:
        """Evaluates a user's message in sequence QUESTION. Returns the logits [vocabulary] of the answer's first token.

        None when there is no room for the question and three texts of its length.
        """
        tokens = [*self.tokens(question), *self._suffix]
        needed = 4 * len(tokens) + len(self._prefix)
        if needed > CONTEXT:
            return None
        # By the question alone, whatever was asked before.
        self._size = self._usual if needed <= self._usual else CONTEXT
        if self._size > self._context.size:
            self._make_room(CONTEXT)
        self.clear()
        self.fork(PREFIX, QUESTION)
        return self.feed([Feed(QUESTION, tokens)])[0][0]

    def clear(self) -> None:
        """Empties all branches. What is left of them would fill the context, and move the cells of what comes next
        about: rounding with them."""
        for branch in range(FIRST_BRANCH, FIRST_BRANCH + BRANCHES):
            self.drop(branch)

    def room(self, sequence: int) -> int:
        """How many tokens this question leaves room for beside those of a sequence."""
        return self._size - self.length(sequence)

    def length(self, sequence: int) -> int:
        """How many tokens a sequence holds."""
        return self._context.length(sequence)

    def fork(self, source: int, target: int, length: int | None = None) -> None:
        """Makes `target` a copy of the first `length` tokens of `source` (None: of all). No data moves."""
        self._context.fork(source, target, length)

    def cut(self, sequence: int, length: int) -> None:
        """Takes all tokens of a sequence back but the first `length`. Not for every model: see `goes_back`."""
        self._context.cut(sequence, length)

    @property
    def goes_back(self) -> bool:
        """Whether tokens can be taken back: not where a model keeps one state instead of a cell for every token."""
        return self._context.goes_back

    def drop(self, sequence: int) -> None:
        """Empties a sequence."""
        self._context.drop(sequence)

    def feed(self, feeds: Sequence[Feed]) -> list[Any]:
        """Appends tokens to sequences in one evaluation. Returns each feed's logits, float32 [outputs, vocabulary].

        Raises ModelError when llama.cpp fails, as it does when the context is full.
        """
        return [rows.copy() for rows in self.peek(feeds)]

    def peek(self, feeds: Sequence[Feed]) -> list[Any]:
        """The same without copies: the next evaluation may overwrite what is returned."""
        if self.pause is not None:
            self.pause()
        with self._lock:
            if not self._model:
                raise ModelError(f"{self.path}: the model was let go of")
            return self._context.feed(feeds)

    def close(self) -> None:
        """Frees the model, after an evaluation that another thread may be at. Closing twice is fine."""
        with self._lock:
            if self._model:
                if self._context is not None:
                    self._context.close()
                self._weights.release()
                self._model = None


def check_header(path: Path) -> None:
    """Raises ModelError when a file cannot be read or does not begin as GGUF files do."""
    try:
        with open(path, "rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise ModelError(f"{path}: cannot read the model: {error.strerror or error}") from error
    if magic != _GGUF_MAGIC:
        raise ModelError(f"{path}: not a GGUF model")
