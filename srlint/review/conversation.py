"""The review itself: one finding after the other, one question each, and what comes of the answers."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TypeVar

from srlint.categories import SUPPRESSION
from srlint.errors import DocumentError
from srlint.findings import Finding
from srlint.review import actions
from srlint.review.bench import Bench
from srlint.review.deciding import Judge, Trial, tried
from srlint.review.kept import unwritten
from srlint.review.keyboard import Keyboard
from srlint.review.screen import Screen
from srlint.review.session import Entry, Session
from srlint.review.shelf import Loaded, Shelf
from srlint.review.signals import Signals
from srlint.review.state import FileState, Judged
from srlint.review.view import options, show
from srlint.review.writing import Writer
from srlint.urgency import Urgency
from srlint.worker import Worker

Result = TypeVar("Result")

# Deals with a file all of whose findings have answers; whether it is done with. Does what a key stands for.
Settle = Callable[["Conversation", Entry], bool]
Answer = Callable[["Conversation", str, Finding], None]

# Seconds between two looks whether work is done, and after which the person is told that there is some.
_LOOK, _PATIENCE = 0.05, 0.3


@dataclass(slots=True)
class Parts:
    """All that a conversation is held with."""

    session: Session
    shelf: Shelf
    worker: Worker
    bench: Bench
    writer: Writer
    screen: Screen
    keyboard: Keyboard
    signals: Signals
    notes: SimpleQueue[str]
    configurable: bool


class Conversation:
    """Puts the questions. Raises StopError when the person or a signal ends it, ModelError when judging fails."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.session = parts.session
        self.screen = parts.screen
        self._guess: tuple[Judged, Finding, str, Future[Trial]] | None = None
        self._shown: tuple[FileState, Finding] | None = None

    def hold(self, settle: Settle, answer: Answer) -> None:
        """Until every file has been dealt with. `settle` writes the present one and says whether it is done with;
        `answer` does what a key stands for."""
        session = self.session
        while session.at < len(session.targets):
            if not self._opened():
                session.at += 1
                continue
            finding = session.entry.state.current
            if finding is not None:
                self._ask(finding, answer)
            elif settle(self, session.entry):
                session.at += 1

    def judge(self, entry: Entry | None = None) -> Judge:
        """Judges documents in the place of a file, the present one if none is given."""
        target = (entry or self.session.entry).target
        bench = self.parts.bench
        return lambda document: self.wait(lambda: bench.judged(target, document), "judging it again")

    def trial(self, finding: Finding, text: str) -> Trial:
        """What comes of a text for a passage; at once, when it was foreseen. Raises DocumentError."""
        state, guess = self.session.entry.state, self._guess
        if guess is not None and guess[0] is state.judged and guess[1] == finding and guess[2] == text:
            future = guess[3]
            if future.done() and future.exception() is None:
                return future.result()
        return tried(state, finding, text, self.judge())

    def wait(self, action: Callable[[], Result], what: str) -> Result:
        """What `action` returns or raises in the worker's thread. The person is told when it takes a while."""
        future = self.parts.worker.submit(action)
        self._until(future.done, what)
        return future.result()

    def renew(self) -> None:
        """Takes the settings as they are now. Raises ConfigError; nothing has changed then."""

        def change() -> None:
            self.parts.bench.renew()
            self.parts.shelf.drop()

        self.wait(change, "reading the settings again")
        self.session.settings += 1
        self._bring_up_to_date(self.session.entry)

    def again(self, entry: Entry) -> Loaded:
        """The file as it lies on disk now, with what was answered. Raises DocumentError, ModelError."""
        answers = unwritten(entry.base, entry.state)
        return self.wait(lambda: self.parts.shelf.again(entry.target, answers), f"reading {entry.target.name} again")

    def show_again(self) -> None:
        """The finding is to be shown before the next question, though nothing has changed."""
        self._shown = None

    def tell_notes(self) -> None:
        """Says what the worker's thread had to say."""
        while not self.parts.notes.empty():
            self.screen.say(f"srlint: {self.parts.notes.get()}", "warning")

    def situation(self, finding: Finding) -> actions.Situation:
        """What can be done about a finding."""
        state = self.session.entry.state
        notice = SUPPRESSION in finding.categories
        alike = [
            other
            for other in state.unanswered
            if other != finding and other.rewrite is not None and other.categories[0] == finding.categories[0]
        ]
        return actions.Situation(
            categories=finding.categories,
            rewrites=len(options(state, finding)),
            alike=len(alike) if finding.rewrite is not None else 0,
            rewords=state.judged.rewords and not notice,
            notice=notice,
            configurable=self.parts.configurable,
            following=any(other.span > finding.span for other in state.unanswered),
            preceding=any(other.span < finding.span for other in state.unanswered),
            undoable=bool(self.session.steps),
        )

    def _ask(self, finding: Finding, answer: Answer) -> None:
        state = self.session.entry.state
        self.tell_notes()
        self.parts.keyboard.ready()
        if self._shown is None or self._shown[0] is not state or self._shown[1] != finding:
            show(self.screen, state, finding, self._progress(finding))
            self._shown = (state, finding)
        now = self.situation(finding)
        self.screen.keys(actions.menu(now))
        self._prepare(finding)
        self.screen.ask("?" if self.screen.plain else ">")
        key = self.parts.keyboard.key()
        self.screen.answered(key)
        if key in actions.keys(now):
            answer(self, key, finding)
        elif not key.strip():
            self.screen.say("Enter alone does nothing: press one of the keys, or ? for what they mean.", "warning")
        else:
            self.screen.say(f"{key!r} does nothing here: press one of the keys, or ? for what they mean.", "warning")

    def _progress(self, finding: Finding) -> str:
        state, session = self.session.entry.state, self.session
        number = len(state.answers) + state.unanswered.index(finding) + 1
        total = len(state.answers) + len(state.unanswered)
        return f"({number}/{total}, file {session.at + 1}/{len(session.targets)})"

    def _prepare(self, finding: Finding) -> None:
        """While the person reads: what would come of the first rewrite, and the next file."""
        state, target, bench = self.session.entry.state, self.session.entry.target, self.parts.bench
        chosen = options(state, finding)
        if chosen and (self._guess is None or self._guess[0] is not state.judged or self._guess[1] != finding):
            text = chosen[0].text
            if self._guess is not None:
                self._guess[3].cancel()

            def foresee() -> Trial:
                return tried(state, finding, text, lambda document: bench.judged(target, document))

            self._guess = (state.judged, finding, text, self.parts.worker.submit(foresee, Urgency.PATIENT))
        self.parts.shelf.prepare()

    def _opened(self) -> bool:
        """Makes the present file ready; whether there is anything to do in it."""
        session, at = self.session, self.session.at
        if at in session.entries:
            self._bring_up_to_date(session.entries[at])
            return True
        if at in session.unreadable:
            return False
        target = session.targets[at]
        self._load(at)
        try:
            loaded = self.parts.shelf.take(at)
        except DocumentError as error:
            self.screen.say(f"srlint: {target.name}: {error}", "warning")
            session.unreadable.add(at)
            session.failed += 1
            return False
        session.entries[at] = Entry(target, loaded.data, loaded.base, loaded.state, session.settings)
        self.tell(target.name, loaded)
        return True

    def tell(self, name: str, loaded: Loaded) -> None:
        """Says what became of answers that were given before the file was read."""
        held = len(loaded.state.answers)
        matters = loaded.state.unanswered or loaded.state.document != loaded.base.document
        if loaded.lost or (held and matters):
            lost = f"; {loaded.lost} dropped, as their passages have changed" if loaded.lost else ""
            self.screen.say(f"{name}: {held} earlier answer{'s' if held != 1 else ''} kept{lost}.", "place")

    def _load(self, at: int) -> None:
        shelf, what = self.parts.shelf, f"checking {at + 1}/{len(self.session.targets)} {self.session.targets[at].name}"
        while at not in shelf:
            if shelf.loading == at:  # it was begun while the person read
                self._until(lambda: at in shelf or shelf.loading != at, what)
            else:
                self.wait(lambda: None if at in shelf else shelf.load(at), what)

    def _bring_up_to_date(self, entry: Entry) -> None:
        """Judges a file again whose settings have changed since."""
        if entry.settings == self.session.settings:
            return
        judged = self.judge(entry)(entry.state.document)
        entry.state = entry.state.changed(judged, ())
        entry.settings = self.session.settings

    def _until(self, done: Callable[[], bool], what: str) -> None:
        import time

        began = time.monotonic()
        with self.parts.signals.waiting():
            while not done():
                time.sleep(_LOOK)
                if time.monotonic() - began > _PATIENCE:
                    self.screen.busy(f"{what} …")
        self.screen.calm()


