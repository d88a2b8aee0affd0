"""A detector as ONNX, and whether it says there what it says in torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import torch

from finetune import detector as training
from finetune.encoder import layers_of
from srlint import runtime
from srlint.errors import ModelError

# So many passages are compared, and their logits may differ by so much: float32 in another order of additions.
COMPARED = 50
_MOST = 1e-3
# The edit tagger goes on from the states behind so many layers: what words mean together is known there.
SHARED_LAYERS = 3


@dataclass(frozen=True, slots=True)
class Exported:
    """How far the ONNX graph is from torch on so many passages: the largest difference of any logit, and the share of
    passages and tokens on the same side of zero in every head."""

    passages: int
    largest_difference: float
    labels_same: float


def export(model: training.DetectorModel, path: Path) -> None:
    """The float32 ONNX graph: ids and segments [batch, tokens] of unpadded passages in; logits out, and the states
    behind SHARED_LAYERS layers (of a smaller encoder: behind all) [batch, tokens, width]."""

    class Unpadded(torch.nn.Module):
        def __init__(self, model: training.DetectorModel):
            super().__init__()
            self.model = model
            self.states: list[torch.Tensor] = []
            layers = layers_of(model.encoder)
            layers[min(SHARED_LAYERS, len(layers)) - 1].register_forward_hook(self._keep)

        def _keep(self, layer: torch.nn.Module, given: object, made: torch.Tensor | tuple[torch.Tensor, ...]) -> None:
            self.states = [made if isinstance(made, torch.Tensor) else made[0]]

        def forward(self, ids: torch.Tensor, segments: torch.Tensor) -> tuple[torch.Tensor, ...]:
            return *self.model(ids, segments, torch.ones_like(ids)), self.states[0]

    model.encoder.set_attn_implementation("eager")  # plain products trace to plain operators
    axes = {0: "batch", 1: "tokens"}
    torch.onnx.export(
        Unpadded(model).eval(),
        (torch.tensor([[101, 2023, 102]]), torch.tensor([[0, 0, 0]])),
        str(path),
        input_names=["ids", "segments"],
        output_names=["passage", "tokens", "states"],
        dynamic_axes={"ids": axes, "segments": axes, "passage": {0: "batch"}, "tokens": axes, "states": axes},
        opset_version=17,
        dynamo=False,
    )


def states_digest(encoder: torch.nn.Module) -> str:
    """What tells states that the graph gives apart from those of another one: SHA-256 of the weights behind them."""
    total = sha256()
    for part in (encoder.get_input_embeddings(), *layers_of(encoder)[:SHARED_LAYERS]):
        for value in part.state_dict().values():
            total.update(value.float().numpy().tobytes())
    return total.hexdigest()


def compared(model: training.DetectorModel, path: Path, examples: Sequence[training.Example]) -> Exported:
    """Runs both on the same passages. Raises ModelError where their logits differ by more than rounding does."""
    import numpy
    onnxruntime = runtime.onnxruntime()

    session = onnxruntime.InferenceSession(path.read_bytes(), providers=["CPUExecutionProvider"])
    largest, same, count = 0.0, 0, 0
    for item in examples:
        (said,) = training.predict(model, [item])
        ids, segments = (numpy.array([part], dtype=numpy.int64) for part in (item.encoded.ids, item.encoded.segments))
        passage, tokens = session.run(["passage", "tokens"], {"ids": ids, "segments": segments})
        wanted = numpy.array([*said.passage, *said.tokens])
        found = numpy.concatenate([passage[0], tokens[0]])
        largest = max(largest, float(numpy.abs(wanted - found).max()))
        same += int(((wanted > 0) == (found > 0)).sum())
        count += len(wanted)
    if not largest <= _MOST:
        raise ModelError(f"{path}: its logits differ from torch's by up to {largest:.2g}, more than {_MOST}")
    return Exported(len(examples), round(largest, 7), same / max(1, count))
