"""A linter that can answer in steps: first what is found, at the price of the detector, then rewrites one by one.

It is for those who wait, such as an editor: every step is short, is remembered, and may be ended from outside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from srlint.candidates import Flagged
from srlint.document import Document
from srlint.findings import Review
from srlint.linter import Left, Linter
from srlint.passages import Parsed, Passage, passages
from srlint.placed import fits
from srlint.verdict import Outcome, Verdict, outcome_from_bytes, outcome_to_bytes, verdict_from_bytes, verdict_to_bytes

# So many passages are judged between two moments at which the work may be ended.
_AT_ONCE = 32
# More verdicts than this are not kept in memory, beside those of the document at hand. Drafts are larger, and stay
# behind where a text is closed or changed before its rewrites are there.
_MOST_KEPT, _MOST_DRAFTS = 5000, 500


@dataclass(frozen=True, slots=True)
class Draft:
    """A review, and the passages among its findings for which nobody has looked for a rewrite yet."""

    review: Review
    open: tuple[Passage, ...]


class DraftLinter(Linter):
    """Checks in steps: `draft`, then `settle` and `reword` for what the draft leaves open, then `draft` again."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._drafts: dict[bytes, tuple[Verdict, Flagged]] = {}

    def draft(
        self,
        document: Document,
        enabled: frozenset[str] | None = None,
        left: Left = lambda review: review,
        *,
        keep: bool = True,
    ) -> Draft:
        """What `check` would return, without the rewrites that are not known yet.

        With `keep` the cache keeps the outcome for the whole document once nothing is open. Raises DocumentError,
        ModelError.
        """
        enabled = self._settings.enabled(None) if enabled is None else enabled
        whole = self._document_key(document)
        known = self._remembered([whole], outcome_from_bytes).get(whole)
        if known is not None:
            return Draft(left(self._chosen(document, known, enabled)), ())
        parsed = passages(document, self._settings.include_quotes)
        keys = [self._key(document, passage) for passage in parsed.passages]
        outcome = self._made(document, parsed, self._drafted(parsed.passages, keys))
        review = left(self._chosen(document, outcome, enabled))
        if keep and outcome.lasting:
            self._cache.put_many({whole: outcome_to_bytes(outcome)})
        return Draft(review, self._open(review, parsed, keys, outcome))

    def _open(self, review: Review, parsed: Parsed, keys: Sequence[bytes], outcome: Outcome) -> tuple[Passage, ...]:
        """Those that are reported with all their categories: one that has lost a category is offered no rewrite."""
        reported = {(finding.span, finding.categories) for finding in review.findings}
        whole = {finding.span for finding in outcome.findings if (finding.span, finding.categories) in reported}
        placed = zip(parsed.passages, keys, strict=True)
        return tuple(passage for passage, key in placed if key in self._drafts and passage.span in whole)

    def _drafted(self, found: Sequence[Passage], keys: Sequence[bytes]) -> list[Verdict]:
        """The verdicts, new ones without a rewrite."""
        self._forget(keys)
        unknown = [key for key in dict.fromkeys(keys) if key not in self._memory and key not in self._drafts]
        self._memory.update(self._remembered(unknown, verdict_from_bytes))
        placed = zip(keys, found, strict=True)
        missing = {key: passage for key, passage in placed if key not in self._memory and key not in self._drafts}
        for start in range(0, len(missing), _AT_ONCE):
            self._models.pause()
            self._judge(dict(list(missing.items())[start : start + _AT_ONCE]))
        return [self._memory.get(key) or replace(self._drafts[key][0], lasting=False) for key in keys]

    def _judge(self, some: Mapping[bytes, Passage]) -> None:
        drafts = dict(zip(some, self.judge.drafts(list(some.values())), strict=True))
        self._keep({key: verdict for key, (verdict, flagged) in drafts.items() if flagged is None})
        flagged = {key: (verdict, flagged) for key, (verdict, flagged) in drafts.items() if flagged is not None}
        self._drafts.update(flagged)

    def settle(self, document: Document, passage: Passage) -> None:
        """Looks for settled replacements, which takes no language model. Where they pass, the verdict is known."""
        key = self._key(document, passage)
        draft = self._drafts.get(key)
        if draft is None:
            return
        quotes = self._settings.include_quotes
        verdict = self.judge.settled(*draft, passage, lambda item, new: fits(document, item, new, quotes))
        if verdict is not None:
            self._keep({key: verdict})

    def reword(self, document: Document, passage: Passage) -> None:
        """Looks for the best rewrite of an open passage, by all means; then its verdict is known.

        Raises DocumentError, ModelError.
        """
        self.verdicts(document, [passage])
        self._drafts.pop(self._key(document, passage), None)

    def _keep(self, verdicts: Mapping[bytes, Verdict]) -> None:
        self._memory.update(verdicts)
        self._cache.put_many({key: verdict_to_bytes(verdict) for key, verdict in verdicts.items()})
        for key in verdicts:
            self._drafts.pop(key, None)

    def _forget(self, needed: Sequence[bytes]) -> None:
        """Drops the verdicts on what is no longer there: every edit makes passages that nobody sees again."""
        for known, most in ((self._memory, _MOST_KEPT), (self._drafts, _MOST_DRAFTS)):
            if len(known) > most:
                kept = {key: known[key] for key in dict.fromkeys(needed) if key in known}
                known.clear()
                known.update(kept)
