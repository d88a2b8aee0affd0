"""A trained LoRA adapter as a small GGUF file with its manifest."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from quantize import converter
from srlint.errors import ModelError
from srlint.models.bake import file_sha256
from srlint.models.embedded import base_gguf


def convert(run: Path, target: Path, cache: Path, outtype: str = "q8_0") -> dict:
    """Writes `target`, and beside it a .json manifest, from a run of `python -m finetune train`. Returns the manifest.

    Raises ModelError when the run is incomplete or the converter fails.
    """
    from transformers import AutoConfig

    adapter, record = run / "adapter", run / "run.json"
    if not (adapter / "adapter_model.safetensors").is_file() or not record.is_file():
        raise ModelError(f"{run}: not a finished run of `python -m finetune train`")
    made = json.loads(record.read_text(encoding="utf-8"))
    base = base_gguf()
    with tempfile.TemporaryDirectory() as folder:
        AutoConfig.from_pretrained(base.parent, gguf_file=base.name).save_pretrained(folder)
        # The converter wants the architecture's name, which a configuration read from GGUF does not carry.
        config = Path(folder) / "config.json"
        values = json.loads(config.read_text(encoding="utf-8"))
        values.pop("quantization_config", None)
        values["architectures"] = ["LlamaForCausalLM"]
        config.write_text(json.dumps(values), encoding="utf-8")
        target.parent.mkdir(parents=True, exist_ok=True)
        converter.run(
            cache,
            "convert_lora_to_gguf.py",
            "--base",
            folder,
            "--outtype",
            outtype,
            "--outfile",
            str(target),
            str(adapter),
        )
    manifest = {
        # Until `python -m finetune judge` has measured them the model only rewrites.
        "judge_weight": 0.0,
        "threshold": None,
        "prompt": made["prompt"],
        "base_sha256": file_sha256(base),
        "adapter_sha256": file_sha256(target),
        "data": made["data"],
        "held_out_loss": made["held_out_loss"],
        "settings": made["settings"],
    }
    target.with_suffix(".json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    return manifest
