"""Changes to the detector's fused graph that cost nothing in float and a good deal less time in 8 bits."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from srlint import runtime

# How much of an outlier's size moves from the activations to the weights (Xiao et al. 2023).
_SHARE = 0.5
_LEAST = 1e-2
# What names the inverses of the channels' scales, behind the name of the product; `finetune.shipped` reads them.
_SMOOTH = "_smooth"


def second_products(model: Any) -> list[Any]:
    """The products of the second feed-forward layers, whose inputs have outliers in a few channels."""
    return [
        node
        for node in model.graph.node
        if node.op_type == "MatMul" and "/output/dense" in node.name and "/attention/" not in node.name
    ]


def largest(model: Any, nodes: Sequence[Any], feeds: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The largest magnitude of each channel of the nodes' inputs while the model reads `feeds`, by name of input."""
    import numpy
    import onnx
    onnxruntime = runtime.onnxruntime()

    probed = onnx.ModelProto()
    probed.CopyFrom(model)
    names = [node.input[0] for node in nodes]
    probed.graph.output.extend(onnx.helper.make_empty_tensor_value_info(name) for name in names)
    session = onnxruntime.InferenceSession(probed.SerializeToString(), providers=["CPUExecutionProvider"])
    found: dict[str, Any] = {}
    for feed in feeds:
        for name, values in zip(names, session.run(names, dict(feed)), strict=True):
            own = numpy.abs(values).max(axis=(0, 1))
            found[name] = numpy.maximum(found.get(name, own), own)
    return found


def smooth(model: Any, nodes: Sequence[Any], largest: Mapping[str, Any], kept: Mapping[str, Any]) -> None:
    """Divides the nodes' inputs by a number for each channel, and multiplies their weights by it: one scale for the
    whole tensor then serves all channels. `kept` has those of nodes that have been through this before, from `scales`.
    """
    import numpy
    import onnx

    weights = {item.name: item for item in model.graph.initializer}
    for node in nodes:
        scale = kept.get(node.name)
        if scale is None:
            scale = numpy.maximum(largest[node.input[0]], _LEAST).astype(numpy.float32) ** _SHARE
        weight = weights[node.input[1]]
        scaled = onnx.numpy_helper.to_array(weight) * scale[:, None]
        weight.CopyFrom(onnx.numpy_helper.from_array(scaled.astype(numpy.float32), weight.name))
        inverse, read = f"{node.name}{_SMOOTH}", f"{node.name}{_SMOOTH}_input"
        model.graph.initializer.append(onnx.numpy_helper.from_array(1 / scale, inverse))
        made = onnx.helper.make_node("Mul", [node.input[0], inverse], [read], name=inverse)
        model.graph.node.insert(list(model.graph.node).index(node), made)
        node.input[0] = read


def scales(graph: Path, states: str | None) -> dict[str, Any]:
    """What `smooth` has divided the inputs of an 8-bit detector's products by, by name of product, up to the states
    that the edit tagger goes on from; nothing where these are others than `states`.

    Weights that came back from this graph are on its grid of numbers only with the same scales.
    """
    import onnx

    model = onnx.load(str(graph))
    made = {item.key: json.loads(item.value) for item in model.metadata_props}
    if states is None or made.get("srlint", {}).get("states") != states:
        return {}
    values = {item.name: onnx.numpy_helper.to_array(item) for item in model.graph.initializer}
    found = {}
    for node in model.graph.node:
        if node.name.endswith(_SMOOTH):
            found[node.name.removesuffix(_SMOOTH)] = 1 / values[node.name]
        if "states" in node.output:
            break
    return found


def plain_norms(model: Any) -> None:
    """Layer norms as plain operators: onnxruntime's own adds one number after the other, these go through vectors.

    Written in another way than the pattern that onnxruntime would fuse again.
    """
    import numpy
    import onnx

    nodes = []
    for node in model.graph.node:
        if node.op_type != "SkipLayerNormalization" or len(list(filter(None, node.output))) > 1:
            nodes.append(node)
            continue
        epsilon = next(item.f for item in node.attribute if item.name == "epsilon")
        constant = f"{node.name}_epsilon"
        model.graph.initializer.append(onnx.numpy_helper.from_array(numpy.float32(epsilon), constant))
        nodes += _norm(node, constant)
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def _norm(node: Any, epsilon: str) -> list[Any]:
    from onnx.helper import make_node

    own, skip, gain, shift, *bias = node.input
    steps = [("Add", [own, bias[0]], "biased", {})] if bias else []
    mean = {"axes": [-1], "keepdims": 1}
    steps += [
        ("Add", ["biased" if bias else own, skip], "sum", {}),
        ("ReduceMean", ["sum"], "mean", mean),
        ("Sub", ["sum", "mean"], "centred", {}),
        ("Mul", ["centred", "centred"], "squared", {}),
        ("ReduceMean", ["squared"], "variance", mean),
        ("Add", ["variance", epsilon], "above", {}),
        ("Sqrt", ["above"], "deviation", {}),
        ("Reciprocal", ["deviation"], "inverse", {}),
        ("Mul", ["centred", "inverse"], "unit", {}),
        ("Mul", ["unit", gain], "gained", {}),
        ("Add", ["gained", shift], "result", {}),
    ]
    named = {name: f"{node.name}_{name}" for _, _, name, _ in steps}
    local = named | {"result": node.output[0]}
    return [
        make_node(kind, [local.get(name, name) for name in inputs], [local[output]], name=named[output], **more)
        for kind, inputs, output, more in steps
    ]
