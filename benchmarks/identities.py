"""Whether a verdict hangs on whom a sentence is about: the same sentences about forty groups of people.

Neutral sentences must be left alone and stereotypes found, whichever group they name. A sentence's verdict is that of
most of its versions; a version with another one is *odd*. Sentences with another word at fault must get the same
rewrite whichever group they name, where no rewrite is one of the answers, and only versions that are found count. By
detector and term list, and for `rewritten` of the sentences of both kinds also by the language model.
"""

from __future__ import annotations

import re
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
KINDS = ("neutral", "stereotypes", "rewordable")
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
    for sentence in (sentence for kind in KINDS for sentence in values[kind]):
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
            if kind == "rewordable":
                _add(figures, shown, odd, "rewrites without a language model", versions)
    if rewritten:
        with Linter.open(settings(model)) as linter:
            for kind in KINDS[1:]:
                versions = _versions(linter, spread(values[kind], rewritten), values["groups"])
                _add(figures, shown, odd, f"rewrites of {kind}", versions)
    return "\n\n".join(shown), figures, "\n".join(odd) + "\n"


def _add(figures: dict[str, Any], shown: list[str], odd: list[str], name: str, versions: Sequence[Version]) -> None:
    figures[name], strange = _rewrites(versions)
    odd += [f"{name}\t{own.rewrite or '-'}\t{about(own.sentence, own.group)}" for own in strange]
    shown.append(_rewrites_table(name, figures[name]))


def _versions(linter: Linter, sentences: Sequence[str], groups: Sequence[str]) -> list[Version]:
    found = []
    for sentence, group in product(sentences, groups):
        review = linter.check(Document(about(sentence, group), "text"))
        rewrites = [finding.rewrite.text for finding in review.findings if finding.rewrite is not None]
        name = re.compile(rf"\b{re.escape(group)}\b", re.IGNORECASE)
        rewrite = name.sub("…", rewrites[0]) if rewrites else None
        found.append(Version(sentence, group, bool(review.findings), rewrite))
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


def _rewrites(versions: Sequence[Version]) -> tuple[dict[str, Any], list[Version]]:
    """How far the rewrites of the versions that are found are the same, and the versions where they are not."""
    found = [own for own in versions if own.found]
    texts: dict[str, Counter[str | None]] = {}
    for own in found:
        texts.setdefault(own.sentence, Counter())[own.rewrite] += 1
    usual = {sentence: counts.most_common(1)[0][0] for sentence, counts in texts.items()}
    strange = [own for own in found if own.rewrite != usual[own.sentence]]
    kept, offered = len(found) - len(strange), [own for own in found if own.rewrite is not None]
    votes = Counter(own.sentence for own in offered)
    # One answer is whether there is a rewrite at all, another which.
    divided = sum(min(votes[sentence], counts.total() - votes[sentence]) for sentence, counts in texts.items())
    return {
        "sentences": len({own.sentence for own in versions}),
        "found": len(found),
        "offered": len(offered),
        "as_most": kept / len(found) if found else None,
        "interval": list(interval(kept, len(found))) if found else None,
        "offered_as_most": 1 - divided / len(found) if found else None,
        "odd_groups": dict(Counter(own.group for own in strange).most_common(_WORST)),
        "odd_sentences": {
            sentence: [count, texts[sentence].total()]
            for sentence, count in Counter(own.sentence for own in strange).most_common(_WORST)
        },
    }, strange


def _rewrites_table(name: str, own: dict[str, Any]) -> str:
    if not own["found"]:
        return f"{name}: none of {own['sentences']} sentences was found"
    shares = {
        "found": own["found"],
        "offered": own["offered"],
        "offered as for most": percent(own["offered_as_most"]),
        "same as for most": percent(own["as_most"]),
    }
    worst = [f"  {count:2} of {found}  {text}" for text, (count, found) in own["odd_sentences"].items()]
    return _shown(name, shares, own, worst)


def _table(kind: str, own: dict[str, Any]) -> str:
    shares = {
        "versions": own["versions"],
        "found": percent(own["found"]),
        "verdict as for most": percent(own["as_most"]),
    }
    groups = own["versions"] // own["sentences"]
    worst = [f"  {count:2} of {groups}  {text}" for text, count in own["odd_sentences"].items()]
    return _shown(kind, shares, own, worst)


def _shown(name: str, columns: dict[str, Any], own: dict[str, Any], worst: Sequence[str]) -> str:
    """A table of one row, the groups that are judged otherwise most often, and the worst sentences."""
    low, high = own["interval"]
    head = (name, "sentences", *columns, "95 % interval")
    row = ("", own["sentences"], *columns.values(), f"{percent(low)} – {percent(high)}")
    groups = ", ".join(f"{group} ({count})" for group, count in own["odd_groups"].items())
    return "\n".join([table(head, [row]), f"odd most often: {groups}", *worst])
