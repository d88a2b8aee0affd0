"""GGUF files of a few bytes: a header that says what a test wants, and no weights worth the name."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

# What a stock instruct model says of itself, in small.
STOCK = {
    "general.architecture": "llama",
    "general.file_type": 15,
    "general.license": "apache-2.0",
    "llama.block_count": 2,
    "llama.context_length": 4096,
    "llama.embedding_length": 64,
    "llama.attention.head_count": 4,
    "llama.attention.head_count_kv": 2,
    "tokenizer.chat_template": "{{ messages }}",
    "tokenizer.ggml.tokens": ["<s>", "é", ""],
    "tokenizer.ggml.token_type": [1, 3, 1],
}


def gguf_bytes(
    metadata: Mapping[str, object] = STOCK,
    tensors: Mapping[str, Sequence[int]] | None = None,
    version: int = 3,
    size: int = 0,
) -> bytes:
    """A header with these values and tensors of these shapes, filled up with zeros to `size` bytes."""
    tensors = tensors or {}
    parts = [b"GGUF", struct.pack("<IQQ", version, len(tensors), len(metadata))]
    for key, value in metadata.items():
        kind, content = _value(value)
        parts += [_text(key), struct.pack("<I", kind), content]
    for name, shape in tensors.items():
        parts += [_text(name), struct.pack("<I", len(shape)), struct.pack(f"<{len(shape)}Q", *shape), bytes(12)]
    return b"".join(parts).ljust(size, b"\0")


def _text(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def _value(value: object) -> tuple[int, bytes]:
    if isinstance(value, bool):
        return 7, struct.pack("<?", value)
    if isinstance(value, int):
        return 4, struct.pack("<I", value)
    if isinstance(value, float):
        return 6, struct.pack("<f", value)
    if isinstance(value, list):
        inner = [_value(item) for item in value]
        return 9, struct.pack("<IQ", inner[0][0], len(inner)) + b"".join(content for _, content in inner)
    return 8, _text(str(value))
