"""A Hugging Face hub for tests: a web server on this machine with what `huggingface_hub` asks for to fetch a file."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

COMMIT = "c0ffee" + "0" * 34


@dataclass
class Hub:
    """`files` are those of one repository, at the revisions `main` and COMMIT.

    Their bytes come from another host name, as the real hub's do.

    What is wrong with it: `status` and `error` are what every question about a file is answered with; `digest` is what
    it says of every file, and `etag` whether it says any; of the next bodies no more bytes than `cuts` says come.
    """

    repository: str = "maker/model-GGUF"
    files: dict[str, bytes] = field(default_factory=dict)
    status: int = 200
    error: str | None = None
    error_message: str | None = None
    digest: str | None = None
    cuts: list[int] = field(default_factory=list)
    etag: bool = True
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    url: str = ""

    def ranges(self) -> list[str | None]:
        """Which bytes of files were asked for; None: all."""
        return [headers.get("range") for path, headers in self.asked if path.startswith("/cdn/")]


@contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    """Serves `hub` until the block is left; `hub.url` is where."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args):
            pass

        def do_HEAD(self):
            self.answer()

        def do_GET(self):
            self.answer()

        def answer(self):
            path = unquote(urlsplit(self.path).path)
            hub.asked.append((path, {key.lower(): value for key, value in self.headers.items()}))
            if path.startswith("/cdn/") and self.command == "GET":
                self.body(hub.files[path.removeprefix("/cdn/")])
            elif path == f"/api/models/{hub.repository}/tree/main":
                self.say(200, json.dumps([{"type": "file", "path": name, "size": 1, "oid": "0"} for name in hub.files]))
            elif hub.status != 200:
                self.refuse(hub.status, hub.error, hub.error_message)
            elif not path.startswith(f"/{hub.repository}/resolve/"):
                self.refuse(401 if "/resolve/" in path else 404, "RepoNotFound" if "/resolve/" in path else None)
            else:
                self.metadata(*path.removeprefix(f"/{hub.repository}/resolve/").split("/", 1))

        def metadata(self, revision, name):
            if revision not in ("main", COMMIT):
                self.refuse(404, "RevisionNotFound")
            elif name not in hub.files:
                self.refuse(404, "EntryNotFound")
            else:
                own = sha256(hub.files[name]).hexdigest()
                self.send_response(302)
                self.send_header("X-Repo-Commit", COMMIT)
                if hub.etag:
                    self.send_header("X-Linked-Etag", f'"{hub.digest or own}"')
                self.send_header("ETag", '"0123456789abcdef0123456789abcdef01234567"')
                self.send_header("X-Linked-Size", str(len(hub.files[name])))
                self.send_header("Location", f"{hub.url.replace('127.0.0.1', 'localhost')}/cdn/{name}")
                self.send_header("Content-Length", "0")
                self.end_headers()

        def body(self, content):
            start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").split("-")[0])
            self.send_response(206 if start else 200)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
            self.send_header("Content-Length", str(len(content) - start))
            self.end_headers()
            most = hub.cuts.pop(0) if hub.cuts else len(content)
            self.close_connection = True
            with suppress(ConnectionError):  # who asked may have left
                self.wfile.write(content[start : start + most])

        def say(self, status, text):
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def refuse(self, status, code=None, message=None):
            self.send_response(status)
            if code:
                self.send_header("X-Error-Code", code)
            if message:
                self.send_header("X-Error-Message", message)
            self.send_header("Content-Length", "0")
            self.end_headers()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
