"""From an answer to the next state of a file. Whatever changes the document is judged again first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from srlint.document import Document, Span
from srlint.findings import Edit, Finding
from srlint.review.changes import edited, fresh, objections
from srlint.review.state import Answer, FileState, Judged, Kind
from srlint.suppress.ignores import add_ignores, ignore_everywhere

# Judges a document. Raises DocumentError for one that is no longer a document of its syntax, and ModelError.
Judge = Callable[[Document], Judged]


@dataclass(frozen=True, slots=True)
class Trial:
    """A document after edits for one finding, judged, and what speaks against it."""

    judged: Judged
    edits: tuple[Edit, ...]
    objections: tuple[str, ...]


def tried(state: FileState, finding: Finding, text: str, judge: Judge) -> Trial:
    """The document with the passage replaced by `text`. Raises what `judge` does."""
    return _tried(state, finding, (Edit(finding.span, text),), judge)


def taken(state: FileState, finding: Finding, trial: Trial, kind: Kind) -> FileState:
    """The file with a passage rewritten. What is still flagged in it is settled: the person knows and wants it so."""
    (edit,) = trial.edits
    place = Span(edit.span.start, edit.span.start + len(edit.text))
    kept = [one.span for one in fresh(state, finding, trial.judged, trial.edits)]
    within = tuple(span for span in kept if place.start <= span.start and span.end <= place.end)
    answer = state.answer(kind, finding, edit.text)
    return state.changed(trial.judged, trial.edits).plus(replace(answer, settled=within))


def silenced(state: FileState, finding: Finding, reason: str, judge: Judge, *, everywhere: bool) -> FileState | None:
    """The file with a comment for the finding, or for its categories in all of the file; None where none can stand.

    Raises ConfigError for a reason that cannot stand in a comment, and what `judge` does.
    """
    if everywhere:
        edits = ignore_everywhere(state.judged.review, finding.categories, reason)
    else:
        edits = add_ignores(replace(state.judged.review, findings=(finding,)), reason)
    if not edits:
        return None
    trial = _tried(state, finding, edits, judge)
    gone = max(1, len(state.findings) - len(trial.judged.review.findings))
    answer = state.answer("ignored in file" if everywhere else "ignored", finding, reason, gone)
    return state.changed(trial.judged, edits).plus(replace(answer, settled=()))


def replayed(state: FileState, answers: Sequence[Answer], judge: Judge) -> tuple[FileState, int]:
    """The file after answers of another time, and how many of them no longer fit: their passages have changed.

    A rewrite that meets an objection now is one that does not fit, unless the person wanted it in spite of one then.
    """
    lost = 0
    for answer in answers:
        finding = state.found(answer.text, answer.ordinal)
        after = None if finding is None else _again(state, finding, answer, judge)
        lost += after is None
        state = after or state
    return state, lost


def _again(state: FileState, finding: Finding, answer: Answer, judge: Judge) -> FileState | None:
    if answer.kind in ("accepted", "edited"):
        trial = tried(state, finding, answer.new, judge)
        return None if trial.objections and not answer.settled else taken(state, finding, trial, answer.kind)
    if answer.kind in ("ignored", "ignored in file"):
        return silenced(state, finding, answer.new, judge, everywhere=answer.kind == "ignored in file")
    return state.plus(state.answer(answer.kind, finding, answer.new))


def _tried(state: FileState, finding: Finding, edits: tuple[Edit, ...], judge: Judge) -> Trial:
    judged = judge(edited(state.document, edits))
    return Trial(judged, edits, tuple(objections(state, finding, judged, edits)))
