"""Training goes on from the weights inside a detector's 8-bit graph."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import numpy
import pytest

torch = pytest.importorskip("torch", reason="needs the finetune extra")
pytest.importorskip("onnx", reason="needs the quantize extra")

from finetune import shipped  # noqa: E402
from finetune.detector import DetectorModel, clean_example, predict  # noqa: E402
from srlint.errors import ModelError  # noqa: E402
from srlint.tokens import shipped_tokenizer  # noqa: E402

GRAPH = Path(str(resources.files("srlint") / "data" / "detector.onnx"))


def test_the_weights_of_the_shipped_graph_say_what_it_says():
    import onnxruntime

    model = DetectorModel(shipped.encoder(GRAPH, 0.0), 0.0).eval()
    model.load_state_dict(shipped.state(GRAPH))
    session = onnxruntime.InferenceSession(GRAPH.read_bytes(), providers=["CPUExecutionProvider"])
    texts = ["The chairman opens the meeting.", "Rain is likely on Thursday.", "These idiots lost my ticket again."]
    for text in texts:
        item = clean_example(shipped_tokenizer(), text, "", 1.0)
        ids, segments = (numpy.array([part]) for part in (item.encoded.ids, item.encoded.segments))
        passage, tokens = session.run(["passage", "tokens"], {"ids": ids, "segments": segments})
        (said,) = predict(model, [item])
        # The graph rounds activations to 8 bits as well.
        assert numpy.allclose(said.passage, passage[0], atol=0.75)
        assert numpy.allclose(said.tokens, tokens[0], atol=1.0)
        assert (said.passage[0] > 0) == (passage[0, 0] > 0)


def test_another_file_is_refused(tmp_path):
    (tmp_path / "x.onnx").write_bytes(b"no graph")
    with pytest.raises(ModelError, match="x.onnx: not a detector"):
        shipped.state(tmp_path / "x.onnx")
