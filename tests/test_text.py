"""Plain text to prose."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from srlint.formats.text import segments

ATOM = "\ufffc"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \r\n\n", []),
        ("one\ntwo\n\nthree", ["one two", "three"]),
        ("one\r\ntwo\r\r\nthree\rfour", ["one two", "three four"]),
        ("one\u2028two\tthree", ["one\u2028two\tthree"]),
        ("Title\n=====\ntext\n-----\nmore", ["Title", "text", "more"]),
        ("- one\n  two\n* three\n1. four\n2) five\nsix", ["one two", "three", "four", "five six"]),
        ("intro:\n- one", ["intro:", "one"]),
        ("-5 degrees\nand 3.5 too", ["-5 degrees and 3.5 too"]),
        ("write to me@x.org, http://x.org/a?b=c. Or ~/notes.txt", [f"write to {ATOM}, {ATOM}. Or {ATOM}"]),
        ("*not* _emphasis_ `here` &amp;", ["*not* _emphasis_ `here` &amp;"]),
        ("    indented prose is\n    still prose.", ["indented prose is still prose."]),
        ("    int x = 3;\n    return x;", []),
        ("    $ make install\n    $ ls", []),
        ("text\n```\ncode\n```\nmore", ["text", "more"]),
    ],
)
def test_what_is_read(text, expected):
    assert [segment.text for segment in segments(text)[0]] == expected


def test_quoted_lines_are_skipped():
    text = "Hi,\n> you wrote\n>> and I\nmy reply\n\n> - more\n"
    found, skipped = segments(text)
    assert [segment.text for segment in found] == ["Hi,", "my reply"]
    assert [(text[item.span.start : item.span.end], item.reason) for item in skipped] == [
        ("> you wrote\n>> and I", "quoted lines"),
        ("> - more", "quoted lines"),
    ]
    assert [segment.text for segment in segments(text, True)[0]] == ["Hi,", "you wrote and I", "my reply", "more"]


LINES = st.lists(
    st.sampled_from(["a", "é 🎉", "- ", "1. ", "> ", "    ", "\t", "\n", "\r\n", "\r", "\u2028", "http://x.y"])
    | st.sampled_from(["x = 3;", "```"])
    | st.text(max_size=5),
    max_size=25,
).map("".join)


@given(LINES, st.booleans())
@settings(max_examples=300, deadline=None)
def test_every_character_is_what_stands_at_its_place(text, include_quotes):
    done = 0
    for segment in segments(text, include_quotes)[0]:
        starts, ends = segment.map.starts, segment.map.ends
        assert list(starts) == sorted(starts) and starts[0] >= done
        done = ends[-1]
        for character, start, end in zip(segment.text, starts, ends, strict=True):
            source = text[start:end]
            assert character in (source, ATOM) or (character == " " and re.fullmatch(r"\s*[\r\n][\s>]*", source))
