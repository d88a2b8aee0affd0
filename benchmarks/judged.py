"""One passage at a time through the linter itself, as a small document in which only the passage counts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from finetune import dataset
from finetune.dataset import Row
from srlint import candidates
from srlint.candidates import Flagged, Proposal, Tools
from srlint.config import Settings
from srlint.document import Document
from srlint.edits import apply
from srlint.errors import ConfigError
from srlint.findings import Edit, Finding
from srlint.linter import Linter
from srlint.passages import passages

Item = TypeVar("Item")

# Passages that were written to the policy by others, who had not seen ours: no model learns from them.
_INDEPENDENT = Path(__file__).with_name("data") / "independent"
OTHERS = {f"independent-{part}": _INDEPENDENT / part for part in ("dev", "test")}
# Flagged ones alone, each with one wording to mend.
WORDS = {f"independent-{part}": _INDEPENDENT / part for part in ("words", "words-test")}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the linter said of a passage. `probability` is 0 for one that it did not judge; `source` is with markup.

    `rewritten` is the passage's source after every rewrite offered in it, None without any; `origins` are where those
    came from.
    """

    source: str
    probability: float
    findings: tuple[Finding, ...]
    rewritten: str | None
    origins: tuple[str, ...]


def settings(model: str | None = None, use_model: bool = True) -> Settings:
    """The shipped defaults, without a cache."""
    return Settings(model=model, use_model=use_model, use_cache=False)


def labelled(data: Path) -> dict[str, list[Row]]:
    """Our rows by split, and under the names of OTHERS and WORDS those of people who had not seen ours.

    Raises ConfigError for a folder without rows, or a row that is none.
    """
    found = dataset.load(data)
    for name, folder in (OTHERS | WORDS).items():
        found[name] = [row for path in _files(folder) for row in dataset.read_rows(path)]
    return found


def _files(folder: Path) -> list[Path]:
    if found := sorted(folder.glob("*.jsonl")):
        return found
    raise ConfigError(f"{folder}: no .jsonl file with passages")


def sources(folder: Path = dataset.DATA) -> dict[str, tuple[str, str]]:
    """Sentence before and text of all rows by id, as written: with markup. Raises ConfigError for an empty folder."""
    found = {}
    for path in (path for own in (folder, *OTHERS.values(), *WORDS.values()) for path in _files(own)):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            found[row["id"]] = (row["before"], row["text"])
    return found


def spread(items: Sequence[Item], limit: int | None) -> list[Item]:
    """At most `limit` of the items, evenly from all of them: neighbours are variants of one passage."""
    if limit is None or limit >= len(items):
        return list(items)
    return [items[place * len(items) // limit] for place in range(limit)]


@contextmanager
def watched() -> Iterator[dict[tuple[str, str], Proposal]]:
    """Collects what the linter chooses for each (text, before) while the block runs. It changes no choice."""
    chosen: dict[tuple[str, str], Proposal] = {}
    best: Callable[..., Proposal | None] = candidates.best

    def noting(flagged: Flagged, tools: Tools) -> Proposal | None:
        proposal = best(flagged, tools)
        if proposal is not None:
            chosen[flagged.text, flagged.before] = proposal
        return proposal

    candidates.best = noting
    try:
        yield chosen
    finally:
        candidates.best = best


def judge(linter: Linter, before: str, text: str, syntax: str, chosen: dict[tuple[str, str], Proposal]) -> Outcome:
    """The linter's word on `text` behind `before`, as a sentence of one paragraph where it can be one, else below it.
    `chosen` is from `watched`.
    """
    for head in (f"{before} ", f"{before}\n\n") if before else ("",):
        document = Document(f"{head}{text}\n", syntax)
        found = [passage for passage in passages(document)[0] if passage.span.start >= len(head)]
        if found and found[0].text[:1] == text[:1] and found[0].before.strip() == before.strip():
            break
    review = linter.check(document)
    # A review tells of findings only; the probabilities of the others are in the verdicts, which it has just made.
    verdicts = linter.verdicts(document, found)
    findings = tuple(finding for finding in review.findings if finding.span.start >= len(head))
    spans = {finding.span for finding in findings if finding.rewrite is not None}
    edits = [edit for finding in findings if finding.rewrite is not None for edit in finding.rewrite.edits]
    return Outcome(
        source=text,
        probability=max((verdict.probability for verdict in verdicts), default=0.0),
        findings=findings,
        rewritten=apply(document.text, edits)[len(head) : -1] if edits else None,
        origins=tuple(chosen[passage.text, passage.before].origin for passage in found if passage.span in spans),
    )


def with_rewrite(document: Document, finding: Finding) -> str | None:
    """The passage as it stands in the file, changed words in brackets: `[-old-]{+new+}`; None without a rewrite."""
    if finding.rewrite is None:
        return None
    shown = [
        Edit(edit.span, _change(document.text[edit.span.start : edit.span.end], edit.text))
        for edit in finding.rewrite.edits
    ]
    longer = apply(document.text, shown)
    return longer[finding.span.start : len(longer) - (len(document.text) - finding.span.end)]


def _change(old: str, new: str) -> str:
    return (f"[-{old}-]" if old else "") + (f"{{+{new}+}}" if new else "")
