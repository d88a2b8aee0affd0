"""What the editor has open: texts as they stand there, saved or not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from lsprotocol.types import (
    DidChangeTextDocumentParams,
    DidOpenTextDocumentParams,
    TextDocumentContentChangeEvent,
    TextDocumentContentChangePartial,
)
from pygls.uris import to_fs_path

from srlint import files
from srlint.document import Document, Span
from srlint.lsp.positions import Places

_MARK = "\ufeff"


@dataclass(frozen=True)
class Buffer:
    """One text at one moment. `language` is what the editor takes it for, `encoding` that of its positions."""

    uri: str
    text: str
    version: int
    language: str
    encoding: str

    @cached_property
    def places(self) -> Places:
        return Places(self.text, self.encoding)

    @property
    def path(self) -> Path | None:
        """Where it is saved, or would be; None for one that has no file."""
        name = to_fs_path(self.uri)
        return Path(name) if name else None

    @property
    def name(self) -> str:
        """What to call it in a message."""
        return files.shown(self.path) if self.path is not None else self.uri

    @property
    def shift(self) -> int:
        """By how much offsets in the text exceed those in the document, which knows no byte order mark."""
        return len(_MARK) if self.text.startswith(_MARK) else 0

    def document(self, syntax: str) -> Document:
        """The document, as if it were read from disk. Raises DocumentError, as reading it would."""
        return Document.from_bytes(files.capped(self.text.encode("utf-8", "surrogatepass")), syntax)

    def range(self, span: Span):
        """The range of a span of the document."""
        return self.places.range(Span(span.start + self.shift, span.end + self.shift))

    def span(self, range_) -> Span:
        """The span of the document that a range of the editor stands for."""
        start, end = (max(self.places.offset(at) - self.shift, 0) for at in (range_.start, range_.end))
        return Span(min(start, end), max(start, end))

    def changed(self, changes: Iterable[TextDocumentContentChangeEvent], version: int) -> Buffer:
        """The text after the changes, each of which is meant in the text that the one before it left."""
        text = self.text
        for change in changes:
            if isinstance(change, TextDocumentContentChangePartial):
                places = Places(text, self.encoding)
                start, end = places.offset(change.range.start), places.offset(change.range.end)
                text = text[:start] + change.text + text[max(start, end) :]
            else:
                text = change.text
        return replace(self, text=text, version=version)


class Buffers:
    """The open buffers by their URI."""

    def __init__(self, encoding: str = "utf-16") -> None:
        self.encoding = encoding
        self._open: dict[str, Buffer] = {}

    def __iter__(self) -> Iterable[Buffer]:
        return iter(tuple(self._open.values()))

    def get(self, uri: str) -> Buffer | None:
        return self._open.get(uri)

    def open(self, params: DidOpenTextDocumentParams) -> Buffer:
        item = params.text_document
        buffer = Buffer(item.uri, item.text, item.version, item.language_id, self.encoding)
        self._open[item.uri] = buffer
        return buffer

    def change(self, params: DidChangeTextDocumentParams) -> Buffer | None:
        """The buffer after a change; None for one that is not open."""
        known = self._open.get(params.text_document.uri)
        if known is None:
            return None
        changes: Sequence[TextDocumentContentChangeEvent] = params.content_changes
        buffer = self._open[known.uri] = known.changed(changes, params.text_document.version)
        return buffer

    def close(self, uri: str) -> None:
        self._open.pop(uri, None)
