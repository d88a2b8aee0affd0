"""How much energy a run took: read off the hardware where it keeps count, else estimated from time, and said so."""

from __future__ import annotations

import os
import time
from pathlib import Path

import torch

_RAPL = Path("/sys/class/powercap")
# What a busy server core draws, in watts: between a fifteenth and a fiftieth of the 150-400 W of common processors.
_WATTS_A_CORE = 8.0


class Meter:
    """Counts from when it is made. GPUs' counters are read through NVML, processors' through Linux's powercap.

    A processor's counter begins again after less than an hour of hard work: read the meter more often than that.
    """

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._gpu = _gpu_joules()
        self._last = _cpu_counters()
        self._cpu = 0.0

    def joules(self) -> tuple[float, str]:
        """Energy so far, and where the figure is from."""
        total, sources = 0.0, []
        gpu = _gpu_joules()
        if gpu is not None and self._gpu is not None:
            total, sources = gpu - self._gpu, ["GPU counters"]
        elif torch.cuda.is_available():
            sources = ["GPU not counted"]
        if self._last:
            now = _cpu_counters()
            for path, (value, most) in now.items():
                before = self._last.get(path, (value, most))[0]
                self._cpu += (value - before) % most / 1e6
            self._last = now
            return total + self._cpu, ", ".join([*sources, "processor counters"])
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        guess = f"processor estimated at {_WATTS_A_CORE:g} W for each of {cores} cores"
        estimate = (time.monotonic() - self._started) * cores * _WATTS_A_CORE
        return total + estimate, ", ".join([*sources, guess])


def _gpu_joules() -> float | None:
    """What the GPUs of this process have used since their driver was loaded; those of others do not count."""
    if not torch.cuda.is_available():
        return None
    try:
        import pynvml

        pynvml.nvmlInit()
        names = [f"GPU-{torch.cuda.get_device_properties(index).uuid}" for index in range(torch.cuda.device_count())]
        devices = [pynvml.nvmlDeviceGetHandleByUUID(name) for name in names]
        return sum(pynvml.nvmlDeviceGetTotalEnergyConsumption(device) for device in devices) / 1e3
    except Exception:  # no package, no driver, no such counter: all mean that nobody counts
        return None


def _cpu_counters() -> dict[Path, tuple[int, int]]:
    """Each processor package's counter and the value at which it begins again, in microjoules."""
    try:
        return {
            path: (int((path / "energy_uj").read_text()), int((path / "max_energy_range_uj").read_text()))
            for path in _RAPL.glob("intel-rapl:?")
        }
    except (OSError, ValueError):
        return {}
