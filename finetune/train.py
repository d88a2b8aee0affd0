"""LoRA fine-tuning of a chat model on our pairs, with the prompt that the command uses.

The loss falls on the answer alone, and more on the words that an answer changes than on those it copies: a small
model learns to copy in the first hundred steps and would spend the rest of the run on being sure of it. Every
question opens with the same system text, so its keys and values are computed once a step and shared by the batch,
gradients included.
"""

from __future__ import annotations

import json
import math
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model
from torch import nn
from transformers import DynamicCache

from finetune import base_model
from finetune.pairs import Pair
from finetune.settings import LanguageRun
from srlint import prompt

IGNORED = 0.0


@dataclass(frozen=True, slots=True)
class Example:
    """Token ids after the shared prefix, and each token's weight as a target (0 for what is given)."""

    ids: list[int]
    weights: list[float]


def examples(tokenizer: Any, frame: prompt.Frame, found: Sequence[Pair], run: LanguageRun) -> list[Example]:
    """Tokenised pairs. Those longer than `run.max_length` are left out: a cut answer would teach cutting."""
    suffix = tokenizer.encode(frame.suffix, add_special_tokens=False)
    results = []
    for pair in found:
        question = tokenizer.encode(pair.question, add_special_tokens=False)
        answer = tokenizer(pair.answer, add_special_tokens=False, return_offsets_mapping=True)
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


def loss(model: Any, prefix: torch.Tensor, chunk: Sequence[Example]) -> tuple[torch.Tensor, float]:
    """Summed weighted cross-entropy over the answers of a batch, and the sum of their weights.

    `prefix` holds the ids [1, tokens] that every example starts with. Only positions that are targets reach the
    output layer.
    """
    causal = model.get_base_model()
    shared = causal.model(input_ids=prefix, use_cache=True).past_key_values
    cache = DynamicCache(
        [
            (layer.keys.expand(len(chunk), -1, -1, -1), layer.values.expand(len(chunk), -1, -1, -1))
            for layer in shared.layers
        ]
    )
    width = max(len(item.ids) for item in chunk)
    ids = torch.tensor([item.ids + [0] * (width - len(item.ids)) for item in chunk])
    weights = torch.tensor([item.weights + [IGNORED] * (width - len(item.ids)) for item in chunk])
    mask = torch.tensor([[1] * (prefix.shape[1] + len(item.ids)) + [0] * (width - len(item.ids)) for item in chunk])
    states = causal.model(input_ids=ids, attention_mask=mask, past_key_values=cache, use_cache=True).last_hidden_state
    wanted = weights[:, 1:] > 0
    logits = causal.lm_head(states[:, :-1][wanted]).float()
    entropy = nn.functional.cross_entropy(logits, ids[:, 1:][wanted], reduction="none")
    kept = weights[:, 1:][wanted]
    return (entropy * kept).sum(), float(kept.sum())


def train(
    run: LanguageRun,
    epochs: Sequence[Sequence[Pair]],
    held_out: Sequence[Pair],
    folder: Path,
    resume: bool,
    log: Callable[[str], None],
) -> dict:
    """Trains on the pairs of each epoch in turn and saves the adapter under `folder`; returns the run record.

    `resume` goes on from a checkpoint.
    """
    torch.manual_seed(run.seed)
    model, tokenizer = base_model.load(run.base, torch.bfloat16)
    frame = prompt.frame(tokenizer.chat_template, tokenizer.bos_token or "", tokenizer.eos_token or "")
    prefix = torch.tensor([tokenizer.encode(frame.prefix, add_special_tokens=False)])
    own = [examples(tokenizer, frame, found, run) for found in epochs]
    other = examples(tokenizer, frame, held_out, run)
    model = get_peft_model(
        model,
        LoraConfig(r=run.rank, lora_alpha=run.alpha, target_modules="all-linear", task_type="CAUSAL_LM"),
        autocast_adapter_dtype=False,
    )
    weights = Masters([parameter for parameter in model.parameters() if parameter.requires_grad])
    plan = [
        chunk
        for epoch, found in enumerate(own)
        for chunk in batches(found, run.batch_tokens, random.Random(f"{run.seed} {epoch}"))
    ]
    optimizer = torch.optim.AdamW(weights.full, lr=run.learning_rate, weight_decay=run.weight_decay, fused=True)
    warmup = max(1, round(run.warmup * len(plan)))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / warmup, 0.5 + 0.5 * math.cos(math.pi * min(1.0, step / len(plan))))
    )
    checkpoint = folder / "checkpoint.pt"
    first = _restore(checkpoint, weights, optimizer, schedule) if resume and checkpoint.exists() else 0
    whole = sum(len(item.ids) for found in own for item in found)
    log(f"{len(own[0])} texts an epoch, {whole} tokens, {len(plan)} steps, from step {first}")
    model.train()
    started, tokens, total, weight = time.monotonic(), 0, 0.0, 0.0
    for step in range(first, len(plan)):
        value, size = loss(model, prefix, plan[step])
        (value / size).backward()
        weights.gather()
        nn.utils.clip_grad_norm_(weights.full, run.gradient_norm)
        optimizer.step()
        weights.publish()
        schedule.step()
        tokens += sum(len(item.ids) for item in plan[step])
        total, weight = total + value.item(), weight + size
        if (step + 1) % 25 == 0:
            rate = tokens / (time.monotonic() - started)
            left = (len(plan) - step - 1) * (time.monotonic() - started) / (step + 1 - first)
            log(f"step {step + 1}/{len(plan)} loss {total / weight:.4f} {rate:.0f} tokens/s, {left / 60:.0f} min left")
            total, weight = 0.0, 0.0
        if (step + 1) % run.checkpoint_steps == 0:
            _save(checkpoint, weights, optimizer, schedule, step + 1)
    held = evaluate(model, prefix, other, run)
    log(f"held-out loss {held:.4f}")
    model.peft_config["default"].base_model_name_or_path = run.base  # not the path that it was loaded from
    model.save_pretrained(folder / "adapter")
    checkpoint.unlink(missing_ok=True)
    return {
        "settings": asdict(run),
        "prompt": prompt.fingerprint(),
        "texts": len(own[0]),
        "held_out_texts": len(other),
        "held_out_loss": round(held, 4),
        "steps": len(plan),
    }


@torch.inference_mode()
def evaluate(model: Any, prefix: torch.Tensor, found: Sequence[Example], run: LanguageRun) -> float:
    """Weighted mean cross-entropy over held-out answers."""
    model.eval()
    total, weight = 0.0, 0.0
    for chunk in batches(found, run.batch_tokens, random.Random(0)):
        value, size = loss(model, prefix, chunk)
        total, weight = total + value.item(), weight + size
    model.train()
    return total / weight


class Masters:
    """Full-precision copies of bfloat16 parameters.

    The forward and backward passes run in bfloat16 throughout, without a cast between a layer and its adapter; steps
    smaller than bfloat16 can hold add up in the copies.
    """

    def __init__(self, parameters: Sequence[nn.Parameter]):
        self.parameters = parameters
        self.full = [parameter.detach().float() for parameter in parameters]

    def gather(self) -> None:
        """Moves the parameters' gradients to the copies."""
        for parameter, full in zip(self.parameters, self.full, strict=True):
            full.grad = parameter.grad.float()
            parameter.grad = None

    def publish(self) -> None:
        """Rounds the copies into the parameters."""
        for parameter, full in zip(self.parameters, self.full, strict=True):
            parameter.data.copy_(full)


def _save(path: Path, weights: Masters, optimizer: Any, schedule: Any, step: int) -> None:
    state = {
        "weights": weights.full,
        "optimizer": optimizer.state_dict(),
        "schedule": schedule.state_dict(),
        "step": step,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(state, path.with_suffix(".part"))
    path.with_suffix(".part").replace(path)


def _restore(path: Path, weights: Masters, optimizer: Any, schedule: Any) -> int:
    state = torch.load(path, weights_only=True)
    for full, saved in zip(weights.full, state["weights"], strict=True):
        full.copy_(saved)
    weights.publish()
    optimizer.load_state_dict(state["optimizer"])
    schedule.load_state_dict(state["schedule"])
    return state["step"]


def write_record(folder: Path, record: dict) -> None:
    """The run record beside the adapter."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "run.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
