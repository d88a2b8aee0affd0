"""Ctrl-C in the places where a library would lose it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from srlint.interrupts import put_off

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends a signal")

# Interrupts itself when something begins to import a module.
PROGRAM = """
import os, signal, sys
from importlib.abc import MetaPathFinder
class Presses(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == {name!r}:
            sys.meta_path.remove(self)
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Presses())
from srlint.cli import main
main()
"""
# What a library makes of an interrupt while the detector is loaded is an error of the model's for srlint.
TURNED = """
import os, signal
from srlint.detector import Detector
from srlint.errors import ModelError
def load(*given, **more):
    try:
        os.kill(os.getpid(), signal.SIGINT)
    except KeyboardInterrupt:
        raise ModelError("a damaged model")
Detector.load = load
from srlint.cli import main
main()
"""


def check(folder: Path, program: str) -> tuple[int, bytes, bytes]:
    """Status, standard output and standard error of a check by a program that interrupts itself."""
    (folder / "a.md").write_text("The chairman opens it.\n\nMany women are too emotional to lead a team.\n")
    done = subprocess.run(
        [sys.executable, "-c", program, "check", "--no-model", "--isolated", "--no-cache", "a.md"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True,
        timeout=60,
    )
    return done.returncode, done.stdout, done.stderr.strip()


def test_an_interrupt_comes_after_the_block():
    done = []
    with pytest.raises(KeyboardInterrupt):
        with put_off():
            signal.raise_signal(signal.SIGINT)
            done.append("all")
        done.append("more")
    assert done == ["all"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_it_counts_more_than_an_error():
    with pytest.raises(KeyboardInterrupt), put_off():
        signal.raise_signal(signal.SIGINT)
        raise ImportError("what a library makes of it")


def test_without_one_nothing_is_different():
    with pytest.raises(ImportError), put_off():
        raise ImportError
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_where_interrupts_are_ignored_they_stay_so():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with put_off():
            signal.raise_signal(signal.SIGINT)
    finally:
        assert signal.signal(signal.SIGINT, before) is signal.SIG_IGN


def test_another_thread_has_nothing_to_put_off():
    inside = []

    def block():
        with put_off():
            inside.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=block)
    thread.start()
    thread.join()
    assert inside == [signal.default_int_handler]


@pytest.mark.parametrize("name", ["onnxruntime", "numpy", "numpy.lib", "tokenizers", "sentencex", "pyromark"])
def test_one_while_a_library_is_loaded_is_one_line(tmp_path, name):
    assert check(tmp_path, PROGRAM.format(name=name)) == (130, b"", b"srlint: interrupted")


def test_one_that_a_library_makes_an_error_of_is_an_interrupt(tmp_path):
    assert check(tmp_path, TURNED) == (130, b"", b"srlint: interrupted")


def test_hardly_anything_is_loaded_before_an_interrupt_ends_the_program_without_a_word():
    """An interrupt meanwhile is a traceback of Python's."""
    program = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parents[1])!r}); before = set(sys.modules)\n"
        "import srlint.__main__; print(*sorted(sys.modules.keys() - before))"
    )
    done = subprocess.run([sys.executable, "-S", "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stdout.split() == ["__future__", "srlint", "srlint.__main__"]
