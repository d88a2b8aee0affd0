"""What a system is given, and what it makes of it. The same words for a whole pipeline, a bare model and a file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from srlint.document import Span

# How an answer went. `rewritten` is another text; `clean` says that nothing needs to change; `declined` that something
# is wrong but no rewrite can keep the point. The others are failures: they are counted as such in every table, since a
# judge that reads empty outputs finds them perfectly unbiased.
REWRITTEN, CLEAN, DECLINED = "rewritten", "clean", "declined"
EMPTY, REFUSED, ECHOED, MALFORMED = "empty", "refused", "echoed", "malformed"
KINDS = (REWRITTEN, CLEAN, DECLINED, EMPTY, REFUSED, ECHOED, MALFORMED)
FAILURES = (EMPTY, REFUSED, ECHOED, MALFORMED)

_REFUSAL = re.compile(
    r"\A\W*(?:i['’]?m (?:sorry|unable|not able)|i (?:can(?:not|['’]t)|apologi[sz]e|am (?:sorry|unable|not able))"
    r"|sorry\b|as an? (?:ai|language model|assistant)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Item:
    """One text for a system. `marks` and `references` are the annotators' and reach only systems that say so.

    `flagged` is the annotators' verdict, None where there is none; `group` is what tables are split by.
    """

    id: str
    text: str
    before: str = ""
    marks: tuple[Span, ...] = ()
    references: tuple[str, ...] = ()
    flagged: bool | None = None
    group: str = ""


@dataclass(frozen=True, slots=True)
class Output:
    """What became of an item. `text` is the rewrite, None unless `kind` is REWRITTEN."""

    kind: str
    text: str | None = None
    categories: tuple[str, ...] = ()

    def after(self, item: Item) -> str:
        """What stands in the document afterwards: the rewrite, or the text as it was."""
        return item.text if self.text is None else self.text


class System(Protocol):
    """Something that rewrites texts. `name` heads its column in the report."""

    name: str

    def outputs(self, items: Sequence[Item]) -> list[Output]:
        """One output for each item, in order."""
        ...


def refused(text: str) -> bool:
    """Whether a text opens as a model does that will not answer."""
    return _REFUSAL.match(text) is not None


def same(one: str, other: str) -> bool:
    """Whether two texts differ in nothing but white space and the shape of quotation marks."""
    return _plain(one) == _plain(other)


def _plain(text: str) -> str:
    return " ".join(text.replace("’", "'").replace("‘", "'").replace("“", '"').replace("”", '"').split())


def of_text(item: Item, text: str | None) -> Output:
    """The output of a system that gives a text and says nothing else.

    An unchanged text is an echo; of an item that annotators call clean it is the right answer.
    """
    if text is None or not text.strip():
        return Output(EMPTY)
    if refused(text) and not refused(item.text):
        return Output(REFUSED)
    if same(text, item.text):
        return Output(CLEAN if item.flagged is False else ECHOED)
    return Output(REWRITTEN, " ".join(text.split()))
