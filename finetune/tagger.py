"""Trains the edit tagger and its phrase decoder: layers of their own on the shipped detector's states, taught by our
passages' rewrites.
"""

from __future__ import annotations

import hashlib
import json
import math
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import nn

from finetune import dataset, shipped
from finetune import phrases as phrasing
from finetune.dataset import Row
from finetune.detector import batches, optimized
from finetune.detector_export import SHARED_LAYERS
from finetune.encoder import layers_of
from finetune.phrases import Decoder, Lexicon
from finetune.readings import Reading, applied
from finetune.settings import TaggerRun
from srlint.detector import Detector
from srlint.document import Span
from srlint.errors import ConfigError
from srlint.makers import reworded, without
from srlint.phrases import MOST_PIECES
from srlint.shipped import data
from srlint.tagger import EditTagger, Tagged
from srlint.tags import CUT, REPLACE, TAGS, changes, covered, tags

# Half precision is enough for states that are only read.
_KEPT = torch.float16
# Words of a sentence that phrases are learnt on.
_FEWEST, _MOST = 6, 40
# How many words a rewrite of others may add, and in how many places it may change the text.
_MOST_ADDED, _MOST_PLACES = 3, 2


@dataclass(frozen=True, slots=True)
class Example:
    """States of a passage [tokens, width], the tags of the text's own tokens, which stand behind [CLS], and the
    wordpieces that come in places of it: ranges of all tokens. Without tags it teaches phrases alone.
    """

    states: torch.Tensor
    tags: tuple[int, ...]
    phrases: tuple[tuple[range, tuple[int, ...]], ...]
    weight: float


class Tagger(nn.Module):
    """The layers of an encoder behind SHARED_LAYERS, a score for each tag, one for each turn from tag to tag, and a
    decoder of phrases that sees what these layers make of a passage.
    """

    def __init__(self, layers: Sequence[nn.Module], decoder: Decoder, width: int, dropout: float):
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(width, len(TAGS))
        self.turns = nn.Parameter(torch.eye(len(TAGS)))
        self.decoder = decoder

    def forward(self, states: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """states [batch, tokens, width], mask [batch, tokens]. Returns scores [batch, tokens, tags] and what the
        decoder sees [batch, tokens, width].
        """
        hidden = (1.0 - mask.to(states.dtype))[:, None, None, :] * -1e4
        for layer in self.layers:
            made = layer(states, hidden)
            states = made if isinstance(made, torch.Tensor) else made[0]
        return self.head(self.dropout(states)).float(), states.float()


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


def examples(rows: Sequence[Row], detector: Detector, lexicon: Lexicon) -> list[Example]:
    """One for every rewrite of the rows; those of one row share its weight."""
    found = []
    for row in rows:
        if not row.rewrites:
            continue
        states, tokens, first = _read(detector, row.text, row.before)
        for rewrite in row.rewrites:
            places = [(covered(span, tokens), words) for span, words in changes(row.text, rewrite)]
            said = [(place, lexicon.pieces(words)) for place, words in places if words and place]
            phrases = tuple(_placed(place, first, pieces) for place, pieces in said if None not in pieces)
            found.append(Example(states, tuple(tags(row.text, rewrite, tokens)), phrases, 1 / len(row.rewrites)))
    return found


def exercises(texts: Sequence[str], detector: Detector, lexicon: Lexicon, seed: int) -> list[Example]:
    """Clean sentences with phrases of others in them, to learn on which words belong there."""
    found = []
    for text, moved in phrasing.exchanged(texts, seed):
        states, tokens, first = _read(detector, text, "")
        places = [(covered(Span(start, end), tokens), lexicon.pieces(words)) for start, end, words in moved]
        phrases = tuple(_placed(place, first, pieces) for place, pieces in places if place and None not in pieces)
        if phrases:
            found.append(Example(states, (), phrases, 1.0))
    return found


def _read(detector: Detector, text: str, before: str) -> tuple[torch.Tensor, list[Span], int]:
    """A passage's states, the places of its own tokens in the text, and where these begin among all."""
    states, spans = detector.states(text, before)
    first = next((at for at, span in enumerate(spans) if span is not None), 0)
    return torch.from_numpy(states).to(_KEPT), [span for span in spans if span is not None], first


def _placed(place: range, first: int, pieces: Sequence[int]) -> tuple[range, tuple[int, ...]]:
    return range(first + place.start, first + place.stop), tuple(pieces[:MOST_PIECES])


def begun(run: TaggerRun, lexicon: Lexicon) -> Tagger:
    """A tagger before training: it begins with the upper layers of the shipped detector."""
    torch.manual_seed(run.seed)
    whole = shipped.encoder(data("detector.onnx"), run.dropout)
    decoder = Decoder(whole, lexicon.ids, run.decoder_layers, run.dropout)
    return Tagger(layers_of(whole)[SHARED_LAYERS:], decoder, whole.config.hidden_size, run.dropout)


def train(
    run: TaggerRun,
    model: Tagger,
    first: Sequence[Sequence[Example]],
    found: Sequence[Example],
    log: Callable[[str], None],
) -> Tagger:
    """Trains the model in place, once on each of the `first` courses and then on the examples, and returns it."""
    torch.manual_seed(run.seed)
    order = random.Random(run.seed)
    courses = [*(course for course in first if course), *[found] * run.epochs]
    steps = sum(math.ceil(len(course) / run.batch_size) for course in courses)
    optimizer, schedule = optimized(run, _rates(run, model), steps)
    model.train()
    running = [0.0, 0.0]
    chunks = (chunk for course in courses for chunk in batches(course, run.batch_size, order, _length))
    for step, chunk in enumerate(chunks, 1):
        states, mask, wanted, own, weight = _collate(chunk)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=run.bf16):
            scores, memory = model(states, mask)
            said = phrasing.loss(model.decoder, memory, mask, [item.phrases for item in chunk], weight)
        if own.any():
            each = loss(scores[:, 1 : 1 + wanted.shape[1]], wanted, own, model.turns)
            tagged = (each * weight).sum() / weight.sum()
            value = tagged + run.phrase_weight * said
        else:
            tagged, value = torch.zeros(()), said
        value.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        running = [running[0] + tagged.item(), running[1] + said.item()]
        if step % 50 == 0:
            log(f"step {step}/{steps} tags {running[0] / 50:.4f} phrases {running[1] / 50:.4f}")
            running = [0.0, 0.0]
    return model.eval()


def _rates(run: TaggerRun, model: Tagger) -> list[tuple[list[nn.Parameter], float]]:
    """The parts of the model with their learning rates."""
    layers, decoder = list(model.layers.parameters()), list(model.decoder.layers.parameters())
    known = {id(parameter) for parameter in (*layers, *decoder)}
    rest = [parameter for parameter in model.parameters() if id(parameter) not in known]
    return [(layers, run.learning_rate), (decoder, run.decoder_learning_rate), (rest, run.head_learning_rate)]


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
    run: TaggerRun,
    splits: dict[str, list[Row]],
    readings: Sequence[Reading],
    corpora: Path | None,
    out: Path,
    log: Callable[[str], None],
) -> dict:
    """Trains, measures on dev and test, and writes tagger.onnx, phrases.onnx, capitals.txt and run.json under `out`.

    What readers accepted of rewrites of train passages is learnt beside those of our own. `corpora` is the folder of
    the files that the run names. Raises ConfigError for one that is not there.
    """
    if corpora is None and (run.clean or run.pairs):
        raise ConfigError("--corpora: needed for the files in `clean` and `pairs`")
    detector, rows = Detector.load(), applied(splits["train"], readings)
    texts = _sentences(run, rows, corpora)
    others = [row for name, count in run.pairs.items() for row in _pairs(corpora / name, count, run.seed)]
    lexicon = Lexicon.of(rows, texts, run.least)
    found = examples(rows, detector, lexicon)
    log(f"{len(found)} rewrites, {len(texts)} clean sentences, {len(others)} rows of others, {len(lexicon.ids)} pieces")
    first = [exercises(texts, detector, lexicon, run.seed), examples(others, detector, lexicon)]
    model = train(run, begun(run, lexicon), first, found, log)
    out.mkdir(parents=True, exist_ok=True)
    export(model, out, detector.states_digest, lexicon)
    (out / "capitals.txt").write_text("\n".join(phrasing.capitals(rows)) + "\n", encoding="utf-8")
    loaded = EditTagger.load(out / "tagger.onnx")
    record = {
        "settings": asdict(run),
        "states": detector.states_digest,
        "rewrites": len(found),
        "readings": hashlib.sha256(repr(readings).encode()).hexdigest(),
        "sentences": len(texts),
        "others": len(others),
        "wordpieces": len(lexicon.ids),
        "data": {name: dataset.digest(rows) for name, rows in splits.items()},
        "figures": {name: measure(splits[name], detector, loaded) for name in ("dev", "test")},
    }
    log(json.dumps(record["figures"]))
    (out / "run.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return record


def _sentences(run: TaggerRun, rows: Sequence[Row], corpora: Path | None) -> list[str]:
    """The clean rows and sentences of a run, apart from very short and very long ones."""
    drawn = [text for name, count in run.clean.items() for text in dataset.clean_prose(corpora / name, count, run.seed)]
    texts = [row.text for row in rows if not row.flagged] + drawn if run.clean else []
    return [text for text in texts if _FEWEST <= len(text.split()) <= _MOST]


def _pairs(path: Path, count: int, seed: int) -> list[Row]:
    """`count` rows of a gzip JSONL file with `text` and `rewrites`, with those rewrites that keep half of the words and
    change two places at most: a rewrite that says all anew teaches no editing. Raises ConfigError.
    """
    found = []
    for fields in dataset.drawn(path, count, seed):
        text = fields["text"]
        rewrites = tuple(new for new in fields["rewrites"] if _is_edit(text, new))
        if rewrites and len(text.split()) <= _MOST:
            found.append(Row("", "", "", text, True, ("toxicity",), (), rewrites, "context", ""))
    return found


def _is_edit(text: str, new: str) -> bool:
    old, words = (Counter(own.lower().split()) for own in (text, new))
    if (old & words).total() < old.total() / 2 or words.total() > old.total() + _MOST_ADDED:
        return False
    return 0 < len(list(changes(text, new))) <= _MOST_PLACES


def export(model: Tagger, out: Path, states: str, lexicon: Lexicon) -> None:
    """Writes the float32 graphs OUT/tagger.onnx, states [1, tokens, width] in, scores [1, tokens, tags] and memory
    [1, tokens, width] out, and OUT/phrases.onnx, with `states` and what else the command must know in their metadata.
    """
    import onnx

    class Unpadded(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, states: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            return self.model(states, torch.ones_like(states[..., 0]))

    for layer in model.layers:
        layer.attention.self.config._attn_implementation = "eager"  # plain products trace to plain operators
    path = out / "tagger.onnx"
    axes = {0: "batch", 1: "tokens"}
    torch.onnx.export(
        Unpadded().eval(),
        (torch.zeros(1, 3, model.head.in_features),),
        str(path),
        input_names=["states"],
        output_names=["scores", "memory"],
        dynamic_axes={"states": axes, "scores": axes, "memory": axes},
        opset_version=17,
        dynamo=False,
    )
    graph = onnx.load(str(path))
    own = hashlib.sha256(path.read_bytes()).hexdigest()  # tells which decoder belongs to it
    made = {"tagger": own, "states": states, "turns": model.turns.tolist()}
    onnx.helper.set_model_props(graph, {"srlint": json.dumps(made)})
    onnx.save(graph, str(path))
    phrasing.export(model.decoder, out / "phrases.onnx", {"tagger": own, "vocabulary": lexicon.words})


def measure(rows: Sequence[Row], detector: Detector, loaded: EditTagger) -> dict:
    """How often the likeliest cut, or any of the cuts, gives a reference to the letter where one of the references only
    cuts, and the likeliest rewording, or any of them, where none does.
    """
    counts: Counter[str] = Counter()
    for row in rows:
        states, spans = detector.states(row.text, row.before)
        tagged = loaded.read(row.text, states, spans)
        if tagged is None or not row.rewrites:
            continue
        cut = any(_only_cuts(row.text, new, tagged) for new in row.rewrites)
        texts = without(row.text, tagged.deletions()) if cut else reworded(row.text, tagged)
        kind = "cuts" if cut else "rewordings"
        counts[kind] += 1
        counts[f"{kind}, first"] += texts[:1] != [] and texts[0] in row.rewrites
        counts[f"{kind}, any"] += any(text in row.rewrites for text in texts)
    return {
        name: count if "," not in name else round(count / counts[name.split(",")[0]], 4)
        for name, count in sorted(counts.items())
    }


def _only_cuts(text: str, new: str, tagged: Tagged) -> bool:
    found = tags(text, new, tagged.tokens)
    return CUT in found and REPLACE not in found
