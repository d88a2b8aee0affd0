"""What a model's answer comes to. It is read to the letter: an answer that the format does not know is malformed."""

from __future__ import annotations

from dataclasses import replace

from finetune.evaluation.outputs import (
    CLEAN,
    DECLINED,
    ECHOED,
    EMPTY,
    MALFORMED,
    REFUSED,
    REWRITTEN,
    Item,
    Output,
    of_text,
    refused,
)
from srlint import prompt
from srlint.categories import IDS


def of_answer(item: Item, answer: str, ended: bool = True) -> Output:
    """The output in an answer of our format (see `srlint.prompt`); white space around it and its lines is let pass.

    `ended` is false for an answer that was cut off. A rewrite must hold each of the passage's placeholders once and in
    order. One that repeats the passage is an echo also of a clean passage: the answer says that it needs to change.
    """
    lines = [line.strip() for line in answer.strip().split("\n")]
    if lines == [""]:
        return Output(EMPTY)
    if refused(answer) and not refused(item.text):
        return Output(REFUSED)
    if not ended:
        return Output(MALFORMED)
    if lines == [prompt.CLEAN]:
        return Output(CLEAN)
    categories = tuple(lines[0].split(", "))
    if len(lines) != 2 or not lines[1] or not set(categories) <= set(IDS) or len(set(categories)) < len(categories):
        return Output(MALFORMED)
    if lines[1] == prompt.NO_REWRITE:
        return Output(DECLINED, categories=categories)
    rewrite = prompt.restored(lines[1], item.text.count(prompt.ATOM))
    # Gaps are how the command asks for words; nobody asked for them here.
    if rewrite is None or (prompt.GAP in rewrite and prompt.GAP not in item.text):
        return Output(MALFORMED)
    output = of_text(replace(item, flagged=True), rewrite)
    return replace(output, categories=categories) if output.kind in (REWRITTEN, ECHOED) else output
