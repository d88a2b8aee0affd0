"""Passages as the detector's encoder reads them: token ids, segments, and each token's place in the text."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from srlint.context import is_apart
from srlint.document import Span
from srlint.errors import ModelError
from srlint.formats.atoms import ATOM
from srlint.shipped import data

# What the encoder reads in place of code, a link or another atom: one character, so that offsets stay.
_ATOM_READING = "X"
# What the vocabulary does not hold: a tokenizer that can read it can read anything.
_UNKNOWN = "☃"
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

    A text of over MAX_TEXT_TOKENS is cut; of the sentence before the end is kept. `offsets.offsets` are the places of
    the tokens in the text. `apart`: the sentence before stands in another block.
    """

    text: str
    own: Sequence[int]
    before: Sequence[int]
    offsets: Any
    apart: bool = False

    def packed(self) -> Tokens:
        """The same in a tenth of the memory, for one of many that must wait."""
        places = _Packed(array("I", (place for pair in self.offsets.offsets for place in pair)))
        return replace(self, own=array("I", self.own), before=array("I", self.before), offsets=places)

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


@dataclass(frozen=True, slots=True)
class _Packed:
    """Places of tokens in a text, the two of each after one another."""

    flat: array

    @property
    def offsets(self) -> list[tuple[int, int]]:
        return list(zip(self.flat[::2], self.flat[1::2], strict=True))


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
        Tokens(
            text=text,
            own=[cls, *ids[text][:MAX_TEXT_TOKENS], sep],
            before=ids[before][-MAX_BEFORE_TOKENS:],
            offsets=found[text],
            apart=is_apart(before),
        )
        for text, before in passages
    ]


@cache
def own_tokenizer() -> Any:
    """The encoder's tokenizer, one for all of the process. Raises ModelError."""
    return shipped_tokenizer()


def shipped_tokenizer(path: Path | None = None) -> Any:
    """The encoder's tokenizer, or that of another file, without the padding and truncation that the file asks for.

    Raises ModelError.
    """
    from tokenizers import Tokenizer

    path = path or data("tokenizer.json")
    try:
        tokenizer = Tokenizer.from_file(str(path))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        cut(tokenizer, [(_UNKNOWN, "")])
    except Exception as error:  # the library raises nothing more special
        raise ModelError(f"{path}: not a tokenizer: reinstall srlint") from error
    return tokenizer
