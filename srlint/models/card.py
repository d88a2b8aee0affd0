"""What there is to say of a model: from the catalogue, from its file, and from what was measured of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from srlint.errors import ModelError
from srlint.models import calibration, header, store
from srlint.models.bake import file_sha256
from srlint.models.catalogue import BY_NAME, EMBEDDED, Entry, hub_file
from srlint.models.embedded import base_gguf
from srlint.models.estimate import embedded_questions_a_second, memory, questions_a_second
from srlint.models.header import Header
from srlint.models.loaded import LanguageModel
from srlint.models.locate import Located, is_embedded, locate, model_file

# Bytes a parameter in the 8 bits that the embedded model is baked in: blocks of 32 share a scale of two bytes.
_BAKED = 34 / 32
# What llama.cpp calls the usual ways of storing weights, by the number in a file's metadata.
_FILE_TYPES = {
    0: "F32",
    1: "F16",
    2: "Q4_0",
    3: "Q4_1",
    7: "Q8_0",
    8: "Q5_0",
    9: "Q5_1",
    10: "Q2_K",
    11: "Q3_K_S",
    12: "Q3_K_M",
    13: "Q3_K_L",
    14: "Q4_K_S",
    15: "Q4_K_M",
    16: "Q5_K_S",
    17: "Q5_K_M",
    18: "Q6_K",
    25: "IQ4_NL",
    30: "IQ4_XS",
    32: "BF16",
}


@dataclass(frozen=True, slots=True)
class Card:
    """None stands for what is not known, as of a file that is not here. Sizes are in bytes.

    `speed` is in passages a second, estimated unless `speed_measured`. `problem` says why a model cannot be used.
    """

    name: str
    here: bool = False
    in_use: bool = False
    path: str | None = None
    size: int | None = None
    memory: int | None = None
    speed: float | None = None
    speed_measured: bool = False
    licence: str | None = None
    sha256: str | None = None
    repository: str | None = None
    file: str | None = None
    revision: str | None = None
    architecture: str | None = None
    parameters: int | None = None
    quantisation: str | None = None
    context: int | None = None
    chat_template: bool | None = None
    stock: bool | None = None
    calibrated: bool | None = None
    judge_weight: float | None = None
    threshold: float | None = None
    problem: str | None = None


def of(name: str, in_use: str | None = None) -> Card:
    """What there is to say of the model called `name`. `in_use` is the model that the settings name, if any.

    Raises ModelError for a name that stands for nothing, and for a file that is no model.
    """
    used = in_use is not None and (name == in_use or (is_embedded(name) and is_embedded(in_use)))
    if not is_embedded(name) and (model_file(name) is not None or hub_file(name) is None):
        locate(name)  # of a file nothing is known but what it says itself
    card = _listed(name)
    try:
        return replace(_here(card, locate(name)), in_use=used)
    except ModelError as error:
        absent = store.find(name) is None and hub_file(name) is not None
        return replace(card, in_use=used, problem=None if absent else str(error))


def everything(in_use: str | None) -> Sequence[Card]:
    """The embedded model, the catalogue, what else was pulled, and the model that the settings name."""
    names = [EMBEDDED, *BY_NAME, *store.names(), *([in_use] if in_use else [])]
    cards = []
    for name in dict.fromkeys(names):
        try:
            cards.append(of(name, in_use))
        except ModelError as error:
            cards.append(Card(name, in_use=name == in_use, problem=str(error)))
    return cards


def _listed(name: str) -> Card:
    """What is known without the file."""
    if is_embedded(name):
        return Card(EMBEDDED, licence="Apache-2.0")
    wanted = hub_file(name)
    if wanted is None or model_file(name) is not None:
        return Card(name)
    card = Card(name, repository=wanted.repository, file=wanted.file, revision=wanted.revision)
    entry = BY_NAME.get(name)
    return _of_entry(card, entry) if entry else card


def _of_entry(card: Card, entry: Entry) -> Card:
    return replace(
        card,
        size=entry.size,
        memory=memory(entry.size, entry.layers, entry.kv_width),
        speed=questions_a_second(entry.parameters),
        licence=entry.licence,
        sha256=entry.sha256,
        parameters=entry.parameters,
        quantisation=entry.quantisation,
        stock=True,
    )


def _here(card: Card, located: Located) -> Card:
    """The card with what the file says. Raises ModelError."""
    path = located.path or base_gguf()
    read = header.read(path)
    size = path.stat().st_size if located.path else int(read.parameters * _BAKED)
    manifest = LanguageModel(located).manifest
    pulled = store.find(card.name) if card.repository else None
    measured = located.calibration
    return replace(
        card,
        here=True,
        path=str(path),
        size=size,
        memory=memory(size, read.number("block_count") or 0, _kv_width(read)),
        speed=1 / measured.seconds if measured and measured.seconds else _estimated(located, read),
        speed_measured=bool(measured and measured.seconds),
        licence=card.licence or read.text("general.license"),
        sha256=pulled.sha256 if pulled else _known_digest(located),
        revision=pulled.commit if pulled else card.revision,
        architecture=read.architecture,
        parameters=read.parameters,
        quantisation=_quantisation(read) if located.path else "Q8_0",
        context=read.number("context_length"),
        chat_template="tokenizer.chat_template" in read.metadata,
        stock=manifest.prompt is None,
        calibrated=manifest.calibrated,
        judge_weight=manifest.judge_weight,
        threshold=manifest.threshold,
    )


def _estimated(located: Located, read: Header) -> float | None:
    if located.path is None:
        return embedded_questions_a_second()
    return questions_a_second(read.parameters) if read.parameters else None


def _known_digest(located: Located) -> str | None:
    """The SHA-256 of the adapter, or of a file as it was when it was calibrated; hashing gigabytes takes a while."""
    if located.path is None:
        return located.digest.split()[0]
    return located.calibration.sha256 if located.calibration else None


def _kv_width(read: Header) -> int:
    heads, width = read.number("attention.head_count") or 1, read.number("embedding_length") or 0
    size = read.number("attention.key_length") or width // heads
    return size * (read.number("attention.head_count_kv") or heads)


def _quantisation(read: Header) -> str | None:
    number = read.metadata.get("general.file_type")
    return _FILE_TYPES.get(number, f"type {number}") if isinstance(number, int) else None


def verify(name: str) -> str:
    """Hashes a model's file, and says what came of it. A time stamp that alone has changed is brought up to date.

    Raises ModelError for a file whose content has changed, and for one that cannot be found.
    """
    pulled = store.find(name) if hub_file(name) and model_file(name) is None else None
    if pulled is not None:
        path = Path(pulled.path)
        stamp = store.Stamp.of(path)
        if file_sha256(path) != pulled.sha256:
            raise ModelError(f"{name}: {path} is not what was pulled: run `srlint model pull {name}`")
        store.keep(replace(pulled, size=stamp.size, mtime_ns=stamp.mtime_ns))
        return f"{pulled.sha256}, as pulled"
    located = locate(name)
    if located.path is None:
        return f"{located.digest.split()[0]} (adapter)"
    sha256 = file_sha256(located.path)
    kept_in = calibration.file_beside(located.path)
    kept = calibration.read(kept_in)
    if kept is None or kept.calibration.sha256 != sha256:
        return sha256
    calibration.write(kept_in, replace(kept, stamp=store.Stamp.of(located.path)))
    return f"{sha256}, as calibrated"
