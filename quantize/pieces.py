"""Whether llama.cpp cuts texts into the tokens that the model was trained on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from quantize.passages import Asked
from srlint import prompt
from srlint.engine.session import Session
from srlint.errors import ModelError


def check(folder: Path, session: Session, found: Sequence[Asked], log: Callable[[str], None]) -> None:
    """Compares tokens of the frame and of all questions and answers. Raises ModelError naming the first that differ.

    Where transformers finds no tokenizer in the folder it only says so.
    """
    try:
        from transformers import AutoTokenizer

        own = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except Exception as error:  # a tokenizer may be of any kind, with any error of its own
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        log(f"{folder}: tokens not compared: transformers has no tokenizer there: {reason}")
        return
    texts = [(text, False) for asked in found for text in (asked.question, asked.answer)]
    if own.chat_template:
        frame = prompt.frame(own.chat_template, own.bos_token or "", own.eos_token or "")
        texts += [(frame.prefix, True), (frame.suffix, True)]
    for text, special in texts:
        wanted = own.encode(text, add_special_tokens=False, split_special_tokens=not special)
        if session.tokens(text, special) != wanted:
            raise ModelError(
                f"{folder}: llama.cpp cuts {_shown(text)} into other tokens than the model was trained on: the "
                "converter does not know its tokenizer"
            )


def _shown(text: str) -> str:
    return repr(text if len(text) < 60 else f"{text[:57]}...")
