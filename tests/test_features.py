"""The table format × feature: one test for each cell, named after it."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.case import FEATURES
from features.table import DOCUMENTS, LANGUAGES, cells, table
from srlint.document import Document
from srlint.edits import apply, diff, project, reads_as
from srlint.formats import SYNTAXES
from srlint.passages import passages

TABLE = cells()


@pytest.mark.parametrize(("syntax", "feature"), TABLE, ids=[f"{syntax}-{feature}" for syntax, feature in TABLE])
def test_cell(syntax, feature):
    case = TABLE[syntax, feature]
    assert feature in FEATURES
    document = Document(case.source, syntax)
    parsed = passages(document)
    assert [passage.text for passage in parsed.passages] == case.passages
    assert tuple(item.reason for item in parsed.skipped) == case.skipped
    for passage in parsed.passages:
        assert 0 <= passage.span.start < passage.span.end <= len(case.source)
    with_quotes = [passage.text for passage in passages(document, include_quotes=True).passages]
    assert with_quotes == (case.passages if case.quoted is None else case.quoted)
    if case.comments is not None:
        assert tuple(comment.text for comment in parsed.comments) == case.comments
    if case.edit is not None:
        number, old, new, expected = case.edit
        passage = parsed.passages[number]
        rewritten = passage.text.replace(old, new)
        edits = project(diff(passage.text, rewritten), passage)
        assert edits, "the edit cannot be made"
        assert apply(case.source, edits) == expected
        assert reads_as(document, passage, edits, rewritten)


def test_every_format_has_its_cells():
    assert set(SYNTAXES) == {*DOCUMENTS, *LANGUAGES}
    assert {name for name, _ in TABLE} == set(SYNTAXES)
    assert {feature for _, feature in TABLE} == set(FEATURES)


def test_the_readme_shows_the_table():
    readme = Path(__file__).parents[1] / "README.md"
    assert table() in readme.read_text(encoding="utf-8"), "run: python tests/features/table.py"
