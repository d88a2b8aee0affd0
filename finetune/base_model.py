"""Base models of any kind: a GGUF file, a folder, a hub id, or the one that the `embedded` extra installs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from srlint.errors import ModelError
from srlint.models.embedded import base_gguf

EMBEDDED = "embedded"


def resolve(base: str) -> str:
    """The file, folder or hub id behind a run's `base`. Raises ModelError where the embedded base is not installed."""
    return str(base_gguf()) if base == EMBEDDED else base


def load(base: str, dtype: torch.dtype) -> tuple[Any, Any]:
    """Model and tokenizer. GGUF weights are dequantised. Raises ModelError naming the base.

    Attention is computed plainly: on a CPU, with texts this short, the fused backward pass is the slowest part of a
    step.
    """
    source = resolve(base)
    options = {}
    if source.endswith(".gguf"):
        options["gguf_file"] = Path(source).name
        source = str(Path(source).parent)
    try:
        tokenizer = AutoTokenizer.from_pretrained(source, **options)
        model = AutoModelForCausalLM.from_pretrained(source, dtype=dtype, attn_implementation="eager", **options)
    except (OSError, ValueError) as error:
        raise ModelError(f"{base}: cannot be loaded as a language model: {str(error).splitlines()[0]}") from error
    return model, tokenizer
