"""Model files: the detector, the screen before it, tokenizers, GGUF headers, adapters, and llama.cpp behind them."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

from benchmarks.fuzzing.corpus import FOLDER
from benchmarks.fuzzing.target import Run, demand
from srlint.errors import ModelError

# Seconds for llama.cpp to load a file and read a few words.
_PATIENCE = 4


def detector(folder: Path) -> Run:
    """An ONNX file as the detector: it is refused when loaded, or it answers."""
    from srlint.detector import Detector

    file = folder / "detector.onnx"

    def run(data: bytes) -> None:
        file.write_bytes(data)
        found = Detector.load(file, jobs=1)
        (said,) = found.detect([("The chairman opens the meeting.", "It is late.")])
        demand(0 <= said.probability <= 1, "a probability that is none")

    return run


def screen(folder: Path) -> Run:
    """The weights of the screen."""
    from srlint.screen import Screen

    file = folder / "screen.npz"

    def run(data: bytes) -> None:
        file.write_bytes(data)
        found = Screen.load(file)
        places = found.suspects([[0, 1], [1]], [0.1, 0.9])
        demand(set(places) <= {0, 1}, "a passage that was not asked about")

    return run


def tokenizer(folder: Path) -> Run:
    """The tokenizer's file."""
    from srlint.tokens import cut, shipped_tokenizer

    file = folder / "tokenizer.json"

    def run(data: bytes) -> None:
        file.write_bytes(data)
        cut(shipped_tokenizer(file), [("The chairman opens.", "")])

    return run


def header(folder: Path) -> Run:
    """The header of a GGUF file, and the manifest in it."""
    from srlint.models import header as reader
    from srlint.models.profile import manifest_of

    file = folder / "model.gguf"

    def run(data: bytes) -> None:
        file.write_bytes(data)
        found = reader.read(file)
        demand(found.parameters >= 0 and isinstance(found.architecture, str), "a header of another kind")
        manifest_of("model", found).check("model")

    return run


def adapter(folder: Path) -> Run:
    """A LoRA adapter, merged into a base of a few weights."""
    file = folder / "adapter.gguf"
    return _merged(FOLDER / "gguf" / "tiny-llama.gguf", file, file)


def base(folder: Path) -> Run:
    """A base model, which an adapter is merged into."""
    file = folder / "base.gguf"
    return _merged(file, FOLDER / "adapter" / "tiny-adapter.gguf", file)


def _merged(base: Path, adapter: Path, file: Path) -> Run:
    """Merges the two, of which `file` is the one that gets the input."""
    from srlint.models.bake import merge

    def run(data: bytes) -> None:
        file.write_bytes(data)
        try:
            merge(base, adapter, file.with_name("merged.gguf"))
        except ModelError as error:
            # One that an adapter does not fit may be told by the adapter's name.
            demand(any(str(path) in str(error) for path in {file, adapter}), "an error that does not name the file")

    return run


def llama(folder: Path) -> Run:
    """A GGUF file that passes for a model: llama.cpp, in a process of its own, refuses it or reads with it."""
    import llama_cpp  # noqa: F401  so that every copy of the process has it

    from srlint.engine.session import Session
    from srlint.models import header as reader

    file = folder / "model.gguf"

    def attempt() -> None:
        session = Session.open(file, 1)
        session.ask("The chairman opens.")
        session.close()

    def run(data: bytes) -> None:
        file.write_bytes(data)
        reader.read(file)  # as is done before a model is loaded
        process = os.fork()
        if not process:
            _end(attempt)
        _, status = os.waitpid(process, 0)
        demand(not os.WIFSIGNALED(status), f"llama.cpp was ended by signal {status & 127}")
        demand(os.WEXITSTATUS(status) == 0, "an error that is none of srlint's")

    return run


def _end(attempt: Callable[[], None]) -> None:
    """Ends this copy of the process: 0 when all went well or srlint refused the file."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(_PATIENCE)
    status = 1
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        attempt()
        status = 0
    except ModelError:
        status = 0
    finally:
        os._exit(status)
