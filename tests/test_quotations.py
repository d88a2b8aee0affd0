"""Other people's words inside a sentence."""

from __future__ import annotations

import pytest

from srlint.quotations import reported, unquoted


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # the author's own words, or words set apart for another reason
        ("The so-called “experts” disagree.", []),
        ('Press "Save all" and wait.', []),
        ("It's the '90s again, and the dogs' owners know.", []),
        ('A 5" pipe and a 6" pipe.', []),
        ("No quotation at all.", []),
        # somebody's words: with a verb of saying, or longer than a scare quote
        ("She said: “you guys are insane”.", ["“you guys are insane”"]),
        ("“Idiots,” said the mayor.", ["“Idiots,”"]),
        ('According to him, "nobody came".', ['"nobody came"']),
        ("The sign “no dogs, no students, no noise” is gone.", ["“no dogs, no students, no noise”"]),
        ("One wrote 'these people never learn' below it.", ["'these people never learn'"]),
        ("«Ils sont tous pareils» is what he wrote.", ["«Ils sont tous pareils»"]),
    ],
)
def test_reported_words(text, expected):
    assert [text[span.start : span.end] for span in reported(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("She said: “you guys are insane”.", "She said:  you guys are insane ."),
        ("It's 'fine', they don't mind the dogs' \"den\".", "It's  fine , they don't mind the dogs   den ."),
    ],
)
def test_without_marks_every_place_stays(text, expected):
    assert unquoted(text) == expected
    assert len(unquoted(text)) == len(text)
