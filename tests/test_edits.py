"""Word diffs, and their way onto the document."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from srlint.document import Document, Span
from srlint.edits import apply, diff, project, reads_as
from srlint.findings import Edit
from srlint.passages import passages

PIECES = st.sampled_from(
    ["the", "man", "men's", "people", " ", "  ", "\n", ",", ".", "-", "3.5", "é", "e\u0301", "👩‍👩‍👧", "👍🏽"]
    + ["\ufffc", "שלום", "漢字", "“", "*"]
)
TEXTS = st.lists(PIECES, max_size=14).map("".join) | st.text(max_size=12)


@given(TEXTS, TEXTS)
@settings(max_examples=500, deadline=None)
def test_a_diff_applied_gives_the_new_text(old, new):
    edits = diff(old, new)
    assert apply(old, edits) == new
    assert bool(edits) == (old != new)
    for edit in edits:
        assert old[edit.span.start : edit.span.end] != edit.text
    for first, second in zip(edits, edits[1:], strict=False):
        gap = old[first.span.end : second.span.start]
        assert gap and not gap.isspace()


@given(TEXTS)
def test_no_edit_is_the_same_object(text):
    assert apply(text, ()) is text and diff(text, text) == ()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("a big dog", "a dog", [("big ", "")]),
        ("He ran quickly.", "He ran.", [(" quickly", "")]),
        ("the chairman and the men", "the chair and the people", [("chairman", "chair"), ("men", "people")]),
        ("bad guy here", "good person here", [("bad guy", "good person")]),
        ("a wheelchair-bound man", "a man", [("wheelchair-bound ", "")]),
        ("don't go", "do go", [("don't", "do")]),
        ("3.5 men", "3.6 men", [("3.5", "3.6")]),
        ("whitelist_add men", "allowlist_add men", [("whitelist", "allowlist")]),
        ("use \ufffc and \ufffc, man", "man, use \ufffc and \ufffc", [("", "man, "), (", man", "")]),
        ("👩‍👩‍👧 e\u0301té", "👩‍👩‍👦 e\u0301té", [("👩‍👩‍👧", "👩‍👩‍👦")]),
    ],
)
def test_diffs_are_small_and_of_whole_words(old, new, expected):
    assert [(old[edit.span.start : edit.span.end], edit.text) for edit in diff(old, new)] == expected


@pytest.mark.parametrize(
    "edits",
    [
        [Edit(Span(0, 3), "x"), Edit(Span(2, 4), "y")],
        [Edit(Span(2, 2), "x"), Edit(Span(2, 2), "y")],
        [Edit(Span(0, 9), "x")],
        [Edit(Span(9, 9), "x")],
    ],
)
def test_impossible_edits_are_refused(edits):
    with pytest.raises(ValueError, match="overlaps"):
        apply("abcd", edits)


def test_edits_may_come_in_any_order_and_touch():
    assert apply("abcd", [Edit(Span(2, 4), "y"), Edit(Span(0, 2), "x"), Edit(Span(2, 2), "-")]) == "x-y"


def rewritten(source: str, new: str, syntax: str = "markdown") -> str | None:
    """The source once its first passage reads `new`."""
    document = Document(source, syntax)
    passage = passages(document)[0][0]
    edits = project(diff(passage.text, new), passage)
    if edits is None:
        return None
    assert reads_as(document, passage, edits, new)
    return apply(source, edits)


@pytest.mark.parametrize(
    ("source", "new", "expected"),
    [
        ("A *bad* guy came.", "A good person came.", "A *good* person came."),
        ("an *idea* here", "an odd idea here", "an odd *idea* here"),
        ("[the blacklist](u) now", "the denylist now", "[the denylist](u) now"),
        ("we use the\r\n  master *node*", "we use the primary node", "we use the\r\n  primary *node*"),
        ("all the big\ndogs", "all the dogs", "all the\ndogs"),
        ("all the\nbig dogs", "all the dogs", "all the\ndogs"),
        ("chairmen\nand women", "chairs", "chairs"),
        ("R&amp;D men&nbsp;too", "R&D people\u00a0too", "R&amp;D people&nbsp;too"),
        ("R&amp;D", "R+D", "R+D"),
        ("- [ ] the `x` guy\n- two\n", "the \ufffc person", "- [ ] the `x` person\n- two\n"),
        ("| men | b |\n|---|---|\n", "people", "| people | b |\n|---|---|\n"),
        ("🎉 é **Guys**, hello", "🎉 é Friends, hello", "🎉 é **Friends**, hello"),
        ("&ngE; man", "≧ man", "≧ man"),
        (r"\*men\* here", "*people* here", r"\*people\* here"),
        ("> [!NOTE]\n> the men\n> came", "the people came", "> [!NOTE]\n> the people\n> came"),
    ],
)
def test_edits_keep_the_markup(source, new, expected):
    assert rewritten(source, new) == expected


@pytest.mark.parametrize(
    ("source", "new"),
    [
        ("the **disa**bled user", "the person"),  # would cut through emphasis
        ("see [the blacklist][] now\n\n[the blacklist]: u", "see the denylist now"),  # the label is the target
        ("one man  \ntwo men", "one mantwo men"),  # a hard break
        ("the `x` man", "the man"),  # an atom lost
        ("the man", "the \ufffc"),  # an atom invented
        ("the man", "the *man*"),
        ("the man", "the <b>"),
        ("the man", "the man\nwoman"),
        ("the man", "the \u202eman"),
        ("the man", "- man"),
        ("the man", "1. man"),
        ("the man [here](u)", "the man !here"),
    ],
)
def test_edits_that_would_touch_markup_are_refused(source, new):
    assert rewritten(source, new) is None


def test_plain_text_keeps_its_lines():
    assert rewritten("- the men\r\n  came\r\n\r\nBye", "the people came", "text") == "- the people\r\n  came\r\n\r\nBye"


def test_reading_again_sees_what_projection_cannot():
    document = Document("a *man*b c", "markdown")
    passage = passages(document)[0][0]
    edits = (Edit(Span(3, 6), "man."),)  # "*man.*b" closes no emphasis
    assert not reads_as(document, passage, edits, "a man.b c")


WORDS = st.sampled_from(
    ["men", "*men*", "**the** men", "`x`", "[men](u)", "🎉", "e\u0301", "&amp;", r"\*", "men\n", "<b>", "a.", "שלום"]
)
NEW = st.lists(st.sampled_from(["people", "men", "the", "\ufffc", "🎉", "&", "*", "a.", "e\u0301"]), max_size=8)


@given(st.lists(WORDS, min_size=1, max_size=8).map(" ".join), NEW.map(" ".join))
@settings(max_examples=400, deadline=None)
def test_a_projection_changes_nothing_outside_the_passage(source, new):
    document = Document(f"first\n\n- {source}\n- last `one`\n", "markdown")
    found = passages(document)[0]
    assume(len(found) > 2)
    passage = found[1]
    edits = project(diff(passage.text, new), passage)
    if edits is None:
        return
    assert all(passage.span.start <= edit.span.start <= edit.span.end <= passage.span.end for edit in edits)
    edited = apply(document.text, edits)
    assert edited.startswith(document.text[: passage.span.start])
    assert edited.endswith(document.text[passage.span.end :])
    assert project(diff(passage.text, passage.text), passage) == ()


@given(st.lists(WORDS, min_size=1, max_size=8).map(" ".join), st.data())
@settings(max_examples=200, deadline=None)
def test_a_word_swapped_for_a_word_reads_as_meant(source, data):
    document = Document(f"{source}\n", "markdown")
    found = passages(document)[0]
    assume(found and "men" in found[0].text)
    new = found[0].text.replace("men", data.draw(st.sampled_from(["people", "staff", "café"])))
    edits = project(diff(found[0].text, new), found[0])
    assert edits is not None and reads_as(document, found[0], edits, new)
