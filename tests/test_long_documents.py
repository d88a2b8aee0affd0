"""What is kept of each passage of a long document: little, and enough."""

from __future__ import annotations

from array import array

import pytest

from srlint.document import Document
from srlint.formats.segment import Segment, SourceMap, drained
from srlint.passages import passages
from srlint.tokens import cut, shipped_tokenizer

PLAIN = SourceMap(array("I", range(10, 20)), array("I", range(11, 21)), fixed=((2, 4),), breaks=(5,))
# Characters 2 and 3 come from one entity, before 6 stands markup, and 8 is a line break with its indentation.
MIXED = SourceMap(
    array("I", [0, 1, 2, 2, 7, 8, 11, 12, 13, 17]), array("I", [1, 2, 7, 7, 8, 9, 12, 13, 17, 18]), breaks=(8,)
)


@pytest.mark.parametrize("map_", [PLAIN, MIXED], ids=["plain", "mixed"])
def test_a_cut_map_says_the_same_whatever_it_is_made_of(map_):
    for start in range(10):
        for end in range(start + 1, 11):
            cut_ = map_.cut(start, end)
            assert list(cut_.starts) == list(map_.starts[start:end])
            assert list(cut_.ends) == list(map_.ends[start:end])
            for first in range(end - start + 1):
                for last in range(first, end - start + 1):
                    assert cut_.source_span(first, last) == _arrays(cut_).source_span(first, last)
                    assert cut_.cover(first, last) == _arrays(cut_).cover(first, last)


def _arrays(map_: SourceMap) -> SourceMap:
    return SourceMap(array("I", map_.starts), array("I", map_.ends), map_.fixed, map_.breaks)


def test_letter_for_letter_is_two_ranges_and_all_else_is_not():
    assert isinstance(PLAIN.cut(1, 9).starts, range) and isinstance(PLAIN.cut(1, 9).ends, range)
    assert PLAIN.cut(1, 9).cut(2, 5) == PLAIN.cut(3, 6)
    assert isinstance(MIXED.cut(0, 2).starts, range)
    # As long as what it stands for, but with two characters from one place and a gap behind them.
    crooked = SourceMap(array("I", [3, 3, 5]), array("I", [4, 4, 6]))
    assert isinstance(crooked.cut(0, 3).starts, array)


def test_most_passages_of_plain_prose_keep_no_map_of_their_own():
    found = passages(Document("The parser reads the file. It *never* writes one.\n\n" * 20, "markdown")).passages
    kinds = [type(passage.map.starts) for passage in found]
    assert (kinds.count(range), kinds.count(array)) == (20, 20)


def test_packed_tokens_encode_to_the_same():
    given = [("The café ￼ opened at nine, ￼ said.", "It was 日曜日."), ("Short.", ""), ("word " * 400, "before " * 90)]
    for tokens in cut(shipped_tokenizer(), given):
        assert tokens.packed().encoded == tokens.encoded


def test_packed_tokens_hold_nothing_of_the_tokenizers():
    """An encoding of its own takes some hundred bytes a token."""
    (tokens,) = cut(shipped_tokenizer(), [("All of the reports are read twice a year.", "Here is why.")])
    assert type(tokens.offsets).__module__ == "tokenizers"
    packed = tokens.packed()
    assert {type(packed.own), type(packed.before), type(packed.offsets.flat)} == {array}
    assert packed.own.itemsize * len(packed.own) == 4 * len(tokens.own)


def test_drained_segments_are_let_go_of_in_order():
    segments = [Segment(letter, PLAIN, "paragraph") for letter in "abc"]
    seen = []
    for segment in drained(segments):
        seen.append((segment.text, len(segments)))
    assert seen == [("a", 2), ("b", 1), ("c", 0)]
