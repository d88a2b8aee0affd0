"""What of a text a rewrite keeps: its words, its facts, its meaning. No closed judge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from finetune.evaluation.facts import KINDS, Fact, facts
from finetune.evaluation.instruments import Instruments, PairScorer
from finetune.evaluation.outputs import Item
from finetune.evaluation.section import NOT_MEASURED, Cell, Table
from finetune.evaluation.significance import mean
from finetune.evaluation.wording import FUNCTION_WORDS, Word, stay, words

# A text with less than this part of the content words outside the marks, and of those of every reference, is about
# something else.
OFF_TOPIC = 0.2


@dataclass(frozen=True, slots=True)
class Retained:
    """What one text keeps of its source. `kept` of `words`, and `outside_kept` of those that no mark touches.

    A word is kept where it stands in a longest common subsequence. `rouge_l` is the F1 of that subsequence (Lin 2004).
    `facts` has the kinds that the source outside its marks or the text has. `off_topic`: next to nothing is kept.
    """

    words: int
    kept: int
    outside: int
    outside_kept: int
    rouge_l: float
    off_topic: bool
    facts: tuple[Fact, ...]

    @property
    def facts_kept(self) -> bool:
        return not self.off_topic and all(fact.kept for fact in self.facts)

    @property
    def share(self) -> float | None:
        return self.kept / self.words if self.words else None

    @property
    def outside_share(self) -> float | None:
        return self.outside_kept / self.outside if self.outside else None


def retention(item: Item, text: str) -> Retained:
    """What `text` keeps of the item's text, by words and facts."""
    old, new = words(item.text), words(text)
    outside = {at for at, word in enumerate(old) if not word.touches(item.marks)}
    kept = stay(old, new)
    content = _content(old[at] for at in outside)
    own, about = _content(new), [content, *(_content(words(reference)) for reference in item.references)]
    return Retained(
        words=len(old),
        kept=len(kept),
        outside=len(outside),
        outside_kept=len(kept & outside),
        rouge_l=2 * len(kept) / (len(old) + len(new)) if old or new else 0.0,
        off_topic=bool(content) and all((own & it).total() < OFF_TOPIC * it.total() for it in about),
        facts=facts(item, text),
    )


def _content(of: Iterable[Word]) -> Counter[str]:
    return Counter(word.key for word in of if word.key not in FUNCTION_WORDS)


def totals(answers: Sequence[tuple[Retained | None, bool]]) -> dict[str, Any]:
    """Figures of one system: the mean over its answers, each with what it keeps and whether it failed.

    "Of outputs": over texts that were given, echoes among them. "Of answers": over all, where a failure keeps nothing.
    An answer without a text that is no failure does not belong here.
    """
    given = [retained for retained, _ in answers if retained is not None]
    figures: dict[str, Any] = {"answers": len(answers), "outputs": len(given)}
    measures: dict[str, Callable[[Retained], float | None]] = {
        "kept": lambda one: one.share,
        "outside_kept": lambda one: one.outside_share,
        "facts_kept": lambda one: float(one.facts_kept),
        "rouge_l": lambda one: one.rouge_l,
    }
    for name, measure in measures.items():
        figures[name] = mean(measure(one) for one in given)
        figures[f"{name}_of_answers"] = mean(
            0.0 if failed or retained is None else measure(retained) for retained, failed in answers
        )
    by_kind = {name: [fact.kept for one in given for fact in one.facts if fact.kind == name] for name in KINDS}
    figures["facts"] = {name: {"texts": len(kept), "kept": mean(map(float, kept))} for name, kept in by_kind.items()}
    return figures


def meaning(pairs: Sequence[tuple[str, str]], instruments: Instruments) -> dict[str, float | str | None]:
    """Means over (source, text): P(source entails text), P(text entails source), the lesser of both, and cosine."""
    onward = _scored(instruments.entailment, pairs)
    back = _scored(instruments.entailment, [(text, source) for source, text in pairs])
    alike = _scored(instruments.similarity, pairs)
    both = None if onward is None or back is None else list(map(min, onward, back))
    named = {"entails": onward, "entailed": back, "both_ways": both, "similarity": alike}
    return {name: NOT_MEASURED if values is None else mean(values) for name, values in named.items()}


def _scored(scorer: PairScorer | None, pairs: Sequence[tuple[str, str]]) -> list[float] | None:
    if scorer is None:
        return None
    return scorer(pairs) if pairs else []


_COLUMNS = {
    "outputs": "texts",
    "kept": "words kept",
    "outside_kept": "outside marks",
    "outside_kept_of_answers": "outside marks, failures 0",
    "facts_kept": "facts kept",
    "facts_kept_of_answers": "facts kept, failures 0",
    "rouge_l": "ROUGE-L",
}
_MEANING = {
    "entails": "source entails text",
    "entailed": "text entails source",
    "both_ways": "both ways",
    "similarity": "similarity",
}
_NOTE = (
    "Means over the texts that a system gave (rewrites and echoes); “failures 0”: over all its answers but “clean” and"
    " “declined”, where an empty, refused, malformed, echoed or off-topic one keeps nothing."
    " Facts: numbers, names, dates, negations, quantifiers, quotations, code and links outside the annotated marks are"
    " all there, and none has come that neither the source nor a reference has."
)


def tables(title: str, systems: Mapping[str, Mapping[str, Any]]) -> tuple[Table, Table]:
    """What is kept, and the facts by kind, from the `totals` of each system with its `meaning` beside them."""
    labels = _COLUMNS | _MEANING
    kept = tuple((name, *(own[key] for key in labels)) for name, own in systems.items())
    facts: tuple[tuple[Cell, ...], ...] = tuple(
        (name, *(own["facts"][kind]["kept"] for kind in KINDS)) for name, own in systems.items()
    )
    columns = ("system", *labels.values())
    shares = frozenset(columns[2:]) - {"similarity", "ROUGE-L"}
    note = "Of the texts in which there was anything of the kind to keep, or in which something came."
    return (
        Table(title, columns, kept, _NOTE, shares),
        Table(f"{title}: facts by kind", ("system", *KINDS), facts, note, frozenset(KINDS)),
    )
