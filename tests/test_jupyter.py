"""Notebooks to prose: which cells are read, and where each character stands in the JSON."""

from __future__ import annotations

import html
import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from srlint.document import Document
from srlint.edits import apply, diff, project, reads_as
from srlint.errors import DocumentError
from srlint.formats import markdown
from srlint.formats.jupyter import read
from srlint.passages import passages


def notebook(*cells: dict, **members: object) -> dict:
    return {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **members}


def cell(source: object, kind: str = "markdown", **members: object) -> dict:
    return {"cell_type": kind, "metadata": {}, **members, "source": source}


def texts(value: object, **style: object) -> list[str]:
    return [segment.text for segment in read(json.dumps(value, **style)).segments]


def test_only_markdown_cells_are_read():
    outputs = [{"output_type": "stream", "text": ["his output"]}]
    cells = [
        cell("a"),
        cell(["# b"], "code", outputs=outputs),
        cell("c", "raw"),
        cell(["d\n", "e"]),
        cell([]),
        cell(""),
    ]
    value = notebook(*cells, source="f", title="g")
    assert texts(value) == texts(value, indent=1, ensure_ascii=False) == ["a", "d e"]


def test_the_third_version():
    cells = [cell("a. b", "heading", level=2), {"cell_type": "code", "input": "c", "outputs": []}, cell("d")]
    value = {
        "nbformat": 3,
        "nbformat_minor": 0,
        "metadata": {},
        "worksheets": [{"cells": cells}, {"cells": [cell("e")]}],
    }
    segments = read(json.dumps(value)).segments
    assert [(segment.text, segment.kind) for segment in segments] == [
        ("a. b", "heading"),
        ("d", "paragraph"),
        ("e", "paragraph"),
    ]


def test_what_each_character_stands_for():
    source = r'["\u0022é\"\t\\\\ &amp;", "\n", "\ud83c\udf89/\/\ud83c"]'
    text = f'{{"cells": [{{"source": {source}, "cell_type": "mark\\u0064own"}}]}}'
    (segment,) = read(text).segments
    assert segment.text == '"é"\t\\ & 🎉//\ufffd'
    assert [text[start:end] for start, end in zip(segment.map.starts, segment.map.ends, strict=True)] == [
        *(r"\u0022", "é", r"\"", r"\t", r"\\\\", " ", "&amp;", r"\n"),
        *(r"\ud83c\udf89", "/", r"\/", r"\ud83c"),
    ]


def test_a_latex_environment_is_a_formula():
    source = "a \\begin{align*}\nb &= c\n\\end{align*} d \\begin{x} e\n\nf \\end{x}"
    assert texts(notebook(cell(source)))[0] == "a \ufffc d \\begin{x} e"


def test_passages_follow_the_order_of_the_cells():
    value = notebook(cell("A first one. A second one."), cell("x = 1", "code"), cell("A third one."))
    found = passages(Document(json.dumps(value, indent=2), "jupyter")).passages
    assert [(passage.text, passage.before) for passage in found] == [
        ("A first one.", ""),
        ("A second one.", "A first one."),
        ("A third one.", "\nA second one."),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not JSON, expecting value (line 1)"),
        ('{"cells": [\r\n\r}', "not JSON, expecting value (line 3)"),
        ('{"cells": [],\n}', "not JSON, "),
        ('{"cells": "\n"}', "not JSON, invalid control character (line 1)"),
        ('{\n"cells', "not JSON, unterminated string (line 2)"),
        ('{"cells": "\\q"}', "not JSON, invalid \\escape (line 1)"),
        ("[" * 100_000, "nested too deeply (line 1)"),
        ("[]", "expected an object with “cells” (line 1)"),
        ("\n3", "expected an object with “cells” (line 2)"),
        ('{"metadata": {}}', "it has no “cells” (line 1)"),
        ('{"worksheets": []}', "it has no “cells” (line 1)"),
        ('{\n"cells": 3}', "“cells” must be a list of objects (line 2)"),
        ('{"cells": [{"cell_type": "code"},\n3]}', "“cells” must be a list of objects (line 2)"),
        ('{"worksheets": [3]}', "“worksheets” must be a list of objects (line 1)"),
        ('{"cells": [\n{"source": ""}]}', "a cell without “cell_type” (line 2)"),
        ('{"cells": [{"cell_type": 3}]}', "a cell without “cell_type” (line 1)"),
        ('{"cells": [{"cell_type": "markdown"}]}', "must be a string or a list of strings (line 1)"),
        ('{"cells": [{"cell_type": "markdown",\n"source": ["a", 1]}]}', "a list of strings (line 2)"),
        ('{"cells": [{"cell_type": "markdown",\n"source": {"a": "b"}}]}', "a list of strings (line 2)"),
    ],
)
def test_what_is_no_notebook_is_an_error_with_its_line(text, message):
    with pytest.raises(DocumentError) as error:
        read(text)
    assert str(error.value).startswith("not a Jupyter notebook: ") and message in str(error.value)


def test_unusual_json_is_read():
    number = "1" * 5000
    cells = json.dumps([cell("a NaN")])
    text = f'{{"x": [NaN, -Infinity, {number}, 1e9], "cells": 3, "cells": {cells}}}'
    (segment,) = read(text).segments
    assert segment.text == "a NaN"
    assert text[segment.map.starts[0] : segment.map.ends[-1]] == "a NaN"


PIECES = st.sampled_from(
    'a|word|"|\\'
    "|\\\\|*|`c`|&amp;|[l](u)|<b>|<br>|<!-- k -->|é|e\u0301|🎉|👩‍👩‍👧|漢字|שלום|\u2028|\t| |\n|\r\n|\r|\n\n|\n> |\n- "
    "|\n# || a |\n|$x$|\x0b|\x7f|\ufffc|NaN|\\begin{a}|\\end{a}".split("|")
)
SOURCES = st.lists(PIECES | st.text(max_size=3), max_size=12).map(
    lambda parts: "".join(parts).encode("utf-8", "replace").decode().replace("\0", "")
)


@given(
    st.lists(st.tuples(SOURCES, st.booleans()), max_size=4),
    st.sampled_from([{}, {"indent": 1}, {"indent": 1, "ensure_ascii": False}, {"separators": (",", ":")}]),
    st.booleans(),
)
@settings(max_examples=200, deadline=None)
def test_every_character_is_what_stands_at_its_place(cells, style, include_quotes):
    made = [cell(source.splitlines(keepends=True) if in_lines else source) for source, in_lines in cells]
    text = json.dumps(notebook(*made), **style)
    found = read(text, include_quotes)
    plain = [markdown.read(source, include_quotes) for source, _ in cells if "\\begin" not in source]
    if len(plain) == len(cells):
        expected = [segment for prose in plain for segment in prose.segments]
        assert [(item.text, item.kind) for item in found.segments] == [(item.text, item.kind) for item in expected]
    done = 0
    for segment in found.segments:
        starts, ends = segment.map.starts, segment.map.ends
        assert list(starts) == sorted(starts) and list(ends) == sorted(ends)
        if segment.kind != "attribute":
            assert starts[0] >= done
            done = ends[-1]
        for character, start, end in zip(segment.text, starts, ends, strict=True):
            source = text[start:end]
            assert source and (character in "\ufffc " or stands_for(character, json.loads(f'"{source}"')))


def stands_for(character: str, meant: str) -> bool:
    """Whether what the JSON means is a way to write the character in Markdown."""
    return meant in (character, "\\" + character) or (meant[0] == "&" and character in html.unescape(meant))


@given(st.lists(st.sampled_from(["\\*x\\*", "🎉", '"a"', "*é*", "b\n", "\n\n", "C:\\"]), max_size=8), st.booleans())
@settings(max_examples=100, deadline=None)
def test_a_rewrite_changes_its_words_and_the_notebook_stays_one(parts, ascii_only):
    source = " ".join([*parts, "ask the chairman now", *reversed(parts)])
    value = notebook(cell(source.splitlines(keepends=True)), cell("chairman", "code"))
    text = json.dumps(value, indent=1, ensure_ascii=ascii_only)
    document = Document(text, "jupyter")
    (passage,) = [item for item in passages(document).passages if "chairman" in item.text]
    rewritten = passage.text.replace("chairman", "chair")
    edits = project(diff(passage.text, rewritten), passage)
    assert edits and reads_as(document, passage, edits, rewritten)
    value["cells"][0]["source"] = source.replace("chairman", "chair").splitlines(keepends=True)
    assert apply(text, edits) == json.dumps(value, indent=1, ensure_ascii=ascii_only)


def test_an_edit_does_not_reach_over_the_end_of_a_string():
    text = json.dumps(notebook(cell(["one\n", "two"])), indent=1)
    (segment,) = read(text).segments
    assert segment.text == "one two"
    assert segment.map.source_span(0, 3) is not None and segment.map.source_span(4, 7) is not None
    assert segment.map.source_span(3, 5) is None


def test_large_outputs_cost_little():
    data = {"image/png": "iVBO" * 1_000_000, "text/plain": ['a\nb"\\'] * 50_000}
    outputs = [{"output_type": "display_data", "data": data, "metadata": {}}]
    text = json.dumps(notebook(cell("a"), cell("b", "code", outputs=outputs), cell("c")), indent=1)
    began = time.process_time()
    assert [segment.text for segment in read(text).segments] == ["a", "c"]
    assert time.process_time() - began < 10
