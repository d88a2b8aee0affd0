"""Long texts: what looking for sentences costs grows with the length, not with its square."""

from __future__ import annotations

import pytest

from srlint import sentences as reader


@pytest.mark.parametrize("piece", ["1. ", "a. ", "a.) A ", "a. A", "[1]. "])
def test_each_character_is_looked_at_a_few_times(piece, monkeypatch):
    looked = []
    real = reader._is_word

    def counted(character):
        looked.append(character)
        return real(character)

    monkeypatch.setattr(reader, "_is_word", counted)
    text = piece * 3000
    reader.sentences(text)
    assert len(looked) <= 3 * len(text)


@pytest.mark.parametrize("space", ["\u00a0", "\u2028", "\u3000", "\x85"])
def test_white_space_of_several_bytes_before_a_full_stop(space):
    text = f"Take vitamin C{space}. It helps{space}."
    assert [text[start:end] for start, end in reader.sentences(text)] == [
        f"Take vitamin C{space}.",
        f"It helps{space}.",
    ]
