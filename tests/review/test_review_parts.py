"""The pure parts of a review: keys, states, the way of spans through edits, wordings; and the keyboard of Windows."""

from __future__ import annotations

import re
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srlint.baseline import Baseline
from srlint.document import Document, Span
from srlint.edits import apply
from srlint.errors import DocumentError
from srlint.files import Target
from srlint.findings import Edit, Finding, Review, Rewrite
from srlint.passages import passages
from srlint.review import actions
from srlint.review.actions import Situation
from srlint.review.changes import objections
from srlint.review.database import Database
from srlint.review.deciding import replayed, silenced, taken, tried
from srlint.review.journal import Journal, digest, last
from srlint.review.kept import Kept, unwritten
from srlint.review.shelf import Shelf
from srlint.review.signals import Signals, StopError
from srlint.review.state import Answer, FileState, Judged, moved
from srlint.review.view import changes, options, shortened
from srlint.review.wording import LINE_BREAK, WHOLE_BREAK, merged
from srlint.urgency import StoppedError, Urgency
from srlint.worker import Worker

WORDS = {"chairman": "chair", "whitelist": "allowlist", "idiots": None}
TEXT = "The chairman is in. Add it to the whitelist. We are idiots. The chairman is in.\n"


def judged(document: Document) -> Judged:
    """A stand-in for the models: it flags four words in the real passages of a document."""
    parsed = passages(document)
    findings = []
    for passage in parsed.passages:
        word = next((word for word in WORDS if word in passage.text), None)
        if word is not None:
            at = document.text.index(word, passage.span.start)
            mark, new = Span(at, at + len(word)), WORDS[word]
            source = document.text[passage.span.start : passage.span.end]
            rewrite = new and Rewrite(source.replace(word, new), (Edit(mark, new),), "safe")
            findings.append(Finding(passage.span, ("gender",), 0.9, (mark,), f"about {word}", rewrite))
    review = Review(document, tuple(findings), parsed.skipped, parsed.comments)
    return Judged(document, review, tuple((passage.span, passage.text) for passage in parsed.passages))


def state_of(text: str = TEXT) -> FileState:
    return FileState(Target(Path("a.md"), "a.md", "markdown"), judged(Document(text, "markdown")))


def accept(state: FileState, number: int) -> FileState:
    finding = state.unanswered[number]
    return taken(state, finding, tried(state, finding, options(state, finding)[0].text, judged), "accepted")


# --- keys


def test_every_key_stands_for_one_action_and_quitting_is_always_possible():
    assert len({action.key for action in actions.ACTIONS}) == len(actions.ACTIONS)
    assert {"n", "q", "?", "d", "s"} <= actions.keys(Situation(("gender",), notice=True))


@pytest.mark.parametrize(
    ("situation", "expected"),
    [
        (Situation(("age",)), set("neiIbwdsq?")),
        (Situation(("age",), rewrites=1), set("yneiIbwdsq?")),
        (Situation(("age",), rewrites=2, alike=1), set("yn12eiIbwadsq?")),
        (Situation(("age",), rewrites=3, rewords=True, undoable=True), set("yn123eriIbwdusq?")),
        (Situation(("age",), alike=3), set("neiIbwdsq?")),
        (Situation(("age",), following=True, preceding=True), set("neiIbwdjksq?")),
        (Situation(("age",), configurable=False), set("neiIdsq?")),
        (Situation(("suppression",), notice=True), set("ndsq?")),
    ],
)
def test_keys_are_valid_where_they_make_sense(situation, expected):
    assert actions.keys(situation) == expected
    shown = " ".join(actions.menu(situation))
    assert ("[y]" in shown, "[u]" in shown) == ("y" in expected, "u" in expected)
    assert ("[1-" in shown) == ("1" in expected)


def test_what_is_silenced_in_the_file_is_named_and_what_is_taken_is_the_main_category():
    shown = actions.menu(Situation(("age", "class"), rewrites=1, alike=1))
    assert "[I]gnore age, class in file" in shown
    assert "[a]ll age in file" in shown


# --- spans and states


@given(st.text("ab\n", max_size=30), st.data())
def test_spans_move_with_the_text_they_hold(text, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), min_size=2, max_size=6)))
    edits = [
        Edit(Span(start, end), data.draw(st.text("xy", max_size=4)))
        for start, end in zip(cuts[::2], cuts[1::2], strict=False)
    ]
    edits = list({edit.span.start: edit for edit in edits if len(edit.span)}.values())
    after = apply(text, edits)
    for start in range(len(text)):
        for end in range(start + 1, len(text) + 1):
            whole = moved([Span(start, end)], edits)
            if not any(edit.span.start < end and start < edit.span.end for edit in edits):
                assert after[whole[0].start : whole[0].end] == text[start:end]


def test_what_is_cut_or_replaced_has_no_place_any_more():
    assert moved([Span(2, 6)], [Edit(Span(4, 8), "x")]) == ()
    assert moved([Span(2, 6)], [Edit(Span(2, 6), "x")]) == ()
    assert moved([Span(2, 6)], [Edit(Span(3, 4), "xyz")]) == (Span(2, 8),)
    assert moved([Span(2, 6)], [Edit(Span(2, 2), "x"), Edit(Span(6, 6), "y")]) == (Span(3, 7),)


def test_questions_go_on_behind_the_last_answer_and_come_back_to_what_was_passed():
    state = state_of()
    first, second, third, fourth = state.unanswered
    state = replace(state, at=second.span.start)
    state = state.plus(state.answer("rejected", second))
    assert state.current == third
    state = replace(state.plus(state.answer("skipped", third)), at=third.span.start)
    assert state.current == fourth
    state = state.plus(state.answer("rejected", fourth))
    assert state.current == first
    assert state.left == (first, third)
    assert replace(state, closed=True).current is None


def test_passages_with_the_same_text_are_told_apart_by_number():
    state = state_of()
    first, _, _, fourth = state.unanswered
    assert (state.ordinal(first), state.ordinal(fourth)) == (0, 1)
    state = state.plus(state.answer("rejected", first))
    assert state.ordinal(fourth) == 0
    assert state.found(state.source(fourth.span), 0) == fourth
    assert state.found(state.source(fourth.span), 1) is None


def test_a_refusal_holds_when_the_text_before_it_grows():
    state = state_of()
    state = state.plus(state.answer("rejected", state.unanswered[1]))
    state = accept(state, 0)
    assert [state.source(finding.span) for finding in state.unanswered] == ["We are idiots.", "The chairman is in."]


def test_nothing_speaks_against_a_rewrite_that_mends_its_passage_and_leaves_the_rest():
    state = state_of()
    finding = state.unanswered[0]

    def against(text: str) -> list[str]:
        trial = tried(state, finding, text, judged)
        return objections(state, finding, trial.judged, trial.edits)

    assert against("The chair is in.") == []
    assert against("The chair is in. Good.") == []
    assert against("The chairman is out.") == ["it is still flagged as gender (0.90): The chairman is out."]
    assert against("We are in. We are idiots too.") == ["it is still flagged as gender (0.90): We are idiots too."]
    assert against("The chair is in <!--")[-1] == "it changes how the text around it reads"


def test_a_wording_taken_in_spite_of_an_objection_is_not_asked_about_again():
    state = state_of()
    finding = state.unanswered[0]
    trial = tried(state, finding, "The old chairman is in.", judged)
    assert trial.objections
    after = taken(state, finding, trial, "edited")
    assert [after.source(one.span) for one in after.unanswered][0] == "Add it to the whitelist."


def test_a_comment_that_no_place_can_hold_is_none(monkeypatch):
    state = state_of()
    monkeypatch.setattr("srlint.review.deciding.add_ignores", lambda review, reason: ())
    assert silenced(state, state.unanswered[0], "why", judged, everywhere=False) is None


# --- answers kept for another time


def answers_so_far() -> tuple[FileState, FileState]:
    base = state_of()
    state = base.plus(base.answer("rejected", base.unanswered[0]))
    state = accept(state, 0)
    state = state.plus(state.answer("skipped", state.unanswered[0]))
    return base, accept(state, 0)


def test_answers_said_again_lead_to_the_same_state():
    base, state = answers_so_far()
    kept = unwritten(base, state)
    assert [answer.kind for answer in kept] == ["rejected", "accepted", "accepted"]
    again, lost = replayed(base, kept, judged)
    assert (again.document, lost) == (state.document, 0)


def test_once_a_file_is_written_only_refusals_are_kept():
    _, state = answers_so_far()
    (refused,) = unwritten(state, state)
    assert (refused.kind, refused.text, refused.ordinal) == ("rejected", "The chairman is in.", 0)
    again, lost = replayed(replace(state, answers=()), [refused], judged)
    assert ([again.source(one.span) for one in again.unanswered], lost) == (["We are idiots."], 0)


def test_answers_to_what_is_no_longer_there_are_lost():
    base, state = answers_so_far()
    other = state_of(TEXT.replace("Add it", "Add them"))
    again, lost = replayed(other, unwritten(base, state), judged)
    assert lost == 1
    assert again.document.text == "The chairman is in. Add them to the whitelist. We are idiots. The chair is in.\n"


def test_kept_answers_come_back_as_they_were(tmp_path):
    said: list[str] = []
    answers = [Answer("edited", "one “two”\n", 1, "three", "age", (Span(1, 2),), 4), Answer("rejected", "x")]
    database = Database(tmp_path / "state" / "a.sqlite3")
    kept = Kept(database, said.append)
    kept.keep(Path("/p/a.md"), answers)
    assert Kept(Database(tmp_path / "state" / "a.sqlite3"), said.append).recall(Path("/p/a.md")) == answers
    kept.keep(Path("/p/a.md"), answers[1:])
    assert kept.recall(Path("/p/a.md")) == answers[1:]
    kept.forget([Path("/p/a.md")])
    assert (kept.recall(Path("/p/a.md")), said) == ([], [])
    assert (tmp_path / "state" / "a.sqlite3").stat().st_mode & 0o077 == 0


def test_what_cannot_be_kept_is_said_once(tmp_path):
    said: list[str] = []
    file = tmp_path / "a.sqlite3"
    database = Database(file)
    database.close()
    file.write_bytes(b"no database at all" * 100)
    with pytest.raises(DocumentError, match=re.escape(str(file))):
        Database(file)
    kept = Kept(_Failing(file), said.append)
    kept.keep(Path("/p/a.md"), [])
    kept.keep(Path("/p/a.md"), [])
    assert (kept.recall(Path("/p/a.md")), len(said), kept.works) == ([], 1, False)


class _Failing(Database):
    def __init__(self, file: Path) -> None:
        self._file = file

    def change(self):
        raise DocumentError(f"{self._file}: database or disk is full")


def test_the_journal_keeps_the_first_state_of_a_file_and_ten_reviews(tmp_path):
    said: list[str] = []
    database = Database(tmp_path / "j.sqlite3")
    file = tmp_path / "a.md"
    for number in range(12):
        file.write_text(f"{number}")
        journal = Journal(database, said.append)
        for text in ("x", "y"):
            with journal.noting(file, "a.md"):
                file.write_text(text)
    review, (written,) = last(database)
    assert (written.before, written.after) == (b"11", digest(b"y"))
    with database.change() as connection:
        (kept,) = connection.execute("SELECT count(*) FROM written").fetchone()
    assert (kept, said) == (10, [])


def test_what_was_not_written_after_all_is_not_in_the_journal(tmp_path):
    database = Database(tmp_path / "j.sqlite3")
    for data in (None, b"new"):
        with pytest.raises(OSError), Journal(database, print).noting(tmp_path / "a.md", "a.md", data):
            raise OSError
        assert last(database) is None


def test_what_was_to_be_written_is_known_though_the_program_ends_before_it_can_say_so(tmp_path):
    database = Database(tmp_path / "j.sqlite3")
    file = tmp_path / "a.md"
    file.write_bytes(b"before")
    with pytest.raises(SystemExit), Journal(database, print).noting(file, "a.md", b"after"):
        file.write_bytes(b"after")
        raise SystemExit
    (written,) = last(database)[1]
    assert (written.before, written.after) == (b"before", digest(b"after"))


def test_a_write_that_fails_leaves_what_an_earlier_one_noted(tmp_path):
    database = Database(tmp_path / "j.sqlite3")
    file = tmp_path / "a.md"
    file.write_bytes(b"before")
    journal = Journal(database, print)
    with journal.noting(file, "a.md", b"after"):
        file.write_bytes(b"after")
    with pytest.raises(OSError), journal.noting(file, "a.md", b"again"):
        raise OSError
    (written,) = last(database)[1]
    assert (written.before, written.after) == (b"before", digest(b"after"))


def test_a_finding_is_counted_into_a_baseline_and_out_of_it_again(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    state = state_of()
    review, (first, second, *_) = state.judged.review, state.findings
    once = Baseline().counted("a.md", review, first, 1)
    twice = once.counted("a.md", review, first, 1).counted("b.md", review, second, 1)
    assert (len(once), len(twice)) == (1, 3)
    assert twice.counted("b.md", review, second, -1).counted("a.md", review, first, -1) == once
    assert once.counted("a.md", review, first, -1) == Baseline()
    left = once.accept("a.md", review).findings
    assert left == state.findings[1:]


# --- files judged ahead


class FakeBench:
    """Loads targets by their names: those with a fault have something to ask."""

    def __init__(self) -> None:
        self.loaded: list[str] = []

    def load(self, target: Target) -> tuple[bytes, FileState]:
        self.loaded.append(target.name)
        if "bad" in target.name:
            raise DocumentError("not valid UTF-8")
        text = TEXT if "fault" in target.name else "All is well.\n"
        return text.encode(), FileState(target, judged(Document(text, "markdown")))

    def judged(self, target: Target, document: Document) -> Judged:
        return judged(document)


def test_the_next_files_are_judged_ahead_until_two_have_something_to_ask():
    names = ["fault 1", "clean", "fault 2", "bad", "fault 3", "fault 4"]
    targets = [Target(Path(name), name, "markdown") for name in names]
    worker, bench = Worker(), FakeBench()
    shelf = Shelf(worker, lambda: bench, targets, [[] for _ in targets])
    worker.submit(lambda: shelf.load(0)).result(60)
    assert shelf.take(0).state.unanswered
    shelf.prepare()
    for _ in range(6000):
        if len(bench.loaded) >= 4:
            break
        time.sleep(0.01)
    worker.close(lambda: None)
    assert bench.loaded == names[:4]
    with pytest.raises(DocumentError):
        shelf.take(3)


# --- wording


@pytest.mark.parametrize(
    ("source", "edited", "expected"),
    [
        ("one two", "one three", "one three"),
        ("one\r\n  two", "one three", "one\r\n  three"),
        ("one\n> two", "one > too", "one\n> too"),
        ("one\ntwo three", "one", "one"),
        ("a\x1bb two", "a�b three", "a\x1bb three"),
    ],
)
def test_on_one_line_what_is_not_changed_stays_as_it_is(source, edited, expected):
    assert merged(source, edited, WHOLE_BREAK, " ") == expected


def test_an_editor_sees_line_feeds_and_the_document_keeps_its_own():
    assert merged("one\r\ntwo", "one\nthree\nfour", LINE_BREAK, "\n") == "one\r\nthree\r\nfour"


@given(st.text("ab \r\n\t>\x1b", max_size=20))
def test_a_wording_that_nobody_changed_is_the_source(source):
    assert merged(source, LINE_BREAK.sub("\n", source), LINE_BREAK, "\n") == source


# --- views


def test_changes_are_marked_word_by_word_and_long_stretches_cut():
    old, new = changes("The chairman is in.", "The chair is in.")
    assert old == [("The ", "text"), ("chairman", "removed"), (" is in.", "text")]
    assert new == [("The ", "text"), ("chair", "added"), (" is in.", "text")]
    assert shortened("word " * 50, begins=True).startswith("… word")
    assert shortened("word " * 50, ends=True).endswith("word …")
    assert len(shortened("word " * 50)) < 130


# --- threads, signals, consoles


def test_urgent_work_goes_before_patient_work_which_begins_again():
    worker, order, started = Worker(), [], threading.Event()

    def patient() -> None:
        order.append("patient")
        started.set()
        for _ in range(6000 if order.count("patient") == 1 else 1):
            time.sleep(0.01)
            worker.pause()

    waiting = worker.submit(patient, Urgency.PATIENT)
    assert started.wait(60)
    worker.submit(lambda: order.append("urgent")).result(60)
    waiting.result(60)
    assert order == ["patient", "urgent", "patient"]
    worker.close(lambda: order.append("last"))
    assert order[-1] == "last"


def test_work_that_fails_tells_whoever_waits_and_closing_ends_what_is_under_way():
    worker, started = Worker(), threading.Event()
    with pytest.raises(ZeroDivisionError):
        worker.submit(lambda: 1 // 0).result(60)

    def endless() -> None:
        started.set()
        while True:
            time.sleep(0.01)
            worker.pause()

    future = worker.submit(endless, Urgency.PATIENT)
    assert started.wait(60)
    worker.close(lambda: None)
    with pytest.raises(StoppedError):
        future.result(60)


def test_a_signal_that_came_at_work_counts_at_the_next_wait():
    import signal

    with Signals() as signals:
        signal.raise_signal(signal.SIGINT)
        signals.forget_interrupt()  # it was meant for an editor
        with signals.waiting():
            pass
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(StopError) as stop, signals.waiting():
            raise AssertionError("not to be waited for")
        assert stop.value.signal == signal.SIGTERM
        with pytest.raises(StopError), signals.waiting():
            signal.raise_signal(signal.SIGINT)


class Console:
    """Stands in for msvcrt: `typed` before anything is asked, `pressed` afterwards."""

    def __init__(self, typed: str, pressed: str) -> None:
        self.waiting, self.pressed = list(typed), list(pressed)

    def kbhit(self) -> bool:
        return bool(self.waiting)

    def getwch(self) -> str:
        return self.waiting.pop(0)


@pytest.mark.parametrize(
    ("pressed", "expected"), [("y", "y"), ("yy", "yy"), ("\xe0H", "\xe0H"), ("\r", "\r"), ("é", "é")]
)
def test_keys_of_a_windows_console(monkeypatch, pressed, expected):
    console = Console("yyy", pressed)
    monkeypatch.setitem(sys.modules, "msvcrt", console)
    from srlint.review.keyboard_windows import WindowsKeyboard

    with Signals() as signals, WindowsKeyboard(signals, plain=False) as keyboard:
        keyboard.ready()
        assert console.waiting == []
        monkeypatch.setattr(time, "sleep", lambda seconds: console.waiting.extend(pressed))
        assert keyboard.key() == expected


@pytest.mark.parametrize("pressed", ["\x03", "\x04", "\x1a"])
def test_keys_that_end_a_windows_console(monkeypatch, pressed):
    console = Console("", pressed)
    monkeypatch.setitem(sys.modules, "msvcrt", console)
    from srlint.review.keyboard_windows import WindowsKeyboard

    console.waiting = [pressed]
    with Signals() as signals, pytest.raises(StopError):
        WindowsKeyboard(signals, plain=False).key()


def test_lines_of_a_windows_console(monkeypatch):
    monkeypatch.setitem(sys.modules, "msvcrt", Console("", ""))
    from srlint.review.keyboard_windows import WindowsKeyboard

    lines = iter(["why not\r\n", ""])
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(readline=lambda: next(lines)))
    with Signals() as signals:
        keyboard = WindowsKeyboard(signals, plain=False)
        assert keyboard.line("Reason: ") == "why not"
        with pytest.raises(StopError):
            keyboard.line("Reason: ")
