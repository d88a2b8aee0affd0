"""How a server begins and ends, and what it makes of an editor that does not keep to the protocol."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from editor import COMMAND, HELD, PATIENCE, Editor

CHAIR = "The chairman speaks.\n"


def message(**content) -> bytes:
    body = json.dumps({"jsonrpc": "2.0", **content}).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


HELLO = message(id=1, method="initialize", params={"processId": None, "rootUri": None, "capabilities": {}})


def talk(said: bytes, tmp_path: Path) -> tuple[int, list[dict], str]:
    """What comes of saying all of that and hanging up: the status, the answers, standard error."""
    done = subprocess.run([*COMMAND, "--no-model"], input=said, capture_output=True, cwd=tmp_path, timeout=PATIENCE)
    answers, rest = [], done.stdout
    while rest:
        head, _, rest = rest.partition(b"\r\n\r\n")
        length = int(head.partition(b"Content-Length: ")[2].split(b"\r\n")[0])
        answers.append(json.loads(rest[:length]))
        rest = rest[length:]
    return done.returncode, answers, done.stderr.decode()


def test_a_session_by_the_book(tmp_path):
    said = HELLO + message(method="initialized", params={}) + message(id=2, method="shutdown") + message(method="exit")
    status, answers, errors = talk(said, tmp_path)
    assert (status, errors) == (0, "")
    assert [answer["id"] for answer in answers] == [1, 2]
    capabilities = answers[0]["result"]["capabilities"]
    assert capabilities["positionEncoding"] == "utf-16"
    assert capabilities["codeActionProvider"]["codeActionKinds"] == ["quickfix", "source.fixAll.srlint"]
    assert capabilities["executeCommandProvider"]["commands"] == ["srlint.fixAll", "srlint.allow", "srlint.explain"]
    assert "diagnosticProvider" not in capabilities
    assert answers[0]["result"]["serverInfo"]["name"] == "srlint"


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(HELLO, id="then gone"),
        pytest.param(HELLO + b"Content-Length: 500\r\n\r\n{", id="in the middle of a message"),
        pytest.param(HELLO + message(method="exit"), id="exit without shutdown"),
        pytest.param(b"GET / HTTP/1.1\r\n\r\n" + b"x" * 100_000, id="no protocol at all"),
    ],
)
def test_an_editor_that_is_gone_gives_1(tmp_path, said):
    status, _, errors = talk(said, tmp_path)
    assert (status, errors) == (1, "")


def test_what_makes_no_sense_is_answered_and_the_server_goes_on(tmp_path):
    nonsense = (
        message(id=2, method="textDocument/hover", params={"position": 3}),
        b"Content-Length: 5\r\n\r\n{nope",
        message(method="textDocument/didOpen", params={"textDocument": {}}),
        message(method="textDocument/didChange", params={"textDocument": {"uri": "file:///x", "version": 1}}),
        message(id=3, method="srlint/unheardOf", params={}),
        message(method="srlint/unheardOf"),
        message(id=4, method="textDocument/codeAction", params={"textDocument": 1}),
        message(id=5, method="workspace/executeCommand", params={"command": "rm"}),
        message(id=99, result=None),
        message(),
        b"Content-Length: 2\r\n\r\n[]",
    )
    said = HELLO + b"".join(nonsense) + message(id=9, method="shutdown") + message(method="exit")
    status, answers, errors = talk(said, tmp_path)
    assert status == 0
    assert errors == ""
    failed = {answer["id"]: answer["error"]["code"] for answer in answers if "error" in answer}
    assert failed == {2: -32602, 3: -32601, 4: -32602, 5: -32602}
    assert answers[-1]["id"] == 9
    logged = [answer["params"]["message"] for answer in answers if answer.get("method") == "window/logMessage"]
    assert logged
    assert all("\n" not in line and "Traceback" not in line for line in logged)


def test_requests_before_initialize_are_refused(tmp_path):
    where = {"textDocument": {"uri": "file:///a.md"}, "position": {"line": 0, "character": 0}}
    opened = {"textDocument": {"uri": "file:///a.md", "languageId": "markdown", "version": 1, "text": CHAIR}}
    said = message(method="textDocument/didOpen", params=opened) + message(
        id=1, method="textDocument/hover", params=where
    )
    status, answers, errors = talk(said, tmp_path)
    assert (status, errors) == (1, "")
    assert [answer["error"]["code"] for answer in answers if "id" in answer] == [-32002]


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
def test_an_interrupt_ends_it(tmp_path):
    with Editor(tmp_path) as one:
        uri = one.open(tmp_path / "a.md", CHAIR)
        one.diagnostics(uri)
        one.process.send_signal(signal.SIGINT)
        one._await(one.process.wait())
    assert one.status == 130


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
def test_so_does_one_while_a_library_does_not_let_go(tmp_path):
    deep = "Worker.pause = lambda worker: sleep(3600) if Path('hold').exists() else None"
    (tmp_path / "hold").touch()
    with Editor(tmp_path, before=f"{HELD}\n{deep}") as one:
        one.open(tmp_path / "long.md", CHAIR)
        one.until(lambda: one.began("long.md"))
        one.process.send_signal(signal.SIGINT)
        one._await(one.process.wait())
    assert one.status == 130


def test_shutdown_does_not_wait_for_a_check(tmp_path):
    """A long text that was never checked takes many seconds, and nobody waits for it."""
    (tmp_path / ".git").mkdir()
    text = "\n\n".join(f"In case {number}, the chairman of group {number} reads it." for number in range(100))
    with Editor(tmp_path, before=HELD) as one:
        small = one.open(tmp_path / "small.md", CHAIR)
        one.rewritten(small)
        (tmp_path / "hold").touch()
        uri = one.open(tmp_path / "long.md", text)
        one.until(lambda: one.began("long.md"))
        assert one.hover(small, 0, 6) is not None  # answered while it works
    assert one.status == 0
    assert one.latest(uri) is None
    assert (tmp_path / "ended").exists()
    assert list((tmp_path / ".srlint_cache").glob("*-journal")) == []


def test_a_long_check_shows_progress_and_ends_it(tmp_path):
    (tmp_path / "hold").touch()
    with Editor(tmp_path, before=HELD) as one:
        uri = one.open(tmp_path / "long.md", CHAIR)
        one.until(lambda: one.began("long.md"))
        assert one.latest(uri) is None
        (tmp_path / "hold").unlink()
        one.diagnostics(uri)
        one.until(lambda: "end" in one.kinds)
    assert one.kinds[0] == "begin"
    assert one.progress[0]["title"].startswith("Checking ")


def test_a_short_check_shows_no_progress(tmp_path):
    """Short for the server, however slow the machine is."""
    with Editor(tmp_path, before=f"{HELD}\nprogress._AFTER = {PATIENCE}") as one:
        one.rewritten(one.open(tmp_path / "short.md", CHAIR))
    assert one.progress == []


def test_what_a_library_prints_does_not_reach_the_editor(tmp_path):
    """Standard output is the wire."""
    program = (
        "import sys, srlint.detector as d; load = d.Detector.load.__func__\n"
        "def chatty(*given, **more):\n    print('hello from a library'); return load(*given, **more)\n"
        "d.Detector.load = classmethod(chatty)\n"
        "from srlint.cli import main; sys.argv = ['srlint', 'lsp', '--no-model', '--isolated', '--no-cache']; main()"
    )
    opened = {"textDocument": {"uri": "untitled:a", "languageId": "markdown", "version": 1, "text": CHAIR}}
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    watchdog = threading.Timer(PATIENCE, process.kill)
    watchdog.start()
    process.stdin.write(HELLO + message(method="initialized", params={}))
    process.stdin.write(message(method="textDocument/didOpen", params=opened))
    process.stdin.flush()
    said = b""
    while b"publishDiagnostics" not in said:
        said += process.stdout.read1() or pytest.fail("it has gone")
    _, errors = process.communicate(message(id=2, method="shutdown") + message(method="exit"), timeout=PATIENCE)
    watchdog.cancel()
    assert b"hello" not in said
    assert b"hello from a library" in errors
    assert process.returncode == 0


def test_without_the_extra_it_says_what_to_install():
    program = (
        "import sys; sys.modules['pygls'] = None; import importlib.util as u; find = u.find_spec\n"
        "u.find_spec = lambda name, package=None: None if name == 'pygls' else find(name, package)\n"
        "from srlint.cli import main; sys.argv = ['srlint', 'lsp']; main()"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == "srlint: the language server needs pygls: pip install 'srlint[lsp]'\n"


def test_options_that_contradict_each_other_are_refused(tmp_path):
    done = subprocess.run([*COMMAND, "--no-model", "--model", "x"], capture_output=True, text=True, timeout=PATIENCE)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--model and --no-model exclude each other" in done.stderr
