"""Disguised words: read as a reader reads them, each character leading back to where it is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srlint import check_text
from srlint.disguise import Reading, plain_reading
from srlint.document import Span

READ = {
    "zero width": ("the id\u200bi\u200dot left", "the idiot left"),
    "soft hyphen": ("the idi\u00adot left", "the idiot left"),
    "bidi": ("the id\u202eiot left", "the idiot left"),
    "tags": ("the id\U000e0041iot left", "the idiot left"),
    "Cyrillic among Latin": ("the іdіоt left", "the idiot left"),
    "Greek among Latin": ("the idiοt left", "the idiot left"),
    "capitals": ("the ІDІОT left", "the IDIOT left"),
    "wide": ("the ｉｄｉｏｔ left", "the idiot left"),
    "mathematical": ("the 𝖎𝖉𝖎𝖔𝖙 left", "the idiot left"),
    "ligature": ("an ineﬀective fix", "an ineffective fix"),
    "digits": ("the 1d10t left", "the idiot left"),
    "digits inside": ("that b1tch, again", "that bitch, again"),
    "signs": ("you @sshole! Go", "you asshole! Go"),
    "signs at the end": ("a bunch of a$$", "a bunch of ass"),
    "exclamation for i": ("you b!tch", "you bitch"),
    "spaces": ("an i d i o t like him", "an idiot like him"),
    "dots": ("an i.d.i.o.t like him", "an idiot like him"),
    "hyphens": ("an i-d-i-o-t like him", "an idiot like him"),
    "stars": ("an i*d*i*o*t like him", "an idiot like him"),
    "two at once": ("an і d і o t like him", "an idiot like him"),
    "three at once": ("an 1\u200bd10t here", "an idiot here"),
}


@pytest.mark.parametrize(("written", "read"), READ.values(), ids=READ)
def test_a_disguised_word_is_read(written, read):
    found = plain_reading(written)
    assert found is not None and found.text == read
    assert len(found.places) == len(read)
    assert found.written(Span(0, len(read))) == Span(0, len(written))


PLAIN = [
    "The idiot left.",
    "Straße, naïve, café, Zürich, Ærø, Łódź",
    "Ѕ is a Cyrillic letter, α and ρ are Greek ones, x² and H₂O",
    "москва и Αθήνα",
    "Version 2.0, v1, k8s, i18n, e2e, H264, 10km, 3D, 4th, 1st, 7am, MP3, 100%",
    "U.S.A. and e.g. i.e. a.m.",
    "a b c",
    "👨‍👩‍👧 and ❤️ and 🏳️‍🌈",
    "mail me @ home for $5, A$4.3 or $5m! Or webmaster@ if not.",
    "Call Frau Yıldız.",
    "Wow! Really!! a|b|c",
    "snake_case_name and CamelCase",
    "0xdeadbeef 127.0.0.1 2024-10-01",
    "",
]


@pytest.mark.parametrize("text", PLAIN)
def test_what_is_not_disguised_reads_as_it_is_written(text):
    assert plain_reading(text) is None


def test_a_place_in_the_reading_leads_back():
    found = plain_reading("an i d i o t and 1d\u200b10t")
    assert found.text == "an idiot and idiot"
    assert found.written(Span(3, 8)) == Span(3, 12)
    assert found.written(Span(9, 12)) == Span(13, 16)
    assert found.written(Span(13, 18)) == Span(17, 23)


@given(st.text(st.sampled_from("ab1!@$. -*_\u200bіоﬀ𝖎'é9\n"), max_size=40))
def test_places_rise_and_lie_in_the_text(text):
    found = plain_reading(text)
    if found is not None:
        assert len(found.places) == len(found.text)
        assert list(found.places) == sorted(found.places)
        assert all(0 <= place < len(text) for place in found.places)
        assert plain_reading(text) == Reading(found.text, found.places)


# --- what comes of it -------------------------------------------------------------------------------------------------

IDIOTS = {
    "digits": "1d10t",
    "letters apart": "i d i o t",
    "lookalikes": "іdіоt",
    "zero width": "id\u200bi\u200bot",
}


@pytest.mark.parametrize("word", IDIOTS.values(), ids=IDIOTS)
def test_a_disguised_insult_is_found_where_it_is_written(word):
    plain, written = (f"The new admin is an {own} who broke the build again." for own in ("idiot", word))
    (expected,) = check_text(plain, use_model=False).findings
    (found,) = check_text(written, use_model=False).findings
    assert found.categories == expected.categories
    assert found.probability == pytest.approx(expected.probability, abs=0.02)
    at = written.index(word)
    assert any(mark.start <= at and at + len(word) <= mark.end for mark in found.marks)


def test_a_disguised_term_is_replaced_whole():
    (found,) = check_text("The ch\u0430ir\u200bman opens the meeting.", use_model=False).findings
    assert found.rewrite.text == "The chair opens the meeting."
    assert found.rewrite.safety == "safe"


def test_a_harmless_word_in_disguise_stays_harmless():
    assert check_text("Direct3D, W3C and a11y: see the l1nk.", use_model=False).findings == ()
