"""A document inside a document: the composition of maps."""

from __future__ import annotations

from array import array
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from srlint.document import Comment, Span
from srlint.findings import Skipped
from srlint.formats import html, markdown
from srlint.formats.nested import inside, lines, stretch
from srlint.formats.segment import Prose, Segment, SourceMap

ATOM = "\ufffc"


def escaped(text: str) -> tuple[str, SourceMap]:
    """A source in which every character but letters is written %HEX;, and the map from `text` to it."""
    parts, starts, ends, place = [], array("I"), array("I"), 0
    for character in text:
        part = character if character.isascii() and character.isalpha() else f"%{ord(character):x};"
        parts.append(part)
        starts.append(place)
        place += len(part)
        ends.append(place)
    return "".join(parts), SourceMap(starts, ends)


def unescaped(source: str) -> str:
    """What a stretch of such a source says."""
    pieces = source.split("%")
    return pieces[0] + "".join(chr(int(piece.split(";")[0], 16)) + piece.split(";", 1)[1] for piece in pieces[1:])


PIECES = st.sampled_from(
    "a|words|*|**|`c`|[l](u)|&amp;|&ngE;|\\*|é|🎉|e\u0301| |\n|\n\n|\n> |\n- |\r\n|# |<!-- k -->|<b>|</b>|<br>|http://x.y/z"
    "|<p>|<img alt='t &lt; u'>|<p lang=de>|<pre>".split("|")
)


@given(st.lists(PIECES, max_size=20).map("".join), st.sampled_from([markdown.read, html.read]), st.booleans())
@settings(max_examples=300, deadline=None)
def test_maps_compose_through_escapes(text, reader, include_quotes):
    source, outer = escaped(text)
    direct, found = reader(text, include_quotes), inside(text, outer, reader, include_quotes)
    assert [segment.text for segment in found.segments] == [segment.text for segment in direct.segments]
    for segment, there in zip(direct.segments, found.segments, strict=True):
        assert (segment.kind, segment.map.breaks) == (there.kind, there.map.breaks)
        for at in range(len(segment.text)):
            here = text[segment.map.starts[at] : segment.map.ends[at]]
            assert unescaped(source[there.map.starts[at] : there.map.ends[at]]) == here
            # What can be edited in the text can be edited in the document, and nothing else.
            assert (segment.map.source_span(at, at + 1) is None) == (there.map.source_span(at, at + 1) is None)
    for before, after in zip(direct.skipped + direct.comments, found.skipped + found.comments, strict=True):
        assert unescaped(source[after.span.start : after.span.end]) == text[before.span.start : before.span.end]


@given(st.lists(st.text("ab *`é🎉", max_size=6), min_size=1, max_size=6), st.sampled_from(["\n# ", "\r\n   * ", "\r"]))
@settings(max_examples=200, deadline=None)
def test_lines_of_their_own(parts, between):
    source = "// " + between.join(parts)
    pieces, place = [], 3
    for part in parts:
        pieces.append((place, place + len(part)))
        place += len(part) + len(between)
    text, places = lines(source, pieces)
    assert text == "\n".join(parts) and len(places) == len(text)
    for character, start, end in zip(text, places.starts, places.ends, strict=True):
        assert source[start:end] == (between if character == "\n" else character)
    assert all(left <= right for left, right in pairwise(places.starts))


def test_lines_need_something_between_them():
    with pytest.raises(ValueError, match="nothing lies between"):
        lines("abcd", [(0, 2), (2, 4)])
    assert lines("abcd", []) == ("", SourceMap(array("I"), array("I")))
    assert lines("abcd", [(1, 3)])[0] == "bc"


def test_a_word_that_goes_over_a_gap_cannot_be_edited_as_one():
    text, outer = "ab cd", SourceMap(array("I", [0, 1, 4, 5, 6]), array("I", [1, 2, 5, 6, 7]))
    (segment,) = inside(text, outer, markdown.read, False).segments
    assert segment.map.source_span(0, 2) == Span(0, 2)
    assert segment.map.source_span(1, 3) is None
    assert segment.map.source_span(2, 5) == Span(4, 7)


def test_what_the_document_protects_stays_protected():
    text, outer = "a *bc* d", stretch(10, 18)
    outer = SourceMap(outer.starts, outer.ends, fixed=((3, 5), (6, 6)))
    (segment,) = inside(text, outer, markdown.read, False).segments
    assert segment.text == "a bc d" and segment.map.fixed == ((2, 4),)


def test_an_empty_text():
    found = inside("", SourceMap(array("I"), array("I")), markdown.read, False)
    assert found == Prose()


def test_what_is_left_out_and_comments_are_placed():
    def reader(text: str, include_quotes: bool) -> Prose:
        assert include_quotes
        segment = Segment(ATOM, SourceMap(array("I", [1]), array("I", [3])), "item")
        return Prose([segment], [Skipped(Span(0, 2), "why")], [Comment(Span(1, 3), "c")])

    found = inside("abc", SourceMap(array("I", [5, 9, 20]), array("I", [7, 12, 21])), reader, True)
    assert found.segments == [Segment(ATOM, SourceMap(array("I", [9]), array("I", [21])), "item")]
    assert found.skipped == [Skipped(Span(5, 12), "why")]
    assert found.comments == [Comment(Span(9, 21), "c")]
