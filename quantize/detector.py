"""The detector's ONNX graph in 8 bits, with its manifest inside, checked against the float graph."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quantize import lean
from srlint import runtime
from srlint.errors import ModelError
from srlint.odds import probability
from srlint.shipped import data
from srlint.tokens import encode, shipped_tokenizer

# Verdicts at the threshold that must agree between the float and the 8-bit graph.
MIN_AGREEMENT = 0.98
# So many passages show how large activations get.
_PROBED = 200


@dataclass(frozen=True, slots=True)
class Parity:
    """Agreement of verdicts, and mean and largest difference of P(flag), over the passages compared."""

    passages: int
    agreement: float
    mean_difference: float
    largest_difference: float


def quantize(run: Path, target: Path, files: Sequence[Path]) -> Parity:
    """Writes `target` from RUN/detector.onnx and RUN/detector.json.

    Raises ModelError when the run is incomplete or too many verdicts on every tenth passage in `files` (JSONL with
    text and before) change.
    """
    source, manifest = run / "detector.onnx", run / "detector.json"
    for file in (source, manifest):
        if not file.is_file():
            raise ModelError(f"{file}: missing: is {run} a run of `python -m finetune detector`?")
    made = json.loads(manifest.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder) / "small.onnx"
        found = passages(files)
        shrink(source, small, made, found)
        parity = compare(source, small, made, found)
        if parity.agreement < MIN_AGREEMENT:
            raise ModelError(f"{source}: only {parity.agreement:.1%} of verdicts survive 8 bits")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(small, target)
    return parity


def shrink(source: Path, target: Path, manifest: dict, passages: Sequence[tuple[str, str]]) -> None:
    """Fuses the encoder's operators, makes all weights int8, and puts the manifest into the metadata.

    Activations are quantised as they come, over the whole tensor. The inputs of the second feed-forward layers have
    outliers that this handles badly: `passages` show in which channels, and those are scaled down. Quantising them by
    blocks instead (MatMulNBits) took a third more time and was no better (F1 on dev 0.848 against 0.852 this way).
    Where the states that the edit tagger goes on from are those of the package's detector, they come out as there.
    """
    import onnx
    runtime.onnxruntime()
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.transformers import optimizer

    with tempfile.TemporaryDirectory() as folder:
        fused, whole = Path(folder) / "fused.onnx", Path(folder) / "whole.onnx"
        optimizer.optimize_model(
            str(source), model_type="bert", opt_level=0, num_heads=manifest["heads"], hidden_size=manifest["width"]
        ).save_model_to_file(str(fused))
        model = onnx.load(fused)
        second = lean.second_products(model)
        kept = lean.scales(data("detector.onnx"), manifest.get("states"))
        lean.smooth(model, second, lean.largest(model, second, _feeds(passages[:_PROBED])), kept)
        onnx.save(model, fused)
        options = {"DefaultTensorType": onnx.TensorProto.FLOAT}  # fused operators carry no shape information
        quantize_dynamic(fused, whole, per_channel=True, weight_type=QuantType.QInt8, extra_options=options)
        model = onnx.load(whole)
        lean.plain_norms(model)
        onnx.helper.set_model_props(model, {"srlint": json.dumps(manifest)})
        onnx.save(model, target)


def passages(files: Sequence[Path]) -> list[tuple[str, str]]:
    """Every tenth passage of JSONL files, as (text, sentence before)."""
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()][::10]
    return [(row["text"], row["before"]) for row in map(json.loads, lines)]


def compare(float_model: Path, small_model: Path, manifest: dict, passages: Sequence[tuple[str, str]]) -> Parity:
    """Runs both graphs over the passages, one at a time as the command does."""
    wanted, got = (_probabilities(path, manifest, passages) for path in (float_model, small_model))
    differences = [abs(a - b) for a, b in zip(wanted, got, strict=True)]
    threshold = manifest["threshold"]
    same = sum((a >= threshold) == (b >= threshold) for a, b in zip(wanted, got, strict=True))
    return Parity(len(wanted), same / len(wanted), sum(differences) / len(differences), max(differences))


def _probabilities(path: Path, manifest: dict, passages: Sequence[tuple[str, str]]) -> list[float]:
    onnxruntime = runtime.onnxruntime()

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    said = [session.run(None, feed)[0] for feed in _feeds(passages)]
    return [probability(float(passage[0, 0]) / manifest["temperature"] + manifest["bias"]) for passage in said]


def _feeds(passages: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    """What the graph is given for each passage."""
    import numpy

    tokenizer = shipped_tokenizer()
    found = [encode(tokenizer, text, before) for text, before in passages]
    return [{"ids": numpy.array([own.ids]), "segments": numpy.array([own.segments])} for own in found]
