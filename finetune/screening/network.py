"""The screen's network: trained in floating point, made of whole numbers afterwards."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy
import torch
from torch import nn

from finetune.settings import ScreenRun
from srlint.screen import Network

_LARGEST = 127
# Token vectors have unit variance at first; beyond this many standard deviations they gain nothing.
_FARTHEST = 4.0
_PADDING = 8.0


class FloatNetwork(nn.Module):
    """What `srlint.screen.Network` is in floating point, plus what the scores are shifted by."""

    def __init__(self, vectors: torch.Tensor, filters: int, dropout: float):
        super().__init__()
        self.tokens = nn.Embedding.from_pretrained(vectors.clone(), freeze=False, padding_idx=0)
        self.filters = nn.Conv1d(vectors.shape[1], filters, 3, padding=1)
        self.weights = nn.Linear(filters, 1)
        self.dropout = nn.Dropout(dropout)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Logits of passages given as [batch, tokens], filled up with zeros."""
        fits = self.filters(self.dropout(self.tokens(ids)).transpose(1, 2))
        best = fits.masked_fill((ids == 0).unsqueeze(1), -1e4).amax(2)
        return self.weights(torch.relu(best)).squeeze(1)


def first_vectors(table: numpy.ndarray, width: int) -> torch.Tensor:
    """Token vectors to begin with: the main directions of the detector's own table, token 0 at zero."""
    centred = table - table.mean(0)
    _, _, directions = numpy.linalg.svd(centred[:: max(1, len(table) // 8000)], full_matrices=False)
    found = centred @ directions[:width].T
    found /= found.std()
    found[0] = 0
    return torch.tensor(found.clip(-_FARTHEST, _FARTHEST), dtype=torch.float32)


def train(
    run: ScreenRun,
    vectors: torch.Tensor,
    passages: Sequence[Sequence[int]],
    probabilities: numpy.ndarray,
    log: Callable[[str], None],
) -> FloatNetwork:
    """The network that comes closest to the detector's probabilities. One thread, so that it is the same every time."""
    torch.set_num_threads(1)
    torch.manual_seed(run.seed)
    net = FloatNetwork(vectors, run.filters, run.dropout)
    rest = [*net.filters.parameters(), *net.weights.parameters()]
    optimizer = torch.optim.AdamW(
        [
            {"params": net.tokens.parameters(), "lr": run.learning_rate / 2, "weight_decay": 0.0},
            {"params": rest, "lr": run.learning_rate, "weight_decay": 0.01},
        ]
    )
    draw = numpy.random.default_rng(run.seed)
    lengths = numpy.array([len(own) for own in passages])
    steps = run.epochs * -(-len(passages) // run.batch_size)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda at: min(1.0, 10 * at / steps, (steps - at) / steps))
    weights = numpy.where(probabilities >= run.suspected_from, run.suspected_weight, 1.0)
    for epoch in range(run.epochs):
        total = 0.0
        batches = _batches(lengths, run.batch_size, draw)
        for batch in batches:
            said = net(_filled([passages[at] for at in batch]))
            wanted, weight = (torch.tensor(values[batch], dtype=torch.float32) for values in (probabilities, weights))
            loss = nn.functional.binary_cross_entropy_with_logits(said, wanted, weight)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            with torch.no_grad():
                net.tokens.weight.clamp_(-_FARTHEST, _FARTHEST)
            total += loss.item()
        log(f"epoch {epoch + 1}: loss {total / len(batches):.4f}")
    return net.eval()


def _batches(lengths: numpy.ndarray, size: int, draw: numpy.random.Generator) -> list[numpy.ndarray]:
    """All passages, dealt anew, in batches of about one length, in random order."""
    noisy = lengths + draw.uniform(0, _PADDING, len(lengths))
    order = numpy.argsort(noisy, kind="stable")
    batches = [order[at : at + size] for at in range(0, len(order), size)]
    return [batches[at] for at in draw.permutation(len(batches))]


def _filled(passages: Sequence[Sequence[int]]) -> torch.Tensor:
    longest = max(map(len, passages))
    return torch.tensor([[*own, *[0] * (longest - len(own))] for own in passages])


def whole(net: FloatNetwork) -> Network:
    """The network in whole numbers: one scale for all tokens, one for each filter, one for the scores."""
    tokens = net.tokens.weight.detach().numpy().astype(numpy.float64)
    filters = net.filters.weight.detach().numpy().astype(numpy.float64)  # [filters, width, 3]
    bias = net.filters.bias.detach().numpy().astype(numpy.float64)
    weights = net.weights.weight.detach().numpy()[0].astype(numpy.float64)
    token_scale = numpy.abs(tokens).max() / _LARGEST
    filter_scales = numpy.maximum(numpy.abs(filters).max((1, 2)), 1e-12) / _LARGEST
    scales = token_scale * filter_scales
    scaled = weights * scales
    return Network(
        tokens=numpy.rint(tokens / token_scale).astype(numpy.int8),
        filters=numpy.rint(filters / filter_scales[:, None, None]).astype(numpy.int8).transpose(2, 1, 0).copy(),
        bias=numpy.rint(bias / scales).astype(numpy.int32),
        weights=numpy.rint(scaled / numpy.abs(scaled).max() * 2**15).astype(numpy.int32),
    )
