"""Whole documents in which others hid passages to be found, and innocent look-alikes: what srlint finds and offers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, astuple, dataclass
from pathlib import Path
from typing import Any

import click

from benchmarks.judged import settings, spread
from benchmarks.tables import table
from srlint import files
from srlint.document import Document, Span
from srlint.errors import ConfigError
from srlint.findings import Finding
from srlint.linter import Linter
from srlint.passages import passages

FOLDER = Path(__file__).with_name("data") / "annotated"
# Markup that the annotated texts do without; what a link shows stays.
_MARKUP = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])|<[^>]+>|[*_`]")


@dataclass(frozen=True, slots=True)
class Hidden:
    """A passage that the writer of a document speaks of: where it stands, whether it is at fault, and its rewrites."""

    text: str
    span: Span
    flagged: bool
    rewrites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """Passages of one document: at fault, found, with a rewrite by the writer, of these offered one, one like that;
    innocent look-alikes and those reported; all other passages and those reported.
    """

    flagged: int
    found: int
    mendable: int
    offered: int
    same: int
    alike: int
    alike_reported: int
    others: int
    others_reported: int


def run(split: str, model: str | None, use_model: bool, limit: int | None) -> tuple[str, dict[str, Any], str]:
    """The table, the figures, and what was missed or reported wrongly. Raises ModelError, ConfigError."""
    read = spread(list(documents(FOLDER / split)), limit)
    rows: dict[str, Counted] = {}
    listed: list[str] = []
    with (
        Linter.open(settings(model, use_model)) as linter,
        click.progressbar(read, label=f"{len(read)} documents", file=click.get_text_stream("stderr")) as bar,
    ):
        for name, document, hidden in bar:
            found = linter.check(document).findings
            rows[name] = counted(document, hidden, found)
            listed += [f"{name}: {line}" for line in wrong(document, hidden, found)]
    figures = {"documents": {name: _record(row) for name, row in rows.items()}, "all": _record(summed(rows.values()))}
    return _table(figures), figures, "".join(line + "\n" for line in listed)


def documents(folder: Path) -> Iterator[tuple[str, Document, list[Hidden]]]:
    """Name, document and annotations of each. Raises ConfigError for an annotation whose stretch is not there once."""
    for target in files.find([str(folder)])[0]:
        notes = Path(f"{target.path}.jsonl")
        if not notes.is_file():
            continue
        document = Document.from_bytes(files.read(target.path), target.syntax)
        hidden = [_placed(json.loads(line), document.text, notes) for line in notes.read_text("utf-8").splitlines()]
        yield Path(target.path).name, document, hidden


def _placed(note: dict[str, Any], text: str, path: Path) -> Hidden:
    source = note["source"]
    if text.count(source) != 1:
        raise ConfigError(f"{path}: {source!r} must stand in the document once")
    at = text.index(source)
    fault = note.get("span", "")
    place = Span(at + source.index(fault), at + source.index(fault) + len(fault)) if fault in source and fault else None
    rewrites = tuple(note.get("rewrites", ()))
    return Hidden(note["text"], place or Span(at, at + len(source)), note["label"] == "flag", rewrites)


def _touching(hidden: Hidden, found: Sequence[Finding]) -> list[Finding]:
    return [one for one in found if one.span.start < hidden.span.end and hidden.span.start < one.span.end]


def _touching_none(hidden: Sequence[Hidden], found: Sequence[Finding]) -> list[Finding]:
    return [one for one in found if not any(_touching(passage, [one]) for passage in hidden)]


def counted(document: Document, hidden: Sequence[Hidden], found: Sequence[Finding]) -> Counted:
    """The counts of one document. A finding that touches a flagged passage counts for that alone."""
    flagged = [one for one in hidden if one.flagged]
    alike = [one for one in hidden if not one.flagged]
    right = [(one, _touching(one, found)) for one in flagged]
    others = _touching_none(flagged, found)
    reported = [one for one in alike if _touching(one, others)]
    offers = [(one, touching[0]) for one, touching in right if one.rewrites and touching and touching[0].rewrite]
    return Counted(
        flagged=len(flagged),
        found=sum(bool(touching) for _, touching in right),
        mendable=sum(bool(one.rewrites) for one in flagged),
        offered=len(offers),
        same=sum(_bare(finding.rewrite.text) in map(_bare, one.rewrites) for one, finding in offers),
        alike=len(alike),
        alike_reported=len(reported),
        others=max(0, len(passages(document).passages) - len(hidden)),
        others_reported=len(_touching_none(alike, others)),
    )


def wrong(document: Document, hidden: Sequence[Hidden], found: Sequence[Finding]) -> Iterator[str]:
    """What was missed, and what was reported though it is innocent, a line each."""
    flagged = [one for one in hidden if one.flagged]
    for one in flagged:
        if not _touching(one, found):
            yield f"missed: {one.text}"
    for finding in _touching_none(flagged, found):
        yield f"reported: {' '.join(document.text[finding.span.start : finding.span.end].split())}"


def _bare(text: str) -> str:
    return " ".join(_MARKUP.sub(lambda mark: mark[1] or "", text).split())


def summed(rows: Iterable[Counted]) -> Counted:
    """The counts of several documents in one."""
    return Counted(*map(sum, zip(*map(astuple, rows), strict=True)))


def _record(row: Counted) -> dict[str, Any]:
    reported = row.found + row.alike_reported + row.others_reported
    precision = row.found / reported if reported else 0.0
    recall = row.found / row.flagged if row.flagged else 0.0
    f1 = 2 * row.found / (reported + row.flagged) if row.flagged else 0.0
    return asdict(row) | {"precision": precision, "recall": recall, "f1": f1}


def _table(figures: dict[str, Any]) -> str:
    head = ["", "at fault", "found", "look-alikes reported", "others reported", "precision / recall / F1", "rewrites"]
    rows = []
    for name, row in (*figures["documents"].items(), ("all", figures["all"])):
        rows.append(
            [
                name,
                str(row["flagged"]),
                str(row["found"]),
                f"{row['alike_reported']} of {row['alike']}",
                f"{row['others_reported']} of {row['others']}",
                " / ".join(f"{row[name]:.3f}" for name in ("precision", "recall", "f1")),
                f"{row['offered']} of {row['mendable']}, {row['same']} as the writer's",
            ]
        )
    return table(head, rows)
