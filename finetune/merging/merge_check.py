"""Whether two forms of a model say the same: their next-token distributions on a few prompts of ours."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from transformers import DynamicCache

from finetune import base_model
from srlint import prompt
from srlint.document import Span
from srlint.errors import ModelError

# (the sentence before, the passage, the words marked, categories, rewrite)
_ASKED = (
    ("", "The chairman thanked the firemen and their wives.", "chairman", ("gender",), "The chair thanked the crew."),
    ("We met on Monday.", "The bridge at 14 Mill Lane stays shut until 3 May.", "", (), None),
    ("", "Add it to the whitelist; see \ufffc.", "whitelist", ("terminology",), "Add it to the list; see \ufffc."),
    ("Nobody had asked them.", "Those idiots from the sticks can't read anyway.", "idiots", ("toxicity",), None),
    ("", "Older adults make up 19 % of the town’s residents.", "", (), None),
    ("Sales fell again.", "The plan is a mistake, and it will cost two hundred jobs.", "", (), None),
    ("", "Even your grandmother could install it.", "grandmother", ("age", "gender"), "Anyone could install it."),
    ("„Grüezi“, she said.", "Zürich’s cafés have crippling rents — déjà vu?", "crippling", ("disability",), None),
)

# A top token may change where the one that takes its place was nearly as likely: log-probabilities this close (nats).
NEAR_TIE = 0.25


@dataclass(frozen=True, slots=True)
class Limits:
    """`kl`: mean Kullback-Leibler divergence in nats. `difference`: of logits, as a share of the largest one."""

    kl: float
    difference: float


# Both in float32. Measured on a model of 135M: 1e-11 nats and 3e-6.
MERGED = Limits(1e-8, 1e-4)
# Weights rounded, arithmetic in float32. Measured on a model of 135M: 1e-4 nats in bfloat16, 3e-6 in float16.
ROUNDED = {"bfloat16": Limits(5e-3, 0.1), "float16": Limits(5e-4, 0.02), "float32": MERGED}


@dataclass(frozen=True, slots=True)
class Difference:
    """Over `positions` next-token distributions: logits, Kullback-Leibler divergence in nats, and top tokens.

    `largest_logit` is the reference's, for scale. `changed_tops` counts the positions with another top token,
    `lost_tops` those of them that were no near-tie.
    """

    positions: int
    largest_difference: float
    largest_logit: float
    mean_kl: float
    largest_kl: float
    changed_tops: int
    lost_tops: int


@dataclass(frozen=True, slots=True)
class Prompts:
    """Token ids: those of the system text that all prompts begin with, and of each question with its answer."""

    shared: list[int]
    own: list[list[int]]


def prompts(tokenizer: Any) -> Prompts:
    """Questions as srlint asks them. Raises ModelError where the tokenizer has no usable chat template."""
    frame = base_model.framed(tokenizer, "the base model")
    prefix, suffix = (tokenizer.encode(part, add_special_tokens=False) for part in (frame.prefix, frame.suffix))
    results = []
    for before, text, mark, categories, rewrite in _ASKED:
        marks = [Span(text.index(mark), text.index(mark) + len(mark))] if mark else []
        own, answer = prompt.question(text, before, marks), prompt.answer(categories, rewrite)
        middle, end = (tokenizer.encode(part, add_special_tokens=False) for part in (own, answer))
        results.append([*middle, *suffix, *end])
    return Prompts(prefix, results)


@torch.inference_mode()
def logits(model: Any, asked: Prompts) -> list[torch.Tensor]:
    """For each prompt float32 logits [own tokens, vocabulary]; one at a time, without padding."""
    word = base_model.cache_word(model)
    shared = DynamicCache(config=model.config)
    model(input_ids=torch.tensor([asked.shared]), use_cache=True, **{word: shared})
    return [
        model(input_ids=torch.tensor([ids]), use_cache=True, **{word: copy.deepcopy(shared)}).logits[0].float()
        for ids in asked.own
    ]


@torch.inference_mode()
def compare(reference: Sequence[torch.Tensor], other: Sequence[torch.Tensor]) -> Difference:
    """How far `other` is from `reference`, over all positions. Values that are not finite make the figures NaN."""
    wanted, got = torch.cat(list(reference)), torch.cat(list(other))
    p, q = wanted.double().log_softmax(-1), got.double().log_softmax(-1)
    kl = (p.exp() * (p - q)).sum(-1)
    best, now = p.max(-1), q.argmax(-1)
    gap = best.values - p.gather(-1, now[:, None])[:, 0]
    return Difference(
        positions=len(kl),
        largest_difference=float((wanted - got).abs().max()),
        largest_logit=float(wanted.abs().max()),
        mean_kl=float(kl.mean()),
        largest_kl=float(kl.max()),
        changed_tops=int((gap > 0).sum()),
        lost_tops=int((gap > NEAR_TIE).sum()),
    )


def check(name: str, found: Difference, limits: Limits) -> None:
    """Raises ModelError that says which figure is out of bounds. NaN is out of every bound."""
    share = found.largest_difference / max(found.largest_logit, 1.0)
    if not found.mean_kl <= limits.kl:
        raise ModelError(f"{name}: mean divergence {found.mean_kl:.2g} nats, more than {limits.kl:g}: nothing written")
    if not share <= limits.difference:
        moved = f"a logit moves by {share:.2g} of the largest, more than {limits.difference:g}"
        raise ModelError(f"{name}: {moved}: nothing written")
    if found.lost_tops:
        raise ModelError(f"{name}: {found.lost_tops} of {found.positions} top tokens change: nothing written")
