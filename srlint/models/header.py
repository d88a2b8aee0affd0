"""The header of a GGUF file, read without loading the model: metadata, and how large its tensors are.

The layout is that of https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, versions 2 and 3.
"""

from __future__ import annotations

import math
import mmap
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from srlint.errors import ModelError

Value = str | int | float | bool

_MAGIC = b"GGUF"
_VERSIONS = (2, 3)
_TEXT, _ARRAY = 8, 9
_FORMATS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}
_SIZES = {kind: struct.calcsize(form) for kind, form in _FORMATS.items()}
_COUNT = struct.Struct("<Q")
_VOCABULARY = "tokenizer.ggml.tokens"
# No more dimensions than ggml itself has: more are a damaged file.
_DIMENSIONS = 8


@dataclass(frozen=True, slots=True)
class Header:
    """Metadata by key, arrays left out, and the number of parameters."""

    metadata: Mapping[str, Value]
    parameters: int

    @property
    def architecture(self) -> str:
        """What llama.cpp calls the architecture, as `llama` or `qwen2`."""
        return str(self.metadata.get("general.architecture", ""))

    def text(self, key: str) -> str | None:
        """A value as text, or None."""
        value = self.metadata.get(key)
        return None if value is None else str(value)

    def number(self, key: str) -> int | None:
        """A number that the architecture has under this key, as `block_count`."""
        value = self.metadata.get(f"{self.architecture}.{key}")
        return value if isinstance(value, int) else None


def read(path: Path) -> Header:
    """The header of `path`. Raises ModelError for a file that cannot be read, is no GGUF file, or is damaged there."""
    try:
        with open(path, "rb") as file:
            if file.read(4) != _MAGIC:
                raise ModelError(f"{path}: not a GGUF model")
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                return _Reader(data).header()
    except OSError as error:
        raise ModelError(f"{path}: cannot read the model: {error.strerror or error}") from error
    except (struct.error, ValueError, KeyError, IndexError, OverflowError, RecursionError) as error:
        raise ModelError(f"{path}: the header of this GGUF file is damaged or cut short") from error


class _Reader:
    """Walks from value to value. What lies behind the end of the data raises struct.error."""

    def __init__(self, data: mmap.mmap) -> None:
        self._data = data
        self._at = len(_MAGIC)

    def header(self) -> Header:
        if self._plain(4) not in _VERSIONS:
            raise ValueError("unknown version")
        tensors, pairs = self._count(), self._count()
        metadata: dict[str, Value] = {}
        for _ in range(pairs):
            key = self._text()
            value = self._value(int(self._plain(4)), key)
            if value is not None:
                metadata[key] = value
        return Header(metadata, sum(self._tensor() for _ in range(tensors)))

    def _tensor(self) -> int:
        """How many parameters the next tensor has."""
        self._text()
        dimensions = int(self._plain(4))
        if dimensions > _DIMENSIONS:
            raise ValueError("too many dimensions")
        sizes = [self._count() for _ in range(dimensions)]
        self._skip(4 + 8)  # its type and its place
        return math.prod(sizes)

    def _value(self, kind: int, key: str = "") -> Value | None:
        if kind == _TEXT:
            return self._text()
        if kind != _ARRAY:
            return self._plain(kind)
        inner, count = int(self._plain(4)), self._count()
        if inner == _TEXT and key == _VOCABULARY:
            self._skip_vocabulary(count)
        elif inner == _TEXT:
            self._skip_texts(count)
        elif inner == _ARRAY:
            for _ in range(count):
                self._value(_ARRAY)
        else:
            self._skip(count * _SIZES[inner])
        return None

    def _skip_texts(self, count: int) -> None:
        # Vocabularies have hundreds of thousands: this is where the time goes.
        unpack, data, at = _COUNT.unpack_from, self._data, self._at
        for _ in range(count):
            at += 8 + unpack(data, at)[0]
        self._at = at
        self._skip(0)

    def _skip_vocabulary(self, count: int) -> None:
        """llama.cpp ends the process over a vocabulary that has a token twice."""
        unpack, data, at = _COUNT.unpack_from, self._data, self._at
        tokens = set()
        for _ in range(count):
            start, at = at + 8, at + 8 + unpack(data, at)[0]
            tokens.add(data[start:at])
        self._at = at
        self._skip(0)
        if len(tokens) != count:
            raise ValueError("a token twice")

    def _plain(self, kind: int) -> Value:
        (value,) = struct.unpack_from(_FORMATS[kind], self._data, self._at)
        self._at += _SIZES[kind]
        return value

    def _count(self) -> int:
        (value,) = _COUNT.unpack_from(self._data, self._at)
        self._at += 8
        return value

    def _text(self) -> str:
        size = self._count()
        start = self._at
        self._skip(size)
        return self._data[start : self._at].decode("utf-8", "replace")

    def _skip(self, size: int) -> None:
        self._at += size
        if self._at > len(self._data):
            raise ValueError("cut short")
