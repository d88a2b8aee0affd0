"""What was measured of one model on the dev passages: how much say it gets. Lies beside the model as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from srlint import turns
from srlint.errors import ModelError
from srlint.models.store import Stamp, write_json
from srlint.shipped import model_digest


@dataclass(frozen=True, slots=True)
class Calibration:
    """`judge_weight` and `threshold` are as in a manifest.

    The rest says what they hold for (the file's SHA-256, prompt and detector) and what they were measured on: the
    number of passages, F1 and the share of false alarms that came of it, and the seconds that a question took.
    """

    judge_weight: float
    threshold: float | None
    sha256: str
    prompt: str
    detector: str
    passages: int
    f1: float
    false_alarms: float
    seconds: float

    def holds(self) -> bool:
        """Whether it was measured with this srlint's prompt, examples and detector."""
        return self.prompt == turns.fingerprint() and self.detector == model_digest()


@dataclass(frozen=True, slots=True)
class Kept:
    """A calibration on disk, with the stamp that the model file had."""

    calibration: Calibration
    stamp: Stamp


def file_beside(model: Path) -> Path:
    """Where the calibration of a model file is kept that nobody pulled."""
    return model.with_name(f"{model.stem}.calibration.json")


def read(path: Path) -> Kept | None:
    """What is kept in a JSON file; None where there is none. Raises ModelError for a file that holds something else."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        threshold = values["threshold"]
        calibration = Calibration(
            judge_weight=float(values["judge_weight"]),
            threshold=None if threshold is None else float(threshold),
            sha256=str(values["sha256"]),
            prompt=str(values["prompt"]),
            detector=str(values["detector"]),
            passages=int(values["passages"]),
            f1=float(values["f1"]),
            false_alarms=float(values["false_alarms"]),
            seconds=float(values["seconds"]),
        )
        return Kept(calibration, Stamp(int(values["size"]), int(values["mtime_ns"])))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, RecursionError, OverflowError) as error:
        raise ModelError(f"{path}: not a calibration: delete it, and calibrate the model again") from error


def write(path: Path, kept: Kept) -> None:
    """Raises ModelError when it cannot be written there."""
    write_json(path, asdict(kept.calibration) | asdict(kept.stamp))
