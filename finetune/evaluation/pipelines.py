"""Systems that are no language model alone: two that take no thought, and srlint's whole command."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from finetune.evaluation.outputs import CLEAN, DECLINED, Item, Output, of_text
from srlint.config import Settings
from srlint.detector import Detector
from srlint.document import Document, Span
from srlint.edits import apply
from srlint.linter import Linter
from srlint.models.embedded import check_installed


class Copy:
    """Leaves every text as it is."""

    def __init__(self, name: str):
        self.name = name

    def outputs(self, items: Sequence[Item]) -> list[Output]:
        """One output for each item, in order."""
        return [of_text(item, item.text) for item in items]

    def close(self) -> None:
        """There is nothing to let go of."""


class Deletion:
    """Cuts out what annotators marked; where they marked nothing, what srlint's detector marks."""

    def __init__(self, name: str):
        self.name = name
        self._detector: Detector | None = None

    def outputs(self, items: Sequence[Item]) -> list[Output]:
        """One output for each item, in order. Raises ModelError."""
        unmarked = [item for item in items if not item.marks]
        if unmarked and self._detector is None:
            self._detector = Detector.load()
        found = iter(self._detector.detect([(item.text, item.before) for item in unmarked]) if self._detector else ())
        return [of_text(item, without(item.text, item.marks or next(found).marks)) for item in items]

    def close(self) -> None:
        """Lets go of the detector."""
        detector, self._detector = self._detector, None
        if detector is not None:
            detector.close()


def without(text: str, marks: Sequence[Span]) -> str:
    """The text with its marks cut out, blanks closed up, a capital at the start, no more."""
    for mark in sorted(marks, reverse=True):
        text = text[: mark.start] + text[mark.end :]
    text = re.sub(r"\s+([,.;:!?])", r"\1", " ".join(text.split())).lstrip(" ,;:")
    return text[:1].upper() + text[1:]


class Command:
    """What `srlint check --fix --unsafe-fixes` does to a plain text, with its sentence before as the paragraph above.

    Flagged with a rewrite: rewritten; flagged without: declined; else clean. Of several findings in one text those
    with a rewrite are applied.
    """

    def __init__(self, name: str, settings: Settings):
        self.name = name
        self._settings = settings
        self._linter: Linter | None = None

    def outputs(self, items: Sequence[Item]) -> list[Output]:
        """One output for each item, in order. Raises ModelError."""
        if self._linter is None:
            if self._settings.use_model and self._settings.model is None:
                check_installed()  # the linter would go on without a model
            self._linter = Linter.open(self._settings)
        return [_checked(self._linter, item) for item in items]

    def close(self) -> None:
        """Lets go of the models."""
        linter, self._linter = self._linter, None
        if linter is not None:
            linter.close()


def _checked(linter: Linter, item: Item) -> Output:
    before, text = (" ".join(part.split()) for part in (item.before, item.text))
    head = f"{before}\n\n" if before else ""
    document = Document(f"{head}{text}\n", "text")
    findings = [finding for finding in linter.check(document).findings if finding.span.start >= len(head)]
    if not findings:
        return Output(CLEAN)
    categories = tuple(dict.fromkeys(name for finding in findings for name in finding.categories))
    edits = [edit for finding in findings if finding.rewrite is not None for edit in finding.rewrite.edits]
    if not edits:
        return Output(DECLINED, categories=categories)
    return replace(of_text(item, apply(document.text, edits)[len(head) :]), categories=categories)
