"""Settings that come from the editor, and changes of those in files."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.uris import to_fs_path

from srlint.baseline import DEFAULT_NAME
from srlint.config.source import FILE_NAMES
from srlint.errors import ConfigError
from srlint.lsp.chosen import SECTION, chosen
from srlint.lsp.server import Server
from srlint.urgency import Urgency

# Seconds to wait for an editor that does not answer.
_PATIENCE = 2.0
_IDLE = 0.3


class EditorSettings:
    """Asks the editor for its settings and hands them on, at the beginning and whenever something changes."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._told: Any = None
        self._lock = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, params: types.InitializeParams) -> None:
        """What `initialize` brings, for editors that cannot be asked."""
        self._told = params.initialization_options

    def changed(self, params: types.DidChangeConfigurationParams) -> None:
        """What the editor sends; one that can be asked is asked again instead."""
        self._told = params.settings.get(SECTION) if isinstance(params.settings, Mapping) else None
        self.again()

    def again(self) -> None:
        """Everything anew: the folders, the editor's settings, those in files; then every buffer is checked."""
        task = asyncio.create_task(self._apply())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def watch(self) -> None:
        """Asks to hear of changes of the files that settings come from."""
        wanted = []
        if self._server.able.watching:
            names = (*FILE_NAMES, DEFAULT_NAME)
            watchers = [types.FileSystemWatcher(glob_pattern=f"**/{name}") for name in names]
            options: Any = types.DidChangeWatchedFilesRegistrationOptions(watchers=watchers)
            wanted.append(types.Registration("srlint-files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options))
        if self._server.able.configuration_changes:
            options = types.DidChangeConfigurationRegistrationOptions(section=SECTION)
            wanted.append(types.Registration("srlint-settings", types.WORKSPACE_DID_CHANGE_CONFIGURATION, options))
        if wanted:
            await self._server.client_register_capability_async(types.RegistrationParams(wanted))

    async def _apply(self) -> None:
        server = self._server
        async with self._lock:
            roots = folders(server)
            told = await self._ask(roots) if server.able.configuration else {None: self._told}
            server.content(SECTION)
            values = {root: self._checked(section) for root, section in told.items()}
            await server.worker.run(lambda: server.workspaces.configure(roots, values))
            server.checks.configured.set()
            server.check_all()
        await server.worker.run(server.workspaces.prepare, Urgency.PATIENT)
        # If nothing was opened by now, the time until something is can be used.
        await asyncio.sleep(_IDLE)
        await server.worker.run(server.workspaces.load, Urgency.PATIENT)

    async def _ask(self, roots: tuple[Path, ...]) -> Mapping[Path | None, Any]:
        scopes: list[Path | None] = [None, *roots]
        items = [types.ConfigurationItem(root and root.as_uri(), SECTION) for root in scopes]
        request = self._server.workspace_configuration_async(types.ConfigurationParams(items))
        try:
            answers = await asyncio.wait_for(request, _PATIENCE)
        except (TimeoutError, JsonRpcException):
            return {None: self._told}
        # One that knows nothing of the section has told what there is in `initialize`.
        return {scope: self._told if answer is None else answer for scope, answer in zip(scopes, answers, strict=False)}

    def _checked(self, section: Any) -> Mapping[str, Any]:
        try:
            return chosen(section)
        except ConfigError as error:
            self._server.complain(SECTION, str(error))
            return {}


def folders(server: Server) -> tuple[Path, ...]:
    """Those that the editor works in."""
    workspace = server.workspace
    uris = [folder.uri for folder in workspace.folders.values()] or [workspace.root_uri]
    names = [to_fs_path(uri) for uri in uris if uri]
    return tuple(Path(os.path.abspath(name)) for name in names if name)

