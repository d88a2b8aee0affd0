"""The server: what the editor has open, what is being checked, and what it is told."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidRequest, JsonRpcParseError
from pygls.io_ import run_async
from pygls.lsp.server import LanguageServer

from srlint import __version__
from srlint.interrupts import INTERRUPTED
from srlint.lsp.abilities import Abilities, abilities
from srlint.lsp.buffers import Buffers
from srlint.lsp.checks import DEBOUNCE, Check, Checks
from srlint.lsp.diagnostics import diagnostic
from srlint.lsp.guard import line
from srlint.lsp.progress import Progress
from srlint.lsp.protocol import Protocol
from srlint.lsp.stdio import Wire
from srlint.lsp.worker import Worker
from srlint.lsp.workspaces import Given, Workspaces
from srlint.models.loaded import Models


class Server(LanguageServer):
    """One editor's server. Its parts exist from `initialize` on."""

    able: Abilities
    buffers: Buffers
    worker: Worker
    workspaces: Workspaces
    checks: Checks

    def __init__(self, given: Given) -> None:
        super().__init__(
            "srlint",
            __version__,
            text_document_sync_kind=types.TextDocumentSyncKind.Incremental,
            protocol_cls=Protocol,
        )
        self.given = given
        self.status = 1
        self.begun = False
        self._stop = threading.Event()
        self._complaints: dict[str, str] = {}
        self._showing: set[str] = set()

    def begin(self, params: types.InitializeParams) -> None:
        """Makes the parts, once it is known what the editor can do."""
        if self.begun:
            raise JsonRpcInvalidRequest("initialized already")
        self.able = abilities(params.capabilities)
        self.buffers = Buffers(types.PositionEncodingKind(self.workspace.position_encoding).value)
        self.worker = Worker()
        loop = asyncio.get_running_loop()
        self.workspaces = Workspaces(
            self.given,
            Models(self.worker.pause),
            lambda message: loop.call_soon_threadsafe(self.complain, "", message),
        )
        self.checks = Checks(self.worker, self.workspaces, self)
        self.begun = True

    # What the editor has open.

    def opened(self, params: types.DidOpenTextDocumentParams) -> None:
        if self.begun:
            self.checks.start(self.buffers.open(params), keep=True)

    def changed(self, params: types.DidChangeTextDocumentParams) -> None:
        buffer = self.buffers.change(params) if self.begun else None
        if buffer is not None:
            self.checks.start(buffer, wait=DEBOUNCE)

    def saved(self, params: types.DidSaveTextDocumentParams) -> None:
        buffer = self.buffers.get(params.text_document.uri) if self.begun else None
        if buffer is not None:
            self.checks.start(buffer, keep=True)

    def closed(self, params: types.DidCloseTextDocumentParams) -> None:
        if not self.begun:
            return
        uri = params.text_document.uri
        self.checks.drop(uri)
        self.buffers.close(uri)
        self.content(uri)
        self._publish(uri, None, ())

    def check_all(self) -> None:
        """Checks everything again, as after a change of the settings."""
        for buffer in self.buffers:
            self.checks.start(buffer, keep=True)

    # What the editor is told.

    def show(self, check: Check) -> None:
        buffer = check.buffer
        if self.buffers.get(buffer.uri) is not buffer:
            return
        self.content(buffer.uri)
        if check.review is None:
            if buffer.uri in self._showing:
                self._publish(buffer.uri, buffer.version, ())
            return
        self._publish(buffer.uri, buffer.version, [diagnostic(buffer, finding) for finding in check.review.findings])

    def fail(self, check: Check, error: Exception) -> None:
        self.complain(check.buffer.uri, f"{check.buffer.name}: {line(error)}")
        if check.review is None and check.buffer.uri in self._showing:
            self._publish(check.buffer.uri, check.buffer.version, ())

    def busy(self, title: str) -> Progress:
        return Progress(self, title, shown=self.able.progress)

    def complain(self, about: str, message: str) -> None:
        """Tells a person what is wrong with a document, or with the settings, once as long as it stays so."""
        known = message in self._complaints.values()
        self._complaints[about] = message
        if not known:
            self.say(message, types.MessageType.Warning)

    def content(self, about: str) -> None:
        """Nothing is wrong with it any more."""
        self._complaints.pop(about, None)

    def say(self, message: str, kind: types.MessageType = types.MessageType.Info) -> None:
        self.window_show_message(types.ShowMessageParams(kind, message))

    def report_server_error(self, error: Exception, source: Any) -> None:
        """What pygls could not make sense of, or a handler of a notification could not."""
        self.window_log_message(types.LogMessageParams(types.MessageType.Error, f"srlint: {line(error)}"))

    def _unread(self, error: Exception, source: Any) -> None:
        """A message that is no JSON, or nested too deeply, is the editor's mistake."""
        if isinstance(error, (ValueError, RecursionError)):
            error = JsonRpcParseError(f"a message that cannot be read: {error}")
        self.report_server_error(error, source)

    def _publish(self, uri: str, version: int | None, found: Sequence[types.Diagnostic]) -> None:
        if self.able.pull_only:
            if self.able.refresh:
                self.workspace_diagnostic_refresh(None)
            return
        if found:
            self._showing.add(uri)
        else:
            self._showing.discard(uri)
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, list(found), version))

    # The end.

    def leave(self, status: int) -> None:
        self.status = status
        self._stop.set()

    def serve(self, wire: Wire) -> int:
        """Talks to the editor until one of the two has enough; the exit status."""
        quiet = logging.getLogger("pygls")
        quiet.addHandler(logging.NullHandler())
        quiet.propagate = False
        self.protocol.set_writer(wire)
        try:
            asyncio.run(self._talk(wire))
        except KeyboardInterrupt:
            # For the case below in which the exception does not get out.
            self.status = INTERRUPTED
            raise
        finally:
            if self.begun and not self.worker.close(self.workspaces.close):
                os._exit(self.status)  # a library is deep in a computation, and nobody waits for what comes of it
        return self.status

    async def _talk(self, wire: Wire) -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: self._stray(context))
        # An editor may break off in the middle of a message, or not speak the protocol at all.
        with suppress(asyncio.IncompleteReadError, ValueError):
            await run_async(
                stop_event=self._stop,
                reader=wire.reader(),
                protocol=self.protocol,
                error_handler=self._unread,
            )
        if self.begun:
            self.checks.drop_all()

    def _stray(self, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, Exception):
            self.report_server_error(error, type(error))
