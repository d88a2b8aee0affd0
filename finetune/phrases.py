"""The phrase decoder's network, its vocabulary, and clean sentences with another's phrase in them to learn on."""

from __future__ import annotations

import copy
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import torch
from torch import nn
from torch.nn.functional import cross_entropy, gelu

from finetune.dataset import Row
from srlint.phrases import END, MOST_PIECES, inner_words
from srlint.tags import changes
from srlint.tokens import own_tokenizer

_UNWANTED = -100  # the label of what is no place of a phrase
_SMOOTHING = 0.05
_WORD = re.compile(r"\S+")
# So often must a word stand with a capital, and in such a share of the places that begin no sentence.
_OFTEN, _NEARLY_ALWAYS = 3, 0.95
# Lengths in words of phrases that are exchanged, as often as they stand here.
_LENGTHS = (1, 1, 1, 2, 2, 3, 4)


class Decoder(nn.Module):
    """A transformer decoder over the wordpieces of a phrase, tied to the encoder's own embeddings of them.

    It begins with the upper layers of an encoder, as Rothe et al. 2020 do; the attention to the passage is new.
    """

    def __init__(self, encoder: nn.Module, pieces: Sequence[int], layers: int, dropout: float):
        """`pieces` are the ids in the encoder's vocabulary of the wordpieces that may be said, END's place first."""
        from transformers.models.bert.modeling_bert import BertLayer

        super().__init__()
        width = encoder.config.hidden_size
        config = copy.deepcopy(encoder.config)
        config.is_decoder = config.add_cross_attention = True
        config._attn_implementation = "eager"  # plain products trace to plain operators
        self.layers = nn.ModuleList(BertLayer(config) for _ in range(layers))
        for layer, source in zip(self.layers, encoder.encoder.layer[-layers:], strict=True):
            layer.load_state_dict(source.state_dict(), strict=False)
        words = encoder.embeddings.word_embeddings.weight.detach()[list(pieces)].clone()
        words[END] = 0.0
        self.words = nn.Parameter(words / words.norm(dim=1).mean())
        self.places = nn.Parameter(torch.randn(MOST_PIECES + 1, width) * 0.02)
        self.inside = nn.Parameter(torch.randn(width) * 0.02)
        self.start = nn.Linear(width, width)
        self.opening = nn.LayerNorm(width)
        self.dropout = nn.Dropout(dropout)
        self.closing = nn.Linear(width, width)
        self.closing_norm = nn.LayerNorm(width)
        self.bias = nn.Parameter(torch.zeros(len(words)))

    def forward(
        self, memory: torch.Tensor, mask: torch.Tensor, inside: torch.Tensor, said: torch.Tensor
    ) -> torch.Tensor:
        """memory [places, tokens, width], mask and inside [places, tokens], said [places, length]: what stands in the
        place of each, and what was said of its phrase so far. Returns logits [places, length + 1, pieces].
        """
        within = inside[..., None]
        first = self.start((memory * within).sum(1) / within.sum(1))
        states = torch.cat([first[:, None], self.words[said]], 1)
        length = states.shape[1]
        states = self.dropout(self.opening(states + self.places[:length]))
        later = torch.ones(length, length, dtype=states.dtype, device=states.device).triu(1)[None, None] * -1e4
        hidden = (1.0 - mask)[:, None, None, :].to(states.dtype) * -1e4
        memory = memory + within * self.inside
        for layer in self.layers:
            made = layer(states, later, encoder_hidden_states=memory, encoder_attention_mask=hidden)
            states = made if isinstance(made, torch.Tensor) else made[0]
        return self.closing_norm(gelu(self.closing(states))) @ self.words.T + self.bias


def loss(
    decoder: Decoder,
    memory: torch.Tensor,
    mask: torch.Tensor,
    phrases: Sequence[Sequence[tuple[range, Sequence[int]]]],
    weight: torch.Tensor,
) -> torch.Tensor:
    """The mean cross-entropy of a wordpiece, in nats, over the phrases of a batch of texts; 0 without any.

    memory [texts, tokens, width], mask [texts, tokens], weight [texts]; `phrases` has the places of each text, as
    ranges of all its tokens, with the wordpieces that come there.
    """
    items = [(text, place, pieces) for text, own in enumerate(phrases) for place, pieces in own]
    if not items:
        return memory.new_zeros(())
    texts = torch.tensor([text for text, _, _ in items])
    inside = torch.zeros(len(items), memory.shape[1])
    for row, (_, place, _) in zip(inside, items, strict=True):
        row[place.start : place.stop] = 1.0
    longest = max(len(pieces) for _, _, pieces in items)
    said = torch.tensor([[*pieces, *[END] * (longest - len(pieces))] for _, _, pieces in items])
    wanted = torch.tensor([[*pieces, END, *[_UNWANTED] * (longest - len(pieces))] for _, _, pieces in items])
    logits = decoder(memory[texts], mask[texts], inside, said).float()
    each = cross_entropy(logits.transpose(1, 2), wanted, reduction="none", label_smoothing=_SMOOTHING)
    own = weight[texts]
    return (each.sum(1) * own).sum() / ((wanted != _UNWANTED).sum(1) * own).sum()


@dataclass(frozen=True)
class Lexicon:
    """The wordpieces that the decoder can say: their ids in the encoder's vocabulary, and themselves. END is first."""

    ids: list[int]
    words: list[str]

    @classmethod
    def of(cls, rows: Iterable[Row], texts: Iterable[str], least: int) -> Lexicon:
        """Those of the words that come in the rows' rewrites, and those that stand `least` times in the texts."""
        tokenizer = own_tokenizer()

        def ids(text: str) -> list[int]:
            return tokenizer.encode(text, add_special_tokens=False).ids

        pairs = ((row.text, rewrite) for row in rows for rewrite in row.rewrites)
        wanted = {piece for text, new in pairs for _, words in changes(text, new) for piece in ids(words)}
        counts = Counter(piece for text in texts for piece in ids(text))
        wanted |= {piece for piece, count in counts.items() if count >= least}
        padding = tokenizer.token_to_id("[PAD]")
        every = [padding, *sorted(wanted - {padding})]
        return cls(every, [tokenizer.id_to_token(piece) for piece in every])

    @cached_property
    def _places(self) -> dict[str, int]:
        return {word: at for at, word in enumerate(self.words)}

    def pieces(self, phrase: str) -> list[int | None]:
        """The places of a phrase's wordpieces in the lexicon, None for those that it lacks."""
        return [self._places.get(word) for word in own_tokenizer().encode(phrase, add_special_tokens=False).tokens]


def capitals(rows: Sequence[Row]) -> list[str]:
    """The words of rewrites' phrases that nearly always have a capital, as people write them, in alphabetical order."""
    phrases = (words for row in rows for new in row.rewrites for _, words in changes(row.text, new))
    said = {word.lower() for words in phrases for word in re.findall(r"[^\W\d_]+", words)}
    written: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        for text in (row.text, *row.rewrites):
            for word in inner_words(text):
                if word.lower() in said:
                    written[word.lower()][word] += 1
    usual = {word: forms.most_common(1)[0] for word, forms in written.items()}
    return sorted(
        form
        for word, (form, count) in usual.items()
        if form != word and count >= _OFTEN and count >= _NEARLY_ALWAYS * written[word].total()
    )


def exchanged(texts: Sequence[str], seed: int) -> list[tuple[str, list[tuple[int, int, str]]]]:
    """Each text with a phrase or two of others where its own stood, with their places and what belongs there.

    To find the words of a sentence again is how BART learns to write (Lewis et al. 2020); with others in their place,
    a place looks as it does in a flagged passage.
    """
    draw = random.Random(seed)
    stock = []
    for text in texts:
        words = text.split()
        size = draw.choice(_LENGTHS)
        first = draw.randrange(max(1, len(words) - size))
        stock.append(" ".join(words[first : first + size]))
    found = []
    for text in texts:
        words = list(_WORD.finditer(text))
        places = []
        for _ in range(draw.choice((1, 1, 2))):
            size = draw.choice(_LENGTHS)
            first = draw.randrange(max(1, len(words) - size))
            start, end = words[first].start(), words[min(first + size, len(words)) - 1].end()
            if all(end + 1 < other or last + 1 < start for other, last in places):  # a word lies between
                places.append((start, end))
        new, moved, done = "", [], 0
        for start, end in sorted(places):
            new += text[done:start]
            other = draw.choice(stock)
            moved.append((len(new), len(new) + len(other), text[start:end]))
            new, done = new + other, end
        found.append((new + text[done:], moved))
    return found


def export(decoder: Decoder, path: Path, made: dict) -> None:
    """The float32 ONNX graph: memory [1, tokens, width], inside [places, tokens] and said [places, length] in,
    log-probabilities [places, length + 1, pieces] out.
    """
    import onnx

    class OfOnePassage(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.decoder = decoder

        def forward(self, memory: torch.Tensor, inside: torch.Tensor, said: torch.Tensor) -> torch.Tensor:
            several = memory.expand(inside.shape[0], -1, -1)
            return self.decoder(several, torch.ones_like(inside), inside, said).log_softmax(-1)

    inside = torch.zeros(2, 5)
    inside[:, 2:4] = 1.0
    torch.onnx.export(
        OfOnePassage().eval(),
        (torch.zeros(1, 5, decoder.start.in_features), inside, torch.zeros(2, 3, dtype=torch.long)),
        str(path),
        input_names=["memory", "inside", "said"],
        output_names=["scores"],
        dynamic_axes={
            "memory": {1: "tokens"},
            "inside": {0: "places", 1: "tokens"},
            "said": {0: "places", 1: "length"},
            "scores": {0: "places", 1: "pieces said"},
        },
        opset_version=17,
        dynamo=False,
    )
    graph = onnx.load(str(path))
    onnx.helper.set_model_props(graph, {"srlint": json.dumps(made)})
    onnx.save(graph, str(path))
