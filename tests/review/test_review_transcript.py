"""The transcript in the README is a session that can be held again."""

from __future__ import annotations

import sys

import pytest

pytest.importorskip("pexpect")
pytest.importorskip("benchmarks", reason="the benchmarks are not part of this checkout")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")

from benchmarks.transcripts import TRANSCRIPTS, _read  # noqa: E402
from srlint.models.embedded import is_installed  # noqa: E402


@pytest.mark.skipif(not is_installed(), reason="needs the extra embedded")
def test_a_review_is_held_and_shown_as_a_person_would_see_it():
    shown = TRANSCRIPTS["review"]()
    assert shown.startswith("$ srlint review release.md\nrelease.md:3:1  gender  ")
    assert "\n> i\nReason (empty: no comment): the name of a setting\n" in shown
    assert "accepted 2, edited 0, rejected 0, suppressed 1, left 0." in shown
    assert shown.endswith("Written: release.md; `srlint undo` puts back what was there.\n")
    assert not set(shown) & {"\x1b", "\r", "\b"}


def test_what_was_taken_away_from_the_screen_is_not_shown():
    assert _read("\r\x1b[2Kchecking a …\r\x1b[2Kchecking b …\r\x1b[2K\r\n\x1b[1mone\x1b[0m\r\n> y\r\n") == "one\n> y\n"
