"""Whole documents with annotations: what they say is there, and how it is counted."""

from __future__ import annotations

import pytest

pytest.importorskip("benchmarks", reason="the benchmarks are not part of this checkout")

from benchmarks.annotated import FOLDER, Counted, Hidden, _bare, counted, documents, summed, wrong
from srlint.document import Document, Span
from srlint.errors import ConfigError
from srlint.findings import Edit, Finding, Rewrite
from srlint.passages import passages

TEXT = "The *chairman* left. Ask Mr Blind. The girls can tell.\n"


def finding(start, end, new=None):
    rewrite = Rewrite("The *chair* left.", (Edit(Span(start + 5, start + 13), new),), "safe") if new else None
    return Finding(Span(start, end), ("gender",), 0.9, (), "", rewrite)


def hidden(text, flagged, *rewrites):
    at = TEXT.index(text)
    return Hidden(text, Span(at, at + len(text)), flagged, rewrites)


def test_what_is_found_missed_and_reported_wrongly_is_counted():
    document = Document(TEXT, "markdown")
    notes = [hidden("chairman", True, "The chair left."), hidden("Blind", False), hidden("girls", True)]
    found = [finding(0, 20, "chair"), finding(21, 34)]
    assert counted(document, notes, found) == Counted(2, 1, 1, 1, 1, 1, 1, 0, 0)
    assert list(wrong(document, notes, found)) == ["missed: girls", "reported: Ask Mr Blind."]
    assert counted(document, notes[:1], found) == Counted(1, 1, 1, 1, 1, 0, 0, 2, 1)
    assert summed([Counted(*range(9)), Counted(*range(9))]) == Counted(*range(0, 18, 2))


def test_markup_is_no_difference():
    assert _bare("*a* [b](c) <b>d</b> `e`\n  f") == "a b d e f"


@pytest.mark.parametrize("split", ["dev", "test"])
def test_the_documents_are_as_their_annotations_say(split):
    read = list(documents(FOLDER / split))
    assert len(read) == {"dev": 28, "test": 24}[split]
    for name, document, notes in read:
        assert 8 <= sum(note.flagged for note in notes) <= 14, name
        spans = [passage.span for passage in passages(document, include_quotes=True).passages]
        for note in notes:
            within = any(span.start <= note.span.start < span.end for span in spans)
            assert within or not note.flagged, (name, note)


def test_an_annotation_that_is_not_there_is_named(tmp_path):
    (tmp_path / "a.md").write_text("The chair left.\n")
    (tmp_path / "a.md.jsonl").write_text('{"label": "clean", "text": "x", "source": "chairman"}\n')
    with pytest.raises(ConfigError, match=r"a\.md\.jsonl: 'chairman' must stand"):
        list(documents(tmp_path))
