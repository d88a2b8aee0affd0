"""Names for findings that stay the same when a document is edited elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from hashlib import sha256

from srlint.baseline import normalised
from srlint.findings import Finding
from srlint.report import FileReport


def fingerprinted(report: FileReport) -> Iterator[tuple[Finding, str]]:
    """Each finding with its fingerprint, different for each finding of one document.

    It is made of the main category and what a baseline knows a passage by, so that neither line moves nor re-wrapping,
    markup or punctuation change it, and ends with `:1`, `:2` … where a document says the same twice.
    """
    seen: Counter[str] = Counter()
    for finding in report.review.findings:
        # Nothing is left of a comment, about which there are findings too.
        passage = normalised(report.review, finding) or _source(report, finding)
        digest = sha256(f"{finding.categories[0]}\0{passage}".encode()).hexdigest()[:32]
        seen[digest] += 1
        yield finding, f"{digest}:{seen[digest]}"


def _source(report: FileReport, finding: Finding) -> str:
    return report.review.document.text[finding.span.start : finding.span.end]
