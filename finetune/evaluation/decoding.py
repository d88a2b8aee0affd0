"""Likelihoods and written tokens from a transformers model, in batches of texts of about one length.

Decoding is done here, not by `generate`: what a model's folder says of sampling, penalties and lengths must not decide
what is measured.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator, Sequence
from typing import Any

import torch

from finetune import base_model
from finetune.evaluation import sampling
from finetune.evaluation.language import Written

# Tokens, padding and the shared prefix included, that a batch may hold, by kind of device.
_WRITTEN = {"cpu": 4096, "cuda": 65536}
# Likelihoods keep the logits of a whole batch: [tokens, vocabulary].
_SCORED = {"cpu": 512, "cuda": 8192}


class Decoder:
    """`causal` is a transformers model, `ends` the tokens that end an answer.

    `wrapped` is peft's model around `causal` where that is prefix-tuned: its virtual tokens stand before every text.
    """

    def __init__(self, causal: Any, ends: frozenset[int], wrapped: Any = None):
        self._model = causal.eval()
        self._ends = ends
        self._wrapped = wrapped
        self._device = next(causal.parameters()).device
        self._shared: tuple[list[int], Any] | None = None
        self._cache = base_model.cache_word(causal)
        self.virtual: int = wrapped.active_peft_config.num_virtual_tokens if wrapped else 0

    def likelihoods(self, texts: Sequence[Sequence[int]], given: Sequence[int]) -> list[float]:
        """As `LanguageModel.likelihoods`."""
        results = [0.0] * len(texts)
        for rows in _batches([len(text) for text in texts], _SCORED[self._device.type]):
            values = self._scored([texts[row] for row in rows], [given[row] for row in rows])
            for row, value in zip(rows, values, strict=True):
                results[row] = value
        return results

    @torch.inference_mode()
    def _scored(self, texts: Sequence[Sequence[int]], given: Sequence[int]) -> list[float]:
        """Padded on the right: what comes behind a token is nothing to it."""
        cache, before = self._begun([], len(texts))
        width = max(map(len, texts))
        gaps = [width - len(text) for text in texts]
        logits = self._forward(
            [[*text, *[0] * gap] for text, gap in zip(texts, gaps, strict=True)],
            [[1] * (before + width - gap) + [0] * gap for gap in gaps],
            [list(range(before, before + width))] * len(texts),
            cache,
            width - min(given) + 1,
        )
        first = width - logits.shape[1]  # where the logits that were kept begin
        values = []
        for row, text, known in zip(logits, texts, given, strict=True):
            own = row[known - 1 - first : len(text) - 1 - first].float()
            wanted = torch.tensor(text[known:], dtype=torch.long, device=self._device)[:, None]
            values.append(float((own.gather(1, wanted)[:, 0] - own.logsumexp(-1)).double().sum()))
        return values

    def write(
        self,
        prefix: Sequence[int],
        starts: Sequence[Sequence[int]],
        limits: Sequence[int],
        draws: Sequence[random.Random] | None = None,
    ) -> list[Written]:
        """As `LanguageModel.write`."""
        results = [Written([], False)] * len(starts)
        sizes = [len(prefix) + len(start) + limit for start, limit in zip(starts, limits, strict=True)]
        for rows in _batches(sizes, _WRITTEN[self._device.type]):
            own = None if draws is None else [draws[row] for row in rows]
            written = self._written(prefix, [starts[row] for row in rows], [limits[row] for row in rows], own)
            for row, value in zip(rows, written, strict=True):
                results[row] = value
        return results

    @torch.inference_mode()
    def _written(
        self,
        prefix: Sequence[int],
        starts: Sequence[Sequence[int]],
        limits: Sequence[int],
        draws: Sequence[random.Random] | None,
    ) -> list[Written]:
        """Padded between prefix and start: all rows write their next token in one column."""
        cache, before = self._begun(prefix, len(starts))
        width = max(map(len, starts))
        gaps = [width - len(start) for start in starts]
        ids = [[*[0] * gap, *start] for start, gap in zip(starts, gaps, strict=True)]
        mask = [[1] * before + [0] * gap + [1] * (width - gap) for gap in gaps]
        places = [[before] * gap + list(range(before, before + width - gap)) for gap in gaps]
        found: list[list[int]] = [[] for _ in starts]
        ended: set[int] = set()
        writing = [row for row, limit in enumerate(limits) if limit > 0]
        while writing:
            tokens = _picked(self._forward(ids, mask, places, cache, 1)[:, -1], draws, writing)
            for row in writing:
                if tokens[row] in self._ends:
                    ended.add(row)
                else:
                    found[row].append(tokens[row])
            writing = [row for row in writing if row not in ended and len(found[row]) < limits[row]]
            ids, mask = [[token] for token in tokens], [[*row, 1] for row in mask]
            places = [[row[-1] + 1] for row in places]
        return [Written(own, row in ended) for row, own in enumerate(found)]

    def _forward(
        self, ids: list[list[int]], mask: list[list[int]], places: list[list[int]], cache: Any, kept: int
    ) -> torch.Tensor:
        """Logits [rows, `kept` last tokens, vocabulary]; the cache grows by the tokens."""
        return self._model(
            input_ids=torch.tensor(ids, device=self._device),
            attention_mask=torch.tensor(mask, device=self._device),
            position_ids=torch.tensor(places, device=self._device),
            use_cache=True,
            logits_to_keep=kept,
            **{self._cache: cache},
        ).logits

    def _begun(self, prefix: Sequence[int], rows: int) -> tuple[Any, int]:
        """A cache of virtual tokens and prefix, for so many rows, and how many tokens it holds."""
        from transformers import DynamicCache

        if self._shared is None or self._shared[0] != list(prefix):
            cache = self._wrapped.get_prompt(1) if self._wrapped else DynamicCache(config=self._model.config)
            whole = self.virtual + len(prefix)
            if prefix:
                self._forward([list(prefix)], [[1] * whole], [list(range(self.virtual, whole))], cache, 1)
            self._shared = list(prefix), cache
        cache = copy.deepcopy(self._shared[1])
        if self.virtual + len(prefix):
            cache.batch_repeat_interleave(rows)
        return cache, self.virtual + len(prefix)


def _batches(sizes: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Places of texts of neighbouring sizes, as many as the budget holds when all are as large as the largest."""
    rows: list[int] = []
    for row in sorted(range(len(sizes)), key=lambda row: (sizes[row], row)):
        if rows and sizes[row] * (len(rows) + 1) > budget:
            yield rows
            rows = []
        rows.append(row)
    if rows:
        yield rows


def _picked(logits: torch.Tensor, draws: Sequence[random.Random] | None, writing: Sequence[int]) -> list[int]:
    """The next token of each row, the likeliest or drawn; only rows that are writing use up random numbers."""
    if draws is None:
        return logits.argmax(-1).tolist()
    numbers = [0.0] * len(logits)
    for row in writing:
        numbers[row] = draws[row].random()
    return sampling.chosen_rows(logits, torch.tensor(numbers, dtype=torch.float64)).tolist()
