"""How noisy srlint is on documents nobody annotated: findings per 1,000 words, and a sample of them to be read."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from benchmarks.judged import settings, spread, with_rewrite
from benchmarks.tables import ratio, table
from srlint import files
from srlint.categories import IDS
from srlint.document import Document
from srlint.errors import ConfigError, DocumentError
from srlint.findings import Finding
from srlint.linter import Linter
from srlint.passages import passages


@dataclass(frozen=True, slots=True)
class Found:
    """A finding and the document it stands in."""

    name: str
    document: Document
    finding: Finding


def words(text: str) -> int:
    """Words as `wc -w` counts them, markup and code included: what a reader of the figures can check."""
    return len(text.split())


def run(
    folder: Path, model: str | None, use_model: bool, sample: int, seed: int, limit: int | None
) -> tuple[str, dict[str, Any]]:
    """The table with the sample below it, and the figures. Raises ModelError, and ConfigError without documents."""
    documents = read(folder, limit)
    with (
        Linter.open(settings(model, use_model)) as linter,
        click.progressbar(documents, label=f"{len(documents)} documents", file=click.get_text_stream("stderr")) as bar,
    ):
        found = [Found(name, document, one) for name, document in bar for one in linter.check(document).findings]
    total = sum(words(document.text) for _, document in documents)
    drawn = [_record(item) for item in random.Random(seed).sample(found, min(sample, len(found)))]
    figures = {
        "documents": len(documents),
        "words": total,
        "passages": sum(len(passages(document)[0]) for _, document in documents),
        "all": _counts(found, total),
        "categories": {
            name: _counts([item for item in found if item.finding.categories[0] == name], total) for name in IDS
        },
        "most": Counter(item.name for item in found).most_common(10),
        "sample": drawn,
    }
    heading = f"{len(drawn)} findings drawn with seed {seed}"
    return "\n\n".join((_table(figures), heading, *(_shown(*at) for at in enumerate(drawn, 1)))), figures


def read(folder: Path, limit: int | None) -> list[tuple[str, Document]]:
    """Name and content of the documents under `folder` that can be read. Raises ConfigError when there are none."""
    found = []
    for target in spread(files.find([str(folder)])[0], limit):
        with suppress(DocumentError):
            document = Document.from_bytes(files.read(target.path), target.syntax)
            found.append((os.path.relpath(target.path, folder), document))
    if not found:
        raise ConfigError(f"{folder}: no documents")
    return found


def _counts(found: Sequence[Found], total: int) -> dict[str, Any]:
    rewrites = [item.finding.rewrite for item in found]
    safety = Counter(rewrite.safety for rewrite in rewrites if rewrite is not None)
    per_1000 = ratio(1000 * len(found), total)
    return {
        "findings": len(found),
        "per_1000_words": None if per_1000 is None else round(per_1000, 3),
        "safe": safety["safe"],
        "unsafe": safety["unsafe"],
        "without_rewrite": len(found) - safety.total(),
    }


def _table(figures: dict[str, Any]) -> str:
    keys = ("findings", "per_1000_words", "safe", "unsafe", "without_rewrite")
    groups = {"all": figures["all"], **figures["categories"]}
    rows = [(name, *(own[key] for key in keys)) for name, own in groups.items()]
    title = f"{figures['documents']} documents, {figures['words']} words, {figures['passages']} passages"
    return table((title, "findings", "per 1,000 words", "safe", "unsafe", "no rewrite"), rows)


def _before(item: Found) -> str:
    found = passages(item.document)[0]
    return next((passage.before for passage in found if passage.span == item.finding.span), "")


def _record(item: Found) -> dict[str, Any]:
    finding, text = item.finding, item.document.text
    return {
        "file": item.name,
        "line": item.document.position(finding.span.start).line,
        "categories": finding.categories,
        "probability": round(finding.probability, 3),
        "before": _before(item),
        "text": text[finding.span.start : finding.span.end],
        "marks": [text[mark.start : mark.end] for mark in finding.marks],
        "message": finding.message,
        "rewrite": with_rewrite(item.document, finding),
    }


def _shown(number: int, own: dict[str, Any]) -> str:
    lines = [f"{number}. {own['file']}:{own['line']}  {', '.join(own['categories'])}  {own['probability']}"]
    for label, key in (("before", "before"), ("passage", "text"), ("why", "message"), ("rewrite", "rewrite")):
        if own[key]:
            lines.append(f"   {label + ':':8} {_one_line(own[key])}")
    return "\n".join(lines)


def _one_line(text: str) -> str:
    return " ".join(text.split())
