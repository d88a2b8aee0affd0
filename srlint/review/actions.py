"""What a person can do about a finding: the table of keys, and when each of them makes sense."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Situation:
    """What there is to choose from. The first of the `categories` is the main one; `rewrites` are those shown; `alike`
    further findings of the main category in the file that have a rewrite too; a `notice` is about one of srlint's own
    comments, not about a passage."""

    categories: tuple[str, ...]
    rewrites: int = 0
    alike: int = 0
    rewords: bool = False
    notice: bool = False
    configurable: bool = True
    following: bool = False
    preceding: bool = False
    undoable: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """A key, what stands for it in the line of keys and what the help says of it. In these `{main}` is the main
    category, `{all}` all of them."""

    key: str
    label: str
    help: str
    valid: Callable[[Situation], bool] = lambda situation: True


ACTIONS: tuple[Action, ...] = (
    Action("y", "[y]es", "take the rewrite", lambda now: now.rewrites > 0),
    Action("n", "[n]o", "keep the passage as it is"),
    Action("1", "", "take this rewrite", lambda now: now.rewrites > 1),
    Action("2", "", "take this rewrite", lambda now: now.rewrites > 1),
    Action("3", "", "take this rewrite", lambda now: now.rewrites > 2),
    Action("e", "[e]dit", "write it yourself, beginning with the rewrite if there is one", lambda now: not now.notice),
    Action("r", "[r]eword", "ask for another rewrite, of which srlint is less sure", lambda now: now.rewords),
    Action("i", "[i]gnore here", "silence it with a comment and your reason", lambda now: not now.notice),
    Action("I", "[I]gnore {all} in file", "silence {all} in the whole file with a comment", lambda now: not now.notice),
    Action("b", "[b]aseline", "accept it in the baseline file", lambda now: now.configurable and not now.notice),
    Action(
        "w", "[w]ords allowed", "allow words in the configuration", lambda now: now.configurable and not now.notice
    ),
    Action(
        "a",
        "[a]ll {main} in file",
        "take the first rewrite of every passage for {main} in this file",
        lambda now: now.rewrites > 0 and now.alike > 0,
    ),
    Action("d", "[d]one with file", "leave the rest of this file"),
    Action("u", "[u]ndo", "take back the last answer, in whichever file it was", lambda now: now.undoable),
    Action("j", "[j] next", "go to the next one without an answer", lambda now: now.following),
    Action("k", "[k] back", "go back to the one before without an answer", lambda now: now.preceding),
    Action("s", "[s]kip", "leave it for another time"),
    Action("q", "[q]uit", "write what was decided and stop; the next review goes on from there"),
    Action("?", "[?]", "say more about the category and the keys"),
)


def valid(situation: Situation) -> tuple[Action, ...]:
    return tuple(action for action in ACTIONS if action.valid(situation))


def keys(situation: Situation) -> frozenset[str]:
    return frozenset(action.key for action in valid(situation))


def menu(situation: Situation) -> list[str]:
    """The line of keys, in pieces that should not be broken."""
    labels = [_named(action.label, situation) for action in valid(situation) if action.label]
    if situation.rewrites > 1:
        labels.insert(2, f"[1-{min(situation.rewrites, 3)}] choose")
    return labels


def explained(situation: Situation) -> list[str]:
    """One line for each key that can be pressed now."""
    return [f"{action.key}  {_named(action.help, situation)}" for action in valid(situation)]


def _named(text: str, situation: Situation) -> str:
    return text.format(main=situation.categories[0], all=", ".join(situation.categories))
