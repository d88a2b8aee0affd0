"""The table format × feature: one test for each cell, named after it."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from features.case import FEATURES, Case
from srlint.document import Document
from srlint.edits import apply, diff, project, reads_as
from srlint.passages import passages

FOLDER = Path(__file__).parent / "features"
FORMATS = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in ("__init__", "case"))
# A file of cells stands for the syntax of its name, those of programs for one language each.
TABLE: dict[tuple[str, str], Case] = {
    (name, feature): case for name in FORMATS for feature, case in import_module(f"features.{name}").CASES.items()
}


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
