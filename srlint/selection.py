"""Whose findings count: the categories that are switched on, each from its own threshold on, with its severity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from srlint.config import Settings
from srlint.document import Span
from srlint.findings import Finding, Severity
from srlint.severity import of_categories
from srlint.suppress import without
from srlint.verdict import Outcome


def select(outcome: Outcome, settings: Settings, enabled: frozenset[str]) -> tuple[Finding, ...]:
    """The findings with what is left of their categories, and without those that have none left.

    One that has lost a category has no rewrite any more: it would also change what nobody asked about.
    """
    bars = dict(settings.thresholds)
    chosen = []
    for finding in outcome.findings:
        lost = [
            name
            for name in finding.categories
            if name not in enabled or finding.probability < bars.get(name, outcome.bar)
        ]
        left = without(finding, lost) if lost else finding
        if left is not None:
            chosen.append(left)
    return tuple(chosen)


def graded(findings: Iterable[Finding], asked: Mapping[Span, Severity], settings: Settings) -> tuple[Finding, ...]:
    """The findings with their severity: what the listed terms at fault ask for, or that of their categories."""
    chosen = dict(settings.severity)
    return tuple(
        replace(finding, severity=asked.get(finding.span) or of_categories(finding.categories, chosen))
        for finding in findings
    )
