"""`--add-ignores`: where the directives go, and that nothing else changes."""

from __future__ import annotations

import json
import re

import pyromark
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judged import judged
from srlint.document import Span
from srlint.edits import apply as edited
from srlint.errors import ConfigError
from srlint.findings import Finding, Review
from srlint.formats.markdown import OPTIONS
from srlint.passages import passages
from srlint.suppress import apply
from srlint.suppress.directives import SUPPRESSION
from srlint.suppress.ignores import add_ignores, checked_reason, ignore_everywhere
from srlint.suppress.places_rst import outer_blocks

C = "<!-- srlint: ignore[gender] why -->"
NOTHING = frozenset()


def after(text: str, syntax: str = "markdown", reason: str = "why", include_quotes: bool = False) -> str:
    """The text with its ignores; what must hold of every text is checked here."""
    review = judged(text, syntax, include_quotes)
    edits = add_ignores(review, reason)
    new = edited(text, edits)
    assert all(not edit.span for edit in edits) and list(edits) == sorted(edits, key=lambda edit: edit.span)
    again = judged(new, syntax, include_quotes)
    assert apply(again, NOTHING).findings == ()
    assert [f.categories for f in again.findings] == [f.categories for f in review.findings]
    assert add_ignores(again, reason) == ()
    before, now = passages(review.document, include_quotes), passages(again.document, include_quotes)
    assert [passage.text for passage in now.passages] == [passage.text for passage in before.passages]
    return new


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("The meeting opens.", "The meeting opens."),
        ("A chairman", f"A chairman {C}"),
        ("A chairman\n", f"A chairman {C}\n"),
        ("# A chairman #\n", f"# A chairman {C} #\n"),
        ("A chairman\n===\n", f"A chairman {C}\n===\n"),
        ("**A chairman.**\n", f"**A chairman.** {C}\n"),
        ("**A chairman.** More.\n", f"**A chairman.** {C} More.\n"),
        ("See “the chairman”\n", f"See “the chairman” {C}\n"),
        ("[A chairman](u)\n", f"[A chairman](u) {C}\n"),
        ("[A chairman]\n\n[a chairman]: u\n", f"[A chairman] {C}\n\n[a chairman]: u\n"),
        ("A chairman  \nspeaks.\n", f"A chairman  \nspeaks. {C}\n"),
        ("| a | A chairman |\n|--|--|\n", f"| a | A chairman {C} |\n|--|--|\n"),
        ("A chairman\r\nspeaks.\r\n\r\nA chairman\r\n", f"A chairman\r\nspeaks. {C}\r\n\r\nA chairman {C}\r\n"),
        ("One chairman. Two chairman.\n", f"One chairman. Two chairman. {C}\n"),
        ("One chairman. The end.\n", f"One chairman. {C} The end.\n"),
        (
            "An idiots list. The chairman is here.\n",
            f"An idiots list. The chairman is here. {C.replace('gender', 'toxicity, gender')}\n",
        ),
    ],
)
def test_where_a_comment_goes_in_markdown(text, expected):
    assert after(text) == expected


def test_the_reason_of_a_table_may_hold_a_bar():
    """In a row it would part two cells, so the directives stand around the table."""
    text = "Words.\n\n| a | A chairman |\n|--|--|\n\nThe end.\n"
    new = after(text, reason="a|b")
    assert new.startswith("Words.\n\n<!-- srlint: disable[gender] a|b -->\n") and "| a | A chairman |\n|--|--|\n" in new


def test_an_existing_directive_is_extended():
    text = "The elderly chairman. <!-- srlint: ignore[age] because -->\n"
    assert after(text) == "The elderly chairman. <!-- srlint: ignore[age, gender] because -->\n"
    text = "<!-- srlint: ignore[ age ] because -->\nThe elderly chairman.\n"
    assert after(text) == "<!-- srlint: ignore[ age, gender ] because -->\nThe elderly chairman.\n"
    text = "% srlint: ignore[age]\nThe elderly chairman.\n"
    assert after(text, "latex") == "% srlint: ignore[age, gender]\nThe elderly chairman.\n"


@pytest.mark.parametrize("comment", ["disable[age] x", "ignore[age] x srlint: ignore[class] y", "file-ignore[age] x"])
def test_other_directives_are_left_alone(comment):
    text = f"<!-- srlint: {comment} -->\nThe elderly chairman.\n"
    assert after(text) == f"<!-- srlint: {comment} -->\nThe elderly chairman. {C}\n"


def test_findings_about_directives_get_no_directive():
    text = "Words. <!-- srlint: ignore -->\n"
    review = judged(text)
    finding = Finding(Span(7, 30), (SUPPRESSION,), 1.0, (), "", None)
    assert add_ignores(Review(review.document, (finding,), (), review.comments), "why") == ()


def test_a_finding_that_is_no_passage_keeps_the_others_from_nothing():
    review = judged("The chairman.\n\nWords.\n")
    stray = Finding(Span(15, 18), ("age",), 0.9, (), "", None)
    found = Review(review.document, (*review.findings, stray), (), ())
    assert edited(review.document.text, add_ignores(found, "why")) == f"The chairman. {C}\n\nWords.\n"


def test_block_quotes_that_were_judged():
    assert after("> A chairman\n> speaks.\n", include_quotes=True) == f"> A chairman\n> speaks. {C}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\tA chairman\n", "\t% C\n\tA chairman\n"),
        ("It is late.\nWe go. A chairman\nspeaks.", "It is late.\n% C\nWe go. A chairman\nspeaks."),
        ("One chairman. Two chairman\nspeak.\n", "% C\nOne chairman. Two chairman\nspeak.\n"),
        ("A chairman\r\n", "% C\r\nA chairman\r\n"),
    ],
)
def test_where_a_line_goes_in_latex(text, expected):
    assert after(text, "latex") == expected.replace("C\n", "srlint: ignore[gender] why\n").replace(
        "C\r", "srlint: ignore[gender] why\r"
    )


@pytest.mark.parametrize("syntax", ["markdown", "html", "jupyter"])
@pytest.mark.parametrize(
    ("reason", "message"),
    [
        ("", "give a reason"),
        (" \t", "give a reason"),
        ("a\nb", "one line"),
        ("a\u2028b", "one line"),
        ("a --> b", "“--” in a comment of"),
        ("a\\", "end with"),
        ("[x]", "begin with"),
        ("see srlint: x", "hold “srlint:”"),
    ],
)
def test_reasons_that_cannot_stand_in_a_comment(syntax, reason, message):
    with pytest.raises(ConfigError, match="--add-ignores: .*" + re.escape(message)):
        checked_reason(reason, syntax)


def test_what_ends_a_comment_is_the_formats_own():
    assert checked_reason(" legacy --> text ", "latex") == "legacy --> text"
    with pytest.raises(ConfigError, match=r"“\*/” in a comment of mdx"):
        checked_reason("a */ b", "mdx")


def test_the_reason_is_looked_at_before_the_findings():
    with pytest.raises(ConfigError):
        add_ignores(judged("Words."), "-->")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one\ntwo\n\nthree", [(0, 1, True), (3, 3, True)]),
        ("Title\n=====\n\nwords", [(0, 1, True), (3, 3, True)]),
        ("=====\n Title\n=====\n", [(0, 2, True)]),
        ("- a\n\n  b\n\n- c\n\nd", [(0, 4, False), (6, 6, True)]),
        ("1. a\n\n#. b\n\n- c\n\n* d", [(0, 2, False), (4, 4, False), (6, 6, False)]),
        ("a\n   b\n\nc\n   d\n", [(0, 4, False)]),
        ("a::\n\n   b\n\nc", [(0, 2, True), (4, 4, True)]),
        (".. note::\n\n   a\n\nb", [(0, 2, False), (4, 4, True)]),
        ("== ==\na  b\n\nc  d\n== ==\n\ne", [(0, 4, False), (6, 6, True)]),
        (".. _x:\n\n.. index:: y\n\nTitle\n---\n", [(0, 5, True)]),
        (":a: b\n\n:c: d\n", [(0, 2, False)]),
        ("``%``\n   a sign\n\nb\n   c\n", [(0, 4, False)]),
        ("   quoted\n\nb", [(2, 2, True)]),
        ("", []),
    ],
)
def test_outer_blocks_of_restructuredtext(text, expected):
    assert list(outer_blocks(text)) == expected


WORDS = ["The chairman opens.", "These idiots leave.", "The end.", "An elderly chairman", " ", " ", "\n", "\n", "\n\n"]
# What there is besides words, between bars.
MARKUP = {
    "markdown": "\r\n|# |- |1. |  |> |¦ | ¦ |\n¦-¦-¦\n|**|*|`|[|](u)|]|<!-- c -->|<b>|</b>|<div>\n|&amp;|🎉"
    "|```\n|\\|---\n"
    "|$|~~|<br>|!|¦|<img alt='|'>|<!-- srlint: ignore[gender] x -->|<!-- srlint: disable[toxicity] x -->",
    "html": "<p>|</p>|<b>|</b>|<li>|<td>|<title>|</title>|<img alt='|' title=\"|'>|\">|>|<|<pre>|</pre>"
    "|<!-- c -->|<!--|-->"
    "|&lt;|<!-- srlint: ignore[gender] x -->|<script>|<br>|\r\n",
    "latex": "% c\n|\\section{|}|{|\\item |\\begin{itemize}\n|\\end{itemize}\n| & | \\\\ |$|\\%|\\begin{verbatim}\n|\t"
    "|\\end{verbatim}\n|\\emph{|\\footnote{|% srlint: ignore[gender] x\n|\r\n",
    "asciidoc": "= |== |* |** |. |¦===\n|¦ |----\n|====\n|[NOTE]\n|+\n|// c\n|////\n|a:: |*|_|`|.Title\n"
    "|:a: b\n|  |\r\n"
    "|// srlint: ignore[gender] x\n|____\n",
    "rst": "- |  |   |1. |=====\n|-----\n|.. note::\n|.. c\n|::\n\n|*|``|`|:a: |¦ |+---+\n|== ==\n|.. _x:\n\n"
    "|\r\n|.. [1] "
    "|.. srlint: ignore[gender] x\n\n",
    "text": "- |    |> |```\n|# srlint: ignore[gender] x\n|====\n|1. |\r\n|\r|\t",
    "python": '# |    |def f():\n    """|"""|\'\'\'|x = 1|  # |# srlint: ignore[gender] x\n|\\|(|)|\r\n',
    "javascript": "// |/** | * |*/|/* |let x = 1;|`|'|// srlint: ignore[gender] x\n|/|\r\n",
}
PIECES = {syntax: [*WORDS, *text.replace("¦", "\0").split("|")] for syntax, text in MARKUP.items()}
PIECES = {syntax: [piece.replace("\0", "|") for piece in pieces] for syntax, pieces in PIECES.items()}


@pytest.mark.parametrize("syntax", PIECES)
@given(data=st.data())
@settings(max_examples=120, deadline=None)
def test_whatever_the_document_its_passages_stay(syntax, data):
    """No passage is changed, and a second run adds nothing: what remains is what no comment can reach."""
    text = data.draw(st.lists(st.sampled_from(PIECES[syntax]), max_size=14).map("".join))
    review = judged(text, syntax)
    edits = add_ignores(review, "why")
    again = judged(edited(text, edits), syntax)
    assert all(not edit.span for edit in edits)
    assert [f.categories for f in again.findings] == [f.categories for f in review.findings]
    assert len(apply(again, NOTHING).findings) <= len(apply(review, NOTHING).findings)
    assert add_ignores(again, "why") == ()


@given(st.lists(st.sampled_from(PIECES["markdown"]), max_size=14).map("".join))
@settings(max_examples=150, deadline=None)
def test_a_markdown_document_is_rendered_as_before(text):
    assert rendered(edited(text, add_ignores(judged(text), "why"))) == rendered(text)


def rendered(text: str) -> str:
    """The document as HTML without srlint's comments and without blanks."""
    html = pyromark.html(text, options=OPTIONS)
    return re.sub(r"\s+", "", re.sub(r"<!-- srlint:.*?-->", "", html))


WHY = '<!-- srlint: ignore[gender] a \\"naïve\\" one -->'


def notebook(source: object, **layout: object) -> str:
    cell = {"cell_type": "markdown", "id": "a", "metadata": {}, "source": source}
    return json.dumps({"cells": [cell, cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, **layout)


@pytest.mark.parametrize("layout", [{}, {"indent": 1}, {"separators": (",", ":")}, {"ensure_ascii": False}])
@pytest.mark.parametrize("source", ["é\\n\nThe chairman.\nEnd.", ["é\\n\n", "The chairman.\n", "End."]])
def test_a_notebook_stays_one(source, layout):
    """Quotation marks and letters of a reason are escaped as the file's own are."""
    text = notebook(source, **layout)
    new = after(text, "jupyter", reason='a "naïve" one')
    sources = [cell["source"] for cell in json.loads(new)["cells"]]
    assert sources == [json.loads(json.dumps(source).replace("man.", f"man. {WHY}"))] * 2
    assert new.isascii() == text.isascii()


def test_a_directive_alone_in_a_cell_holds_for_that_cell_only():
    text = notebook(["<!-- srlint: ignore[gender] x -->\n", "\n", "The chairman."], separators=(",", ":"))
    assert apply(judged(text, "jupyter"), NOTHING).findings == ()
    cells = json.loads(text)
    cells["cells"][0]["source"] = "<!-- srlint: ignore[gender] x -->"
    cells["cells"][1]["source"] = "The chairman."
    assert len(apply(judged(json.dumps(cells), "jupyter"), NOTHING).findings) == 1


@pytest.mark.parametrize(
    ("syntax", "text", "expected"),
    [
        ("markdown", "---\na: b\n---\n\nThe elderly. Elderly.\n", "---\na: b\n---\n{}\nThe elderly. Elderly.\n"),
        ("text", "The elderly.\r\n", "{}The elderly.\r\n"),
        ("rst", "Title\n=====\n\nThe elderly.\n", "{}\nTitle\n=====\n\nThe elderly.\n"),
    ],
)
def test_one_comment_for_the_whole_document(syntax, text, expected):
    review = judged(text, syntax)
    category = review.findings[0].categories[0]
    changed = edited(text, ignore_everywhere(review, [category], "why"))
    comment = re.search(r"[^\r\n]*srlint: file-ignore\[[^\r\n]*\r?\n", changed)[0]
    assert f"file-ignore[{category}] why" in comment
    assert changed == expected.format(comment)
    assert apply(judged(changed, syntax), frozenset()).findings == ()
