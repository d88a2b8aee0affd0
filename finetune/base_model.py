"""Base models of any kind: a GGUF file, a folder, a hub id, or the one that the `embedded` extra installs."""

from __future__ import annotations

import sys
import tempfile
from inspect import signature
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging

from finetune import base_files, tiny
from srlint import prompt
from srlint.errors import ModelError
from srlint.models.embedded import base_gguf

EMBEDDED = "embedded"

# Its notes are for those who call it; its bars are for a person at a terminal.
logging.set_verbosity_error()
if not sys.stderr.isatty():
    logging.disable_progress_bar()


def resolve(base: str) -> str:
    """The file, folder or hub id behind a run's `base`. Raises ModelError where the embedded base is not installed."""
    if base == tiny.NAME:
        return str(tiny.folder())
    return str(base_gguf()) if base == EMBEDDED else base


def load(
    base: str, dtype: torch.dtype, quantization: Any | None = None, device: torch.device | None = None
) -> tuple[Any, Any]:
    """Model and tokenizer. GGUF weights are dequantised. Raises ModelError naming the base.

    `quantization` is a BitsAndBytesConfig. In bfloat16 on a CPU attention is computed plainly: with texts this short,
    the fused backward pass is the slowest part of a step.
    """
    path = base_files.local(resolve(base))
    device = device or torch.device("cpu")
    if path.suffix == ".gguf" and quantization is not None:
        # transformers quantises no GGUF file: it is unpacked first, into a folder of the ordinary kind.
        with tempfile.TemporaryDirectory() as folder:
            for part in load(base, dtype):
                part.save_pretrained(folder)
            return load(folder, dtype, quantization, device)
    source: dict[str, Any] = {}
    if path.suffix == ".gguf":
        source["gguf_file"] = path.name
        quantization, path = _unpacked(), path.parent
    tokenizer = read_tokenizer(base, path, source)
    options = dict(source)
    if quantization is not None:  # None would overrule what the base's own configuration says
        options["quantization_config"] = quantization
    try:
        model, info = AutoModelForCausalLM.from_pretrained(
            path,
            dtype=dtype,
            attn_implementation="eager" if device.type == "cpu" and dtype == torch.bfloat16 else "sdpa",
            device_map={"": device},
            use_safetensors=None if source else True,  # pickled weights can run code
            output_loading_info=True,
            ignore_mismatched_sizes=True,  # to be told of them below, in one line
            **options,
        )
    except (OSError, ValueError, SafetensorError) as error:
        raise ModelError(f"{base}: cannot be loaded as a language model: {str(error).splitlines()[0]}") from error
    wrong = sorted(info["missing_keys"]) + sorted(key for key, *_ in info["mismatched_keys"])
    if wrong:  # transformers would go on with random numbers
        raise ModelError(f"{base}: {len(wrong)} weights are missing or of another shape, the first is {wrong[0]}")
    keep_layout(model)
    return model, tokenizer


def keep_layout(model: Any) -> None:
    """Keeps bitsandbytes from packing four-bit weights anew on a processor with AVX512-BF16.

    It does so in the first evaluation: rounded scales, no way for layers whose size is no multiple of its blocks, and
    training that goes on afterwards reads the packed bytes as if they were not (bitsandbytes.nn.Linear4bit.forward).
    """
    for module in model.modules():
        if hasattr(module, "support_avx512bf16_for_cpu"):
            module.support_avx512bf16_for_cpu = False


def framed(tokenizer: Any, base: str) -> prompt.Frame:
    """The base's chat template around our system text. Raises ModelError for a base that is no chat model."""
    if not isinstance(tokenizer.chat_template, str) or tokenizer.eos_token_id is None:
        raise ModelError(f"{base}: has no chat template, or no token that ends an answer: take an instruct model")
    try:
        return prompt.frame(tokenizer.chat_template, tokenizer.bos_token or "", tokenizer.eos_token or "")
    except Exception as error:  # Jinja runs the template's own code, which may raise anything
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise ModelError(f"{base}: its chat template cannot be used: {reason}") from error


def cache_word(model: Any) -> str:
    """What a model's forward pass calls a cache of keys and values; transformers 5 has renamed it."""
    return "cache" if "cache" in signature(model.forward).parameters else "past_key_values"


def read_tokenizer(base: str, path: Path | str, options: dict[str, Any]) -> Any:
    """The base's tokenizer. Raises ModelError."""
    try:
        return AutoTokenizer.from_pretrained(path, **options)
    except Exception as error:  # the tokenizers library knows no other kind
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise ModelError(f"{base}: cannot be loaded as a language model: its tokenizer: {reason}") from error


def _unpacked() -> Any | None:
    """What tells transformers to dequantise a GGUF file and to forget that it was one.

    Left alone it would keep the weights packed where it has a kernel for them, and refuse to save them. Versions that
    do not know the word always dequantise.
    """
    try:
        from transformers import GgufConfig
    except ImportError:
        return None
    return GgufConfig(dequantize=True)
