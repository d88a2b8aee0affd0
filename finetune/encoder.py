"""Encoders that read BERT's uncased wordpieces: BERT's own kind, and MPNet behind the same interface."""

from __future__ import annotations

import torch
from torch import nn
from transformers import AutoConfig, AutoModel

from srlint.errors import ConfigError

# The size of the vocabulary by kind of encoder.
_VOCABULARIES = {"bert": 30522, "mpnet": 30527}


def load_encoder(base: str, dropout: float, frozen_layers: int = 0) -> nn.Module:
    """The base encoder from a folder or the hub.

    With `frozen_layers` its embeddings and so many first layers stay as they are. Raises ConfigError for an encoder
    that does not read BERT's uncased wordpieces, which the command's tokenizer cuts.
    """
    config = AutoConfig.from_pretrained(base, hidden_dropout_prob=dropout, attention_probs_dropout_prob=dropout)
    if config.model_type not in _VOCABULARIES or config.vocab_size != _VOCABULARIES[config.model_type]:
        raise ConfigError(f"{base}: not an encoder with BERT's uncased vocabulary")
    encoder = AutoModel.from_pretrained(base, config=config, add_pooling_layer=False)
    if frozen_layers:
        for part in (encoder.embeddings, *encoder.encoder.layer[:frozen_layers]):
            part.requires_grad_(False)
    return SharedWordpieces(encoder) if config.model_type == "mpnet" else encoder


def layers_of(encoder: nn.Module) -> nn.ModuleList:
    """The layers of an encoder from `load_encoder`, first to last."""
    inner = encoder.encoder
    return (inner.encoder if isinstance(encoder, SharedWordpieces) else inner).layer


class SharedWordpieces(nn.Module):
    """MPNet (Song et al. 2020) behind BERT's interface: it has BERT's wordpieces under ids of its own, and no segments.

    A teacher that reads its student's tokens can teach it marks token by token. What it knows of segments it learns
    here.
    """

    # BERT's ids of the special tokens, and MPNet's.
    _SPECIAL = {0: 1, 101: 0, 102: 2}
    # MPNet puts four tokens of its own in front of BERT's.
    _SHIFT = 4

    def __init__(self, encoder: nn.Module):
        super().__init__()
        self.encoder = encoder
        self.config = encoder.config
        self.segment = nn.Embedding(2, encoder.config.hidden_size)
        nn.init.zeros_(self.segment.weight)

    def forward(self, input_ids: torch.Tensor, token_type_ids: torch.Tensor, attention_mask: torch.Tensor):
        """As BertModel.forward, for ids of BERT's uncased vocabulary."""
        ids = input_ids + self._SHIFT
        for theirs, ours in self._SPECIAL.items():
            ids = torch.where(input_ids == theirs, ours, ids)
        embedded = self.encoder.embeddings.word_embeddings(ids) + self.segment(token_type_ids)
        return self.encoder(inputs_embeds=embedded, attention_mask=attention_mask)

    def get_input_embeddings(self) -> nn.Module:
        """As BertModel.get_input_embeddings."""
        return self.encoder.embeddings.word_embeddings

    def set_attn_implementation(self, name: str) -> None:
        """As BertModel.set_attn_implementation."""
        self.encoder.set_attn_implementation(name)
