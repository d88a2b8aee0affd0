"""Phrases and names that a project allows: a passage is not flagged for them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from srlint.document import Span


class Allowed:
    """The `allow` setting: whole words in any case, with any white space between them."""

    def __init__(self, phrases: Sequence[str]) -> None:
        written = sorted((phrase.split() for phrase in phrases if phrase.strip()), key=len, reverse=True)
        choices = "|".join(r"\s+".join(map(re.escape, words)) for words in written)
        self._pattern = re.compile(rf"(?<!\w)(?:{choices})(?!\w)", re.IGNORECASE) if choices else None

    def stretches(self, text: str) -> list[Span]:
        """Where an allowed phrase stands in `text`."""
        return [Span(*found.span()) for found in self._pattern.finditer(text)] if self._pattern else []


def covered(span: Span, stretches: Sequence[Span]) -> bool:
    """Whether one of the stretches holds the whole span."""
    return any(stretch.start <= span.start and span.end <= stretch.end for stretch in stretches)
