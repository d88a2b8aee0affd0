"""A saved LoRA adapter back on its base, every tensor in its place: peft itself passes over what does not fit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from peft import PeftConfig, PeftType, get_peft_model, get_peft_model_state_dict, set_peft_model_state_dict
from safetensors import SafetensorError
from safetensors.torch import load_file

from srlint.errors import ModelError

WEIGHTS = "adapter_model.safetensors"
CONFIG = "adapter_config.json"


def attach(model: Any, folder: Path) -> Any:
    """`model` wrapped with the LoRA adapter that `folder` holds, ready to be asked.

    Raises ModelError naming the file, and the first tensor that is missing, left over, of another shape or not finite.
    """
    config, tensors = _config(folder), _tensors(folder / WEIGHTS)
    config.base_model_name_or_path = model.name_or_path  # peft warns of a base that lies elsewhere than in training
    tied = model.get_output_embeddings().weight is model.get_input_embeddings().weight
    try:
        wrapped = get_peft_model(model, config, autocast_adapter_dtype=False)
    except (ValueError, TypeError, RuntimeError) as error:
        raise ModelError(f"{folder}: does not fit the base model: {str(error).splitlines()[0]}") from error
    wanted = get_peft_model_state_dict(wrapped, save_embedding_layers=False)
    _compare(folder / WEIGHTS, tensors, wanted)
    if tied and any(".embed_tokens." in name or ".lm_head." in name for name in tensors):
        raise ModelError(f"{folder}: changes one of the two embeddings that the base model ties: it cannot be merged")
    set_peft_model_state_dict(wrapped, tensors)
    placed = get_peft_model_state_dict(wrapped, save_embedding_layers=False)
    for name, values in tensors.items():
        if not torch.equal(placed[name], values.to(placed[name].dtype)):
            raise ModelError(f"{folder / WEIGHTS}: {name} did not reach the model")
    return wrapped.eval()


def _config(folder: Path) -> PeftConfig:
    if not (folder / CONFIG).is_file():
        raise ModelError(f"{folder / CONFIG}: missing: is this a finished run of `python -m finetune train`?")
    try:
        config = PeftConfig.from_pretrained(str(folder))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ModelError(f"{folder / CONFIG}: not an adapter's configuration: {str(error).splitlines()[0]}") from error
    if config.peft_type != PeftType.LORA:
        raise ModelError(f"{folder / CONFIG}: {config.peft_type} is not LoRA, and nothing else can be merged")
    if config.init_lora_weights not in (True, False, "gaussian"):
        # PiSSA, OLoRA and their like change the base when they begin, and would change it again here.
        raise ModelError(f"{folder / CONFIG}: init_lora_weights {config.init_lora_weights!r} cannot be merged")
    return config


def _tensors(file: Path) -> dict[str, torch.Tensor]:
    if not file.is_file():
        raise ModelError(f"{file}: missing: is this a finished run of `python -m finetune train`?")
    try:
        return load_file(file)
    except (OSError, SafetensorError) as error:
        raise ModelError(f"{file}: not a whole safetensors file: {error}") from error


def _compare(file: Path, found: dict[str, torch.Tensor], wanted: dict[str, torch.Tensor]) -> None:
    missing, extra = sorted(wanted.keys() - found.keys()), sorted(found.keys() - wanted.keys())
    if missing:
        raise ModelError(f"{file}: {len(missing)} tensors are missing, the first is {missing[0]}")
    if extra:
        raise ModelError(f"{file}: {len(extra)} tensors have no place in the base model, the first is {extra[0]}")
    for name in sorted(found):
        here, there = tuple(found[name].shape), tuple(wanted[name].shape)
        if here != there:
            raise ModelError(f"{file}: {name} is {list(here)}, the base model wants {list(there)}")
        if not torch.isfinite(found[name]).all():
            raise ModelError(f"{file}: {name} holds values that are not finite")
