"""Other words for a passage, taken from those offered or written by the person: never before they were judged."""

from __future__ import annotations

from srlint.findings import Finding
from srlint.review.conversation import Conversation
from srlint.review.deciding import Trial, taken
from srlint.review.state import Kind
from srlint.review.view import options
from srlint.review.wording import own_words


def rewrite(talk: Conversation, finding: Finding, text: str, kind: Kind) -> None:
    """Takes a text for the passage, once it was judged and, where something speaks against it, asked about again."""
    while True:
        trial = talk.trial(finding, text)
        key = _insist(talk, trial) if trial.objections else "y"
        if key == "y":
            talk.session.decide(taken(talk.session.entry.state, finding, trial, kind))
        if key != "e":
            talk.show_again()
            return
        new = _worded(talk, text)
        if new is not None:
            text, kind = new, "edited"


def _insist(talk: Conversation, trial: Trial) -> str:
    """Says what speaks against a text; what the person wants to do about it."""
    for objection in trial.objections:
        talk.screen.say(f"Judged again: {objection}", "warning")
    while True:
        talk.parts.keyboard.ready()
        talk.screen.keys(["[y] take it all the same", "[e]dit it further", "[n]o"])
        talk.screen.ask("?" if talk.screen.plain else ">")
        key = talk.parts.keyboard.key()
        talk.screen.answered(key)
        if key in ("y", "e", "n"):
            return key


def edit(talk: Conversation, finding: Finding) -> None:
    state = talk.session.entry.state
    chosen = options(state, finding)
    text = _worded(talk, chosen[0].text if chosen else state.source(finding.span))
    if text is None:
        talk.screen.say("No new wording.")
    else:
        rewrite(talk, finding, text, "edited")


def _worded(talk: Conversation, text: str) -> str | None:
    return own_words(text, talk.session.entry.state.document.syntax, talk.parts.keyboard, talk.screen)
