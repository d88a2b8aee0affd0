"""The edit tagger's ONNX graph with its weights in 8 bits, checked against the float graph."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from quantize.detector import passages
from srlint import runtime
from srlint.detector import Detector
from srlint.errors import ModelError
from srlint.tagger import EditTagger, Tagged

# Passages whose likeliest edits must be the same in float and in 8 bits.
MIN_AGREEMENT = 0.95
# Weights that share a scale.
_BLOCK = 32


@dataclass(frozen=True, slots=True)
class Parity:
    """On how many of the passages compared the likeliest edits are the same."""

    passages: int
    agreement: float


def quantize(run: Path, target: Path, files: Sequence[Path]) -> Parity:
    """Writes `target` from RUN/tagger.onnx, a run of `python -m finetune tagger`.

    Weights become 8-bit integers in blocks with a scale each; activations stay as they are, since the tagger reads
    flagged passages only and need not be quick. Raises ModelError when the run is incomplete or the likeliest edits of
    too many of every tenth passage in `files` (JSONL with text and before) change.
    """
    source = run / "tagger.onnx"
    if not source.is_file():
        raise ModelError(f"{source}: missing: is {run} a run of `python -m finetune tagger`?")
    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder) / "small.onnx"
        shrink(source, small)
        parity = compare(source, small, passages(files))
        if parity.agreement < MIN_AGREEMENT:
            raise ModelError(f"{source}: only {parity.agreement:.1%} of edits survive 8 bits")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(small, target)
    return parity


def shrink(source: Path, target: Path) -> None:
    """The graph with 8-bit weights; what the metadata say stays."""
    import onnx

    runtime.onnxruntime()
    from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

    made = MatMulNBitsQuantizer(onnx.load(str(source)), bits=8, block_size=_BLOCK, is_symmetric=True)
    made.process()
    made.model.save_model_to_file(str(target))


def compare(source: Path, small: Path, found: Sequence[tuple[str, str]]) -> Parity:
    """Runs both graphs over what the shipped detector makes of the passages."""
    detector, float_one, small_one = Detector.load(), EditTagger.load(source), EditTagger.load(small)
    same = 0
    for text, before in found:
        states, spans = detector.states(text, before)
        wanted, got = (tagger.read(text, states, spans) for tagger in (float_one, small_one))
        same += _edits(wanted) == _edits(got)
    return Parity(len(found), same / max(1, len(found)))


def _edits(tagged: Tagged | None) -> tuple:
    return (tagged.gaps(), *tagged.deletions()[:1]) if tagged is not None else ()
