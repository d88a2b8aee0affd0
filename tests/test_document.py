"""Bytes in, bytes out, and the places in between."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from srlint.document import Document, Position, Span
from srlint.errors import DocumentError

TEXTS = st.text(
    st.characters(codec="utf-8", exclude_characters="\0\ufeff") | st.sampled_from("\r\n\u2028\t🎉é"), max_size=60
)


@given(TEXTS, st.sampled_from([(b"", "utf-8"), (b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le")]))
@settings(max_examples=150, deadline=None)
def test_bytes_round_trip(text, encoding):
    bom, codec = encoding
    data = bom + text.encode(codec)
    document = Document.from_bytes(data, "text")
    assert document.text == text
    assert document.to_bytes() == data
    assert document.to_bytes("new ✓") == bom + "new ✓".encode(codec)


@given(TEXTS)
@settings(max_examples=150, deadline=None)
def test_position_counts_lines_and_columns(text):
    document = Document(text, "text")
    for offset in range(len(text) + 1):
        if text[max(0, offset - 1) : offset + 1] != "\r\n":  # inside a line end
            lines = re.split(r"\r\n|\r|\n", text[:offset])
            assert document.position(offset) == Position(len(lines), len(lines[-1]) + 1)


@pytest.mark.parametrize(
    ("text", "offset", "expected"),
    [
        ("", 0, (1, 1)),
        ("ab\ncd", 3, (2, 1)),
        ("ab\r\ncd", 4, (2, 1)),
        ("ab\rcd", 3, (2, 1)),
        ("a\u2028b\x0cc", 4, (1, 5)),
        ("🎉é\n👩‍👩‍👧x", 8, (2, 6)),
        ("ab\n", 3, (2, 1)),
    ],
)
def test_position_examples(text, offset, expected):
    assert Document(text, "text").position(offset) == Position(*expected)


def test_position_outside():
    with pytest.raises(ValueError, match="outside"):
        Document("ab", "text").position(3)


def test_bom_is_no_character():
    document = Document.from_bytes(b"\xef\xbb\xbf---\ntitle: x\n---\n", "markdown")
    assert document.text.startswith("---")
    assert document.position(0) == Position(1, 1)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"one\r\ntwo\n\xfflast", r"not valid UTF-8 at byte 9 \(line 3\)"),
        (b"\xef\xbb\xbfa\xc3", r"not valid UTF-8 at byte 4 \(line 1\)"),
        (b"\xff\xfea\0\n\0\x00\xd8", r"not valid UTF-16 at byte 6 \(line 2\)"),
        (b"\x89PNG\0", "byte 0"),
        (b"text\0more", "binary"),
        ("utf-16 without a mark".encode("utf-16-le"), "binary"),
    ],
)
def test_unreadable_bytes(data, message):
    with pytest.raises(DocumentError, match=message):
        Document.from_bytes(data, "text")


def test_lone_surrogate_is_refused():
    with pytest.raises(DocumentError, match="surrogate"):
        Document("a\ud800", "text")


def test_spans_are_ordered_and_checked():
    assert Span(1, 4) < Span(2, 3) and len(Span(1, 4)) == 3
    with pytest.raises(ValueError, match="not a span"):
        Span(3, 2)
