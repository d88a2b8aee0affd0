"""When what is checked: soon after an edit, in steps, and never for a text that is no longer there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

from srlint.drafts import Draft
from srlint.findings import Review
from srlint.lsp.buffers import Buffer
from srlint.lsp.worker import Worker
from srlint.lsp.workspaces import Workspaces
from srlint.passages import Passage
from srlint.urgency import StoppedError, Urgency

if TYPE_CHECKING:
    from srlint.lsp.progress import Progress

# Seconds after an edit before its text is checked: while somebody types fast, only the last text is.
DEBOUNCE = 0.06
# Seconds without an edit before a language model is asked, which takes longer.
QUIET = 0.3
# Seconds between two looks at what a row of rewrites has come to.
_SHOW_EVERY = 0.7


@dataclass(eq=False)
class Check:
    """One text on its way. `found` is set when its findings are known, `settled` when safe rewrites are, `done` when
    there is no more to come; all of them also when it failed or the buffer is left alone, with `review` None."""

    buffer: Buffer
    keep: bool = False
    review: Review | None = None
    found: asyncio.Event = field(default_factory=asyncio.Event)
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    done: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None

    def end(self) -> None:
        for event in (self.found, self.settled, self.done):
            event.set()


class Shows(Protocol):
    """Whoever brings the results to the editor."""

    def show(self, check: Check) -> None:
        """The review of a text has changed."""

    def fail(self, check: Check, error: Exception) -> None:
        """A text could not be checked."""

    def busy(self, title: str) -> Progress:
        """Shows a title while something takes long."""


class Checks:
    """The latest check of every buffer. All of it runs in the loop's thread; the work is the worker's."""

    def __init__(self, worker: Worker, workspaces: Workspaces, shows: Shows) -> None:
        self._worker = worker
        self._workspaces = workspaces
        self._shows = shows
        self._latest: dict[str, Check] = {}
        # Nothing is checked before the editor has said under which settings.
        self.configured = asyncio.Event()

    def start(self, buffer: Buffer, *, wait: float = 0.0, keep: bool = False) -> None:
        """Checks a text after `wait` seconds, instead of what was under way for its buffer.

        With `keep` the results for the whole text are remembered beyond this session.
        """
        self.drop(buffer.uri)
        check = self._latest[buffer.uri] = Check(buffer, keep)
        check.task = asyncio.create_task(self._guarded(check, wait))

    def drop(self, uri: str) -> None:
        """Ends what is under way for a buffer."""
        old = self._latest.pop(uri, None)
        if old is not None and old.task is not None:
            old.task.cancel()
            old.end()

    def latest(self, uri: str) -> Check | None:
        return self._latest.get(uri)

    async def reached(self, uri: str, what: Literal["found", "settled", "done"]) -> Check | None:
        """The check of a buffer, once it has come so far: the latest, should another take its place meanwhile."""
        while (check := self._latest.get(uri)) is not None:
            await getattr(check, what).wait()
            if self._latest.get(uri) is check:
                break
        return check

    def drop_all(self) -> None:
        for uri in tuple(self._latest):
            self.drop(uri)

    async def _guarded(self, check: Check, wait: float) -> None:
        try:
            await asyncio.sleep(wait)
            await self.configured.wait()
            await self._run(check, wait)
        except StoppedError:
            pass  # the server is ending
        except Exception as error:  # one text that cannot be checked must not end the server
            self._shows.fail(check, error)
        finally:
            check.end()

    async def _run(self, check: Check, wait: float) -> None:
        async with self._shows.busy(f"Checking {check.buffer.name}"):
            draft = await self._draft(check)
            if draft is None:  # what was shown before goes
                self._shows.show(check)
                return
            self._publish(check, draft, check.found)
            if draft.open:
                await self._settle(check, draft.open)
                draft = await self._draft(check)
        if draft is None:
            return
        self._publish(check, draft, check.settled)
        if draft.open:
            await asyncio.sleep(QUIET if wait else 0)
            await self._reword(check, draft.open)

    async def _settle(self, check: Check, found: tuple[Passage, ...]) -> None:
        await self._worker.run(lambda: self._workspaces.settle(check.buffer, found), Urgency.PATIENT)

    async def _reword(self, check: Check, todo: tuple[Passage, ...]) -> None:
        """One passage after the other. What has come of them is shown now and then."""
        clock = asyncio.get_running_loop().time
        shown = clock()
        async with self._shows.busy("Looking for rewrites") as busy:
            for number, passage in enumerate(todo):
                busy.report(f"{check.buffer.name}: {number + 1}/{len(todo)}", 100 * number // len(todo))
                await self._worker.run(lambda passage=passage: self._reworded(check, passage), Urgency.PATIENT)
                if clock() - shown > _SHOW_EVERY and number + 1 < len(todo):
                    shown = clock()
                    draft = await self._draft(check)
                    if draft is not None:
                        self._publish(check, draft)
        draft = await self._draft(check)
        if draft is not None:
            self._publish(check, draft, check.done)

    def _reworded(self, check: Check, passage: Passage) -> None:
        self._workspaces.reword(check.buffer, passage)

    def _draft(self, check: Check) -> Awaitable[Draft | None]:
        return self._worker.run(lambda: self._workspaces.draft(check.buffer, check.keep))

    def _publish(self, check: Check, draft: Draft, reached: asyncio.Event | None = None) -> None:
        changed = check.review is None or check.review.findings != draft.review.findings
        check.review = draft.review
        if reached is not None:
            reached.set()
        if not draft.open:
            check.end()
        if changed:
            self._shows.show(check)
