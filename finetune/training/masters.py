"""What an optimizer step works on: full-precision copies of what is trained, the optimizer over them, its schedule."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import nn
from torch.distributed.tensor import DTensor

from finetune.settings import LanguageRun
from srlint.errors import ModelError


class Masters:
    """Full-precision copies of the trained parameters.

    The forward and backward passes run in the model's dtype throughout, without a cast between a layer and its
    adapter; steps smaller than that dtype can hold add up in the copies (Micikevicius et al. 2018).
    """

    def __init__(self, parameters: Sequence[nn.Parameter]):
        self.parameters = parameters
        self.full = [parameter.detach().clone().float() for parameter in parameters]

    def gather(self) -> None:
        """Moves the parameters' gradients to the copies."""
        for parameter, full in zip(self.parameters, self.full, strict=True):
            full.grad = None if parameter.grad is None else parameter.grad.float()
            parameter.grad = None

    def publish(self) -> None:
        """Rounds the copies into the parameters."""
        with torch.no_grad():
            for parameter, full in zip(self.parameters, self.full, strict=True):
                parameter.copy_(full)

    def restore(self, saved: Sequence[torch.Tensor]) -> None:
        """Takes over copies that were saved, and publishes them."""
        with torch.no_grad():
            for full, own in zip(self.full, saved, strict=True):
                full.copy_(own)
        self.publish()


class Update:
    """What changes the trained weights: copies, optimizer, and the schedule of its `steps` steps."""

    def __init__(self, run: LanguageRun, parameters: Sequence[nn.Parameter], steps: int, log: Callable[[str], None]):
        self.masters = Masters(parameters)
        self.optimizer = optimizer(run, self.masters, log)
        self.rates = schedule(run, steps, self.optimizer)
        self._norm = run.gradient_norm

    def step(self) -> tuple[float, float]:
        """Applies the gradients that have gathered. Returns their norm before it was clipped, and the rate used."""
        self.masters.gather()
        norm = nn.utils.clip_grad_norm_(self.masters.full, self._norm)
        if not math.isfinite(float(norm)):
            raise ModelError('the gradient is not finite: lower learning_rate, or take dtype = "float32"')
        rate = self.rates.get_last_lr()[0]
        self.optimizer.step()
        self.masters.publish()
        self.rates.step()
        return float(norm), rate


def optimizer(run: LanguageRun, masters: Masters, log: Callable[[str], None]) -> torch.optim.Optimizer:
    """AdamW (Loshchilov and Hutter 2019), or its paged form, whose state leaves a GPU that runs short."""
    options = {"lr": run.learning_rate, "weight_decay": run.weight_decay}
    if run.optimizer == "paged_adamw":
        if masters.full[0].is_cuda and not isinstance(masters.full[0], DTensor):
            import bitsandbytes

            return bitsandbytes.optim.PagedAdamW32bit(masters.full, **options)
        log("paged_adamw pages between one GPU and its host; on a CPU, or on shared weights, it is plain AdamW")
    return torch.optim.AdamW(masters.full, fused=True, **options)


def schedule(run: LanguageRun, steps: int, own: torch.optim.Optimizer) -> Any:
    """A linear warm-up, then the rate of `run.schedule` at each of `steps` steps."""
    warmup = max(1, round(run.warmup * steps))
    shapes: dict[str, Callable[[float], float]] = {
        "cosine": lambda part: 0.5 + 0.5 * math.cos(math.pi * part),
        "linear": lambda part: 1.0 - part,
        "constant": lambda part: 1.0,
    }
    shape = shapes[run.schedule]
    return torch.optim.lr_scheduler.LambdaLR(
        own, lambda step: min((step + 1) / warmup, shape(min(1.0, step / steps)))
    )
