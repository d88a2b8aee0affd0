"""Passages with some of their words exchanged for near ones, for a teacher to label.

Word replacement as TinyBERT's (Jiao et al. 2020) but by the encoder's own word embeddings: what becomes of the sense,
the teacher says.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace

import torch
from tokenizers import Tokenizer

from finetune.detector import Example

# How many of a passage's words are exchanged, at least one.
_SHARE = 0.2
# How many near words each word has.
_NEAR = 8
# How many words are compared with all others at a time.
_CHUNK = 1024


def near_words(words: torch.Tensor, tokenizer: Tokenizer) -> dict[int, list[int]]:
    """For the id of each whole word the ids of those nearest to it, by cosine. `words`: embeddings [ids, width]."""
    known = tokenizer.get_vocab()
    whole = sorted(own for piece, own in known.items() if piece.isalpha() and len(piece) > 2)
    if not whole:
        return {}
    unit = torch.nn.functional.normalize(words.detach().float()[whole], dim=-1)
    found = {}
    for start in range(0, len(whole), _CHUNK):
        near = (unit[start : start + _CHUNK] @ unit.T).topk(min(_NEAR + 1, len(whole))).indices.tolist()
        for own, others in zip(whole[start : start + _CHUNK], near, strict=True):
            found[own] = [whole[other] for other in others if whole[other] != own][:_NEAR]
    return found


def altered(
    examples: Sequence[Example], near: Mapping[int, Sequence[int]], tokenizer: Tokenizer, times: int, seed: int
) -> list[Example]:
    """Each example so many times with other words in its own text. Words of several pieces stay."""
    draw = random.Random(seed)
    parts = {own for piece, own in tokenizer.get_vocab().items() if piece.startswith("##")}
    return [_altered(item, near, parts, draw) for _ in range(times) for item in examples]


def _altered(item: Example, near: Mapping[int, Sequence[int]], parts: set[int], draw: random.Random) -> Example:
    ids = list(item.encoded.ids)
    free = [
        at
        for at, span in enumerate(item.encoded.spans)
        if span is not None and near.get(ids[at]) and ids[at + 1] not in parts
    ]
    for at in draw.sample(free, min(len(free), max(1, round(_SHARE * len(free))))):
        ids[at] = draw.choice(near[ids[at]])
    return replace(item, encoded=replace(item.encoded, ids=ids))
