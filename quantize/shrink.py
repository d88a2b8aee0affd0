"""A GGUF file in a smaller type, by llama.cpp's own function."""

from __future__ import annotations

import ctypes
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from quantize.kinds import Kind
from srlint.errors import ModelError

# Importance by the name of a tensor: float32, one value for each of its columns.
Importance = Mapping[str, Any]
_ERROR = 4
_FULL = 1 << 20


def shrink(source: Path, target: Path, kind: Kind, importance: Importance | None, threads: int) -> None:
    """Writes `target`. Raises ModelError where llama.cpp cannot, with its reason; `target` may then be half-written."""
    if kind.needs_importance and not importance:
        raise ModelError(f"{kind.name}: llama.cpp makes it only with an importance matrix: add --imatrix")
    try:
        import llama_cpp
    except ImportError as error:
        raise ModelError("llama-cpp-python is not installed: run `pip install 'srlint[embedded]'`") from error
    said = _listen(llama_cpp)
    options = llama_cpp.llama_model_quantize_default_params()
    options.ftype = kind.number
    options.nthread = threads
    # A model that was trained in four bits may come as it is.
    options.allow_requantize = True
    rows = _rows(llama_cpp, importance or {})
    if importance:
        options.imatrix = rows
    failed = llama_cpp.llama_model_quantize(os.fsencode(source), os.fsencode(target), ctypes.byref(options))
    if not failed:
        return
    if shutil.disk_usage(target.parent).free < _FULL:
        raise ModelError(f"{target.parent}: the disk is full")
    raise ModelError(f"{source}: llama.cpp cannot make {kind.name} of it: {said[-1] if said else 'no reason given'}")


def _rows(api: Any, importance: Importance) -> Any:
    """llama.cpp's array of them; an entry without a name ends it."""
    rows = (api.llama_model_imatrix_data * (len(importance) + 1))()
    pointer = ctypes.POINTER(ctypes.c_float)
    for row, (name, values) in zip(rows, importance.items(), strict=False):
        row.name, row.data, row.size = name.encode(), values.ctypes.data_as(pointer), len(values)
    return rows


def _listen(api: Any) -> list[str]:
    """Silences llama.cpp; the list gets the errors that it logs."""
    global _listener
    said: list[str] = []

    def hear(level: int, text: bytes, data: Any) -> None:
        if level == _ERROR and text.strip():
            said.append(" ".join(text.decode("utf-8", "replace").split()))

    # llama.cpp goes on calling it, so it must live as long as the process.
    _listener = api.llama_log_callback(hear)
    api.llama_log_set(_listener, ctypes.c_void_p(0))
    return said
