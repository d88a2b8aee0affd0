"""A Llama of a given shape with random weights: as fast as a real one of that shape, and of no other use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Shape:
    vocabulary: int
    width: int
    layers: int
    inner: int
    heads: int
    shared_heads: int
    rope: float


SHAPES = {"llama3.2-1b": Shape(128256, 2048, 16, 8192, 32, 8, 500000.0)}
# llama.cpp's mark for a token that no text has.
_UNUSED = 5


def write(shape: Shape, tokenizer: Path, target: Path) -> None:
    """Writes an F16 GGUF file with the tokenizer of another one, filled up to the vocabulary of the shape."""
    import gguf
    import numpy

    writer = gguf.GGUFWriter(target, "llama")
    _metadata(gguf, writer, shape)
    _tokenizer(gguf, writer, gguf.GGUFReader(tokenizer), shape.vocabulary)
    draw = numpy.random.default_rng(0)
    # What the numbers are does not matter to the clock: one stretch of them, over and over.
    stretch = (draw.standard_normal(1 << 20) * 0.02).astype(numpy.float16)
    tensors = list(_tensors(shape))
    for name, size in tensors:
        kind = numpy.float16 if len(size) == 2 else numpy.float32
        writer.add_tensor_info(name, size, numpy.dtype(kind), int(numpy.prod(size)) * numpy.dtype(kind).itemsize)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for _, size in tensors:
        flat = numpy.ones(size, numpy.float32) if len(size) == 1 else numpy.resize(stretch, size)
        writer.write_tensor_data(flat)
    writer.close()


def _metadata(gguf: Any, writer: Any, shape: Shape) -> None:
    writer.add_block_count(shape.layers)
    writer.add_context_length(4096)
    writer.add_embedding_length(shape.width)
    writer.add_feed_forward_length(shape.inner)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.shared_heads)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(shape.rope)
    writer.add_vocab_size(shape.vocabulary)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)


def _tokenizer(gguf: Any, writer: Any, source: Any, vocabulary: int) -> None:
    for field in source.fields.values():
        if not field.name.startswith("tokenizer."):
            continue
        kind, value = field.types[0], field.contents()
        inner = field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None
        if field.name == "tokenizer.ggml.tokens":
            value = [*value, *(f"<|unused-{number}|>" for number in range(len(value), vocabulary))]
        elif field.name == "tokenizer.ggml.token_type":
            value = [*value, *[_UNUSED] * (vocabulary - len(value))]
        elif field.name == "tokenizer.ggml.scores":
            value = [*value, *[0.0] * (vocabulary - len(value))]
        writer.add_key_value(field.name, value, kind, sub_type=inner)


def _tensors(shape: Shape) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Names and shapes; the output shares the embeddings, as in the small models of Llama 3.2."""
    narrow = shape.width // shape.heads * shape.shared_heads
    yield "token_embd.weight", (shape.vocabulary, shape.width)
    yield "output_norm.weight", (shape.width,)
    for layer in range(shape.layers):
        for name, size in (
            ("attn_norm", (shape.width,)),
            ("attn_q", (shape.width, shape.width)),
            ("attn_k", (narrow, shape.width)),
            ("attn_v", (narrow, shape.width)),
            ("attn_output", (shape.width, shape.width)),
            ("ffn_norm", (shape.width,)),
            ("ffn_gate", (shape.inner, shape.width)),
            ("ffn_up", (shape.inner, shape.width)),
            ("ffn_down", (shape.width, shape.inner)),
        ):
            yield f"blk.{layer}.{name}.weight", size
