"""Findings as the editor shows them: where, how bad, why, and the rewrites for whoever wants to apply one."""

from __future__ import annotations

from typing import Any

from lsprotocol.types import Diagnostic, DiagnosticSeverity, Range

from srlint.document import Span
from srlint.findings import Finding, Rewrite, Severity
from srlint.lsp.buffers import Buffer
from srlint.output.escape import printable

SOURCE = "srlint"
_LEVELS: dict[Severity, DiagnosticSeverity] = {
    "error": DiagnosticSeverity.Error,
    "warning": DiagnosticSeverity.Warning,
    "info": DiagnosticSeverity.Information,
}


def diagnostic(buffer: Buffer, finding: Finding) -> Diagnostic:
    """One finding of a buffer. Its `data` holds every rewrite as edits of the text in the version that it names."""
    return Diagnostic(
        range=buffer.range(shown(finding)),
        message=printable(finding.message),
        severity=_LEVELS[finding.severity],
        code=finding.categories[0],
        source=SOURCE,
        data={
            "version": buffer.version,
            "categories": list(finding.categories),
            "probability": round(finding.probability, 4),
            "passage": _plain(buffer.range(finding.span)),
            "rewrites": [_rewrite(buffer, rewrite) for rewrite in rewrites(finding)],
        },
    )


def shown(finding: Finding) -> Span:
    """What to underline: from the first of the words at fault to the last, or the passage where there are none."""
    if not finding.marks:
        return finding.span
    return Span(min(mark.start for mark in finding.marks), max(mark.end for mark in finding.marks))


def rewrites(finding: Finding) -> tuple[Rewrite, ...]:
    """All that are offered, the best first."""
    return (finding.rewrite, *finding.others) if finding.rewrite is not None else ()


def _rewrite(buffer: Buffer, rewrite: Rewrite) -> dict[str, Any]:
    edits = [{"range": _plain(buffer.range(edit.span)), "newText": edit.text} for edit in rewrite.edits]
    return {"text": rewrite.text, "safety": rewrite.safety, "edits": edits}


def _plain(where: Range) -> dict[str, Any]:
    return {
        side: {"line": at.line, "character": at.character} for side, at in (("start", where.start), ("end", where.end))
    }
