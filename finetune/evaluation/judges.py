"""Local models that grade texts: entailment, likeness of meaning, perplexity. Each loads when it is first asked.

Nothing is downloaded: a judge is a folder (or, for perplexity, what `language.opened` knows).
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Hashable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from finetune.evaluation.instruments import PairScorer, Scorer
from srlint.errors import ModelError

_BATCH = 16
# Our passages are sentences; encoders rarely know more places than these.
_MOST_TOKENS = 512

Asked = TypeVar("Asked", bound=Hashable)


def entailment(folder: Path) -> PairScorer:
    """P(the first text entails the second), by a sequence classifier that has one label for it.

    Raises ModelError for a folder without a model, and, when first asked, for one that cannot be used.
    """
    _check(folder)
    return _Entailment(folder)


def similarity(folder: Path) -> PairScorer:
    """Cosine of two texts' mean token embeddings (Reimers and Gurevych 2019), -1 to 1. Raises as `entailment`."""
    _check(folder)
    pooling = folder / "1_Pooling" / "config.json"
    if pooling.is_file() and not _json(pooling).get("pooling_mode_mean_tokens", True):
        raise ModelError(f"{folder}: pools its tokens by something other than their mean")
    return _Similarity(folder)


def perplexity(base: str) -> Scorer:
    """Perplexity of a text under a language model: exp of the mean negative log-likelihood of its tokens (nats).

    The model reads its opening token first, if it has one; otherwise the first token goes without likelihood. Texts
    longer than the model's room are cut. Raises ModelError when it is first asked.
    """
    return _Perplexity(base)


def remembered(scorer: Callable[[Sequence[Asked]], list[float]]) -> Callable[[Sequence[Asked]], list[float]]:
    """The same scorer, asked once about each text or pair."""
    known: dict[Asked, float] = {}

    def scored(asked: Sequence[Asked]) -> list[float]:
        new = list(dict.fromkeys(one for one in asked if one not in known))
        if new:
            known.update(zip(new, scorer(new), strict=True))
        return [known[one] for one in asked]

    return scored


def _check(folder: Path) -> None:
    if not (folder / "config.json").is_file():
        raise ModelError(f"{folder}: no model there (a folder with config.json, its weights and its tokenizer)")


def _json(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: cannot be read: {error}") from error


class _Loaded:
    """A folder's model and tokenizer, in memory from the first question on."""

    _kind = ""

    def __init__(self, folder: Path):
        self.folder = folder

    @cached_property
    def parts(self) -> tuple[Any, Any]:
        """Model and tokenizer. Raises ModelError naming the folder."""
        import torch
        import transformers

        transformers.utils.logging.disable_progress_bar()
        try:
            tokenizer = transformers.AutoTokenizer.from_pretrained(self.folder, local_files_only=True)
            found = getattr(transformers, self._kind).from_pretrained(
                self.folder, local_files_only=True, dtype=torch.float32, output_loading_info=True
            )
        except Exception as error:  # a damaged folder fails in as many ways as there are readers of its files
            reason = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise ModelError(f"{self.folder}: cannot be loaded: {reason}") from error
        model, told = found
        # Weights of a head that the folder lacks would be random: a judge by chance.
        if missing := sorted(name for name in told["missing_keys"] if "pooler" not in name):
            raise ModelError(f"{self.folder}: lacks weights, among them {missing[0]}")
        return model.eval().to("cuda" if torch.cuda.is_available() else "cpu"), tokenizer

    def read(self, *texts: Sequence[str]) -> Any:
        """One batch of texts, or of pairs of texts, as tensors on the model's device."""
        model, tokenizer = self.parts
        # RoBERTa's kin count their places from two on.
        places = (getattr(model.config, "max_position_embeddings", None) or _MOST_TOKENS + 2) - 2
        room = min(_MOST_TOKENS, places, tokenizer.model_max_length)
        columns = [list(column) for column in texts]
        return tokenizer(*columns, padding=True, truncation=True, max_length=room, return_tensors="pt").to(model.device)


class _Entailment(_Loaded):
    _kind = "AutoModelForSequenceClassification"

    @cached_property
    def label(self) -> int:
        """Which output stands for entailment: the one that is called so, and not "not entailment"."""
        names = {at: str(name).lower() for at, name in self.parts[0].config.id2label.items()}
        found = [at for at, name in names.items() if name.startswith("entail")]
        if len(found) != 1:
            raise ModelError(f"{self.folder}: no label for entailment among {', '.join(sorted(names.values()))}")
        return int(found[0])

    def __call__(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        import torch

        found: list[float] = []
        for start in range(0, len(pairs), _BATCH):
            first, second = zip(*pairs[start : start + _BATCH], strict=True)
            with torch.inference_mode():
                logits = self.parts[0](**self.read(first, second)).logits
            found += logits.softmax(-1)[:, self.label].tolist()
        return found


class _Similarity(_Loaded):
    _kind = "AutoModel"

    def __call__(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        texts = list(dict.fromkeys(text for pair in pairs for text in pair))
        at = {text: place for place, text in enumerate(texts)}
        vectors = self._embedded(texts)
        return [float(vectors[at[one]] @ vectors[at[other]]) for one, other in pairs]

    def _embedded(self, texts: Sequence[str]) -> list[Any]:
        """Unit vectors [hidden], one for each text."""
        import torch

        found: list[Any] = []
        for start in range(0, len(texts), _BATCH):
            read = self.read(texts[start : start + _BATCH])
            with torch.inference_mode():
                states = self.parts[0](**read).last_hidden_state
            mask = read["attention_mask"].unsqueeze(-1).to(states.dtype)
            means = (states * mask).sum(1) / mask.sum(1).clamp(min=1)
            found += list(torch.nn.functional.normalize(means, dim=-1).cpu())
        return found


class _Perplexity:
    def __init__(self, base: str):
        self.base = base

    @cached_property
    def model(self) -> Any:
        from finetune.evaluation.language import opened

        return opened(self.base)

    def __call__(self, texts: Sequence[str]) -> list[float]:
        opening = [] if self.model.opening is None else [self.model.opening]
        read = [[*opening, *self.model.tokens(text)][: self.model.room] for text in texts]
        if short := next((text for text, tokens in zip(texts, read, strict=True) if len(tokens) < 2), None):
            raise ModelError(f"{self.base or 'the base model'}: no perplexity of so short a text: {short!r}")
        likelihoods = self.model.likelihoods(read, [1] * len(read))
        return [math.exp(-sum_of / (len(tokens) - 1)) for sum_of, tokens in zip(likelihoods, read, strict=True)]
