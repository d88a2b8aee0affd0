"""No command connects to anything of its own accord, in Python or in native code, and the cache holds little text.

Each command runs as a process whose every use of a socket is written down twice: by an audit hook of Python's and,
where `strace` is there, by the system, which sees native code too.
"""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

import srlint
from srlint.config import Settings
from srlint.document import Document
from srlint.models.embedded import is_installed
from srlint.models.store import CACHE_VARIABLE, cache_folder

# Every family of sockets but that of this machine's own.
_HOOK = """
import os, sys
def written_down(event, arguments):
    if event.startswith("socket.") and not (event == "socket.__new__" and arguments[1] == 1):
        with open(os.environ["SOCKETS"], "a") as log:
            print(event, arguments[1:], file=log)
sys.addaudithook(written_down)
"""
# Without these the telemetry of a library might hold its tongue, as it does under continuous integration.
_UNSET = ("CI", "GITHUB_ACTIONS", "PYTEST_CURRENT_TEST", "ORT_DISABLE_TELEMETRY", "SRLINT_SERVER", "HF_HUB_OFFLINE")
TEXT = "# Notes\n\nThe meeting starts at nine.\n\nThe chairman opens it. Women are too emotional to lead a team.\n"


def lsp(*messages: dict) -> bytes:
    """Messages as an editor sends them."""
    bodies = [json.dumps({"jsonrpc": "2.0", **message}).encode() for message in messages]
    return b"".join(b"Content-Length: %d\r\n\r\n%b" % (len(body), body) for body in bodies)


@dataclass(frozen=True)
class Command:
    """A command line, its input or the key to press on a terminal when it asks, and whether it needs the model."""

    arguments: str
    typed: bytes = b""
    key: bytes = b""
    needs_model: bool = False


_OPENED = {"textDocument": {"uri": "file:///a.md", "languageId": "markdown", "version": 1, "text": TEXT}}
COMMANDS = (
    Command("check docs --no-model"),
    Command("check docs --no-model --fix --unsafe-fixes"),
    Command("check docs --no-model --diff"),
    Command("check docs --no-model --changed=HEAD"),
    Command("check docs --no-model --output-format sarif -o report.sarif"),
    Command("check - --no-model", TEXT.encode()),
    Command("check docs --no-cache", needs_model=True),
    Command("doctor"),
    Command("explain"),
    Command("explain gender"),
    Command("clean"),
    Command("model list"),
    Command("model info embedded", needs_model=True),
    Command("--help"),
    Command("review docs --no-model --color never", key=b"q"),
    Command("undo"),
    Command(
        "lsp",
        lsp(
            {"id": 1, "method": "initialize", "params": {"capabilities": {}}},
            {"method": "initialized", "params": {}},
            {"method": "textDocument/didOpen", "params": _OPENED},
            {"id": 2, "method": "shutdown"},
            {"method": "exit"},
        ),
    ),
)


@pytest.fixture
def watched(tmp_path):
    """Runs a program of Python in a project of its own and says which sockets it used, besides what it left at home."""
    project, home, hook = tmp_path / "project", tmp_path / "home", tmp_path / "hook"
    for folder in (project / "docs", home, hook):
        folder.mkdir(parents=True)
    (project / "docs" / "a.md").write_text(TEXT)
    (hook / "sitecustomize.py").write_text(_HOOK)
    if shutil.which("git"):
        subprocess.run(["git", "init", "-q", project], check=True)

    def run(program: list[str], typed: bytes = b"", key: bytes = b"", **environment: str) -> list[str]:
        log, trace = tmp_path / "sockets", tmp_path / "trace"
        for path in (log, trace):
            path.unlink(missing_ok=True)
        clean = {name: value for name, value in os.environ.items() if name not in _UNSET}
        own = {
            "HOME": str(home),
            "PYTHONPATH": os.pathsep.join([str(hook), str(Path(srlint.__file__).parents[1])]),
            "SOCKETS": str(log),
            CACHE_VARIABLE: str(cache_folder()),  # the embedded model need not be joined again
            **{f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in ("CACHE", "CONFIG", "DATA", "STATE")},
        }
        tracer = ["strace", "-f", "-qq", "-e", "trace=network", "-o", str(trace)] if can_trace() else []
        command = [*tracer, sys.executable, *program]
        run.status, run.said = outcome(command, typed, key, cwd=project, env=clean | own | environment)
        run.left = sorted(str(path.relative_to(home)) for path in home.rglob("*") if path.is_file())
        used = log.read_text().splitlines() if log.exists() else []
        return used + list(internet(trace.read_text().splitlines() if trace.exists() else []))

    return run


def outcome(command: list[str], typed: bytes, key: bytes, **options) -> tuple[int, str]:
    """The exit status of a process and what it says to a person; a `key` is pressed whenever it asks, on a terminal."""
    if not key:
        done = subprocess.run(command, input=typed, capture_output=True, timeout=180, **options)
        return done.returncode, done.stderr.decode()
    leader, follower = pty.openpty()
    process = subprocess.Popen(command, stdin=follower, stdout=follower, stderr=follower, **options)
    os.close(follower)
    patience = threading.Timer(60, process.kill)  # it may go on asking
    patience.start()
    said, answered = b"", 0
    with suppress(OSError), open(leader, "r+b", buffering=0) as terminal:  # the end of the other side is an error
        while piece := terminal.read(65_536):
            said += piece.replace(b"\r", b"")
            terminal.write(key * (said.count(b"\n> ") - answered))
            answered = said.count(b"\n> ")
    patience.cancel()
    return process.wait(60), said.decode()


def can_trace() -> bool:
    if shutil.which("strace") is None:
        return False
    return subprocess.run(["strace", "-qq", "-o", os.devnull, "true"], capture_output=True).returncode == 0


def internet(lines: Iterable[str]) -> Iterable[str]:
    """The calls that open a socket which leads out of this machine, or could."""
    return (line for line in lines if "socket(" in line and "AF_UNIX" not in line)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.arguments)
def test_no_command_opens_a_socket(watched, command):
    if command.needs_model and not is_installed():
        pytest.skip("needs the extra `embedded`")
    assert watched(["-m", "srlint", *command.arguments.split()], command.typed, command.key) == []
    assert watched.status in (0, 1, 2), watched.said
    assert "Traceback" not in watched.said
    assert [file for file in watched.left if "srlint" not in file] == [], "a library keeps something of its own"


def test_no_library_calls_home_while_a_process_lives_on(watched):
    """What gathers reports sends them some seconds later: an editor keeps srlint running for hours."""
    program = (
        "import time\nfrom srlint.detector import Detector\n"
        "detector = Detector.load()\ndetector.detect([('The chairman opens it.', '')])\ntime.sleep(8)\n"
    )
    assert watched(["-c", program]) == []
    assert watched.status == 0, watched.said
    assert watched.left == []


def test_what_is_told_to_connect_is_seen_to(watched):
    """Or the tests above could not fail."""
    used = watched(["-m", "srlint", "check", "docs", "--server", "http://127.0.0.1:9"])
    assert any(line.startswith("socket.connect") and "127.0.0.1" in line for line in used)
    assert not can_trace() or any("AF_INET" in line and "SOCK_STREAM" in line for line in used)
    used = watched(["-m", "srlint", "model", "pull", "a/b:c.gguf"], HF_ENDPOINT="http://127.0.0.1:9")
    assert any(line.startswith("socket.connect") and "127.0.0.1" in line for line in used)
    used = watched(["-c", "import ctypes; ctypes.CDLL(None).socket(2, 1, 0)"])
    assert bool(used) == can_trace(), "of native code only the system knows"


def test_without_a_network_a_check_says_the_same(tmp_path):
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-rn", "true"], capture_output=True).returncode:
        pytest.skip("no network can be taken away here")
    (tmp_path / "a.md").write_text(TEXT)
    environment = os.environ | {"PYTHONPATH": str(Path(srlint.__file__).parents[1])}
    command = [sys.executable, "-m", "srlint", "check", str(tmp_path), "--no-model", "--no-cache", "--isolated"]
    with_network, without = (
        subprocess.run([*before, *command], env=environment, capture_output=True, timeout=60)
        for before in ((), ("unshare", "-rn"))
    )
    assert with_network.returncode == 1
    assert (without.returncode, without.stdout) == (1, with_network.stdout)


CLEAN = """---
title: Wordfrontmatter
---
# Wordheading of the notes

The wordclean meeting starts at nine in the small hall.

The chairman of wordsafe opens the meeting.

`wordcode` and [a text](http://wordlink.example) are here.

<!-- a wordcomment for editors -->

> The wordquoted chairman spoke.

Der Vorsitzende eröffnet die wordforeign Sitzung am Montag um neun Uhr im kleinen Saal.
"""


def test_the_cache_holds_rewrites_and_comments_and_no_other_text(tmp_path):
    from srlint.linter import Linter

    with Linter.open(Settings(use_model=False, cache_dir=tmp_path / "cache")) as linter:
        assert len(linter.check(Document(CLEAN, "markdown")).findings) == 1
    held = b"".join(path.read_bytes() for path in (tmp_path / "cache").iterdir())
    words = {word for word in re.findall(r"\w+", CLEAN) if word.lower().startswith("word")}
    assert len(words) == 9
    assert {word for word in words if word.encode() in held} == {"wordsafe", "wordcomment"}
