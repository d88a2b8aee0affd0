"""A chat model on its own: asked as srlint asks, without marks, and free to answer what it will."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from finetune.evaluation.answers import of_answer
from finetune.evaluation.language import LanguageModel, Written, opened
from finetune.evaluation.outputs import EMPTY, Item, Output
from srlint import prompt
from srlint.errors import ModelError
from srlint.turns import Turn, chat

# An answer may have so many tokens for each of the passage, and so many more.
_LENGTH, _MORE = 1.5, 24


class Asked:
    """A `System`: the likeliest answer of a model, zero-shot or, with worked `turns`, few-shot.

    `turns` is asked for them only when the model is loaded. A passage that the model has no room for is left without
    an answer, which counts as an empty one.
    """

    def __init__(
        self, name: str, target: str, threads: int | None = None, turns: Callable[[], Sequence[Turn]] = tuple
    ):
        self.name = name
        self._target = target
        self._threads = threads
        self._turns = turns
        self._loaded: tuple[LanguageModel, list[int], list[int]] | None = None

    def outputs(self, items: Sequence[Item]) -> list[Output]:
        """One output for each item, in order. Raises ModelError."""
        model, prefix, suffix = self._open()
        starts = [[*model.tokens(prompt.question(item.text, item.before, ())), *suffix] for item in items]
        limits = [int(_LENGTH * len(model.tokens(prompt.numbered(item.text)))) + _MORE for item in items]
        fitting = [
            place
            for place, (start, limit) in enumerate(zip(starts, limits, strict=True))
            if len(prefix) + len(start) + limit <= model.room
        ]
        written = model.write(prefix, [starts[place] for place in fitting], [limits[place] for place in fitting])
        answers = dict(zip(fitting, written, strict=True))
        return [self._output(model, item, answers.get(place)) for place, item in enumerate(items)]

    @staticmethod
    def _output(model: LanguageModel, item: Item, answer: Written | None) -> Output:
        if answer is None:
            return Output(EMPTY)
        return of_answer(item, model.text(answer.tokens, ()), answer.ended)

    def _open(self) -> tuple[LanguageModel, list[int], list[int]]:
        """The model, and the tokens before and behind every question."""
        if self._loaded is None:
            model = opened(self._target, self._threads)
            try:
                self._loaded = model, *self._framed(model)
            except BaseException:
                model.close()
                raise
        return self._loaded

    def _framed(self, model: LanguageModel) -> tuple[list[int], list[int]]:
        if model.trained_on not in (None, prompt.fingerprint()):
            raise ModelError(
                f"{self.name}: trained on prompt {model.trained_on}, but this srlint asks {prompt.fingerprint()}: "
                "train it again, or evaluate it with the version that trained it"
            )
        if not model.template:
            raise ModelError(f"{self.name}: the model has no chat template: srlint needs an instruct model")
        turns = self._turns()
        try:
            made = chat(model.template, model.bos, model.eos, turns)
        except Exception as error:  # a template is a program of the model's author: it may fail in any way
            raise ModelError(f"{self.name}: the model's chat template cannot be rendered: {error}") from error
        prefix = [token for piece in made.opening for token in model.tokens(piece.text, piece.special)]
        return prefix, model.tokens(made.suffix, special=True)

    def close(self) -> None:
        """Lets go of the model. It is loaded again if asked again."""
        loaded, self._loaded = self._loaded, None
        if loaded is not None:
            loaded[0].close()
