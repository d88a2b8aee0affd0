"""Passages as the detector's encoder reads them: token ids, segments, and each token's place in the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any

from srlint.document import Span
from srlint.formats.atoms import ATOM

# What the encoder reads in place of code, a link or another atom: one character, so that offsets stay.
_ATOM_READING = "X"
MAX_TEXT_TOKENS = 192
MAX_BEFORE_TOKENS = 48


@dataclass(frozen=True, slots=True)
class Encoded:
    """Token ids of `[CLS] text [SEP] before [SEP]`, segments, and each token's span in the text (None outside it)."""

    ids: list[int]
    segments: list[int]
    spans: list[Span | None]


@dataclass(frozen=True)
class Tokens:
    """A passage cut into tokens. `own` are those of `[CLS] text [SEP]`, `before` those of the sentence before.

    A text of over MAX_TEXT_TOKENS is cut; of the sentence before the end is kept.
    """

    text: str
    own: list[int]
    before: list[int]
    offsets: Any

    @cached_property
    def encoded(self) -> Encoded:
        """What the encoder is given."""
        tail = [*self.before, self.own[-1]] if self.before else []
        inner = self.offsets.offsets[: len(self.own) - 2]
        return Encoded(
            ids=[*self.own, *tail],
            segments=[0] * len(self.own) + [1] * len(tail),
            spans=[None, *(Span(a, b) for a, b in inner), *[None] * (1 + len(tail))],
        )


def encode(tokenizer: Any, text: str, before: str) -> Encoded:
    """Tokens for one passage in the light of the sentence before it. Training and the command both read this way.

    `tokenizer` is a `tokenizers.Tokenizer`.
    """
    return cut(tokenizer, [(text, before)])[0].encoded


def cut(tokenizer: Any, passages: Sequence[tuple[str, str]]) -> list[Tokens]:
    """The tokens of each (text, sentence before). In a document most texts come twice, and are cut once."""
    texts = list(dict.fromkeys(text for passage in passages for text in passage))
    read = [text.replace(ATOM, _ATOM_READING) for text in texts]
    found = dict(zip(texts, tokenizer.encode_batch(read, add_special_tokens=False), strict=True))
    cls, sep = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    ids = {text: encoding.ids for text, encoding in found.items()}
    return [
        Tokens(text, [cls, *ids[text][:MAX_TEXT_TOKENS], sep], ids[before][-MAX_BEFORE_TOKENS:], found[text])
        for text, before in passages
    ]


def shipped_tokenizer() -> Any:
    """The encoder's tokenizer, without the padding and truncation that its file asks for."""
    from tokenizers import Tokenizer

    path = Path(str(resources.files("srlint") / "data" / "tokenizer.json"))
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer
