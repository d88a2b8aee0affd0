"""Edits of an open text, in the form that the protocol has for them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lsprotocol.types import (
    OptionalVersionedTextDocumentIdentifier,
    SnippetTextEdit,
    StringValue,
    TextDocumentEdit,
    TextEdit,
    WorkspaceEdit,
)

from srlint.findings import Edit
from srlint.lsp.abilities import Abilities
from srlint.lsp.buffers import Buffer


def workspace_edit(buffer: Buffer, edits: Sequence[Edit], able: Abilities) -> WorkspaceEdit:
    """Exactly these edits, for this version of the text: the editor refuses them once it has another one."""
    return _of(buffer, [TextEdit(buffer.range(edit.span), edit.text) for edit in _in_order(edits)], able)


def with_place(buffer: Buffer, edits: Sequence[Edit], words: str, able: Abilities) -> WorkspaceEdit:
    """The same, with the first of these words as a place to type in, where the editor can do that."""
    if not able.snippets or not able.versions:
        return workspace_edit(buffer, edits, able)
    made = [
        SnippetTextEdit(buffer.range(edit.span), StringValue(_snippet(edit.text, words)))
        if words in edit.text
        else TextEdit(buffer.range(edit.span), edit.text)
        for edit in _in_order(edits)
    ]
    return _of(buffer, made, able)


def _in_order(edits: Sequence[Edit]) -> list[Edit]:
    return sorted(edits, key=lambda edit: edit.span)


def _of(buffer: Buffer, edits: Sequence[TextEdit | SnippetTextEdit], able: Abilities) -> WorkspaceEdit:
    if not able.versions:
        return WorkspaceEdit(changes={buffer.uri: [edit for edit in edits if isinstance(edit, TextEdit)]})
    whole = OptionalVersionedTextDocumentIdentifier(buffer.uri, buffer.version)
    return WorkspaceEdit(document_changes=[TextDocumentEdit(whole, list(edits))])


def _snippet(text: str, words: str) -> str:
    before, found, after = text.partition(words)
    return f"{_escaped(before)}${{1:{_escaped(found)}}}{_escaped(after)}"


def _escaped(text: str) -> str:
    return re.sub(r"([\\$}])", r"\\\1", text)
