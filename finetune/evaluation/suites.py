"""The suites of `python -m finetune evaluate`, by name: what each reads, whom it asks, and in what order they come."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from finetune import dataset
from finetune.evaluation import bold, inhouse, stereoset, toxigen
from finetune.evaluation.instruments import Generator, Instruments
from finetune.evaluation.outputs import System
from finetune.evaluation.section import Section
from finetune.reading.hub_data import fetch
from srlint.errors import ConfigError

INHOUSE = "in-house"
_ON_HUB = re.compile(r"(?P<name>[\w.-]+/[\w.-]+?)(?:@(?P<revision>[\w.-]+))?(?::(?P<file>[^:]+))?", re.ASCII)
_DATA_FILES = (".json", ".jsonl", ".csv")


@dataclass(frozen=True, slots=True)
class Asked:
    """All that a suite may draw on. `systems` rewrite, `generators` go on with plain text."""

    systems: Sequence[System]
    generators: Sequence[Generator]
    instruments: Instruments
    limit: int | None
    seed: int
    log: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Suite:
    """`reads` says what its data are; None stands for our own test split. `run` takes where they lie."""

    reads: str | None
    run: Callable[[Path, Asked], Section]
    asks_systems: bool


SUITES = {
    INHOUSE: Suite(
        None,
        lambda path, it: inhouse.section(
            it.systems, dataset.load(path)["test"], it.instruments, it.limit, it.seed, it.log
        ),
        True,
    ),
    "toxigen": Suite(
        "a JSONL, JSON or CSV file of annotated texts",
        lambda path, it: toxigen.section(it.systems, path, it.instruments, it.limit, it.log),
        True,
    ),
    "bold": Suite(
        "a folder of *_prompt.json files",
        lambda path, it: bold.section(it.generators, path, it.instruments, it.limit, it.seed, it.log),
        False,
    ),
    "stereoset": Suite(
        "StereoSet's JSON file",
        lambda path, it: stereoset.section(it.generators, path, it.limit, it.log),
        False,
    ),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A suite and where its data lie."""

    name: str
    path: Path

    @property
    def suite(self) -> Suite:
        return SUITES[self.name]


def wanted(texts: Sequence[str], log: Callable[[str], None]) -> list[Wanted]:
    """Reads `NAME[=PATH]`; the path may be a hub data set, `owner/name[@revision][:file]`.

    Raises ConfigError for an unknown or doubled name and for data that are not there.
    """
    found: list[Wanted] = []
    for text in texts:
        name, _, path = text.partition("=")
        if name not in SUITES:
            raise ConfigError(f"--suite {text}: no such suite; there are {', '.join(SUITES)}")
        if name in (own.name for own in found):
            raise ConfigError(f"--suite {text}: {name} is asked for twice")
        if not path and SUITES[name].reads is not None:
            raise ConfigError(f"--suite {name}: say where its data lie: {name}=PATH ({SUITES[name].reads})")
        found.append(Wanted(name, _place(text, path, log) if path else dataset.DATA))
    return found


def _place(text: str, path: str, log: Callable[[str], None]) -> Path:
    if Path(path).exists():
        return Path(path)
    named = _ON_HUB.fullmatch(path)
    if named is None:
        raise ConfigError(f"--suite {text}: {path}: no such file or folder")
    file = named["file"]
    folder, _ = fetch(
        named["name"], named["revision"], lambda own: str(own) == file if file else own.suffix in _DATA_FILES, log
    )
    return folder / file if file else folder
