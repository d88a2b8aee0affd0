"""The weights inside a LoRA adapter in GGUF, to train on from where there is nothing else left of it."""

from __future__ import annotations

import re
from pathlib import Path

import numpy
import torch

from srlint.errors import ModelError

# What transformers calls the matrices of a layer.
_PARTS = {
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
_NAME = re.compile(rf"blk\.(\d+)\.({'|'.join(_PARTS)})\.weight\.lora_(a|b)")


def state(path: Path, query_heads: int, key_heads: int, scale: float) -> dict[str, torch.Tensor]:
    """The adapter as peft names it, in float32, for a model of Llama's kind with so many heads.

    `scale` is alpha / rank of the adapter that takes the weights: another one in the file is made up for. Raises
    ModelError for a file that is no such adapter.
    """
    import gguf

    try:
        reader = gguf.GGUFReader(path)
        alpha = float(reader.get_field("adapter.lora.alpha").contents())
        return dict(_named(gguf, tensor, query_heads, key_heads, alpha, scale) for tensor in reader.tensors)
    except Exception as error:  # a file that is none of ours fails to be read in many ways
        raise ModelError(f"{path}: not a LoRA adapter in GGUF: {' '.join(str(error).split())}") from error


def _named(
    gguf, tensor, query_heads: int, key_heads: int, alpha: float, scale: float
) -> tuple[str, torch.Tensor]:
    found = _NAME.fullmatch(tensor.name)
    if found is None:
        raise ValueError(f"{tensor.name} is no part of a layer")
    layer, part, side = found.groups()
    values = gguf.quants.dequantize(tensor.data, tensor.tensor_type).astype(numpy.float32)
    if side == "b":
        values = values * (alpha / values.shape[1] / scale)
        if heads := {"attn_q": query_heads, "attn_k": key_heads}.get(part):
            values = _unwoven(values, heads)
    name = f"base_model.model.model.layers.{layer}.{_PARTS[part]}.lora_{side.upper()}.weight"
    return name, torch.from_numpy(numpy.array(values))


def _unwoven(values: numpy.ndarray, heads: int) -> numpy.ndarray:
    """Rows of queries or keys in the order of transformers: llama.cpp weaves the two halves of each head together."""
    rows, columns = values.shape
    return values.reshape(heads, rows // heads // 2, 2, columns).swapaxes(1, 2).reshape(rows, columns)
