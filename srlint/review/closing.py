"""The end of a file and of the review: what is written, what could not be, and what a person should know of it."""

from __future__ import annotations

from srlint.errors import ConfigError, DocumentError
from srlint.output.diff import diff
from srlint.output.escape import shown_name, spelt
from srlint.report import counted
from srlint.review.conversation import Conversation
from srlint.review.kept import Kept
from srlint.review.session import Entry
from srlint.review.state import SUPPRESSING
from srlint.review.writing import ChangedError


def settle(talk: Conversation, entry: Entry) -> bool:
    """Writes a file all of whose findings have answers; whether it is done with.

    It is not when another program has changed it: then it is read again, with the answers that still fit.
    """
    while True:
        try:
            _write(talk, entry)
        except ChangedError:
            talk.screen.say(f"{entry.target.name}: changed by another program meanwhile; read again.", "warning")
            return _start_again(talk, entry)
        except (DocumentError, ConfigError) as error:
            talk.screen.say(f"{entry.target.name}: {error}", "warning")
            if not _try_again(talk):
                talk.session.failed += 1
                return True
        else:
            return True


def finish(talk: Conversation, kept: Kept) -> None:
    """Writes what was decided so far. What cannot be written stays among the kept answers, and the person is told."""
    for entry in talk.session.entries.values():
        try:
            _write(talk, entry)
        except (DocumentError, ConfigError) as error:
            talk.session.failed += 1
            talk.screen.say(f"{entry.target.name}: {error}", "warning")
            talk.session.keep(entry)
            if kept.works:
                talk.screen.say("  Its answers are kept: the next `srlint review` goes on with them.", "warning")
            else:
                _show_unwritten(talk, entry)
    session = talk.session
    if not session.left and not session.unseen and not session.failed:
        kept.forget(target.path for target in session.targets)


def summary(talk: Conversation) -> None:
    """Says what was decided and what is left."""
    session, screen, files = talk.session, talk.screen, talk.parts.writer.files
    counts = {
        "accepted": session.count("accepted"),
        "edited": session.count("edited"),
        "rejected": session.count("rejected"),
        "suppressed": session.count(*SUPPRESSING),
        "left": session.left,
    }
    if not any(counts.values()) and not session.unseen:
        screen.say(f"Nothing to review in {counted(len(session.entries), 'file')}.", "place")
        return
    unseen = f"; {counted(session.unseen, 'file')} not looked at" if session.unseen else ""
    screen.line(("", "text"))
    screen.say(", ".join(f"{how} {number}" for how, number in counts.items()) + f"{unseen}.", "place")
    if files:
        again = "; `srlint undo` puts back what was there" if talk.parts.writer.can_undo else ""
        screen.say(f"Written: {', '.join(map(shown_name, files.values()))}{again}.")
    if session.left or session.unseen:
        screen.say("The next `srlint review` goes on from here.")


def _write(talk: Conversation, entry: Entry) -> None:
    talk.parts.writer.document(entry, entry.state)
    talk.parts.writer.accepted(entry)
    entry.base = entry.state
    talk.session.keep(entry)


def _start_again(talk: Conversation, entry: Entry) -> bool:
    try:
        loaded = talk.again(entry)
    except DocumentError as error:
        talk.screen.say(f"{entry.target.name}: {error}; its answers are kept.", "warning")
        talk.session.failed += 1
        return True
    entry.set(loaded)
    # Steps back in this file led to a text that is no more.
    talk.session.steps = [step for step in talk.session.steps if talk.session.entries[step.at] is not entry]
    talk.tell(entry.target.name, loaded)
    talk.session.keep(entry)
    return False


def _try_again(talk: Conversation) -> bool:
    while True:
        talk.parts.keyboard.ready()
        talk.screen.keys(["[t]ry again", "[l]eave it: the answers are kept"])
        talk.screen.ask("?" if talk.screen.plain else ">")
        key = talk.parts.keyboard.key()
        talk.screen.answered(key)
        if key in ("t", "l"):
            return key == "t"


def _show_unwritten(talk: Conversation, entry: Entry) -> None:
    """The last resort: neither the file nor the answers could be written, so that the terminal has to hold them."""
    talk.screen.say("  Nor can its answers be kept. This is what they would have changed:", "warning")
    for row in spelt(diff(entry.target.name, entry.base.document, entry.state.document), keep="\n\t").splitlines():
        talk.screen.line((row, "text"))
