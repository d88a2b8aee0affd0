"""A small editor: it starts the real `srlint lsp`, keeps texts as editors do, and remembers what it was told."""

from __future__ import annotations

import asyncio
import io
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pygls", reason="needs pygls: pip install 'srlint[lsp]'")

from lsprotocol import types as t  # noqa: E402
from pygls.lsp.client import LanguageClient  # noqa: E402

# Seconds: nothing here takes that long unless it never comes.
PATIENCE = 60
COMMAND = (sys.executable, "-m", "srlint", "lsp")
# For `before`: that a check takes long must not hang on how fast a machine is. While there is a file `hold` in the
# folder of the server, work stays where it first asks whether it must end, until it must; then there is a file `ended`.
HELD = """
from pathlib import Path
from time import sleep
import srlint.lsp.progress as progress
from srlint.lsp.worker import Worker
from srlint.urgency import StoppedError
progress._AFTER = 0.0
pause = Worker.pause
def held(worker):
    try:
        pause(worker)
        while Path("hold").exists():
            sleep(0.01)
            pause(worker)
    except StoppedError:
        Path("ended").touch()
        raise
Worker.pause = held
"""
_MAIN = "import sys; from srlint.cli import main; sys.argv = ['srlint', 'lsp', *sys.argv[1:]]; main()"


def capable(encodings: Sequence[str] = (), **more: Any) -> t.ClientCapabilities:
    """What a capable editor says of itself; `more` are the capabilities of a less common one."""
    edits = t.WorkspaceEditClientCapabilities(document_changes=True, snippet_edit_support=more.get("snippets"))
    resolving = t.ClientCodeActionResolveOptions(["edit"])
    return t.ClientCapabilities(
        workspace=t.WorkspaceClientCapabilities(
            apply_edit=True,
            workspace_edit=edits,
            configuration=more.get("configuration", False),
            did_change_watched_files=t.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True),
            did_change_configuration=t.DidChangeConfigurationClientCapabilities(dynamic_registration=True),
            diagnostics=t.DiagnosticWorkspaceClientCapabilities(refresh_support=True),
        ),
        text_document=t.TextDocumentClientCapabilities(
            publish_diagnostics=None if more.get("pulls") else t.PublishDiagnosticsClientCapabilities(),
            diagnostic=t.DiagnosticClientCapabilities() if more.get("pulls") else None,
            hover=t.HoverClientCapabilities(content_format=[more.get("hover", t.MarkupKind.Markdown)]),
            code_action=t.CodeActionClientCapabilities(
                data_support=True, resolve_support=None if more.get("eager") else resolving
            ),
        ),
        window=t.WindowClientCapabilities(work_done_progress=True),
        general=t.GeneralClientCapabilities(position_encodings=list(encodings) or None),
    )


class Editor:
    """Use as a context manager. Every method waits for what it asks for, and fails when it does not come."""

    def __init__(
        self,
        *folders: Path,
        options: Sequence[str] = ("--no-model",),
        able: t.ClientCapabilities | None = None,
        settings: Any = None,
        before: str = "",
    ) -> None:
        """`before` is Python that the server's process runs before it becomes one."""
        self._command = (sys.executable, "-c", f"{before}\n{_MAIN}") if before else COMMAND
        self._folders = folders
        self._options = options
        self._able = able or capable()
        self.settings = settings
        self.shown: list[t.PublishDiagnosticsParams] = []
        self.messages: list[str] = []
        self.log: list[str] = []
        self.progress: list[Any] = []
        self.registered: list[t.Registration] = []
        self.applied: list[t.WorkspaceEdit] = []
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.refreshed = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._news = threading.Condition()

    def __enter__(self) -> Editor:
        self._thread.start()
        self.client = self._made()
        self._await(self.client.start_io(*self._command, *self._options, cwd=self._folders[0]))
        self.process = self.client._server
        folders = [t.WorkspaceFolder(folder.as_uri(), folder.name) for folder in self._folders]
        params = t.InitializeParams(self._able, workspace_folders=folders, initialization_options=self.settings)
        self.capabilities = self._await(self.client.initialize_async(params)).capabilities
        self.client.initialized(t.InitializedParams())
        return self

    def __exit__(self, *error: object) -> None:
        if self.process.returncode is None:
            self._await(self.client.shutdown_async(None))
            self.client.exit(None)
        self.status = self._await(self.process.wait())
        self._await(self.client.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _made(self) -> LanguageClient:
        client = LanguageClient("editor", "1")

        def hears(method: str, act: Callable[[Any], Any]) -> None:
            def heard(params: Any) -> Any:
                with self._news:
                    answer = act(params)
                    self._news.notify_all()
                return answer

            client.feature(method)(heard)

        hears(t.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, self.shown.append)
        hears(t.WINDOW_SHOW_MESSAGE, lambda params: self.messages.append(params.message))
        hears(t.WINDOW_LOG_MESSAGE, lambda params: self.log.append(params.message))
        hears(t.PROGRESS, lambda params: self.progress.append(params.value))
        hears(t.WINDOW_WORK_DONE_PROGRESS_CREATE, lambda params: None)
        hears(t.CLIENT_REGISTER_CAPABILITY, lambda params: self.registered.extend(params.registrations))
        hears(t.WORKSPACE_CONFIGURATION, lambda params: [self.settings for _ in params.items])
        hears(t.WORKSPACE_DIAGNOSTIC_REFRESH, self._refresh)
        hears(t.WORKSPACE_APPLY_EDIT, self._apply)
        return client

    def _refresh(self, params: Any) -> None:
        self.refreshed += 1

    def _apply(self, params: t.ApplyWorkspaceEditParams) -> t.ApplyWorkspaceEditResult:
        self.applied.append(params.edit)
        return t.ApplyWorkspaceEditResult(applied=True)

    @property
    def kinds(self) -> list[str]:
        """What there was of progress: `begin`, `report`, `end`."""
        return [value["kind"] for value in self.progress]

    def began(self, name: str) -> bool:
        """Whether there is progress of the check of a text of this name."""
        return any(value.get("title", "").endswith(name) for value in self.progress)

    def _await(self, work: Any, seconds: float = PATIENCE) -> Any:
        return asyncio.run_coroutine_threadsafe(_awaited(work), self._loop).result(seconds)

    def until(self, holds: Callable[[], Any], seconds: float = PATIENCE) -> Any:
        """What `holds` returns once that is true."""
        end = time.monotonic() + seconds
        with self._news:
            while not (found := holds()):
                assert self._news.wait(end - time.monotonic()), "it did not come"
            return found

    # Texts

    def open(self, path: Path | str, text: str, language: str = "markdown") -> str:
        """Opens a text, which need not be on disk, and returns its URI."""
        uri = path if isinstance(path, str) else path.as_uri()
        self.texts[uri], self.versions[uri] = text, 1
        self.client.text_document_did_open(
            t.DidOpenTextDocumentParams(t.TextDocumentItem(uri, language, self.versions[uri], text))
        )
        return uri

    def edit(self, uri: str, line: int, start: int, end: int, new: str) -> None:
        """Replaces a stretch of a line, whose places are those of the protocol."""
        self.versions[uri] += 1
        where = t.Range(t.Position(line, start), t.Position(line, end))
        self._change(uri, t.TextDocumentContentChangePartial(where, new))

    def replace(self, uri: str, text: str) -> None:
        """Replaces the whole text."""
        self.versions[uri] += 1
        self._change(uri, t.TextDocumentContentChangeWholeDocument(text))

    def _change(self, uri: str, change: Any) -> None:
        whole = t.VersionedTextDocumentIdentifier(self.versions[uri], uri)
        self.client.text_document_did_change(t.DidChangeTextDocumentParams(whole, [change]))

    def save(self, uri: str) -> None:
        self.client.text_document_did_save(t.DidSaveTextDocumentParams(t.TextDocumentIdentifier(uri)))

    def close(self, uri: str) -> None:
        self.client.text_document_did_close(t.DidCloseTextDocumentParams(t.TextDocumentIdentifier(uri)))

    # What it is told

    def latest(self, uri: str) -> t.PublishDiagnosticsParams | None:
        return next((params for params in reversed(self.shown) if params.uri == uri), None)

    def diagnostics(self, uri: str, holds: Callable[[list[t.Diagnostic]], Any] = bool) -> list[t.Diagnostic]:
        """Those of the present version, once they are as wanted. By default: once there is one."""

        def found() -> list[list[t.Diagnostic]]:
            params = self.latest(uri)
            current = params is not None and params.version in (None, self.versions.get(uri))
            return [list(params.diagnostics)] if current and holds(list(params.diagnostics)) else []

        return self.until(found)[0]

    def rewritten(self, uri: str) -> list[t.Diagnostic]:
        """Those of the present version, once the first has a rewrite."""
        return self.diagnostics(uri, lambda found: found and found[0].data["rewrites"])

    # What it asks for

    def actions(
        self, uri: str, where: t.Range, only: Sequence[str] | None = None, told: Sequence[t.Diagnostic] = ()
    ) -> list[t.CodeAction]:
        context = t.CodeActionContext(list(told), only=list(only) if only is not None else None)
        params = t.CodeActionParams(t.TextDocumentIdentifier(uri), where, context)
        return list(self._await(self.client.text_document_code_action_async(params)))

    def resolve(self, action: t.CodeAction) -> t.CodeAction:
        return self._await(self.client.code_action_resolve_async(action))

    def hover(self, uri: str, line: int, character: int) -> t.Hover | None:
        params = t.HoverParams(t.TextDocumentIdentifier(uri), t.Position(line, character))
        return self._await(self.client.text_document_hover_async(params))

    def run(self, command: str, *arguments: Any) -> Any:
        params = t.ExecuteCommandParams(command, list(arguments))
        return self._await(self.client.workspace_execute_command_async(params))

    def pull(self, uri: str) -> list[t.Diagnostic]:
        params = t.DocumentDiagnosticParams(t.TextDocumentIdentifier(uri))
        return list(self._await(self.client.text_document_diagnostic_async(params)).items)


async def _awaited(work: Any) -> Any:
    return await work


def edits_of(edit: t.WorkspaceEdit, uri: str, version: int) -> list[Any]:
    """The edits of one text; they must name the version that they are meant for."""
    (whole,) = edit.document_changes
    assert (whole.text_document.uri, whole.text_document.version) == (uri, version)
    return list(whole.edits)


def applied(text: str, edits: Sequence[Any], encoding: str = "utf-16-le", unit: int = 2) -> str:
    """The text after edits, by an account of lines and columns that is not srlint's own."""
    lines = [line.encode(encoding) for line in io.StringIO(text, newline="").readlines()]
    lines = lines or [b""]
    for edit in sorted(edits, key=lambda edit: (edit.range.start.line, edit.range.start.character), reverse=True):
        start, end = edit.range.start, edit.range.end
        lines += [b""] * (end.line + 1 - len(lines))
        head = lines[start.line][: start.character * unit]
        tail = lines[end.line][end.character * unit :]
        lines[start.line : end.line + 1] = [head + edit.new_text.encode(encoding) + tail]
    return b"".join(lines).decode(encoding)
