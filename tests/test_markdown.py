"""Markdown to prose: what is read, what is not, and where each character stands."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from srlint.formats import markdown
from srlint.formats.markdown import read

ATOM = "\ufffc"

READ = [  # clean cases first: what is markup or code is never read as words
    ("```\ncode\n```\n", []),
    ("    code\n", []),
    ("---\ntitle: The master plan\n---\n", []),
    ("---\r\ntitle: x\r\n---\r\n", []),
    ("---\rtitle: x\r---\r", []),
    ("+++\ntitle = 'x'\n+++\n", []),
    ('{\n "title": "x"\n}\n', []),
    ("<!-- a comment -->\n", []),
    ("[//]: # (a comment)\n", []),
    ("(a-target)=\n", []),
    ("{: .class }\n", []),
    ("::: mermaid\ngraph TD\n:::\n", []),
    (":::{code-block} py\ncode\n:::\n", []),
    ("```{python}\ncode\n```\n", []),
    ("```math\na\n```\n", []),
    ("[label]: https://x.org/master 'a title'\n", []),
    ("<pre>\n\ncode\n\n</pre>\n", []),
    ("<div>\n<pre>\n\ncode\n\n</pre>\n</div>\n", []),
    ("- ```\n  code\n  ```\n- prose\n", ["prose"]),
    ("$$\na + b\n$$\n", [ATOM]),
    ("a `b` c", [f"a {ATOM} c"]),
    ("a ``b ` c`` d", [f"a {ATOM} d"]),
    ("a $b$ c $`d`$ e", [f"a {ATOM} c {ATOM} e"]),
    ("it is $5 or $10", ["it is $5 or $10"]),
    ("a <sup title='b'>c</sup> <x-y>d</x-y>", [f"a c {ATOM}d{ATOM}", "b"]),
    ("a <code>b <i>c</i></code> d", [f"a {ATOM} d"]),
    ("a <kbd>b", [f"a {ATOM}"]),
    ("a <br>b", ["a ", "b"]),
    ("a <q>b</q> c", ["a “b” c"]),
    ("a <http://x.org> b", [f"a {ATOM} b"]),
    ("a <me@x.org> b", [f"a {ATOM} b"]),
    ("see https://x.org/a_(b)_c*d*. Then", [f"see {ATOM}. Then"]),
    ("a[^1] b\n\n[^1]: note\n", [f"a{ATOM} b", "note"]),
    ("a[^1] b", [f"a{ATOM} b"]),
    ("{{< tag x >}} b {% if y %}", [f"{ATOM} b {ATOM}"]),
    ('{{< t a="*b* <i>\n  c" >}} d', [f"{ATOM} d"]),
    ("- {{ a\n- b }}", ["{{ a", "b }}"]),
    ("in README.md or src/a.py, he/she and/or /etc/x", [f"in {ATOM} or {ATOM}, he/she and/or {ATOM}"]),
    ("use snake_case, call.it() or std::mem::swap", [f"use {ATOM}, {ATOM} or {ATOM}"]),
    ("a :rocket: b at 10:30:45 c", [f"a {ATOM} b at 10:30:45 c"]),
    ("# One *two* {#id}\n\n## Three {: .c }\n", ["One two ", "Three "]),
    ("One\n===\n\nTwo\n---\n", ["One", "Two"]),
    ("[link *text*](target) and [ref][r]{.c}\n\n[r]: u\n", ["link text and ref"]),
    ("**disa**bled, ~~so~~ ___very___ and <b>dis</b>abled", ["disabled, so very and disabled"]),
    (r"\*a\* \_b\_ \\ c", [r"*a* _b_ \ c"]),
    ("a &amp; b&nbsp;c &ngE; &bogus;", ["a & b\u00a0c ≧̸ &bogus;"]),
    ("a\n  b  \nc\\\nd", ["a b c d"]),
    ("a\r\nb\rc", ["a b c"]),
    ("a\r# b\r\r- c\r- d\r\n\r|x|y|\r|-|-|\r|1|2|", ["a", "b", "c", "d", "x", "y", "1", "2"]),
    ("- a\n  - b\n    c\n\n    d\n- [x] e\n", ["a", "b c", "d", "e"]),
    ("| a | *b* |\n|---|---|\n| c \\| d | `e` |\n", ["a", "b", "c | d", ATOM]),
    ("> [!NOTE]\n> an\n> alert\n", ["an alert"]),
    ("---\n\na\n\n---\nb: c\n\n---\nd\n", ["a", "b: c", "d"]),  # rules, no metadata
    ("---\na note to all\n---\n", ["a note to all"]),
]

ATTRIBUTES = [  # they follow the block they stand in
    ("![a *b* [c](d)](e) f\n\ng", [f"{ATOM} f", "a b c", "g"]),
    ("![a `b` ![c](d)](e)", [ATOM, f"a {ATOM} {ATOM}", "c"]),
    ('![a](u "b c") [d](u \'e\') [f](u (g)) [h](u "i &amp; j")', [f"{ATOM} d f h", "a", "b c", "e", "g"]),
    ('<img alt="a &amp;\n b" src=c title=d> e', [f"{ATOM} e", "a & b", "d"]),
    ("<abbr title='A B'>AB</abbr> c <a aria-label=\"d\" href='e'>f</a>", ["A B", "AB c f", "d"]),
    ("<img alt='a'>\n", [ATOM, "a"]),
    ("- ![a](b) c\n- d\n", [f"{ATOM} c", "a", "d"]),
    ('`![a](b)` {{< c ![d](e "f") >}}', [f"{ATOM} {ATOM}"]),
]

HTML = [
    ("<div>\ntext\n</div>\n", ["text"]),
    ("> [!NOTE]\n> <p>\n>   a\n>   b</p>\n", ["a b"]),
    ("- <p>a</p>\n  <p>b</p>\n- c\n", ["a", "b", "c"]),
    ("<details>\n<summary>a <b>b</b></summary>\n\nprose *c*\n\n</details>\n", ["a b", "prose c"]),
    ("<table>\r\n<tr><td>a</td><td>b\r\nc</td></tr>\r\n</table>\r\n", ["a", "b c"]),
    ("<!-- c --> text\n", ["text"]),
]

DIALECTS = [
    ('!!! note "The *title*"\n    a\n    b\n\n        code\n\n    c\nd\n', ["The title", "a b", "c", "d"]),
    ('??? tip\n    a\n\n???+ note ""\n    b\n\n!!! danger inline end\n    c\n', ["a", "b", "c"]),
    ("!!! a\n    ```\n    !!! b\n\n    c\n    ```\n    d\n", ["d"]),
    ("!!! a\n    ```\n    code\nb\n", ["b"]),
    ('- a\n\n    !!! note "b"\n        c\n\n        - d\n\n    e\n- f\n', ["a", "b", "c", "d", "e", "f"]),
    ('=== "A tab"\n\n    a\n\n=== "B"\n\n    b\n', ["A tab", "a", "B", "b"]),
    ("\t!!! note\n\t\tcode\n", []),
    (":::note\na\n:::\n\nb\n", ["a", "b"]),
    (":::tip My title\na\n:::\n:::info[The [t](u) `x`]{#i}\nb\n:::", ["My title", "a", f"The t {ATOM}", "b"]),
    ('::: {.note title="A title"}\na\n:::\n', ["A title", "a"]),
    ("a\n::: warning\nb\n:::\nc", ["a", "b", "c"]),
    (':::image source="x.png" alt-text="Two people":::\n', ["Two people"]),
    ("/// note | A title\na\n///\n", ["A title", "a"]),
    ("```{note}\n:class: x\na\n\n~~~\n```\n~~~\nb\n```\nc\n", ["a", "b", "c"]),
    ("````{admonition} A title\n---\nname: x\n---\n```py\ncode\n```\na\n````\n", ["A title", "a"]),
    ("```{warning} a\nb\n```\n", ["a b"]),
    ("```{figure} x.png\n:alt: An alt\n:name: y\nA caption.\n```\n", ["An alt", "A caption."]),
    (":::{seealso}\na\n:::\n", ["a"]),
    ("```md\n:::note\n!!! a\n```\n", []),
    ("{term}`a b` {ref}`c d <e>` {py:func}`f` {abbr}`GH (g h)`", [f"a b c d {ATOM} GH (g h)"]),
    ("{a}`b", ["{a}`b"]),
    ("[[Target]] [[T|a *b*]] ![[i.png]] ![[i.png|c]] [[#1]](u)", [f"{ATOM} a b {ATOM} {ATOM} #1", "c"]),
    ("Term\n: one\n\n  two\n: three\n", ["Term", "one", "two", "three"]),
    ("Term\n: one\n\na\n:b c\n", ["Term", "one", "a :b c"]),
    ("a\n:b c\n", ["a :b c"]),
    ("import A from 'a';\n\n<A>\n    b {c}\n</A>\n", [f"b {ATOM}"]),  # Docusaurus
]


@pytest.mark.parametrize(("text", "expected"), [*READ, *ATTRIBUTES, *HTML, *DIALECTS])
def test_what_is_read(text, expected):
    assert [segment.text for segment in read(text).segments] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\n\n> b\n> > c\n\nd", ["> b\n> > c"]),
        ("- a\n  > b\n- c", ["> b"]),
        ("<!-- words -->\n\n<p>x</p>\n", []),
        ("```{epigraph}\na\n\nb\n```\nc\n", ["a\n\nb"]),
        ("a\n\n<blockquote>\n\nb **c**\n\n</blockquote>\n\nd", ["<blockquote>\n\nb **c**\n\n</blockquote>"]),
        ("<blockquote>\n\nnever closed\n", []),
    ],
)
def test_what_is_reported_as_skipped(text, expected):
    assert [text[item.span.start : item.span.end] for item in read(text).skipped] == expected


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
        ("!!! x\n    a\n    *b*\n", ["a", "\n    ", "b"]),
        (":::x\n- a &lt;\n:::", ["a", " ", "&lt;"]),
        ("a\n:b\n\n!!! x\n", ["a", "\n", ":", "b"]),
        ("```{note} a\n🎉\n```", ["a", "\n", "🎉"]),
        ("<p>\n 🎉 &lt;</p>", ["🎉", " ", "&lt;"]),
        ("{ref}`a <b>` {x}`c`", ["a", " ", "{x}`c`"]),
        ("<q>a</q>", ["<q>", "a", "</q>"]),
        ("a <!-- c -->\nb", ["a", " ", "b"]),
    ],
)
def test_what_each_character_stands_for(text, expected):
    (segment,) = read(text).segments
    assert [text[start:end] for start, end in zip(segment.map.starts, segment.map.ends, strict=True)] == expected


def test_quotes_can_be_included():
    prose = read("> a\n> b\n\nc\n\n<blockquote>\n\nd\n\n</blockquote>\n\n```{epigraph}\ne\n```\n", True)
    found, skipped = prose.segments, prose.skipped
    assert [segment.text for segment in found] == ["a b", "c", "d", "e"] and not skipped


COMMENTS = [
    ("One. <!-- c --> Two.", "One. Two.", ["c"]),
    ("One. <!-- c -->\nTwo.", "One. Two.", ["c"]),
    ("One.<!-- c\nd --> Two.", "One. Two.", ["c\nd"]),
    ("*One*\n<b>Two</b> <!-- c -->.", "One Two .", ["c"]),
    ("One `x` <!-- c --> <!-- d --> two", f"One {ATOM} two", ["c", "d"]),
    ("One {# c #} {: .d} two", "One two", []),
    ("a <code>b <!-- c --></code> d", f"a {ATOM} d", ["c"]),
]


@pytest.mark.parametrize(("text", "expected", "comments"), COMMENTS)
def test_a_comment_vanishes_from_a_paragraph(text, expected, comments):
    prose = read(text)
    (segment,) = prose.segments
    assert segment.text == expected
    assert [comment.text for comment in prose.comments] == comments
    hidden = [text.index("<!--"), text.index("-->")] if comments and ATOM not in expected else []
    for place in hidden:
        assert not any(a <= place < b for a, b in zip(segment.map.starts, segment.map.ends, strict=True))


BLOCKS = ["# Head", "A paragraph. Two", "- item one\n- item", "| a | b |\n|---|---|\n| c | d", "> [!TIP]\n> y"]


@pytest.mark.parametrize("block", BLOCKS)
def test_a_comment_after_a_block_changes_no_passage(block):
    end = " |\n\nNext." if block.startswith("|") else "\n\nNext."
    plain, commented = read(block + end), read(f"{block} <!-- srlint: ignore[age] why -->{end}")
    assert [(segment.text.strip(), segment.kind) for segment in commented.segments] == [
        (segment.text.strip(), segment.kind) for segment in plain.segments
    ]
    assert [comment.text for comment in commented.comments] == ["srlint: ignore[age] why"]


def test_comments_are_where_they_stand():
    text = "<!-- a\nb -->\n\n[//]: # (c)\n\n> [!NOTE]\n> <!-- d -->\n> e\n\n- f <!---g-->\n\n"
    text += "[comment]: <> (h)\n\n<p><!--i--></p>\n"
    found = [(text[comment.span.start : comment.span.end], comment.text) for comment in read(text).comments]
    assert found == [
        ("<!-- a\nb -->", "a\nb"),
        ("[//]: # (c)", "c"),
        ("<!-- d -->", "d"),
        ("<!---g-->", "g"),
        ("[comment]: <> (h)", "h"),
        ("<!--i-->", "i"),
    ]
    assert not read("```\n[//]: # (c)\n<!-- d -->\n```\n\n> <!-- e -->\n").comments


def test_kinds():
    text = '# a\n\nb\n\n- c\n\n|d|\n|-|\n|e|\n\n[^1]: f\n\ng\n: h ![i](u)\n\n!!! note "j"\n'
    kinds = {segment.text: segment.kind for segment in read(text).segments}
    assert list(kinds) == ["a", "b", "c", "d", "e", "f", "g", f"h {ATOM}", "i", "j"]
    block_kinds = ["heading", "paragraph", "item", "cell", "cell", "footnote", "term", "item", "attribute", "heading"]
    assert list(kinds.values()) == block_kinds


def test_the_label_of_a_shortcut_link_and_a_hard_break_are_fixed():
    text = "[ab] c  \nd [e](f)\n\n[ab]: u\n"
    (segment,) = read(text).segments
    assert segment.text == "ab c d e"
    assert segment.map.fixed == ((0, 2), (4, 5))
    assert segment.map.source_span(0, 1) is None and segment.map.source_span(1, 1) is None
    assert segment.map.source_span(4, 5) is None and segment.map.source_span(7, 8) is not None


PIECE_LIST = (
    "a|word|*|**|_|~~|`|``|$|[|]|(u)|![|<b>|</b>|<code>|</code>|<br>|<!--|-->|&amp;|&ngE;|&#x1F389;|\\|\\*|\\\\|é|e\u0301"
    "|🎉|👩‍👩‍👧|漢字|שלום|\u202e|\u2028|\t|  | |\n|\r\n|\r|\n\n|\n> |\n- |\n  - |\n1. |\n    |\n# |\n```\n|\n"
    '|[^1]|\n!!! note "x"\n    |\n    |\n:::note x\n|\n:::\n|\n```{note}\n|\n```{epigraph}\n|\n: |\n:x|'
    '\n/// a\n|\n=== "a"\n|'
    "[[a]]|{.c}|:x:|{{|}}|<img alt='a b' title=\"&lt;\n\">|<p>|</p>|<blockquote>\n\n|</blockquote>\n\n|\n[//]: # (c)\n|"
    "{ref}|<q>"
    "|[^1]|\n[^1]: |http://x.org/a_b|a_b|.|. |\n---\n|\ufffc|\x0c|\n> [!NOTE]\n> |[r]|\n\n[r]: u\n\n"
)
PIECES = st.sampled_from([*PIECE_LIST.split("|"), "|", "\n|a|b|\n|-|-|\n"])


@given(st.lists(PIECES | st.text(max_size=4), max_size=30).map("".join), st.booleans())
@settings(max_examples=300, deadline=None)
def test_every_character_is_what_stands_at_its_place(text, include_quotes):
    check_positions(text, read, include_quotes)


def check_positions(text, read, include_quotes):
    """That what is read stands where it says, in order."""
    text = text.encode("utf-8", "replace").decode()
    prose = read(text, include_quotes)
    done = begun = 0
    for segment in prose.segments:
        starts, ends = segment.map.starts, segment.map.ends
        assert len(segment.text) == len(starts) == len(ends)
        assert list(starts) == sorted(starts) and starts[0] >= begun
        if segment.kind != "attribute":
            assert starts[0] >= done
            done = ends[-1]
        begun = starts[0]
        for character, start, end in zip(segment.text, starts, ends, strict=True):
            assert stands_for(character, text[start:end]), (character, text[start:end])
    for comment in prose.comments:
        source = text[comment.span.start : comment.span.end]
        assert re.sub(r"[>\\\s]", "", comment.text) in re.sub(r"[>\\\s]", "", source)
    assert sorted(prose.comments, key=lambda comment: comment.span) == prose.comments
    assert sorted(prose.skipped, key=lambda item: item.span) == prose.skipped


def stands_for(character: str, source: str) -> bool:
    """Whether `source` is a way to write the plain character."""
    if character in (source, ATOM):
        return bool(source)
    if character == " " and re.fullmatch(r"(?:[ \t>\x0b\x0c]*\\?(?:\r\n|\r|\n))+[ \t>\x0b\x0c]*", source):
        return True
    if character == " " and source.isspace():  # in HTML any number of blanks is one
        return True
    if (character, source.lower()[:3]) in (("“", "<q>"), ("”", "</q")):
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
    found = {start: character for segment in read(text).segments for start, character in _characters(segment)}
    for word, place in places:
        assert "".join(found.get(place + at, "") for at in range(len(word))) == word


def _characters(segment):
    return zip(segment.map.starts, segment.text, strict=True)


def test_fixed_stretches_and_breaks_move_with_the_atoms():
    text = "a_b [c d_e][]\nf http://x.y  \n[g_h i] j\n\n[c d_e]: u\n[g_h i]: v\n"
    (segment,) = read(text).segments
    assert segment.text == f"{ATOM} c {ATOM} f {ATOM} {ATOM} i j"
    assert segment.map.fixed == ((2, 5), (9, 10), (10, 13))
    assert segment.map.breaks == (5, 9)


DEEP = ["> ", "- ", "[", "![", "*a ", "<div>", "<code>", "```{note}\n", ":::note\n", "{{", "[[", "<!--", "|a", "$"]


@pytest.mark.parametrize("piece", DEEP)
def test_deep_nesting_is_read(piece):
    prose = read(piece * 10_000 + "\n\nThe end.\n")
    assert prose.segments or prose.skipped or prose.comments or piece == "<!--"


def test_nested_admonitions_are_read():
    text = "".join(f"{'    ' * depth}!!! note\n" for depth in range(300)) + "    " * 300 + "words\n"
    assert [segment.text for segment in read(text).segments] == ["words"]


def test_a_failure_of_the_parser_costs_its_extensions_only(monkeypatch):
    class PanicException(BaseException):
        pass

    parse = markdown.pyromark.events_with_range

    def fail(text, options=None):
        if options is not None:
            raise PanicException
        return parse(text)

    monkeypatch.setattr(markdown.pyromark, "events_with_range", fail)
    assert [segment.text for segment in read("a *b*\n").segments] == ["a b"]
    monkeypatch.setattr(markdown.pyromark, "events_with_range", lambda text, options=None: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        read("a")
