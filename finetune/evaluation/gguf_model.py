"""A GGUF file through srlint's engine: one text at a time, so that an answer hangs on nothing else in the run."""

from __future__ import annotations

import random
from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

from finetune.evaluation import sampling
from finetune.evaluation.language import DOCUMENT_END, Written
from srlint.engine.session import CONTEXT, PREFIX, QUESTION, Feed, Session


class GgufModel:
    """A `LanguageModel`. Sequence PREFIX of the session holds what the chats of a run share, QUESTION the rest."""

    def __init__(self, session: Session):
        import llama_cpp

        self._session = session
        self._shared: list[int] | None = None
        self.template = session.metadata("tokenizer.chat_template")
        self.bos, self.eos = session._special("bos"), session._special("eos")
        self.trained_on = session.metadata("srlint.prompt")
        self.room = CONTEXT
        self.opening = self._opening(llama_cpp, session._vocab)

    @classmethod
    def open(cls, path: str, threads: int | None = None) -> GgufModel:
        """Raises ModelError naming the file."""
        return cls(Session.open(Path(path), threads))

    def _opening(self, llama_cpp: Any, vocab: Any) -> int | None:
        bos = llama_cpp.llama_vocab_bos(vocab)
        found = self._session.tokens(DOCUMENT_END, special=True)
        if len(found) == 1 and not llama_cpp.llama_vocab_get_add_bos(vocab):
            return found[0]
        return bos if bos >= 0 else None

    def tokens(self, text: str, special: bool = False) -> list[int]:
        return self._session.tokens(text, special)

    def ends(self, text: str) -> tuple[list[int], list[int]]:
        tokens, pieces = self._session.tokens(text), self._session.pieces()
        starts = list(accumulate((len(character.encode()) for character in text), initial=0))
        ends = list(accumulate(len(pieces[token]) for token in tokens))
        before = ends[-1] - starts[-1] if ends else 0  # the blank that some vocabularies put before a text
        return tokens, [bisect_left(starts, end - before) for end in ends]

    def text(self, tokens: Sequence[int], after: Sequence[int]) -> str:
        return self._session.text(tokens)

    def likelihoods(self, texts: Sequence[Sequence[int]], given: Sequence[int]) -> list[float]:
        import numpy

        found = []
        for tokens, known in zip(texts, given, strict=True):
            self._begin([])
            (rows,) = self._session.feed([Feed(QUESTION, tokens[:-1], len(tokens) - known)])
            rows = rows.astype(numpy.float64)
            rows -= rows.max(axis=1, keepdims=True)
            own = rows[numpy.arange(len(rows)), list(tokens[known:])]
            found.append(float((own - numpy.log(numpy.exp(rows).sum(axis=1))).sum()))
        return found

    def write(
        self,
        prefix: Sequence[int],
        starts: Sequence[Sequence[int]],
        limits: Sequence[int],
        draws: Sequence[random.Random] | None = None,
    ) -> list[Written]:
        return [
            self._written(prefix, start, limit, draws[place] if draws else None)
            for place, (start, limit) in enumerate(zip(starts, limits, strict=True))
        ]

    def _written(self, prefix: Sequence[int], start: Sequence[int], limit: int, draw: random.Random | None) -> Written:
        self._begin(prefix)
        (rows,) = self._session.feed([Feed(QUESTION, start)])
        found: list[int] = []
        while len(found) < limit:
            token = int(rows[0].argmax()) if draw is None else sampling.chosen(rows[0], draw.random())
            if self._session.ends(token):
                return Written(found, True)
            found.append(token)
            if len(found) < limit:
                (rows,) = self._session.feed([Feed(QUESTION, [token])])
        return Written(found, False)

    def _begin(self, prefix: Sequence[int]) -> None:
        """Leaves the prefix in QUESTION, ready to go on from; what was there is gone."""
        self._session.drop(QUESTION)
        if self._shared != list(prefix):
            self._session.drop(PREFIX)
            if prefix:
                self._session.feed([Feed(PREFIX, prefix, 0)])
            self._shared = list(prefix)
        self._session.fork(PREFIX, QUESTION)

    def close(self) -> None:
        self._session.close()
