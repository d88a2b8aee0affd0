"""A stand-in for the models: it finds four words in the real passages of a document."""

from __future__ import annotations

from srlint.document import Document, Span
from srlint.findings import Edit, Finding, Review, Rewrite
from srlint.passages import passages

# word -> category and replacement
WORDS = {"chairman": ("gender", "chair"), "idiots": ("toxicity", None), "elderly": ("age", "older")}


def judged(text: str, syntax: str = "markdown", include_quotes: bool = False) -> Review:
    """The review of a text: a finding for every passage that holds one of the words, whatever its case."""
    document = Document(text, syntax)
    parsed = passages(document, include_quotes)
    findings = []
    for passage in parsed.passages:
        lowered = passage.text.lower()
        words = [word for word in WORDS if word in lowered]
        if not words:
            continue
        categories = tuple(WORDS[word][0] for word in words)
        rewrite = Rewrite("new", (Edit(Span(passage.span.start, passage.span.start), "new"),), "safe")
        message = f"about {words[0]}"
        findings.append(Finding(passage.span, categories, 0.9, (passage.span,), message, rewrite))
    return Review(document, tuple(findings), parsed.skipped, parsed.comments)
