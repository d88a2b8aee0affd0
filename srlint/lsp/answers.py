"""What the editor asks for: hovers, actions, commands, diagnostics. Nothing here asks a model anything."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcContentModified, JsonRpcInvalidParams, JsonRpcServerNotInitialized

from srlint.categories import BY_ID, page
from srlint.errors import SrlintError
from srlint.findings import Edit, Finding, Review
from srlint.lsp import actions
from srlint.lsp.actions import FIX_ALL, Place
from srlint.lsp.buffers import Buffer
from srlint.lsp.checks import Check
from srlint.lsp.diagnostics import diagnostic
from srlint.lsp.hover import hover
from srlint.lsp.rewriting import with_place, workspace_edit
from srlint.lsp.server import Server
from srlint.suppress.ignores import add_ignores, ignore_everywhere

# Stands where a person is to say why something is ignored.
REASON = "say why"
# Seconds to wait for the findings in a text that has just changed, and for the safe rewrites of all of them.
_FINDINGS, _REWRITES = 1.0, 5.0


class Answers:
    """One method for each request. Each speaks of the text as it is now, or not at all."""

    def __init__(self, server: Server) -> None:
        self._server = server

    async def hover(self, params: types.HoverParams) -> types.Hover | None:
        check = await self._found(params.text_document.uri)
        if check is None or check.review is None:
            return None
        here = types.Range(params.position, params.position)
        for finding in _touched(check.buffer, check.review, here):
            text = check.review.document.text
            return hover(check.buffer, finding, text, markdown=self._server.able.markdown)
        return None

    async def code_actions(self, params: types.CodeActionParams) -> list[types.CodeAction]:
        check = await self._found(params.text_document.uri)
        made: list[types.CodeAction] = []
        if check is None or check.review is None:
            return made
        able, context = self._server.able, params.context
        if actions.wants(context, types.CodeActionKind.QuickFix.value):
            near = _touched(check.buffer, check.review, params.range)
            shown = {item: actions.shown_for(check.buffer, item, context) for item in check.review.findings}
            # An editor may send all that it shows on a line, wherever on it the cursor stands.
            for finding in (*near, *(item for item in shown if shown[item] and item not in near)):
                place = Place(check.buffer, check.review.document, finding, shown[finding])
                comments = [await self._ready(action) for action in actions.ignoring(place)]
                rewrites, others = actions.rewriting(place, able), actions.others(place)
                made += [*rewrites, *(action for action in comments if action is not None), *others]
        if actions.wants(context, FIX_ALL):
            if context.only is not None:
                await _within(check.settled, _REWRITES)
            edits = actions.safe_edits(check.review.findings)
            made += [actions.fix_all(check.buffer, edits, able)] if edits else []
        return made

    async def resolve(self, action: types.CodeAction) -> types.CodeAction:
        """The action with the comment that it writes. Raises an error once the text is another one."""
        if not self._server.begun:
            raise JsonRpcServerNotInitialized("not initialized")
        data = action.data if isinstance(action.data, dict) else {}
        uri, version, how = data.get("uri"), data.get("version"), data.get("how")
        check = self._server.checks.latest(uri) if isinstance(uri, str) else None
        if check is None or check.review is None or check.buffer.version != version:
            raise JsonRpcContentModified("the text has changed meanwhile")
        found = [item for item in check.review.findings if [item.span.start, item.span.end] == data.get("span")]
        if not found or how not in ("here", "file"):
            raise JsonRpcInvalidParams("not an action of this server")
        edits = await self._server.worker.run(lambda: _comment(check.review, found[0], how))
        if not edits:
            raise SrlintError("no comment can stand where it would silence this finding")
        return replace_edit(action, with_place(check.buffer, edits, REASON, self._server.able))

    async def fix_all(self, *arguments: Any) -> None:
        """Applies the safe rewrites of one text."""
        check = await self._found(_uri(arguments))
        if check is None or check.review is None:
            raise JsonRpcInvalidParams("no such document is open, or srlint does not read it")
        if not self._server.able.apply:
            raise SrlintError("the editor lets no server change its texts")
        await _within(check.settled, _REWRITES)
        edits = actions.safe_edits(check.review.findings)
        if not edits:
            self._server.say("srlint: no safe rewrite to apply")
            return
        whole = workspace_edit(check.buffer, edits, self._server.able)
        params = types.ApplyWorkspaceEditParams(whole, label="srlint: safe rewrites")
        answer = await self._server.workspace_apply_edit_async(params)
        if not answer.applied:
            raise SrlintError(f"the editor did not apply them: {answer.failure_reason or 'it does not say why'}")

    async def allow(self, *arguments: Any) -> None:
        """Writes into the project's configuration that a phrase is never to be flagged."""
        buffer = self._server.buffers.get(_uri(arguments))
        phrase = arguments[1] if len(arguments) > 1 else None
        if buffer is None or not isinstance(phrase, str) or not phrase.strip():
            raise JsonRpcInvalidParams("srlint.allow takes the URI of an open document and a phrase")
        server = self._server
        file = await server.worker.run(lambda: server.workspaces.allow(buffer, phrase))
        server.say(f"srlint: “{phrase}” is allowed in {file}")
        server.check_all()

    async def explain(self, *arguments: Any) -> None:
        """Shows what a category flags, and why."""
        category = BY_ID.get(arguments[0]) if arguments and isinstance(arguments[0], str) else None
        if category is None:
            raise JsonRpcInvalidParams(f"srlint.explain takes one of {', '.join(BY_ID)}")
        self._server.say(page(category))

    async def pull(self, params: types.DocumentDiagnosticParams) -> types.RelatedFullDocumentDiagnosticReport:
        """Diagnostics for an editor that asks for them: at once if it can be told of better ones, else the last."""
        reached = "found" if self._server.able.refresh else "done"
        check = await self._server.checks.reached(params.text_document.uri, reached)
        review = check.review if check is not None else None
        items = [diagnostic(check.buffer, finding) for finding in review.findings] if check and review else []
        return types.RelatedFullDocumentDiagnosticReport(items)

    async def _found(self, uri: str) -> Check | None:
        """The check of the text as it is now, with its findings if they come within a moment."""
        if not self._server.begun:
            raise JsonRpcServerNotInitialized("not initialized")
        try:
            return await asyncio.wait_for(self._server.checks.reached(uri, "found"), _FINDINGS)
        except TimeoutError:
            return None

    async def _ready(self, action: types.CodeAction) -> types.CodeAction | None:
        """The action as the editor can use it: with its edit, unless it will ask for that. None where there is none."""
        if self._server.able.resolve:
            return action
        try:
            return await self.resolve(action)
        except SrlintError:
            return None


def replace_edit(action: types.CodeAction, edit: types.WorkspaceEdit) -> types.CodeAction:
    return types.CodeAction(action.title, kind=action.kind, diagnostics=action.diagnostics, edit=edit)


def _comment(review: Review, finding: Finding, how: str) -> Sequence[Edit]:
    if how == "file":
        return ignore_everywhere(review, finding.categories, REASON)
    return add_ignores(replace(review, findings=(finding,)), REASON)


def _touched(buffer: Buffer, review: Review, where: types.Range) -> list[Finding]:
    """The findings whose passage a range of the editor touches, those at fault right there first."""
    span = buffer.span(where)
    near = [item for item in review.findings if item.span.start <= span.end and span.start <= item.span.end]
    return sorted(near, key=lambda item: not any(m.start <= span.end and span.start <= m.end for m in item.marks))


def _uri(arguments: Sequence[Any]) -> str:
    """The document that a command is about: its first argument, or the `uri` in that."""
    first = arguments[0] if arguments else None
    uri = first.get("uri") if isinstance(first, dict) else first
    if not isinstance(uri, str):
        raise JsonRpcInvalidParams("the command takes the URI of a document")
    return uri


async def _within(event: asyncio.Event, seconds: float) -> None:
    """Waits for the event, but no longer than that."""
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return
