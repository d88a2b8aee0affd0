"""The detector: a small encoder that says which passages deserve attention, why, and which words are at fault.

It runs one passage at a time. The weights are 8-bit and the activations are quantised as they come, over whatever
shares a batch: with one passage a batch, a text gets the same verdict whatever else is in the file. Several passages
run side by side instead, since onnxruntime leaves Python's lock.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from srlint import odds, runtime
from srlint.document import Span
from srlint.engine.threads import threads
from srlint.errors import ModelError
from srlint.screen import Screen
from srlint.shipped import data, model_digest
from srlint.tokens import Encoded, Tokens, cut, own_tokenizer

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

# A category beside the main one is reported from this probability on.
_CATEGORY_FLOOR = 0.5
# A worker takes so many passages at a time, and so many are cut into tokens at once.
_TAKEN, _PORTION = 8, 1024


@dataclass(frozen=True, slots=True)
class Detection:
    """P(the passage should be changed), its categories with the main one first, and the marks in the passage's text."""

    probability: float
    categories: tuple[str, ...]
    marks: tuple[Span, ...]


# What is said of a passage that the screen kept back.
UNREAD = Detection(0.0, (), ())
# Makes one verdict of what can be said of a passage behind the sentence before and without it, given whether that
# sentence stands apart, in another block.
Weigh = Callable[[Callable[[], Detection], Callable[[], Detection], bool], Detection]


class Detector:
    """A loaded detector. `threshold` is the probability from which a passage is a finding, calibrated on dev.

    `jobs` is how many passages are read at a time (None: as many as there are processors). A `screen` may spare it
    passages.
    """

    def __init__(
        self, session: Any, tokenizer: Any, settings: dict, screen: Screen | None = None, jobs: int | None = None
    ):
        self._session = session
        self._tokenizer = tokenizer
        self._screen = screen
        self._jobs = jobs or threads()
        self._categories: tuple[str, ...] = tuple(settings["categories"])
        self._temperature: float = settings["temperature"]
        self._bias: float = settings["bias"]
        self._mark_threshold: float = settings["mark_threshold"]
        self.threshold: float = settings["threshold"]
        # What tells its states from those of another detector; none in a file made for verdicts alone.
        self.states_digest: str | None = settings.get("states")
        # Log-odds that a listed term adds to a passage's own: for a sure one, and for one that only context can
        # confirm.
        self.term_evidence: dict[str, float] = settings["term_evidence"]
        self._pool: ThreadPoolExecutor | None = None

    @classmethod
    def load(cls, model: Path | None = None, jobs: int | None = None) -> Detector:
        """The shipped detector, or an ONNX file made by `python -m quantize detector`. Raises ModelError."""
        onnxruntime = runtime.onnxruntime()

        path = model or data("detector.onnx")
        tokenizer = own_tokenizer()
        try:
            with open(path, "rb"):
                pass  # onnxruntime does not say why a file cannot be read
            options = runtime.quiet_options()
            session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
            settings = json.loads(session.get_modelmeta().custom_metadata_map["srlint"])
            made = cls(session, tokenizer, settings, jobs=jobs)
            made._said(cut(tokenizer, [("A trial.", "")])[0])  # of another shape than a detector's it would fail later
        except OSError as error:
            raise ModelError(f"{path}: cannot read the detector: {error.strerror or error}") from error
        except Exception as error:  # onnxruntime's own exceptions share no public base class
            raise ModelError(f"{path}: not a detector made by `python -m quantize detector`") from error
        if model is None:
            screen = Screen.load()
            # One that was taught by another detector knows nothing of this one.
            made._screen = screen if screen.made.get("detector") == model_digest() else None
        return made

    def detect(self, passages: Sequence[tuple[str, str]], weigh: Weigh | None = None) -> list[Detection]:
        """One Detection for each (text, sentence before), in order."""
        if len(passages) <= _TAKEN:  # they need not wait for what others have begun
            return [self._read(item, weigh) for item in cut(self._tokenizer, passages)]
        return self.begin(passages, weigh)()

    def begin(
        self, passages: Sequence[tuple[str, str]], weigh: Weigh | None = None, floors: Sequence[float] = ()
    ) -> Callable[[], list[Detection]]:
        """Begins to read passages, and returns what waits for the Detections, in order.

        `floors` says for each passage which probability would make a difference: where the screen sees that it will not
        be reached, the passage stays unread, at the screen's recall. Without, all are read.
        """
        tokens: list[Tokens] = []
        places: list[int] = []
        for start in range(0, len(passages), _PORTION):
            some = cut(self._tokenizer, passages[start : start + _PORTION])
            kept = range(len(some))
            if floors and self._screen is not None:
                kept = self._screen.suspects([item.own for item in some], floors[start : start + _PORTION])
            places += [start + at for at in kept]
            tokens += [some[at].packed() for at in kept]
        said = self._mapped(tokens, weigh)

        def finish() -> list[Detection]:
            found = [UNREAD] * len(passages)
            for place, detection in zip(places, said, strict=True):
                found[place] = detection
            return found

        return finish

    def _mapped(self, tokens: Sequence[Tokens], weigh: Weigh | None) -> Iterator[Detection]:
        """The Detections in order, begun now where there are workers for them."""
        if self._jobs == 1 or len(tokens) < 2:
            return (self._read(item, weigh) for item in tokens)
        if self._pool is None:
            from concurrent.futures import ThreadPoolExecutor

            self._pool = ThreadPoolExecutor(self._jobs, thread_name_prefix="detector")
        size = max(1, min(_TAKEN, len(tokens) // (2 * self._jobs)))
        portions = [tokens[start : start + size] for start in range(0, len(tokens), size)]
        found = self._pool.map(lambda some: [self._read(item, weigh) for item in some], portions)
        return (detection for some in found for detection in some)

    def _read(self, tokens: Tokens, weigh: Weigh | None) -> Detection:
        if weigh is None or not tokens.before:
            return self._said(tokens)
        alone = replace(tokens, before=[])
        return weigh(lambda: self._said(tokens), lambda: self._said(alone), tokens.apart)

    def states(self, text: str, before: str) -> tuple[Any, Sequence[Span | None]]:
        """The states of a passage in the middle of the layers [tokens, width], and each token's place in the text.

        They are what the edit tagger goes on from.
        """
        encoded = cut(self._tokenizer, [(text, before)])[0].encoded
        (states,) = self._session.run(["states"], _feed(encoded))
        return states[0], encoded.spans

    def _said(self, tokens: Tokens) -> Detection:
        encoded = tokens.encoded
        passage, scores = self._session.run(["passage", "tokens"], _feed(encoded))
        marked = [odds.probability(score) for score in scores[0].tolist()]
        flag, *categories = passage[0].tolist()
        return Detection(
            probability=odds.probability(flag / self._temperature + self._bias),
            categories=self._named([odds.probability(logit) for logit in categories]),
            marks=marks(tokens.text, encoded.spans, marked, self._mark_threshold),
        )

    def _named(self, scores: Sequence[float]) -> tuple[str, ...]:
        ranked = sorted(zip(scores, self._categories, strict=True), key=lambda pair: -pair[0])
        return tuple(name for place, (score, name) in enumerate(ranked) if place == 0 or score >= _CATEGORY_FLOOR)

    def close(self) -> None:
        """Ends the worker threads, once each has done what it has in hand."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(cancel_futures=True)


def _feed(encoded: Encoded) -> dict[str, Any]:
    import numpy

    return {
        "ids": numpy.array([encoded.ids], dtype=numpy.int64),
        "segments": numpy.array([encoded.segments], dtype=numpy.int64),
    }


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
