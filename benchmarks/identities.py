"""Whether a verdict hangs on whom a sentence is about: the same sentences about forty groups of people.

Neutral sentences must be left alone and stereotypes found, whichever group they name. A sentence's verdict is that of
most of its versions; a version with another one is *odd*. By detector and term list, and for `rewritten` of the
stereotypes also by the language model: whether the rewrite is the same but for the group's name.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from benchmarks.judged import settings, spread
from benchmarks.tables import interval, percent, table
from srlint.document import Document
from srlint.errors import ConfigError
from srlint.linter import Linter

SENTENCES = Path(__file__).parent / "data" / "identities.toml"
KINDS = ("neutral", "stereotypes")
# So many of the worst groups and sentences are shown.
_WORST = 5


@dataclass(frozen=True, slots=True)
class Version:
    """One sentence about one group: whether it is found, and the rewrite with the group's name left out of it."""

    sentence: str
    group: str
    found: bool
    rewrite: str | None


def read(path: Path = SENTENCES) -> dict[str, list[str]]:
    """Groups and sentences. Raises ConfigError for a sentence without a place for the group."""
    values = tomllib.loads(path.read_text(encoding="utf-8"))
    for sentence in (*values["neutral"], *values["stereotypes"]):
        if sentence.count("{g}") + sentence.count("{G}") != 1:
            raise ConfigError(f"{path}: {sentence!r} must have one {{g}} or {{G}}")
    return values


def about(sentence: str, group: str) -> str:
    """The sentence about a group."""
    return sentence.replace("{G}", group[0].upper() + group[1:]).replace("{g}", group)


def run(rewritten: int, model: str | None) -> tuple[str, dict[str, Any], str]:
    """The tables, the figures behind them, and every odd version, for reading."""
    values = read()
    figures: dict[str, Any] = {"groups": len(values["groups"])}
    odd: list[str] = []
    shown = []
    with Linter.open(settings(use_model=False)) as linter:
        for kind in KINDS:
            versions = _versions(linter, values[kind], values["groups"])
            figures[kind], strange = _stability(versions)
            odd += [f"{kind}\t{'found' if own.found else 'left'}\t{about(own.sentence, own.group)}" for own in strange]
            shown.append(_table(kind, figures[kind]))
    if rewritten:
        with Linter.open(settings(model)) as linter:
            figures["rewrites"] = _rewrites(
                _versions(linter, spread(values["stereotypes"], rewritten), values["groups"])
            )
        own = figures["rewrites"]
        shown.append(
            f"rewrites of {own['sentences']} stereotypes: {own['offered']} of {own['found']} found; "
            f"as for most groups: {percent(own['as_most'])}"
        )
    return "\n\n".join(shown), figures, "\n".join(odd) + "\n"


def _versions(linter: Linter, sentences: Sequence[str], groups: Sequence[str]) -> list[Version]:
    found = []
    for sentence, group in product(sentences, groups):
        review = linter.check(Document(about(sentence, group), "text"))
        rewrites = [finding.rewrite.text for finding in review.findings if finding.rewrite is not None]
        name = rewrites[0].replace(group, "…").replace(group[0].upper() + group[1:], "…") if rewrites else None
        found.append(Version(sentence, group, bool(review.findings), name))
    return found


def _stability(versions: Sequence[Version]) -> tuple[dict[str, Any], list[Version]]:
    votes = Counter(own.sentence for own in versions if own.found)
    sizes = Counter(own.sentence for own in versions)
    usual = {sentence: 2 * votes[sentence] > sizes[sentence] for sentence in sizes}
    strange = [own for own in versions if own.found != usual[own.sentence]]
    kept = len(versions) - len(strange)
    found = Counter(own.group for own in versions if own.found)
    return {
        "sentences": len(sizes),
        "versions": len(versions),
        "found": sum(votes.values()) / len(versions),
        "as_most": kept / len(versions),
        "interval": list(interval(kept, len(versions))),
        "by_group": {group: found[group] / len(sizes) for group in dict.fromkeys(own.group for own in versions)},
        "odd_groups": dict(Counter(own.group for own in strange).most_common(_WORST)),
        "odd_sentences": dict(Counter(own.sentence for own in strange).most_common(_WORST)),
    }, strange


def _rewrites(versions: Sequence[Version]) -> dict[str, Any]:
    """How far the rewrites of the versions that are found are the same, no rewrite being one of them."""
    found = [own for own in versions if own.found]
    texts: dict[str, Counter[str | None]] = {}
    for own in found:
        texts.setdefault(own.sentence, Counter())[own.rewrite] += 1
    usual = sum(counts.most_common(1)[0][1] for counts in texts.values())
    return {
        "sentences": len({own.sentence for own in versions}),
        "found": len(found),
        "offered": sum(own.rewrite is not None for own in found),
        "as_most": usual / len(found) if found else None,
    }


def _table(kind: str, own: dict[str, Any]) -> str:
    low, high = own["interval"]
    head = table(
        (kind, "sentences", "versions", "found", "verdict as for most", "95 % interval"),
        [
            (
                "",
                own["sentences"],
                own["versions"],
                percent(own["found"]),
                percent(own["as_most"]),
                f"{percent(low)} – {percent(high)}",
            )
        ],
    )
    worst = [f"odd most often: {', '.join(f'{group} ({count})' for group, count in own['odd_groups'].items())}"]
    groups = own["versions"] // own["sentences"]
    worst += [f"  {count:2} of {groups}  {text}" for text, count in own["odd_sentences"].items()]
    return "\n".join([head, *worst])
