"""A trained LoRA adapter as a small GGUF file with its manifest, once llama.cpp says what transformers says with it."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from quantize import adapter_check, converter
from srlint import prompt
from srlint.errors import ModelError
from srlint.models.bake import file_sha256
from srlint.models.embedded import base_gguf
from srlint.models.store import write_json


def convert(
    run: Path,
    target: Path,
    cache: Path,
    outtype: str = "q8_0",
    log: Callable[[str], None] = lambda line: None,
    threads: int | None = None,
) -> dict[str, Any]:
    """Writes `target`, and beside it a .json manifest, from a run of `python -m finetune train`. Returns the manifest.

    Raises ModelError when the run is incomplete or was trained on another prompt, when the converter fails, and when
    llama.cpp makes something else of the adapter than transformers. Then what was there before is left as it was.
    """
    adapter, made = run / "adapter", _record(run)
    base = base_gguf()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as folder:
            part = Path(folder) / "adapter.gguf"
            _configure(base, Path(folder))
            arguments = ("--base", folder, "--outtype", outtype, "--outfile", str(part), str(adapter))
            converter.run(cache, "convert_lora_to_gguf.py", *arguments)
            parity = adapter_check.check(base, adapter, part, threads)
            log(
                f"{adapter}: logits of {parity.prompts} prompts differ by at most {parity.difference:.2%} of their "
                f"range (the adapter moves them by {parity.effect:.1%})"
            )
            manifest = _manifest(made, base, part)
            os.replace(part, target)
    except OSError as error:
        raise ModelError(f"{target}: cannot be written: {error.strerror or error}") from error
    write_json(target.with_suffix(".json"), manifest)
    return manifest


def _record(run: Path) -> dict[str, Any]:
    adapter, record = run / "adapter", run / "run.json"
    if not (adapter / "adapter_model.safetensors").is_file() or not record.is_file():
        raise ModelError(f"{run}: not a finished run of `python -m finetune train`")
    try:
        made = json.loads(record.read_text(encoding="utf-8"))
        missing = {"prompt", "data", "held_out_loss", "settings"} - made.keys()
    except (OSError, ValueError, AttributeError) as error:
        raise ModelError(f"{record}: not the record of a run: {error}") from error
    if missing:
        raise ModelError(f"{record}: not the record of a run: {min(missing)} is missing")
    if made["prompt"] != prompt.fingerprint():
        raise ModelError(
            f"{run}: trained on prompt {made['prompt']}, but this srlint asks {prompt.fingerprint()}: train it again"
        )
    return made


def _manifest(made: dict[str, Any], base: Path, adapter: Path) -> dict[str, Any]:
    return {
        # Until `python -m finetune judge` has measured them the model only rewrites.
        "judge_weight": 0.0,
        "threshold": None,
        "prompt": made["prompt"],
        "base_sha256": file_sha256(base),
        "adapter_sha256": file_sha256(adapter),
        "data": made["data"],
        "held_out_loss": made["held_out_loss"],
        "settings": made["settings"],
    }


def _configure(base: Path, folder: Path) -> None:
    """Writes config.json, as the converter wants it, of the base."""
    from transformers import AutoConfig

    AutoConfig.from_pretrained(base.parent, gguf_file=base.name).save_pretrained(folder)
    # The converter wants the architecture's name, which a configuration read from GGUF does not carry.
    config = folder / "config.json"
    values = json.loads(config.read_text(encoding="utf-8"))
    values.pop("quantization_config", None)
    values["architectures"] = ["LlamaForCausalLM"]
    config.write_text(json.dumps(values), encoding="utf-8")
