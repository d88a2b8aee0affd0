"""The ONNX graphs of the edit tagger and its decoder with their weights in 8 bits, checked against the float ones."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from quantize.detector import passages
from srlint.detector import Detector
from srlint.errors import ModelError
from srlint.tagger import EditTagger, Tagged

# The graphs of a run, and the words that stand beside them as they are.
NAMES = ("tagger.onnx", "phrases.onnx")
CAPITALS = "capitals.txt"
# Passages whose likeliest edits must be the same in float and in 8 bits.
MIN_AGREEMENT = 0.95
# The largest number in 8 bits with a sign, and how many values a matrix must have to be worth it.
_LARGEST, _FEWEST = 127, 1024


@dataclass(frozen=True, slots=True)
class Parity:
    """On how many of the passages compared the likeliest edits are the same."""

    passages: int
    agreement: float


def quantize(run: Path, target: Path, files: Sequence[Path]) -> Parity:
    """Writes both graphs of RUN, a run of `python -m finetune tagger`, into the folder `target`.

    Weights become 8-bit integers with a scale for each output, which are unpacked when they are loaded: the files are
    small, and each run is as quick as in float. Raises ModelError when the run is incomplete or the likeliest edits of
    too many of every tenth passage in `files` (JSONL with text and before) change.
    """
    for name in (*NAMES, CAPITALS):
        if not (run / name).is_file():
            raise ModelError(f"{run / name}: missing: is {run} a run of `python -m finetune tagger`?")
    with tempfile.TemporaryDirectory() as folder:
        for name in NAMES:
            shrink(run / name, Path(folder) / name)
        shutil.copyfile(run / CAPITALS, Path(folder) / CAPITALS)
        parity = compare(run, Path(folder), passages(files))
        if parity.agreement < MIN_AGREEMENT:
            raise ModelError(f"{run}: only {parity.agreement:.1%} of edits survive 8 bits")
        target.mkdir(parents=True, exist_ok=True)
        for name in (*NAMES, CAPITALS):
            shutil.copyfile(Path(folder) / name, target / name)
    return parity


def shrink(source: Path, target: Path) -> None:
    """The graph with its tables and matrices in 8 bits; what the metadata say stays.

    Loading unpacks the matrices; of a table, only the rows that are looked up are unpacked.
    """
    import numpy
    import onnx
    from onnx import helper, numpy_helper

    model = onnx.load(str(source))
    graph = model.graph
    readers = {node.input[0]: node for node in graph.node if node.op_type == "Gather"}
    for weight in list(graph.initializer):
        values = numpy_helper.to_array(weight)
        if values.dtype != numpy.float32 or values.ndim < 2 or values.size < _FEWEST:
            continue
        scale = numpy.abs(values).max(axis=tuple(range(values.ndim - 1))) / _LARGEST
        scale = numpy.where(scale == 0, 1.0, scale).astype(numpy.float32)
        packed, scales = f"{weight.name}_packed", f"{weight.name}_scales"
        graph.initializer.remove(weight)
        graph.initializer.append(numpy_helper.from_array(numpy.rint(values / scale).astype(numpy.int8), packed))
        graph.initializer.append(numpy_helper.from_array(scale, scales))
        if weight.name not in readers:
            unpacked = helper.make_node("DequantizeLinear", [packed, scales], [weight.name], axis=values.ndim - 1)
            graph.node.insert(0, unpacked)
            continue
        reader = readers[weight.name]
        row, reader.input[0] = reader.output[0], packed
        reader.output[0] = f"{row}_packed"
        rank = values.ndim + 1  # of what is looked up with indices [places, length]
        unpacked = helper.make_node("DequantizeLinear", [reader.output[0], scales], [row], axis=rank - 1)
        graph.node.insert(list(graph.node).index(reader) + 1, unpacked)
    onnx.checker.check_model(model)
    onnx.save(model, str(target))


def compare(run: Path, small: Path, found: Sequence[tuple[str, str]]) -> Parity:
    """Has the graphs in both folders read what the shipped detector makes of the passages."""
    detector = Detector.load()
    float_one, small_one = (EditTagger.load(folder / NAMES[0]) for folder in (run, small))
    same = 0
    for text, before in found:
        states, spans = detector.states(text, before)
        wanted, got = (tagger.read(text, states, spans) for tagger in (float_one, small_one))
        same += _edits(wanted) == _edits(got)
    return Parity(len(found), same / max(1, len(found)))


def _edits(tagged: Tagged | None) -> tuple:
    return (tagged.gaps(), *tagged.deletions()[:1]) if tagged is not None else ()
