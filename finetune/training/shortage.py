"""Running out of memory, told with what to lower."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from finetune.settings import LanguageRun
from srlint.errors import ModelError


@contextmanager
def told(run: LanguageRun) -> Iterator[None]:
    """Turns what PyTorch raises when memory runs out into a ModelError of one line."""
    try:
        yield
    except (torch.OutOfMemoryError, MemoryError) as error:
        raise ModelError(_advice(run)) from error
    except RuntimeError as error:
        # What PyTorch's allocator for processors says.
        if "not enough memory" not in str(error) and "can't allocate memory" not in str(error):
            raise
        raise ModelError(_advice(run)) from error


def _advice(run: LanguageRun) -> str:
    """What to lower, the cheapest first."""
    means = [f"lower batch_tokens (now {run.batch_tokens})"]
    if not run.gradient_checkpointing and run.method != "prefix":
        means.append("set gradient_checkpointing = true (with packing = true)")
    if run.method in ("full", "lora"):
        means.append(f"take method = \"{'lora' if run.method == 'full' else 'qlora'}\"")
    if run.optimizer == "adamw" and torch.cuda.is_available():
        means.append('take optimizer = "paged_adamw"')
    means.append(f"lower max_length (now {run.max_length})")
    return f"{run.name}: out of memory: {'; or '.join(means)}"
