"""Every file of the corpus through its target: seeds, and all inputs that ever failed."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

pytest.importorskip("benchmarks", reason="the benchmarks are not part of this checkout")

from benchmarks.fuzzing import corpus
from benchmarks.fuzzing.target import once
from benchmarks.fuzzing.targets import TARGETS
from benchmarks.fuzzing.watch import watched

# What a target takes beside srlint itself.
NEEDED = {
    **dict.fromkeys(("messages", "buffers"), "pygls"),
    **dict.fromkeys(("adapter", "base"), "gguf"),
    "llama": "llama_cpp",
}
CASES = [(name, file) for name in TARGETS if name != "llama" for file in corpus.files(name)]


@pytest.fixture(scope="module")
def run_of(tmp_path_factory):
    """The targets, each opened when it is first asked for."""
    opened = {}

    def given(name):
        if name not in opened:
            opened[name] = TARGETS[name].open(tmp_path_factory.mktemp(name))
        return opened[name]

    return given


def need(name):
    if name in NEEDED and find_spec(NEEDED[name]) is None:
        pytest.skip(f"needs {NEEDED[name]}")


@pytest.mark.parametrize(("name", "file"), CASES, ids=[f"{name}-{file.name}" for name, file in CASES])
def test_a_file_of_the_corpus_is_read_or_refused(run_of, name, file):
    need(name)
    once(run_of(name), file.read_bytes())


@pytest.mark.parametrize("name", ["llama", "config", "terms"])
def test_some_corpora_under_the_limits_of_time_and_memory(tmp_path, name):
    """In a process of its own: llama.cpp may end the one that it runs in, and settings may ask for the moon."""
    need(name)
    outcome = watched(name, len(corpus.files(name)), 0, tmp_path)
    assert outcome.failures == 0, [file.read_text()[:300] for file in tmp_path.glob("*.txt")]


def test_every_target_has_a_corpus_of_small_files():
    sizes = {name: [file.stat().st_size for file in corpus.files(name)] for name in TARGETS}
    assert [name for name, found in sizes.items() if not found] == []
    assert max(max(found) for found in sizes.values()) < 40_000


def test_the_corpus_holds_nothing_for_targets_that_are_gone():
    assert {folder.name for folder in Path(corpus.FOLDER).iterdir()} == set(TARGETS)
