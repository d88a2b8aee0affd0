"""The passages that teach and test the screen, and what the detector says of each."""

from __future__ import annotations

import gzip
import hashlib
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from finetune import dataset
from finetune.dataset import Row
from finetune.settings import ScreenRun
from srlint.config import Settings
from srlint.detector import model_digest
from srlint.errors import ConfigError
from srlint.judge import Judge
from srlint.models.loaded import Models

_MOST_WORDS = 60
# So many passages are asked about between two writes of the answers.
_PORTION = 2000


@dataclass(frozen=True, slots=True)
class Item:
    """A passage, where it comes from, its split, and its row's id and difficulty if it is one of ours."""

    text: str
    before: str
    source: str
    split: str
    id: str = ""
    difficulty: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What the detector says of a passage: P(flag), whether it marks anything, the main category."""

    probability: float
    marked: bool
    category: str


def passages(run: ScreenRun, splits: dict[str, list[Row]], corpora: Path) -> list[Item]:
    """Ours as they stand, flagged ones behind a plain sentence as well, some rewrites, and sentences of the files.

    Rows stay in their splits; sentences are split by a digest of their text. Raises ConfigError for a file that cannot
    be read.
    """
    draw = random.Random(run.seed)
    sentences = {name: _sentences(corpora / name, count, run) for name, count in {**run.clean, **run.posts}.items()}
    plain = sentences[next(iter(run.clean))]
    found: list[Item] = []
    for split, rows in splits.items():
        for row in rows:
            own = Item(row.text, row.before, "own", split, row.id, row.difficulty)
            found.append(own)
            if row.flagged and (split != "train" or draw.random() < run.moved_share):
                found.append(Item(row.text, draw.choice(plain), "own, moved", split, row.id, row.difficulty))
            if row.rewrites and split == "train" and draw.random() < run.rewrite_share:
                found.append(Item(row.rewrites[0], row.before, "rewrites", split))
    flagged = [row.text for row in splits["train"] if row.flagged]
    for name in run.clean:
        given = dataset.as_passages(sentences[name], run.fragment_share, run.seed, flagged, run.flagged_context_share)
        found += [Item(text, before, name, _split(text)) for text, before in given]
    for name in run.posts:
        for text in sentences[name]:
            found.append(Item(text, draw.choice(plain) if draw.random() < 0.5 else "", name, _split(text)))
    return found


def _sentences(path: Path, count: int, run: ScreenRun) -> list[str]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}") from error
    kept = [row for row in rows if row["source"] not in run.without and len(row["text"].split()) <= _MOST_WORDS]
    random.Random(run.seed).shuffle(kept)
    return [row["text"] for row in kept[:count]]


def _split(text: str) -> str:
    first = hashlib.sha256(text.encode()).digest()[0]
    return "dev" if first < 13 else "test" if first < 26 else "train"


def asked(items: Sequence[Item], answers: Path, log: Callable[[str], None]) -> list[Said]:
    """What the shipped detector says of each, as `srlint check` weighs it. Answers are kept in a file and not asked for
    again while the detector is the same."""
    keys = [_key(item) for item in items]
    known = _known(answers)
    missing = {key: item for key, item in zip(keys, items, strict=True) if key not in known}
    log(f"{len(keys) - len(missing)} passages of {len(keys)} are answered in {answers}")
    models = Models()
    try:
        judge = Judge(Settings(use_model=False), models, None)
        answers.parent.mkdir(parents=True, exist_ok=True)
        with open(answers, "a", encoding="utf-8") as file:
            for start in range(0, len(missing), _PORTION):
                some = dict(list(missing.items())[start : start + _PORTION])
                said = judge.detect([(item.text, item.before) for item in some.values()])
                for key, one in zip(some, said, strict=True):
                    known[key] = Said(one.probability, bool(one.marks), one.categories[0])
                    file.write(json.dumps([key, one.probability, bool(one.marks), one.categories[0]]) + "\n")
                file.flush()
                log(f"{start + len(some)} of {len(missing)} answered")
    finally:
        models.close()
    return [known[key] for key in keys]


def _known(answers: Path) -> dict[str, Said]:
    if not answers.is_file():
        return {}
    lines = answers.read_text(encoding="utf-8").splitlines()
    return {key: Said(*rest) for key, *rest in map(json.loads, lines)}


def _key(item: Item) -> str:
    return hashlib.sha256("\0".join((model_digest(), item.text, item.before)).encode()).hexdigest()[:32]
