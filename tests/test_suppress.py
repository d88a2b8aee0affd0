"""Directives in comments: what they silence, what is said about those that do nothing or cannot be read."""

from __future__ import annotations

import json
import re

import pytest

from judged import judged
from srlint.categories import BY_ID
from srlint.document import Comment, Document, Span
from srlint.edits import apply as edited
from srlint.findings import Finding, Review, Rewrite
from srlint.formats import SYNTAXES
from srlint.suppress import apply
from srlint.suppress.directives import SUPPRESSION, Directive, Malformed, parse
from srlint.suppress.ignores import add_ignores

ALL = frozenset(BY_ID) | {SUPPRESSION}

G = ("gender",)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a word about srlint",
        "we use srlint: ignore[gender] to silence it",
        "`srlint: ignore[gender]` silences",
        "srlint is a linter",
        "srlint ignore lists are explained elsewhere",
        "srlinter: ignore[gender]",
        "ignore[gender]",
    ],
)
def test_talk_is_no_directive(text):
    assert list(parse(0, Comment(Span(0, 1), text))) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("srlint: ignore[gender] a reason", [("ignore", G, "a reason")]),
        ("srlint:ignore[gender]", [("ignore", G, "")]),
        ("SRLint: Ignore [Gender]: a reason", [("ignore", G, "a reason")]),
        ("srlint: ignore[ gender,age ,gender ] – why", [("ignore", ("gender", "age"), "why")]),
        ("srlint: file_ignore[gender]", [("file-ignore", G, "")]),
        ("srlint: disable[gender]\nover two\nlines", [("disable", G, "over two lines")]),
        ("srlint: ignore[gender,\n age]", [("ignore", ("gender", "age"), "")]),
        ("srlint: enable[gender] x; srlint: disable[age] y", [("enable", G, "x;"), ("disable", ("age",), "y")]),
        ("* srlint: ignore[gender] x\r\n * more\r\n * srlint: ignore[age]",
         [("ignore", G, "x more"), ("ignore", ("age",), "")]),
        ("lint:off\nsrlint: ignore[gender] x", [("ignore", G, "x")]),
        ("srlint: ignore[gender] see srlint: docs", [("ignore", G, "see srlint: docs")]),
    ],
)  # fmt: skip
def test_directives(text, expected):
    found = list(parse(3, Comment(Span(0, 1), text)))
    assert found == [Directive(3, *item) for item in expected]


@pytest.mark.parametrize(
    ("text", "problem", "write"),
    [
        ("srlint:", "it must say what to do", "ignore[gender] reason"),
        ("srlint: ignore", "it must name the categories", "ignore[gender] reason"),
        ("srlint: ignore a reason", "it must name the categories", "ignore[gender] reason"),
        ("srlint: ignore[]", "it must name the categories", "ignore[gender] reason"),
        ("srlint: disable[all] x", "it must name the categories, “all” is none", "disable[gender] reason"),
        ("srlint: file-ignore[*]", "it must name the categories, “all” is none", "file-ignore[gender] reason"),
        ("srlint: ignore age: x", "the categories stand in square brackets", "ignore[age] reason"),
        ("srlint: enable(age)", "the categories stand in square brackets", "enable[age]"),
        ("srlint: ignore[age a reason", "the list of categories has no “]”", "ignore[age] reason"),
        ("srlint: ignore[age][class] x", "the categories stand in one list", "ignore[age, class] reason"),
        ("srlint: ignore[agee] x", "unknown category “agee”", "ignore[age] reason"),
        ("srlint: ignore[xyz, qqq]", "unknown categories “xyz”, “qqq”", "ignore[gender] reason"),
        ("srlint: ingore[age] x", "unknown directive “ingore”", "ignore[age] reason"),
        ("srlint: ignore-file[age]", "unknown directive “ignore-file”", "file-ignore[age] reason"),
        ("srlint: off", "unknown directive “off”", "disable[gender] reason"),
        ("srlint: banana", "unknown directive “banana”", "ignore[gender] reason"),
        ("srlint-disable", "a directive begins with “srlint:”", "disable[gender] reason"),
        ("srlint ignore[age] x", "a directive begins with “srlint:”", "ignore[age] reason"),
        ("srlint disable", "a directive begins with “srlint:”", "disable[gender] reason"),
    ],
)
def test_malformed_directives_say_what_to_write(text, problem, write):
    source = f"<!-- {text} -->\n\nThe end."
    review = Review(Document(source, "markdown"), (), (), (Comment(Span(0, len(text) + 9), text),))
    (finding,) = apply(review, ALL).findings
    assert finding == Finding(
        Span(0, len(text) + 9), (SUPPRESSION,), 1.0, (Span(0, len(text) + 9),), finding.message, None
    )
    assert finding.message.startswith(f"Suppression: {problem}")
    assert finding.message.endswith(f"; write “srlint: {write}”")
    assert apply(review, frozenset(BY_ID)).findings == ()


def test_a_list_with_an_unknown_name_holds_for_the_others():
    found = list(parse(0, Comment(Span(0, 1), "srlint: ignore[gendr, age] x")))
    assert found == [
        Malformed(0, "unknown category “gendr”", "ignore", ("gender", "age")),
        Directive(0, "ignore", ("age",), "x"),
    ]


def test_findings_about_directives_cannot_be_silenced_by_directives():
    (found,) = parse(0, Comment(Span(0, 1), "srlint: file-ignore[suppression] x"))
    assert found == Malformed(0, "findings about directives can be ignored in the configuration only", "", ())


# Applying, on documents taken apart by hand: a line is a passage, `{…}` in it a comment, and a capital letter a
# finding: G of gender, T of toxicity.
LETTERS = {"G": "gender", "T": "toxicity"}


def by_hand(text: str, syntax: str = "text") -> Review:
    comments = tuple(Comment(Span(*match.span()), match[0][1:-1]) for match in re.finditer(r"\{[^}]*\}", text))
    findings = []
    for line in re.finditer(r"[^\r\n]+", re.sub(r"\{[^}]*\}", lambda match: re.sub(r"[^\r\n]", " ", match[0]), text)):
        names = tuple(LETTERS[letter] for letter in line[0] if letter in LETTERS)
        start = line.start() + len(line[0]) - len(line[0].lstrip())
        if names:
            span = Span(start, line.start() + len(line[0].rstrip()))
            findings.append(Finding(span, names, 0.9, (), "Gender: x", Rewrite("x", (), "safe")))
    return Review(Document(text, syntax), tuple(findings), (), comments)


def outcome(text: str, enabled: frozenset[str] = ALL, syntax: str = "text") -> list[str]:
    """What is left: `line:letters` for a finding, `line!message` for one about a directive."""
    review = apply(by_hand(text, syntax), enabled)
    found = []
    for finding in review.findings:
        line = review.document.position(finding.span.start).line
        if finding.categories == (SUPPRESSION,):
            found.append(f"{line}!{finding.message.removeprefix('Suppression: ')}")
        else:
            found.append(f"{line}:{''.join(name[0].upper() for name in finding.categories)}")
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("G", ["1:G"]),
        ("G {srlint: ignore[gender] x}\nG", ["2:G"]),
        ("{srlint: ignore[gender] x} G", []),
        ("{srlint: ignore[gender] x}\nG\nG", ["3:G"]),
        ("{srlint: ignore[gender] x}\n\n \t\nG\nG", ["5:G"]),
        ("{srlint: ignore[gender] x}\r\n\r\nG\r\nG", ["4:G"]),
        ("{srlint: ignore[gender] x}\rG\rG", ["3:G"]),
        ("{srlint: ignore[gender] x}\n{srlint: ignore[toxicity] x}\nGT\nGT", ["4:GT"]),
        ("{srlint: ignore[gender] x}\n{another comment}\nG", []),
        ("{srlint: ignore[gender] x\n srlint: ignore[toxicity] y}\nGT", []),
        ("{srlint: ignore[gender,\n toxicity]} GT\nG", ["3:G"]),
        ("a G\n{srlint: ignore[gender] x} b\nG", ["1:G", "2!", "3:G"]),
        ("{srlint: ignore[gender, toxicity] x}\nGT", []),
        ("{srlint: ignore[gender] x}\nGT", ["2:T"]),
        ("{srlint: ignore[toxicity] x}\nGT", ["2:G"]),
        ("{srlint: disable[gender] x}\nG\nGT\n{srlint: enable[gender]}\nG", ["3:T", "5:G"]),
        ("G\n{srlint: disable[gender] x}\nG\nG", ["1:G"]),
        ("{srlint: disable[gender, toxicity] x}\nGT\n{srlint: enable[toxicity]}\nGT", ["4:T"]),
        ("G\nG\nT {srlint: file-ignore[gender] x}", ["3:T"]),
        ("G\n\n{srlint: file-ignore[gender] x}", []),
        ("{srlint: file-ignore[gender] x}\nG {srlint: ignore[gender] x}", []),
        ("- {srlint: ignore[gender] x}\nG", []),
        ("G | {srlint: ignore[gender] x}", []),
        ("| {srlint: ignore[gender] x} |\nG", ["1!", "2:G"]),
    ],
)
def test_what_is_silenced(text, expected):
    found = outcome(text)
    assert [re.sub("!.*", "!", item) for item in found] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a {srlint: ignore[gender] x}",
         "1!unused “ignore[gender]”: nothing of gender was found on this line; remove it"),
        ("a {srlint: ignore[gender] x\ny} b",
         "1!unused “ignore[gender]”: nothing of gender was found on these lines; remove it"),
        ("{srlint: ignore[gender] x}\n\nb\nG {srlint: ignore[gender]}",
         "1!unused “ignore[gender]”: nothing of gender was found on line 3, the next one with text; remove it"),
        ("{srlint: ignore[gender] x}\n \n",
         "1!unused “ignore[gender]”: nothing of gender was found below, where no text follows; remove it"),
        ("{srlint: disable[gender] x}\na\n{srlint: enable[gender]}",
         "1!unused “disable[gender]”: nothing of gender was found from here to line 3; remove it"),
        ("{srlint: disable[gender] x}\na",
         "1!unused “disable[gender]”: nothing of gender was found from here to the end; remove it"),
        ("{srlint: file-ignore[gender] x}",
         "1!unused “file-ignore[gender]”: nothing of gender was found in this document; remove it"),
        ("{srlint: enable[gender]}",
         "1!unused “enable[gender]”: no “disable[gender]” is open before it; remove it"),
        ("{srlint: disable[toxicity]}\nT\n{srlint: enable[toxicity]}\n{srlint: enable[toxicity]}",
         "4!unused “enable[toxicity]”: no “disable[toxicity]” is open before it; remove it"),
        ("G {srlint: ignore[gender, age] x}",
         "1!unused “ignore[gender, age]”: nothing of age was found on this line; remove age from it"),
        ("{srlint: disable[age, gender] x}\na\n{srlint: enable[age]}\nb",
         "1!unused “disable[age, gender]”: nothing of age was found from here to line 3 and nothing of gender was "
         "found "
         "from here to the end; remove it"),
    ],
)  # fmt: skip
def test_unused_directives_say_where_nothing_was_found(text, expected):
    assert [item for item in outcome(text) if "!" in item] == [expected]
    assert not [item for item in outcome(text, frozenset(BY_ID)) if "!" in item]


def test_one_finding_for_each_comment():
    assert outcome("a {srlint: ignore[age]\nsrlint: ingore[gender]}") == [
        "1!unknown directive “ingore”; write “srlint: ignore[gender] reason”; "
        "unused “ignore[age]”: nothing of age was found on these lines; remove it"
    ]


def test_a_category_that_nobody_looked_for_is_not_unused():
    text = "{srlint: disable[age, gender] x}\na\n{srlint: enable[age]}\n{srlint: enable[class]}"
    enabled = frozenset({"gender", SUPPRESSION})
    assert outcome(text, enabled) == [
        "1!unused “disable[age, gender]”: nothing of gender was found from here to the end; remove gender from it"
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{srlint: ignore x}\nT", "write “srlint: ignore[toxicity] reason”"),
        ("GT {srlint: ignore}", "write “srlint: ignore[gender, toxicity] reason”"),
    ],
)
def test_a_blanket_form_is_told_the_categories_it_is_about(text, expected):
    assert [item for item in outcome(text) if "!" in item][0].endswith(expected)


def test_a_finding_that_lost_a_category_is_offered_no_rewrite():
    (left,) = apply(by_hand("{srlint: ignore[gender] x}\nGT"), ALL).findings
    assert left.categories == ("toxicity",) and left.rewrite is None
    assert left.message == f"{BY_ID['toxicity'].name}: {BY_ID['toxicity'].summary}"


def test_a_review_without_directives_stays_as_it_is():
    review = by_hand("G {a comment that names srlint}")
    assert apply(review, ALL) is review


# The table format × feature, on documents as their readers take them apart: (source, what is left). A format without a
# comment that can follow words on a line has no cell "on-the-line".
def notebook(*lines: str) -> str:
    cells = [
        {"cell_type": "markdown", "id": "a", "metadata": {}, "source": [f"{line}\n" for line in lines]},
        {"cell_type": "code", "execution_count": None, "id": "b", "metadata": {}, "outputs": [], "source": ["x = 1"]},
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)


ON_LINE = (
    "The chairman opens the meeting. {gender}\n\nThe chairman\ncloses {gender} it\nlate.\n\nThe chairman leaves.\n",
    ["7:gender"],
)
ABOVE = (
    "{gender}\nThe chairman opens.\n\n{gender}\n\n{age}\n\nThe elderly chairman\nwaits here.\n\nThe chairman leaves.\n",
    ["11:gender"],
)
BLOCK = (
    "The chairman opens.\n\n{disable gender}\n\nThe chairman and other idiots close.\n\n"
    "The chairman\nwaits.\n\n{enable gender}\n\nThe chairman leaves.\n",
    ["1:gender", "5:toxicity", "12:gender"],
)
FILE = ("The chairman opens.\n\nThese idiots close.\n\n{file gender}\n\nThe chairman leaves.\n", ["3:toxicity"])
UNUSED = ("{gender}\n\nThe meeting opens.\n\nThe chairman closes.\n", ["1!unused", "5:gender"])
MALFORMED = ("{ignore}\n\nThe chairman opens the meeting.\n", ["1!it must name the categories", "3:gender"])
DIRECTIVES = {
    "{gender}": "srlint: ignore[gender] a reason",
    "{age}": "srlint: ignore[age] a reason",
    "{toxicity}": "srlint: ignore[toxicity] a reason",
    "{disable gender}": "srlint: disable[gender] a reason",
    "{enable gender}": "srlint: enable[gender]",
    "{file gender}": "srlint: file-ignore[gender] a reason",
    "{ignore}": "srlint: ignore",
}
COMMON = {"alone-above": ABOVE, "disable-enable": BLOCK, "file-ignore": FILE, "unused": UNUSED, "malformed": MALFORMED}
TABLE_ROWS = (
    "| Role | Place |\n|------|-------|\n| The chairman here {gender} | Hall |\n| The chairman there | Room |\n"
)
LISTS = (
    "- The chairman opens. {gender}\n- The chairman closes.\n  {gender}\n  - Another chairman leaves.\n"
    "- One chairman more.\n"
)
LIST_LEFT = ["2:gender", "5:gender"]

TABLE: dict[str, dict[str, tuple[str, list[str]]]] = {
    "markdown": COMMON | {
        "on-the-line": ON_LINE,
        "table": (TABLE_ROWS, ["4:gender"]),
        "list": (LISTS, LIST_LEFT),
        "heading": ("# The chairman {gender}\n\n## The chairman\n", ["3:gender"]),
        "quoted-example": ("```\n{gender}\n```\n\nThe chairman opens.\n\nUse `{gender}` for\na chairman.\n",
                           ["5:gender", "7:gender"]),
    },
    "mdx": COMMON | {
        "on-the-line": ON_LINE,
        "table": (TABLE_ROWS, ["4:gender"]),
        "list": (LISTS, LIST_LEFT),
        "quoted-example": ("```\n{gender}\n```\n\nThe chairman opens.\n", ["5:gender"]),
    },
    "jupyter": COMMON | {
        "on-the-line": ON_LINE,
        "table": (TABLE_ROWS, ["4:gender"]),
        "list": (LISTS, LIST_LEFT),
        "quoted-example": ("```\n{gender}\n```\n\nThe chairman opens.\n", ["5:gender"]),
    },
    "html": COMMON | {
        "on-the-line": ON_LINE,
        "table": ("<table>\n<tr><td>The chairman here {gender}</td><td>Hall</td></tr>\n<tr>\n{gender}\n<td>\n"
                  "A chairman there</td>\n<td>The chairman</td></tr>\n</table>\n", ["7:gender"]),
        "list": ("<ul>\n<li>The chairman opens. {gender}</li>\n<li>The chairman closes.</li>\n{gender}\n"
                 "<li>A chairman leaves.</li>\n</ul>\n", ["3:gender"]),
        "quoted-example": ("<pre>\n&lt;!-- srlint: ignore[gender] x --&gt;\n</pre>\n<p>The chairman "
                           "<code>&lt;!-- srlint: file-ignore[gender] --></code></p>", ["4:gender"]),
    },
    "rst": COMMON | {
        "table": ("{disable gender}\n\n+-----------------+------+\n| The chairman    | Hall |\n"
                  "+-----------------+------+\n\n"
                  "{enable gender}\n\nThe chairman closes.\n", ["9:gender"]),
        "list": ("{disable gender}\n\n- The chairman opens.\n\n  {gender}\n\n- These idiots close.\n\n"
                 "{enable gender}\n\n"
                 "- Another chairman.\n\n  {gender}\n\n  The chairman leaves.\n"
                 "", ["5!unused", "7:toxicity", "11:gender"]),
        "note": ("{gender}\n\n.. note::\n\n   The chairman opens.\n\n   The chairman closes.\n", ["7:gender"]),
        "heading": ("{gender}\n\n.. _chair:\n\n============\nThe chairman\n============\n\nThe chairman opens.\n"
                    "", ["9:gender"]),
        "quoted-example": ("Write::\n\n   {gender}\n\nThe chairman opens.\n", ["5:gender"]),
    },
    "asciidoc": COMMON | {
        "table": ("|===\n{gender}\n| The chairman here | Hall\n| The chairman there | Room\n|===\n", ["4:gender"]),
        "list": ("* The chairman opens.\n{gender}\n* The chairman closes.\n** The chairman\n{gender}\nleaves.\n",
                 ["1:gender"]),
        "paragraph": ("The meeting is long.\n{gender}\nThe chairman opens it.\nThe chairman closes it.\n"
                      "", ["4:gender"]),
        "block": ("{gender}\n[NOTE]\n====\nThe chairman opens.\n\nThe chairman closes.\n====\n", ["6:gender"]),
        "quoted-example": ("----\n{gender}\n----\n\nThe chairman opens.\n", ["5:gender"]),
    },
    "latex": COMMON | {
        "on-the-line": ON_LINE,
        "table": ("\\begin{tabular}{ll}\nThe chairman here & Hall \\\\ {gender}\nA chairman there & Room \\\\\n"
                  "{gender}\n"
                  "The chairman & here \\\\\n\\end{tabular}\n", ["3:gender"]),
        "list": ("\\begin{itemize}\n{gender}\n\\item The chairman opens.\n\\item The chairman closes.\n"
                 "\\end{itemize}\n",
                 ["4:gender"]),
        "paragraph": ("The meeting is long.\n{gender}\nThe chairman opens it.\nThe chairman closes it.\n"
                      "", ["4:gender"]),
        "environment": ("{gender}\n\\begin{center}\nThe chairman opens.\n\nThe chairman closes.\n\\end{center}\n"
                        "", ["5:gender"]),
        "quoted-example": ("\\begin{verbatim}\n{gender}\n\\end{verbatim}\n\nThe chairman opens.\n", ["5:gender"]),
    },
    "text": COMMON | {
        "list": ("- The chairman opens.\n{gender}\n- The chairman closes.\n- The chairman\n  {gender}\n  leaves.\n",
                 ["1:gender"]),
        "table": ("Role         Place\n{gender}\nThe chairman  Hall\n", []),
        "paragraph": ("The meeting is long.\n{gender}\nThe chairman opens it.\nThe chairman closes it.\n"
                      "", ["4:gender"]),
        "quoted-example": ("```\n{gender}\n```\n\nThe chairman opens.\n", ["5:gender"]),
    },
    "python": COMMON | {
        "on-the-line": ('def f():\n    """The chairman opens."""  {gender}\n\n\ndef g():\n'
                        '    """The chairman opens.\n\n'
                        '    A chairman closes.\n    """  {gender}\n\n\nx = 1  # The chairman leaves.\n'
                        '', ["12:gender"]),
        "docstring": ('def f():\n    {disable gender}\n    """The chairman opens.\n\n    The chairman closes.\n'
                      '    """\n'
                      '    {enable gender}\n    # The chairman leaves.\n', ["8:gender"]),
        "comment": ("# The meeting is long and\n{gender}\n# the chairman opens it.\n# The chairman closes it.\n"
                    "", ["4:gender"]),
        "quoted-example": ('x = "{gender}"\n# The chairman opens.\n', ["2:gender"]),
    },
    "javascript": COMMON | {
        "on-the-line": ("/** The chairman opens. */ {gender}\n\n/**\n * The chairman closes.\n */ {gender}\n"
                        "let x = 1; // The chairman leaves.\n", ["6:gender"]),
        "comment": ("// The meeting is long and\n{gender}\n// the chairman opens it.\n// The chairman closes it.\n",
                    ["4:gender"]),
        "block": ("/* srlint: disable[gender] x */\n/**\n * The chairman opens.\n */\n/*\n"
                  " * srlint: enable[gender]\n */\n"
                  "// The chairman leaves.\n", ["8:gender"]),
        "quoted-example": ("let x = `{gender}`;\n// The chairman opens.\n", ["2:gender"]),
    },
}  # fmt: skip
CELLS = {f"{syntax}-{feature}": (syntax, *cell) for syntax, cells in TABLE.items() for feature, cell in cells.items()}


def written(template: str, syntax: str) -> str:
    """The template as a document of a syntax: directives as comments, and blocks of words in the marks they need."""
    text = template
    for token, directive in DIRECTIVES.items():
        text = text.replace(token, SYNTAXES[syntax].comment.format(directive))
    if (template, None) not in [(common, None) for common, _ in (*COMMON.values(), ON_LINE)]:
        return notebook(*text.split("\n")) if syntax == "jupyter" else text
    if syntax == "html":
        blocks = (
            block if block.lstrip().startswith("<") else f"<p>{block}</p>" for block in text.strip().split("\n\n")
        )
        return "\n\n".join(blocks)
    if SYNTAXES[syntax].code:
        mark = SYNTAXES[syntax].comment.format("")
        return "\n".join(line if not line or "srlint" in line else mark + line for line in text.split("\n")) + "x = 1\n"
    return notebook(*text.split("\n")) if syntax == "jupyter" else text


def left(source: str, syntax: str) -> list[str]:
    """What is left of a document: `line:categories` for a finding, `line!what` for one about a directive."""
    review = apply(judged(source, syntax), ALL)
    first = 7 if syntax == "jupyter" else 0  # lines of a notebook before the first of its cells' own
    found = []
    for finding in review.findings:
        line = review.document.position(finding.span.start).line - first
        about = finding.message.removeprefix("Suppression: ").partition(" “")[0].partition(";")[0]
        found.append(
            f"{line}!{about}" if SUPPRESSION in finding.categories else f"{line}:{','.join(finding.categories)}"
        )
    return found


@pytest.mark.parametrize(("syntax", "template", "expected"), CELLS.values(), ids=CELLS)
def test_cell(syntax, template, expected):
    assert left(written(template, syntax), syntax) == expected


@pytest.mark.parametrize(("syntax", "template", "expected"), CELLS.values(), ids=CELLS)
def test_cell_with_other_line_ends(syntax, template, expected):
    assert left(written(template, syntax).replace("\n", "\r\n"), syntax) == expected


def test_the_table_names_every_format():
    assert {"python", "javascript"} | {name for name, syntax in SYNTAXES.items() if not syntax.code} == set(TABLE)


ADD = (
    "The chairman opens.\n\nThe meeting is long and\nthe chairman\ncloses it. These idiots\n"
    "leave. An elderly chairman\n"
    "stays.\n\nThe meeting ends.\n"
)
ADD_MORE = {
    "markdown": "# The chairman\n\n- The **chairman**\n- [The chairman](x.md)\n\n" + re.sub(" {.*?}", "", TABLE_ROWS),
    "mdx": "# The chairman\n\n- The **chairman**\n- [The chairman](x.md)\n\n" + re.sub(" {.*?}", "", TABLE_ROWS),
    "jupyter": "# The chairman\n\n- The **chairman**\n- [The chairman](x.md)\n\n" + re.sub(" {.*?}", "", TABLE_ROWS),
    "html": "<h1>The chairman</h1>\n<ul>\n<li>The <b>chairman</b></li>\n</ul>\n<p><img src=x alt='The chairman'></p>\n"
    "<table><tr><td>A chairman</td>\n<td>Two</td></tr></table>\n",
    "rst": "The chairman\n============\n\n- The chairman opens.\n\n- These idiots close.\n\n  The chairman leaves.\n\n"
    ".. note::\n\n   The chairman opens::\n\n      code\n\nThe chairman says::\n\n   x = 1\n\n"
    "+--------------+------+\n| The chairman | Hall |\n+--------------+------+\n",
    "asciidoc": "== The chairman\n\n* The chairman opens.\n\n* The chairman closes.\n** The chairman leaves.\n\n"
    "|===\n| The chairman | Hall\n|===\n",
    "latex": "\\section{The chairman}\n\\begin{itemize}\n  \\item The chairman opens.\n\\end{itemize}\n"
    "\\begin{tabular}{ll}\nThe chairman & Hall \\\\\n\\end{tabular}\n",
    "text": "- The chairman opens.\n- The chairman\n  closes.\n\n    The chairman leaves.\n",
    "python": 'def f():\n    """The chairman opens.\n\n    The meeting is long. The chairman closes.\n    """\n'
    "    return 1  # The chairman leaves.\n",
    "javascript": "/**\n * The meeting is long.\n *\n * The chairman closes.\n */\n"
    "let x = 1; // The chairman leaves.\n",
}


@pytest.mark.parametrize("syntax", TABLE, ids=[f"{syntax}-add-ignores" for syntax in TABLE])
def test_add_ignores_cell(syntax):
    mark = SYNTAXES[syntax].comment.format("") if SYNTAXES[syntax].code else ""
    words = "\n".join(mark + line if line else "" for line in ADD.split("\n"))
    if syntax == "html":
        words = "".join(f"<p>{block}</p>\n" for block in ADD.strip().split("\n\n"))
    text = f"{words}\n{ADD_MORE[syntax]}"
    source = notebook(*text.split("\n")) if syntax == "jupyter" else text
    for document in (source, source.replace("\n", "\r\n")):
        before = judged(document, syntax)
        edits = add_ignores(before, "a reason")
        after = judged(edited(document, edits), syntax)
        assert len(before.findings) > 5 and apply(after, ALL).findings == ()
        assert [finding.categories for finding in after.findings] == [finding.categories for finding in before.findings]
        assert all(not edit.span and "file-ignore" not in edit.text for edit in edits)
        assert add_ignores(after, "another") == ()
