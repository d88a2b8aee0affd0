"""What a person sees of a run: a bar with the time left on a terminal, a line now and then elsewhere, TensorBoard."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import torch

EVERY = 25


class Progress:
    """Follows a run of `steps` steps from step `first` on. `shown` is false for all processes but one."""

    def __init__(self, steps: int, first: int, logs: Path | None, log: Callable[[str], None], shown: bool = True):
        self._steps, self._first, self._log, self._shown = steps, first, log, shown
        self._bar: Any = None
        self._task: Any = None
        self._writer = _writer(logs, first) if logs is not None and shown else None
        self._started = time.monotonic()
        self.tokens = 0

    def __enter__(self) -> Progress:
        if self._shown and sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
            from rich.progress import Progress as Bar

            self._bar = Bar(
                MofNCompleteColumn(), BarColumn(), TextColumn("{task.description}"), TimeRemainingColumn(),
                console=Console(stderr=True),
            )
            self._bar.start()
            self._task = self._bar.add_task("", total=self._steps, completed=self._first)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()
        if self._writer is not None:
            self._writer.close()

    @property
    def rate(self) -> float:
        """Tokens of training texts a second, in this sitting."""
        return self.tokens / max(1e-9, time.monotonic() - self._started)

    def stepped(self, step: int, tokens: int, figures: Mapping[str, float]) -> None:
        """After step number `step` (from 1), which read so many tokens."""
        self.tokens += tokens
        self._write("train", step, {**figures, "tokens_per_second": self.rate})
        shown = f"loss {figures['loss']:.4f} {self.rate:.0f} tokens/s {peak_gigabytes():.1f} GB"
        if self._bar is not None:
            self._bar.update(self._task, completed=step, description=shown)
        elif self._shown and (step % EVERY == 0 or step == self._steps):
            left = (self._steps - step) * (time.monotonic() - self._started) / max(1, step - self._first)
            self._log(f"step {step}/{self._steps} {shown}, {left / 60:.0f} min left")

    def evaluated(self, step: int, loss: float) -> None:
        """After the held-out loss was taken."""
        self._write("held_out", step, {"loss": loss})
        if self._shown:
            line = f"step {step}/{self._steps} held-out loss {loss:.4f}"
            self._bar.console.print(line) if self._bar is not None else self._log(line)

    def _write(self, group: str, step: int, figures: Mapping[str, float]) -> None:
        if self._writer is not None:
            for name, value in figures.items():
                self._writer.add_scalar(f"{group}/{name}", value, step)


def peak_gigabytes() -> float:
    """The most memory that this process has held: on the GPU where there is one."""
    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated() / 1e9
    with suppress(ImportError):
        import resource

        # Kilobytes on Linux, bytes on macOS.
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e9
    return 0.0


def _writer(logs: Path, first: int) -> Any | None:
    """TensorBoard's, where it is installed. What an interrupted sitting wrote beyond `first` is dropped."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        return None
    return SummaryWriter(str(logs), purge_step=first + 1)
