"""Language models by name: which file on the Hugging Face hub each name stands for, and what it takes to run it."""

from __future__ import annotations

import re
from dataclasses import dataclass

EMBEDDED = "embedded"
DEFAULT_REVISION = "main"
_HUB_NAME = re.compile(r"(?P<repository>[\w.-]+/[\w.-]+):(?P<file>[^:\\]+\.gguf)", re.ASCII)


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file on the hub. `revision` is a branch, a tag or a commit; `sha256` is what srlint expects, None if unknown.

    `name` is how a person calls it.
    """

    name: str
    repository: str
    file: str
    revision: str = DEFAULT_REVISION
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A model of the catalogue. `size` in bytes; `layers` and `kv_width` decide what the context takes in memory."""

    name: str
    repository: str
    file: str
    revision: str
    sha256: str
    size: int
    parameters: int
    quantisation: str
    layers: int
    kv_width: int
    licence: str

    @property
    def hub_file(self) -> HubFile:
        return HubFile(self.name, self.repository, self.file, self.revision, self.sha256)


# Instruct models as they are, from the repositories of their makers or of a well-known converter. Revision, size and
# SHA-256 were compared in several public lists of models that pin the same files.
CATALOGUE: tuple[Entry, ...] = (
    Entry(
        name="llama-3.2-1b",
        repository="bartowski/Llama-3.2-1B-Instruct-GGUF",
        file="Llama-3.2-1B-Instruct-Q4_K_M.gguf",
        revision="067b946cf014b7c697f3654f621d577a3e3afd1c",
        sha256="6f85a640a97cf2bf5b8e764087b1e83da0fdb51d7c9fab7d0fece9385611df83",
        size=807_694_464,
        parameters=1_240_000_000,
        quantisation="Q4_K_M",
        layers=16,
        kv_width=512,
        licence="Llama 3.2 Community",
    ),
    Entry(
        name="qwen2.5-1.5b",
        repository="Qwen/Qwen2.5-1.5B-Instruct-GGUF",
        file="qwen2.5-1.5b-instruct-q4_k_m.gguf",
        revision="91cad51170dc346986eccefdc2dd33a9da36ead9",
        sha256="6a1a2eb6d15622bf3c96857206351ba97e1af16c30d7a74ee38970e434e9407e",
        size=1_117_320_736,
        parameters=1_540_000_000,
        quantisation="Q4_K_M",
        layers=28,
        kv_width=256,
        licence="Apache-2.0",
    ),
    Entry(
        name="smollm2-1.7b",
        repository="HuggingFaceTB/SmolLM2-1.7B-Instruct-GGUF",
        file="smollm2-1.7b-instruct-q4_k_m.gguf",
        revision="2d4a76a30b4af41ecd395c35725ac11688d4cfe4",
        sha256="decd2598bc2c8ed08c19adc3c8fdd461ee19ed5708679d1c54ef54a5a30d4f33",
        size=1_055_609_536,
        parameters=1_710_000_000,
        quantisation="Q4_K_M",
        layers=24,
        kv_width=2048,
        licence="Apache-2.0",
    ),
    Entry(
        name="llama-3.2-3b",
        repository="bartowski/Llama-3.2-3B-Instruct-GGUF",
        file="Llama-3.2-3B-Instruct-Q4_K_M.gguf",
        revision="5ab33fa94d1d04e903623ae72c95d1696f09f9e8",
        sha256="6c1a2b41161032677be168d354123594c0e6e67d2b9227c84f296ad037c728ff",
        size=2_019_377_696,
        parameters=3_210_000_000,
        quantisation="Q4_K_M",
        layers=28,
        kv_width=1024,
        licence="Llama 3.2 Community",
    ),
    Entry(
        name="llama-3.1-8b",
        repository="bartowski/Meta-Llama-3.1-8B-Instruct-GGUF",
        file="Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf",
        revision="bf5b95e96dac0462e2a09145ec66cae9a3f12067",
        sha256="7b064f5842bf9532c91456deda288a1b672397a54fa729aa665952863033557c",
        size=4_920_739_232,
        parameters=8_030_000_000,
        quantisation="Q4_K_M",
        layers=32,
        kv_width=1024,
        licence="Llama 3.1 Community",
    ),
    Entry(
        name="qwen3-8b",
        repository="Qwen/Qwen3-8B-GGUF",
        file="Qwen3-8B-Q4_K_M.gguf",
        revision="7c41481f57cb95916b40956ab2f0b139b296d974",
        sha256="d98cdcbd03e17ce47681435b5150e34c1417f50b5c0019dd560e4882c5745785",
        size=5_027_783_488,
        parameters=8_190_000_000,
        quantisation="Q4_K_M",
        layers=36,
        kv_width=1024,
        licence="Apache-2.0",
    ),
)
BY_NAME: dict[str, Entry] = {entry.name: entry for entry in CATALOGUE}


def hub_file(name: str) -> HubFile | None:
    """The file on the hub that a name of the catalogue or `owner/repository:file.gguf` stands for; None for others."""
    if entry := BY_NAME.get(name):
        return entry.hub_file
    found = _HUB_NAME.fullmatch(name)
    # They become parts of paths.
    if found is None or {"", ".", ".."} & {*found["repository"].split("/"), *found["file"].split("/")}:
        return None
    return HubFile(name, found["repository"], found["file"])
