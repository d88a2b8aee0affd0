"""Comments and docstrings of programs: what is read, what is not, and where each character stands."""

from __future__ import annotations

import builtins
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from srlint.document import Document
from srlint.edits import apply, diff, project, reads_as
from srlint.errors import DocumentError
from srlint.formats import SYNTAXES
from srlint.formats.code import read
from srlint.formats.code.languages import LANGUAGES, grammar, query
from srlint.formats.code.regions import comments
from srlint.passages import passages

ATOM = "\ufffc"


def texts(source: str, language: str) -> list[str]:
    return [segment.text for segment in read(source, False, language).segments]


def test_every_language_of_the_table_of_formats_is_known():
    assert set(LANGUAGES) == {name for name, syntax in SYNTAXES.items() if syntax.code}


NOT_PROSE = [  # code, strings and directives are never read as words
    ("python", 'x = "The chairman"\ny = """The chairman"""\nf"""The chairman"""\nb"""The chairman"""\n'),
    ("python", 'def f():\n    x = 1\n    "The chairman"\n'),
    ("python", '"The" "chairman"\n'),
    ("python", "# /// script\n# dependencies = ['chairman']\n# The chairman\n# ///\n"),
    (
        "python",
        "# type: ignore[chairman]  # noqa: E501\n# pylint: disable=the chairman\n# region The chairman\n"
        "# %% The chairman\n",
    ),
    ("python", "# vim: set chairman :\n# In[3]:\n# isort: skip_file\n# pragma: no chairman\n"),
    (
        "python",
        "# chairman = None\n# chairman(1)\n# chairman[0].sleep()\n# return chairman\n# import chairman.master\n",
    ),
    ("python", "# print('the chairman of the board is here')\n"),
    ("python", "# @chairman\n# def f(master):\n#     pass\n"),
    ("python", "# else:\n#     chairman()\n"),
    ("python", "# >>> chairman is master\n"),
    ("python", "# ******************\n# +---+---+ -> [===]\n"),
    ("javascript", "const s = `// The chairman ${'/* no */'}`; const r = /[/]* The chairman */;\n"),
    (
        "javascript",
        "/* global chairman */ /* @__PURE__ */ /* webpackChunkName: 'chairman' */ // #region The chairman\n",
    ),
    ("javascript", "// chairman.sleep();\n// } else {\n//   master.wake();\n// }\n"),
    ("go", "//go:generate chairman\n//nolint:all // the chairman\n//export chairman\n"),
    ("go", "// if err := chairman.Wake(); err != nil {\n// \treturn err\n// }\n"),
    ("rust", "// let chairman: Option<Master> = None;\n// match chairman { _ => () }\n"),
    ("java", "// private final Chairman chairman = new Chairman(master);\n"),
    ("c", '// int chairman[3];\n/* if (chairman) */\n// #include <chairman.h>\n#define S "// The chairman"\n'),
    ("c", "/* fallthrough */ /* clang-format off */ // NOLINTNEXTLINE(the-chairman)\n"),
    ("cpp", "// std::vector<Chairman> masters{1, 2};\n"),
    (
        "shell",
        "# export CHAIRMAN=master\n# sudo apt-get install ./chairman\n# for c in $chairmen; do\n#   wake $c\n# done\n",
    ),
    ("shell", "echo '# The chairman' \"# The chairman\" chair#man ${#chairman}\n"),
]


@pytest.mark.parametrize(("language", "source"), NOT_PROSE)
def test_what_is_no_prose(language, source):
    assert [text for text in texts(source, language) if any(map(str.isalpha, text))] == []


SENTENCES = [  # some of them are statements for a grammar
    "chairman",
    "return value",
    "the chairman is master",
    "not whitelisted",
    "yield results",
    "raise the roof",
    "Import the whitelist first.",
    "this is the case for old men;",
    "if the chairman agrees:",
    "Note: chairmen only",
    "chairmen, members and guests",
    "The chairman (he) is late.",
    "file(s) of the chairman",
    "x is the number of men = seats of the hall",
    "See also: the whitelist",
    "for each man in the room",
]


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_are_no_code(language, sentence):
    mark = "#" if LANGUAGES[language].block is None else "//"
    assert texts(f"{mark} {sentence}\n", language) == [sentence]


READ = [
    ("python", "# one\n# two\n\n# three\n  # four\n", ["one two", "three", "four"]),
    ("python", "x = 1  # one\ny = 2  # two\n       # three\n", ["one", "two three"]),
    ("python", "#: one\n#: two\n# three\n", ["one two", "three"]),
    ("python", "#one\n#  two\n", ["one two"]),
    ("python", "# one\n#\n# two\n#####\n# three\n", ["one", "two", "three"]),
    ("python", 'class A:\n    # a comment\n    """The class."""\n', ["a comment", "The class."]),
    ("python", "async def f(): 'One.'\n", ["One."]),
    ("python", 'U"""The text."""\n', ["The text."]),
    ("python", '"""\n    One\n      two.\n\n    Three.\n    """\n', ["One two.", "Three."]),
    ("python", "def f(:\n  # still read\n  x = = 2\n", ["still read"]),
    ("python", "# ---- One ----\n# Two.\n# === Three\n", ["One", "Two.", "Three"]),
    ("python", '"""Sum of:\n\n    the first\n    the second\n"""\n', ["Sum of:", "the first the second"]),
    ("python", '"""One.\n\n@param x: two\n@rtype: int\n@return: three\n"""\n', ["One.", "two", "three"]),
    ("python", '"""See [1]_.\n\nReferences\n----------\n.. [1] A book, 1987.\n"""\n', [f"See {ATOM}."]),
    ("python", '"""One.\n\nSee Also\n--------\nfoo : Two.\nbar\n"""\n', ["One."]),
    ("python", '"""Returns\n-------\nx : int\n    Two.\n\nNotes\n-----\nThree."""\n', ["Two.", "Three."]),
    ("python", '"""Raises:\n    KeyError: two\n    OSError, OSErr: three\n\nFour.\n"""\n', ["two", "three", "Four."]),
    ("javascript", "/***/ /**/ /* */ //\n/** one */ /*two*/\n", ["one", "two"]),
    ("javascript", "/*\n one\n   two\n\n three\n*/\n", ["one two", "three"]),
    ("javascript", "/*****\n * one *\n * two *\n *****/\n", ["one two"]),
    ("javascript", "/** @deprecated use two */\n", ["use two"]),
    ("javascript", "/**\n * @param {{a: {b: string}}} x - one\n * @param y\n *   two\n */\n", ["one", "two"]),
    ("javascript", "// one\n/* two */\n// three\n", ["one", "two", "three"]),
    ("rust", "//! one\n/// two\n// three\n//// four\n", ["one", "two", "three", "four"]),
    ("rust", "/*! one */ /** two */ /* three */ fn f() {}\n", ["one", "two", "three"]),
    ("java", "/** one<br>two <i>three</i>&nbsp;&lt;four&gt; */\n", ["one", "two three&nbsp;<four>"]),
    ("java", "/**\n * one\n * @see two\n *   three\n * @return four\n */\n", ["one", "four"]),
    ("c", "#define A(x) \"//\" '\"' /* one */ // two\n", ["one", "two"]),
    ("c", "int x; //!< one\n//!< two\n", ["one", "two"]),
    ("c", "/** \\brief one\n *\n * two \\f$x_1\\f$ \\c three \\e four */\n", ["one", f"two {ATOM} {ATOM} four"]),
    ("c", "/**\n * f() - one\n * @name: two\n * @other_name: three\n */\n", [f"{ATOM} - one", "two", "three"]),
    ("c", "/**\n * @ingroup a\n * one\n * @struct b c.h\n * two\n */\n", ["one", "two"]),
    ("c", "/* One\n * ~~~~~~~\n * two\n */\n", ["One", "two"]),
    ("javascript", "// Global variable, shared between modules\n", ["Global variable, shared between modules"]),
    ("python", '"""One.\n\n.. attribute:: seats\n\n   Two.\n\n.. image:: three\n   :alt: x\n"""\n', ["One.", "Two."]),
    ("python", '"""Returns:\n    two, three of it\n    from the hall.\n"""\n', ["two, three of it from the hall."]),
    ("shell", "## one\n## two\n# three\n", ["one two", "three"]),
]  # fmt: skip


@pytest.mark.parametrize(("language", "source", "expected"), READ)
def test_what_is_read(language, source, expected):
    assert [re.sub("\xa0", "&nbsp;", text).strip() for text in texts(source, language)] == expected


def left_out(source: str, language: str) -> list[str]:
    prose = read(source, False, language)
    return [source[item.span.start : item.span.end] for item in prose.skipped if item.reason == "licence header"]


@pytest.mark.parametrize(
    ("language", "source", "expected", "kept"),
    [
        (
            "python",
            "# Copyright holders are listed\n# in the minutes.\n",
            [],
            ["Copyright holders are listed in the minutes."],
        ),
        (
            "python",
            "# Check that the licence of each driver is valid.\n",
            [],
            ["Check that the licence of each driver is valid."],
        ),
        (
            "python",
            "# A module.\n#\n# (c) 2020 Example\n#\n# All men of it.\nx = 1\n",
            ["(c) 2020 Example\n#\n# All men of it."],
            ["A module."],
        ),
        (
            "python",
            '"""A module.\n\nCopyright 2020 Example\n\nMore of it.\n"""\n',
            ["Copyright 2020 Example"],
            ["A module.", "More of it."],
        ),
        ("c", "/* SPDX-License-Identifier: MIT */\n/* one */\n", ["SPDX-License-Identifier: MIT"], ["one"]),
        (
            "c",
            "// This file is free software; see\n// the GNU General Public License.\n",
            ["This file is free software; see\n// the GNU General Public License."],
            [],
        ),
    ],
)
def test_licence_headers(language, source, expected, kept):
    assert left_out(source, language) == expected
    assert texts(source, language) == kept


@pytest.mark.parametrize(
    ("language", "source", "expected"),
    [
        ("python", "x = 1  # srlint: ignore[age] why\n", [("srlint: ignore[age] why", "# srlint: ignore[age] why")]),
        ("python", "# prose # SRLINT: ignore[age]\n", [("SRLINT: ignore[age]", "# SRLINT: ignore[age]")]),
        ("python", "# prose mentions srlint: ignore[age]\n", []),
        ("python", 'x = "# srlint: ignore[age]"\n', []),
        (
            "python",
            '"""One.\n\n  # srlint: ignore[age] x\n  """\n',
            [("srlint: ignore[age] x", "# srlint: ignore[age] x")],
        ),
        ("c", "/* srlint: ignore[age] x */\n", [("srlint: ignore[age] x", "/* srlint: ignore[age] x */")]),
        ("c", "/*\n * One.\n * srlint: ignore[age] x\n */\n", [("srlint: ignore[age] x", "srlint: ignore[age] x")]),
        ("c", "int a; // one // srlint: ignore[age] x\n", [("srlint: ignore[age] x", "// srlint: ignore[age] x")]),
        (
            "rust",
            "/// One <!-- srlint: ignore[age] x -->\n",
            [("srlint: ignore[age] x", "<!-- srlint: ignore[age] x -->")],
        ),
        (
            "javascript",
            "<p>{/* srlint: ignore[age] x */}</p>\n",
            [("srlint: ignore[age] x", "/* srlint: ignore[age] x */")],
        ),
    ],
)
def test_directives(language, source, expected):
    found = read(source, False, language).comments
    assert [(comment.text, source[comment.span.start : comment.span.end]) for comment in found] == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_directive_between_lines_changes_no_passage(language):
    known = LANGUAGES[language]
    for mark in ("#",) if known.block is None else ("//", *(sign for sign in known.doc if sign.startswith("//"))):
        lines = [f"  {mark} The chairman of", f"  {mark} the board and", f"  {mark} his men. More."]
        plain = [passage.text for passage in passages(Document("\n".join(lines), language)).passages]
        assert plain == ["The chairman of the board and his men.", "More."]
        for place in range(4):
            directive = "  " + SYNTAXES[language].comment.format("srlint: ignore[gender] why")
            source = "\n".join([*lines[:place], directive, *lines[place:]])
            parsed = passages(Document(source, language))
            assert [passage.text for passage in parsed.passages] == plain
            assert [comment.text for comment in parsed.comments] == ["srlint: ignore[gender] why"]


def test_escapes_stand_for_the_whole_sequence():
    source = '"""caf\\u00e9 \\\n  \\"a\\" \\N{BULLET} \\d \\x41 \\N{NO SUCH} \\ud800"""\n'
    (segment,) = read(source, False, "python").segments
    assert segment.text == 'café  "a" • \\d A \\N{NO SUCH} \\ud800'
    where = dict(zip(segment.text, zip(segment.map.starts, segment.map.ends, strict=True), strict=True))
    assert [source[slice(*where[sign])] for sign in ("é", "•", "A")] == ["\\u00e9", "\\N{BULLET}", "\\x41"]
    assert texts('r"""caf\\u00e9."""\n', "python") == ["caf\\u00e9."]


REFUSED = [
    ("python", '"""The chairman is here"""\n', "The chairman is here", 'The "chair" is here'),
    ("python", "def f():\n    'The chairman is here'\n", "The chairman is here", "The chair's here"),
    ("python", '"""The chairman is here"""\n', "The chairman is here", "The chair \\ is here"),
    ("c", "/* The chairman is here */\n", "The chairman is here", "The chair */ is here"),
    ("c", "// The chairman is here\nint x;\n", "The chairman is here", "The chairman is \\"),
    ("rust", "/* The chairman is here */\n", "The chairman is here", "The chair /* is here"),
]


@pytest.mark.parametrize(("language", "source", "old", "new"), REFUSED)
def test_edits_that_would_leave_the_comment_are_refused(language, source, old, new):
    document = Document(source, language)
    (passage,) = passages(document).passages
    assert passage.text == old
    edits = project(diff(old, new), passage)
    assert not edits or not reads_as(document, passage, edits, new)


def test_no_edit_takes_a_directive_away_with_a_line_break():
    source = "# The chair  # noqa: E501\n# man is here\n"
    (passage,) = passages(Document(source, "python")).passages
    edits = project(diff(passage.text, passage.text.replace("chair man", "chair")), passage)
    assert edits is None or "noqa: E501\n" in apply(source, edits)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("missing", ["tree_sitter", "the grammar"])
def test_a_missing_grammar_is_one_line(language, missing, monkeypatch):
    absent = LANGUAGES[language].package if missing == "the grammar" else missing
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name == absent:
            raise ModuleNotFoundError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    monkeypatch.setattr("srlint.formats.code.languages.import_module", lambda name: without(name, None, None, ["x"]))
    for function in (grammar, query):
        function.cache_clear()
    try:
        with pytest.raises(DocumentError, match=r"^needs the grammar of .+: pip install 'srlint\[code\]'$"):
            read("x", False, language)
    finally:
        for function in (grammar, query):
            function.cache_clear()


@pytest.mark.parametrize(
    ("language", "source"),
    [
        ("python", "(" * 10_000 + "# x\n"),
        ("python", "".join(" " * depth + "if x:\n" for depth in range(1500)) + " " * 1500 + "# one\n"),
        ("javascript", "a(function(){" * 10_000 + "// one\n"),
        ("tsx", "<a>" * 10_000 + "{/* one */}"),
        ("rust", "/*" * 10_000 + "one"),
        ("rust", "{" * 10_000 + "// one\n"),
        ("java", "class A {" * 10_000 + "// one\n"),
        ("cpp", "namespace a {" * 10_000 + "// one\n"),
        ("go", "func() {" * 10_000 + "// one\n"),
        ("shell", "$(" * 3_000 + "# one\n"),
        ("javascript", "/** " + "{@link " * 5_000 + "*/"),
        ("python", '"""' + "(" * 20_000 + "\n\n" + "    >" * 5_000 + '"""'),
    ],
)  # fmt: skip
def test_deep_nesting_is_survived(language, source):
    assert read(source, False, language) is not None


HOSTILE = (
    "- = * / ` `` @code <code> <pre> <p {@a [a a[ ( f(, a. a:: _a AaA a- a-> &a *a **a a= ${ [` :a |a a, or"
    " \" ' <a a/ ; #"
)


@pytest.mark.parametrize("language", ["python", "java", "shell"])
@pytest.mark.parametrize("piece", [*HOSTILE.split(" "), " ", "\t", "a ", "or a", "a or "])
def test_no_pattern_is_slow_on_any_text(language, piece):
    body = "x" + piece.replace('"', "'" if language == "python" else '"') * (12_000 // len(piece)) + "x"
    source = {
        "python": f'r"""{body}"""\n# {body}\n',
        "java": f"/** {body.replace('*/', '')} */\n",
        "shell": f"# {body}\n",
    }
    start = time.process_time()
    read(source[language], False, language)
    assert time.process_time() - start < 10


PIECE_LIST = (
    '#| //|/*|*/|/**| * |"""|\'\'\'|"|r"""|\\|\\n|'
    '\\x41|\\"|\\\n|\n|\r\n|\r|    |\t|word |The chairman. |é|e\u0301|🎉|👩‍👩‍👧'
    "|漢字|שלום|\u2028|\x0c|x = 1|def f():\n|class A {|{|}|(|;|@param x |@return |{@link A}|<pre>|</pre>|<p>|&amp;|`x`"
    "|``|:param x: |:class:`A`|Args:\n|Returns\n-------\n|>>> x\n|::\n\n|.. note:: |- |1. |> |# |---|==="
    "|srlint: ignore[age] x|# srlint: x|// srlint: y|noqa|# noqa|TODO(a): |snake_case|CamelCase|https://x.org/a|a/b.c"
    "|**b**|*i*|[A]|[a](b)|<T>|\ufffc|Copyright 2020 A|#define A |//!|///|#!"
)
PIECES = st.sampled_from(PIECE_LIST.split("|"))


@given(
    st.lists(PIECES | st.text(max_size=3), max_size=30).map("".join), st.sampled_from(sorted(LANGUAGES)), st.booleans()
)
@settings(max_examples=300, deadline=None)
def test_every_character_is_what_stands_at_its_place(source, language, include_quotes):
    source = source.encode("utf-8", "replace").decode()
    prose = read(source, include_quotes, language)
    done = 0
    for segment in prose.segments:
        starts, ends = segment.map.starts, segment.map.ends
        assert len(segment.text) == len(starts) == len(ends)
        assert list(starts) == sorted(starts) and starts[0] >= done
        assert all(start < end for start, end in zip(starts, ends, strict=True))
        done = ends[-1]
        for character, start, end in zip(segment.text, starts, ends, strict=True):
            assert stands_for(character, source[start:end]), (character, source[start:end])
    for items in (prose.skipped, prose.comments):
        assert [item.span for item in items] == sorted(item.span for item in items)
        assert all(0 <= item.span.start < item.span.end <= len(source) for item in items)
    for comment in prose.comments:
        assert "srlint:" in source[comment.span.start : comment.span.end].lower()


def stands_for(character: str, source: str) -> bool:
    """Whether `source` is a way to write the plain character in a comment or docstring."""
    if character in (source, ATOM):
        return bool(source)
    if character == " " and re.search(r"[\r\n\f]", source):
        return True
    return source.startswith(("\\", "&"))


WORDS = st.sampled_from(["cat", "Straße", "naïve", "a🎉", "漢字", "e\u0301t", "don't", "שלום", "x"])
GAPS = st.sampled_from([" ", "  ", "\n", "\r\n", "\r"])
MARKS = [
    (language, *mark)
    for language, known in LANGUAGES.items()
    for mark in (
        [("# ", "# ", "")]
        if known.block is None
        else [("// ", "// ", ""), ("/* ", "", " */"), ("/**\n * ", " * ", "\n */")]
    )
] + [("python", '"""', "", '"""'), ("python", "def f():\n    '''", "    ", "'''"), ("rust", "/// ", "/// ", "")]


@given(st.sampled_from(MARKS), st.lists(st.tuples(WORDS, GAPS), min_size=1, max_size=8))
@settings(max_examples=300, deadline=None)
def test_words_are_found_where_they_were_put(marks, words):
    language, opening, prefix, closing = marks
    source, places = opening + "So: ", []
    for word, gap in words:
        places.append((word, len(source)))
        source += word + (gap if gap.isspace() and "\n" not in gap and "\r" not in gap else gap + prefix)
    source += "end" + closing + "\n"
    found = {
        start: character
        for segment in read(source, False, language).segments
        for start, character in zip(segment.map.starts, segment.text, strict=True)
    }
    for word, place in places:
        assert "".join(found.get(place + at, "") for at in range(len(word))) == word


def test_where_comments_are():
    source = 'x = 1  # a\n"""b"""\n# é 🎉\nclass A:\n    """d"""\n'
    found = comments(source, "python")
    assert [source[item.start : item.end] for item in found] == ["# a", "# é 🎉", '"""d"""']
    assert [item.is_line for item in found] == [True, True, False]


def test_nothing_is_lost_for_speed():
    source = '"""Open the hall."""\n' + "".join(
        f'def f{n}(x):\n    """Return the number {n} of the seats.\n\n    Args:\n        x: the hall\n    """\n'
        f"    # Each seat is counted once.\n    return x + {n}\n"
        for n in range(400)
    )
    start = time.process_time()
    assert len(texts(source, "python")) == 1 + 3 * 400
    assert time.process_time() - start < 10
