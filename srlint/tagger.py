"""The edit tagger: which words of a flagged passage an editor would cut, and where other words belong.

It reads the detector's states in the middle of its layers, goes on from there with layers of its own, and tags each
token (as LaserTagger does: Malmi et al. 2019). A linear-chain conditional random field (Lafferty, McCallum, Pereira
2001) makes the tags of neighbours agree: what is cut is a stretch of text that can go, and not words here and there.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from srlint import runtime
from srlint.detector import marks
from srlint.document import Span
from srlint.errors import ModelError
from srlint.gaps import joined
from srlint.shipped import data
from srlint.tags import CUT, KEEP, REPLACE, tags

# How much is added to the score of every cut, in nats, for the likeliest stretch to cut, a longer one and shorter ones.
_LEANINGS = (0.0, 1.0, -1.0, -2.0)

Array = Any


@dataclass(frozen=True)
class Tagged:
    """A passage with what the tagger says of it. `tokens` are the places of its tokens in the text.

    `scores` [tokens, tags] and `turns` [tags, tags], from one token's tag to the next one's, are in nats; a way to tag
    the passage is as likely as the sum of its scores says.
    """

    text: str
    tokens: Sequence[Span]
    scores: Array
    turns: Array

    def deletions(self) -> list[tuple[Span, ...]]:
        """Ways to mend the passage by cutting words alone, likeliest first."""
        ways = {}
        for leaning in _LEANINGS:
            path = self._best((KEEP, CUT), leaning)
            if gaps := self._gaps(path):
                ways.setdefault(gaps, self._score(path))
        return sorted(ways, key=lambda gaps: -ways[gaps])

    def gaps(self) -> tuple[Span, ...]:
        """Where other words belong, or none: the places of the likeliest edits of any kind."""
        return self._gaps(self._best((KEEP, CUT, REPLACE), 0.0))

    def likelihood(self, new: str) -> float:
        """The log-probability, in nats, that an editor changes what `new` changes, whatever words come for it."""
        return self._score(tags(self.text, new, self.tokens)) - self._total()

    def _gaps(self, path: Sequence[int]) -> tuple[Span, ...]:
        changed = [float(tag != KEEP) for tag in path]
        return joined(self.text, marks(self.text, self.tokens, changed, 1.0))

    def _score(self, path: Sequence[int]) -> float:
        own = sum(float(self.scores[at][tag]) for at, tag in enumerate(path))
        return own + sum(float(self.turns[a][b]) for a, b in zip(path, path[1:], strict=False))

    def _total(self) -> float:
        """The logarithm of the sum over all ways (the forward algorithm)."""
        import numpy

        so_far = self.scores[0]
        for own in self.scores[1:]:
            so_far = numpy.logaddexp.reduce(so_far[:, None] + self.turns, axis=0) + own
        return float(numpy.logaddexp.reduce(so_far))

    def _best(self, allowed: Sequence[int], leaning: float) -> list[int]:
        """The likeliest way with these tags only (Viterbi 1967), where cutting is `leaning` likelier than it is."""
        import numpy

        scores = self.scores[:, allowed] + numpy.where(numpy.array(allowed) == CUT, leaning, 0.0)
        turns = self.turns[numpy.ix_(allowed, allowed)]
        so_far, steps = scores[0], []
        for own in scores[1:]:
            ways = so_far[:, None] + turns
            steps.append(ways.argmax(0))
            so_far = ways.max(0) + own
        path = [int(so_far.argmax())]
        for step in reversed(steps):
            path.append(int(step[path[-1]]))
        return [allowed[tag] for tag in reversed(path)]


class EditTagger:
    """A loaded tagger. `made` says by which states it was taught."""

    def __init__(self, session: Any, made: dict):
        import numpy

        self._session = session
        self.made = made
        self._turns = numpy.array(made["turns"], numpy.float64)

    @classmethod
    def load(cls, path: Path | None = None) -> EditTagger:
        """The shipped tagger, or one made by `python -m quantize tagger`. Raises ModelError."""
        onnxruntime = runtime.onnxruntime()

        path = path or data("tagger.onnx")
        try:
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = 1
            options.inter_op_num_threads = 1
            options.log_severity_level = 3
            session = onnxruntime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])
            return cls(session, json.loads(session.get_modelmeta().custom_metadata_map["srlint"]))
        except OSError as error:
            raise ModelError(f"{path}: cannot read the edit tagger: {error.strerror or error}") from error
        except Exception as error:  # onnxruntime's own exceptions share no public base class
            raise ModelError(f"{path}: not an edit tagger made by `python -m quantize tagger`") from error

    def read(self, text: str, states: Array, spans: Sequence[Span | None]) -> Tagged | None:
        """What it says of a passage, from the detector's states [tokens, width] and each token's place in the text.

        None for a passage without words.
        """
        import numpy

        own = [at for at, span in enumerate(spans) if span is not None]
        if not own:
            return None
        (scores,) = self._session.run(["scores"], {"states": states[None]})
        tokens = [span for span in spans if span is not None]
        return Tagged(text, tokens, scores[0, own].astype(numpy.float64), self._turns)
