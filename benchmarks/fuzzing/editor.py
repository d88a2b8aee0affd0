"""The language server: messages, changes of texts, and checks of texts that change."""

from __future__ import annotations

import asyncio
import logging
import random
from pathlib import Path
from unittest.mock import patch
from zlib import crc32

from benchmarks.fuzzing.documents import SHORT, syntax_of
from benchmarks.fuzzing.target import Run, decoded, demand
from srlint.document import Document

# Seconds in which a server does what it was asked, before its editor goes.
_MOMENT = 0.003
_END = "\n====\n"


class _Wire:
    """Says the input to the server, and then goes away."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.said = b""

    def reader(self) -> asyncio.StreamReader:
        stream = asyncio.StreamReader()
        stream.feed_data(self._data)
        asyncio.get_running_loop().call_later(_MOMENT, stream.feed_eof)
        return stream

    def write(self, data: bytes) -> None:
        self.said += data

    def close(self) -> None:
        return None


def messages(folder: Path) -> Run:
    """What comes over the wire: it is answered, or said to be nonsense; nothing in it is a bug of ours."""
    from srlint.lsp import guard
    from srlint.lsp.features import server
    from srlint.lsp.workspaces import Given

    unforeseen: list[BaseException] = []

    def note(error: BaseException) -> Path:
        unforeseen.append(error)
        return folder / "report"

    quiet = logging.getLogger("pygls")
    quiet.addHandler(logging.NullHandler())
    quiet.propagate = False
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)

    def run(data: bytes) -> None:
        unforeseen.clear()
        made, wire = server(Given(isolated=True)), _Wire(data)
        made.protocol.set_writer(wire)
        with patch.object(guard, "write_report", note):
            asyncio.run(made._talk(wire))
            if made.begun:
                made.worker.close(made.workspaces.close)
        if unforeseen:
            raise unforeseen[0]

    return run


def buffers(folder: Path) -> Run:
    """A text and changes of it, by positions in each encoding: all come to the same text."""
    from lsprotocol.types import Position, Range, TextDocumentContentChangePartial

    from srlint.lsp.buffers import Buffer

    def run(data: bytes) -> None:
        text, *pieces = decoded(data).split(_END)
        chance = random.Random(crc32(data))
        buffer = {name: Buffer("file:///a.md", text, 0, "markdown", name) for name in ("utf-8", "utf-16", "utf-32")}
        for piece in pieces[:4]:
            start, end = sorted(chance.randrange(len(text) + 1) for _ in range(2))
            while 0 < start < len(text) and text[start - 1 : start + 1] == "\r\n":
                start -= 1  # no position is between the two
            while 0 < end < len(text) and text[end - 1 : end + 1] == "\r\n":
                end += 1
            text = text[:start] + piece + text[end:]
            for name, old in buffer.items():
                where = Range(old.places.position(start), old.places.position(end))
                buffer[name] = old.changed([TextDocumentContentChangePartial(text=piece, range=where)], old.version + 1)
                demand(buffer[name].text == text, f"a change that comes to another text in {name}")
        for name, old in buffer.items():
            far = Range(*(Position(chance.randrange(9), chance.randrange(99)) for _ in range(2)))
            span = old.span(far)
            demand(span.end <= len(text), "a position outside the text")
            changed = old.changed([TextDocumentContentChangePartial(text="x", range=far)], 9)
            demand(len(changed.text) <= len(text) + 1, f"a change that adds what nobody wrote in {name}")
            old.document("markdown")

    return run


def drafts(folder: Path) -> Run:
    """A text that changes while it is checked, by the real detector."""
    from srlint.config import Settings
    from srlint.drafts import DraftLinter
    from srlint.output.json import as_object

    linter = DraftLinter.open(Settings(use_model=False, use_cache=False))

    def run(data: bytes) -> None:
        syntax, text = syntax_of(data[:SHORT])
        for state in text.split(_END)[:3]:
            document = Document(state, syntax)
            draft = linter.draft(document, keep=False)
            for passage in draft.open[:2]:
                linter.settle(document, passage)
            for finding in linter.draft(document, keep=False).review.findings:
                as_object("name", document, finding)

    return run
