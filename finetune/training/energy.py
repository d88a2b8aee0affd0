"""How much energy a run took: read off the hardware where it keeps count, else estimated from time, and said so."""

from __future__ import annotations

import os
import time
from pathlib import Path

_RAPL = Path("/sys/class/powercap")
# What a busy server core draws, in watts: between a fifteenth and a fiftieth of the 150-400 W of common processors.
_WATTS_A_CORE = 8.0


class Meter:
    """Counts from when it is made. A GPU's counter is read through NVML, a processor's through Linux's powercap."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._gpu, self._cpu = _gpu_joules(), _cpu_joules()

    def joules(self) -> tuple[float, str]:
        """Energy so far, and where the figure is from."""
        seconds = time.monotonic() - self._started
        gpu, cpu = _gpu_joules(), _cpu_joules()
        total, sources = 0.0, []
        if gpu is not None and self._gpu is not None:
            total, sources = gpu - self._gpu, ["GPU counters"]
        if cpu is not None and self._cpu is not None and cpu >= self._cpu:
            return total + cpu - self._cpu, ", ".join([*sources, "processor counters"])
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        estimate = seconds * cores * _WATTS_A_CORE
        guess = f"processor estimated at {_WATTS_A_CORE:g} W for each of {cores} cores"
        return total + estimate, ", ".join([*sources, guess])


def _gpu_joules() -> float | None:
    """What all visible NVIDIA GPUs have used since their driver was loaded."""
    try:
        import pynvml

        pynvml.nvmlInit()
        devices = [pynvml.nvmlDeviceGetHandleByIndex(index) for index in range(pynvml.nvmlDeviceGetCount())]
        return sum(pynvml.nvmlDeviceGetTotalEnergyConsumption(device) for device in devices) / 1e3
    except Exception:  # no package, no driver, no such counter: all mean that nobody counts
        return None


def _cpu_joules() -> float | None:
    try:
        counters = [path / "energy_uj" for path in _RAPL.glob("intel-rapl:?")]
        return sum(int(path.read_text()) for path in counters) / 1e6 if counters else None
    except (OSError, ValueError):
        return None
