"""The detector: a small encoder that says which passages deserve attention, why, and which words are at fault.

It runs one passage at a time. The weights are 8-bit and the activations are quantised as they come, over whatever
shares a batch: with one passage a batch, a text gets the same verdict whatever else is in the file. Two passages run
side by side instead, since onnxruntime leaves Python's lock.
"""

from __future__ import annotations

import json
import os
import unicodedata
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import Any

from srlint import odds
from srlint.document import Span
from srlint.errors import ModelError
from srlint.formats.atoms import ATOM

# What the encoder reads in place of code, a link or another atom: one character, so that offsets stay.
_ATOM_READING = "X"
MAX_TEXT_TOKENS = 192
MAX_BEFORE_TOKENS = 48
# A category beside the main one is reported from this probability on.
_CATEGORY_FLOOR = 0.5


@dataclass(frozen=True, slots=True)
class Detection:
    """P(the passage should be changed), its categories with the main one first, and the marks in the passage's text."""

    probability: float
    categories: tuple[str, ...]
    marks: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Encoded:
    """Token ids of `[CLS] text [SEP] before [SEP]`, segments, and each token's span in the text (None outside it)."""

    ids: list[int]
    segments: list[int]
    spans: list[Span | None]


def encode(tokenizer: Any, text: str, before: str) -> Encoded:
    """Tokens for one passage in the light of the sentence before it. Training and the command both call this.

    `tokenizer` is a `tokenizers.Tokenizer`. A text of over MAX_TEXT_TOKENS is cut; of `before` the end is kept.
    """
    body = tokenizer.encode(text.replace(ATOM, _ATOM_READING), add_special_tokens=False)
    context = tokenizer.encode(before.replace(ATOM, _ATOM_READING), add_special_tokens=False).ids if before else []
    cls, sep = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    own, context = body.ids[:MAX_TEXT_TOKENS], context[-MAX_BEFORE_TOKENS:]
    tail = [*context, sep] if context else []
    return Encoded(
        ids=[cls, *own, sep, *tail],
        segments=[0] * (len(own) + 2) + [1] * len(tail),
        spans=[None, *(Span(a, b) for a, b in body.offsets[:MAX_TEXT_TOKENS]), *[None] * (1 + len(tail))],
    )


class Detector:
    """A loaded detector. `threshold` is the probability from which a passage is a finding, calibrated on dev."""

    def __init__(self, session: Any, tokenizer: Any, settings: dict):
        self._session = session
        self._tokenizer = tokenizer
        self._categories: tuple[str, ...] = tuple(settings["categories"])
        self._temperature: float = settings["temperature"]
        self._bias: float = settings["bias"]
        self._mark_threshold: float = settings["mark_threshold"]
        self.threshold: float = settings["threshold"]
        # Log-odds that a listed term adds to a passage's own: for a sure one, and for one that only context can
        # confirm.
        self.term_evidence: dict[str, float] = settings["term_evidence"]
        self._pool: ThreadPoolExecutor | None = None

    @classmethod
    def load(cls, model: Path | None = None) -> Detector:
        """The shipped detector, or an ONNX file made by `python -m quantize detector`. Raises ModelError."""
        import onnxruntime

        path = model or _shipped("detector.onnx")
        tokenizer = shipped_tokenizer()
        try:
            content = path.read_bytes()
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = 1
            options.inter_op_num_threads = 1
            options.log_severity_level = 3
            session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
            return cls(session, tokenizer, json.loads(session.get_modelmeta().custom_metadata_map["srlint"]))
        except OSError as error:
            raise ModelError(f"{path}: cannot read the detector: {error.strerror or error}") from error
        except Exception as error:  # onnxruntime's own exceptions share no public base class
            raise ModelError(f"{path}: not a detector made by `python -m quantize detector`") from error

    def detect(self, passages: Sequence[tuple[str, str]]) -> list[Detection]:
        """One Detection for each (text, sentence before), in order."""
        if len(passages) < 2:
            return [self._one(*passage) for passage in passages]
        if self._pool is None:
            self._pool = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="detector")
        return list(self._pool.map(lambda passage: self._one(*passage), passages))

    def _one(self, text: str, before: str) -> Detection:
        import numpy

        encoded = encode(self._tokenizer, text, before)
        passage, tokens = self._session.run(
            None,
            {
                "ids": numpy.array([encoded.ids], dtype=numpy.int64),
                "segments": numpy.array([encoded.segments], dtype=numpy.int64),
            },
        )
        return Detection(
            probability=odds.probability(float(passage[0, 0]) / self._temperature + self._bias),
            categories=self._named([odds.probability(float(logit)) for logit in passage[0, 1:]]),
            marks=marks(text, encoded.spans, [odds.probability(float(x)) for x in tokens[0]], self._mark_threshold),
        )

    def _named(self, scores: Sequence[float]) -> tuple[str, ...]:
        ranked = sorted(zip(scores, self._categories, strict=True), key=lambda pair: -pair[0])
        return tuple(name for place, (score, name) in enumerate(ranked) if place == 0 or score >= _CATEGORY_FLOOR)

    def close(self) -> None:
        """Ends the worker threads."""
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None


def model_digest() -> str:
    """SHA-256 of the shipped detector: results of another one must not be taken from the cache."""
    return sha256(_shipped("detector.onnx").read_bytes()).hexdigest()


def shipped_tokenizer() -> Any:
    """The encoder's tokenizer, without the padding and truncation that its file asks for."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(_shipped("tokenizer.json")))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def _shipped(name: str) -> Path:
    return Path(str(resources.files("srlint") / "data" / name))


def marks(text: str, spans: Sequence[Span | None], scores: Sequence[float], threshold: float) -> tuple[Span, ...]:
    """Whole words whose strongest token reaches `threshold`, joined where only white space or a hyphen lies between."""
    found: list[Span] = []
    for span, score in zip(spans, scores, strict=True):
        if span is None or score < threshold:
            continue
        start, end = span.start, span.end
        while start > 0 and _in_word(text, start - 1) and _in_word(text, start):
            start -= 1
        while end < len(text) and _in_word(text, end) and _in_word(text, end - 1):
            end += 1
        if found and (start <= found[-1].end or text[found[-1].end : start].strip(" -") == ""):
            found[-1] = Span(found[-1].start, max(end, found[-1].end))
        else:
            found.append(Span(start, end))
    return tuple(found)


def _in_word(text: str, at: int) -> bool:
    """Whether a word runs through a place: letters with their combining marks, and apostrophes between letters."""
    if text[at] in "'’":
        return text[at - 1 : at].isalnum() and text[at + 1 : at + 2].isalnum()
    return text[at].isalnum() or unicodedata.category(text[at]).startswith("M")
