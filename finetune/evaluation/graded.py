"""One output of one system, graded by the annotators' marks and references. A failure is one in every figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from finetune.evaluation.fluency import Fluency, fluency
from finetune.evaluation.outputs import CLEAN, DECLINED, ECHOED, FAILURES, REWRITTEN, Item, Output, same
from finetune.evaluation.retention import Retained, retention
from finetune.evaluation.wording import chrf, spans_removed

OFF_TOPIC = "off-topic"
# Every way to fail, in the order of the report's columns.
ALL_FAILURES = (*FAILURES, OFF_TOPIC)


@dataclass(frozen=True, slots=True)
class Graded:
    """`failure`: how the answer failed, "" where it did not. `found`: whether it says that the text needs a change.

    `text`: what the system gave as the item's new text, an echo too; None where it gave none. `standing`: what stands
    in the document afterwards: a failure changes nothing. `spans_removed` counts the marks that a rewrite removed.
    `exact` and `chrf` are against the references, None where there is no text or no reference.
    """

    item: Item
    failure: str
    offered: bool
    found: bool
    text: str | None
    standing: str
    retained: Retained | None
    fluency: Fluency | None
    spans_removed: int
    exact: bool | None
    chrf: float | None
    success: bool

    @property
    def left_alone(self) -> bool:
        """Whether the system says that the text is clean, or that no rewrite can keep its point."""
        return not self.failure and not self.offered


def graded(item: Item, output: Output) -> Graded:
    """Grades one output.

    Success: of a flagged item, all marks are gone, the facts are kept and the text is about the same, or, where the
    annotators saw no rewrite either, the system says that there is none; of a clean one, it says that it is clean.
    """
    text = {REWRITTEN: output.text, ECHOED: item.text}.get(output.kind)
    retained = None if text is None else retention(item, text)
    failure = _failure(output, retained)
    offered = output.kind == REWRITTEN and not failure
    removed = spans_removed(item.text, text, item.marks) if offered and text is not None else 0
    well = offered and retained is not None and retained.facts_kept and removed == len(item.marks)
    right = well if item.references else output.kind == DECLINED
    compared = text if item.references else None
    return Graded(
        item=item,
        failure=failure,
        offered=offered,
        found=_found(item, output, failure),
        text=text,
        standing=text if offered and text is not None else item.text,
        retained=retained,
        fluency=fluency(item.text, text) if offered and text is not None else None,
        spans_removed=removed,
        exact=None if compared is None else any(same(compared, reference) for reference in item.references),
        chrf=None if compared is None else chrf(compared, item.references),
        success=right if item.flagged else output.kind == CLEAN,
    )


def _failure(output: Output, retained: Retained | None) -> str:
    if output.kind in FAILURES:
        return output.kind
    return OFF_TOPIC if output.kind == REWRITTEN and retained is not None and retained.off_topic else ""


def _found(item: Item, output: Output, failure: str) -> bool:
    """A failure finds nothing in a flagged text; an echo or another text in the place of a clean one is an alarm."""
    if failure and item.flagged:
        return False
    return output.kind in (REWRITTEN, DECLINED, ECHOED)


def all_graded(items: Sequence[Item], outputs: Sequence[Output]) -> list[Graded]:
    return [graded(item, output) for item, output in zip(items, outputs, strict=True)]
