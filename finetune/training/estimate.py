"""What a run would do, before it does it: texts, steps, memory and time, without loading any weights."""

from __future__ import annotations

import math
import os
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from finetune import base_model
from finetune.pairs import Pair
from finetune.settings import LanguageRun
from finetune.training import methods
from finetune.training.examples import Example, examples, steps
from finetune.training.text_lengths import check_texts, lengths
from srlint.errors import ModelError

# Training reaches about this part of the rate of one large product.
_EFFICIENCY = 0.4
# NF4 holds four bits a weight and a scale for each 64: in full precision, or in eight bits and a second scale for 256.
_NF4_BYTES = {False: 0.5 + 4 / 64, True: 0.5 + 1 / 64 + 4 / (64 * 256)}
_GIGABYTE = 1e9


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes: `weights` of the base, `training` for copies, gradients and the optimizer, `activations` of a batch."""

    weights: float
    training: float
    activations: float

    @property
    def total(self) -> float:
        return self.weights + self.training + self.activations


def main(
    run: LanguageRun, epochs: Sequence[Sequence[Pair]], held_out: Sequence[Pair], log: Callable[[str], None]
) -> None:
    """Says what `train` would do. Raises ModelError for a base whose configuration or tokenizer cannot be had."""
    model, tokenizer = _skeleton(run.base)
    frame = base_model.framed(tokenizer, run.base)
    prefix = len(tokenizer.encode(frame.prefix, add_special_tokens=False))
    own = [examples(tokenizer, frame, found, run) for found in epochs]
    other = examples(tokenizer, frame, held_out, run)
    check_texts(run, own, other)
    count = sum(parameter.numel() for parameter in model.parameters())
    trained = _trained(run, model)
    plan = [step for epoch, texts in enumerate(own) for step in steps(texts, run, random.Random(f"{run.seed} {epoch}"))]
    read = sum(_tokens(run, chunk, prefix) for step in plan for chunk in step)
    needed = memory(run, model, trained)
    hours = read * count * _flops(run) / (_rate(run, model.config.hidden_size) * _EFFICIENCY) / 3600
    added = "all of them trained" if run.method == "full" else f"{trained / 1e6:.2f} million added"
    log(f"{run.name}: {run.method} on {run.base}, {count / 1e6:.1f} million weights, {added}")
    log(lengths(epochs, own, prefix))
    log(f"{len(own[0])} texts an epoch and {len(other)} held out, {len(plan)} steps, {read} tokens with prefixes")
    log(
        f"memory, estimated: {needed.total / _GIGABYTE:.1f} GB (weights {needed.weights / _GIGABYTE:.1f}, training "
        f"{needed.training / _GIGABYTE:.1f}, activations {needed.activations / _GIGABYTE:.1f}); {_available()}"
    )
    told = f"{hours:.1f} h" if hours >= 1 else f"{max(1, round(hours * 60))} min"
    log(f"time, estimated: {told} on {methods.device().type} in {str(methods.dtype(run)).removeprefix('torch.')}")
    log("nothing was trained: this was a dry run")


def memory(run: LanguageRun, model: nn.Module, trained: int) -> Memory:
    """Weights in four bits or the run's dtype; for what is trained a copy, a gradient and Adam's two moments in
    float32, beside itself and its gradient in the run's dtype; activations after Korthikanti et al. (2022), section 4.
    """
    size = torch.finfo(methods.dtype(run)).bits // 8
    inside = sum(own.weight.numel() for own in _linear(model))
    whole = sum(parameter.numel() for parameter in model.parameters())
    weights = whole * size if run.method != "qlora" else inside * _NF4_BYTES[run.double_quantisation] + (
        whole - inside
    ) * size
    training = trained * (4 + 4 + 8 + 2 * size)
    config = model.config
    row = min(run.max_length, run.batch_tokens)
    layer = run.batch_tokens * config.hidden_size * (17 + 2.5 * config.num_attention_heads * row / config.hidden_size)
    kept = (
        config.num_hidden_layers * run.batch_tokens * config.hidden_size + layer
        if run.gradient_checkpointing
        else config.num_hidden_layers * layer
    )
    # About two in five tokens are targets; their logits are held in float32 with a gradient.
    logits = 0.4 * run.batch_tokens * config.vocab_size * 8
    return Memory(weights, training, kept * size + logits)


def _skeleton(base: str) -> tuple[nn.Module, Any]:
    """The model without weights, and its tokenizer."""
    from transformers import AutoConfig, AutoModelForCausalLM

    resolved = os.path.expanduser(base_model.resolve(base))
    options = {"gguf_file": Path(resolved).name} if resolved.endswith(".gguf") else {}
    name = str(Path(resolved).parent) if options else resolved
    tokenizer = base_model.read_tokenizer(base, name, options)
    try:
        config = AutoConfig.from_pretrained(name, **options)
        config.quantization_config = None
        with torch.device("meta"):
            return AutoModelForCausalLM.from_config(config), tokenizer
    except (OSError, ValueError) as error:
        raise ModelError(f"{base}: cannot be loaded as a language model: {str(error).splitlines()[0]}") from error


def _linear(model: nn.Module) -> list[nn.Linear]:
    """The layers that four bits and adapters go to: all linear ones but the output layer."""
    head = model.get_output_embeddings()
    return [module for module in model.modules() if isinstance(module, nn.Linear) and module is not head]


def _trained(run: LanguageRun, model: nn.Module) -> int:
    if run.method == "full":
        return sum(parameter.numel() for parameter in model.parameters())
    config = model.config
    if run.method == "prefix":
        heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
        width = heads * (getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads)
        return run.virtual_tokens * config.num_hidden_layers * 2 * width
    return sum(run.rank * (own.in_features + own.out_features) for own in _linear(model))


def _tokens(run: LanguageRun, chunk: Sequence[Example], prefix: int) -> int:
    """Tokens that a batch's forward pass reads."""
    own = sum(len(item.ids) for item in chunk)
    return own + prefix * (math.ceil(own / run.max_length) if run.packing else 1)


def _flops(run: LanguageRun) -> int:
    """Operations a weight and token: 2 forward, 2 for the gradients of activations, 2 for those of trained weights."""
    return 4 + 2 * (run.method == "full") + 2 * run.gradient_checkpointing


def _rate(run: LanguageRun, width: int) -> float:
    """Operations a second of one product on this machine, in the run's dtype."""
    device, dtype = methods.device(), methods.dtype(run)
    one = torch.ones(1024, width, device=device, dtype=dtype)
    other = torch.ones(width, 4 * width, device=device, dtype=dtype)

    def timed(rounds: int) -> float:
        started = time.perf_counter()
        for _ in range(rounds):
            result = one @ other
        float(result[0, 0])  # a GPU works while the program goes on: ask for the result
        return time.perf_counter() - started

    timed(1)
    rounds = max(1, round(0.2 / max(timed(1), 1e-6)))
    return 2 * 1024 * width * 4 * width * rounds / timed(rounds)


def _available() -> str:
    if torch.cuda.is_available():
        free, whole = torch.cuda.mem_get_info()
        return f"{free / _GIGABYTE:.1f} of {whole / _GIGABYTE:.1f} GB are free on {torch.cuda.get_device_name()}"
    try:
        return f"{os.sysconf('SC_AVPHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / _GIGABYTE:.1f} GB are free"
    except (ValueError, OSError, AttributeError):
        return "free memory unknown"
