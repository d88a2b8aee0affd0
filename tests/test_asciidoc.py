"""AsciiDoc to prose: what is read, what is not, and where each character stands."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placed import check_places
from srlint.formats.asciidoc import read

ATOM = "\ufffc"

BLOCKS = [  # clean cases first: what is markup, code or data is never read as words
    ("", []),
    (":name: value\n:!other:\n", []),
    ("// comment\n", []),
    ("////\ncomment\n\n----\n////\n", []),
    ("----\ncode\n----\n", []),
    ("----\ncode without an end\n\n", []),
    ("....\ncode\n----\n....\n", []),
    ("```c\ncode\n```\n", []),
    ("[source]\n--\ncode\n--\n", []),
    ("[plantuml]\ncode\nof it\n", []),
    (" literal\n  of it\n", []),
    ("[[anchor]]\n[.role,x=y]\n'''\n<<<\n- - -\n", []),
    ("ifdef::x[]\nendif::[]\ninclude::a[]\n", []),
    ("---\ntitle: x\n---\n", []),
    (",===\na,b\n,===\n", []),
    ("= A\nAuthor\n:b: c\n\nd", ["A", "d"]),
    ("a\n\n= B\nc", ["a", "B", "c"]),
    ("a\n----\n b\n----\nc", ["a", "c"]),
    ("a\n[.b]\nc", ["a", "c"]),
    ("a\n* b\n. c", ["a * b . c"]),
    ("* a\n* b\n  c\n. d\n\n\n* e", ["a", "b c", "d", "e"]),
    ("* a\n+\n--\nb\n--\nc", ["a", "b", "c"]),
    ("* a\n\nb\n* c", ["a", "b * c"]),
    ("a:: b\n\nc", ["a", "b", "c"]),
    ("a::\n* b\n", ["a", "b"]),
    ("a::\n\n\n  b\nc:: d", ["a", "b", "c", "d"]),
    ("std::swap is here", [f"{ATOM} is here"]),
    ("====\na\n=====\nb\n====\n=====\nc", ["a", "b", "c"]),
    ("====\na\n----\n====\nb", ["a", "b"]),
    ("NOTE: a\nb", ["a b"]),
    ("Title\n=====\n\nAB\n---", ["Title", "AB"]),
    ("a\nifdef::x[]\nb\n// c\nd", ["a b d"]),
    (".Title\n----\ncode\n----", ["Title"]),
    ("|===\n|a |b\n\n|c\n\nd 2+^|e\n3*|f\n|===", ["a", "b", "c", "d", "e", "f"]),
    ("|===\n|a|b a|* c\n|===", ["a", "b", "c"]),
    ('[cols="1,2a"]\n|===\n|* a |* b\n|===', ["* a", "b"]),
    ("[separator=¦]\n|===\n¦a | b ¦c\n|===", ["a | b", "c"]),
    ("|===\na|\n!===\n!b !c\n!===\n|===", ["b", "c"]),
    ("|===\n|a \\| b l|c\n|===", ["a | b"]),
    ("|===\n|a", ["a"]),
    ('image::a.png[b c]\nimage::d.png[alt=e,title="f"]', ["b c", "e", "f"]),
]

INLINE = [
    ("a `b` ``c``d `e", [f"a {ATOM} {ATOM}d `e"]),
    ("*a* _b_ #c# **d**e __f__g ##h##i", ["a b c de fg hi"]),
    ("* a*b* c_d_e 2*3*4", [f"a*b* {ATOM} 2*3*4"]),
    ("x *a* *b *c*", ["x a b *c"]),
    ("x *_a_* [.r]*b* [.r]##c##d", ["x a b cd"]),
    ("a^b^ c~d~ e^f g^", ["ab cd e^f g^"]),
    ("\\*a* \\_b_ \\{c}", ["*a* _b_ {c}"]),
    ("\"`a`\" '`b`' c`'s", ["“a” ‘b’ c’s"]),
    ("+a *b*+ ++c++d +++e+++ pass:[f] $$g$$", [f"{ATOM} {ATOM}d {ATOM} {ATOM} {ATOM}"]),
    ("link:a[b] https://c[d *e*,role=f] mailto:g@h[i,j] k:l[m]", [f"b d e i {ATOM}"]),
    ('link:a["b, c",d=e] link:f[g^] link:h[]', [f"b, c g {ATOM}"]),
    ("{a}[b c] {a-b}/c.html[d,role=e] {f}g[h", [f"b c d {ATOM}g[h"]),
    ("<<a>> <<a,b _c_>> xref:d[e] xref:f[]", [f"{ATOM} b c e {ATOM}"]),
    ("https://a.b/c_d_e* <https://f.g> h@i.jk", [f"{ATOM}* {ATOM} {ATOM}"]),
    ("image:a[b] icon:c[] kbd:[d] stem:[e]", [f"{ATOM} {ATOM} {ATOM} {ATOM}"]),
    ("image:https://example.org/a.svg[the state, link=https://example.org] now", [f"{ATOM} now"]),
    ("((a b)) (((c,d))) indexterm:[e] indexterm2:[f] [[g]]h", ["a b f h"]),
    ("{a} {nbsp}b{empty}c {set:d:e} {counter:f}", [f"{ATOM} bc {ATOM} {ATOM}"]),
    ("a&amp;b &#8212; &x; c--d -- e (C)", ["a&b — &x; c—d — e ©"]),
    ("a footnote:[] footnote:b[] c", [f"a {ATOM} {ATOM} c"]),
    ("a +\nb + c +", ["a b + c"]),
]


@pytest.mark.parametrize(("text", "expected"), BLOCKS + INLINE)
def test_what_is_read(text, expected):
    assert [segment.text for segment in read(text).segments] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x *a*b&lt;_c_", ["x", " ", "*", "a", "*", "b", "&lt;", "_", "c", "_"]),
        ("x *a* &lt;{lt}", ["x", " ", "a", " ", "&lt;", "{lt}"]),
        ("a \r\n  b +\rc", ["a", " \r\n  ", "b", " +\r", "c"]),
        ("a\n// x\nb", ["a", "\n", "b"]),
        ("a link:x[b]`c`", ["a", " ", "b", "`c`"]),
        ("|===\n|a \\|\n  b |\n|===", ["a", " ", "\\|", "\n  ", "b"]),
        ("> a\n> b", ["a", "\n> ", "b"]),
    ],
)
def test_what_each_character_stands_for(text, expected):
    (segment,) = read(text, True).segments
    assert [text[start:end] for start, end in zip(segment.map.starts, segment.map.ends, strict=True)] == expected


def test_a_footnote_follows_its_block():
    text = "a footnote:[b *c* link:d[e]] f\n\ng"
    assert [(segment.text, segment.kind) for segment in read(text).segments] == [
        (f"a {ATOM} f", "paragraph"),
        ("b c e", "footnote"),
        ("g", "paragraph"),
    ]


def test_kinds():
    text = "== a\n\n.b\nc\n\n* d\n\ne:: f\n\n|===\n|g\n|===\n\nimage::x[h]\n"
    kinds = [segment.kind for segment in read(text).segments]
    assert kinds == ["heading", "caption", "paragraph", "item", "term", "item", "cell", "attribute"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\n\n____\nb\n\n----\n____\nc", [("____\nb\n\n----\n____", "block quote")]),
        ("[quote,x]\na\nb\n\nc", [("a\nb", "block quote")]),
        ("[verse]\n--\na\n--\n", [("--\na\n--", "block quote")]),
        ("> a\n> b", [("> a\n> b", "block quote")]),
        ('"a"\n-- B', [('"a"\n-- B', "block quote")]),
        ("[%header,format=csv]\n|===\na\n|===", [("|===\na\n|===", "table of separated values")]),
        ("----\na\n\nb\n", [("----\na\n\nb\n", "block without an end")]),
    ],
)
def test_what_is_reported_as_skipped(text, expected):
    assert [(text[item.span.start : item.span.end], item.reason) for item in read(text).skipped] == expected


def test_comments():
    text = "// a \r\n= B\n// c\n\nd\n//e\nf\n\n////\ng\n////\n|===\n// h\n|i\n|===\n[comment]\nj\n\nhttp://k\n"
    assert [(text[c.span.start : c.span.end], c.text) for c in read(text).comments] == [
        ("// a", "a"),
        ("// c", "c"),
        ("//e", "e"),
        ("////\ng\n////", "g"),
        ("// h", "h"),
        ("j", "j"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "a\nb",
        "* a\n* b\n",
        "|===\n|a\n|b\n|===\n",
        "a:: b\nc:: d\n",
        "[NOTE]\n====\na\n====\n",
        "= a\n\nb",
        "a::\n\n  b\n",
        "* a\n+\nb\n",
    ],
)
def test_a_directive_on_any_line_changes_no_passage(text):
    lines = text.split("\n")
    for number in range(len(lines)):
        marked = "\n".join([*lines[:number], "// srlint: ignore[gender] x", *lines[number:]])
        prose = read(marked)
        assert [segment.text for segment in prose.segments] == [segment.text for segment in read(text).segments]
        assert [comment.text for comment in prose.comments] == ["srlint: ignore[gender] x"]


@pytest.mark.parametrize(
    "piece", ["*a ", "`a ", "[a]*", "((", "(((a", "<<a,", "link:x[", "image::x[", "+a", "====\n", "a::\n", "|"]
)
def test_long_and_broken_markup_is_read_in_time(piece):
    begin = time.process_time()
    read(piece * 10_000)
    read("|===\n" + piece * 10_000)
    assert time.process_time() - begin < 10


def test_deep_nesting_is_read():
    text = "".join("=" * (4 + depth) + "\n" for depth in range(1000))
    assert [segment.text for segment in read(text + "a\n" + "\n".join(reversed(text.split("\n")))).segments] == ["a"]


PIECE_LIST = (
    "a|word|*|**|_|__|`|``|#|##|^|~|+|++|+++|[.r]|[|]|((|))|(((|)))|<<a,|<<a>>|>>|link:u[|xref:u[|https://x.org/a_b"
    "|https://x.org["
    "|footnote:[|image:a[b]|kbd:[c]|stem:[|pass:[|{a}|{lt}|{nbsp}|&amp;|&#8212;|\"`|`\"|'`|`'|--|(C)|\\*|\\{|\\| +\n"
    "|é|e\u0301|🎉"
    "|👩‍👩‍👧|漢字|שלום|\u202e|\u2028|\t|  | |\n|\r\n|\r|\n\n|\r\r|\n// c\n|\n//// \n|\n////\n|\n----\n|\n....\n"
    "|\n====\n"
    "|\n--\n|\n****\n|\n____\n"
    "|\n[quote]\n|\n[NOTE]\n|\n[source]\n|\n* |\n** |\n. |\n- [ ] |\na:: |\na::\n|\n+\n|\nNOTE: |\n.T\n|\n= A\n"
    "|\n== B ==\n|\n:a: b\n|\nifdef::a[]\n"
    '|\nimage::a[b,title=c]\n|\n> |\n"a"\n-- b\n|\n-----\n|\n literal\n|.|. |\ufffc|\x0c|a@b.cd|mailto:a@b[c,d]|, '
)
PIECES = st.sampled_from(
    [*PIECE_LIST.split("|"), "\n|===\n", "|", " a|", "2+|", "\\|", '\n[cols="1,a,l"]\n', "\n!===\n", "!"]
)


@given(st.lists(PIECES | st.text(max_size=4), max_size=30).map("".join), st.booleans())
@settings(max_examples=300, deadline=None)
def test_every_character_is_what_stands_at_its_place(text, include_quotes):
    text = text.encode("utf-8", "replace").decode()
    check_places(read(text, include_quotes), text, stands_for)


def stands_for(character: str, source: str) -> bool:
    """Whether `source` is a way to write the plain character."""
    if character in (source, ATOM):
        return bool(source)
    if character == " " and re.fullmatch(r"\s*\+?\s*[\r\n][\s>]*", source):
        return True
    signs = {'"`': "“", '`"': "”", "'`": "‘", "`'": "’", "(C)": "©", "(R)": "®", "(TM)": "™", "--": "—"}
    return source in ("\\" + character, signs.get(source)) or signs.get(source) == character or source[0] in "&{"


WORDS = st.sampled_from(["cat", "Straße", "naïve", "🎉", "漢字", "e\u0301t", "don't", "שלום", "x"])
WRAPS = st.sampled_from(
    [("", ""), ("*", "*"), ("__", "__"), ("link:u[", "]"), ("<<a,", ">>"), ('"`', '`"'), ("footnote:[", "]")]
)
BREAKS = st.sampled_from([" ", "\n", "\r\n", "  ", " +\n", " {a} ", "\n// c\n", " -- ", " `c` "])
PREFIXES = st.sampled_from(["", "== ", "* ", "a:: ", ".", "NOTE: ", "|===\n|", "====\n", "* a\n+\n"])


@given(PREFIXES, st.lists(st.tuples(WORDS, WRAPS, BREAKS), min_size=1, max_size=8))
@settings(max_examples=300, deadline=None)
def test_words_are_found_where_they_were_put(prefix, words):
    text, places = prefix, []
    for word, (opening, closing), gap in words:
        text += opening
        places.append((word, len(text)))
        text += word + closing + (" " if prefix in ("== ", ".") else gap)
    found = {
        start: character
        for segment in read(text).segments
        for start, character in zip(segment.map.starts, segment.text, strict=True)
        if character != ATOM
    }
    for word, place in places:
        assert "".join(found.get(place + at, "") for at in range(len(word))) == word
