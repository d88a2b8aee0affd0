"""Markdown to prose: what is read, what is not, and where each character stands."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from srlint.formats.markdown import segments

ATOM = "\ufffc"

READ = [  # clean cases first: what is markup or code is never read as words
    ("```\ncode\n```\n", []),
    ("    code\n", []),
    ("---\ntitle: The master plan\n---\n", []),
    ("+++\ntitle = 'x'\n+++\n", []),
    ("<!-- a comment -->\n", []),
    ("<div>\ntext\n</div>\n", []),
    ("[label]: https://x.org/master 'a title'\n", []),
    ("- ```\n  code\n  ```\n- prose\n", ["prose"]),
    ("$$\na + b\n$$\n", [ATOM]),
    ("a `b` c", [f"a {ATOM} c"]),
    ("a ``b ` c`` d", [f"a {ATOM} d"]),
    ("a $b$ c", [f"a {ATOM} c"]),
    ("a <!-- b\nc --> d", [f"a {ATOM} d"]),
    ("a <span title='b'>c</span>", [f"a {ATOM}c{ATOM}"]),
    ("a <code>b <i>c</i></code> d", [f"a {ATOM} d"]),
    ("a <kbd>b", [f"a {ATOM}"]),
    ("a <br>b", ["a ", "b"]),
    ("a <http://x.org> b", [f"a {ATOM} b"]),
    ("a <me@x.org> b", [f"a {ATOM} b"]),
    ("see https://x.org/a_(b)_c*d*. Then", [f"see {ATOM}. Then"]),
    ("![a *b* [c](d)](e) f", [f"{ATOM} f"]),
    ("a[^1] b\n\n[^1]: note\n", [f"a{ATOM} b", "note"]),
    ("a[^1] b", [f"a{ATOM} b"]),
    ("{{< tag x >}} b {% if y %}", [f"{ATOM} b {ATOM}"]),
    ("in README.md or src/a.py, he/she and/or /etc/x", [f"in {ATOM} or {ATOM}, he/she and/or {ATOM}"]),
    ("use snake_case, call.it() or std::mem::swap", [f"use {ATOM}, {ATOM} or {ATOM}"]),
    ("# One *two* {#id}\n", ["One two"]),
    ("One\n===\n\nTwo\n---\n", ["One", "Two"]),
    ('[link *text*](target "title") and [ref][r]\n\n[r]: u\n', ["link text and ref"]),
    ("**disa**bled, ~~so~~ ___very___", ["disabled, so very"]),
    (r"\*a\* \_b\_ \\ c", [r"*a* _b_ \ c"]),
    ("a &amp; b&nbsp;c &ngE; &bogus;", ["a & b\u00a0c ≧̸ &bogus;"]),
    ("a\n  b  \nc\\\nd", ["a b c d"]),
    ("a\r\nb\rc", ["a b c"]),
    ("- a\n  - b\n    c\n\n    d\n- [x] e\n", ["a", "b c", "d", "e"]),
    ("| a | *b* |\n|---|---|\n| c \\| d | `e` |\n", ["a", "b", "c | d", ATOM]),
    ("> [!NOTE]\n> an\n> alert\n", ["an alert"]),
    ("<details>\n\nprose\n\n</details>\n", ["prose"]),
]


@pytest.mark.parametrize(("text", "expected"), READ)
def test_what_is_read(text, expected):
    assert [segment.text for segment in segments(text)[0]] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\n\n> b\n> > c\n\nd", ["> b\n> > c"]),
        ("- a\n  > b\n- c", ["> b"]),
        ("<p>\nwords\n</p>\n", ["<p>\nwords\n</p>"]),
        ("<!-- words -->\n\n<img alt='x'>\n", []),
    ],
)
def test_what_is_reported_as_skipped(text, expected):
    assert [text[item.span.start : item.span.end] for item in segments(text)[1]] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"\*a\\ *\_b*", [r"\*", "a", r"\\", " ", r"\_", "b"]),
        ("&lt;é&#39;", ["&lt;", "é", "&#39;"]),
        ("a \r\n  b\\\nc", ["a", " \r\n  ", "b", "\\\n", "c"]),
        ("> [!TIP]\n> 🎉\n> **b**", ["🎉", "\n> ", "b"]),
        ("- a\n  *b*\n", ["a", "\n  ", "b"]),
        ("[a\nb](u)\nc", ["a", "\n", "b", "\n", "c"]),
        ("[a\n](u) c", ["a", "\n", " ", "c"]),
        ("a\n\\*b", ["a", "\n", "\\*", "b"]),
        ("a `b`\n<code>c</code>", ["a", " ", "`b`", "\n", "<code>c</code>"]),
        ("|a \\| b|\n|-|\n", ["a", " ", "\\|", " ", "b"]),
        ("http://x.y/*z*!", ["http://x.y/*z", "!"]),
    ],
)
def test_what_each_character_stands_for(text, expected):
    (segment,) = segments(text)[0]
    assert [text[start:end] for start, end in zip(segment.map.starts, segment.map.ends, strict=True)] == expected


def test_quotes_can_be_included():
    found, skipped = segments("> a\n> b\n\nc", True)
    assert [segment.text for segment in found] == ["a b", "c"] and not skipped


def test_kinds():
    text = "# a\n\nb\n\n- c\n\n|d|\n|-|\n|e|\n\n[^1]: f\n"
    kinds = [segment.kind for segment in segments(text)[0]]
    assert kinds == ["heading", "paragraph", "item", "cell", "cell", "footnote"]


def test_the_label_of_a_shortcut_link_and_a_hard_break_are_fixed():
    text = "[ab] c  \nd [e](f)\n\n[ab]: u\n"
    (segment,) = segments(text)[0]
    assert segment.text == "ab c d e"
    assert segment.map.fixed == ((0, 2), (4, 5))
    assert segment.map.source_span(0, 1) is None and segment.map.source_span(1, 1) is None
    assert segment.map.source_span(4, 5) is None and segment.map.source_span(7, 8) is not None


PIECE_LIST = (
    "a|word|*|**|_|~~|`|``|$|[|]|(u)|![|<b>|</b>|<code>|</code>|<br>|<!--|-->|&amp;|&ngE;|&#x1F389;|\\|\\*|\\\\|é|e\u0301"
    "|🎉|👩‍👩‍👧|漢字|שלום|\u202e|\u2028|\t|  | |\n|\r\n|\r|\n\n|\n> |\n- |\n  - |\n1. |\n    |\n# |\n```\n|\n"
    "|[^1]|\n[^1]: |http://x.org/a_b|a_b|.|. |\n---\n|\ufffc|\x0c|\n> [!NOTE]\n> |[r]|\n\n[r]: u\n\n"
)
PIECES = st.sampled_from([*PIECE_LIST.split("|"), "|", "\n|a|b|\n|-|-|\n"])


@given(st.lists(PIECES | st.text(max_size=4), max_size=30).map("".join), st.booleans())
@settings(max_examples=600, deadline=None)
def test_every_character_is_what_stands_at_its_place(text, include_quotes):
    text = text.encode("utf-8", "replace").decode()
    done = 0
    for segment in segments(text, include_quotes)[0]:
        starts, ends = segment.map.starts, segment.map.ends
        assert len(segment.text) == len(starts) == len(ends)
        assert list(starts) == sorted(starts) and starts[0] >= done
        done = ends[-1]
        for character, start, end in zip(segment.text, starts, ends, strict=True):
            assert stands_for(character, text[start:end]), (character, text[start:end])


def stands_for(character: str, source: str) -> bool:
    """Whether `source` is a way to write the plain character."""
    if character in (source, ATOM):
        return bool(source)
    if character == " " and re.fullmatch(r"[ \t\x0b\x0c]*\\?(?:\r\n|\r|\n)[ \t>]*", source):
        return True
    return source == "\\" + character or re.fullmatch(r"&#?\w+;|\0", source) is not None


WORDS = st.sampled_from(["cat", "Straße", "naïve", "🎉", "漢字", "e\u0301t", "don't", "שלום", "x"])
WRAPS = st.sampled_from([("", ""), ("*", "*"), ("**", "**"), ("[", "](u)"), ("~~", "~~"), ("<b>", "</b>")])
BREAKS = st.sampled_from([" ", "\n", "\r\n", "  "])
PREFIXES = st.sampled_from(["", "# ", "- ", "12. ", "- [ ] ", "> [!TIP]\n> ", "| ", "[^1]: "])


@given(PREFIXES, st.lists(st.tuples(WORDS, WRAPS, BREAKS), min_size=1, max_size=8))
@settings(max_examples=300, deadline=None)
def test_words_are_found_where_they_were_put(prefix, words):
    text, places = prefix, []
    for word, (opening, closing), gap in words:
        text += opening
        places.append((word, len(text)))
        one_line = prefix in ("# ", "| ")
        text += word + closing + (" " if one_line else gap.replace("\n", "\n> ") if "TIP" in prefix else gap)
    if prefix == "| ":
        text += "|\n|-|\n"
    found = {start: character for segment in segments(text)[0] for start, character in _characters(segment)}
    for word, place in places:
        assert "".join(found.get(place + at, "") for at in range(len(word))) == word


def _characters(segment):
    return zip(segment.map.starts, segment.text, strict=True)


def test_fixed_stretches_and_breaks_move_with_the_atoms():
    text = "a_b [c d_e][]\nf http://x.y  \n[g_h i] j\n\n[c d_e]: u\n[g_h i]: v\n"
    (segment,) = segments(text)[0]
    assert segment.text == f"{ATOM} c {ATOM} f {ATOM} {ATOM} i j"
    assert segment.map.fixed == ((2, 5), (9, 10), (10, 13))
    assert segment.map.breaks == (5, 9)
