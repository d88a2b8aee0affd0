"""A real server in a process of its own: llama-cpp-python's, with the embedded model."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from srlint.document import Span
from srlint.models.embedded import is_installed
from srlint.models.loaded import Models
from srlint.models.locate import embedded
from srlint.server.form import FORMS
from srlint.server.remote import RemoteModel

for package in ("llama_cpp", "uvicorn", "fastapi", "sse_starlette", "starlette_context", "pydantic_settings"):
    pytest.importorskip(package, reason="needs llama-cpp-python with the packages of its server")
if not is_installed():
    pytest.skip("needs the embedded extra", allow_module_level=True)

PASSAGES = (
    ("Managers have never done an honest day's work, so when they ask us for six unpaid Saturdays the answer is no.",
     "Managers have never done an honest day's work, so"),
    ("The pilot must show his licence, and any apprentice his logbook, before boarding.", "his licence"),
    ("Politicians only ever lie, so this week we asked a plumber about the water bill.",
     "Politicians only ever lie, so"),
    ("You are a pathetic little whinger and nobody in this office can stand you.", "pathetic little whinger"),
)  # fmt: skip
# The main categories that a model may see in them.
CHOSEN = ("gender", "class", "toxicity", "framing")
DOCUMENT = "# Notes\n\nThe chairman opened the meeting.\n\n" + "\n\n".join(text for text, _ in PASSAGES) + "\n"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("server") / "log") as one:
        yield one.url


class Server:
    """The server, ready to answer once it is entered."""

    def __init__(self, log: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        self._log = log

    def __enter__(self) -> Server:
        options = {"model": embedded(), "model_alias": "embedded", "n_ctx": 2048, "port": self._port, "n_threads": 2}
        command = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        with open(self._log, "wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "llama_cpp.server", *command], stdout=log, stderr=subprocess.STDOUT
            )
        until = time.monotonic() + 60
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > until:
                self.__exit__()
                pytest.fail(f"the server did not start: {self._log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.1)
        return self

    def __exit__(self, *error: object) -> None:
        self.process.kill()
        self.process.wait()

    def _answers(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=5)
        try:
            connection.request("GET", "/v1/models")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()


def environment() -> dict[str, str]:
    proxies = {"http_proxy", "https_proxy", "all_proxy"}
    return {name: value for name, value in os.environ.items() if name.lower() not in proxies} | {"no_proxy": "*"}


def start(folder: Path, *options: str) -> subprocess.Popen:
    (folder / "a.md").write_text(DOCUMENT)
    command = [sys.executable, "-m", "srlint", "check", "--isolated", "--no-cache", *options, "a.md"]
    return subprocess.Popen(
        command, cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_a_document_gets_rewrites_or_clean_refusals(address, tmp_path):
    process = start(tmp_path, "--server", address, "--output-format", "json", "-v")
    out, err = process.communicate(timeout=120)
    assert process.returncode == 1, err
    found = json.loads(out)
    assert found[0]["rewrite"]["text"] == "The chair opened the meeting."
    assert [item["categories"][0] for item in found] == ["gender", "framing", "gender", "framing", "toxicity"]
    assert sum(item["rewrite"] is not None for item in found[1:]) >= 2
    assert f"server {address}: requests sent: " in err
    assert "could not be used" not in err


def test_the_server_takes_the_grammar_and_its_model_answers_as_it_does_here(address):
    """Greedy on both sides, for the category that the server's model chose. Two roundings of one sum may part ways at a
    near tie, hence not always."""
    remote, models = RemoteModel(address), Models()
    assert remote.model == "embedded"
    try:
        local = models.language(None).rewriter
        same = 0
        for text, marked in PASSAGES:
            at = text.index(marked)
            marks = [Span(at, at + len(marked))]
            there = remote.write(text, "", marks, 0)
            same += there in {local.free(local.ask(text, "", marks, (name,)), text) for name in CHOSEN}
    finally:
        models.close()
    assert same >= len(PASSAGES) - 1
    assert remote._form == FORMS[0]
    assert (remote.trouble, remote._malformed) == (None, 0)


def test_a_server_that_is_killed_during_the_run_gives_2_with_the_findings(tmp_path):
    with Server(tmp_path / "log") as server:
        process = start(tmp_path, "--server", server.url, "--output-format", "concise")
        log = tmp_path / "log"
        until = time.monotonic() + 60
        while b'"POST /v1/chat/completions' not in log.read_bytes() and time.monotonic() < until:
            time.sleep(0.01)
        server.process.send_signal(signal.SIGKILL)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 2, err
    assert err.count("\n") == 1
    assert err.startswith(f"srlint: server {server.url}: ")
    assert out.count("a.md:") == 5
