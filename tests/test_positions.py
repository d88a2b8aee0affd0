"""Positions in every format: a word is found where it was put, and a fix changes that word and not a byte more.

Documents are put together from blocks of each format and sentences with whatever Unicode has to offer. Some places are
prose and some are not, so it is known beforehand which words a fix must change.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from srlint.config import Settings
from srlint.document import BOMS, Document, Span
from srlint.edits import apply
from srlint.fixes import fix
from srlint.formats import SYNTAXES
from srlint.linter import Linter
from srlint.output.json import as_object
from srlint.verdict import Verdict

WORD, NEW = "chairman", "chair"

# In a block `{}` stands for a sentence that is read, `@` for one that is not.
BLOCKS: dict[str, list[str]] = {
    "markdown": [
        "{}\n\n",
        "{}\n{}\n\n",
        "# {}\n\n",
        "{}\n===\n\n",
        "- {}\n- {}\n  - {}\n\n",
        "1. {}\n\n   {}\n\n",
        "- [x] {}\n\n",
        "> @\n> @\n\n",
        "> > @\n\n",
        "- > @\n\n",
        "> [!NOTE]\n> {}\n> {}\n\n",
        "| {} | `@` |\n|---|---|\n| {} | {} |\n\n",
        "a[^1]\n\n[^1]: {}\n\n",
        "[^1]: {}\n\n",
        "*{}* `@` **{}** [{}](https://e.org) &amp; {}\n\n",
        "{}  \n{}\\\n{}\n\n",
        "Term\n: {}\n\n",
        "```\n@\n```\n\n",
        "~~~ text\n@\n~~~\n\n",
        "End of it.\n\n    @\n\n",
        "$$\n@\n$$\n\n",
        "<!-- @ -->\n\n",
        "<p>{}</p>\n\n",
        "<pre>@</pre>\n\n",
        "!!! note\n    {}\n\n",
        ":::tip\n{}\n:::\n\n",
        "![{}](u.png)\n\n",
    ],
    "mdx": [
        "import A from './a'\n\n",
        "{}\n\n",
        "# {}\n\n",
        "- {}\n- {}\n\n",
        "<Note title={'@'}>\n\n{}\n\n</Note>\n\n",
        "{/* @ */}\n\n",
        "export const a = '@'\n\n",
        "```\n@\n```\n\n",
    ],
    "html": [
        "<p>{}</p>\n",
        "<p>{}\n{}</p>\n",
        "<h1>{}</h1>",
        "<ul><li>{}<li><b>{}</b> {}</ul>\n",
        "<table><tr><td>{}</td><td>{}</td></tr></table>",
        "<p>&eacute; {} <code>@</code> {}<br>{}</p>",
        '<img alt="{}" src="@">',
        "<blockquote><p>@</p></blockquote>",
        "<pre>@</pre><script>@</script><style>@</style>",
        "<!-- @ -->",
        "<div>{}<p>{}</div>",
    ],
    "rst": [
        "{}\n\n",
        "{}\n{}\n\n",
        "- {}\n\n  {}\n\n- {}\n\n",
        "1. {}\n2. {}\n\n",
        "term\n   {}\n\n",
        ".. note:: {}\n   {}\n\n",
        ".. warning::\n\n   {}\n\n",
        ".. code-block:: text\n\n   @\n\n",
        "As here::\n\n   @\n\n",
        ".. @\n\n",
        "*{}* ``@`` **{}** :ref:`{} <x>`\n\n",
        "A paragraph.\n\n   @\n\n",
        "| {}\n| {}\n\n",
    ],
    "asciidoc": [
        "{}\n\n",
        "{}\n{}\n\n",
        "== {}\n\n",
        "* {}\n** {}\n\n",
        ". {}\n\n",
        "NOTE: {}\n\n",
        "----\n@\n----\n\n",
        "////\n@\n////\n\n",
        "// @\n\n",
        "____\n@\n____\n\n",
        "term:: {}\n\n",
        "*{}* `@` _{}_ link:u[{}]\n\n",
    ],
    "latex": [
        "{}\n\n",
        "{}\n{}\n\n",
        "\\section{({})}\n\n",
        "\\begin(itemize)\n\\item {}\n\\item {}\n\\end(itemize)\n\n",
        "\\emph({}) $@$ \\texttt(@) {}\n\n",
        "\\begin(verbatim)\n@\n\\end(verbatim)\n\n",
        "% @\n\n",
        "\\begin(quote)\n@\n\\end(quote)\n\n",
        "\\footnote({})\n\n",
        "\\begin(tabular)(ll)\n{} & {} \\\\\n\\end(tabular)\n\n",
    ],
    "text": [
        "{}\n\n",
        "{}\n{}\n\n",
        "- {}\n- {}\n\n",
        "> @\n> @\n\n",
        "1. {}\n   {}\n\n",
    ],
    "python": [
        "# {}\n# {}\n\nx = 1\n\n",
        'def f():\n    """{}\n\n    {}\n    """\n\n',
        "y = '@'\n\n",
        "z = 2  # {}\n\n",
    ],
    "javascript": [
        "// {}\n// {}\n\nlet x = 1;\n\n",
        "/* {} */\n\n",
        "/**\n * {}\n * {}\n */\nfunction f() (( ))\n\n",
        "let y = '@';\n\n",
    ],
}

# What stands in and around the word: none of it may move a position.
SIGNS = ["", " x", " naïve", " e\u0301t", " ﬁ", " 漢字", " שלום", " \u202eabc\u202c", " a\u2028b"] + [
    " 🎉",
    " 🏳️\u200d🌈",
    " 👩\u200d👩\u200d👧",
]
# In JavaScript U+2028 ends a line, and with it a comment.
NO_SIGNS = {"javascript": {" a\u2028b"}}


@dataclass(frozen=True)
class Made:
    """A document's source, and what it must read once every word that is read has been replaced."""

    source: str
    fixed: str


@st.composite
def made(draw: st.DrawFn, syntax: str) -> Made:
    signs = st.sampled_from([sign for sign in SIGNS if sign not in NO_SIGNS.get(syntax, ())])
    line_end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    parts, fixed = [], []
    for block in draw(st.lists(st.sampled_from(BLOCKS[syntax]), min_size=1, max_size=6)):
        if syntax == "latex":
            block = block.replace("({})", "\1{}\2").replace("(", "{").replace(")", "}").replace("{\1", "\1")
            block = block.replace("\2}", "\2").replace("\1", "{").replace("\2", "}").replace("{{}}", "{{}}")
        for piece in re.split(r"(\{\}|@)", block.replace("(( ))", "{ }")):
            if piece in ("{}", "@"):
                before, after = draw(signs), draw(signs)
                sentence = f"Then{before} the {WORD} opened the session{after}."
                parts.append(sentence)
                fixed.append(sentence.replace(WORD, NEW) if piece == "{}" else sentence)
            else:
                parts.append(piece)
                fixed.append(piece)
    return Made("".join(parts).replace("\n", line_end), "".join(fixed).replace("\n", line_end))


class OneWord:
    """A judge that objects to one word, and exchanges it wherever the document can be edited so."""

    bar = 0.5

    def begin(self, passages):
        return lambda: list(passages)

    def judge(self, passages, fits, wanted=None, begun=None):
        return [self._verdict(passage, fits) for passage in passages]

    def _verdict(self, passage, fits) -> Verdict:
        marks = tuple(Span(*found.span()) for found in re.finditer(WORD, passage.text))
        if not marks:
            return Verdict(0.1)
        new = passage.text.replace(WORD, NEW)
        return Verdict(0.9, ("gender",), marks, "why", new if fits(passage, new) else None, "safe")


@pytest.fixture(scope="module")
def linter():
    with Linter.open(Settings(use_model=False, use_cache=False)) as one:
        one.judge = OneWord()
        yield one


def check_positions(linter: Linter, document: Document, fixed: str) -> None:
    text = document.text
    assert apply(text, ()) is text
    review = linter.check(document)
    for finding in review.findings:
        assert 0 <= finding.span.start < finding.span.end <= len(text)
        assert WORD in text[finding.span.start : finding.span.end]
        shown = as_object("name", document, finding)
        assert shown["text"] == text[shown["start"] : shown["end"]]
        assert any(text[mark.start : mark.end] == WORD for mark in finding.marks)
        for mark in finding.marks:
            assert finding.span.start <= mark.start < mark.end <= finding.span.end
    done = fix(review, linter.check, unsafe=False)
    assert done.review.document.text == fixed
    again = fix(done.review, linter.check, unsafe=False)
    assert (again.rewritten, again.review.document.text) == (0, fixed)


@pytest.mark.parametrize("syntax", BLOCKS)
def test_a_fix_changes_the_words_that_are_read_and_nothing_else(linter, syntax):
    @given(made(syntax))
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    def holds(document: Made) -> None:
        check_positions(linter, Document(document.source, syntax), document.fixed)

    holds()


@pytest.mark.parametrize("ascii_only", [True, False])
def test_the_same_inside_a_notebook(linter, ascii_only):
    def notebook(text: str) -> str:
        cells = [
            {"cell_type": "code", "source": [f"# {WORD}\n"], "metadata": {}, "outputs": [], "execution_count": None},
            {"cell_type": "markdown", "source": re.findall(r"[^\n]*\n|[^\n]+", text), "metadata": {}},
            {"cell_type": "raw", "source": WORD, "metadata": {}},
        ]
        whole = {"cells": cells, "metadata": {"title": WORD}, "nbformat": 4, "nbformat_minor": 5}
        return json.dumps(whole, ensure_ascii=ascii_only, indent=1)

    @given(made("markdown"))
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    def holds(document: Made) -> None:
        check_positions(linter, Document(notebook(document.source), "jupyter"), notebook(document.fixed))

    holds()


@given(st.text(max_size=60), st.sampled_from([mark for mark, _ in BOMS] + [b""]), st.sampled_from(sorted(SYNTAXES)))
@settings(max_examples=200, deadline=None)
def test_bytes_that_are_read_are_written_back(text, mark, syntax):
    text = text.encode("utf-8", "replace").decode().replace("\0", "").removeprefix("\ufeff")
    codec = dict(BOMS).get(mark, "utf-8")
    data = mark + text.encode(codec)
    assert Document.from_bytes(data, syntax).to_bytes() == data
