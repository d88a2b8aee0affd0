"""What becomes of files when a review is broken off, undone, gone on with, or met by other programs."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

pexpect = pytest.importorskip("pexpect")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")

from samples import NOTES, TEAM  # noqa: E402
from terminal import REASON, TIMEOUT, WORDING, Terminal  # noqa: E402

CHAIR = TEAM.replace("chairman", "chair")
BOTH = CHAIR.replace("whitelist", "allowlist")


def read(folder, name="a.md") -> str:
    return (folder / name).read_bytes().decode()


def undo(folder) -> tuple[str, int]:
    done = subprocess.run(
        [sys.executable, "-m", "srlint", "undo"],
        cwd=folder,
        env=os.environ | {"XDG_STATE_HOME": str(folder.parent / "state")},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout == ""
    return done.stderr, done.returncode


def leftovers(folder) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".srlint-")]


@pytest.mark.parametrize("key", ["q", "\x03", "\x04"], ids=["q", "ctrl-c", "ctrl-d"])
def test_whoever_quits_keeps_what_was_decided(project, key):
    terminal = Terminal(project)
    terminal.until()
    terminal.press("y")
    text, status = terminal.last(key)
    assert status == 1
    assert "accepted 1, edited 0, rejected 0, suppressed 0, left 1; 1 file not looked at." in text
    assert (read(project), read(project, "b.md")) == (CHAIR, NOTES)


def test_an_interrupt_while_a_line_is_typed_quits_too(project):
    terminal = Terminal(project, "a.md")
    terminal.until()
    terminal.press("y")
    terminal.press("e", WORDING)
    assert terminal.last("half a wor\x03")[1] == 1
    assert read(project) == CHAIR


@pytest.mark.parametrize(("plain", "wait"), [(False, "line('? ')"), (False, "key()"), (True, "key()")])
def test_an_interrupt_that_breaks_off_no_waiting_is_seen_all_the_same(plain, wait):
    """Another thread is given it, so that the main thread goes on waiting for a key."""
    code = f"""if True:
        import signal, threading
        from srlint.review.keyboard import open_keyboard
        from srlint.review.signals import Signals, StopError
        threading.Thread(target=threading.Event().wait, daemon=True).start()
        signal.pthread_sigmask(signal.SIG_BLOCK, {{signal.SIGINT}})
        with Signals() as signals, open_keyboard(signals, plain={plain}) as keyboard:
            try:
                print("waits", flush=True)
                keyboard.{wait}
            except StopError as stop:
                print("stopped by", stop.signal)
    """
    child = pexpect.spawn(sys.executable, ["-c", code], encoding="utf-8", timeout=TIMEOUT)
    child.expect("waits")
    time.sleep(0.5)  # until it does
    child.sendintr()
    child.expect("stopped by 2")
    child.expect(pexpect.EOF)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 1)])
def test_a_signal_ends_the_review_as_q_does(project, number, status):
    terminal = Terminal(project, "a.md")
    terminal.until()
    terminal.press("y")
    terminal.child.kill(number)
    assert terminal.end()[1] == status
    assert read(project) == CHAIR


def test_a_terminal_that_is_closed_loses_nothing(project):
    terminal = Terminal(project, "a.md")
    terminal.until()
    terminal.press("y")
    os.close(terminal.child.child_fd)
    os.waitpid(terminal.child.pid, 0)
    assert read(project) == CHAIR


def test_undo_puts_back_the_files_of_the_last_review_and_then_of_the_one_before(project):
    os.chmod(project / "a.md", 0o640)
    first = Terminal(project, "a.md")
    first.until()
    first.press("y")
    first.last("n")
    second = Terminal(project)
    second.until()
    second.press("y")
    second.press("i", REASON)
    second.type("old", "allowed|left|$")
    second.end()
    assert "firefighter" in read(project, "b.md") or "srlint: ignore" in read(project, "b.md")
    assert undo(project) == ("srlint: a.md: as before the review\nsrlint: b.md: as before the review\n", 0)
    assert (read(project), read(project, "b.md")) == (CHAIR, NOTES)
    assert undo(project) == ("srlint: a.md: as before the review\n", 0)
    assert read(project) == TEAM
    assert (project / "a.md").stat().st_mode & 0o777 == 0o640
    assert undo(project) == ("srlint: no review to undo\n", 0)


def test_undo_leaves_a_file_alone_that_has_changed_since(project):
    terminal = Terminal(project)
    terminal.until()
    for _ in range(2):
        terminal.press("y")
    terminal.last("y")
    (project / "a.md").write_text(BOTH + "More.\n")
    (project / "b.md").unlink()
    said, status = undo(project)
    assert said.splitlines() == [
        "srlint: a.md: changed since the review, left alone",
        "srlint: b.md: changed since the review, left alone",
    ]
    assert (status, read(project)) == (1, BOTH + "More.\n")
    (project / "a.md").write_text(BOTH)
    assert "a.md: as before the review" in undo(project)[0]
    assert read(project) == TEAM


def test_undo_takes_back_baseline_and_configuration_too(project):
    terminal = Terminal(project, "a.md")
    terminal.until()
    terminal.press("b")
    terminal.last("y")
    assert (project / ".srlint-baseline.json").exists()
    said, status = undo(project)
    assert (status, len(said.splitlines())) == (0, 2)
    assert not (project / ".srlint-baseline.json").exists()
    assert read(project) == TEAM


def test_the_next_review_goes_on_where_one_stopped(project):
    terminal = Terminal(project)
    terminal.until()
    terminal.press("n")
    terminal.last("q")
    again = Terminal(project)
    shown = again.until()
    assert "a.md: 1 earlier answer kept.\n\na.md:5:1  terminology" in shown
    again.press("n")
    again.last("q")
    third = Terminal(project)
    shown = third.until()
    assert ("b.md:1:28" in shown, "earlier" in shown) == (True, False)
    text, status = third.last("n")
    assert ("rejected 3" in text, status) == (True, 0)
    fresh = Terminal(project, "a.md")  # that review is over: what was refused is asked about again
    assert "a.md:3:19" in fresh.until()
    fresh.last("q")


def test_restart_asks_about_everything_again(project):
    terminal = Terminal(project, "a.md")
    terminal.until()
    terminal.press("n")
    terminal.last("q")
    assert "a.md:3:19" in (again := Terminal(project, "a.md", "--restart")).until()
    again.last("q")


def test_answers_to_passages_that_have_changed_are_dropped(project):
    terminal = Terminal(project, "a.md")
    terminal.until()
    terminal.press("n")
    terminal.last("q")
    (project / "a.md").write_text("New first line.\n\n" + TEAM.replace("opened the", "closed the"))
    again = Terminal(project, "a.md")
    shown = again.until()
    assert "a.md: 0 earlier answers kept; 1 dropped, as their passages have changed." in shown
    assert "closed the meeting" in shown
    again.last("q")


def test_answers_survive_a_kill_and_hold_where_their_passages_have_moved(project):
    text = TEAM + "\nThe chairman opened the meeting.\n"
    (project / "a.md").write_text(text)
    terminal = Terminal(project, "a.md")
    terminal.until()
    terminal.press("n")
    terminal.press("j")
    terminal.press("y")  # the second of two that are alike
    terminal.child.kill(signal.SIGKILL)
    assert terminal.end()[1] == -signal.SIGKILL
    assert read(project) == text
    (project / "a.md").write_text("Before.\n\n" + text)
    again = Terminal(project, "a.md")
    shown = again.until()
    assert "a.md: 2 earlier answers kept." in shown
    assert "whitelist" in shown
    assert again.last("n")[1] == 0
    assert read(project) == "Before.\n\n" + TEAM + "\nThe chair opened the meeting.\n"


def test_at_whatever_moment_it_is_killed_each_file_is_the_old_or_the_new_one(project):
    old, new = (TEAM, NOTES), (BOTH, NOTES.replace("fireman", "firefighter"))
    chance = random.Random(7)
    for _ in range(4):
        (project / "a.md").write_text(TEAM)
        (project / "b.md").write_text(NOTES)
        shutil.rmtree(project.parent / "state", ignore_errors=True)
        terminal = Terminal(project)
        terminal.until()
        terminal.press("y")
        terminal.press("y")
        terminal.child.send("y")
        time.sleep(chance.uniform(0, 0.06))
        terminal.child.kill(signal.SIGKILL)
        terminal.end()
        assert read(project) == new[0]
        assert read(project, "b.md") in (old[1], new[1])
        said, status = undo(project)
        assert status == 0, said
        assert (read(project), read(project, "b.md")) == old


def test_a_file_that_another_program_changes_meanwhile_is_never_overwritten(project):
    terminal = Terminal(project, "a.md")
    terminal.until()
    terminal.press("y")
    other = "Somebody was here.\n\n" + TEAM.replace("Add the host", "Add each host")
    (project / "a.md").write_text(other)
    shown = terminal.press("y")
    assert "a.md: changed by another program meanwhile; read again." in shown
    assert "a.md: 1 earlier answer kept; 1 dropped, as their passages have changed." in shown
    assert "Add each host to the [-whitelist-]." in shown
    assert read(project) == other
    assert terminal.last("y")[1] == 0
    assert read(project) == other.replace("chairman", "chair").replace("whitelist", "allowlist")
    assert undo(project)[1] == 0
    assert read(project) == other


def test_a_change_by_another_program_before_quitting_is_said_and_answers_are_kept(project):
    terminal = Terminal(project, "a.md")
    terminal.until()
    terminal.press("y")
    other = "Somebody was here.\n\n" + TEAM
    (project / "a.md").write_text(other)
    text, status = terminal.last("q")
    assert "a.md: changed on disk while it was being checked, not written" in text
    assert "Its answers are kept: the next `srlint review` goes on with them." in text
    assert (status, read(project)) == (2, other)
    again = Terminal(project, "a.md")
    assert "1 earlier answer kept." in again.until()
    again.last("n")
    assert read(project) == other.replace("chairman", "chair")


def test_a_file_that_is_taken_away_meanwhile_does_not_come_back(project):
    terminal = Terminal(project)
    terminal.until()
    terminal.press("y")
    (project / "a.md").unlink()
    shown = terminal.press("y")
    assert "a.md: no such file or directory; its answers are kept." in shown.replace("No such", "no such")
    assert terminal.last("y")[1] == 2
    assert not (project / "a.md").exists()
    assert read(project, "b.md") == NOTES.replace("fireman", "firefighter")


def test_undoing_an_answer_in_a_file_that_changed_meanwhile_changes_nothing(project):
    terminal = Terminal(project)
    terminal.until()
    terminal.press("y")
    terminal.press("y")
    (project / "a.md").write_text(BOTH + "More.\n")
    assert "changed on disk while it was being checked, not written" in terminal.press("u")
    terminal.last("q")
    assert read(project) == BOTH + "More.\n"


@contextmanager
def mounted(folder: Path, *options: str):
    """Something mounted at `folder`; skips the test where that cannot be done."""
    if shutil.which("mount") is None or os.geteuid() != 0:
        pytest.skip("needs root to mount a disk")
    if subprocess.run(["mount", *options, str(folder)], capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@contextmanager
def read_only(folder: Path):
    """Nothing can be written in `folder` meanwhile: root needs a disk for that."""
    if os.geteuid() == 0:
        with mounted(folder, "--bind", str(folder)):
            if subprocess.run(["mount", "-o", "remount,ro,bind", str(folder)], capture_output=True).returncode:
                pytest.skip("nothing can be mounted here")
            yield
        return
    os.chmod(folder, 0o555)
    try:
        yield
    finally:
        os.chmod(folder, 0o755)


def test_a_folder_that_cannot_be_written_can_be_tried_again_or_left(project):
    terminal = Terminal(project, "a.md")
    terminal.until()
    terminal.press("y")
    with read_only(project):
        shown = terminal.press("y")
        assert "a.md: cannot be written" in shown or "a.md: not writable" in shown
        assert "[t]ry again [l]eave it: the answers are kept" in shown
        assert "[t]ry again" in terminal.press("t")
        assert "[t]ry again" in terminal.press("\r")
        text, status = terminal.last("l")
        assert (status, read(project)) == (2, TEAM)
        assert "Its answers are kept: the next `srlint review` goes on with them." in text
    again = Terminal(project, "a.md")
    text, status = again.end()
    assert ("a.md: 2 earlier answers kept." in text, status) == (True, 0)
    assert read(project) == BOTH


def test_a_full_disk_loses_nothing_and_can_be_tried_again(tmp_path):
    folder = tmp_path / "project"
    folder.mkdir()
    with mounted(folder, "-t", "tmpfs", "-o", "size=64k", "tmpfs"):
        (folder / "a.md").write_text(TEAM + "\nBye.\n" * 3000)
        before = read(folder)
        terminal = Terminal(folder, "a.md", "--cache-dir", str(tmp_path / "cache"))
        terminal.until()
        terminal.press("y")
        filler = os.open(folder / "filler", os.O_CREAT | os.O_WRONLY)
        with pytest.raises(OSError, match="No space"):
            while True:
                os.write(filler, b"x" * 4096)
        os.close(filler)
        shown = terminal.press("y")
        assert "cannot be written" in shown and "space" in shown.lower()
        assert (read(folder), leftovers(folder)) == (before, [])
        assert "cannot be written" in terminal.press("t")
        (folder / "filler").unlink()
        assert terminal.last("t")[1] == 0
        assert read(folder) == before.replace("chairman", "chair").replace("whitelist", "allowlist")


def test_where_answers_cannot_be_kept_the_review_goes_on_and_says_so(project):
    (project.parent / "state").write_text("a file where a folder should be")
    terminal = Terminal(project, "a.md")
    assert "answers cannot be kept, nor a review be undone" in terminal.until()
    terminal.press("y")
    (project / "a.md").write_text(TEAM + "More.\n")
    text, status = terminal.last("q")
    assert "Nor can its answers be kept. This is what they would have changed:" in text
    assert "\n-We met on Monday. The chairman opened the meeting. Then we vote.\n+We met on Monday. The chair " in text
    assert status == 2


def test_a_document_that_cannot_be_read_is_said_and_the_others_are_reviewed(project):
    (project / "a.md").write_bytes(b"caf\xe9")
    terminal = Terminal(project)
    shown = terminal.until()
    assert "srlint: a.md: not valid UTF-8 at byte 3 (line 1)" in shown
    assert "b.md:1:28" in shown
    assert terminal.last("y")[1] == 2
    assert read(project, "b.md") == NOTES.replace("fireman", "firefighter")


def test_without_a_terminal_nothing_is_asked(project):
    done = subprocess.run(
        [sys.executable, "-m", "srlint", "review", "a.md"], cwd=project, input="y\n", capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "srlint: review asks a person and needs a terminal; without one use `srlint check --diff`\n"
    assert read(project) == TEAM
