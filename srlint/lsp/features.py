"""What the server can do: one table of methods and commands."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from lsprotocol import types

from srlint.lsp.actions import ALLOW, EXPLAIN, FIX, KINDS
from srlint.lsp.answers import Answers
from srlint.lsp.guard import guarded
from srlint.lsp.server import Server
from srlint.lsp.settings import EditorSettings
from srlint.lsp.workspaces import Given


def server(given: Given) -> Server:
    """A server with all its features, under what the command line says of the settings."""
    made = Server(given)
    answers = Answers(made)
    requests: tuple[tuple[str, Callable[..., Awaitable[Any]], Any], ...] = (
        (types.TEXT_DOCUMENT_HOVER, answers.hover, None),
        (
            types.TEXT_DOCUMENT_CODE_ACTION,
            answers.code_actions,
            types.CodeActionOptions(code_action_kinds=list(KINDS), resolve_provider=True),
        ),
        (types.CODE_ACTION_RESOLVE, answers.resolve, None),
    )
    for method, handler, options in requests:
        made.feature(method, options)(guarded(handler))
    for name, handler in ((FIX, answers.fix_all), (ALLOW, answers.allow), (EXPLAIN, answers.explain)):
        made.command(name)(guarded(handler))
    _follow(made, answers)
    return made


def _follow(made: Server, answers: Answers) -> None:
    """The notifications, and what happens at the beginning and at the end."""
    settings: list[EditorSettings] = []

    @made.feature(types.INITIALIZE)
    def _(params: types.InitializeParams) -> None:
        made.begin(params)
        settings.append(EditorSettings(made))
        settings[0].begin(params)
        if made.able.pull_only:
            options = types.DiagnosticOptions(inter_file_dependencies=False, workspace_diagnostics=False)
            made.feature(types.TEXT_DOCUMENT_DIAGNOSTIC, options)(guarded(answers.pull))

    @made.feature(types.INITIALIZED)
    async def _(_: types.InitializedParams) -> None:
        settings[0].again()
        await settings[0].watch()

    @made.feature(types.SHUTDOWN)
    def _(*_: Any) -> None:
        if made.begun:
            made.checks.drop_all()

    @made.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def _(params: types.DidSaveTextDocumentParams) -> None:
        made.saved(params)

    @made.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    def _(params: types.DidChangeConfigurationParams) -> None:
        settings[0].changed(params)

    @made.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def _(_: types.DidChangeWatchedFilesParams) -> None:
        settings[0].again()

    @made.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def _(_: types.DidChangeWorkspaceFoldersParams) -> None:
        settings[0].again()
