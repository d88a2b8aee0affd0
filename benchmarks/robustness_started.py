"""The commands that can be interrupted, each as a process at work on a folder of documents."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.robustness_runs import PLAIN, WRITERS, start
from srlint.errors import ConfigError

_PATIENCE = 600.0  # seconds: a language model takes long
_POLL = 0.005


@dataclass(frozen=True, slots=True)
class Setting:
    """What the runs have in common. `home` is the folder of all that they keep."""

    home: Path
    use_model: bool
    changed: bool

    @property
    def cache(self) -> Path:
        return self.home / "cache"

    def options(self) -> list[str]:
        model = [] if self.use_model else ["--no-model"]
        return ["--isolated", *model, "--cache-dir", str(self.cache)]


@dataclass(slots=True)
class Started:
    """A run: its process and what it has said so far, by stream; on a terminal all of it is standard output."""

    process: subprocess.Popen[bytes]
    out: Callable[[], bytes]
    error: Callable[[], bytes] = field(default=lambda: b"")


@contextmanager
def check(setting: Setting, folder: Path) -> Iterator[Started]:
    """With `changed`, git is asked what has changed, so that there are children to leave."""
    plain = [option for option in PLAIN if not setting.use_model or option != "--no-model"]
    changed = ["--changed=HEAD"] if setting.changed else []
    options = [*plain, *changed, "--cache-dir", str(setting.cache), "--output-format", "json"]
    with _recorded(setting, ["check", *options, str(folder)], subprocess.DEVNULL) as started:
        yield started


@contextmanager
def review(setting: Setting, folder: Path) -> Iterator[Started]:
    """On a terminal, where somebody accepts all rewrites at once."""
    heard = bytearray()
    arguments = ["review", "--restart", "--color", "never", *setting.options(), str(folder)]
    home = {"XDG_STATE_HOME": str(setting.home / "state")}
    process = start(arguments, WRITERS["review"].key, heard, **home)
    yield Started(process, lambda: bytes(heard))


@contextmanager
def lsp(setting: Setting, folder: Path) -> Iterator[Started]:
    """For an editor that has opened all of the documents and stays."""
    with _recorded(setting, ["lsp", *setting.options()], subprocess.PIPE) as started:
        wire = started.process.stdin
        assert wire is not None
        wire.write(b"".join(_opening(folder)))
        wire.flush()
        try:
            yield started
        finally:
            wire.close()


def _opening(folder: Path) -> Iterator[bytes]:
    able: dict[str, Any] = {"textDocument": {"publishDiagnostics": {}}}
    yield _message("initialize", {"processId": None, "rootUri": folder.as_uri(), "capabilities": able}, id=1)
    yield _message("initialized", {})
    for path in sorted(folder.glob("*.md")):
        text = path.read_bytes().decode("utf-8")
        item = {"uri": path.as_uri(), "languageId": "markdown", "version": 1, "text": text}
        yield _message("textDocument/didOpen", {"textDocument": item})


def _message(method: str, params: Any, **more: int) -> bytes:
    body = json.dumps({"jsonrpc": "2.0", "method": method, "params": params, **more}).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


@contextmanager
def _recorded(setting: Setting, arguments: list[str], stdin: int) -> Iterator[Started]:
    """What it says goes to files: nobody has to read along, and the process never waits for a reader."""
    out, error = setting.home / "out", setting.home / "error"
    with out.open("wb") as said, error.open("wb") as told:
        streams = {"stdin": stdin, "stdout": said.fileno(), "stderr": told.fileno()}
        process = start(arguments, streams=streams)
    yield Started(process, out.read_bytes, error.read_bytes)


COMMANDS = {"check": check, "review": review, "lsp": lsp}


def seconds(command: str, setting: Setting, folder: Path) -> tuple[float, bytes]:
    """How long a run takes that nobody disturbs, and what it says. Raises ConfigError for one that fails."""
    count = len(list(folder.glob("*.md")))
    began = time.perf_counter()
    with COMMANDS[command](setting, folder) as started:
        while started.process.poll() is None and time.perf_counter() - began < _PATIENCE:
            if command == "lsp" and started.out().count(b"publishDiagnostics") >= count:
                break
            time.sleep(_POLL)
        took = time.perf_counter() - began
        if started.process.poll() is None:
            started.process.kill()
        status = started.process.wait()
        # What was killed here is the server, whose work was done.
        if status not in (0, 1) and not (command == "lsp" and status == -9):
            raise ConfigError(f"srlint {command} ended with status {status}: {started.error().decode()}")
        return took, started.out()
