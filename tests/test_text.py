"""Plain text to prose."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from srlint.formats.text import read

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
        ("    from the file.", ["from the file."]),
        ("    for the file(s), see printf(3):", ["for the file(s), see printf(3):"]),
        ("    return to sender; if you can.", ["return to sender; if you can."]),
        ("    from x import y", []),
        ("    for key in names:\n        print(key)", []),
        ("    git log --oneline", []),
        ("    git is a tool.", ["git is a tool."]),
        ("text\n```\ncode\n```\nmore", ["text", "more"]),
        ("text\n~~~~~~~~\ncode\n~~~\nmore", ["text", "more"]),
        ("like:\n~~~\ncode\n~~~", ["like:"]),
        ("One\n~~~\ntext\n\nTwo\n~~~~\nmore", ["One", "text", "Two", "more"]),
        ("text\n\n```\nnever closed", ["text", "never closed"]),
        ("one\n\x0ctwo\n three\x0c\n", ["one", "two three"]),
        ("one\n-- two\n--three", [f"one -- two {ATOM}"]),
        ("From here on: words\n\nSubject to change", ["From here on: words", "Subject to change"]),
        ("Note: words\nFrom: words\nand words", ["Note: words From: words and words"]),
        ("he wrote:\n> words", ["he wrote:"]),
        ("one\n-- \ntwo" + "\nthree" * 12, ["one", "two" + " three" * 12]),
        ("one\n--\ntwo", ["one", "two"]),
        ("srlint: a tool\n# srlint is a tool", ["srlint: a tool # srlint is a tool"]),
    ],
)
def test_what_is_read(text, expected):
    assert [segment.text for segment in read(text).segments] == expected


def test_quoted_lines_are_skipped():
    text = "Hi,\n> you wrote\n>> and I\nmy reply\n\n> - more\n"
    prose = read(text)
    found, skipped = prose.segments, prose.skipped
    assert [segment.text for segment in found] == ["Hi,", "my reply"]
    assert [(text[item.span.start : item.span.end], item.reason) for item in skipped] == [
        ("> you wrote\n>> and I", "quoted lines"),
        ("> - more", "quoted lines"),
    ]
    assert [segment.text for segment in read(text, True).segments] == ["Hi,", "you wrote and I", "my reply", "more"]


MAIL = (
    "Received: by x.example.org\r\n with y\r\nFrom: A <a@x.org>\r\nSubject: Re: Fwd: The big\r\n\tplan\r\n"
    "Content-Type: text/plain; format=flowed\r\n\r\nHello. \r\nHow are you?\r\nFine.\r\n\r\n"
    "On Mon, Jan 3, 2022 at 10:00 PM B <b@x.org>\r\nwrote:\r\n\r\n> Quoted \r\n> here.\r\n"
    ">> More.\r\nBye.\r\n-- \r\nA\r\n"
)


def test_an_e_mail_is_its_subject_and_its_own_words():
    prose = read(MAIL)
    assert [(segment.text, segment.kind) for segment in prose.segments] == [
        ("The big plan", "heading"),
        ("Hello. How are you?", "paragraph"),
        ("Fine.", "paragraph"),
        ("Bye.", "paragraph"),
    ]
    assert [(MAIL[item.span.start : item.span.end], item.reason) for item in prose.skipped] == [
        ("> Quoted \r\n> here.\r\n>> More.", "quoted lines"),
        ("-- \r\nA", "signature"),
    ]
    assert [segment.text for segment in read(MAIL, True).segments][3:] == ["Quoted here.", "More.", "Bye."]


def test_every_signature_of_a_thread_is_left_out():
    text = "From: A\n\nHello.\n-- \nA\nChairman\n\nFrom: B\n\nYes.\n--\nB\n"
    assert [segment.text for segment in read(text).segments] == ["Hello.", "From: B", "Yes."]
    long = "-- \n" + "line\n" * 12
    assert read(f"One.\n{long}\n" + "Two.\n\n" * 9).segments[1].text == " ".join(["line"] * 12)


def test_a_message_passed_on_is_quoted():
    text = "See below.\n\n-----Original Message-----\nFrom: B\n\nOld words.\n"
    prose = read(text)
    assert [segment.text for segment in prose.segments] == ["See below."]
    assert [(item.span.start, item.span.end, item.reason) for item in prose.skipped] == [(12, 58, "quoted lines")]
    assert [segment.text for segment in read(text, True).segments][-1] == "Old words."


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Title. More\n===========\ntext", ["heading", "paragraph"]),
        ("Title\n-----------\ntext", ["paragraph", "paragraph"]),
        ("Title\n~~~~~\ntext\n\nOther\n^^^^^\n", ["heading", "paragraph", "heading"]),
        ("two\nlines\n-----\n- item\n------\n> no\n----", ["paragraph", "item"]),
    ],
)
def test_underlined_headings(text, kinds):
    assert [segment.kind for segment in read(text).segments] == kinds


@pytest.mark.parametrize("mark", ["# {}", "//{}", "  % {}", ";; {}", ".. {}", "<!-- {} -->", "{}"])
def test_a_directive_is_a_comment_and_changes_no_passage(mark):
    directive = mark.format("srlint: ignore[gender] a name")
    text = f"one\r\n{directive}\r\ntwo\n\n{directive}\nthree"
    prose = read(text)
    assert [segment.text for segment in prose.segments] == ["one two", "three"]
    assert [comment.text for comment in prose.comments] == ["srlint: ignore[gender] a name"] * 2
    assert [text[c.span.start : c.span.end] for c in prose.comments] == [directive.strip()] * 2
    ends = prose.segments[0].map.ends
    assert text[ends[2] : ends[3]] == "\r\n"  # the line break before it, without the directive


LINES = st.lists(
    st.sampled_from(["a", "é 🎉", "- ", "1. ", "> ", "    ", "\t", "\n", "\r\n", "\r", "\u2028", "http://x.y"])
    | st.sampled_from(
        ["x = 3;", "```", "\x0c", "From: ", "Subject: ", "-- ", "---", "===", "wrote:", "On 1", "# srlint: x"]
    )
    | st.text(max_size=5),
    max_size=25,
).map("".join)


@given(LINES, st.booleans())
@settings(max_examples=300, deadline=None)
def test_every_character_is_what_stands_at_its_place(text, include_quotes):
    done = 0
    for segment in read(text, include_quotes).segments:
        starts, ends = segment.map.starts, segment.map.ends
        assert list(starts) == sorted(starts) and starts[0] >= done
        done = ends[-1]
        for character, start, end in zip(segment.text, starts, ends, strict=True):
            source = text[start:end]
            assert character in (source, ATOM) or (character == " " and re.fullmatch(r"\s*[\r\n][\s>]*", source))
