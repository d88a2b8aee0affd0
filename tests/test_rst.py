"""reStructuredText to prose: what is read, what is not, and where each character stands."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.rst import CASES
from srlint.document import Document
from srlint.edits import apply, diff, project, reads_as
from srlint.formats.rst import read
from srlint.passages import passages

ATOM = "\ufffc"

READ = [  # clean cases first: what is markup or code is never read as words
    ("", []),
    (" \n\t\n", []),
    ("=====\n", []),
    ("a\n\n-----\n\nb", ["a", "b"]),
    (".. _a: https://x.org\n.. __: b\n__ c\n", []),
    (".. a comment\n      deeper\n   shallower\n", []),
    (".. code-block:: python\n\n       deep = 1\n   shallow = 2\n\n   last\n", []),
    (".. literalinclude:: a.py\n   :language: python\n", []),
    (".. toctree::\n   :maxdepth: 2\n\n   The master <a>\n   b\n", []),
    ("a:\n\n::\n\n  code\n", ["a:"]),
    ("a::\n  code, but the blank line was forgotten\n", ["a:"]),
    ("a\\::\n\n  b", ["a::"]),
    ("a::\n\nb", ["a:", "b"]),
    ("a::\n\n$ b\n$ c\n\nd", ["a:", "d"]),
    ("- a::\n\n    b\n\n  c", ["a:", "c"]),
    (">>> a\nb\n\nc", ["c"]),
    (":a: b\n\nc\n\n:d: e\n", ["c"]),
    ("a\n\n:d: some words of prose here\n", ["a", "some words of prose here"]),
    ("a\n\n:type x: some words of prose here\n", ["a"]),
    ("a\n\n:param x: b\n        c\n    d\n", ["a", "b", "c", "d"]),
    ("PEP: 1\nTitle: The\n master\nStatus: x\n\na\n", ["a"]),
    ("One: a\nTwo: b\n", ["One: a Two: b"]),
    (".. |a| date::\n.. |b| unicode:: 0xA9\n", []),
    (".. index:: master\n.. highlight:: python\n.. rst-class:: a\n\nb\n", ["b"]),
    (".. class:: a\n\n   b\n", ["b"]),
    ("`a`:code: ``b`` `c` |d|_ [e]_ :f:`g` :h:i:`~j.k`", [" ".join([ATOM] * 7)]),
    (":a:`b <c>` :d:e:`f\ng <h>` `i <j>`_ `k`_ `<l>`_ _`m`", [f"b f g i k {ATOM} m"]),
    (":kbd:`a <b>` :guilabel:`c` :dfn:`d` `e`:sup: :code:`f`", [f"{ATOM} {ATOM} d e {ATOM}"]),
    ("a*b* **c**, (*d*) '*' 2*3*4 *e* \"*\" ``f *``", [f"a*b* c, (d) '*' 2*3*4 e \"*\" {ATOM}"]),
    ("``a\nb`` *c\nd*", [f"{ATOM} c d"]),
    (r"\*a* \`b` \**c*\* a\ *b*\ c d\ ", [r"*a* `b` **c** abc d"]),
    ("a\\\nb", ["ab"]),
    ("a\n  b\n", ["a", "b"]),  # a term and its definition
    ("``a : b`` : c : d\n  e\n", [ATOM, "c", "d", "e"]),
    ("A. Einstein was\na violinist.\n", ["A. Einstein was a violinist."]),
    ("A. a\nB. b\n", ["a", "b"]),
    ("iv. a\nv. b\n#. c\n", ["a", "b", "c"]),
    ("mild. a\n", ["mild. a"]),
    ("1. a\n2) b\n", ["1. a 2) b"]),
    ("-\n  a\n\n-   b\n    c\n-no\n", ["a", "b c", "-no"]),
    ("- a\n  b\n\n   c\n", ["a b", "c"]),
    ("- a\nb\n", ["a", "b"]),
    ("* a\n\n  .. note::\n\n     b\n\n  c\n", ["a", "b", "c"]),
    ("-a, --b=C  d\n\n    e\n/V\n  f\n-x  \n", ["d", "e", "f", "-x"]),
    ("-a\n", ["-a"]),
    ("| a\n|   b\n  c\n|\n| d\n", ["a b c", "d"]),
    ("x\n-\n", ["x"]),
    ("xy\n-\n", ["xy -"]),
    ("xyz ab\n----\n", ["xyz ab" + ATOM]),
    ("------\n x ab\n------\n", ["x ab"]),
    ("------\nx ab\n-----\n", ["x ab"]),
    (".. note:: a\n   :class: b\n\n   c", ["a", "c"]),
    (".. note::\n\n   :param x: c", ["c"]),
    (".. versionchanged:: 3.1\n   a\n\n   b", ["a", "b"]),
    (".. deprecated-removed:: 3.1 3.3 a", ["a"]),
    (".. topic:: a\n\n   b", ["a", "b"]),
    (".. contents:: a *b*\n   :depth: 1", ["a b"]),
    (".. only:: html\n\n   a", ["a"]),
    ("..\n\n.. [#] a\n   b\n\n   - c\n", ["a b", "c"]),
    (".. note\n.. note: a\n", []),
]


@pytest.mark.parametrize(("text", "expected"), READ)
def test_what_is_read(text, expected):
    assert [segment.text for segment in read(text).segments] == expected


SKIPPED = [
    ("a\n\n  b\n", ["block quote"]),
    ("- a:\n\n     b\n", ["block quote"]),
    ("- a\n\n     b\n\n     -- c\n", ["block quote"]),
    ("- a\n\n     b\n", []),
    ("a\n\n  - b\n", []),
    ("a\n\n  == ==\n  b  c\n  == ==\n", []),
    (".. pull-quote::\n\n   a\n", ["block quote"]),
    (".. code:: python\n\n   a\n", []),
    (".. raw:: html\n\n   <b>a</b>\n", ["raw HTML"]),
    (".. raw:: html\n   :file: a.html\n", []),
    (".. unheard-of:: 1\n", []),
    (".. unheard-of:: a\n", ["directive unheard-of"]),
    (".. csv-table:: a\n\n   b\n", ["csv table"]),
    ("+---+\n| a|\n+---+\n", ["malformed table"]),
    ("== ==\na xb\n== ==\n", ["malformed table"]),
    ("- " * 500 + "a\n", ["nested too deeply"]),
    ("*a " * 5000, ["too complex"]),
]


@pytest.mark.parametrize(("text", "expected"), SKIPPED)
def test_what_is_skipped(text, expected):
    prose = read(text)
    assert [item.reason for item in prose.skipped] == expected
    for item in prose.skipped:
        assert text[item.span.start : item.span.end].strip()


TABLES = [
    ("+---+---+\n| a | b |\n+---+---+\n| c     |\n+---+---+\n", ["a", "b", "c"]),
    ("+---+---+\n| a | b |\n|   +---+\n|   | c |\n+---+---+\n", ["a", "b", "c"]),
    ("+---+---+\n| a | b |\n+===+===+\n|   | d |\n+---+---+\n", ["a", "b", "d"]),
    ("+------+\n| 漢字 |\n+------+\n", ["漢字"]),
    ("+----+\n| e\u0301x |\n+----+\n", ["e\u0301x"]),
    ("+----+\n|\ta|\n+----+\n", []),
    ("+-----+\n| a:: |\n|     |\n|   b |\n+-----+\n", ["a:"]),
    ("- +---+\n  | a |\n  +---+\n\n  b\n", ["a", "b"]),
    ("+---+\n| a |\n+---+\nb\n", ["a", "b"]),
    ("== ==\na  b\n== ==\n\n", ["a", "b"]),
    ("== ==\na  b\n-----\nc  d\n== ==\n", None),
    ("== ==\nab cd\n-----\nc  d\n== ==\n", None),
    ("== ==\na cd\n-----\nc  d\n== ==\n", ["a cd", "c", "d"]),
    ("== ==\na  b\n== ==\nc  d\n   e\n\nf  g long\n== ==\n", ["a", "b", "c", "d e", "f", "g long"]),
    ("== ==\n   b\n== ==\nc  d\n== ==\n", ["b", "c", "d"]),
    ("== ==\na  b\n", ["== == a  b"]),
]


@pytest.mark.parametrize(("text", "expected"), TABLES)
def test_tables(text, expected):
    prose = read(text)
    found = [segment.text for segment in prose.segments]
    if expected is None:  # a rule under a text is that of one cell over both columns
        assert found[0] in ("a  b", "ab cd") and found[1:] == ["c", "d"]
    elif expected:
        assert found == expected and not prose.skipped
    else:
        assert not found and [item.reason for item in prose.skipped] == ["malformed table"]


def test_kinds():
    text = (
        "t\n=\n\np\n\n- i\n\nd\n  e\n\n+---+\n| c |\n+---+\n\n.. [1] n\n\n.. image:: x\n   :alt: a\n\n"
        ".. figure:: x\n\n   f\n\n.. rubric:: r\n\n.. list-table::\n\n   * - l\n"
    )
    kinds = {segment.text: segment.kind for segment in read(text).segments}
    assert kinds == {
        "t": "heading",
        "p": "paragraph",
        "i": "item",
        "d": "term",
        "e": "paragraph",
        "c": "cell",
        "n": "footnote",
        "a": "attribute",
        "f": "caption",
        "r": "heading",
        "l": "cell",
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\\*b\\ c", ["a", "\\*", "b", "c"]),
        ("a\r\n  \r\nb", ["a", "b"]),
        ("- a\r\n  b", ["a", "\r\n  ", "b"]),
        ("a ::\r\r x", ["a"]),
        (":r:`a\nb` c", [":r:`a\nb`", " ", "c"]),
        (".. note:: a\n\t  b", ["a", "\n\t  ", "b"]),
    ],
)
def test_what_each_character_stands_for(text, expected):
    found = [
        text[start:end]
        for segment in read(text).segments
        for start, end in zip(segment.map.starts, segment.map.ends, strict=True)
    ]
    assert found == expected


def test_labels_that_are_targets_and_breaks_between_cells_are_fixed():
    (segment,) = read("`ab`_ c_ `d`__ `e <f>`_ _`g`").segments
    assert segment.text == "ab c d e g"
    assert segment.map.fixed == ((0, 2), (3, 4), (9, 10))
    first, _ = read("+---+---+\n| a | b |\n| c | d |\n+---+---+\n").segments
    assert first.text == "a c" and first.map.fixed == ((1, 2),)
    (verse,) = read("| a\n| b\n").segments
    assert verse.map.fixed == ((1, 2),)


def test_an_inline_comment_directive_of_another_block_changes_no_passage():
    text = "One text.\n\n- An item.\n"
    with_comment = "One text.\n\n.. srlint: ignore[gender] a reason\n\n- An item.\n"
    assert [s.text for s in read(text).segments] == [s.text for s in read(with_comment).segments]
    (comment,) = read(with_comment).comments
    assert with_comment[comment.span.start : comment.span.end] == ".. srlint: ignore[gender] a reason"


def _rewrite(source, old, new):
    """The source after the words are replaced, or None when that is refused."""
    document = Document(source, "rst")
    passage = next(passage for passage in passages(document).passages if old in passage.text)
    rewritten = passage.text.replace(old, new)
    edits = project(diff(passage.text, rewritten), passage)
    return apply(source, edits) if edits and reads_as(document, passage, edits, rewritten) else None


def test_no_rewrite_breaks_a_table_or_a_title():
    grid = "+------------+---+\n| the master | b |\n+------------+---+\n"
    assert _rewrite(grid, "master", "leader") == grid.replace("master", "leader")
    assert _rewrite(grid, "master", "main") is None
    simple = "==========  =========\nthe master  b\nc           a master\n==========  =========\n"
    assert _rewrite(simple, "the master", "the long leader") is None
    assert _rewrite(simple, "a master", "a long leader") == simple.replace("a master", "a long leader")
    title = "The master\n==========\n\nText.\n"
    assert _rewrite(title, "master", "main") == title.replace("master", "main")
    assert _rewrite(title, "master", "principal") is None


@pytest.mark.parametrize(
    "text",
    [
        "".join("  " * depth + "- a\n\n" for depth in range(3000)),
        "".join(" " * depth + "a\n" for depth in range(3000)),
        "".join("   " * depth + ".. note::\n\n" for depth in range(2000)) + "a",
        ".. note:: " * 10_000 + "a",
        "1. " * 10_000 + "a",
        ":a: " * 10_000 + "b\n",
        "+-" * 5000 + "+\n" + "| " * 5000 + "|\n" + "+-" * 5000 + "+\n",
        ("+-" * 200 + "+\n") * 200,
        "== ==\n" * 10_000,
        "`a <" * 10_000,
        "a_ " * 10_000,
        "\\" * 100_000,
        "`a" + " " * 100_000 + "b`_\n  c",
    ],
)
def test_no_text_takes_long(text):
    start = time.process_time()
    read(text)
    assert time.process_time() - start < 20


PIECE_LIST = (
    "a|word|*|**|`|``|_|__|\\|\\ |:|::|:ref:|<u>|é|e\u0301|🎉|👩‍👩‍👧|漢字|שלום|\u202e|\u2028|\t|  | "
    "|\n|\r\n|\r|\n\n|\n  |\n   |\n- |\n  - |\n1. |\n#. |\n=====\n|\n===== =====\n|\n+---+\n|\n::\n\n  |[1]_"
    "|.. [1] |.. |..\n|.. note:: |\n.. note::\n\n   |\n.. code::\n\n  |.. list-table::\n\n   * - |\n   :alt: "
    "|.. image:: x|\n:a: |\n-a  |\n>>> |\n-- |http://x.org/a_b|a_b|.|. |\ufffc|\x0c|.. _x: y\n|\x00|*a*|`b`_"
    "|`c <d>`__|\n.. epigraph::\n\n   |\n.. glossary::\n\n   "
)
PIECES = st.sampled_from([*PIECE_LIST.split("|"), "|", "|a|", "\n| ", " |\n", "\n|b|c|\n"])


@given(st.lists(PIECES | st.text(max_size=4), max_size=30).map("".join), st.booleans())
@settings(max_examples=300, deadline=None)
def test_every_character_is_what_stands_at_its_place(text, include_quotes):
    text = text.encode("utf-8", "replace").decode()
    prose = read(text, include_quotes)
    done = last = 0
    for segment in prose.segments:
        starts, ends = segment.map.starts, segment.map.ends
        assert len(segment.text) == len(starts) == len(ends)
        assert list(starts) == sorted(starts) and starts[0] >= last
        last = starts[0]
        if "+" not in text and "==" not in text:  # only cells beside each other interleave
            assert starts[0] >= done
        done = ends[-1]
        for character, start, end in zip(segment.text, starts, ends, strict=True):
            assert stands_for(character, text[start:end]), (character, text[start:end])
    for item in [*prose.skipped, *prose.comments]:
        assert item.span.start < item.span.end <= len(text)


def stands_for(character: str, source: str) -> bool:
    """Whether `source` is a way to write the plain character."""
    if character in (source, ATOM):
        return bool(source)
    return source == "\\" + character or (character == " " and re.search(r"[\r\n]", source) is not None)


WORDS = st.sampled_from(["cat", "Straße", "naïve", "🎉", "漢字", "e\u0301t", "don't", "שלום", "x"])
WRAPS = st.sampled_from(
    [("", ""), ("*", "*"), ("**", "**"), ("`", " <u>`__"), (":dfn:`", "`"), ("`", "`__"), ("“", "”")]
)
BREAKS = st.sampled_from([" ", "\n", "\r\n", "\r", "  "])
TABLE = "- ===== =====\n  a     "
PREFIXES = st.sampled_from(
    ["", "- ", "12. ", "| ", ".. [1] ", ".. note:: ", ".. note::\n\n   - ", "- x\n\n  - ", "t\n  ", "-a  ", TABLE]
)


@given(PREFIXES, st.lists(st.tuples(WORDS, WRAPS, BREAKS), min_size=1, max_size=8))
@settings(max_examples=300, deadline=None)
def test_words_are_found_where_they_were_put(prefix, words):
    indent = " " * (len(prefix) - prefix.rfind("\n") - 1)
    text, places = prefix, []
    for word, (opening, closing), gap in words:
        text += opening
        places.append((word, len(text)))
        breaks = gap.strip(" ") != ""
        text += word + closing + (" " if prefix == TABLE else gap + indent if breaks else gap)
    text = text.rstrip() + ("\n  ===== =====\n" if prefix == TABLE else "")
    found = {start: character for segment in read(text).segments for start, character in _characters(segment)}
    for word, place in places:
        assert "".join(found.get(place + at, "") for at in range(len(word))) == word


def _characters(segment):
    return zip(segment.map.starts, segment.text, strict=True)


# Directives and roles that docutils knows without Sphinx, in the shape of real documents.
PLAIN = "paragraphs headings emphasis lists footnotes line-ends".split()


@pytest.mark.parametrize("feature", PLAIN)
def test_the_same_blocks_as_docutils(feature):
    core = pytest.importorskip("docutils.core")
    nodes = pytest.importorskip("docutils.nodes")
    source = re.sub(r"\r\n|\r", "\n", CASES[feature].source)
    settings = {"report_level": 5, "halt_level": 5, "doctitle_xform": False, "docinfo_xform": False}
    tree = core.publish_doctree(source, settings_overrides=settings)
    kinds = (nodes.paragraph, nodes.title, nodes.term, nodes.classifier)
    skipped = (nodes.footnote_reference, nodes.citation_reference)
    expected = []
    for node in tree.findall(lambda node: isinstance(node, kinds)):
        if any(isinstance(parent, nodes.system_message) for parent in _parents(node)):
            continue
        pieces = [
            text.astext()
            for text in node.findall(nodes.Text)
            if not any(isinstance(p, skipped) for p in _parents(text))
        ]
        expected.append(" ".join("".join(pieces).split()))
    found = [" ".join(segment.text.replace(ATOM, "").split()) for segment in read(CASES[feature].source).segments]
    assert found == [" ".join(text.split()) for text in expected]


def _parents(node):
    while node.parent is not None:
        node = node.parent
        yield node
