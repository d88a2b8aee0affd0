"""A merged model as a GGUF file that says what it was made for."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from quantize import converter
from quantize.stamp import stamp
from srlint import prompt
from srlint.errors import ConfigError, ModelError
from srlint.models.manifest import METADATA_PREFIX

# What `python -m finetune merge` leaves beside the weights.
RECORD = "srlint_run.json"
TYPES = ("f32", "f16", "bf16", "q8_0")
# The type that loses nothing, by the dtype in a model's config.json.
_AS_THEY_ARE = {"float32": "f32", "float16": "f16", "bfloat16": "bf16"}


def convert(
    merged: Path, target: Path, cache: Path, kind: str | None = None, log: Callable[[str], None] = lambda line: None
) -> dict[str, str]:
    """Writes `target` from a folder of `python -m finetune merge`, and returns the manifest that is in it.

    `kind` is one of TYPES, None for what the weights are; `cache` keeps llama.cpp's converters. Raises ConfigError for
    a target that is there already, and ModelError for a folder that is no merged model, for one that was trained on
    another prompt than this srlint asks, and where the converter fails. Then nothing is left behind.
    """
    if target.suffix != ".gguf":
        raise ConfigError(f"{target}: must end in .gguf")
    if target.exists():
        raise ConfigError(f"{target}: there is such a file already: remove it, or choose another name")
    made = manifest(merged)
    _check_tokenizer(merged)
    kind = kind or as_it_is(merged)
    log(f"{merged}: to {kind}, with llama.cpp's converter")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as work:
            plain, whole = Path(work) / "plain.gguf", Path(work) / "whole.gguf"
            arguments = ("--outtype", kind, "--outfile", str(plain), str(merged))
            converter.run(cache, "convert_hf_to_gguf.py", *arguments)
            stamp(plain, whole, made)
            whole.rename(target)
    except OSError as error:
        raise ModelError(f"{target}: cannot be written: {error.strerror or error}") from error
    return made


def manifest(merged: Path) -> dict[str, str]:
    """The metadata that srlint reads, by key, and what the model was made of. Raises ModelError.

    Until it is calibrated a model only rewrites: its judge weight is 0.
    """
    made = _record(merged)
    if made["prompt"] != prompt.fingerprint():
        raise ModelError(
            f"{merged}: trained on prompt {made['prompt']}, but this srlint asks {prompt.fingerprint()}: train it "
            "again, or convert it with the version that trained it"
        )
    found = {"prompt": made["prompt"], "judge_weight": "0.0", "base": _named(made["settings"]["base"])}
    more = {"run": made["settings"].get("name"), **{key: made.get(key) for key in ("base_digest", "data")}}
    found |= {key: value for key, value in more.items() if isinstance(value, str)}
    return {METADATA_PREFIX + key: value for key, value in found.items()}


def _record(merged: Path) -> Mapping[str, Any]:
    path = merged / RECORD
    if not path.is_file():
        run = (merged / "run.json").is_file()
        hint = "merge it first, with `python -m finetune merge`" if run else "is it one of `python -m finetune merge`?"
        raise ModelError(f"{merged}: not the folder of a merged model ({RECORD} is missing): {hint}")
    try:
        made = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(made["prompt"], str) and isinstance(made["settings"]["base"], str):
            return made
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise ModelError(f"{path}: not the record of a run: it names no prompt or no base")


def _named(base: str) -> str:
    """A base's name. Where it lay on the machine that trained on it is nobody's business."""
    return Path(base).name if Path(base).is_absolute() or base.startswith(("~", ".")) else base


def _check_tokenizer(merged: Path) -> None:
    """Raises ModelError for a tokenizer of Llama 2's kind of which only tokenizer.json is there.

    The converter would give all of its pieces the same score, and llama.cpp would cut most texts in other places.
    """
    path = merged / "tokenizer.json"
    try:
        model = json.loads(path.read_text(encoding="utf-8"))["model"]
        by_score = model["type"] == "BPE" and model.get("byte_fallback") and model["merges"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{path}: not a tokenizer: {error}") from error
    if by_score and not (merged / "tokenizer.model").is_file():
        raise ModelError(f"{merged}: copy tokenizer.model there from the base model: the converter needs it")


def as_it_is(merged: Path) -> str:
    """The type that keeps the weights as they are. Raises ModelError where the folder does not say what they are."""
    path = merged / "config.json"
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        # transformers called it torch_dtype before its version 5.
        return _AS_THEY_ARE[values.get("dtype") or values["torch_dtype"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{path}: does not say that its weights are {', '.join(_AS_THEY_ARE)}: give --type") from error
