"""A model through transformers, stock or with an adapter of peft's, and its tokenizer."""

from __future__ import annotations

import random
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from finetune import base_model
from finetune.evaluation.decoding import Decoder
from finetune.evaluation.language import DOCUMENT_END, Written
from finetune.evaluation.weights import found
from srlint.errors import ModelError

_UNKNOWN_ROOM = 2048


class TransformersModel:
    """A `LanguageModel`: what the tokenizer says of texts, and a decoder of tokens."""

    def __init__(self, decoder: Decoder, tokenizer: Any, room: int, trained_on: str | None = None):
        self._decoder: Any = decoder
        self._tokenizer = tokenizer
        self.template: str | None = tokenizer.chat_template
        self.bos, self.eos = tokenizer.bos_token or "", tokenizer.eos_token or ""
        self.trained_on = trained_on
        self.opening = _opening(tokenizer)
        self.room = room

    @classmethod
    def open(cls, name: str) -> TransformersModel:
        """Loads a folder, a run or a hub id: in bfloat16 on a GPU that knows it, else in float32. Raises ModelError.

        An adapter is put on full-precision weights, also one that was trained on four-bit ones: so it is merged and
        shipped.
        """
        weights = found(name)
        cuda = torch.cuda.is_available()
        dtype = torch.bfloat16 if cuda and torch.cuda.is_bf16_supported() else torch.float32
        causal, tokenizer = base_model.load(weights.base, dtype, device=torch.device("cuda" if cuda else "cpu"))
        if not tokenizer.is_fast:
            raise ModelError(f"{name}: its tokenizer does not say where in a text its tokens stand")
        wrapped = _adapted(causal, weights.adapter) if weights.adapter else None
        prefixed = wrapped is not None and wrapped.active_peft_config.is_prompt_learning
        causal = wrapped.get_base_model() if wrapped else causal  # layers with LoRA are in it
        decoder = Decoder(causal, _ends(causal, tokenizer), wrapped if prefixed else None)
        room = getattr(causal.config, "max_position_embeddings", None) or _UNKNOWN_ROOM
        return cls(decoder, tokenizer, room - decoder.virtual, weights.trained_on)

    def tokens(self, text: str, special: bool = False) -> list[int]:
        return self._tokenizer.encode(text, add_special_tokens=False, split_special_tokens=not special)

    def ends(self, text: str) -> tuple[list[int], list[int]]:
        read = self._tokenizer(text, add_special_tokens=False, split_special_tokens=True, return_offsets_mapping=True)
        return read["input_ids"], [end for _, end in read["offset_mapping"]]

    def text(self, tokens: Sequence[int], after: Sequence[int]) -> str:
        # Some tokenizers drop the blank before the first of what they decode.
        whole, known = self._decoded([*after, *tokens]), self._decoded(after)
        return whole[len(known) :] if whole.startswith(known) else self._decoded(tokens)

    def _decoded(self, tokens: Sequence[int]) -> str:
        return self._tokenizer.decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False)

    def likelihoods(self, texts: Sequence[Sequence[int]], given: Sequence[int]) -> list[float]:
        return self._decoder.likelihoods(texts, given)

    def write(
        self,
        prefix: Sequence[int],
        starts: Sequence[Sequence[int]],
        limits: Sequence[int],
        draws: Sequence[random.Random] | None = None,
    ) -> list[Written]:
        return self._decoder.write(prefix, starts, limits, draws)

    def close(self) -> None:
        self._decoder = None


def _adapted(causal: Any, folder: Path) -> Any:
    """peft's model around a base. Raises ModelError for an adapter that is damaged or of another base."""
    from peft import PeftModel

    with warnings.catch_warnings():
        # peft would go on with random numbers.
        warnings.filterwarnings("error", "Found missing adapter keys")
        try:
            return PeftModel.from_pretrained(causal, str(folder))
        except (OSError, ValueError, RuntimeError, KeyError, TypeError, UserWarning) as error:
            first = (str(error).splitlines() or [type(error).__name__])[0]
            raise ModelError(f"{folder}: not an adapter of this base: {first}") from error


def _ends(causal: Any, tokenizer: Any) -> frozenset[int]:
    """Tokens that end an answer: the tokenizer's, and those in the model's settings (Llama 3 has three)."""
    settings = getattr(causal, "generation_config", None)
    named = getattr(settings, "eos_token_id", None)
    more = named if isinstance(named, (list, tuple)) else [named]
    return frozenset(token for token in (tokenizer.eos_token_id, *more) if token is not None)


def _opening(tokenizer: Any) -> int | None:
    """The token that plain texts begin with; see `LanguageModel`."""
    bare, whole = (tokenizer.encode("a", add_special_tokens=special) for special in (False, True))
    if whole[: len(whole) - len(bare)] and whole[-len(bare) :] == bare:
        return whole[0]
    ending = tokenizer.get_vocab().get(DOCUMENT_END)
    return tokenizer.bos_token_id if ending is None else ending
