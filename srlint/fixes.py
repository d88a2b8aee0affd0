"""Applying the rewrites of a review to its document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from srlint.document import Document
from srlint.edits import apply
from srlint.findings import Review

# A rewrite changes the context of the next sentence, so a second round may find more to do; three settle it or never.
_MAX_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Fixed:
    """The review of a document after its fixes, and how many passages were rewritten on the way."""

    review: Review
    rewritten: int


def fix(review: Review, check: Callable[[Document], Review], *, unsafe: bool) -> Fixed:
    """Apply the safe rewrites, with `unsafe` all of them, and check what came of it.

    Each passage's rewrite is applied whole. What the returned review still finds is what remains in the new text.
    """
    rewritten = 0
    for _ in range(_MAX_ROUNDS):
        chosen = [
            finding.rewrite
            for finding in review.findings
            if finding.rewrite is not None and (unsafe or finding.rewrite.safety == "safe")
        ]
        if not chosen:
            break
        edits = sorted((edit for rewrite in chosen for edit in rewrite.edits), key=lambda edit: edit.span)
        text = apply(review.document.text, edits)
        review = check(replace(review.document, text=text))
        rewritten += len(chosen)
    return Fixed(review, rewritten)
