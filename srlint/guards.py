"""The checks that a rewrite must pass before anybody sees it: one small function for each concern."""

from __future__ import annotations

from collections.abc import Callable

from srlint import facts, names, soundness
from srlint.change import Change
from srlint.document import Span

# In the order in which they are reported. A function is true when its concern is justified.
CONCERNS: tuple[tuple[str, Callable[[Change], bool]], ...] = (
    ("echo", soundness.echo),
    ("comment", soundness.comment),
    ("placeholder", soundness.placeholder_lost),
    ("number", facts.number_changed),
    ("name", names.name_changed),
    ("date", facts.date_changed),
    ("negation", facts.negation_changed),
    ("quantifier", facts.quantifier_changed),
    ("modality", facts.modality_changed),
    ("quotation", facts.quotation_changed),
    ("too much", soundness.too_much),
    ("characters", soundness.strange_characters),
    ("ungrammatical", soundness.ungrammatical),
)


def concerns(old: str, new: str, marked: tuple[Span, ...] = ()) -> tuple[str, ...]:
    """What speaks against offering `new` for `old`, both plain passage texts; () when nothing does.

    `marked` are the stretches of `old` at fault. Words that a mark touches may go even if they are negations,
    quantifiers, modal verbs or names; numbers, dates and quotations may not. An empty rewrite raises "empty" alone.
    """
    change = Change(old, new, tuple(marked))
    if soundness.empty(change):
        return ("empty",)
    return tuple(name for name, justified in CONCERNS if justified(change))
