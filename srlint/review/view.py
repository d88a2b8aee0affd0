"""How a finding is shown: its place, the passage and its rewrites between their neighbours, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from srlint.document import Span
from srlint.edits import diff
from srlint.findings import MOST_OTHERS, Finding
from srlint.output.advice import own_words
from srlint.output.escape import printable, shown_name
from srlint.review.screen import Piece, Screen, of_text
from srlint.review.state import FileState

# Characters: of a neighbouring sentence, and of a stretch in which nothing changes.
_CONTEXT, _SAME = 160, 120


@dataclass(frozen=True, slots=True)
class Option:
    """A rewrite that can be chosen: the passage's source after it. Of one that is not `sure` the person is told."""

    text: str
    sure: bool = True


def options(state: FileState, finding: Finding) -> list[Option]:
    """The rewrites to choose from, the best first: those that were found, and the last of those asked for."""
    found = [Option(one.text) for one in (finding.rewrite, *finding.others) if one is not None]
    source = state.source(finding.span)
    asked = [Option(text, sure=False) for passage, text in state.more if passage == source]
    if len(found) + len(asked) <= MOST_OTHERS + 1:
        return [*found, *asked]
    return [*found, *asked][:MOST_OTHERS] + asked[-1:]


def show(screen: Screen, state: FileState, finding: Finding, progress: str) -> None:
    """Prints all there is to know of a finding before somebody decides."""
    position = state.document.position(finding.span.start)
    screen.line(("", "text"))
    screen.line(
        (f"{shown_name(state.target.name)}:{position.line}:{position.column}", "place"),
        (f"  {', '.join(finding.categories)}", "category"),
        (f"  {finding.probability:.2f}", "text"),
        (f"  {progress}", "faint"),
    )
    before, after = neighbours(state, finding)
    chosen = options(state, finding)
    if screen.plain:
        _show_plainly(screen, state, finding, chosen, before, after)
    else:
        _show_neighbour(screen, "Before: ", before)
        _show_changes(screen, state.source(finding.span), _marked(state, finding), chosen)
        _show_neighbour(screen, "After: ", after)
    screen.line(("why: ", "faint"), (printable(finding.message), "faint"), lead="  ")
    advice = own_words(state.document, finding) if not chosen else ""
    if advice:
        screen.line((advice, "faint"), lead="  ")
    if chosen and not chosen[0].sure:
        screen.line(("srlint is less sure that this rewrite keeps the meaning", "warning"), lead="  ")


def _show_changes(screen: Screen, source: str, marked: Sequence[Piece], chosen: Sequence[Option]) -> None:
    if not chosen:
        screen.line(*marked, lead="  ")
        return
    old, new = changes(source, chosen[0].text)
    screen.line(*old, lead="- ")
    screen.line(*new, lead="+ ")
    for number, option in enumerate(chosen[1:], 2):
        doubt = "" if option.sure else " (less sure)"
        screen.line(*changes(source, option.text)[1], (doubt, "faint"), lead=f"{number} ")


def _show_neighbour(screen: Screen, name: str, pieces: Sequence[Piece]) -> None:
    if pieces:
        screen.line(*pieces, lead=name if screen.plain else "  ")


def _show_plainly(
    screen: Screen,
    state: FileState,
    finding: Finding,
    chosen: Sequence[Option],
    before: Sequence[Piece],
    after: Sequence[Piece],
) -> None:
    """In words, as signs around changes are hard to follow when a program reads them aloud."""
    source = state.source(finding.span)
    _show_neighbour(screen, "Before: ", before)
    screen.line(*of_text(source, "text"), lead="Passage: ")
    _show_neighbour(screen, "After: ", after)
    for number, option in enumerate(chosen, 1):
        name = "Rewrite" if len(chosen) == 1 else f"Rewrite {number}"
        doubt = "" if option.sure else ", less sure"
        screen.line(*of_text(option.text, "text"), lead=f"{name}{doubt}: ")
        told = [_told(source[edit.span.start : edit.span.end], edit.text) for edit in diff(source, option.text)]
        screen.line(("; ".join(told), "text"), lead="  Changes: ")


def _told(old: str, new: str) -> str:
    old, new = printable(old).strip(), printable(new).strip()
    if not old:
        return f"“{new}” is added"
    return f"“{old}” becomes “{new}”" if new else f"“{old}” is left out"


def changes(source: str, text: str) -> tuple[list[Piece], list[Piece]]:
    """The passage with what goes marked in it, and its rewrite with what comes; long stretches that stay are cut."""
    old: list[Piece] = []
    new: list[Piece] = []
    done = 0
    edits = diff(source, text)
    for edit in edits:
        kept = shortened(source[done : edit.span.start], begins=done == 0)
        old += [*of_text(kept, "text"), *of_text(source[edit.span.start : edit.span.end], "removed")]
        new += [*of_text(kept, "text"), *of_text(edit.text, "added")]
        done = edit.span.end
    rest = of_text(shortened(source[done:], begins=done == 0, ends=True), "text")
    return [*old, *rest], [*new, *rest]


def shortened(text: str, *, begins: bool = False, ends: bool = False) -> str:
    """A stretch without change, cut where it is long: away from the changes beside it."""
    if len(text) <= _SAME or (begins and ends):
        return text
    half = _SAME // 2
    if begins:
        return _tail(text, half)
    return _head(text, half) if ends else f"{_head(text, half)} {_tail(text, half)[2:]}"


def _head(text: str, room: int) -> str:
    """The whole words at the beginning of a text that has more than there is room for."""
    return f"{text[:room].rpartition(' ')[0].rstrip() or text[:room]} …"


def _tail(text: str, room: int) -> str:
    return f"… {text[-room:].partition(' ')[2].lstrip() or text[-room:]}"


def neighbours(state: FileState, finding: Finding) -> tuple[list[Piece], list[Piece]]:
    """The sentence before and the one behind, cut where they are long."""
    spans = [span for span, _ in state.judged.passages]
    if finding.span not in spans:
        return [], []
    at = spans.index(finding.span)
    before = state.source(spans[at - 1]) if at else ""
    after = state.source(spans[at + 1]) if at + 1 < len(spans) else ""
    before = _tail(before, _CONTEXT) if len(before) > _CONTEXT else before
    after = _head(after, _CONTEXT) if len(after) > _CONTEXT else after
    return of_text(before, "faint"), of_text(after, "faint")


def _marked(state: FileState, finding: Finding) -> list[Piece]:
    """The passage with the words at fault marked."""
    pieces: list[Piece] = []
    at = finding.span.start
    for mark in sorted(finding.marks):
        pieces += of_text(state.source(Span(min(at, mark.start), mark.start))[max(0, at - mark.start) :], "text")
        pieces += of_text(state.source(mark), "mark")
        at = max(at, mark.end)
    return [*pieces, *of_text(state.source(Span(at, max(at, finding.span.end))), "text")]
