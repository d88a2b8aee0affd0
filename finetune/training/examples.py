"""Tokenised training texts and how they lie in memory: batches of similar length, or packed rows."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from finetune.pairs import Pair
from finetune.settings import LanguageRun
from srlint import prompt

IGNORED = 0.0


@dataclass(frozen=True, slots=True)
class Example:
    """Token ids after the shared prefix, and each token's weight as a target (0 for what is given)."""

    ids: list[int]
    weights: list[float]


@dataclass(frozen=True, slots=True)
class Padded:
    """Texts side by side, to go on from one cache of the prefix. `ids`, `weights`: [texts, tokens]; `mask` with the
    prefix's tokens before: [texts, prefix + tokens]."""

    ids: torch.Tensor
    weights: torch.Tensor
    mask: torch.Tensor


@dataclass(frozen=True, slots=True)
class Packed:
    """Rows that each hold the prefix once and several texts behind it, each of which sees the prefix and itself.

    `ids`, `weights`, `positions`: [rows, tokens]; `sees`: [rows, 1, tokens, tokens], true where a query (third axis)
    attends.
    """

    ids: torch.Tensor
    weights: torch.Tensor
    positions: torch.Tensor
    sees: torch.Tensor


def examples(tokenizer: Any, frame: prompt.Frame, found: Sequence[Pair], run: LanguageRun) -> list[Example]:
    """Tokenised pairs. Those longer than `run.max_length` are left out: a cut answer would teach cutting."""
    suffix = tokenizer.encode(frame.suffix, add_special_tokens=False)
    results = []
    for pair in found:
        question = tokenizer.encode(pair.question, add_special_tokens=False, split_special_tokens=True)
        answer = tokenizer(
            pair.answer, add_special_tokens=False, split_special_tokens=True, return_offsets_mapping=True
        )
        weights = [_weight(pair, start, end, run.edit_weight) for start, end in answer["offset_mapping"]]
        ids = [*question, *suffix, *answer["input_ids"], tokenizer.eos_token_id]
        if len(ids) <= run.max_length:
            results.append(Example(ids, [IGNORED] * (len(question) + len(suffix)) + weights + [1.0]))
    return results


def _weight(pair: Pair, start: int, end: int, edit_weight: float) -> float:
    """How much the answer's token from `start` to `end` counts as a target."""
    if start < pair.given.end and pair.given.start < end:
        return IGNORED
    return edit_weight if any(start < span.end and span.start < end for span in pair.changed) else 1.0


def batches(found: Sequence[Example], tokens: int, order: random.Random) -> Iterator[list[Example]]:
    """Shuffled batches of at most `tokens` padded tokens; a batch holds texts of similar length."""
    ranked = sorted(found, key=lambda item: (len(item.ids), order.random()))
    chunks: list[list[Example]] = [[]]
    for item in ranked:
        if chunks[-1] and len(item.ids) * (len(chunks[-1]) + 1) > tokens:
            chunks.append([])
        chunks[-1].append(item)
    order.shuffle(chunks)
    yield from chunks


def steps(found: Sequence[Example], run: LanguageRun, order: random.Random) -> Iterator[list[list[Example]]]:
    """What each optimizer step reads: `accumulate` batches, or `batch_size` random texts in as many as they take."""
    if not run.batch_size:
        chunks = list(batches(found, run.batch_tokens, order))
        yield from (chunks[start : start + run.accumulate] for start in range(0, len(chunks), run.accumulate))
        return
    mixed = list(found)
    order.shuffle(mixed)
    for start in range(0, len(mixed), run.batch_size):
        yield list(batches(mixed[start : start + run.batch_size], run.batch_tokens, order))


def padded(chunk: Sequence[Example], prefix: int) -> Padded:
    """A batch beside a prefix of so many tokens."""
    width = max(len(item.ids) for item in chunk)
    gaps = [width - len(item.ids) for item in chunk]
    return Padded(
        torch.tensor([item.ids + [0] * gap for item, gap in zip(chunk, gaps, strict=True)]),
        torch.tensor([item.weights + [IGNORED] * gap for item, gap in zip(chunk, gaps, strict=True)]),
        torch.tensor([[1] * (prefix + width - gap) + [0] * gap for gap in gaps]),
    )


def packed(chunk: Sequence[Example], prefix: Sequence[int], length: int) -> Packed:
    """A batch in as few rows as first-fit decreasing finds, each of at most `length` tokens behind the prefix.

    A text that is longer has a row to itself.
    """
    rows: list[list[Example]] = []
    for item in sorted(chunk, key=lambda item: -len(item.ids)):
        fitting = (row for row in rows if sum(len(own.ids) for own in row) + len(item.ids) <= length)
        row = next(fitting, None)
        if row is None:
            rows.append([item])
        else:
            row.append(item)
    width = len(prefix) + max(sum(len(item.ids) for item in row) for row in rows)
    laid = [_row(row, prefix, width) for row in rows]
    ids, weights, positions, texts = (torch.tensor(column) for column in zip(*laid, strict=True))
    causal = torch.ones(width, width, dtype=torch.bool).tril()
    own = texts[:, :, None] == texts[:, None, :]
    shared = (texts == 0)[:, None, :]
    return Packed(ids, weights, positions, ((own | shared) & causal)[:, None])


def _row(row: Sequence[Example], prefix: Sequence[int], width: int) -> tuple[list, list, list, list]:
    """Ids, weights, positions, and which text each token belongs to: 0 for the prefix, -1 for padding."""
    ids, weights = list(prefix), [IGNORED] * len(prefix)
    positions, texts = list(range(len(prefix))), [0] * len(prefix)
    for number, item in enumerate(row, 1):
        ids += item.ids
        weights += item.weights
        positions += range(len(prefix), len(prefix) + len(item.ids))
        texts += [number] * len(item.ids)
    gap = width - len(ids)
    return ids + [0] * gap, weights + [IGNORED] * gap, positions + [0] * gap, texts + [-1] * gap
