"""The weights of a model file, in memory once a process, however many sessions use them.

They are memory-mapped: the system reads what is needed, shares the pages between processes, and may drop them again.
"""

from __future__ import annotations

import ctypes
import os
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any

from srlint.engine.threads import patient
from srlint.errors import ModelError

GPU_VARIABLE = "SRLINT_GPU_LAYERS"
# llama.cpp takes a negative number for all layers.
_ALL_LAYERS = -1

Key = tuple[str, int, int, int]


class Weights:
    """A loaded file. `hold` gives it, and every holder calls `release` when it needs it no more; the last one frees it.

    The table of what is loaded is the module's own and guarded by a lock, so that two threads that ask for one file
    at once load it once. A file that has changed on disk since is another file.
    """

    def __init__(self, key: Key, model: Any, api: Any) -> None:
        self.model = model
        self.key = key
        self._api = api
        self._holders = 0

    @classmethod
    def hold(cls, path: Path) -> Weights:
        """Raises ModelError naming the file."""
        try:
            with patient():
                import llama_cpp
        except ImportError as error:
            raise ModelError(
                "llama-cpp-python is not installed: run `pip install 'srlint[embedded]'`, or use --no-model"
            ) from error
        except (OSError, RuntimeError) as error:
            raise ModelError(
                f"llama-cpp-python cannot be loaded: {' '.join(str(error).split())}: reinstall it"
            ) from error
        try:
            status = path.stat()
        except OSError as error:
            raise ModelError(f"{path}: cannot read the model: {error.strerror or error}") from error
        layers = gpu_layers(llama_cpp)
        key = (os.path.realpath(path), status.st_size, status.st_mtime_ns, layers)
        with _lock:
            weights = _loaded.get(key)
            if weights is None:
                weights = _loaded[key] = cls(key, _load(llama_cpp, path, layers), llama_cpp)
            weights._holders += 1
        return weights

    def release(self) -> None:
        """Call it once for each `hold`, when nothing uses the model any more."""
        with _lock:
            self._holders -= 1
            if not self._holders:
                del _loaded[self.key]
                self._api.llama_model_free(self.model)


_lock = Lock()
_loaded: dict[Key, Weights] = {}


def gpu_layers(api: Any) -> int:
    """How many layers go to the GPU: all where llama.cpp was built for one, unless $SRLINT_GPU_LAYERS says otherwise.

    Raises ModelError for a value that is no whole number.
    """
    wished = os.environ.get(GPU_VARIABLE, "")
    if not wished:
        return _ALL_LAYERS if api.llama_supports_gpu_offload() else 0
    try:
        return max(int(wished), _ALL_LAYERS)
    except ValueError:
        raise ModelError(f"{GPU_VARIABLE}: {wished!r} is no number of layers; 0 keeps the model off the GPU") from None


def _load(api: Any, path: Path, layers: int) -> Any:
    _silence(api)
    api.llama_backend_init()
    loading = api.llama_model_default_params()
    loading.use_mmap = True
    loading.n_gpu_layers = layers
    # llama.cpp's AMX kernels crash on many machines that have AMX (ggml-org/llama.cpp#20824, open in the pinned
    # version). Its repacked weights share the switch, so they are given up only there.
    loading.use_extra_bufts = b"AMX_INT8 = 1" not in api.llama_print_system_info()
    model = api.llama_model_load_from_file(os.fsencode(path), loading)
    if not model:
        raise ModelError(f"{path}: llama.cpp cannot load this model: the file is damaged or of an unknown kind")
    return model


def _silence(api: Any) -> None:
    """llama.cpp writes its progress to standard error; errors come back as return values."""
    global _quiet
    with suppress(NameError):
        return _quiet
    _quiet = api.llama_log_callback(lambda level, text, data: None)
    api.llama_log_set(_quiet, ctypes.c_void_p(0))
