"""One more rewrite for a person who wants none of those offered: less sure ones that still pass every check."""

from __future__ import annotations

from collections.abc import Callable

from srlint import ranking
from srlint.candidates import (
    MOST_WRITTEN,
    Flagged,
    Tools,
    UnansweredError,
    Writer,
    passing,
    ranked,
)
from srlint.engine.pick import drawn
from srlint.makers import Candidate

# After so many draws that came to nothing new the model has no more to say.
_TURNS = 6


def another(flagged: Flagged, tools: Tools, fresh: Callable[[str], bool]) -> str | None:
    """The best rewrite that is `fresh`, however low its rank, since a person decides; None when there is no more.

    All that was made for the offered one comes first, then what the model says when its words are drawn. The same
    question has the same answer.
    """
    if tools.writer is not None:
        return _written(flagged, tools, tools.writer, fresh)
    weighed = ranked(flagged, tools, every=True)
    in_order = sorted(weighed, key=lambda item: ranking.acceptable(item[1]), reverse=True)
    known = next((item.text for item, _ in in_order if fresh(item.text) and tools.fits(item.text)), None)
    return known or _drawn(flagged, tools, fresh)


def _drawn(flagged: Flagged, tools: Tools, fresh: Callable[[str], bool]) -> str | None:
    if tools.rewriter is None:
        return None
    model = tools.rewriter()
    for turn in range(_TURNS):
        answer = model.ask(flagged.text, flagged.before, flagged.marks, flagged.detection.categories)
        text = model.free(answer, flagged.text, drawn(turn)) if answer is not None else None
        if text is not None and fresh(text) and passing(flagged, [Candidate(text, "free")], tools):
            return text
    return None


def _written(flagged: Flagged, tools: Tools, writer: Writer, fresh: Callable[[str], bool]) -> str | None:
    """What a server says in turns beyond those that were tried for the offered rewrite."""
    for turn in range(MOST_WRITTEN, MOST_WRITTEN + _TURNS):
        try:
            text = writer(flagged.text, flagged.before, flagged.marks, turn)
        except UnansweredError:
            return None
        if text is not None and fresh(text) and passing(flagged, [Candidate(text, "free")], tools):
            return text
    return None
