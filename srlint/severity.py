"""How much a finding matters: three levels, from the least to the most severe."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from srlint.findings import Severity

SEVERITIES: tuple[Severity, ...] = get_args(Severity)
# What a category has unless the settings say otherwise; the others are warnings.
DEFAULTS: dict[str, Severity] = {"toxicity": "error", "terminology": "info"}


def worst(severities: Iterable[Severity], default: Severity = "info") -> Severity:
    """The most severe of them."""
    return max(severities, key=SEVERITIES.index, default=default)


def of_categories(categories: Iterable[str], settings: dict[str, Severity]) -> Severity:
    """The severity of a finding with these categories: that of the most severe one."""
    return worst(settings.get(name, DEFAULTS.get(name, "warning")) for name in categories)
