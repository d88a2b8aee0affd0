"""The weights inside a detector's 8-bit ONNX graph, to train on from where there is nothing else left of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy
import torch
from torch import nn

from srlint.errors import ModelError

# What a layer calls its four products, in the order in which the graph has them.
_ATTENTION = "attention.self.{}"
_PARTS = {
    "attention/output/dense": "attention.output.dense",
    "intermediate/dense": "intermediate.dense",
    "output/dense": "output.dense",
}
_LAYER = re.compile(r"layer\.(\d+)/(.+)/MatMul")
# Behind a product's name: what its input is multiplied by, channel by channel, so that one scale serves all.
_SMOOTH = "_smooth"
# What MatMulNBits takes for zero in 8 bits where nothing else is said.
_MIDDLE = 128


def state(path: Path) -> dict[str, torch.Tensor]:
    """The state of a `finetune.detector.DetectorModel`, in float32. Raises ModelError for another file."""
    import onnx

    try:
        graph = onnx.load(str(path)).graph
        values = {item.name: onnx.numpy_helper.to_array(item) for item in graph.initializer}
        found = dict(_plain(values)) | dict(_products(graph, values)) | dict(_heads(graph, values))
    except Exception as error:  # a file that is none of ours fails to be read in many ways
        raise ModelError(f"{path}: not a detector made by `python -m quantize detector`: {error}") from error
    return {name: torch.from_numpy(numpy.array(value, dtype=numpy.float32)) for name, value in found.items()}


def states_digest(path: Path) -> str:
    """What the graph says of the states that the edit tagger goes on from. Raises ModelError for another file."""
    import onnx

    try:
        return _manifest(onnx.load(str(path)))["states"]
    except Exception as error:  # as above
        raise ModelError(f"{path}: not a detector made by `python -m quantize detector`: {error}") from error


def encoder(path: Path, dropout: float) -> nn.Module:
    """The encoder inside the graph, with its weights. Raises ModelError for another file."""
    import onnx
    from transformers import BertConfig, BertModel

    found = {name.removeprefix("encoder."): value for name, value in state(path).items() if name.startswith("encoder.")}
    words, places = (found[f"embeddings.{kind}_embeddings.weight"] for kind in ("word", "position"))
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=words.shape[1],
        num_hidden_layers=1 + max(int(name.split(".")[2]) for name in found if name.startswith("encoder.layer.")),
        num_attention_heads=_manifest(onnx.load(str(path)))["heads"],
        intermediate_size=len(found["encoder.layer.0.intermediate.dense.bias"]),
        max_position_embeddings=len(places),
        hidden_dropout_prob=dropout,
        attention_probs_dropout_prob=dropout,
    )
    model = BertModel(config, add_pooling_layer=False)
    model.load_state_dict(found)
    return model


def _manifest(model) -> dict:
    return json.loads({item.key: item.value for item in model.metadata_props}["srlint"])


def _plain(values: dict[str, numpy.ndarray]) -> Iterator[tuple[str, numpy.ndarray]]:
    """What stands in the graph under its own name: as it is, or as a table of bytes with one scale."""
    for name, value in values.items():
        if name.startswith("model.") and not name.endswith(("_scale", "_zero_point")):
            own = name.removeprefix("model.")
            if not own.endswith("_quantized"):
                yield own, value
            elif "Transposed" not in own:
                yield own.removesuffix("_quantized"), _floats(values, name.removesuffix("_quantized"))


def _products(graph, values: dict[str, numpy.ndarray]) -> Iterator[tuple[str, numpy.ndarray]]:
    """The matrices of the layers; those of the graph multiply from the right, torch's from the left."""
    for node in graph.node:
        if node.op_type == "QAttention":
            layer = f"encoder.encoder.layer.{node.name.split('_')[1]}."
            name = node.input[1].removesuffix("_quantized")
            weights = numpy.split(_floats(values, name), 3, axis=1)
            biases = numpy.split(values[node.input[2]], 3)
            for part, weight, bias in zip(("query", "key", "value"), weights, biases, strict=True):
                yield f"{layer}{_ATTENTION.format(part)}.weight", weight.T
                yield f"{layer}{_ATTENTION.format(part)}.bias", bias
        elif found := _LAYER.search(node.name):
            weight = f"encoder.encoder.layer.{found[1]}.{_PARTS[found[2]]}.weight"
            if node.op_type == "MatMulInteger":
                floats = _floats(values, node.input[1].removesuffix("_quantized"))
                inverse = values.get(node.name.removesuffix("_quant") + _SMOOTH)
                yield weight, (floats if inverse is None else floats * inverse[:, None]).T
            elif node.op_type == "MatMulNBits":
                blocks = values[node.input[1]].astype(numpy.float32) - _MIDDLE
                yield weight, (blocks * values[node.input[2]][..., None]).reshape(len(blocks), -1)


def _heads(graph, values: dict[str, numpy.ndarray]) -> Iterator[tuple[str, numpy.ndarray]]:
    for node in graph.node:
        for head in ("token", "passage"):
            if node.op_type == "MatMulInteger" and node.name.startswith(f"/model/{head}/"):
                yield f"{head}.weight", _floats(values, node.input[1].removesuffix("_quantized")).T


def _floats(values: dict[str, numpy.ndarray], name: str) -> numpy.ndarray:
    whole = values[f"{name}_quantized"].astype(numpy.float32)
    return (whole - values[f"{name}_zero_point"].astype(numpy.float32)) * values[f"{name}_scale"]
