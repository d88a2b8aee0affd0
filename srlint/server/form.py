"""What is sent to a server and how it comes back, apart from the passage itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from srlint import prompt
from srlint.server import answer
from srlint.server.answer import MalformedError

# The first rewrite is the likeliest; further ones, should the guards refuse it, are drawn with a seed each.
FURTHER_TEMPERATURE, SEED = 0.7, 1
# Each server picks what it knows, llama.cpp's the first of each pair and vLLM's the second: the grammar; no penalty on
# words that come again, which a rewrite is made of, and llama-cpp-python has one by default; no thinking aloud.
_EXTRA: Mapping[str, Any] = {
    "grammar": answer.GRAMMAR,
    "structured_outputs": {"grammar": answer.GRAMMAR},
    "repeat_penalty": 1.0,
    "repetition_penalty": 1.0,
    "chat_template_kwargs": {"enable_thinking": False},
}


@dataclass(frozen=True, slots=True)
class Form:
    """A way to ask. `joined`: the system's words come in the user's message, as they must for a chat template without
    a system role."""

    extra: Mapping[str, Any]
    joined: bool

    def body(self, question: str, room: int, turn: int) -> dict[str, Any]:
        """All that is sent, apart from the headers and the model's name. `room`: the most tokens of the answer."""
        said = [("user", f"{prompt.SYSTEM}\n\n{question}")] if self.joined else _apart(question)
        return {
            "messages": [{"role": role, "content": content} for role, content in said],
            "temperature": FURTHER_TEMPERATURE if turn else 0,
            "seed": SEED + turn,
            "max_tokens": room,
            **self.extra,
        }


def _apart(question: str) -> list[tuple[str, str]]:
    return [("system", prompt.SYSTEM), ("user", question)]


# Tried in this order until the server accepts one.
FORMS = (Form(_EXTRA, False), Form({}, False), Form(_EXTRA, True), Form({}, True))
# The statuses that tell of another form. 500: llama-cpp-python says so of a field that it does not understand, and
# llama.cpp of a template that fails.
NOT_THAT_FORM = frozenset({400, 422, 500, 501})


def content(reply: Any) -> str:
    """The text of a whole answer. Raises MalformedError."""
    try:
        choice = reply["choices"][0]
        text, reason = choice["message"]["content"], choice.get("finish_reason")
    except (LookupError, TypeError, AttributeError):
        raise MalformedError("no choice") from None
    if reason == "length" or not isinstance(text, str):
        raise MalformedError("cut off, or none")
    return text
