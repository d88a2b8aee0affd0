"""The Language Server Protocol by hand: a session with `srlint lsp`, timed to the message."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from srlint.errors import SrlintError

_PATIENCE = 300  # seconds: the first use of the language model joins its weights
_ABLE = {
    "workspace": {"workspaceEdit": {"documentChanges": True}, "applyEdit": True},
    "textDocument": {
        "publishDiagnostics": {},
        "codeAction": {"dataSupport": True, "resolveSupport": {"properties": ["edit"]}},
        "hover": {"contentFormat": ["plaintext"]},
    },
}


class Session:
    """One editor and its server in `folder`. Use as a context manager; what is shown comes in the order of `shown`."""

    def __init__(self, folder: Path, options: Sequence[str] = ()) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "srlint", "lsp", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder
        )
        self._heard: queue.Queue[tuple[float, dict[str, Any]] | None] = queue.Queue()
        self._folder = folder
        self._number = 0
        threading.Thread(target=self._read, daemon=True).start()

    def __enter__(self) -> Session:
        self.ask("initialize", {"processId": None, "rootUri": self._folder.as_uri(), "capabilities": _ABLE})
        self.tell("initialized", {})
        return self

    def __exit__(self, *error: object) -> None:
        self.ask("shutdown", None)
        self.tell("exit", None)
        self.process.wait(_PATIENCE)

    def tell(self, method: str, params: Any) -> None:
        self._send({"method": method, "params": params})

    def ask(self, method: str, params: Any) -> Any:
        """What is answered: the result, or the error."""
        self._number += 1
        number = self._number
        self._send({"id": number, "method": method, "params": params})
        _, answer = self.until(lambda said: said.get("id") == number and "method" not in said)
        return answer.get("result", answer.get("error"))

    def open(self, path: Path, text: str) -> str:
        """Opens a Markdown text as version 1, and returns its URI."""
        item = {"uri": path.as_uri(), "languageId": "markdown", "version": 1, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": item})
        return path.as_uri()

    def edit(self, uri: str, version: int, line: int, start: int, end: int, new: str) -> None:
        where = {"start": {"line": line, "character": start}, "end": {"line": line, "character": end}}
        change = {"textDocument": {"uri": uri, "version": version}, "contentChanges": [{"range": where, "text": new}]}
        self.tell("textDocument/didChange", change)

    def shown(self, uri: str, version: int, holds: Callable[[list[Any]], Any] = lambda _: True) -> tuple[float, list]:
        """When the diagnostics of this version came that are as wanted, and what they are."""

        def wanted(said: dict[str, Any]) -> bool:
            params = said.get("params") or {}
            mine = said.get("method") == "textDocument/publishDiagnostics" and params["uri"] == uri
            return mine and params.get("version") == version and bool(holds(params["diagnostics"]))

        when, said = self.until(wanted)
        return when, said["params"]["diagnostics"]

    def until(self, holds: Callable[[dict[str, Any]], bool]) -> tuple[float, dict[str, Any]]:
        """The next message that is as wanted, and when it came. Raises SrlintError when the server ends before."""
        end = time.monotonic() + _PATIENCE
        while True:
            heard = self._heard.get(timeout=max(0.0, end - time.monotonic()))
            if heard is None:
                raise SrlintError(f"srlint lsp has ended with {self.process.wait()}")
            if holds(heard[1]):
                return heard

    def memory(self) -> float | None:
        """Resident memory of the server in MB, where the system says."""
        try:
            lines = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii").splitlines()
        except OSError:
            return None
        return next(int(line.split()[1]) / 1000 for line in lines if line.startswith("VmRSS"))

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def _read(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        while head := stream.readline():
            length = int(head.partition(b":")[2])
            while stream.readline().strip():
                pass
            body = stream.read(length)
            self._heard.put((time.perf_counter(), json.loads(body)))
        self._heard.put(None)
