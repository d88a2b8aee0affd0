"""Whether an adapter says in llama.cpp what it says in transformers."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quantize.passages import Asked, asked, passages
from srlint.engine.session import Session
from srlint.errors import ModelError
from srlint.models.bake import merge

PROMPTS = 4
# The largest difference of any logit, as a share of how far logits lie apart. Of an adapter of rank 16 for the embedded
# base, half precision and its own 8 bits cost 0.2 %; the adapter itself moved them by 48 %.
TOLERANCE = 0.05


@dataclass(frozen=True, slots=True)
class Parity:
    """`difference`: the largest, as a share of the range of the logits. `effect`: the same of the adapter itself."""

    prompts: int
    difference: float
    effect: float


def check(base: Path, adapter: Path, converted: Path, threads: int | None = None) -> Parity:
    """Compares the first answer's logits over a few dev passages, of flagged and clean. Raises ModelError."""
    found = asked(passages("dev", PROMPTS))
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.gguf"
        merge(base, converted, whole, "F16")
        session = Session.open(whole, threads)
        try:
            prompts = [_tokens(session, own) for own in found]
            ours = [session.ask(own.question) for own in found]
        finally:
            session.close()
    with_it, without = _in_transformers(base, adapter, prompts)
    parity = Parity(len(found), _apart(with_it, ours), _apart(with_it, without))
    if not parity.difference <= TOLERANCE:  # a NaN is no agreement either
        raise ModelError(
            f"{adapter}: llama.cpp and transformers disagree: logits differ by {parity.difference:.1%} of their range, "
            f"more than {TOLERANCE:.0%}"
        )
    return parity


def _tokens(session: Session, own: Asked) -> list[int]:
    frame = session.frame
    prefix, suffix = (session.tokens(text, special=True) for text in (frame.prefix, frame.suffix))
    return [*prefix, *session.tokens(own.question), *suffix]


def _in_transformers(base: Path, adapter: Path, prompts: list[list[int]]) -> tuple[list[Any], list[Any]]:
    """The logits behind each prompt, with the adapter and without it."""
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(base.parent, gguf_file=base.name, dtype=torch.float32)
    tuned = PeftModel.from_pretrained(model, adapter).eval()

    def logits() -> list[Any]:
        return [tuned(torch.tensor([tokens])).logits[0, -1].numpy() for tokens in prompts]

    with torch.inference_mode():
        found = logits()
        with tuned.disable_adapter():
            return found, logits()


def _apart(wanted: list[Any], got: list[Any]) -> float:
    """The largest difference, as a share of the range; no number where any logit is none."""
    import numpy

    shares = [numpy.abs(a - b).max() / (a.max() - a.min()) for a, b in zip(wanted, got, strict=True)]
    return float(numpy.max(shares))
