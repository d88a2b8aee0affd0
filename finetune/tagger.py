"""Trains the edit tagger: layers of its own on the shipped detector's states, taught by our passages' rewrites."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import nn

from finetune import dataset, shipped
from finetune.dataset import Row
from finetune.detector import batches, optimized
from finetune.detector_export import SHARED_LAYERS
from finetune.encoder import layers_of
from finetune.settings import TaggerRun
from srlint.candidates import without
from srlint.detector import Detector
from srlint.shipped import data
from srlint.tagger import EditTagger, Tagged
from srlint.tags import CUT, REPLACE, TAGS, tags

# Half precision is enough for states that are only read.
_KEPT = torch.float16


@dataclass(frozen=True, slots=True)
class Example:
    """States of a passage [tokens, width], and the tags of the text's own tokens, which stand behind [CLS]."""

    states: torch.Tensor
    tags: tuple[int, ...]
    weight: float


class Tagger(nn.Module):
    """The layers of an encoder behind SHARED_LAYERS, a score for each tag, and one for each turn from tag to tag."""

    def __init__(self, layers: Sequence[nn.Module], width: int, dropout: float):
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(width, len(TAGS))
        self.turns = nn.Parameter(torch.eye(len(TAGS)))

    def forward(self, states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """states [batch, tokens, width], mask [batch, tokens]. Returns scores [batch, tokens, tags]."""
        hidden = (1.0 - mask.to(states.dtype))[:, None, None, :] * -1e4
        for layer in self.layers:
            made = layer(states, hidden)
            states = made if isinstance(made, torch.Tensor) else made[0]
        return self.head(self.dropout(states)).float()


def loss(scores: torch.Tensor, wanted: torch.Tensor, mask: torch.Tensor, turns: torch.Tensor) -> torch.Tensor:
    """The negative log-likelihood of each text's tags, a token (linear-chain conditional random field).

    scores [texts, tokens, tags]; wanted, mask [texts, tokens], where a text's own tokens come first. Returns [texts].
    """
    own = scores.gather(2, wanted[..., None]).squeeze(2)
    total, said = scores[:, 0], own[:, 0]
    for at in range(1, scores.shape[1]):
        here = mask[:, at]
        ahead = torch.logsumexp(total[:, :, None] + turns, 1) + scores[:, at]
        total = torch.where(here[:, None] > 0, ahead, total)
        said = said + (turns[wanted[:, at - 1], wanted[:, at]] + own[:, at]) * here
    return (torch.logsumexp(total, 1) - said) / mask.sum(1)


def examples(rows: Sequence[Row], detector: Detector) -> list[Example]:
    """One for every rewrite of the rows; those of one row share its weight."""
    found = []
    for row in rows:
        if not row.rewrites:
            continue
        states, spans = detector.states(row.text, row.before)
        tokens = [span for span in spans if span is not None]
        kept = torch.from_numpy(states).to(_KEPT)
        share = 1 / len(row.rewrites)
        found += [Example(kept, tuple(tags(row.text, rewrite, tokens)), share) for rewrite in row.rewrites]
    return found


def begun(run: TaggerRun) -> Tagger:
    """A tagger before training: it begins with the upper layers of the shipped detector."""
    torch.manual_seed(run.seed)
    whole = shipped.encoder(data("detector.onnx"), run.dropout)
    return Tagger(layers_of(whole)[SHARED_LAYERS:], whole.config.hidden_size, run.dropout)


def train(run: TaggerRun, model: Tagger, found: Sequence[Example], log: Callable[[str], None]) -> Tagger:
    """Trains the model in place on the examples, and returns it."""
    torch.manual_seed(run.seed)
    order = random.Random(run.seed)
    heads = [*model.head.parameters(), model.turns]
    steps = run.epochs * math.ceil(len(found) / run.batch_size)
    optimizer, schedule = optimized(run, model.layers.parameters(), heads, steps)
    model.train()
    running = 0.0
    chunks = (chunk for _ in range(run.epochs) for chunk in batches(found, run.batch_size, order, _length))
    for step, chunk in enumerate(chunks, 1):
        states, mask, wanted, own, weight = _collate(chunk)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=run.bf16):
            scores = model(states, mask)
        each = loss(scores[:, 1 : 1 + wanted.shape[1]], wanted, own, model.turns)
        value = (each * weight).sum() / weight.sum()
        value.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        running += value.item()
        if step % 50 == 0:
            log(f"step {step}/{steps} loss {running / 50:.4f}")
            running = 0.0
    return model.eval()


def _length(item: Example) -> int:
    return len(item.states)


def _collate(chunk: Sequence[Example]) -> tuple[torch.Tensor, ...]:
    """States, mask [texts, all tokens], tags, mask [texts, own tokens], weights [texts]."""
    pad = nn.utils.rnn.pad_sequence
    states = pad([item.states.float() for item in chunk], batch_first=True)
    mask = pad([torch.ones(len(item.states)) for item in chunk], batch_first=True)
    wanted = pad([torch.tensor(item.tags) for item in chunk], batch_first=True)
    own = pad([torch.ones(len(item.tags)) for item in chunk], batch_first=True)
    return states, mask, wanted, own, torch.tensor([item.weight for item in chunk])


def main(
    run: TaggerRun, splits: dict[str, list[Row]], out: Path, log: Callable[[str], None]
) -> dict:
    """Trains, measures on dev and test, and writes tagger.onnx and run.json under `out`."""
    detector = Detector.load()
    found = examples(splits["train"], detector)
    log(f"{len(found)} rewrites")
    model = train(run, begun(run), found, log)
    out.mkdir(parents=True, exist_ok=True)
    export(model, out / "tagger.onnx", {"states": detector.states_digest, "turns": model.turns.tolist()})
    loaded = EditTagger.load(out / "tagger.onnx")
    record = {
        "settings": asdict(run),
        "states": detector.states_digest,
        "rewrites": len(found),
        "data": {name: dataset.digest(rows) for name, rows in splits.items()},
        "figures": {name: measure(splits[name], detector, loaded) for name in ("dev", "test")},
    }
    log(json.dumps(record["figures"]))
    (out / "run.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return record


def export(model: Tagger, path: Path, made: dict) -> None:
    """The float32 ONNX graph: states [1, tokens, width] in, scores [1, tokens, tags] out."""
    import onnx

    class Unpadded(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, states: torch.Tensor) -> torch.Tensor:
            return self.model(states, torch.ones_like(states[..., 0]))

    for layer in model.layers:
        layer.attention.self.config._attn_implementation = "eager"  # plain products trace to plain operators
    axes = {0: "batch", 1: "tokens"}
    torch.onnx.export(
        Unpadded().eval(),
        (torch.zeros(1, 3, model.head.in_features),),
        str(path),
        input_names=["states"],
        output_names=["scores"],
        dynamic_axes={"states": axes, "scores": axes},
        opset_version=17,
        dynamo=False,
    )
    graph = onnx.load(str(path))
    onnx.helper.set_model_props(graph, {"srlint": json.dumps(made)})
    onnx.save(graph, str(path))


def measure(rows: Sequence[Row], detector: Detector, loaded: EditTagger) -> dict:
    """How often the tagger's ways to cut give a reference to the letter, where one of the references only cuts."""
    cuts = first = some = 0
    for row in rows:
        states, spans = detector.states(row.text, row.before)
        tagged = loaded.read(row.text, states, spans)
        if tagged is None or not any(_only_cuts(row.text, new, tagged) for new in row.rewrites):
            continue
        texts = without(row.text, tagged.deletions())
        cuts += 1
        first += bool(texts) and texts[0] in row.rewrites
        some += any(text in row.rewrites for text in texts)
    return {"cuts": cuts, "first": round(first / max(1, cuts), 4), "any": round(some / max(1, cuts), 4)}


def _only_cuts(text: str, new: str, tagged: Tagged) -> bool:
    found = tags(text, new, tagged.tokens)
    return CUT in found and REPLACE not in found
