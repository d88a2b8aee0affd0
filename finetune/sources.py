"""Training data from elsewhere: local files, a folder of them or a hub data set, as rows by split."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from finetune.dataset import Row
from finetune.reading import hub_data, records, schemas, splits
from finetune.reading.schemas import SPLIT_NAMES, Entry
from srlint.detector import Detector
from srlint.errors import ConfigError

_HUB = re.compile(r"(?P<name>\w[\w.-]*/\w[\w.-]*)(?:@(?P<revision>[^\s@]+))?", re.ASCII)
_SHARD = re.compile(r"(.*-)\d+(-of-(\d+).*)", re.DOTALL)

# What the datasets library writes beside the data.
_NOT_DATA = frozenset({"dataset_dict.json", "dataset_info.json", "dataset_infos.json", "state.json"})


@dataclass(frozen=True, slots=True)
class _File:
    """`name` is what errors call it, `inside` its path within the source."""

    path: Path
    name: str
    inside: PurePosixPath


def load(source: str | Path, seed: int, log: Callable[[str], None], deduplicate: bool = False) -> dict[str, list[Row]]:
    """The rows of a source by split: train, dev and test.

    A source is a file or folder of .jsonl, .json, .csv or .parquet files, or a hub data set, `owner/name` or
    `owner/name@revision`; `finetune.reading.schemas` says what columns they have. A `split` column, or else the name
    of a file or folder (train.jsonl, my-data-test.parquet, validation/1.csv), gives the splits; without either
    `finetune.reading.splits` cuts 60/20/20 by `seed`. Where flagged rows name no category the shipped detector does.
    `log` gets whole lines.

    Raises ConfigError (`FILE:ROW: column NAME: what is wrong`) for data that are not what they should be, and for
    passages told twice or in two splits, unless `deduplicate` lets the copies be dropped.
    """
    files = _files(source, log)
    found = [
        entry for file in files for entry in schemas.entries(file.path, file.name, _split_of(file.inside, file.name))
    ]
    if not found:
        raise ConfigError(f"{source}: no rows")
    for remark, count in Counter(entry.remark for entry in found if entry.remark).items():
        log(f"{source}: {count} rows {remark}")
    found = _named(splits.distinct(found, str(source), deduplicate, log), str(source), log)
    parts = splits.divided(found, seed, str(source), log)
    flagged = sum(entry.row.flagged for entry in found)
    sizes = ", ".join(f"{name} {len(own)}" for name, own in parts.items())
    log(f"{source}: {len(found)} passages, {flagged} flagged: {sizes}")
    return {name: [entry.row for entry in own] for name, own in parts.items()}


def _files(source: str | Path, log: Callable[[str], None]) -> list[_File]:
    path = Path(source)
    if path.is_dir():
        inside = sorted(PurePosixPath(one.relative_to(path).as_posix()) for one in path.rglob("*") if one.is_file())
        files = [_File(path / one, str(path / one), one) for one in inside if _is_data(one)]
        if not files:
            raise ConfigError(f"{source}: no {', '.join(records.SUFFIXES)} file in this folder")
    elif path.exists():
        if path.suffix.lower() not in records.SUFFIXES:
            raise ConfigError(f"{source}: not one of {', '.join(records.SUFFIXES)}")
        files = [_File(path, str(path), PurePosixPath(path.name))]
    else:
        files = _hub_files(source, log)
    _check_shards(files, str(source))
    return files


def _hub_files(source: str | Path, log: Callable[[str], None]) -> list[_File]:
    match = _HUB.fullmatch(source) if isinstance(source, str) else None
    if match is None or Path(source).suffix.lower() in records.SUFFIXES:
        raise ConfigError(f"{source}: no such file or folder (a hub data set is owner/name or owner/name@revision)")
    folder, inside = hub_data.fetch(match["name"], match["revision"], _is_data, log)
    return [_File(folder / one, f"{match['name']}/{one}", one) for one in inside]


def _is_data(inside: PurePosixPath) -> bool:
    hidden = any(part.startswith(".") for part in inside.parts)
    return inside.suffix.lower() in records.SUFFIXES and inside.name not in _NOT_DATA and not hidden


def _check_shards(files: Sequence[_File], source: str) -> None:
    """Raises ConfigError where one of train-00000-of-00002.parquet and its like is missing."""
    shards = [_SHARD.fullmatch(str(file.inside)) for file in files]
    counts = Counter((match[1], match[2][: match.end(3) - match.start(2)], int(match[3])) for match in shards if match)
    for (head, tail, total), count in counts.items():
        if count < total:
            raise ConfigError(f"{source}: {head}*{tail} has {count} parts of {total}: fetch the others")


def _split_of(inside: PurePosixPath, name: str) -> str | None:
    """The split that the file's name gives, or else the nearest folder's. Raises ConfigError where one gives two."""
    for part in (inside.stem, *reversed(inside.parent.parts)):
        found = {SPLIT_NAMES[word] for word in re.split("[^a-z]+", part.lower()) if word in SPLIT_NAMES}
        if len(found) > 1:
            raise ConfigError(f"{name}: {part!r} names two splits, {' and '.join(sorted(found))}: rename it")
        if found:
            return found.pop()
    return None


def _named(found: Sequence[Entry], source: str, log: Callable[[str], None]) -> list[Entry]:
    """The entries, each flagged one with categories."""
    bare = [entry for entry in found if entry.row.flagged and not entry.row.categories]
    if not bare:
        return list(found)
    log(f"{source}: {len(bare)} of the flagged passages name no category: srlint's detector names it")
    detector = Detector.load()
    try:
        answers = iter(detector.detect([(entry.row.text, entry.row.before) for entry in bare]))
    finally:
        detector.close()
    return [
        replace(entry, row=replace(entry.row, categories=next(answers).categories))
        if entry.row.flagged and not entry.row.categories
        else entry
        for entry in found
    ]
