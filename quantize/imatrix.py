"""How much each column of a model's matrices matters: the mean square of what is multiplied with it.

llama.cpp's `llama-imatrix` is a program that the Python package does not carry, but its callback is there: it shows
every product of matrices with its inputs. The file is llama.cpp's own kind, a GGUF file with NAME.in_sum2 and
NAME.counts for each matrix, so that either program reads what the other wrote.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from quantize.shrink import Importance
from srlint.engine.session import BATCH, CONTEXT
from srlint.engine.weights import Weights
from srlint.errors import ModelError

Show = Callable[[int, int], None]
_FLOAT = 0
# Only what lies in the layers, as llama-imatrix has it: embeddings and output are kept in larger types anyway.
_LAYERS = "blk."


class _Tensor(ctypes.Structure):
    """The beginning of ggml's `struct ggml_tensor`, as it is in the pinned version of llama-cpp-python."""


_Tensor._fields_ = [
    ("type", ctypes.c_int),
    ("buffer", ctypes.c_void_p),
    ("ne", ctypes.c_int64 * 4),
    ("nb", ctypes.c_size_t * 4),
    ("op", ctypes.c_int),
    ("op_params", ctypes.c_int32 * 16),
    ("flags", ctypes.c_int32),
    ("src", ctypes.POINTER(_Tensor) * 10),
]


class _Sums:
    """Sums of squares by the name of the matrix, and over how many inputs, while a model runs."""

    def __init__(self, api: Any) -> None:
        self.squares: dict[str, Any] = {}
        self.counts: dict[str, int] = {}
        self.failed: Exception | None = None
        self._ggml = _ggml()
        self.callback = api.ggml_backend_sched_eval_callback(self._hear)

    def _hear(self, address: int, ask: bool, data: Any) -> bool:
        """llama.cpp asks whether a result is wanted, and calls again once it is there. True: go on."""
        try:
            tensor = _Tensor.from_address(address)
            wanted = self._is_product(tensor)
            if wanted and not ask:
                self._add(tensor)
            return wanted or not ask
        except Exception as error:  # nothing can be raised through llama.cpp
            self.failed = error
            return False

    def _is_product(self, tensor: _Tensor) -> bool:
        if self._ggml.ggml_op_name(tensor.op) != b"MUL_MAT":
            return False
        return self._name(tensor).startswith(_LAYERS) and tensor.src[1].contents.type == _FLOAT

    def _name(self, tensor: _Tensor) -> str:
        return self._ggml.ggml_get_name(ctypes.cast(tensor.src[0], ctypes.c_void_p)).decode()

    def _add(self, tensor: _Tensor) -> None:
        import numpy

        inputs = tensor.src[1].contents
        values = numpy.empty((inputs.ne[3] * inputs.ne[2] * inputs.ne[1], inputs.ne[0]), dtype=numpy.float32)
        source = ctypes.cast(tensor.src[1], ctypes.c_void_p)
        self._ggml.ggml_backend_tensor_get(source, values.ctypes.data_as(ctypes.c_void_p), 0, values.nbytes)
        name = self._name(tensor)
        self.squares[name] = self.squares.get(name, 0) + (values.astype(numpy.float64) ** 2).sum(axis=0)
        self.counts[name] = self.counts.get(name, 0) + len(values)


def _ggml() -> Any:
    """ggml's own functions, which llama_cpp does not name."""
    from llama_cpp import _ctypes_extensions, llama_cpp

    folder = Path(llama_cpp.__file__).parent / "lib"
    try:
        library = _ctypes_extensions.load_shared_library("ggml-base", folder)
    except (FileNotFoundError, RuntimeError) as error:
        raise ModelError(f"this llama-cpp-python does not show its products: give --imatrix-file: {error}") from error
    library.ggml_op_name.restype = library.ggml_get_name.restype = ctypes.c_char_p
    library.ggml_op_name.argtypes = [ctypes.c_int]
    library.ggml_get_name.argtypes = [ctypes.c_void_p]
    library.ggml_backend_tensor_get.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t]
    library.ggml_backend_tensor_get.restype = None
    return library


def collect(
    model: Path, prefix: Sequence[int], texts: Sequence[Sequence[int]], target: Path, show: Show, threads: int
) -> None:
    """Runs `model` over token sequences that all follow one prefix, and writes `target`. Raises ModelError."""
    weights = Weights.hold(model)
    import llama_cpp

    context = batch = None
    try:
        sums = _Sums(llama_cpp)
        options = llama_cpp.llama_context_default_params()
        options.n_ctx = CONTEXT
        options.n_batch = options.n_ubatch = BATCH
        options.n_threads = options.n_threads_batch = threads
        options.cb_eval = sums.callback
        context = llama_cpp.llama_init_from_model(weights.model, options)
        if not context:
            raise ModelError(f"{model}: llama.cpp cannot make a context of {CONTEXT} tokens for this model")
        batch = llama_cpp.llama_batch_init(BATCH, 0, 1)
        memory = llama_cpp.llama_get_memory(context)
        _read(llama_cpp, context, batch, prefix, 0, model, sums)
        for place, tokens in enumerate(texts):
            show(place, len(texts))
            llama_cpp.llama_memory_seq_rm(memory, 0, len(prefix), -1)
            _read(llama_cpp, context, batch, tokens[: CONTEXT - len(prefix)], len(prefix), model, sums)
    finally:
        if batch is not None:
            llama_cpp.llama_batch_free(batch)
        if context:
            llama_cpp.llama_free(context)
        weights.release()
    if not sums.squares:
        raise ModelError(f"{model}: nothing can be learnt of its matrices")
    _write(target, sums, len(texts))


def _read(api: Any, context: Any, batch: Any, tokens: Sequence[int], place: int, model: Path, sums: _Sums) -> None:
    for start in range(0, len(tokens), BATCH):
        part = tokens[start : start + BATCH]
        batch.n_tokens = len(part)
        for index, token in enumerate(part):
            batch.token[index], batch.pos[index] = token, place + start + index
            batch.n_seq_id[index], batch.seq_id[index][0] = 1, 0
            # Of tokens without it the last layer computes nothing, and nothing would be learnt of that layer.
            batch.logits[index] = True
        if api.llama_decode(context, batch) != 0 or sums.failed:
            raise ModelError(f"{model}: llama.cpp could not read a passage: {sums.failed or 'no reason given'}")


def _write(target: Path, sums: _Sums, passages: int) -> None:
    import gguf
    import numpy

    writer = gguf.GGUFWriter(target, "")
    writer.add_type("imatrix")
    writer.add_array("imatrix.datasets", ["srlint passages"])
    writer.add_uint32("imatrix.chunk_count", passages)
    writer.add_uint32("imatrix.chunk_size", BATCH)
    for name in sorted(sums.squares):
        writer.add_tensor(f"{name}.in_sum2", sums.squares[name].astype(numpy.float32)[None])
        writer.add_tensor(f"{name}.counts", numpy.array([[sums.counts[name]]], dtype=numpy.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def read(path: Path) -> Importance:
    """The mean squares in a file of `collect` or of llama-imatrix. Raises ModelError."""
    import gguf
    import numpy

    try:
        tensors = {tensor.name: tensor.data for tensor in gguf.GGUFReader(path).tensors}
        counts = {name[: -len(".counts")]: data for name, data in tensors.items() if name.endswith(".counts")}
        found = {}
        for name, count in counts.items():
            sums = tensors[f"{name}.in_sum2"].reshape(count.size, -1)
            share = count.reshape(-1, 1)
            # What nothing was ever multiplied with matters as much as anything.
            means = numpy.where(share > 0, sums / numpy.maximum(share, 1), 1.0)
            found[name] = numpy.ascontiguousarray(means.reshape(-1), dtype=numpy.float32)
    except (OSError, ValueError, IndexError, KeyError, AttributeError) as error:
        raise ModelError(f"{path}: not an importance matrix in GGUF, as llama-imatrix writes it: {error}") from error
    if not found:
        raise ModelError(f"{path}: not an importance matrix in GGUF, as llama-imatrix writes it")
    return found
