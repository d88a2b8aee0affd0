"""The systems of a comparison, as the command line names them, and the language model behind each."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from finetune import dataset, tiny
from finetune.evaluation import outputs
from finetune.evaluation.asked import Asked
from finetune.evaluation.generators import PlainText
from finetune.evaluation.given import Given
from finetune.evaluation.language import EMBEDDED
from finetune.evaluation.pipelines import Command, Copy, Deletion
from finetune.evaluation.turns import drawn
from srlint.config import Settings
from srlint.errors import ConfigError
from srlint.turns import Turn

COPY, DELETE, TERMS, ZERO_SHOT, FEW_SHOT, GGUF = "copy", "delete", "terms", "zero-shot", "few-shot", "gguf"
_FILE = "file"
# What the stock model beneath the embedded one is called where it stands for itself.
BASE = "base model"
# Words of a spec, and the name of the column where there is no PATH to name it by.
WORDS = {
    COPY: "copy input",
    DELETE: "delete marks",
    TERMS: "no language model",
    EMBEDDED: "embedded",
    ZERO_SHOT: "zero-shot",
    FEW_SHOT: "few-shot",
    GGUF: "",
}
_WITH_PATH = {ZERO_SHOT: "{}, zero-shot", FEW_SHOT: "{}, few-shot", GGUF: "{} through srlint"}
# A repository on the hub; a folder of one's own may look the same, and then it is taken.
_HUB_ID = re.compile(r"[\w][\w.-]*/[\w.-]+", re.ASCII)


class System(outputs.System, Protocol):
    """A system that loads what it needs when first asked, and lets go of it."""

    def close(self) -> None:
        """Closing twice is fine."""
        ...


@dataclass(frozen=True, slots=True)
class Spec:
    """One system as asked for: `kind` is a word of WORDS or `file`, `target` is for `language.opened`, or a path.

    `named`: the name is the user's.
    """

    name: str
    kind: str
    target: str = ""
    named: bool = False


def spec(text: str) -> Spec:
    """Reads `[NAME=]SPEC`, where SPEC is one of

    - `copy`, `delete`, `terms`, `embedded`;
    - `zero-shot[:MODEL]`, `few-shot[:MODEL]`: without a MODEL the stock one beneath the embedded;
    - `gguf:PATH`: a GGUF file through the whole command;
    - a MODEL, asked as it is, without examples: a .gguf file, a folder of transformers, a run, an adapter, a hub id;
    - a .jsonl file of outputs.

    As a MODEL `embedded` is the command's own, asked alone. Raises ConfigError for anything else, with the nearest
    spelling, and for a file that is not there.
    """
    name, found = "", text.strip()
    if not Path(found).exists() and (named := re.fullmatch(r"([^=/:\\]+)=(.+)", found)):
        name, found = named[1].strip(), named[2].strip()
    word, colon, target = found.partition(":")
    made = _worded(text, word, target if colon else None) if word in WORDS else _of_path(text, found)
    return Spec(name, made.kind, made.target, True) if name else made


def _worded(text: str, word: str, target: str | None) -> Spec:
    if target is None:
        if word == GGUF:
            raise ConfigError(f"{text!r}: {GGUF} needs a file: {GGUF}:PATH")
        return Spec(WORDS[word], word)
    if word not in _WITH_PATH:
        raise ConfigError(f"{text!r}: {word} takes nothing after it")
    if not target:
        raise ConfigError(f"{text!r}: no model stands after the colon")
    if word == GGUF and not Path(target).is_file():
        raise ConfigError(f"{text!r}: {target}: no such file")
    if word != GGUF:
        _check_model(text, target)
    return Spec(_WITH_PATH[word].format(_short(target)), word, target)


def _of_path(text: str, target: str) -> Spec:
    if not target:
        raise ConfigError(f"{text!r} names no system")
    if target.endswith(".jsonl"):
        if not Path(target).is_file():
            raise ConfigError(f"{text!r}: {target}: no such file")
        return Spec(_short(target), _FILE, target)
    _check_model(text, target)
    return Spec(_short(target), ZERO_SHOT, target)


def _check_model(text: str, target: str) -> None:
    path = Path(target).expanduser()
    if target in (EMBEDDED, tiny.NAME) or path.is_dir() or (path.is_file() and path.suffix == ".gguf"):
        return
    if path.is_file():
        raise ConfigError(f"{text!r}: {target}: neither a .gguf model nor a .jsonl file of outputs")
    if path.suffix == ".gguf":
        raise ConfigError(f"{text!r}: {target}: no such file")
    if not _HUB_ID.fullmatch(target):
        near = difflib.get_close_matches(target.partition(":")[0], WORDS, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"expected {', '.join(WORDS)}, or the path of a model"
        raise ConfigError(f"{text!r}: no such system, file or folder; {hint}")


def _short(target: str) -> str:
    path = Path(target).expanduser()
    if path.is_dir():
        return path.resolve().name
    return path.stem if path.suffix in (".gguf", ".jsonl") else path.name


def system(text: str, *, data: Path = dataset.DATA, threads: int | None = None, shared: bool = False) -> System:
    """The system that a spec names; nothing is loaded yet. Raises ConfigError.

    `data` is the folder whose train split worked examples are drawn from, `threads` those of a GGUF file. With `shared`
    a file of outputs may hold lines for items that it is not asked for, as when it serves several benchmarks.
    """
    own = spec(text)
    makers: dict[str, Callable[[], System]] = {
        COPY: lambda: Copy(own.name),
        DELETE: lambda: Deletion(own.name),
        TERMS: lambda: Command(own.name, Settings(use_model=False, use_cache=False)),
        EMBEDDED: lambda: Command(own.name, Settings(use_cache=False)),
        GGUF: lambda: Command(own.name, Settings(model=own.target, use_cache=False)),
        ZERO_SHOT: lambda: Asked(own.name, own.target, threads),
        FEW_SHOT: lambda: Asked(own.name, own.target, threads, partial(_examples, data)),
        _FILE: lambda: Given(own.name, Path(own.target), shared),
    }
    return makers[own.kind]()


def systems(
    texts: Sequence[str], *, data: Path = dataset.DATA, threads: int | None = None, shared: bool = False
) -> list[System]:
    """The systems that specs name. Raises ConfigError, also for two of one name."""
    found = [system(text, data=data, threads=threads, shared=shared) for text in texts]
    names = [own.name for own in found]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise ConfigError(f"two systems are called {twice!r}: name one of them, as NAME=SPEC")
    return found


def generators(texts: Sequence[str], *, threads: int | None = None) -> list[PlainText]:
    """The language models behind the systems that specs name, each once, in order; nothing is loaded yet.

    Systems without one (`copy`, `delete`, `terms`, a file) have none. Raises ConfigError.
    """
    found: dict[str, PlainText] = {}
    for own in map(spec, texts):
        if own.kind in (EMBEDDED, ZERO_SHOT, FEW_SHOT, GGUF):
            target = EMBEDDED if own.kind == EMBEDDED else own.target
            found.setdefault(target, PlainText(own.name if own.named else _model_name(target), target, threads))
    return list(found.values())


def _model_name(target: str) -> str:
    return _short(target) if target else BASE


def _examples(data: Path) -> list[Turn]:
    return drawn(dataset.load(data)["train"])
