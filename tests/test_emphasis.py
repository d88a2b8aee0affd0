"""Words that go, or give way to others, with the marks of emphasis around them."""

from __future__ import annotations

import pytest

from srlint.document import Document, Span
from srlint.emphasis import with_marks
from srlint.passages import passages
from srlint.placed import fits, rewrite_of


def rewritten(source: str, new: str, syntax: str = "markdown") -> str | None:
    document = Document(source, syntax)
    passage = passages(document).passages[0]
    rewrite = rewrite_of(document, passage, new, "unsafe")
    assert fits(document, passage, new, False) is (rewrite is not None)
    return rewrite.text if rewrite else None


@pytest.mark.parametrize(
    ("source", "new", "text"),
    [
        ("Trained on <b>exotic</b> speakers.\n", "Trained on speakers.", "Trained on speakers."),
        ("Post it where one of **the guys** answers.\n", "Post it where somebody answers.", None),
        ("It is **crazy** fast and *very* good.\n", "It is fast and very good.", "It is fast and *very* good."),
        ("A **mad** *dash* ends.\n", "A ends.", "A ends."),
        ("The __mad__ dash ends.\n", "The dash ends.", "The dash ends."),
    ],
)
def test_marks_go_with_all_that_they_stand_around(source, new, text):
    assert rewritten(source, new) == (text or new)


@pytest.mark.parametrize(
    ("source", "new"),
    [
        ("See [the crazy](u) idea.\n", "See idea."),
        ("We want `x` **crazy** speed.\n", "We want speed."),
        ("A **mad [dash](u)** ends.\n", "A ends."),
    ],
)
def test_links_and_code_do_not_go(source, new):
    assert rewritten(source, new) is None


def test_other_formats():
    assert rewritten("<p>We want <em>young</em> people.</p>", "We want people.", "html") == "We want people."
    assert rewritten("We want *young* people.\n", "We want people.", "rst") == "We want people."


@pytest.mark.parametrize(
    ("source", "word", "found"),
    [
        ("a **b** c", "b", "**b**"),
        ("a **b c** d", "b", None),
        ("a <em>b</em> c", "b", "<em>b</em>"),
        ("a <EM>b</em> c", "b", "<EM>b</em>"),
        ("a <em>b</b> c", "b", None),
        ("a b c", "b", None),
    ],
)
def test_a_stretch_grows_by_marks_that_belong_together(source, word, found):
    start = source.index(word)
    span = with_marks(source, start, start + len(word), 1, len(source) - 1)
    assert span == (None if found is None else Span(source.index(found), source.index(found) + len(found)))
