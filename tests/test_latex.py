"""LaTeX to prose: what is read, what is not, and where each character stands."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placed import check_places
from srlint.formats.latex import read
from srlint.formats.latex.tokens import LIGATURES, tokens

ATOM = "\ufffc"

READ = [  # clean cases first: what is markup, code or data is never read as words
    ("", []),
    ("% a comment\n", []),
    ("\\begin{verbatim}\ncode\n\\end{verbatim}", []),
    ("\\begin{verbatim}\ncode without an end", []),
    ("\\begin{mycode}\ncode\n\\end{mycode}", []),
    ("\\documentclass{a}\nwords\n\\begin{document}\n\\end{document}\nwords", []),
    ("\\newcommand{\\be}[1][x]{\\begin{equation}}\\newcommand\\ee{\\end{equation}}", []),
    ("\\newenvironment{a}[1]{words \\begin{b}}{\\end{b}}\\DeclareMathOperator*{\\x}{words}", []),
    ("\\def\\a#1.{words}\\let\\b=\\c\\let\\d\\e", []),
    ("\\iffalse words \\iftrue x\\else y\\fi z\\fi", []),
    ("\\label{a}\\index{b!c}\\vspace*{1em}\\usepackage[a]{b}\\input{c}\\author{Words}", []),
    ("\\iffalse a\\else b\\fi", ["b"]),
    ("a \\verb*|b{| c", [f"a {ATOM} c"]),
    ("a \\verb|b", ["a " + ATOM + "|b"]),
    ("a $b", ["a $b"]),
    ("it costs $5.\n\nor $6", ["it costs $5.", "or $6"]),
    ("$a$$b$ c", [f"{ATOM}{ATOM} c"]),
    ("a $$b$$ c \\(d\\) \\[e\\] f", [f"a {ATOM} c {ATOM} {ATOM} f"]),
    ("a \\[b.\\label{x}\\] c", [f"a {ATOM}", "c"]),
    ("a \\cite[b]{c}, \\ref{d}~e", [f"a {ATOM}, {ATOM} e"]),
    ("a \\foo* b \\foo{c}[d]{e} f \\foo{g", [f"a {ATOM} b {ATOM} f {ATOM}g"]),
    ("\\foo{a}%\n  {b} c", [f"{ATOM} c"]),
    ("a \\ifdraft b\\else c\\fi d", ["a b", "cd"]),
    ("\\section {A}\\label{b} c", ["A", "c"]),
    ("\\section%\n[b]{A}", ["A"]),
    ("\\item[a b] c", ["a b", "c"]),
    ("\\href{u#a%b}{c} \\path{d_%}", [f"c {ATOM}"]),
    ("\\begin{foo}[a]{b} c \\end{foo}", ["c "]),
    ("\\begin{tabular}{ll}a & b\\\\c\\end{tabular}", ["a ", "b", "c"]),
    ("a\\\\b\\newline c \\linebreak[3] d", ["a b c d"]),
    ("a % b\nc% d\n  e\n%f\ng", ["a ce g"]),
    ("a\n%\nb %\n\nc", ["a b ", "c"]),
    ("a \\label{b} c \\em d {\\bf e} f", ["a c d e f"]),
    ("``a'' `b' !`c ?`d -- --- - it's", ["“a” ‘b' ¡c ¿d – — - it's"]),
    ("\\'e \\`{e} \\c{c} \\c c \\\"\\i x \\'{\\i} \\v{s}\\o\\o{} \\ss a", ["é è ç ç ïx í šøø ßa"]),
    ("\\^{} \\'{ab} \\H ``c\\\" d", [f'^ áb {ATOM} “c" d']),
    ("a {\\tt b} {\\ttfamily c} d", [f"a {ATOM} {ATOM} d"]),
    ("a \\centerline{b} c", ["a ", "b", "c"]),
    ("\\% \\& \\# \\$ \\_ \\{ \\} \\LaTeX{} \\dots", ["% & # $ _ { } LaTeX …"]),
    ("a\\,b\\ c~d\\quad e", ["a b c d e"]),
    ("\\enquote{a \\emph{b}} \\enquote* c", [f"“a b” {ATOM} c"]),
    ("a } b { c", ["a b c"]),
    ("\\begin{quote} a", ["a"]),
    ("\\end{quote} a", ["a"]),
    ("\\footnotemark a\\footnote b", [f"{ATOM} a{ATOM} b"]),
]


@pytest.mark.parametrize(("text", "expected"), READ)
def test_what_is_read(text, expected):
    assert [segment.text for segment in read(text).segments] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\\'e{\\\"o}\\ss b", ["a", "\\'e", '{\\"o}', "\\ss ", "b"]),
        ("a~b--c", ["a", "~", "b", "--", "c"]),
        ("a \r\n  b\rc", ["a", " \r\n  ", "b", "\r", "c"]),
        ("a% x\n  b\n% y\nc", ["a", "b", "\n", "c"]),
        ("\\emph{a}\\cite[x]{y} b", ["a", "\\cite[x]{y}", " ", "b"]),
        ("a\\\\*[2pt]\nb", ["a", "\\\\*[2pt]\n", "b"]),
        ("\\enquote{a}", ["\\enquote{", "a", "}"]),
    ],
)
def test_what_each_character_stands_for(text, expected):
    (segment,) = read(text).segments
    assert [text[start:end] for start, end in zip(segment.map.starts, segment.map.ends, strict=True)] == expected


def test_a_footnote_follows_its_block_and_is_opaque_in_it():
    text = "a\\footnote{b\\footnote{c}\n\nd} e\n\nf"
    segments = read(text).segments
    assert [(segment.text, segment.kind) for segment in segments] == [
        (f"a{ATOM} e", "paragraph"),
        (f"b{ATOM}", "footnote"),
        ("c", "footnote"),
        ("d", "footnote"),
        ("f", "paragraph"),
    ]
    assert text[segments[0].map.starts[1] : segments[0].map.ends[1]] == "\\footnote{b\\footnote{c}\n\nd}"


def test_kinds():
    text = (
        "\\section{a} b \\begin{itemize}\\item[c] d\n\ne\\end{itemize} \\caption{f} "
        "\\begin{tabular}{l} g & h \\end{tabular}"
    )
    kinds = [(segment.text.strip(), segment.kind) for segment in read(text).segments]
    assert kinds[:3] == [("a", "heading"), ("b", "paragraph"), ("c", "term")]
    assert kinds[3:] == [("d", "item"), ("e", "item"), ("f", "caption"), ("g", "cell"), ("h", "cell")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\\begin{quote}a % b\n\\end{quote} c", [("\\begin{quote}a % b\n\\end{quote}", "block quote")]),
        ("\\epigraph{a}\n{b} c", [("\\epigraph{a}\n{b}", "block quote")]),
        ("\\begin{thebibliography}{9} a \\end{thebibliography}", [(None, "list of references")]),
        ("a \\foo{b c d}", []),
        ("a \\foo{of many words here}", [("\\foo{of many words here}", "argument of an unknown macro")]),
    ],
)
def test_what_is_reported_as_skipped(text, expected):
    found = [(text[item.span.start : item.span.end], item.reason) for item in read(text).skipped]
    assert found == [(source or text, reason) for source, reason in expected]


def test_comments():
    text = "%% a %\r\n\\% b % c\rd\n\\verb|% e|\n\\begin{comment}\nf\n\\end{comment}\n\\url{%g}%"
    assert [(text[c.span.start : c.span.end], c.text) for c in read(text).comments] == [
        ("%% a %", "a %"),
        ("% c", "c"),
        ("\\begin{comment}\nf\n\\end{comment}", "f"),
        ("%", ""),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "a\nb\n\nc",
        "\\begin{itemize}\n\\item a\n  b\n\n\\item c\n\\end{itemize}\n",
        "\\begin{tabular}{l}\na & b\\\\\nc\n\\end{tabular}\n",
        "\\section{a}\n\\emph{b\nc}\\footnote{d\ne}\n",
    ],
)
def test_a_directive_on_any_line_changes_no_passage(text):
    lines = text.split("\n")
    expected = [segment.text.strip() for segment in read(text).segments]
    for number, line in enumerate(lines):
        alone = [*lines[:number], "  % srlint: ignore[gender] x", *lines[number:]]
        behind = [*lines[:number], line + " % srlint: ignore[gender] x", *lines[number + 1 :]]
        for marked in (alone, behind) if line else (alone,):
            prose = read("\n".join(marked))
            assert [segment.text.strip() for segment in prose.segments] == expected
            assert [comment.text for comment in prose.comments] == ["srlint: ignore[gender] x"]


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("{", "}"),
        ("\\emph{", "}"),
        ("\\begin{x}", "\\end{x}"),
        ("\\section{a", "}"),
        ("\\foo[", "]"),
        ("$", ""),
        ("\\'{", "}"),
    ],
)
def test_deep_nesting_is_read_in_time(opening, closing):
    begin = time.process_time()
    for text in (opening * 10_000 + "a" + closing * 10_000, opening * 10_000, closing * 10_000):
        read(text)
    assert time.process_time() - begin < 30


PIECE_LIST = (
    "a|word|\\emph{|\\textbf{|{|}|[|]|\\footnote{|\\section{|\\title{|\\item |\\item[|\\caption{|\\begin{itemize}"
    "|\\end{itemize}"
    "|\\begin{tabular}{l}|\\end{tabular}|\\begin{quote}|\\end{quote}|\\begin{x}|\\end{x}|\\begin{document}"
    "|\\end{document}"
    "|\\begin{equation}|\\end{equation}|\\begin{verbatim}|\\end{verbatim}|\\begin{comment}|\\begin|\\end{|&|\\\\"
    "|\\\\[2pt]|\\\\*"
    "|$|$$|\\(|\\)|\\[|\\]|%|% c\n|\\%|~|--|---|``|''|`|'|!`|\\'e|\\\"{o}|{\\\"\\i}|\\c c|\\ss |\\LaTeX{}|\\ |\\,"
    "|\\cite[a]{b}|\\foo|\\foo{"
    "|\\href{u%}{|\\url{a%b}|\\verb+a+|\\verb|\\enquote{|\\iffalse|\\else|\\fi|\\def\\a|\\newcommand{\\a}[1]{"
    "|\\let\\a=|\\label{x}"
    "|\\noindent|\\em |\\textcolor{r}{|\\begin{frame}{|\\epigraph{|\\par|é|e\u0301|🎉|👩‍👩‍👧|漢字|שלום|\u202e|\u2028|\t"
    "|  | |\n|\r\n|\r|\n\n|\r\r|http://x.org/a_b|a_b"
    "|.|. |\ufffc|\x0c|\\|*|<1>"
)
PIECES = st.sampled_from(PIECE_LIST.split("|"))


@given(st.lists(PIECES | st.text(max_size=4), max_size=30).map("".join), st.booleans())
@settings(max_examples=300, deadline=None)
def test_every_character_is_what_stands_at_its_place(text, include_quotes):
    text = text.encode("utf-8", "replace").decode()
    check_places(read(text, include_quotes), text, stands_for)


def stands_for(character: str, source: str) -> bool:
    """Whether `source` is a way to write the plain character."""
    if character in (source, ATOM, LIGATURES.get(source)):
        return bool(source)
    if character == " " and re.fullmatch(r"\s*(?:\\\\|\\newline)?\s*\*?\s*(?:\[[^\]]*\])?\s*", source):
        return True
    if (character, source) in (("‘", "`"), ("”", "}")):
        return True
    return re.match(r"\{?\\", source) is not None


@given(st.lists(PIECES | st.text(max_size=4), max_size=30).map("".join))
@settings(max_examples=200, deadline=None)
def test_tokens_cover_the_text(text):
    text = text.replace("\r", "\n")
    found = tokens(text)
    assert [token.start for token in found] == [0, *(token.end for token in found)][: len(found)]
    assert not found or found[-1].end == len(text)
    for number, token in enumerate(found):
        if token.kind in "{}[]" and token.partner >= 0:
            assert found[token.partner].partner == number


WORDS = st.sampled_from(["cat", "Straße", "naïve", "🎉", "漢字", "e\u0301t", "don't", "שלום", "x"])
WRAPS = st.sampled_from(
    [("", ""), ("\\emph{", "}"), ("{\\bf ", "}"), ("\\href{u}{", "}"), ("\\enquote{", "}"), ("\\footnote{", "}")]
)
BREAKS = st.sampled_from([" ", "\n", "\r\n", "  ", "~", "\\\\\n", " % c\n", "\\label{x} ", "--", "\\ss{}"])
PREFIXES = st.sampled_from(
    ["", "\\section{", "\\begin{itemize}\\item ", "\\begin{tabular}{l}", "\\caption{", "\\item["]
)
SUFFIXES = {"\\section{": "}", "\\begin{itemize}\\item ": "\\end{itemize}", "\\begin{tabular}{l}": "\\end{tabular}"}


@given(PREFIXES, st.lists(st.tuples(WORDS, WRAPS, BREAKS), min_size=1, max_size=8))
@settings(max_examples=200, deadline=None)
def test_words_are_found_where_they_were_put(prefix, words):
    text, places = prefix, []
    for word, (opening, closing), gap in words:
        text += opening
        places.append((word, len(text)))
        text += word + closing + gap
    text += SUFFIXES.get(prefix, "")
    found = {
        start: character
        for segment in read(text).segments
        for start, character in zip(segment.map.starts, segment.text, strict=True)
        if character != ATOM
    }
    for word, place in places:
        assert "".join(found.get(place + at, "") for at in range(len(word))) == word
