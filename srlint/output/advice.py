"""What a finding tells its reader to do, in words that every format shares."""

from __future__ import annotations

from srlint.categories import SUPPRESSION
from srlint.document import Document
from srlint.findings import Finding
from srlint.output.escape import printable


def sentence(document: Document, finding: Finding) -> str:
    """Why, and what to do, on one printable line: for formats that show no rewrite of their own."""
    if finding.rewrite is not None:
        advice = f"{finding.rewrite.safety} rewrite: {printable(finding.rewrite.text)}"
    else:
        advice = own_words(document, finding)
    message = printable(finding.message)
    return f"{message}; {advice}" if advice else message


def own_words(document: Document, finding: Finding) -> str:
    """`no rewrite: put it in your own words (the words at fault)`; nothing where there is no passage to reword."""
    # What is found about a comment is no passage, and its message says all there is to do.
    if finding.rewrite is not None or SUPPRESSION in finding.categories:
        return ""
    words = dict.fromkeys(printable(document.text[mark.start : mark.end]) for mark in finding.marks)
    return "no rewrite: put it in your own words" + (f" ({', '.join(words)})" if words else "")
