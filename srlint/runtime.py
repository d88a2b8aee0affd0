"""onnxruntime, silenced: the one place that loads it."""

from __future__ import annotations

import os
from types import ModuleType

from srlint.interrupts import put_off


def onnxruntime() -> ModuleType:
    """The library, loaded. From version 1.29 on it reports to its makers over the network unless told not to before."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    with put_off():
        import onnxruntime

    return onnxruntime
