"""HTML to prose: what is read, what is not, and where each character stands."""

from __future__ import annotations

import html
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from srlint.document import Document
from srlint.edits import diff, project, reads_as
from srlint.formats.html import read
from srlint.formats.html.parts import tags
from srlint.formats.html.source import MAX_DEPTH, prepare
from srlint.passages import passages

ATOM = "\ufffc"

READ = [  # clean cases first: what is markup or code is never read as words
    ("", []),
    ("<!DOCTYPE html><!-- a comment --><![CDATA[ data ]]><?xml version='1.0'?>", []),
    ("<script>if (a < b) { say('</p>') }</script><style>p > a { color: red }</style>", []),
    ("<pre>code\n</pre><textarea>a <b>text</textarea><template><p>b</p></template>", []),
    ("<script>'<!-- a'</script><p>b</p><!-- c --></script>", ["b"]),
    ("<textarea><!-- a </textarea><p>b</p>", ["b"]),
    ("<iframe src='x'>a</iframe><object>b</object><noscript>c</noscript>", ["c"]),
    ("<head><meta name=author content='A. Master'><link rel=x href=y></head>", []),
    ("---\ntitle: The master plan\n---\n<p>a</p>", ["a"]),
    ("<a href='https://x.org/master' class=slave id=dummy data-title=z>b</a>", ["b"]),
    ("a <code>b <i>c</i></code> d <kbd>e</kbd> f <math><mi>x</mi></math>", [f"a {ATOM} d {ATOM} f {ATOM}"]),
    ("a <svg><title>b</title><path d='M0'/></svg> c", [f"a {ATOM} c"]),
    ("a<script>b</script>c <link rel=x><meta itemprop=y content=z>d", ["ac d"]),
    ("see https://x.org/a_b or README.md", [f"see {ATOM} or {ATOM}"]),
    (
        "a {{ b }} c {% if d %} e {# f #} g <% h %> i <?php echo '<p>' ?> j",
        [f"a {ATOM} c {ATOM} e g {ATOM} i {ATOM} j"],
    ),
    ("<a href={{ url }} {% if x %}class='y'{% endif %}>b</a> {{{ c }}}", [f"b {ATOM}"]),
    ("<b>a {{ b</b>, c", ["a {{ b, c"]),
    ("<p>One\n  <em>two</em> <b> three</b>\t4</p>", ["One two three 4"]),
    ("<p><b>disa</b>bled, <a href=x>in <i>a</i> link</a>, H<sub>2</sub>O</p>", ["disabled, in a link, H2O"]),
    ("1<sup>st</sup>, long<wbr>er, <mark>a</mark><span>b</span>", ["1st, longer, ab"]),
    ("a<br>b<br/>c<hr>d", ["a", "b", "c", "d"]),
    ("<h1>a</h1><h2>b <i>c</i></h2><title>d</title>", ["a", "b c", "d"]),
    ("<ul><li>a<li>b<ul><li>c</li></ul>d</li></ul><ol><li><p>e</ol>f", ["a", "b", "c", "d", "e", "f"]),
    ("<dl><dt>a<dd>b<dt>c</dt><dd>d</dd></dl>", ["a", "b", "c", "d"]),
    ("<table><caption>a</caption><tr><th>b<td>c<tr><td>d<p>e</table>f", ["a", "b", "c", "d", "e", "f"]),
    ("<figure><img src=x><figcaption>a</figcaption></figure><details><summary>b</summary>c</details>", [ATOM, *"abc"]),
    ("<fieldset><legend>a</legend><label>b <input></label><button>c</button></fieldset>", ["a", f"b {ATOM}", "c"]),
    ("<select><optgroup label=x><option>a<option>b</select>", ["a", "b"]),
    ("<div>a<div>b</div>c</div>d", ["a", "b", "c", "d"]),
    ("<p>a<p>b<div>c", ["a", "b", "c"]),
    ("<my-word>a</my-word> <o:p>b</o:p>", ["a b"]),
    ("<ruby>a<rp>(</rp><rt>b</rt><rp>)</rp></ruby>", ["a"]),
    ("He said <q>no</q>.", ["He said “no”."]),
    ("He said <q>no.", ["He said “no."]),
    ("&lt;a&gt; &amp; &quot;b&quot; &copy 1 &#233;&#xe9;&#128512;", ['<a> & "b" © 1 éé😀']),
    (
        "&ampa &notit; &bogus; & b&c &#; &#x; &ngE; &#x80;&#0;&#x110000;",
        ["&a ¬it; &bogus; & b&c &#; &#x; ≧̸ €\ufffd\ufffd"],
    ),
    ("a&nbsp;b &shy;c&shy;d&#10;&Tab;e", ["a\u00a0b cd e"]),
    ("a\r\nb\rc\fd", ["a b c d"]),
    ("a <!-- b --> c<!-- d -->e <!--> f <!-- g --!> h", ["a ce f h"]),
    ("<cite>The Idiot</cite>, <del>a</del> <ins>b</ins>", ["The Idiot, a b"]),
]


@pytest.mark.parametrize(("text", "expected"), READ)
def test_what_is_read(text, expected):
    assert [segment.text for segment in read(text).segments] == expected


def test_marks_of_notes_are_opaque():
    (segment,) = read("a<sup><a href='#n1'>1</a></sup> <a class=x href='#n2'><sup>2</sup></a> c<sup>d</sup>").segments
    assert segment.text == f"a{ATOM} {ATOM} cd"


@pytest.mark.parametrize(
    ("text", "expected"),
    [  # broken HTML
        ("a < b and c > d, <3", ["a < b and c > d, <3"]),
        ("</div>a</p>b</i>c", ["a", "bc"]),
        ("<p>a <b>b <i>c</b> d</p>e</i>", ["a b c d", "e"]),
        ("<p>a <b and c</p> d", [f"a {ATOM}", "d"]),
        ('<p class="x"" id=>a</p>', ["a"]),
        ("<p class='x>a</p>", ["a"]),
        ("<p>a</p", [f"a{ATOM}"]),
        ("<P>a</p \n>b", ["a", "b"]),
        ("<>a</>b", ["<>a</>b"]),
        ("a <code>b</p> c", [f"a {ATOM}"]),
        ("<p>a <code>b<p>c</p>d", [f"a {ATOM}", "c", "d"]),
        ("<p align=center>\na <img alt='b'", [f"a {ATOM}"]),
        ("a\0b", ["a\0b"]),
        ("<a href=?a=b&c=d>e</a>", ["e"]),
    ],
)
def test_broken_documents(text, expected):
    assert [segment.text for segment in read(text).segments] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "a<blockquote class=x>\n<p>b</p></blockquote>c",
            [("block quote", "<blockquote class=x>\n<p>b</p></blockquote>")],
        ),
        ("<ul><li lang=de>a\n<li>b</ul>", [("not English", "<li lang=de>a")]),
        ("<html lang='fr-CA'>a</html>", [("not English", "<html lang='fr-CA'>a</html>")]),
        ("a <i xml:lang=la>b <i>c</i></i> d", [("not English", "<i xml:lang=la>b <i>c</i></i>")]),
        ("<p lang=de>12</p><p lang=en-GB>a<p lang='{{ x }}'>b<p lang=''>c<p lang=und>d", []),
        ("<div translate=no>a</div> <b translate=no>c</b>", [("not to be translated", "<div translate=no>a</div>")]),
        ("<html translate=no><body translate=no>a", []),
        ("a <pre>b", [("unclosed element", "<pre>b")]),
        ("a <code>b</p><p>c", [("unclosed element", "<code>b</p><p>c")]),
        ("a <!-- b", [("unclosed comment", "<!-- b")]),
        ("a <b and c</b> d <blockquote>e <f g</blockquote>", [("broken tag", "<b and c"), ("block quote", None)]),
        ("<pre>b</pre><script>c</script><code>d</code><iframe>e</iframe>", []),
    ],
)
def test_what_is_reported_as_skipped(text, expected):
    found = [(item.reason, text[item.span.start : item.span.end]) for item in read(text).skipped]
    assert len(found) == len(expected)
    for (reason, source), (expected_reason, expected_source) in zip(found, expected, strict=True):
        assert reason == expected_reason and expected_source in (source, None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("&lt;é&#39;", ["&lt;", "é", "&#39;"]),
        ("a \r\n  b<i> c</i>  d", ["a", " \r\n  ", "b", " ", "c", "  ", "d"]),
        ("a <b> \n</b> c", ["a", " ", "c"]),
        ("&ampa&ngE;", ["&amp", "a", "&ngE;", "&ngE;"]),
        ("<q>🎉</q>", ["<q>", "🎉", "</q>"]),
        ("a<code>b</code>&nbsp;<img src='c'>", ["a", "<code>b</code>", "&nbsp;", "<img src='c'>"]),
        ("é<?php x ?>{{ y }}", ["é", "<?php x ?>", "{{ y }}"]),
        ("a <!-- b -->\nc", ["a", " ", "c"]),
        ("a&#32;\n&Tab;b", ["a", "&#32;", "b"]),
    ],
)
def test_what_each_character_stands_for(text, expected):
    (segment,) = read(text).segments
    assert [text[start:end] for start, end in zip(segment.map.starts, segment.map.ends, strict=True)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<img alt='The chairman'>", [ATOM, "The chairman"]),
        ("<p title=\"a\">b <a aria-label='c' href=d>e</a></p>f", ["a", "b e", "c", "f"]),
        ("<p><img alt='a'> b</p><p>c", [f"{ATOM} b", "a", "c"]),
        ("<input placeholder='a &lt; b &amp c&amp=d &copye'>", [ATOM, "a < b & c&amp=d &copye"]),
        ("<meta name=Description content='a\n b'><meta name=keywords content=c>", ["a b"]),
        ("<svg aria-label='a'><g aria-label='b'></g></svg><iframe title='c'></iframe>", [ATOM, "a", "c"]),
        ("<blockquote title='a'>b</blockquote><i lang=de title=c>d</i><pre><b title=e>f</b></pre>", [ATOM]),
        ("<img {% if a %}alt='The {{ b }} boss'{% endif %} ALT='c'>", [ATOM, f"The {ATOM} boss"]),
        ("<img alt='' title=' '><img data-alt='a' alt>", [ATOM * 2]),
        ("<p aria-description='a'>b", ["a", "b"]),
    ],
)
def test_what_attributes_say(text, expected):
    assert [segment.text for segment in read(text).segments] == expected


def test_attributes_are_segments_of_their_own_kind_and_unquoted_ones_may_not_be_edited():
    quoted, plain = (read(f"<img alt={value}>").segments[1] for value in ('"a&quot;b"', "ab"))
    assert (quoted.kind, plain.kind) == ("attribute", "attribute")
    assert quoted.map.source_span(0, 1) is not None and plain.map.source_span(0, 1) is None
    assert quoted.map.cover(0, 3).start == len('<img alt="')


@pytest.mark.parametrize(("new", "fine"), [("chair", True), ("chair's", False)])
def test_an_edit_must_not_end_the_attribute(new, fine):
    document = Document("<p>b</p><img alt='The chairman'><p>c</p>", "html")
    passage = passages(document).passages[1]
    rewritten = passage.text.replace("chairman", new)
    edits = project(diff(passage.text, rewritten), passage)
    assert edits and reads_as(document, passage, edits, rewritten) is fine


def test_quotes_can_be_included():
    prose = read("<blockquote>a</blockquote><p>b", True)
    assert [segment.text for segment in prose.segments] == ["a", "b"] and not prose.skipped


def test_marks_of_quotation_and_templates_may_not_be_edited():
    (segment,) = read("a <q>b</q> {{ c }}").segments
    assert [at for at in range(7) if segment.map.source_span(at, at + 1) is None] == [2, 4, 6]


def test_kinds():
    text = "<title>a</title><h3>b</h3><p>c<ul><li>d<p>e</ul><dl><dt>f<dd>g</dl><table><caption>h</caption><td><i>i</i>"
    kinds = {segment.text: segment.kind for segment in read(text).segments}
    names = {"heading": "ab", "paragraph": "c", "item": "deg", "term": "f", "caption": "h", "cell": "i"}
    assert kinds == {letter: kind for kind, letters in names.items() for letter in letters}


def test_comments():
    text = (
        "a <!-- srlint: ignore[gender] b --><!--[if IE]>c<![endif]--><!--<![endif]--><p>d<!----><pre><!--\ne --!></pre>"
    )
    comments = read(text).comments
    assert [comment.text for comment in comments] == ["srlint: ignore[gender] b", "", "e"]
    assert [text[comment.span.start : comment.span.end] for comment in comments][0::2] == [
        "<!-- srlint: ignore[gender] b -->",
        "<!--\ne --!>",
    ]


@pytest.mark.parametrize(
    "text", ["<p>The end.</p>", "<ul><li>The end.<li>Go.</ul>", "<h1>The end.</h1>", "<td>The end.</td>"]
)
def test_a_comment_changes_no_text(text):
    before = [segment.text for segment in read(text).segments]
    for added in (" <!-- c -->", "<!-- c -->", "\n<!-- c -->\n"):
        assert [segment.text for segment in read(text.replace("end.", f"end.{added}")).segments] == before


PIECE_LIST = (
    "a|word|<p>|</p>|<div class='x'>|</div>|<b>|</b>|<i lang=de>|</i>|<code>|</code>|<pre>|</pre>|<br>|<br/>|<ul>|</ul>"
    "|<li>|</li>|<table>|</table>|<tr>|<td>|</td>|<q>|</q>|<blockquote>|</blockquote>|<h1>|</h1>|<sup>|<a href='#x'>"
    "|</a>|<img alt='a  b&amp;c'>"
    "|<img alt=x>|<input placeholder=\"it's\">|<p title='a\nb'|<script>|</script>|<textarea>|</textarea>"
    "|<title>|</title>|<svg/>|<o:p>|<x-y>|<!--|-->|--!>|<!-->|<!doctype html>|<![CDATA[|]]>|<?php|<?|?>|<%|%>"
    "|{{|}}|{%|%}|{#|#}|<|>|</|/>|=|'|\"|&|;|&amp;|&amp|&ngE;|&#x1F389;|&#10;|&nbsp;|&shy;|&#0;|&bogus;|é|e\u0301|🎉|👩‍👩‍👧"
    "|漢字|שלום|\u202e|\u2028|\t|  | |\n|\r\n|\r|\n\n|http://x.org/a_b|a_b|.|. |---\n|\ufffc|\x0c|\x0b|\0"
)
PIECES = st.sampled_from(PIECE_LIST.split("|"))
TEXTS = st.lists(PIECES | st.text(max_size=4), max_size=30).map(
    lambda parts: "".join(parts).encode("utf-8", "replace").decode()
)


@given(TEXTS, st.booleans())
@settings(max_examples=300, deadline=None)
def test_every_character_is_what_stands_at_its_place(text, include_quotes):
    prose = read(text, include_quotes)
    done = 0
    for segment in prose.segments:
        starts, ends = segment.map.starts, segment.map.ends
        assert len(segment.text) == len(starts) == len(ends)
        assert list(starts) == sorted(starts) and list(ends) == sorted(ends)
        if segment.kind != "attribute":
            assert starts[0] >= done
            done = ends[-1]
        for character, start, end in zip(segment.text, starts, ends, strict=True):
            assert stands_for(character, text[start:end]), (character, text[start:end])
    spans = [item.span for item in prose.skipped]
    assert spans == sorted(spans) and all(span.end <= len(text) for span in spans)
    assert [comment.span for comment in prose.comments] == sorted(comment.span for comment in prose.comments)


def stands_for(character: str, source: str) -> bool:
    """Whether `source` is a way to write the plain character."""
    if character in (source, ATOM):
        return bool(source)
    if character in "“”":
        return re.fullmatch(r"</?q\b[^>]*>", source) is not None
    if character == " " and not html.unescape(source).strip(" \t\r\n\f"):
        return bool(source)
    return source[0] == "&" and character in html.unescape(source)


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_the_grammar_gives_every_well_formed_tag(text):
    source = prepare(text)
    assert len(source.data) == len(text)
    found = [(tag.start, tag.end) for tag in tags(source)]
    assert [start for start, _ in found] == [
        match.start() for match in re.finditer(rb"<[/A-Za-z](?:[^<>\"']|\"[^\"]*\"|'[^']*')*>", source.data)
    ]
    for start, end in found:
        assert text[start] == "<" and source.data[end - 1 : end] == b">"


WORDS = st.sampled_from(["cat", "Straße", "naïve", "🎉", "漢字", "e\u0301t", "don't", "שלום", "x", "👩‍👩‍👧"])
WRAPS = st.sampled_from(
    [("", ""), ("<em>", "</em>"), ("<a href=u>", "</a>"), ("<b\n class='x'>", "</b>"), ("<q>", "</q>")]
)
BREAKS = st.sampled_from([" ", "\n", "\r\n", "\r", "  ", "\t", "<br>", " <!-- c --> ", "&nbsp;", " <code>y</code> "])
BLOCKS = st.sampled_from(
    ["", "<p>", "<h1>", "<ul><li>", "<table><tr><td>", "<dl><dt>", "<div><div>", "</p>", "<p lang=en>"]
)


@given(st.lists(st.tuples(BLOCKS, WORDS, WRAPS, BREAKS), min_size=1, max_size=8))
@settings(max_examples=300, deadline=None)
def test_words_are_found_where_they_were_put(words):
    text, places = "", []
    for block, word, (opening, closing), gap in words:
        text += block + opening
        places.append((word, len(text)))
        text += word + closing + gap
    found = {
        start: c for segment in read(text).segments for start, c in zip(segment.map.starts, segment.text, strict=True)
    }
    for word, place in places:
        assert "".join(found.get(place + at, "") for at in range(len(word))) == word


@pytest.mark.parametrize(
    "text",
    [
        "<div>" * 10_000 + "words" + "</div>" * 10_000,
        "<b>" * 10_000 + "words",
        "<ul><li>" * 10_000 + "words",
        "<a b=c>" * 10_000 + "words",
        "<x-y><p>" * 10_000 + "words" + "</p></x-y>" * 10_000,
    ],
)
def test_deep_nesting_is_read_in_time(text):
    began = time.process_time()
    assert [segment.text for segment in read(text).segments] == ["words"]
    assert time.process_time() - began < 40


@pytest.mark.parametrize(
    "piece",
    "<|&|</p|</a |<p |<p a='|<p a=\"x|<a b |<!--|<!-- --!|<?|<?php |<% |{{|{{ a |{% |<p>{{</p>|<![CDATA[|<script>"
    "|<script |<textarea>|<pre>|<code>|<sup>|<blockquote>|<q>".split("|"),
)
def test_repeated_beginnings_take_no_more_than_linear_time(piece):
    began = time.process_time()
    read(piece * 20_000)
    assert time.process_time() - began < 40


def test_deep_documents_are_parsed_in_parts():
    assert len(prepare("<p>a</p>" * 1000).cuts) == 1
    assert len(prepare("<b>" * 10 * MAX_DEPTH).cuts) == 10
