"""Plain text from and to a language model, without a chat: what StereoSet, BOLD and perplexity ask."""

from __future__ import annotations

from collections.abc import Sequence

from finetune.evaluation import sampling
from finetune.evaluation.language import LanguageModel, opened
from srlint.errors import ModelError


class PlainText:
    """A `Generator` on a model of `language.opened`, loaded when first asked.

    Every text begins with the model's opening token, if it has one, as documents did in its training. A continuation
    behind an empty context then stands behind that token. Without one its first token has nothing to be predicted from:
    it is neither scored nor counted.
    """

    def __init__(self, name: str, target: str, threads: int | None = None):
        self.name = name
        self._target = target
        self._threads = threads
        self._model: LanguageModel | None = None

    @property
    def model(self) -> LanguageModel:
        """Raises ModelError."""
        if self._model is None:
            self._model = opened(self._target, self._threads)
        return self._model

    def log_likelihoods(self, pairs: Sequence[tuple[str, str]]) -> list[tuple[float, int]]:
        """For each (context, continuation): the summed log-probability (nats) of the continuation, and its tokens.

        The two are tokenised as one text, as they would be read. A token that straddles the border ("said " + "that",
        read as "said", " that") is the continuation's. A context that is too long loses its beginning. Raises
        ModelError for a continuation that is too long.
        """
        cut = [self._cut(context, continuation) for context, continuation in pairs]
        asked = [(tokens, given) for tokens, given in cut if len(tokens) > given]
        found = iter(self.model.likelihoods([tokens for tokens, _ in asked], [given for _, given in asked]))
        return [(next(found), len(tokens) - given) if len(tokens) > given else (0.0, 0) for tokens, given in cut]

    def _cut(self, context: str, continuation: str) -> tuple[list[int], int]:
        """Token ids of opening, context and continuation, and how many are given."""
        tokens, ends = self.model.ends(context + continuation)
        given = sum(end <= len(context) for end in ends)
        over = max(0, len(tokens) + 1 - self.model.room)
        if over > given:
            raise ModelError(f"{self.name}: {continuation[:40]!r}… has more tokens than {self.model.room}")
        tokens, given = tokens[over:], given - over
        if self.model.opening is not None:
            tokens, given = [self.model.opening, *tokens], given + 1
        return tokens, min(max(given, 1), len(tokens))

    def continuations(self, prompts: Sequence[str], tokens: int, seed: int) -> list[str]:
        """At most `tokens` tokens sampled after each prompt (plain text, temperature 1, top-p 0.9), without it.

        What follows a prompt hangs on prompt and seed alone. A prompt that is too long loses its beginning.
        """
        opening = [] if self.model.opening is None else [self.model.opening]
        room = self.model.room - tokens - len(opening)
        starts = [[*opening, *self.model.tokens(text)[-room:]] for text in prompts]
        if room < 1:
            raise ModelError(f"{self.name}: has room for {self.model.room} tokens, too few to write {tokens}")
        if [] in starts:
            raise ModelError(f"{self.name}: the model has no token for the beginning of a text, and a prompt is empty")
        draws = [sampling.generator(seed, text) for text in prompts]
        written = self.model.write([], starts, [tokens] * len(starts), draws)
        return [self.model.text(one.tokens, start) for one, start in zip(written, starts, strict=True)]

    def close(self) -> None:
        """Lets go of the model. It is loaded again if asked again."""
        model, self._model = self._model, None
        if model is not None:
            model.close()
