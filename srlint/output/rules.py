"""The categories as rules, for formats that carry a catalogue of them and for tables of what was found."""

from __future__ import annotations

from dataclasses import dataclass

from srlint.categories import CATEGORIES, SUPPRESSION, Category


@dataclass(frozen=True, slots=True)
class Rule:
    """What can be found, under one id. `summary` ends `Flags …`; `help` is Markdown."""

    id: str
    name: str
    summary: str
    help: str


def _rule(category: Category) -> Rule:
    lines = [
        category.why,
        "",
        "Flagged:",
        "",
        *(f"- {example}" for example in category.flagged),
        "",
        "Fine:",
        "",
        *(f"- {example}" for example in category.fine),
    ]
    return Rule(category.id, category.name, category.summary, "\n".join(lines))


_DIRECTIVES = Rule(
    id=SUPPRESSION,
    name="Directives in comments",
    summary="`srlint:` directives in comments that are malformed or have no effect",
    help="A directive that nothing needs any more hides what is written there next. Correct or remove it.",
)

RULES: dict[str, Rule] = {rule.id: rule for rule in (*map(_rule, CATEGORIES), _DIRECTIVES)}
