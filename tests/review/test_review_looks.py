"""What a review looks like: narrow, without colour, read aloud; and that no document steers the terminal."""

from __future__ import annotations

import io
import re
import sys

import pytest

pytest.importorskip("pexpect")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")

from samples import TEAM  # noqa: E402
from terminal import Terminal  # noqa: E402

from srlint.review.screen import Screen  # noqa: E402

PLAIN = r"\n\? "
LONG = (
    "Whenever a new machine is set up on the other side of the river and the old one is taken away with all of its "
    "cables, add the host to the whitelist of the server, since otherwise the requests that it sends to the cluster "
    "are refused by the gateway, and the people who wait for their results at the end of the day will not see any.\n"
)


def test_nothing_is_wider_than_forty_columns(project):
    other = "Girls lose interest in engineering as soon as the maths gets hard."
    (project / "a.md").write_text(f"We met.\n\n{LONG}\n{other}\n")
    terminal = Terminal(project, "a.md", width=40)
    shown = terminal.until() + terminal.press("j") + terminal.press("?")
    assert max(map(len, shown.split("\n"))) <= 40
    assert "[I]gnore terminology in file" in shown
    terminal.last("q")


def test_a_terminal_that_is_resized_is_used_as_it_is_now(project):
    (project / "a.md").write_text(LONG)
    terminal = Terminal(project, "a.md", width=100)
    assert max(map(len, terminal.until().split("\n"))) > 60
    terminal.child.setwinsize(50, 44)
    assert max(map(len, terminal.press("?").split("\n"))) <= 44
    terminal.last("q")


def test_stretches_without_a_change_are_cut(project):
    (project / "a.md").write_text(LONG)
    terminal = Terminal(project, "a.md", width=200)
    shown = terminal.until()
    assert "+ … is taken away with all of its cables, add the host to the {+allowlist+} of the server, since " in shown
    assert "the people who wait" not in shown
    terminal.last("q")


def test_colour_where_it_is_wanted_and_none_where_not(project):
    def raw(*arguments: str, **variables: str) -> str:
        terminal = Terminal(project, "a.md", *arguments, **variables)
        terminal.until()
        terminal.last("q")
        return terminal.raw

    struck, auto = "\x1b[9;31mchairman\x1b[0m", ("--color", "auto")
    assert struck in raw("--color", "always", NO_COLOR="1")
    assert struck in raw(*auto)
    without = raw(*auto, NO_COLOR="1")
    assert not re.search(r"\x1b\[[0-9;]*m", without)
    assert "[-chairman-]" in without


@pytest.mark.parametrize("how", [{"TERM": "dumb"}, {}])
def test_plain_lines_for_a_screen_reader(project, how):
    terminal = Terminal(project, "a.md", *([] if how else ["--plain"]), **how)
    shown = terminal.until(PLAIN)
    assert "Before: We met on Monday.\nPassage: The chairman opened the meeting.\nAfter: Then we vote.\n" in shown
    assert "Rewrite 1: The chair opened the meeting.\n  Changes: “chairman” becomes “chair”\n" in shown
    assert "Rewrite 2: The chairperson opened the meeting.\n" in shown
    for line in ("", "yes", "y y", "x"):
        assert "does nothing" in terminal.press(f"{line}\r", PLAIN)
    terminal.press("e\r", "none\\): ")
    shown = terminal.press("The convenor opened the meeting.\r", PLAIN)
    assert "Rewrite: Add the host to the allowlist.\n  Changes: “whitelist” becomes “allowlist”" in shown
    terminal.child.send("n\r")
    assert terminal.end()[1] == 0
    assert "\x1b" not in terminal.raw.replace("\x1b[?2004", "")
    assert not re.search("[\u2500-\u259f]", terminal.raw)
    assert (project / "a.md").read_text() == TEAM.replace("chairman", "convenor")


def test_documents_and_names_do_not_steer_the_terminal(project):
    evil = "\x1b]0;owned\x07\x9b31m\u202e"
    (project / f"a{evil}.md").write_text(f"Hello{evil}.\n\nThe chairman{evil} opens it.\n\nBye{evil}.\n")
    terminal = Terminal(project, ".", "--exclude", "b.md", "--exclude", "a.md")
    terminal.until()
    terminal.press("?")
    terminal.press("j")
    terminal.last("y")
    for sign in ("\x1b]", "\x07", "\x9b", "\u202e"):
        assert sign not in terminal.raw
    assert "\\x1b]0;owned" in terminal.raw


def test_the_line_that_is_edited_does_not_steer_the_terminal_and_keeps_what_it_cannot_show(project):
    text = "The chairman opens\x1b[31m it.\n"
    (project / "c.md").write_text(text)
    terminal = Terminal(project, "c.md")
    terminal.until()
    terminal.press("e", "none\\): ")
    terminal.child.send("\x01\x1bf\x1bf\x1b\x7fconvenor\r")  # emacs keys: to the second word, and another in its place
    terminal.end()
    assert "\x1b[31m it" not in terminal.raw
    assert (project / "c.md").read_text() == text.replace("chairman", "convenor")


def test_a_terminal_that_is_gone_is_no_error():
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(5, "Input/output error")

    screen = Screen(Gone(), color=False, plain=False)
    screen.say("one")
    screen.busy("two")
    screen.line(("three", "text"))


@pytest.mark.parametrize("plain", [True, False])
def test_lines_are_wrapped_between_words_and_indented(plain):
    stream = io.StringIO()
    screen = Screen(stream, color=False, plain=plain)
    screen.line(("one " * 30, "text"), ("two", "added"), lead="+ ")
    rows = stream.getvalue().splitlines()
    if plain:
        assert rows == ["+ " + "one " * 30 + "{+two+}"]
    else:
        assert rows == ["+ " + "one " * 18 + "one", "  " + "one " * 11 + "{+two+}"]
