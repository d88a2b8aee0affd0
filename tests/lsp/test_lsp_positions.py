"""Places as editors count them, and texts after edits in such places."""

from __future__ import annotations

import io

import pytest
from editor import applied
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types as t

from srlint.document import Span
from srlint.errors import DocumentError
from srlint.lsp.buffers import Buffer, Buffers
from srlint.lsp.positions import Places

TEXT = "a🎉b\r\nc\rd\u2028e\x0cf\né"
CODECS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}
WILD = st.text(st.sampled_from("ab é€🎉\u200d\r\n\u2028\x0c\x85\ufeff"), max_size=12)


@pytest.mark.parametrize(
    ("encoding", "columns"), [("utf-8", [0, 1, 5]), ("utf-16", [0, 1, 3]), ("utf-32", [0, 1, 2])]
)
def test_columns_count_the_units_of_the_encoding(encoding, columns):
    places = Places(TEXT, encoding)
    assert [places.position(at) for at in (0, 1, 2)] == [t.Position(0, column) for column in columns]
    assert [places.offset(t.Position(0, column)) for column in columns] == [0, 1, 2]


def test_lines_end_where_those_of_the_protocol_do():
    places = Places(TEXT, "utf-16")
    assert [places.position(TEXT.index(char)).line for char in "abcdefé"] == [0, 0, 1, 2, 2, 2, 3]


def test_what_lies_outside_is_drawn_in():
    places = Places("ab\r\ncd", "utf-16")
    assert places.offset(t.Position(0, 99)) == 2
    assert places.offset(t.Position(99, 0)) == 6
    assert Places("", "utf-16").offset(t.Position(0, 5)) == 0


@pytest.mark.parametrize(("encoding", "column"), [("utf-16", 2), ("utf-8", 2), ("utf-8", 4)])
def test_a_place_inside_a_character_is_its_beginning(encoding, column):
    assert Places(TEXT, encoding).offset(t.Position(0, column)) == 1


def test_half_of_a_pair_counts_as_one_unit():
    places = Places("\ud83ca\udf89b", "utf-16")
    assert [places.position(at).character for at in range(5)] == [0, 1, 2, 3, 4]
    assert [places.offset(t.Position(0, column)) for column in range(5)] == [0, 1, 2, 3, 4]


@given(WILD, st.sampled_from(sorted(CODECS)))
def test_there_and_back(text, encoding):
    places = Places(text, encoding)
    lines = io.StringIO(text, newline="").readlines()
    inside = [at for at in range(len(text) + 1) if text[at - 1 : at + 1] != "\r\n"]
    for at in inside:
        position = places.position(at)
        before = "".join(lines[: position.line])
        assert text[:at].startswith(before)
        codec, unit = CODECS[encoding]
        assert len(text[len(before) : at].encode(codec)) == position.character * unit
        assert places.offset(position) == at


@given(WILD, st.data(), st.sampled_from(sorted(CODECS)), WILD)
def test_a_changed_buffer_is_what_the_editor_has(text, data, encoding, new):
    places = Places(text, encoding)
    ends = [at for at in range(len(text) + 1) if text[at - 1 : at + 1] != "\r\n"]
    start, end = sorted((data.draw(st.sampled_from(ends)), data.draw(st.sampled_from(ends))))
    where = places.range(Span(start, end))
    buffer = Buffer("file:///a.md", text, 1, "markdown", encoding)
    change = t.TextDocumentContentChangePartial(where, new)
    after = buffer.changed([change], 2)
    assert (after.text, after.version) == (text[:start] + new + text[end:], 2)
    assert after.text == applied(text, [t.TextEdit(where, new)], *CODECS[encoding])


def test_each_change_is_meant_in_what_the_one_before_left():
    def at(line, start, end, new):
        return t.TextDocumentContentChangePartial(t.Range(t.Position(line, start), t.Position(line, end)), new)

    buffer = Buffer("file:///a.md", "one\ntwo", 1, "markdown", "utf-16")
    whole = t.TextDocumentContentChangeWholeDocument("x🎉y\nz")
    assert buffer.changed([at(0, 0, 0, "a\nb"), at(1, 0, 1, "")], 2).text == "a\none\ntwo"
    assert buffer.changed([whole, at(0, 1, 3, ""), at(1, 1, 1, "!")], 3).text == "xy\nz!"


def test_a_mark_at_the_beginning_is_no_part_of_the_document():
    buffer = Buffer("file:///a.md", "\ufeffThe chairman.", 1, "markdown", "utf-16")
    document = buffer.document("markdown")
    assert (document.text, document.bom) == ("The chairman.", b"\xef\xbb\xbf")
    where = buffer.range(Span(4, 12))
    assert (where.start.character, where.end.character) == (5, 13)
    assert buffer.span(where) == Span(4, 12)


@pytest.mark.parametrize(
    ("text", "said"), [("a\0b", "binary"), ("\ud83c", "not valid UTF-8"), ("x" * 10_000_001, "larger than 10 MB")]
)
def test_a_text_that_no_file_may_hold_is_refused(text, said):
    with pytest.raises(DocumentError, match=said):
        Buffer("file:///a.md", text, 1, "markdown", "utf-16").document("markdown")


def test_a_change_of_what_is_not_open_is_passed_over():
    params = t.DidChangeTextDocumentParams(t.VersionedTextDocumentIdentifier(2, "file:///b.md"), [])
    assert Buffers().change(params) is None
