"""What a script would do with llama-cpp-python for each passage, and the least that any program could do for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

from srlint import prompt


@dataclass(frozen=True, slots=True)
class Said:
    """A chat's answer, with the tokens of its whole prompt and of the answer itself."""

    text: str
    read: int
    written: int


class Chat:
    """Calls of llama-cpp-python's chat completion, greedy."""

    def __init__(self, path: Path, threads: int) -> None:
        import llama_cpp

        self._model = llama_cpp.Llama(
            str(path), n_ctx=2048, n_threads=threads, n_threads_batch=threads, seed=0, verbose=False
        )

    def answer(self, question: str) -> Said:
        """Verdict and rewrite by one call. Of its prompt only the question is read: the opening is that of the call
        before, which the library remembers."""
        return self._ask(question, None)

    def apart(self, question: str) -> Said:
        """The same by a call that judges and, for a flagged passage, a second one that rewrites.

        Each reads its whole prompt, as prompts of two kinds in turns do: the library remembers one.
        """
        self._model.reset()
        verdict = self._ask(question, "\n")
        if verdict.text.strip() == prompt.CLEAN:
            return verdict
        self._model.reset()
        return self._ask(question, None)

    def _ask(self, question: str, stop: str | None) -> Said:
        messages = [{"role": "system", "content": prompt.SYSTEM}, {"role": "user", "content": question}]
        made: Any = self._model.create_chat_completion(
            messages, temperature=0.0, max_tokens=16 + len(question) // 2, stop=stop
        )
        usage = made["usage"]
        return Said(made["choices"][0]["message"]["content"], usage["prompt_tokens"], usage["completion_tokens"])

    def close(self) -> None:
        self._model.close()


def bounds(said: Sequence[Said], opening: int, reads: float, reads_many: float, writes: float) -> dict[str, float]:
    """How many times faster than each kind of chat a program could be at best, in processor time.

    It reads the question and the answer, every word of which it has guessed, at `reads` tokens a second or, where that
    is more, at the `reads_many` of hundreds of tokens in one step. A chat reads at `reads` and writes at `writes`.
    `opening` is how many tokens of every prompt are the same.
    """
    question, answer = mean(one.read - opening for one in said), mean(one.written for one in said)
    flagged = mean(one.text.strip() != prompt.CLEAN for one in said)
    least = (question + answer) / max(reads, reads_many)
    call = question / reads + answer / writes
    apart = (1 + flagged) * (opening + question) / reads + answer / writes
    return {
        "opening_tokens": opening,
        "question_tokens": question,
        "answer_tokens": answer,
        "least_seconds": least,
        "call_seconds": call,
        "apart_seconds": apart,
        "call_times": call / least,
        "apart_times": apart / least,
    }
