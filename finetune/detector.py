"""Fine-tunes the detector: one encoder, three heads (flag, categories, marks), trained together."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

import torch
from tokenizers import Tokenizer
from torch import nn

from finetune.dataset import Row
from finetune.encoder import load_encoder
from finetune.settings import DetectorRun, TaggerRun
from srlint.categories import IDS
from srlint.document import Span
from srlint.odds import probability
from srlint.tokens import Encoded, encode

Item = TypeVar("Item")

# The focal loss is small where most is right already; so much of it is worth about as much as the plain one beside the
# losses of the other heads.
_FOCAL_SCALE = 2.0


class DetectorModel(nn.Module):
    """An encoder with a passage head (flag and one logit a category) and a token head (marks).

    The passage is read as the mean and the maximum over its own tokens; the sentence before it is seen by attention
    only.
    """

    def __init__(self, encoder: nn.Module, dropout: float = 0.1):
        super().__init__()
        width = encoder.config.hidden_size
        self.encoder = encoder
        self.dropout = nn.Dropout(dropout)
        self.passage = nn.Linear(2 * width, 1 + len(IDS))
        self.token = nn.Linear(width, 1)

    def forward(
        self, ids: torch.Tensor, segments: torch.Tensor, mask: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """ids, segments, mask: [batch, tokens]. Returns logits [batch, 1 + categories] and [batch, tokens]."""
        return self.decide(self.read(ids, segments, mask), segments, mask)

    def read(self, ids: torch.Tensor, segments: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """The encoder's last states [batch, tokens, width]."""
        return self.encoder(input_ids=ids, token_type_ids=segments, attention_mask=mask).last_hidden_state.float()

    def decide(
        self, states: torch.Tensor, segments: torch.Tensor, mask: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """What the heads make of the encoder's states."""
        own = ((segments == 0) & (mask == 1)).unsqueeze(-1)
        mean = (states * own).sum(1) / own.sum(1)
        top = states.masked_fill(~own, -1e4).amax(1)
        passage = self.passage(self.dropout(torch.cat([mean, top], dim=-1)))
        return passage, self.token(self.dropout(states)).squeeze(-1)


@dataclass(frozen=True, slots=True)
class Example:
    """An encoded passage with its targets; `marked` is None where nobody has said which words are at fault. `states`
    are a teacher's last states [tokens, its width], if known."""

    encoded: Encoded
    flagged: float
    categories: tuple[float, ...]
    marked: tuple[float, ...] | None
    weight: float
    states: torch.Tensor | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Said:
    """What a model says of a passage: logits of flag and categories, of each token, and its last states if asked."""

    passage: list[float]
    tokens: list[float]
    states: torch.Tensor | None = None


def example(tokenizer: Tokenizer, row: Row, weight: float = 1.0) -> Example:
    """Tokens and targets of a row."""
    encoded = encode(tokenizer, row.text, row.before)
    unmarked = row.flagged and not row.spans
    return Example(
        encoded=encoded,
        flagged=float(row.flagged),
        categories=tuple(float(name in row.categories) for name in IDS),
        marked=None if unmarked else tuple(float(_inside(span, row.spans)) for span in encoded.spans),
        weight=weight,
    )


def clean_example(tokenizer: Tokenizer, text: str, before: str, weight: float) -> Example:
    """Tokens and targets of a clean sentence."""
    encoded = encode(tokenizer, text, before)
    return Example(encoded, 0.0, (0.0,) * len(IDS), (0.0,) * len(encoded.ids), weight)


def taught(item: Example, said: Said) -> Example:
    """The example with a teacher's probabilities as its targets, and its states.

    Distillation (Hinton, Vinyals, Dean 2015), on passages that nobody has labelled (Turc et al. 2019).
    """
    return replace(
        item,
        flagged=probability(said.passage[0]),
        categories=tuple(map(probability, said.passage[1:])),
        marked=tuple(map(probability, said.tokens)),
        states=said.states,
    )


def _inside(span: Span | None, marked: Sequence[tuple[int, int]]) -> bool:
    return span is not None and any(span.start < end and start < span.end for start, end in marked)


def batches(
    examples: Sequence[Item], size: int, order: random.Random, length: Callable[[Item], int]
) -> Iterator[list[Item]]:
    """Shuffled batches of passages of similar `length`: pools of 32 batches are sorted, then the batches shuffled."""
    shuffled = order.sample(examples, len(examples))
    for start in range(0, len(shuffled), 32 * size):
        pool = sorted(shuffled[start : start + 32 * size], key=length)
        chunks = [pool[i : i + size] for i in range(0, len(pool), size)]
        order.shuffle(chunks)
        yield from chunks


def collate(chunk: Sequence[Example]) -> dict[str, torch.Tensor]:
    """Padded tensors of a batch: ids, segments, mask, flagged, categories, marked, token_mask, weight; and a teacher's
    states where any are known."""
    width = max(len(item.encoded.ids) for item in chunk)

    def padded(values: Sequence[float], dtype: torch.dtype) -> torch.Tensor:
        return nn.functional.pad(torch.tensor(values, dtype=dtype), (0, width - len(values)))

    return {
        "ids": torch.stack([padded(item.encoded.ids, torch.long) for item in chunk]),
        "segments": torch.stack([padded(item.encoded.segments, torch.long) for item in chunk]),
        "mask": torch.stack([padded([1] * len(item.encoded.ids), torch.long) for item in chunk]),
        "token_mask": torch.stack([padded(_token_mask(item), torch.float) for item in chunk]),
        "flagged": torch.tensor([item.flagged for item in chunk]),
        "categories": torch.tensor([item.categories for item in chunk]),
        "marked": torch.stack([padded(item.marked or (), torch.float) for item in chunk]),
        "weight": torch.tensor([item.weight for item in chunk]),
    } | _collated_states(chunk, width)


def _token_mask(item: Example) -> list[bool]:
    """Which tokens are words of the passage whose marks are known."""
    return [span is not None and item.marked is not None for span in item.encoded.spans]


def _collated_states(chunk: Sequence[Example], width: int) -> dict[str, torch.Tensor]:
    """A teacher's states [batch, tokens, its width] and where there are any [batch, tokens]; nothing where none has."""
    size = next((item.states.shape[1] for item in chunk if item.states is not None), 0)
    if not size:
        return {}
    states, known = torch.zeros(len(chunk), width, size), torch.zeros(len(chunk), width)
    for row, item in enumerate(chunk):
        if item.states is not None:
            states[row, : len(item.states)] = item.states
            known[row, : len(item.states)] = 1.0
    return {"states": states, "known": known}


def loss(
    model: DetectorModel, batch: dict[str, torch.Tensor], run: DetectorRun, bridge: nn.Module | None = None
) -> torch.Tensor:
    """Weighted sum of the three heads' cross-entropies; flag targets are smoothed by `run.label_smoothing`, and with
    `run.focal` flags weigh (1 - p) to this power, where p is what the model gives to the right one (Lin et al. 2017).

    Where the batch has a teacher's states, the model's own, through `bridge`, are drawn towards them token by token
    (as in TinyBERT: Jiao et al. 2020), by cosine.
    """
    own = model.read(batch["ids"], batch["segments"], batch["mask"])
    passage, tokens = model.decide(own, batch["segments"], batch["mask"])
    bce = nn.functional.binary_cross_entropy_with_logits
    soft = batch["flagged"] * (1 - run.label_smoothing) + (1 - batch["flagged"]) * run.label_smoothing
    flag = bce(passage[:, 0], soft, reduction="none")
    if run.focal:
        said = torch.sigmoid(passage[:, 0].detach())
        right = torch.where(batch["flagged"] > 0.5, said, 1 - said)
        flag = _FOCAL_SCALE * flag * (1 - right) ** run.focal
    categories = bce(passage[:, 1:], batch["categories"], reduction="none").sum(-1)
    per_token = bce(tokens, batch["marked"], reduction="none") * batch["token_mask"]
    marks = per_token.sum(-1) / batch["token_mask"].sum(-1).clamp(min=1)
    total = flag + run.category_weight * categories + run.mark_weight * marks
    if bridge is not None and "states" in batch:
        far = (1 - nn.functional.cosine_similarity(bridge(own).float(), batch["states"], dim=-1)) * batch["known"]
        total = total + run.state_weight * far.sum(-1) / batch["known"].sum(-1).clamp(min=1)
    return (total * batch["weight"]).sum() / batch["weight"].sum()


def train(
    run: DetectorRun, base: str, examples: Sequence[Example], seed: int, log, start: Path | None = None
) -> DetectorModel:
    """One training run from the base, or from the weights in `start`. `log(step, steps, loss)`: every 50 steps."""
    torch.manual_seed(seed)
    order = random.Random(seed)
    model = DetectorModel(load_encoder(base, run.dropout, run.frozen_layers), run.dropout)
    if start:
        model.load_state_dict(torch.load(start, weights_only=True))
    width = next((item.states.shape[1] for item in examples if item.states is not None), None)
    bridge = nn.Linear(model.token.in_features, width, bias=False) if width else None
    heads = [*model.passage.parameters(), *model.token.parameters(), *(bridge.parameters() if bridge else ())]
    steps = run.epochs * math.ceil(len(examples) / run.batch_size)
    rates = [(model.encoder.parameters(), run.learning_rate), (heads, run.head_learning_rate)]
    optimizer, schedule = optimized(run, rates, steps)
    model.train()
    step, running = 0, 0.0
    for _ in range(run.epochs):
        for chunk in batches(examples, run.batch_size, order, lambda item: len(item.encoded.ids)):
            batch = collate(chunk)
            value = _graded(model, batch, run, bridge)
            if run.adversarial:
                with pushed(model.encoder.get_input_embeddings().weight, run.adversarial):
                    _graded(model, batch, run, bridge)
            nn.utils.clip_grad_norm_([*model.encoder.parameters(), *heads], 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
            step += 1
            running += value
            if step % 50 == 0:
                log(step, steps, running / 50)
                running = 0.0
    return model.eval()


def optimized(
    run: DetectorRun | TaggerRun, rates: Sequence[tuple[Iterable[nn.Parameter], float]], steps: int
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
    """AdamW with rates for parts of a model; all climb in the part `run.warmup` of the steps, then fall."""
    groups = [{"params": part, "lr": rate} for part, rate in rates]
    optimizer = torch.optim.AdamW(groups, weight_decay=run.weight_decay, fused=True)
    warmup = max(1, int(run.warmup * steps))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / warmup, max(0.0, (steps - step) / max(1, steps - warmup)))
    )
    return optimizer, schedule


def _graded(
    model: DetectorModel, batch: dict[str, torch.Tensor], run: DetectorRun, bridge: nn.Module | None
) -> float:
    """The loss of a batch, whose gradients are added to those that are there."""
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=run.bf16):
        value = loss(model, batch, run, bridge)
    value.backward()
    return value.item()


@contextmanager
def pushed(words: nn.Parameter, by: float) -> Iterator[None]:
    """Word embeddings moved by `by` (the norm over a batch) to where its loss grows fastest, while the block runs.

    What is learnt there as well holds for more than the words it was learnt on (Miyato, Dai, Goodfellow 2017).
    """
    if words.grad is None or not (norm := words.grad.norm()):
        yield
        return
    step = words.grad * (by / norm)
    with torch.no_grad():
        words += step
    yield
    with torch.no_grad():
        words -= step


def average(models: Sequence[DetectorModel]) -> DetectorModel:
    """Uniform average of the weights of runs from one base (model soup: Wortsman et al. 2022)."""
    states = [model.state_dict() for model in models]
    mean = {key: sum(state[key].float() for state in states) / len(states) for key in states[0]}
    merged = models[0]
    merged.load_state_dict({key: value.to(states[0][key].dtype) for key, value in mean.items()})
    return merged


@torch.inference_mode()
def predict(
    model: DetectorModel, examples: Sequence[Example], size: int = 64, states: bool = False, bf16: bool = False
) -> list[Said]:
    """What the model says of each example, in order; with `states` its last states too, in half precision."""
    results: list[Said] = [Said([], [])] * len(examples)
    ranked = sorted(range(len(examples)), key=lambda index: len(examples[index].encoded.ids))
    for start in range(0, len(ranked), size):
        chunk = ranked[start : start + size]
        batch = collate([replace(examples[index], states=None) for index in chunk])
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
            own = model.read(batch["ids"], batch["segments"], batch["mask"])
            passage, tokens = model.decide(own, batch["segments"], batch["mask"])
        for row, index in enumerate(chunk):
            length = len(examples[index].encoded.ids)
            kept = own[row, :length].half().clone() if states else None
            results[index] = Said(passage[row].float().tolist(), tokens[row, :length].float().tolist(), kept)
    return results
