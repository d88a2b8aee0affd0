"""What the outputs are given: the outcome for each document, the sum over all, and the line that ends a report."""

from __future__ import annotations

from dataclasses import dataclass, replace

from srlint.document import Document
from srlint.findings import Finding, Review, Severity

# The reason of a `Skipped` that a person should hear of without asking: silence about it would look like a pass.
FOREIGN = "not English"


@dataclass(frozen=True, slots=True)
class FileReport:
    """One document as a report shows it. `rewritten` passages have changed already, `silenced` ones have got a comment;
    `review` is of the text after that, and `before` the document without those changes."""

    name: str
    review: Review
    rewritten: int = 0
    silenced: int = 0
    before: Document | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over the documents of a run. `files` are those with a finding, now or before it was dealt with; `failed` are
    paths that could not be checked, so that silence about them would mean nothing. `warnings` and `errors` are among
    the `remaining` findings, the others are of severity info; `foreign` are stretches skipped as not English;
    `unanswered` are servers that failed, so that rewrites are missing."""

    checked: int = 0
    failed: int = 0
    files: int = 0
    remaining: int = 0
    rewritten: int = 0
    silenced: int = 0
    safe: int = 0
    unsafe: int = 0
    warnings: int = 0
    errors: int = 0
    foreign: int = 0
    unanswered: int = 0

    @property
    def broken(self) -> bool:
        """Whether the run cannot be trusted."""
        return bool(self.failed or self.unanswered)

    def plus(self, report: FileReport) -> Totals:
        """These totals with one more document."""
        findings = report.review.findings
        safety = [finding.rewrite.safety for finding in findings if finding.rewrite is not None]
        severities = [finding.severity for finding in findings]
        return replace(
            self,
            checked=self.checked + 1,
            files=self.files + bool(findings or report.rewritten or report.silenced),
            remaining=self.remaining + len(findings),
            rewritten=self.rewritten + report.rewritten,
            silenced=self.silenced + report.silenced,
            safe=self.safe + safety.count("safe"),
            unsafe=self.unsafe + safety.count("unsafe"),
            warnings=self.warnings + severities.count("warning"),
            errors=self.errors + severities.count("error"),
            foreign=self.foreign + sum(skipped.reason == FOREIGN for skipped in report.review.skipped),
        )

    def accepted(self) -> Totals:
        """These totals once all that remains has been accepted."""
        return replace(self, remaining=0, safe=0, unsafe=0, warnings=0, errors=0)

    def at_least(self, level: Severity) -> int:
        """How many of the remaining findings are at or above `level`."""
        return {"info": self.remaining, "warning": self.warnings + self.errors, "error": self.errors}[level]


@dataclass(frozen=True, slots=True)
class View:
    """How a report is shown. `unsafe`: unsafe rewrites count as applicable; `summary`: end with a line that sums up."""

    color: bool = False
    unsafe: bool = False
    summary: bool = True

    def applies(self, finding: Finding) -> bool:
        """Whether the fix command that goes with this view would rewrite the passage."""
        return finding.rewrite is not None and (self.unsafe or finding.rewrite.safety == "safe")


def status(totals: Totals, *, diff: bool = False, fail_level: Severity = "info") -> int:
    """The exit status: 2 after a failure; 1 for findings that remain and are at or above `fail_level` (`diff`: for a
    diff that is not empty); or 0."""
    if totals.broken:
        return 2
    return 1 if (totals.rewritten if diff else totals.at_least(fail_level)) else 0


def counted(number: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def summary(totals: Totals, view: View) -> str:
    """The last line of a report."""
    found = totals.remaining + totals.rewritten + totals.silenced
    if not found:
        return _nothing(totals)
    line = f"Found {counted(found, 'passage')} in {counted(totals.files, 'file')}"
    details = []
    dealt_with = [(totals.rewritten, "rewritten"), (totals.silenced, "silenced by a comment")]
    told = [f"{number} {how}" for number, how in dealt_with if number]
    if told:
        details.append(", ".join((*told, f"{totals.remaining} remaining")))
    if totals.safe or totals.unsafe:
        details.append(_offer(totals, view))
    return (f"{line} ({'; '.join(details)})." if details else f"{line}.") + _unchecked(totals)


def diff_summary(totals: Totals) -> str:
    """The line that goes with a diff: what it would change, and what it leaves."""
    if not totals.remaining and not totals.rewritten:
        return _nothing(totals)
    line = f"Would rewrite {counted(totals.rewritten, 'passage')} in {counted(totals.files, 'file')}"
    if not totals.rewritten:
        line = "No rewrite to apply"
    if totals.unsafe:
        line += f"; {totals.unsafe} more with --unsafe-fixes"
    own_words = totals.remaining - totals.safe - totals.unsafe
    if own_words:
        line += f"; {counted(own_words, 'passage')} without a rewrite, see the report"
    return f"{line}." + _unchecked(totals)


def failures(totals: Totals) -> str:
    """`2 paths could not be checked.` and the like, or nothing: for formats that have a place for it."""
    paths, servers = counted(totals.failed, "path"), counted(totals.unanswered, "server")
    told = ((totals.failed, f"{paths} could not be checked."), (totals.unanswered, f"{servers} failed."))
    return " ".join(sentence for number, sentence in told if number)


def _nothing(totals: Totals) -> str:
    line = f"Nothing to report in {counted(totals.checked, 'file')}." if totals.checked else "No file was checked."
    return line + _unchecked(totals)


def _unchecked(totals: Totals) -> str:
    return "".join(f" {sentence}" for sentence in (_foreign(totals.foreign), failures(totals)) if sentence)


def _foreign(number: int) -> str:
    if not number:
        return ""
    were = "that is not English was" if number == 1 else "that are not English were"
    return f"{counted(number, 'paragraph')} {were} skipped."


def _offer(totals: Totals, view: View) -> str:
    rewrites = counted(totals.safe + totals.unsafe, "rewrite")
    if view.unsafe:
        command = "--fix --unsafe-fixes" if totals.unsafe else "--fix"
    else:
        command = " / ".join(
            option for option, count in (("--fix", totals.safe), ("--unsafe-fixes", totals.unsafe)) if count
        )
    return f"{rewrites}: {totals.safe} safe, {totals.unsafe} unsafe; apply with {command}"
