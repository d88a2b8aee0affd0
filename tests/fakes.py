"""A stand-in for the linter: it knows four words and needs no model."""

from __future__ import annotations

import re
import sys
from types import ModuleType

from srlint.document import Document, Span
from srlint.findings import Edit, Finding, Review, Rewrite, Skipped

# word -> categories, probability, replacement, safety
WORDS = {
    "chairman": (("gender",), 0.93, "chair", "safe"),
    "mob": (("framing", "toxicity"), 0.81, "crowd", "unsafe"),
    "idiots": (("toxicity",), 0.97, None, None),
}


class FakeLinter:
    """Takes each line for a passage, and skips those with `>`. `BUG` and `INTERRUPT` in a text do what they say."""

    opened = 0

    @classmethod
    def open(cls, settings, warn=None, *, models=None, cache=None):
        cls.opened += 1
        return cls(settings)

    def __init__(self, settings):
        self.settings = settings

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None

    def close(self):
        return None

    def expect(self, document: Document) -> None:
        return None

    def check(self, document: Document, enabled=None, left=lambda review: review) -> Review:
        if "BUG" in document.text:
            raise RuntimeError("not foreseen")
        if "INTERRUPT" in document.text:
            raise KeyboardInterrupt
        findings, skipped = [], []
        for line in re.finditer(r"[^\r\n]+", document.text):
            span = Span(*line.span())
            if line[0].startswith(">") and not self.settings.include_quotes:
                skipped.append(Skipped(span, "block quote"))
            elif (word := re.search("|".join(WORDS), line[0])) is not None:
                findings += self._finding(document.text, span, Span(span.start + word.start(), span.start + word.end()))
        return left(Review(document, tuple(findings), tuple(skipped)))

    def _finding(self, text: str, span: Span, mark: Span) -> list[Finding]:
        categories, probability, new, safety = WORDS[text[mark.start : mark.end]]
        if probability < (self.settings.threshold or 0.5):
            return []
        rewrite = None
        if new is not None:
            rewritten = text[span.start : mark.start] + new + text[mark.end : span.end]
            rewrite = Rewrite(rewritten, (Edit(mark, new),), safety)
        return [Finding(span, categories, probability, (mark,), f"about {text[mark.start : mark.end]}", rewrite)]


def install() -> ModuleType:
    """Put the stand-in where the command line looks for the linter."""
    module = ModuleType("srlint.linter")
    module.Linter = FakeLinter
    sys.modules["srlint.linter"] = module
    return module
