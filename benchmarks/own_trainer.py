"""`finetune train` as the benchmark `training` runs it: `python -m benchmarks.own_trainer JOB RESULT`."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.training import CHECKED, Job, Moment, answered, gradient_norm, stirred
from finetune import train as training
from finetune import versions
from finetune.training import methods
from finetune.training.examples import examples
from finetune.training.objective import Objective, weight
from srlint import prompt
from srlint.errors import ModelError

# What a run says before its first step and after its last one.
_BEGINS = re.compile(r"(\d+) texts an epoch, (\d+) tokens, (\d+) steps, from step 0")
_ENDS = re.compile(r"step (\d+)/\1 loss ")


def train(job: Job) -> dict[str, Any]:
    """Trains once through the job's texts. Seconds are those of the steps; the held-out loss is taken after them."""
    with suppress(ImportError):  # or the import would fall into the first step
        import torch.utils.tensorboard  # noqa: F401

    said: list[tuple[Moment, str]] = []
    with tempfile.TemporaryDirectory() as folder:
        record = training.train(
            job.run, [job.texts], job.held_out, Path(folder), False, lambda line: said.append((Moment.now(), line))
        )
    return timed(said) | {
        "peak_gigabytes": record["measured"]["peak_gigabytes"],
        "held_out_loss": record["held_out_loss"],
        "made_with": versions.used(),
    }


def timed(said: Sequence[tuple[Moment, str]]) -> dict[str, Any]:
    """Seconds, texts, tokens and steps of a run from what it said when. Raises ModelError where it did not."""
    begun = next(((at, found) for at, line in said if (found := _BEGINS.fullmatch(line))), None)
    ended = next((at for at, line in said if _ENDS.match(line)), None)
    if begun is None or ended is None:
        raise ModelError("the run did not say when its steps began and ended")
    began, (texts, tokens, steps) = begun[0], map(int, begun[1].groups())
    return {
        "seconds": ended.clock - began.clock,
        "processor_seconds": ended.processor - began.processor,
        "texts": texts,
        "tokens": tokens,
        "steps": steps,
    }


def check(job: Job) -> dict[str, float]:
    """Loss and gradient norm of the first texts, in full precision and without dropout."""
    run = replace(job.run, dtype="float32")
    model, tokenizer = methods.trainable(run, run.base)
    stirred(model)
    frame = prompt.frame(tokenizer.chat_template, tokenizer.bos_token or "", tokenizer.eos_token or "")
    prefix = tokenizer.encode(frame.prefix, add_special_tokens=False)
    found = examples(tokenizer, frame, job.texts[:CHECKED], run)
    objective = Objective(model, prefix, run.max_length, run.packing).to(methods.device()).eval()
    loss = objective(found) / weight(found)
    loss.backward()
    return {"loss": loss.item(), "gradient_norm": gradient_norm(model)}


if __name__ == "__main__":
    answered({"train": train, "check": check})
