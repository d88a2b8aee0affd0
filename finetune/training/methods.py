"""What of a base model is trained: an adapter on four-bit weights, on full ones, a prefix, or everything."""

from __future__ import annotations

from typing import Any

import torch
from peft import (
    LoraConfig,
    PrefixTuningConfig,
    get_peft_model,
    get_peft_model_state_dict,
    set_peft_model_state_dict,
)
from torch import nn
from transformers import DynamicCache

from finetune import base_model, shipped_adapter
from finetune.settings import LanguageRun
from srlint import prompt
from srlint.errors import ConfigError, ModelError
from srlint.shipped import PACKAGE


def device() -> torch.device:
    """Where a run computes."""
    return torch.device("cuda", torch.cuda.current_device()) if torch.cuda.is_available() else torch.device("cpu")


def dtype(run: LanguageRun) -> torch.dtype:
    """The dtype of the forward pass. `auto` is bfloat16 where the machine multiplies in it, else float32."""
    if run.dtype != "auto":
        return getattr(torch, run.dtype)
    if torch.cuda.is_available():
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float32
    # Without these units a CPU emulates bfloat16 at a hundredth of its speed.
    checks = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return torch.bfloat16 if any(getattr(torch.cpu, name, bool)() for name in checks) else torch.float32


def trainable(run: LanguageRun, base: str) -> tuple[nn.Module, Any]:
    """The model in which only what `run.method` trains asks for gradients, and its tokenizer.

    Raises ModelError for a base that cannot be loaded, ConfigError where four bits are asked for without bitsandbytes.
    """
    wanted = dtype(run)
    model, tokenizer = base_model.load(base, wanted, _four_bits(run, wanted), device())
    if run.method == "full":
        model.requires_grad_(True)
    else:
        model.requires_grad_(False)
        # In the model's own dtype: an adapter in another costs a cast in every layer. `Masters` keeps the precision.
        model = get_peft_model(model, _config(run), autocast_adapter_dtype=False)
        if run.method == "prefix":
            _begin_with_words(model, tokenizer, run.virtual_tokens)
        if run.start:
            _begin_with_shipped(model, run, base)
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.data = parameter.data.to(wanted)
    if run.gradient_checkpointing:
        inner = model if run.method == "full" else model.get_base_model()
        inner.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
        inner.enable_input_require_grads()
    return model, tokenizer


@torch.no_grad()
def _begin_with_words(model: nn.Module, tokenizer: Any, count: int) -> None:
    """Sets the virtual tokens' keys and values to those of real words, as Li and Liang (2021, section 7.4) advise.

    Random ones would drown what the model knows: training would spend itself on undoing them.
    """
    words = tokenizer.encode(prompt.SYSTEM, add_special_tokens=False)
    ids = (words * (count // len(words) + 1))[:count]
    causal = model.get_base_model()
    cache = DynamicCache(config=causal.config)
    given = torch.tensor([ids], device=next(causal.parameters()).device)
    causal.model(input_ids=given, use_cache=True, **{base_model.cache_word(causal.model): cache})
    # peft holds a row for each token: the keys of the first layer, its values, the keys of the second, and so on.
    parts = [part[0].transpose(0, 1).flatten(1) for layer in cache.layers for part in (layer.keys, layer.values)]
    weight = model.prompt_encoder["default"].embedding.weight
    weight.copy_(torch.cat(parts, 1))


def _begin_with_shipped(model: nn.Module, run: LanguageRun, base: str) -> None:
    """Sets the adapter to the one in the package. Raises ModelError where it is not of this base and rank."""
    config = model.get_base_model().config
    heads = config.num_attention_heads, config.num_key_value_heads
    found = shipped_adapter.state(PACKAGE / "models" / "adapter.gguf", *heads, run.alpha / run.rank)
    own = get_peft_model_state_dict(model)
    if {name: value.shape for name, value in own.items()} != {name: value.shape for name, value in found.items()}:
        raise ModelError(f"{base}: the shipped adapter is not of this base and rank {run.rank}: leave `start` out")
    set_peft_model_state_dict(model, found)


def _config(run: LanguageRun) -> LoraConfig | PrefixTuningConfig:
    if run.method == "prefix":
        return PrefixTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=run.virtual_tokens)
    return LoraConfig(
        r=run.rank,
        lora_alpha=run.alpha,
        lora_dropout=run.dropout,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
    )


def _four_bits(run: LanguageRun, wanted: torch.dtype) -> Any | None:
    """NF4 with or without double quantisation (Dettmers et al. 2023)."""
    if run.method != "qlora":
        return None
    try:
        import bitsandbytes  # noqa: F401
    except ImportError as error:
        raise ConfigError("method 'qlora' needs bitsandbytes, which is not installed here: take 'lora'") from error
    from transformers import BitsAndBytesConfig

    several = torch.distributed.is_available() and torch.distributed.is_initialized()
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=run.double_quantisation,
        bnb_4bit_compute_dtype=wanted,
        # Several GPUs shard four-bit weights only in the dtype of the others.
        bnb_4bit_quant_storage=wanted if several else torch.uint8,
    )
