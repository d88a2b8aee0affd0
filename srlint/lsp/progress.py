"""A line in the editor that says what the server is busy with, once that takes long enough to wonder."""

from __future__ import annotations

import asyncio
import uuid
from types import TracebackType
from typing import TYPE_CHECKING

from lsprotocol.types import (
    ProgressParams,
    WorkDoneProgressBegin,
    WorkDoneProgressCreateParams,
    WorkDoneProgressEnd,
    WorkDoneProgressReport,
)

if TYPE_CHECKING:
    from pygls.lsp.server import LanguageServer

_AFTER = 0.5  # seconds


class Progress:
    """Shows a title while the block runs; nothing when it is over soon, or the editor cannot show it."""

    def __init__(self, server: LanguageServer, title: str, *, shown: bool) -> None:
        self._server = server
        self._title = title
        self._shown = shown
        self._message: str | None = None
        self._percentage: int | None = None
        self._token: str | None = None
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Progress:
        if self._shown:
            self._task = asyncio.create_task(self._begin())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
        if self._token is not None:
            self._send(WorkDoneProgressEnd())
            self._token = None

    def report(self, message: str, percentage: int) -> None:
        """What is being done, and how much of it is behind us."""
        self._message, self._percentage = message, percentage
        if self._token is not None:
            self._send(WorkDoneProgressReport(message=message, percentage=percentage))

    async def _begin(self) -> None:
        await asyncio.sleep(_AFTER)
        token = str(uuid.uuid4())
        await self._server.window_work_done_progress_create_async(WorkDoneProgressCreateParams(token))
        self._token = token
        self._send(WorkDoneProgressBegin(self._title, message=self._message, percentage=self._percentage))

    def _send(self, value: WorkDoneProgressBegin | WorkDoneProgressReport | WorkDoneProgressEnd) -> None:
        if self._token is not None:
            self._server.progress(ProgressParams(self._token, value))
