"""One `srlint review`: set up, held, written, summed up."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from srlint.config import Resolver
from srlint.errors import ConfigError, DocumentError, SrlintError
from srlint.files import Target
from srlint.review.answering import answer
from srlint.review.bench import Bench, baseline_path
from srlint.review.closing import finish, settle, summary
from srlint.review.conversation import Conversation, Parts
from srlint.review.database import Database, place
from srlint.review.journal import Journal
from srlint.review.kept import Kept
from srlint.review.keyboard import open_keyboard
from srlint.review.screen import Screen
from srlint.review.session import Session
from srlint.review.shelf import Shelf
from srlint.review.signals import Signals, StopError
from srlint.review.writing import Writer
from srlint.worker import Worker

LEFT, FAILED = 1, 2


@dataclass(frozen=True, slots=True)
class Review:
    """What the command line asked for. `resolver` makes the settings.

    `configurable`: files have a say in what is found, so that words can be allowed there and findings accepted.
    `restart`: ask again about what was answered in a review that was left.
    """

    resolver: Callable[[], Resolver]
    folder: Path
    targets: tuple[Target, ...]
    configurable: bool = True
    restart: bool = False
    plain: bool = False
    color: bool = True


def require_terminal() -> None:
    """Raises ConfigError where nobody can be asked."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise ConfigError("review asks a person and needs a terminal; without one use `srlint check --diff`")


def review(asked: Review) -> int:
    """Hold the review; the exit status. Raises ConfigError and ModelError for what spoils all of it."""
    screen = Screen(color=asked.color, plain=asked.plain)
    with ExitStack() as stack:
        database = _database(asked.folder, screen, stack)
        kept = Kept(database, lambda text: screen.say(text, "warning"))
        if asked.restart:
            kept.forget(target.path for target in asked.targets)
        journal = Journal(database, lambda text: screen.say(text, "warning"))
        talk = _conversation(asked, screen, kept, journal, stack)
        number = _held(talk, kept)
        talk.tell_notes()
        summary(talk)
        troubles = talk.parts.bench.troubles
    for trouble in troubles:
        screen.say(f"srlint: {trouble}", "warning")
    if number is not None:
        return 128 + number
    session = talk.session
    return FAILED if session.failed or troubles else LEFT if session.left or session.unseen else 0


def _held(talk: Conversation, kept: Kept) -> int | None:
    """Holds the conversation and writes what came of it. Returns the signal that ended it, apart from an interrupt,
    which is as good as q."""
    import signal

    number: int | None = None
    try:
        talk.hold(settle, answer)
    except StopError as stop:
        number = stop.signal
    except SrlintError:
        finish(talk, kept)
        raise
    except Exception:  # what a mistake of srlint's has made is not written
        if kept.works:
            talk.screen.say("srlint: the answers that no file holds yet are kept for the next review", "warning")
        raise
    finish(talk, kept)
    return None if number == signal.SIGINT else number


def _conversation(asked: Review, screen: Screen, kept: Kept, journal: Journal, stack: ExitStack) -> Conversation:
    signals = stack.enter_context(Signals())
    worker, notes = Worker(), SimpleQueue[str]()

    def opened() -> Bench:
        return Bench(
            asked.resolver,
            asked.folder,
            find_baseline=asked.configurable,
            warn=notes.put,
            pause=worker.pause,
        )

    bench = worker.submit(opened).result()
    stack.callback(worker.close, bench.close)
    path = baseline_path(asked.resolver().for_folder(asked.folder))
    parts = Parts(
        session=Session(asked.targets, kept),
        shelf=Shelf(worker, lambda: bench, asked.targets, [kept.recall(target.path) for target in asked.targets]),
        worker=worker,
        bench=bench,
        writer=Writer(journal, path),
        screen=screen,
        keyboard=stack.enter_context(open_keyboard(signals, plain=asked.plain)),
        signals=signals,
        notes=notes,
        configurable=asked.configurable,
    )
    return Conversation(parts)


def _database(folder: Path, screen: Screen, stack: ExitStack) -> Database | None:
    """Where answers and the journal are kept; None, with a word about it, where they cannot be."""
    try:
        database = Database(place(folder))
    except DocumentError as error:
        screen.say(f"srlint: answers cannot be kept, nor a review be undone: {error}", "warning")
        return None
    stack.callback(database.close)
    return database
