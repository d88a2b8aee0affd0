"""Every key of `srlint review`, pressed in a pseudo-terminal, with the shipped detector and the term list."""

from __future__ import annotations

import json
import os
import stat
import sys
import tomllib

import pytest

pytest.importorskip("pexpect")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")

from samples import NOTES, TEAM  # noqa: E402
from terminal import REASON, WORDING, WORDS, Terminal, menu  # noqa: E402

from srlint.models.embedded import is_installed  # noqa: E402

embedded = pytest.mark.skipif(not is_installed(), reason="needs the extra embedded")
CHAIR = TEAM.replace("chairman", "chair")
ALLOWLIST = TEAM.replace("whitelist", "allowlist")


def read(folder, name="a.md") -> str:
    return (folder / name).read_bytes().decode()


def test_y_takes_the_first_rewrite_and_files_are_written_after_their_last_finding(project):
    terminal = Terminal(project)
    first = terminal.until()
    assert "a.md:3:19  gender  " in first
    assert "  We met on Monday.\n- The [-chairman-] opened the meeting.\n+ The {+chair+} opened the meeting.\n" in first
    assert "2 The {+chairperson+} opened the meeting.\n  Then we vote.\n  why: Gender: “chairman”: prefer" in first
    assert "a.md:5:1  terminology" in terminal.press("y")
    assert read(project) == TEAM
    assert "b.md:1:28  gender" in terminal.press("y")
    assert read(project) == CHAIR.replace("whitelist", "allowlist")
    text, status = terminal.last("y")
    assert "accepted 3, edited 0, rejected 0, suppressed 0, left 0.\nWritten: a.md, b.md; `srlint undo`" in text
    assert (status, read(project, "b.md")) == (0, NOTES.replace("fireman", "firefighter"))


def test_only_keys_that_make_sense_are_shown_and_the_others_do_nothing(project):
    terminal = Terminal(project, "a.md")
    assert menu(terminal.until()) == "y n 1-2 e i I b w d j s q ?"
    for key in ("u", "k", "a", "r", "3", "x", "Y", "yy", "\x1b[A", "é"):
        assert "does nothing here" in terminal.press(key)
    assert menu(terminal.press("j")) == "y n e i I b w d k s q ?"
    assert "  chair" not in terminal.press("n")
    text, status = terminal.last("q")
    assert (status, read(project)) == (1, TEAM)
    assert "accepted 0, edited 0, rejected 1, suppressed 0, left 1." in text


def test_enter_and_blanks_never_accept(project):
    terminal = Terminal(project, "a.md")
    terminal.until()
    for key in ("\r", "\n", " ", "\t", "\r\n"):
        assert "Enter alone does nothing" in terminal.press(key)
    assert terminal.last("\x04")[1] == 1  # the key that ends the input
    assert read(project) == TEAM


def test_what_is_typed_before_a_question_is_no_answer_to_it(project):
    terminal = Terminal(project, "a.md")
    terminal.child.send("yyyyyyyyyy")  # before anything is shown
    assert "(1/2, file 1/1)" in terminal.until()
    terminal.child.send("n")
    terminal.child.send("y")  # while the next one is on its way, or a key that is not alone
    terminal.until()
    assert terminal.left() == 1
    assert "chairman" in read(project)


@pytest.mark.parametrize(("key", "word"), [("1", "chair"), ("2", "chairperson")])
def test_a_number_takes_that_rewrite(project, key, word):
    terminal = Terminal(project, "a.md")
    terminal.until()
    terminal.press(key)
    assert terminal.last("n")[1] == 0
    assert read(project) == TEAM.replace("chairman", word)


def test_e_lets_people_write_it_themselves_on_the_line(project):
    terminal = Terminal(project, "a.md")
    terminal.until()
    assert terminal.press("e", WORDING).endswith("New wording (empty: none): ")
    assert "No new wording." in terminal.type("")
    terminal.press("e", WORDING)
    terminal.child.expect_exact("The chair opened the meeting.")  # it begins with the rewrite
    terminal.type("The convenor opened the meeting.")
    text, status = terminal.last("n")
    assert "accepted 0, edited 1, rejected 1" in text
    assert (status, read(project)) == (0, TEAM.replace("chairman", "convenor"))


def test_a_wording_that_is_still_flagged_is_said_so_and_asked_about_again(project):
    terminal = Terminal(project, "a.md")
    terminal.until()
    terminal.press("e", WORDING)
    asked = terminal.type("The chairman opened it.")
    assert "Judged again: it is still flagged as gender (" in asked
    assert "[y] take it all the same [e]dit it further [n]o\n> " in asked
    for key in ("\r", "x"):
        assert "take it all the same" in terminal.press(key)
    assert "The [-chairman-] opened the meeting." in terminal.press("n")
    terminal.press("e", WORDING)
    terminal.type("The chairman opened it.")
    terminal.press("e", WORDING)
    terminal.child.expect_exact("The chairman opened it.")
    terminal.type("The chairman closed it.")
    assert "a.md:5:1" in terminal.press("y")  # it is not asked about once more
    assert terminal.last("q")[1] == 1
    assert "The chairman closed it. Then we vote." in read(project)


def test_a_wording_that_makes_something_else_a_fault_is_said_so(project):
    (project / "c.md").write_text("The chairman opened the meeting. Tell everyone about it. Bye.\n")
    terminal = Terminal(project, "c.md")
    terminal.until()
    terminal.press("e", WORDING)
    asked = terminal.type("The chair is here <!--")
    assert "Judged again: it changes how the text around it reads" in asked
    terminal.press("n")
    terminal.last("q")
    assert "<!--" not in read(project, "c.md")


def test_e_opens_the_editor_of_the_environment_and_keeps_line_ends(project, tmp_path):
    source = b"\xef\xbb\xbfWe met.\r\n\r\nThe chairman opens\r\nthe meeting.\r\n"
    (project / "c.md").write_bytes(source)
    seen = tmp_path / "seen"
    script = tmp_path / "editor.py"
    script.write_text(
        "import sys, pathlib\n"
        "file = pathlib.Path(sys.argv[1])\n"
        f"pathlib.Path({str(seen)!r}).write_bytes(file.read_bytes())\n"
        "file.write_bytes(file.read_bytes().replace(b'chair', b'convenor'))\n"
    )
    terminal = Terminal(project, "c.md", VISUAL=f"{sys.executable} {script}")
    terminal.until()
    assert terminal.last("e")[1] == 0
    assert seen.read_bytes() == b"The chair opens\nthe meeting.\n"
    assert (project / "c.md").read_bytes() == source.replace(b"chairman", b"convenor")


@pytest.mark.parametrize(
    ("editor", "said"),
    [
        ("false", "false: Editing failed"),
        ("no-such-program", "no-such-program: Editing failed"),
        ("vi '", "the editor: No closing quotation"),
        ("true", "No new wording."),
    ],
)
def test_an_editor_that_fails_changes_nothing(project, editor, said):
    terminal = Terminal(project, "a.md", EDITOR=editor)
    terminal.until()
    assert said in terminal.press("e")
    assert terminal.last("q")[1] == 1
    assert read(project) == TEAM


@embedded
def test_r_asks_the_language_model_for_another_rewrite(project):
    (project / "c.md").write_text("Women are bad drivers.\n")
    terminal = Terminal(project, "c.md", model=True)
    assert menu(terminal.until()).startswith("n e r i I")
    shown = terminal.press("r")
    assert "srlint is less sure that this rewrite keeps the meaning" in shown
    assert menu(shown).startswith("y n e r i I")
    while "has no other rewrite" not in (shown := terminal.press("r")):
        assert menu(shown).startswith("y n")
    text, status = terminal.last("y")
    assert (status, "accepted 1" in text) == (0, True)
    assert not read(project, "c.md").startswith("Women are bad")


def test_i_writes_a_comment_with_a_reason(project):
    terminal = Terminal(project, "a.md")
    terminal.until()
    terminal.press("i", REASON)
    assert "No comment." in terminal.type("")
    terminal.press("i", REASON)
    assert "the reason may not hold “--”" in terminal.type("say --> no more")
    terminal.press("i", REASON)
    terminal.type("a title of the time")
    text, status = terminal.last("n")
    assert "suppressed 1" in text
    assert status == 0
    comment = " <!-- srlint: ignore[gender] a title of the time -->"
    assert read(project) == TEAM.replace("meeting.", f"meeting.{comment}")


def test_capital_i_silences_the_category_in_the_file(project):
    text = "The chairwoman agrees.\n\n" + TEAM
    (project / "a.md").write_text(text)
    terminal = Terminal(project, "a.md")
    assert "(1/3, file 1/1)" in terminal.until()
    terminal.press("I", REASON)
    assert "terminology" in terminal.type("history")
    end, status = terminal.last("n")
    assert "rejected 1, suppressed 2, left 0" in end
    assert read(project) == "<!-- srlint: file-ignore[gender] history -->\n" + text
    assert status == 0


def test_b_accepts_in_the_baseline_and_u_takes_it_back(project):
    terminal = Terminal(project)
    terminal.until()
    terminal.press("b")
    assert not (project / ".srlint-baseline.json").exists()
    assert "b.md" in terminal.press("b")
    baseline = json.loads((project / ".srlint-baseline.json").read_text())
    assert [row["text"] for row in baseline["files"]["a.md"]] == [
        "The chairman opened the meeting.",
        "Add the host to the whitelist.",
    ]
    assert "a.md:5:1" in terminal.press("u")
    baseline = json.loads((project / ".srlint-baseline.json").read_text())
    assert [row["category"] for row in baseline["files"]["a.md"]] == ["gender"]
    terminal.press("n")
    assert "suppressed 2" in terminal.last("b")[0]
    again = Terminal(project, "b.md")
    text, status = again.end()
    assert (text.endswith("Nothing to review in 1 file.\n"), status) == (True, 0)


def test_w_allows_words_everywhere_and_u_takes_that_back(project):
    (project / "b.md").write_text("The chairman reads them.\n")
    terminal = Terminal(project)
    terminal.until()
    terminal.press("w", WORDS)
    terminal.child.expect_exact("chairman")
    assert "No words allowed." in terminal.type("")
    terminal.press("w", WORDS)
    assert "a.md:5:1" in terminal.type("chairman")
    assert tomllib.loads((project / ".srlint.toml").read_text()) == {"allow": ["chairman"]}
    assert "a.md:3:19" in terminal.press("u")
    assert not (project / ".srlint.toml").exists()
    terminal.press("w", WORDS)
    terminal.type("chairman")
    text, status = terminal.last("n")  # the finding in b.md is gone as well
    assert ("rejected 1, suppressed 1, left 0." in text, status) == (True, 0)


def test_w_keeps_what_a_configuration_file_says(project):
    (project / "srlint.toml").write_text("# ours\nthreshold = 0.6  # high\n")
    terminal = Terminal(project, "a.md")
    terminal.until()
    terminal.press("w", WORDS)
    terminal.type("chairman")
    terminal.last("q")
    assert (project / "srlint.toml").read_text() == '# ours\nthreshold = 0.6  # high\nallow = ["chairman"]\n'


def test_a_takes_all_of_the_category_in_the_file_in_one_step(project):
    text = "The chairman is late.\n\nThe chairwoman agrees.\n\nUse the whitelist.\n\nWe met.\n\nThe chairman left.\n"
    (project / "a.md").write_text(text)
    terminal = Terminal(project, "a.md")
    assert "[a]ll gender in file" in terminal.until()
    assert "3 taken." in terminal.press("a")
    assert "(1/4" in terminal.press("u")
    terminal.press("a")
    assert "accepted 3, edited 0, rejected 1" in terminal.last("n")[0]
    assert read(project) == text.replace("chairman", "chair").replace("chairwoman", "chair")


def test_d_leaves_the_rest_of_the_file_and_s_one_finding(project):
    terminal = Terminal(project)
    terminal.until()
    terminal.press("s")
    assert "a.md:3:19" in terminal.press("u")
    assert "b.md" in terminal.press("d")
    assert "a.md:3:19" in terminal.press("u")
    terminal.press("y")
    assert "b.md" in terminal.press("d")
    text, status = terminal.last("s")
    assert ("accepted 1" in text, "left 2." in text, status) == (True, True, 1)
    assert read(project) == CHAIR


def test_j_and_k_move_without_deciding(project):
    terminal = Terminal(project, "a.md")
    terminal.until()
    assert "a.md:5:1" in terminal.press("j")
    assert "a.md:3:19" in terminal.press("k")
    assert "a.md:5:1" in terminal.press("j")
    assert "a.md:3:19" in terminal.press("y")  # it comes again, as it has no answer
    assert terminal.last("n")[1] == 0
    assert read(project) == ALLOWLIST


def test_u_goes_back_across_files_and_puts_back_what_was_written(project):
    terminal = Terminal(project)
    terminal.until()
    terminal.press("y")
    assert "b.md" in terminal.press("y")
    assert "chair " in read(project)
    assert "a.md:5:1" in terminal.press("u")
    assert read(project) == CHAIR
    assert "a.md:3:19" in terminal.press("u")
    assert read(project) == TEAM
    text, status = terminal.last("q")
    assert (status, read(project), read(project, "b.md")) == (1, TEAM, NOTES)
    assert "accepted 0, edited 0, rejected 0, suppressed 0, left 3." in text


def test_question_mark_explains_the_category_and_the_keys(project):
    terminal = Terminal(project, "a.md")
    terminal.until()
    shown = terminal.press("?")
    assert "gender: Gender\n" in shown
    assert "We lack the manpower to finish before May." in shown
    assert "y  take the rewrite\nn  keep the passage as it is\n1  take this rewrite\n" in shown
    assert "\nI  silence gender in the whole file with a comment\n" in shown
    assert "u  " not in shown
    assert "The [-chairman-] opened" in shown  # and then the question again
    terminal.last("q")


def test_findings_about_comments_can_only_be_mended_by_hand(project):
    (project / "a.md").write_text("We met. <!-- srlint: ignore[gendr] why -->\n")
    terminal = Terminal(project, "a.md")
    assert menu(terminal.until()) == "n d s q ?"
    assert terminal.last("n")[1] == 0


def test_bytes_that_no_edit_touches_and_the_mode_stay(project):
    source = b"\xef\xbb\xbfWe met.\r\n\r\nThe chairman\tis  late.\rBye"
    file = project / "c.md"
    file.write_bytes(source)
    os.chmod(file, 0o640)
    terminal = Terminal(project, "c.md")
    terminal.until()
    assert terminal.last("y")[1] == 0
    assert file.read_bytes() == source.replace(b"chairman", b"chair")
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
