"""A document: bytes in, text with positions, the same bytes out. It knows no file name and no format's grammar."""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from srlint.errors import DocumentError

# Lines end at these three only. Other characters that `str.splitlines` breaks at (form feed, U+2028 …) stay inside a
# line, as they do in editors and in the Language Server Protocol.
LINE_END = re.compile(r"\r\n|\r|\n")

# Byte order marks that are accepted, with the codec of what follows. No mark means UTF-8.
BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open stretch of code points."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not a span: {self.start}..{self.end}")

    def __len__(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place as people count it: line and column from 1, the column in code points."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment in the syntax of its document: where it stands with its marks, and what it says without them."""

    span: Span
    text: str


@dataclass(frozen=True)
class Document:
    """The text of one document, without its byte order mark, and the syntax it is written in.

    Raises DocumentError when `text` holds half of a surrogate pair, which no file can hold.
    """

    text: str
    syntax: str
    bom: bytes = b""

    def __post_init__(self) -> None:
        if not self.text.isascii():
            try:
                self.text.encode()
            except UnicodeEncodeError as error:
                raise DocumentError(f"half of a surrogate pair at character {error.start}") from error

    @classmethod
    def from_bytes(cls, data: bytes, syntax: str) -> Document:
        """Decode `data`: UTF-8, or UTF-16 behind a byte order mark. Raises DocumentError for anything else."""
        bom, codec = next(((mark, codec) for mark, codec in BOMS if data.startswith(mark)), (b"", "utf-8"))
        body = data[len(bom) :]
        try:
            text = body.decode(codec)
        except UnicodeDecodeError as error:
            line = len(LINE_END.findall(body[: error.start].decode(codec, "replace"))) + 1
            name = codec[:6].rstrip("-").upper()
            raise DocumentError(f"not valid {name} at byte {len(bom) + error.start} (line {line})") from error
        if "\0" in text:
            raise DocumentError(f"a binary file: NUL at character {text.index(chr(0))}")
        return cls(text, syntax, bom)

    def to_bytes(self, text: str | None = None) -> bytes:
        """Encode `text`, or the document's own text, as the document came, byte order mark included."""
        codec = dict(BOMS).get(self.bom, "utf-8")
        return self.bom + (self.text if text is None else text).encode(codec)

    @cached_property
    def line_starts(self) -> tuple[int, ...]:
        """The offset at which each line begins."""
        return tuple(chain((0,), (match.end() for match in LINE_END.finditer(self.text))))

    def position(self, offset: int) -> Position:
        """Line and column of a code-point offset, the end of the text included. Raises ValueError outside the text."""
        if not 0 <= offset <= len(self.text):
            raise ValueError(f"offset {offset} is outside the text")
        line = bisect_right(self.line_starts, offset)
        return Position(line, offset - self.line_starts[line - 1] + 1)
