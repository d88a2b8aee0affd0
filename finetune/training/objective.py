"""The loss of a batch: cross-entropy on the answers alone, with the shared system text computed once.

Every question opens with the same system text. Side by side, texts go on from one cache of its keys and values,
gradients included; packed, each row holds it once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn
from transformers import DynamicCache

from finetune import base_model
from finetune.training.examples import Example, Packed, Padded, packed, padded
from srlint.errors import ModelError

# What Granite, Cohere and Gemma do to their logits.
_SCALES = ("logits_scaling", "logit_scale", "final_logit_softcapping")


class Objective(nn.Module):
    """A causal language model (peft's or plain) with its shared prefix; what a training step calls.

    Being the outermost module, it is what `accelerate` wraps when several GPUs share the work.
    """

    def __init__(self, model: nn.Module, prefix: Sequence[int], row_length: int, packing: bool):
        super().__init__()
        self.model = model
        _check(self.causal)
        self.prefix = tuple(prefix)
        self._row_length = row_length
        self._packing = packing
        self._cache = base_model.cache_word(self.causal.model)
        # Names of the layers that several GPUs shard one by one; accelerate asks the outermost module for them.
        self._no_split_modules = getattr(self.causal, "_no_split_modules", None)

    @property
    def causal(self) -> Any:
        """The transformers model inside."""
        return self.model.get_base_model() if hasattr(self.model, "get_base_model") else self.model

    @property
    def device(self) -> torch.device:
        """Where the inputs go."""
        return next(self.model.parameters()).device

    def forward(self, chunk: Sequence[Example]) -> torch.Tensor:
        """Summed weighted cross-entropy (nats) over the answers of a batch."""
        if self._packing:
            return self._packed(packed(chunk, self.prefix, self._row_length))
        return self._padded(padded(chunk, len(self.prefix)))

    def _packed(self, batch: Packed) -> torch.Tensor:
        device, dtype = self.device, self.causal.get_input_embeddings().weight.dtype
        dtype = dtype if dtype.is_floating_point else torch.bfloat16
        # Additive, which every attention implementation understands.
        hidden = torch.where(batch.sees, 0.0, torch.finfo(dtype).min).to(device, dtype)
        states = self.causal.model(
            input_ids=batch.ids.to(device),
            attention_mask=hidden,
            position_ids=batch.positions.to(device),
            use_cache=False,
        ).last_hidden_state
        return self._entropy(states, batch.ids, batch.weights)

    def _padded(self, batch: Padded) -> torch.Tensor:
        device, texts = self.device, len(batch.ids)
        shared = self.model.get_prompt(1) if self._has_virtual_tokens() else DynamicCache(config=self.causal.config)
        before = shared.get_seq_length()
        self.causal.model(
            input_ids=torch.tensor([self.prefix], device=device), use_cache=True, **{self._cache: shared}
        )
        cache = DynamicCache(
            [
                (layer.keys.expand(texts, -1, -1, -1), layer.values.expand(texts, -1, -1, -1))
                for layer in shared.layers
            ]
        )
        mask = nn.functional.pad(batch.mask, (before, 0), value=1)
        states = self.causal.model(
            input_ids=batch.ids.to(device), attention_mask=mask.to(device), use_cache=True, **{self._cache: cache}
        ).last_hidden_state
        return self._entropy(states, batch.ids, batch.weights)

    def _has_virtual_tokens(self) -> bool:
        config = getattr(self.model, "active_peft_config", None)
        return config is not None and config.is_prompt_learning

    def _entropy(self, states: torch.Tensor, ids: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
        """Only positions whose next token is a target reach the output layer, which is the widest of all."""
        wanted = weights[:, 1:] > 0
        logits = self.causal.lm_head(states[:, :-1][wanted.to(states.device)]).float()
        targets, kept = ids[:, 1:][wanted].to(states.device), weights[:, 1:][wanted].to(states.device)
        return (nn.functional.cross_entropy(logits, targets, reduction="none") * kept).sum()


def _check(causal: Any) -> None:
    """Raises ModelError for a model that does more to its states than to multiply them into logits."""
    config = causal.config
    plain = hasattr(causal, "model") and hasattr(causal, "lm_head")
    scaled = any(getattr(config, name, None) not in (None, 1, 1.0) for name in _SCALES)
    if not plain or scaled:
        raise ModelError(f"{config.model_type}: computes its logits in a way that training does not know")


def weight(chunk: Sequence[Example]) -> float:
    """What a batch's loss is divided by to be a mean."""
    return sum(sum(item.weights) for item in chunk)
