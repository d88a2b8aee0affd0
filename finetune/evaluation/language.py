"""A language model as the evaluation sees it: tokens in, likelihoods and written tokens out, whatever runs it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

EMBEDDED = "embedded"
DOCUMENT_END = "<|endoftext|>"


@dataclass(frozen=True, slots=True)
class Written:
    """Token ids that a model wrote, without the one that ends an answer; `ended` is false where the limit cut it."""

    tokens: list[int]
    ended: bool


class LanguageModel(Protocol):
    """`template`, `bos` and `eos` are for chats; `template` is None where there is none.

    `trained_on` is the fingerprint of the prompt that a model was fine-tuned on, None for a stock model. `room` is how
    many tokens fit. `opening` is the token that a plain text begins with, None for a model that has none: the one that
    the tokenizer itself puts there (Llama's BOS), else `<|endoftext|>`, which parts documents in the training of GPT-2,
    SmolLM and Qwen, else the vocabulary's BOS. SmolLM2's chat models call `<|im_start|>` their BOS, but after it they
    find the first word of a plain sentence 1.5 to 3 nats less likely than after `<|endoftext|>`.
    """

    template: str | None
    bos: str
    eos: str
    trained_on: str | None
    opening: int | None
    room: int

    def tokens(self, text: str, special: bool = False) -> list[int]:
        """Token ids of a text. Only a template may be read with `special`: in documents nothing is a control token."""
        ...

    def ends(self, text: str) -> tuple[list[int], list[int]]:
        """Token ids of a document, and where each ends in it (code points; part of a character ends with the whole)."""
        ...

    def text(self, tokens: Sequence[int], after: Sequence[int]) -> str:
        """What tokens say behind others."""
        ...

    def likelihoods(self, texts: Sequence[Sequence[int]], given: Sequence[int]) -> list[float]:
        """For each token sequence the summed log-probability (nats) of all but its first `given`, at least one."""
        ...

    def write(
        self,
        prefix: Sequence[int],
        starts: Sequence[Sequence[int]],
        limits: Sequence[int],
        draws: Sequence[random.Random] | None = None,
    ) -> list[Written]:
        """What follows the shared prefix and each start, at most so many tokens: the likeliest, or drawn (top-p 0.9).

        No start is empty. Each is drawn for from its own generator, so that it matters little what else is asked:
        only rounding hangs on that.
        """
        ...

    def close(self) -> None:
        """Lets go of the weights. Closing twice is fine."""
        ...


def opened(target: str, threads: int | None = None) -> LanguageModel:
    """The model behind a name; loads it. Raises ModelError.

    A .gguf file, `embedded` for the command's own, "" for the stock model beneath that; else what transformers loads:
    a folder, a run of `python -m finetune train`, a hub id.
    """
    from srlint.models.embedded import base_gguf
    from srlint.models.locate import embedded

    if target in ("", EMBEDDED) or target.endswith(".gguf"):
        from finetune.evaluation.gguf_model import GgufModel

        files = {"": base_gguf, EMBEDDED: embedded}
        return GgufModel.open(str(files[target]() if target in files else target), threads)
    from finetune.evaluation.transformers_model import TransformersModel

    return TransformersModel.open(target)
