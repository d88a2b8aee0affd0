"""What each key does: one small function for each, and the table of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from srlint.categories import BY_ID, page
from srlint.errors import ConfigError, DocumentError
from srlint.findings import Finding
from srlint.output.escape import printable
from srlint.review import actions
from srlint.review.conversation import Conversation
from srlint.review.deciding import silenced, taken, tried
from srlint.review.rewriting import edit, rewrite
from srlint.review.state import FileState, Kind
from srlint.review.view import options


def answer(talk: Conversation, key: str, finding: Finding) -> None:
    """Does what a valid key stands for. Raises StopError for q, ModelError when judging fails."""
    try:
        _HANDLERS[key](talk, finding)
    except (ConfigError, DocumentError) as error:  # nothing has changed
        talk.screen.say(str(error), "warning")


def _yes(talk: Conversation, finding: Finding) -> None:
    _choose(talk, finding, 0)


def _choose(talk: Conversation, finding: Finding, number: int) -> None:
    rewrite(talk, finding, options(talk.session.entry.state, finding)[number].text, "accepted")


def _reword(talk: Conversation, finding: Finding) -> None:
    entry, bench = talk.session.entry, talk.parts.bench
    state = entry.state
    source = state.source(finding.span)
    seen = [one.text for one in (finding.rewrite, *finding.others) if one is not None]
    seen += [text for passage, text in state.more if passage == source]
    found = talk.wait(
        lambda: bench.another(entry.target, state.document, finding, seen), "looking for another rewrite"
    )
    if found is None:
        talk.screen.say("The language model has no other rewrite that keeps what it should.")
    else:
        entry.state = replace(state, more=(*state.more, (source, found)))


def _no(talk: Conversation, finding: Finding) -> None:
    _settle_as(talk, finding, "rejected")


def _skip(talk: Conversation, finding: Finding) -> None:
    _settle_as(talk, finding, "skipped")


def _baseline(talk: Conversation, finding: Finding) -> None:
    _settle_as(talk, finding, "baselined")


def _settle_as(talk: Conversation, finding: Finding, kind: Kind) -> None:
    state = replace(talk.session.entry.state, at=finding.span.start)
    talk.session.decide(state.plus(state.answer(kind, finding)))


def _ignore_here(talk: Conversation, finding: Finding) -> None:
    _ignore(talk, finding, everywhere=False)


def _ignore_in_file(talk: Conversation, finding: Finding) -> None:
    _ignore(talk, finding, everywhere=True)


def _ignore(talk: Conversation, finding: Finding, *, everywhere: bool) -> None:
    talk.screen.calm()
    reason = talk.parts.keyboard.line("Reason (empty: no comment): ").strip()
    if not reason:
        talk.screen.say("No comment.")
        return
    try:
        after = silenced(talk.session.entry.state, finding, reason, talk.judge(), everywhere=everywhere)
    except ConfigError as error:  # it speaks of the option that a reason is given with elsewhere
        raise ConfigError(str(error).removeprefix("--add-ignores: ")) from error
    if after is None:
        talk.screen.say("No comment can stand where it would reach this passage.", "warning")
    else:
        talk.session.decide(after)


def _allow(talk: Conversation, finding: Finding) -> None:
    from srlint.config.edit import add_to_list
    from srlint.models.choice import config_file

    state = talk.session.entry.state
    marked = [" ".join(printable(state.source(mark)).split()) for mark in finding.marks]
    talk.screen.calm()
    hint = f" [{', '.join(marked)}]" if talk.screen.plain else ""
    typed = talk.parts.keyboard.line(f"Words to allow (empty: none){hint}: ", marked[0] if marked else "")
    words = " ".join(typed.split())
    if not words:
        talk.screen.say("No words allowed.")
        return
    file = config_file(talk.session.entry.target.path.absolute().parent)
    take_back = talk.parts.writer.configuration(file, lambda: add_to_list(file, "allow", words))

    def revert() -> None:
        take_back()
        talk.renew()

    try:
        talk.renew()
    except ConfigError:
        take_back()
        raise
    after = talk.session.entry.state
    gone = len(state.findings) - len(after.findings)
    told = replace(after.answer("allowed", finding, words, gone), settled=())
    talk.session.entry.state = state
    talk.session.decide(after.plus(told), revert)
    talk.screen.say(f"{file.name}: “{words}” allowed." + ("" if gone else " The passage is still flagged."))


def _all(talk: Conversation, finding: Finding) -> None:
    """Every passage on its own, and only those against whose rewrite nothing speaks; all of it is one step."""
    state = talk.session.entry.state
    passed, done, judge = set[str](), 0, talk.judge()
    while (one := _next_alike(state, finding.categories[0], passed)) is not None:
        assert one.rewrite is not None
        trial = tried(state, one, one.rewrite.text, judge)
        if trial.objections:
            passed.add(state.source(one.span))
        else:
            state, done = taken(state, one, trial, "accepted"), done + 1
    if done:
        talk.session.decide(replace(state, at=finding.span.start))
    talk.screen.say(f"{done} taken." + (f" {len(passed)} left, as something speaks against them." if passed else ""))


def _next_alike(state: FileState, category: str, passed: set[str]) -> Finding | None:
    return next(
        (
            one
            for one in state.unanswered
            if one.rewrite is not None and one.categories[0] == category and state.source(one.span) not in passed
        ),
        None,
    )


def _done(talk: Conversation, finding: Finding) -> None:
    talk.session.decide(replace(talk.session.entry.state, closed=True))


def _undo(talk: Conversation, finding: Finding) -> None:
    session = talk.session
    step = session.steps[-1]
    entry = session.entries[step.at]
    if step.revert is not None:
        step.revert()
    elif len(entry.base.answers) > len(step.state.answers):  # it was written since
        talk.parts.writer.document(entry, step.state)
        entry.base = step.state
        talk.screen.say(f"{entry.target.name}: as before that answer.")
    session.steps.pop()
    session.at, entry.state = step.at, step.state
    if entry.base is step.state:
        talk.parts.writer.accepted(entry)
    session.keep(entry)


def _next(talk: Conversation, finding: Finding) -> None:
    state = talk.session.entry.state
    following = next(other for other in state.unanswered if other.span > finding.span)
    talk.session.entry.state = replace(state, at=following.span.start)


def _back(talk: Conversation, finding: Finding) -> None:
    state = talk.session.entry.state
    preceding = [other for other in state.unanswered if other.span < finding.span][-1]
    talk.session.entry.state = replace(state, at=preceding.span.start)


def _quit(talk: Conversation, finding: Finding) -> None:
    from srlint.review.signals import StopError

    raise StopError


def _help(talk: Conversation, finding: Finding) -> None:
    for category in finding.categories:
        if category in BY_ID:
            for row in page(BY_ID[category]).splitlines():
                talk.screen.line((row, "text"))
            talk.screen.line(("", "text"))
    for row in actions.explained(talk.situation(finding)):
        talk.screen.line((row[:3], "key"), (row[3:], "text"))
    talk.show_again()


_HANDLERS: dict[str, Callable[[Conversation, Finding], None]] = {
    "y": _yes,
    "n": _no,
    "1": _yes,
    "2": lambda talk, finding: _choose(talk, finding, 1),
    "3": lambda talk, finding: _choose(talk, finding, 2),
    "e": edit,
    "r": _reword,
    "i": _ignore_here,
    "I": _ignore_in_file,
    "b": _baseline,
    "w": _allow,
    "a": _all,
    "d": _done,
    "u": _undo,
    "j": _next,
    "k": _back,
    "s": _skip,
    "q": _quit,
    "?": _help,
}
