"""MDX to prose: Markdown without its code in JavaScript, each character at its place."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from srlint.formats.mdx import jsx, read
from test_markdown import PIECES, check_positions

ATOM = "\ufffc"

READ = [  # clean cases first: nothing of JavaScript is read as words
    ("import A from 'a'\nimport { B,\n\n  C } from \"b\"\n", []),
    ("export const a = {\n  b: `x ${'}'} y`, // don't\n\n  c: /[}/]\"/,\n}\n", []),
    ("export const A = ({ b }) => (\n  <p>\n    It's {b}\n\n    text\n  </p>\n)\n", []),
    ("---\ntitle: x\n---\n\nimport A from 'a'\nexport * from 'b'\n", []),
    ("<A b={['c', `d`]} e=\"f\" {...g} />\n", []),
    ('<A\n  b={() => <p>Don\'t</p>}\n\n  c="d"\n/>\n', []),
    ("{/* a\n\nb */}\n", []),
    ("{a && <p>It's {`b ${c}`} </p>}\n", []),
    ("<style>{`\n.a { b: c }\n\n.d {}\n`}</style>\n", []),
    ("<pre>\n\ncode {a}\n\n</pre>\n", []),
    ("<CodeBlock>\ncode\n</CodeBlock>\n", []),
    ("```js\nimport a from 'b' {\n```\n", []),
    ("    - ```\n      <A>\n      ```\n", []),
    ("Hello, {props.name}!", [f"Hello, {ATOM}!"]),
    ("{a}{b} c", [f"{ATOM}{ATOM} c"]),
    ("a <code>b {c}</code> d", [f"a {ATOM} d"]),
    ("a <B c={d}>e</B> f", [f"a {ATOM}e{ATOM} f"]),
    ("<p>a <b>b</b>c</p><p>d</p>\n", ["a bc", "d"]),
    ("a<br/>b", ["a", "b"]),
    ("<>a</>", ["a"]),
    ("`{` a `<b` \\{ \\<c", [f"{ATOM} a {ATOM} {{ <c"]),
    ("1 < 2 and {a, 3 > 2", ["1 < 2 and {a, 3 > 2"]),
    ("<https://x.org/{a}> <me@x.org>", [f"{ATOM} {ATOM}"]),
    ("<A>\n    indented *words*\n    go on\n\n\ttab\n</A>\n", ["indented words go on", "tab"]),
    ("<A>\n\n    - a\n      - b\n\n        c\n    - d\n</A>\n", ["a", "b", "c", "d"]),
    ("- <A>\n  b\n  </A>\n- c\n", ["b", "c"]),
    ("a\n<A />\nb\n", ["a", "b"]),
    ("| {a} b | <C/> |\n|---|---|\n| <b>d</b> {/* e */} | f |\n", [f"{ATOM} b", ATOM, "d ", "f"]),
    ("## A {#id}\n\n### B {/* #id */}\n", ["A ", "B "]),
    (":::note[A {b}]\n\nc\n\n:::\n", [f"A {ATOM}", "c"]),
    ("<details>\n  <summary>A *b*</summary>\n\n  c\n</details>\n", ["A b", "c"]),
    ("import is a word.\n\nexport it.\n", ["import is a word.", "export it."]),
    ("a\r\rimport b from 'c'\r\r<D>\r\re\r\r</D>\r", ["a", "e"]),
    ("[a]({b}) ![c](d)", [f"a {ATOM}", "c"]),
]


@pytest.mark.parametrize(("text", "expected"), READ)
def test_what_is_read(text, expected):
    prose = read(text)
    assert [segment.text for segment in prose.segments] == expected
    assert not prose.skipped


def test_values_for_people_are_prose():
    text = '<A label="one &amp; two" id="no" title={"no"} alt=\'three\n four\'>\n\nb <I aria-label="c"/>\n\n</A>\n'
    found = [(segment.text, segment.kind) for segment in read(text).segments]
    attributes = [("one & two", "attribute"), ("three four", "attribute")]
    assert found == [*attributes, (f"b {ATOM}", "paragraph"), ("c", "attribute")]


@pytest.mark.parametrize(
    ("block", "end"),
    [
        ("# Head", ""),
        ("One. Two.", ""),
        ("- one\n- two", ""),
        ("| a | b |\n|---|---|\n| c | d", " |"),
        ("> [!TIP]\n> y", ""),
    ],
)
def test_a_comment_after_a_block_changes_no_passage(block, end):
    plain, commented = read(f"{block}{end}\n\nNext."), read(f"{block} {{/* srlint: ignore[age] why */}}{end}\n\nNext.")
    assert [(segment.text.strip(), segment.kind) for segment in commented.segments] == [
        (segment.text.strip(), segment.kind) for segment in plain.segments
    ]
    assert [comment.text for comment in commented.comments] == ["srlint: ignore[age] why"]


def test_comments_are_where_they_stand():
    text = "{/* a */}\n\nb {/* c\nd */} e <!-- f -->\n\n> {/* in a quote */}\n\n{ /* no */ g }\n"
    prose = read(text)
    assert [(text[c.span.start : c.span.end], c.text) for c in prose.comments] == [
        ("{/* a */}", "a"),
        ("{/* c\nd */}", "c\nd"),
        ("<!-- f -->", "f"),
    ]
    assert [segment.text for segment in prose.segments] == ["b e "]


def test_quotes_are_left_out_unless_asked_for():
    text = '> a <img alt="b"/>\n\n<blockquote>\n  c\n</blockquote>\n\nd\n'
    prose = read(text)
    assert [segment.text for segment in prose.segments] == ["d"]
    assert [text[item.span.start : item.span.end] for item in prose.skipped] == [
        '> a <img alt="b"/>',
        "<blockquote>\n  c\n</blockquote>",
    ]
    assert [segment.text for segment in read(text, True).segments] == [f"a {ATOM}", "b", "c", "d"]


def test_what_each_character_stands_for():
    text = "<A>\n    a {b} {/* c */}&lt;\n    🎉 <i>d</i>\n</A>\n"
    (segment,) = read(text).segments
    found = [text[start:end] for start, end in zip(segment.map.starts, segment.map.ends, strict=True)]
    assert found == ["a", " ", "{b}", " ", "&lt;", "\n    ", "🎉", " ", "d"]


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("{a} b", 3),
        ("{'}'} b", 5),
        ("{`}${ {a: '`'} }`} b", 18),
        ("{a /* } */ // }\n} b", 17),
        ("{a.b(/}/g) / 2 / c} d", 19),
        ("{a < b} c", 7),
        ("{x && <A b='}'>don't {c} <D/> }</A>} b", None),
        ("{<A b='}'>don't {c} <D/></A>} b", 29),
        ("{(]}", None),
        ("{a", None),
        ("{'a}", None),
    ],
)
def test_where_an_expression_ends(text, end):
    if text.startswith("{x"):
        end = text.rindex("}") + 1
    assert jsx.expression(text, 0, len(text)) == end


@pytest.mark.parametrize("nesting", ["{", "{<A>", "{`${", "<A>", "<A b={", "{(["])
def test_deep_nesting_is_read(nesting):
    assert read(nesting * 20_000 + " words\n").segments is not None


MDX_PIECES = st.sampled_from(
    [*("{|}|{x}|{/* c */}|<Foo a='b' alt=\"c&amp;d\">|</Foo>|<Foo/>|'|\"|`${|<>|</>|<Foo\n|=>".split("|"))]
    + ["\nimport a from 'b'\n", "\nexport const x = 1\n", "    ", "\n      ", 'label="x\ny"', "<blockquote>"]
    + ["</blockquote>"]
)


@given(st.lists(PIECES | MDX_PIECES | st.text(max_size=4), max_size=30).map("".join), st.booleans())
@settings(max_examples=300, deadline=None)
def test_every_character_is_what_stands_at_its_place(text, include_quotes):
    check_positions(text, read, include_quotes)


WORDS = st.sampled_from(["cat", "Straße", "naïve", "🎉", "漢字", "e\u0301t", "don't", "שלום", "x"])
WRAPS = st.sampled_from([("", ""), ("*", "*"), ("[", "](u)"), ("<b>", "</b>"), ("<A b={{c: `}`}}>", "</A>")])
GAPS = st.sampled_from([" ", "\n", "\r\n", " {a} ", " {/* b */} ", "\n\n{c}\n\n", "\n\nexport const d = {\n}\n\n"])
INDENTS = st.sampled_from(["", "    ", "<A>\n\n      ", "- ", "{/* e */}\n"])


@given(INDENTS, st.lists(st.tuples(WORDS, WRAPS, GAPS), min_size=1, max_size=8))
@settings(max_examples=300, deadline=None)
def test_words_are_found_where_they_were_put(indent, words):
    text, places = indent, []
    for word, (opening, closing), gap in words:
        text += opening
        places.append((word, len(text)))
        text += word + closing + gap
    found = {}
    for segment in read(text).segments:
        found.update(zip(segment.map.starts, segment.text, strict=True))
    for word, place in places:
        assert "".join(found.get(place + at, "") for at in range(len(word))) == word
