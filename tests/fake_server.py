"""An OpenAI-compatible server in a thread, which answers as a test tells it, and a detector that takes exception to one
word. Everything that arrives is kept."""

from __future__ import annotations

import json
import re
import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from srlint.detector import Detection
from srlint.document import Span

MODEL = "toy-8b"


@dataclass(frozen=True)
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any

    @property
    def question(self) -> str:
        return self.body["messages"][-1]["content"]

    @property
    def passage(self) -> str:
        return re.search(r"^Passage: (.*)$", self.question, re.MULTILINE)[1]


@dataclass(frozen=True)
class Reply:
    """An HTTP answer. `length` is what it claims to hold; `cut` closes the connection, `reset` without a word."""

    body: Any = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None
    reset: bool = False


def said(content: Any, reason: str | None = "stop") -> Reply:
    """A chat completion with this content."""
    return Reply({"choices": [{"message": {"role": "assistant", "content": content}, "finish_reason": reason}]})


def kinder(seen: Seen) -> Reply:
    """What a good model says of the detector's one word."""
    return said("toxicity\n" + seen.passage.replace("grim", "hard"))


class FakeServer:
    """Serves while it is entered. `chat` answers a question, `listing` the question for models."""

    def __init__(self, chat: Callable[[Seen], Reply] = kinder, listing: Reply | None = None) -> None:
        self.chat = chat
        self.listing = listing or Reply({"object": "list", "data": [{"id": MODEL}]})
        self.seen: list[Seen] = []
        self._lock = threading.Lock()

    def __enter__(self) -> FakeServer:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Nobody answers any more. Stopping twice is fine."""
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def asked(self) -> list[Seen]:
        """The questions about passages."""
        return [seen for seen in self.seen if seen.method == "POST"]

    def _handler(owner) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *arguments: object) -> None:
                return None

            def do_GET(self) -> None:
                self._do(lambda seen: owner.listing)

            def do_POST(self) -> None:
                self._do(lambda seen: owner.chat(seen))

            def _do(self, answer: Callable[[Seen], Reply]) -> None:
                data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                seen = Seen(self.command, self.path, dict(self.headers), json.loads(data) if data else None)
                with owner._lock:
                    owner.seen.append(seen)
                with suppress(ConnectionError):
                    self._give(answer(seen))

            def _give(self, reply: Reply) -> None:
                if reply.reset:
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    self.connection.close()
                    self.wfile = self.rfile = open("/dev/null", "w+b")  # noqa: SIM115 - the handler closes it
                    return
                body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body) if reply.length is None else reply.length))
                self.end_headers()
                self.wfile.write(body)

        return Handler


class Grim:
    """A detector that flags what holds the word "grim", and marks it."""

    threshold = 0.5
    term_evidence = {"settled": 9.0, "sure": 9.0, "unsure": 9.0}
    states_digest = None  # no edit tagger knows it

    def detect(self, texts, weigh=None):
        return [self._one(text) for text, _ in texts]

    def begin(self, texts, weigh, floors=()):
        return lambda: self.detect(texts)

    def _one(self, text: str) -> Detection:
        marks = tuple(Span(*found.span()) for found in re.finditer("grim", text))
        return Detection(0.9 if marks else 0.01, ("toxicity",), marks)
