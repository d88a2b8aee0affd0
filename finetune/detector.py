"""Fine-tunes the detector: one encoder, three heads (flag, categories, marks), trained together."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer
from torch import nn
from transformers import AutoConfig, AutoModel

from finetune.dataset import Row
from finetune.settings import DetectorRun
from srlint.categories import IDS
from srlint.detector import Encoded, encode
from srlint.document import Span


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
        states = self.encoder(input_ids=ids, token_type_ids=segments, attention_mask=mask).last_hidden_state.float()
        own = ((segments == 0) & (mask == 1)).unsqueeze(-1)
        mean = (states * own).sum(1) / own.sum(1)
        top = states.masked_fill(~own, -1e4).amax(1)
        passage = self.passage(self.dropout(torch.cat([mean, top], dim=-1)))
        return passage, self.token(self.dropout(states)).squeeze(-1)


@dataclass(frozen=True, slots=True)
class Example:
    """An encoded passage with its targets; `marked` is None where the row says nothing about the words at fault."""

    encoded: Encoded
    flagged: float
    categories: tuple[float, ...]
    marked: tuple[float, ...]
    weight: float


def example(tokenizer: Tokenizer, row: Row, weight: float = 1.0) -> Example:
    """Tokens and targets of one of our rows."""
    encoded = encode(tokenizer, row.text, row.before)
    return Example(
        encoded=encoded,
        flagged=float(row.flagged),
        categories=tuple(float(name in row.categories) for name in IDS),
        marked=tuple(float(_inside(span, row.spans)) for span in encoded.spans),
        weight=weight,
    )


def clean_example(tokenizer: Tokenizer, text: str, before: str, weight: float) -> Example:
    """Tokens and targets of a clean sentence."""
    encoded = encode(tokenizer, text, before)
    return Example(encoded, 0.0, (0.0,) * len(IDS), (0.0,) * len(encoded.ids), weight)


def _inside(span: Span | None, marked: Sequence[tuple[int, int]]) -> bool:
    return span is not None and any(span.start < end and start < span.end for start, end in marked)


def batches(examples: Sequence[Example], size: int, order: random.Random) -> Iterator[list[Example]]:
    """Shuffled batches of passages of similar length: pools of 32 batches are sorted, then the batches shuffled."""
    shuffled = order.sample(examples, len(examples))
    for start in range(0, len(shuffled), 32 * size):
        pool = sorted(shuffled[start : start + 32 * size], key=lambda item: len(item.encoded.ids))
        chunks = [pool[i : i + size] for i in range(0, len(pool), size)]
        order.shuffle(chunks)
        yield from chunks


def collate(chunk: Sequence[Example]) -> dict[str, torch.Tensor]:
    """Padded tensors of a batch: ids, segments, mask, flagged, categories, marked, token_mask, weight."""
    width = max(len(item.encoded.ids) for item in chunk)

    def padded(values: Sequence[float], dtype: torch.dtype) -> torch.Tensor:
        return nn.functional.pad(torch.tensor(values, dtype=dtype), (0, width - len(values)))

    return {
        "ids": torch.stack([padded(item.encoded.ids, torch.long) for item in chunk]),
        "segments": torch.stack([padded(item.encoded.segments, torch.long) for item in chunk]),
        "mask": torch.stack([padded([1] * len(item.encoded.ids), torch.long) for item in chunk]),
        "token_mask": torch.stack([padded([s is not None for s in item.encoded.spans], torch.float) for item in chunk]),
        "flagged": torch.tensor([item.flagged for item in chunk]),
        "categories": torch.tensor([item.categories for item in chunk]),
        "marked": torch.stack([padded(item.marked, torch.float) for item in chunk]),
        "weight": torch.tensor([item.weight for item in chunk]),
    }


def loss(model: DetectorModel, batch: dict[str, torch.Tensor], run: DetectorRun) -> torch.Tensor:
    """Weighted sum of the three heads' cross-entropies; flag targets are smoothed by `run.label_smoothing`."""
    passage, tokens = model(batch["ids"], batch["segments"], batch["mask"])
    bce = nn.functional.binary_cross_entropy_with_logits
    soft = batch["flagged"] * (1 - run.label_smoothing) + (1 - batch["flagged"]) * run.label_smoothing
    flag = bce(passage[:, 0], soft, reduction="none")
    categories = bce(passage[:, 1:], batch["categories"], reduction="none").sum(-1)
    per_token = bce(tokens, batch["marked"], reduction="none") * batch["token_mask"]
    marks = per_token.sum(-1) / batch["token_mask"].sum(-1).clamp(min=1)
    total = flag + run.category_weight * categories + run.mark_weight * marks
    return (total * batch["weight"]).sum() / batch["weight"].sum()


def train(run: DetectorRun, base: str, examples: Sequence[Example], seed: int, log) -> DetectorModel:
    """One training run from the base. `log(step, steps, loss)` is called every 50 steps."""
    torch.manual_seed(seed)
    order = random.Random(seed)
    model = DetectorModel(load_encoder(base, run.dropout), run.dropout)
    heads = [*model.passage.parameters(), *model.token.parameters()]
    optimizer = torch.optim.AdamW(
        [{"params": model.encoder.parameters()}, {"params": heads, "lr": run.head_learning_rate}],
        lr=run.learning_rate,
        weight_decay=run.weight_decay,
        fused=True,
    )
    steps = run.epochs * math.ceil(len(examples) / run.batch_size)
    warmup = max(1, int(run.warmup * steps))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / warmup, max(0.0, (steps - step) / max(1, steps - warmup)))
    )
    model.train()
    step, running = 0, 0.0
    for _ in range(run.epochs):
        for chunk in batches(examples, run.batch_size, order):
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=run.bf16):
                value = loss(model, collate(chunk), run)
            value.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
            step += 1
            running += value.item()
            if step % 50 == 0:
                log(step, steps, running / 50)
                running = 0.0
    return model.eval()


def load_encoder(base: str, dropout: float) -> nn.Module:
    """The base encoder from a folder or the hub."""
    config = AutoConfig.from_pretrained(base, hidden_dropout_prob=dropout, attention_probs_dropout_prob=dropout)
    return AutoModel.from_pretrained(base, config=config, add_pooling_layer=False)


def average(models: Sequence[DetectorModel]) -> DetectorModel:
    """Uniform average of the weights of runs from one base (model soup: Wortsman et al. 2022)."""
    states = [model.state_dict() for model in models]
    mean = {key: sum(state[key].float() for state in states) / len(states) for key in states[0]}
    merged = models[0]
    merged.load_state_dict({key: value.to(states[0][key].dtype) for key, value in mean.items()})
    return merged


@torch.inference_mode()
def predict(model: DetectorModel, examples: Sequence[Example], size: int = 64) -> list[tuple[list[float], list[float]]]:
    """Passage logits (flag, then categories) and token logits of each example, in order."""
    results: list[tuple[list[float], list[float]]] = [([], [])] * len(examples)
    ranked = sorted(range(len(examples)), key=lambda index: len(examples[index].encoded.ids))
    for start in range(0, len(ranked), size):
        chunk = ranked[start : start + size]
        batch = collate([examples[index] for index in chunk])
        passage, tokens = model(batch["ids"], batch["segments"], batch["mask"])
        for row, index in enumerate(chunk):
            results[index] = (passage[row].tolist(), tokens[row, : len(examples[index].encoded.ids)].tolist())
    return results
