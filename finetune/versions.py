"""What a run was made with: packages and hardware."""

from __future__ import annotations

import platform
from importlib import metadata
from typing import Any

_PACKAGES = ("torch", "transformers", "peft", "accelerate", "bitsandbytes")


def used() -> dict[str, Any]:
    """Versions of the packages that numbers hang on, and the processor or GPU."""
    import torch

    found = {}
    for name in _PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    gpus = [torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count())]
    return {"versions": {"python": platform.python_version(), **found}, "hardware": gpus or [_processor()]}


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
