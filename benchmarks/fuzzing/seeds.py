"""Makes the binary part of the corpus: `python -m benchmarks.fuzzing.seeds`. Text is written by hand.

The files are of a few kilobytes, so that a mutation hits what matters. To be run again when a layout has changed.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
import zlib
from hashlib import sha256
from pathlib import Path

import gguf
import numpy
import onnx
from onnx import TensorProto, helper

from benchmarks.fuzzing.corpus import FOLDER
from benchmarks.fuzzing.stores import results
from srlint.cache import FILE_NAME, ResultCache
from srlint.categories import IDS
from srlint.review.database import Database

_LITTLE = 512  # bytes of a page of SQLite's, the least there is
# A vocabulary of the "gpt2" kind: every printable byte, two control tokens.
_BYTES = [chr(byte) for byte in (*range(33, 127), 266, 288)]
_TOKENS = ["<|end|>", "<|im_start|>", *_BYTES]
_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
_WIDTH, _INNER = 32, 32


def main() -> None:
    for name, made in (
        ("cache/small-pages.sqlite3", _cache(_LITTLE)),
        ("cache/usual-pages.sqlite3", _cache(4096)),
        ("journal/small-pages.sqlite3", _journal()),
        ("screen/tiny.npz", _screen()),
        ("detector/tiny.onnx", _detector()),
        ("gguf/tiny-llama.gguf", _llama()),
        ("llama/tiny-llama.gguf", _llama()),
        ("base/tiny-llama.gguf", _llama()),
        ("adapter/tiny-adapter.gguf", _adapter()),
        ("gguf/tiny-adapter.gguf", _adapter()),
    ):
        (FOLDER / name).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / name).write_bytes(made)


def _cache(page: int) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / FILE_NAME
        _paged(file, page)
        cache = ResultCache(Path(folder))
        cache.put_many(results())
        cache.close()
        return file.read_bytes()


def _journal() -> bytes:
    answer = {"kind": "rejected", "text": "The chairman opens.", "ordinal": 0, "new": "", "category": "gender"}
    answer |= {"settled": [{"start": 0, "end": 19}], "count": 1}
    old, new = b"The chairman opens.\n", b"The chair opens.\n"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "review.sqlite3"
        _paged(file, _LITTLE)
        database = Database(file)
        with database.change() as connection:
            connection.executemany(
                "INSERT INTO answers VALUES ('/work/a.md', ?, ?)", [(number, json.dumps(answer)) for number in range(3)]
            )
            connection.execute("INSERT INTO reviews (process) VALUES (4242)")
            rows = [("/work/a.md", zlib.compress(old), sha256(new).digest()), ("/work/new.md", None, None)]
            connection.executemany("INSERT INTO written VALUES (1, ?, 'a.md', ?, ?)", rows)
        database.close()
        return file.read_bytes()


def _paged(file: Path, page: int) -> None:
    connection = sqlite3.connect(file)
    connection.execute(f"PRAGMA page_size = {page}")
    connection.execute("VACUUM")
    connection.close()


def _screen() -> bytes:
    made = json.dumps({"cuts": {"0.05": -3, "0.5": 2}, "detector": "none"}).encode()
    tokens = numpy.array([[0, 0], [1, -2], [3, 4]], numpy.int8)
    filters = numpy.arange(12, dtype=numpy.int8).reshape(3, 2, 2) - 6
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "screen.npz"
        numpy.savez(
            file,
            tokens=tokens,
            filters=filters,
            bias=numpy.array([1, -1], numpy.int32),
            weights=numpy.array([2, 3], numpy.int32),
            made=numpy.frombuffer(made, numpy.uint8),
        )
        return file.read_bytes()


def _detector() -> bytes:
    """The shape of the real one: ids and segments in, logits of the passage and of each token out."""
    ids = helper.make_tensor_value_info("ids", TensorProto.INT64, [1, "length"])
    segments = helper.make_tensor_value_info("segments", TensorProto.INT64, [1, "length"])
    passage = helper.make_tensor_value_info("passage", TensorProto.FLOAT, [1, 1 + len(IDS)])
    scores = helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, "length"])
    nodes = [
        helper.make_node("Cast", ["ids"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["floats", "small"], ["scores"]),
        helper.make_node("ReduceMean", ["scores"], ["mean"], axes=[1], keepdims=1),
        helper.make_node("Mul", ["mean", "heads"], ["passage"]),
    ]
    weights = [
        helper.make_tensor("small", TensorProto.FLOAT, [1], [0.001]),
        helper.make_tensor("heads", TensorProto.FLOAT, [1, 1 + len(IDS)], [0.1] * (1 + len(IDS))),
    ]
    graph = helper.make_graph(nodes, "tiny", [ids, segments], [passage, scores], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    settings = {"categories": IDS, "temperature": 1.0, "bias": 0.0, "mark_threshold": 0.5, "threshold": 0.5}
    settings["term_evidence"] = {"settled": 1.0, "sure": 1.0, "unsure": 0.5}
    helper.set_model_props(model, {"srlint": json.dumps(settings)})
    onnx.checker.check_model(model)
    return model.SerializeToString()


def _llama() -> bytes:
    """A language model of one layer that answers nonsense."""
    chance = numpy.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "tiny.gguf"
        writer = gguf.GGUFWriter(file, "llama")
        writer.add_context_length(4096)
        writer.add_embedding_length(_WIDTH)
        writer.add_block_count(1)
        writer.add_feed_forward_length(_INNER)
        writer.add_head_count(2)
        writer.add_head_count_kv(1)
        writer.add_layer_norm_rms_eps(1e-5)
        writer.add_rope_dimension_count(16)
        writer.add_file_type(1)
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre("smollm")
        writer.add_token_list(_TOKENS)
        writer.add_token_types([3, 3, *[1] * len(_BYTES)])
        writer.add_token_merges(["t h", "h e"])
        writer.add_bos_token_id(1)
        writer.add_eos_token_id(0)
        writer.add_chat_template(_TEMPLATE)
        for name, shape in _shapes().items():
            kind = numpy.float32 if len(shape) == 1 else numpy.float16
            writer.add_tensor(name, (chance.standard_normal(shape) * 0.1).astype(kind))
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        return file.read_bytes()


def _shapes() -> dict[str, tuple[int, ...]]:
    block = {
        "attn_norm": (_WIDTH,),
        "attn_q": (_WIDTH, _WIDTH),
        "attn_k": (_WIDTH // 2, _WIDTH),
        "attn_v": (_WIDTH // 2, _WIDTH),
        "attn_output": (_WIDTH, _WIDTH),
        "ffn_norm": (_WIDTH,),
        "ffn_gate": (_INNER, _WIDTH),
        "ffn_up": (_INNER, _WIDTH),
        "ffn_down": (_WIDTH, _INNER),
    }
    inner = {f"blk.0.{name}.weight": shape for name, shape in block.items()}
    return {"token_embd.weight": (len(_TOKENS), _WIDTH), "output_norm.weight": (_WIDTH,), **inner}


def _adapter() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "adapter.gguf"
        writer = gguf.GGUFWriter(file, "llama")
        writer.add_type("adapter")
        writer.add_string("adapter.type", "lora")
        writer.add_float32("adapter.lora.alpha", 4.0)
        writer.add_tensor("blk.0.attn_q.weight.lora_a", numpy.ones((2, _WIDTH), numpy.float32))
        writer.add_tensor("blk.0.attn_q.weight.lora_b", numpy.ones((_WIDTH, 2), numpy.float32))
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        return file.read_bytes()


if __name__ == "__main__":
    main()
