"""A whole run of the screen: ask the detector, train, choose the cuts on dev, measure, save with a record."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy

from finetune import dataset
from finetune.dataset import Row
from finetune.screening import network
from finetune.screening.passages import Item, Said, asked, passages
from finetune.settings import ScreenRun
from srlint.detector import model_digest
from srlint.screen import Network, Screen
from srlint.terms import TermList
from srlint.tokens import cut, shipped_tokenizer

_TABLE = "model.encoder.embeddings.word_embeddings.weight"
_PARTS = ("_quantized", "_scale", "_zero_point")
_LOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Scored:
    """A passage that no listed term lets through, with what the detector says of it and what the screen does."""

    item: Item
    said: Said
    score: int

    def flagged(self, level: float) -> bool:
        """Whether the detector would flag it at this threshold: with nothing marked it never does."""
        return self.said.marked and self.said.probability >= level


def main(
    run: ScreenRun,
    splits: dict[str, list[Row]],
    corpora: Path,
    detector: Path,
    out: Path,
    log: Callable[[str], None],
    kept: Path | None = None,
) -> dict:
    """Trains on the train split and writes screen.npz and run.json under `out`; returns the record.

    `detector` is the shipped ONNX file, whose table of tokens the network begins with. With a screen that is `kept`,
    only its cuts are chosen anew, on dev, for the detector as it is now. Raises ConfigError, ModelError.
    """
    items = passages(run, splits, corpora)
    if kept is not None:
        items = [item for item in items if item.split != "train"]
        return finish(run, splits, items, asked(items, out / "said.jsonl", log), Screen.load(kept).network, out)
    said = asked(items, out / "said.jsonl", log)
    tokens = [one.own for one in cut(shipped_tokenizer(), [(item.text, "") for item in items])]
    chosen = [at for at, item in enumerate(items) if item.split == "train"]
    probabilities = numpy.array([said[at].probability for at in chosen])
    vectors = network.first_vectors(_table(detector), run.width)
    net = network.train(run, vectors, [tokens[at] for at in chosen], probabilities, log)
    return finish(run, splits, items, said, network.whole(net), out)


def finish(
    run: ScreenRun,
    splits: dict[str, list[Row]],
    items: Sequence[Item],
    said: Sequence[Said],
    screen: Network,
    out: Path,
) -> dict:
    """Chooses the cuts on dev, measures on dev and test, and writes screen.npz and run.json; returns the record."""
    terms = TermList.default()
    places = [at for at, item in enumerate(items) if item.split != "train" and not terms.find(item.text)]
    tokens = [one.own for one in cut(shipped_tokenizer(), [(items[at].text, "") for at in places])]
    scores = screen.scores(tokens).tolist()
    scored = [Scored(items[at], said[at], score) for at, score in zip(places, scores, strict=True)]
    by_split = {name: [one for one in scored if one.item.split == name] for name in ("dev", "test")}
    cuts = {level: _cut(by_split["dev"], level, run.recall) for level in run.levels}
    figures = {name: {str(level): measure(own, level, cuts[level]) for level in cuts} for name, own in by_split.items()}
    made = {"cuts": {str(level): value for level, value in cuts.items()}, "detector": model_digest()}
    made["recall"] = {level: own["recall"] for level, own in figures["test"].items()}
    record = {
        "settings": asdict(run),
        "passages": {name: sum(item.split == name for item in items) for name in dataset.SPLITS},
        "data": {name: {"rows": len(rows), "sha256": dataset.digest(rows)} for name, rows in splits.items()},
        "sentences": hashlib.sha256("\n".join(item.text for item in items).encode()).hexdigest(),
        **made,
        "figures": figures,
    }
    out.mkdir(parents=True, exist_ok=True)
    save(screen, made, out / "screen.npz")
    (out / "run.json").write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return record


def save(screen: Network, made: dict, path: Path) -> None:
    """The file that `srlint.screen.Screen.load` reads."""
    numpy.savez_compressed(
        path,
        tokens=screen.tokens,
        filters=screen.filters,
        bias=screen.bias,
        weights=screen.weights,
        made=numpy.frombuffer(json.dumps(made).encode(), numpy.uint8),
    )


def _table(detector: Path) -> numpy.ndarray:
    """The detector's table of token vectors, in floating point."""
    import onnx

    parts = {one.name: one for one in onnx.load(detector).graph.initializer}
    stored, scale, zero = (onnx.numpy_helper.to_array(parts[_TABLE + part]) for part in _PARTS)
    return (stored.astype(numpy.float32) - zero.astype(numpy.float32)) * scale


def _cut(scored: Sequence[Scored], level: float, recall: float) -> int:
    """The highest score that at least a share `recall` of the flagged texts reach, of ours and of others."""
    kinds: dict[bool, dict[str, int]] = {}
    for one in scored:
        if one.flagged(level):
            kinds.setdefault(one.item.source.startswith("own"), {})[one.item.text] = one.score
    return min(_reached(list(own.values()), recall) for own in kinds.values())


def _reached(scores: Sequence[int], recall: float) -> int:
    ranked = sorted(scores)
    return ranked[len(ranked) - math.ceil(recall * len(ranked))]


def measure(scored: Sequence[Scored], level: float, least: int) -> dict:
    """Of passages without a listed term: the share of those flagged that pass the screen, overall and by kind, the
    share of all that pass by source, and the flagged ones that are lost."""
    flagged = [one for one in scored if one.flagged(level)]

    def recalls(names: Callable[[Scored], str]) -> dict[str, list[float]]:
        return {
            name: [len(own), round(sum(one.score >= least for one in own) / len(own), 4)]
            for name, own in _grouped(flagged, names)
        }

    return {
        "flagged": len(flagged),
        "recall": round(sum(one.score >= least for one in flagged) / max(1, len(flagged)), 5),
        "by_source": recalls(lambda one: one.item.source),
        "by_category": recalls(lambda one: one.said.category),
        "by_difficulty": recalls(lambda one: one.item.difficulty or "not ours"),
        "let_through": {
            name: round(sum(one.score >= least for one in own) / len(own), 4)
            for name, own in _grouped(scored, lambda one: one.item.source)
        },
        "lost": [
            [one.item.source, one.item.id, one.said.category, round(one.said.probability, 3), one.item.text]
            for one in flagged
            if one.score < least
        ][:_LOST_SHOWN],
    }


def _grouped(scored: Sequence[Scored], name: Callable[[Scored], str]) -> Iterator[tuple[str, list[Scored]]]:
    groups: dict[str, list[Scored]] = {}
    for one in scored:
        groups.setdefault(name(one), []).append(one)
    yield from sorted(groups.items())
