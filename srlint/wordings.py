"""What an editor says instead of words that the detector marks: a list of such words and phrases.

Unlike the terms of `srlint.terms` they find nothing, tell nothing of a passage and are no fault elsewhere: a mob may
really be one, and leeches live in ponds. data/wordings.toml has them, in the form of terms.toml but with one group
a category. An entry without `use` is better cut.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from srlint.document import Span
from srlint.gaps import between_commas, capital_as, filled, joined
from srlint.shipped import data, wordings_digest
from srlint.termfile import read
from srlint.terms import TermList, TermMatch

# Stands where nothing comes for a wording, until it is cut. No passage holds it.
_NOTHING = "\0"


@cache
def listed() -> TermList:
    """The list that srlint ships."""
    import tomllib

    entries = tomllib.loads(data("wordings.toml").read_text(encoding="utf-8"))
    words = entries.pop("words", {})
    tables = [{"category": name, **table} for name, group in entries.items() for table in group["listed"]]
    return TermList(read(tables, words, "wordings.toml"), wordings_digest())


def replaced(text: str, marks: Sequence[Span], matches: Sequence[TermMatch], terms: TermList) -> list[str]:
    """The text with every wording that a mark touches replaced or cut, and every listed term in `matches` replaced.

    First by the first replacement of each, then by the further ones. None where no mark touches a wording.
    """
    found = [
        match
        for match in listed().find(text)
        if _touched(match.span, marks) and not _touched(match.span, [term.span for term in matches])
    ]
    if not found:
        return []
    edited = [*matches, *(match if match.replacements else replace(match, replacements=(_NOTHING,)) for match in found)]
    most = max(len(match.replacements) for match in edited)
    texts = [terms.rewrite(text, edited, choice) for choice in range(most)]
    return list(dict.fromkeys(_without_gaps(new, text) for new in texts if new is not None))


def _touched(span: Span, others: Sequence[Span]) -> bool:
    return any(other.start < span.end and span.start < other.end for other in others)


def _without_gaps(new: str, old: str) -> str:
    gaps = joined(new, [between_commas(new, Span(*gap.span())) for gap in re.finditer(_NOTHING, new)])
    return capital_as(filled(new, gaps, [""] * len(gaps)), old) if gaps else new
