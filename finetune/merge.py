"""A run's adapter merged into its full-precision base: one model that every tool can load.

The merged model must say what base and adapter say together, and so must its rounded weights; else nothing is written.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError

from finetune import base_digest, base_files, base_model, saved, versions
from finetune.merging import merge_check, model_card, strict_adapter
from srlint.errors import ConfigError, ModelError

DTYPES = {"bfloat16": torch.bfloat16, "float16": torch.float16, "float32": torch.float32}
RECORD = "srlint_run.json"
SHARD = "5GB"
# Room for tokenizer, record and card beside the weights.
_BESIDE = 64 << 20


def merge(run: Path, out: Path, dtype: str, base: str | None, log: Callable[[str], None]) -> dict:
    """Writes the folder `out`: weights, tokenizer, chat template, record and model card. Returns the record.

    `base` says where the run's base lies now. Raises ConfigError for a dtype that is none and an `out` in use, and
    ModelError for a run that cannot be merged, another base than the run's, and figures out of bounds. Then nothing is
    left behind.
    """
    if dtype not in DTYPES:
        raise ConfigError(f"dtype must be one of {', '.join(DTYPES)}, not {dtype!r}")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ConfigError(f"{out}: exists and is not an empty folder")
    record = read_record(run)
    method = record["settings"].get("method", "lora")
    if method == "prefix":
        raise ModelError(f"{run}: a prefix is not part of any weight and cannot be merged: evaluate with --model {run}")
    source = str(run / "model") if method == "full" else base or record["settings"]["base"]
    local = base_files.local(base_model.resolve(source))
    files = base_files.weights(local)
    figures: dict[str, Any] = {"method": method, "dtype": dtype}
    if method != "full":
        figures["base_digest"] = _checked_digest(run, record, files, base, log)
    _check_room(out, base_files.parameters(files) * DTYPES[dtype].itemsize)
    log(f"loading {source} in float32")
    model, tokenizer = _load(source)
    asked = merge_check.prompts(tokenizer)
    figures["prompts"] = len(asked.own)
    if method == "full":
        said = merge_check.logits(model, asked)
    else:
        model, said = _merged(model, run / "adapter", asked, figures, log)
    _round(model, dtype, said, asked, figures, log)
    record["merge"] = figures | versions.used()
    log(f"writing {out}")
    _write(model, tokenizer, asked, record, local, out)
    return record


def read_record(run: Path) -> dict:
    """The record of a finished run of a language model. Raises ModelError."""
    path = run / "run.json"
    if not path.is_file():
        raise ModelError(f"{path}: missing: is {run} a finished run of `python -m finetune train`?")
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(record["settings"]["base"], str):
            return record
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise ModelError(f"{path}: not the record of a run: it names no settings.base")


def _checked_digest(
    run: Path, record: dict, files: list[Path], base: str | None, log: Callable[[str], None]
) -> str:
    """The digest of the base's weights. Raises ModelError where it is not that of the run."""
    found, wanted = base_digest.digest(files), record.get("base_digest")
    named = base or record["settings"]["base"]
    if wanted is None and base is None:
        log(f"{run}: made before records held their base's digest: {named} is taken at its word")
    elif wanted is None:
        raise ModelError(f"{run}: made before records held their base's digest: --base cannot be checked, leave it out")
    elif found != wanted:
        raise ModelError(
            f"{named}: has the digest {found}, but {run} began with {wanted}: say with --base where that base lies"
        )
    return found


def _check_room(out: Path, weights: int) -> None:
    folder = out.absolute()
    while not folder.exists():
        folder = folder.parent
    needed, free = weights + _BESIDE, shutil.disk_usage(folder).free
    if free < needed:
        raise ModelError(f"{out}: {needed / 1e9:.1f} GB are needed there, {free / 1e9:.1f} GB are free")


def _load(source: str) -> tuple[Any, Any]:
    model, tokenizer = base_model.load(source, torch.float32)
    if model.config.to_dict().get("quantization_config"):
        raise ModelError(f"{source}: its weights are quantised; an adapter is merged into those in full precision")
    return model, tokenizer


def _merged(
    model: Any, adapter: Path, asked: merge_check.Prompts, figures: dict[str, Any], log: Callable[[str], None]
) -> tuple[Any, list[torch.Tensor]]:
    """The merged model, and the logits of base and adapter together."""
    tied = model.get_output_embeddings().weight is model.get_input_embeddings().weight
    wrapped = strict_adapter.attach(model, adapter)
    said = merge_check.logits(wrapped, asked)
    with wrapped.disable_adapter():
        effect = merge_check.compare(said, merge_check.logits(wrapped, asked))
    try:
        merged = wrapped.merge_and_unload(safe_merge=True)
    except ValueError as error:
        raise ModelError(f"{adapter}: {str(error).splitlines()[0]}") from error
    if tied and merged.get_output_embeddings().weight is not merged.get_input_embeddings().weight:
        raise ModelError(f"{adapter}: merging parted the two embeddings that the base model ties: nothing written")
    found = merge_check.compare(said, merge_check.logits(merged, asked))
    merge_check.check("merged against base and adapter", found, merge_check.MERGED)
    figures |= {"adapter_effect": asdict(effect), "merged": asdict(found)}
    log(f"the adapter moves the base by {effect.mean_kl:.2g} nats; merged differs by {found.mean_kl:.1g} nats")
    return merged, said


def _round(
    model: Any,
    dtype: str,
    said: list[torch.Tensor],
    asked: merge_check.Prompts,
    figures: dict[str, Any],
    log: Callable[[str], None],
) -> None:
    """Casts the model, after checking in float32 arithmetic what the rounding of its weights does.

    Where a processor has no units for a narrow type it takes a hundred times as long, and says nothing about the
    weights.
    """
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(parameter.to(DTYPES[dtype]))
            if not torch.isfinite(parameter).all():
                raise ModelError(f"{name}: holds values beyond {dtype}: take bfloat16: nothing written")
    found = merge_check.compare(said, merge_check.logits(model, asked))
    merge_check.check(f"{dtype} against float32", found, merge_check.ROUNDED[dtype])
    figures["rounded"] = asdict(found)
    tops = f"{found.changed_tops} of {found.positions} top tokens"
    log(f"rounded to {dtype} it differs by {found.mean_kl:.1g} nats and {tops}")
    model.to(DTYPES[dtype])


def _write(model: Any, tokenizer: Any, asked: merge_check.Prompts, record: dict, base: Path, out: Path) -> None:
    with _in_one_piece(out) as part:
        model.save_pretrained(part, max_shard_size=SHARD)
        tokenizer.save_pretrained(part)
        saved.copy_vocabulary(base, part)
        (part / RECORD).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
        (part / "README.md").write_text(model_card.card(record, out.name), encoding="utf-8")
        saved.make_readable(part)
        _check_written(part, model, asked)


@contextmanager
def _in_one_piece(out: Path) -> Iterator[Path]:
    """A folder that becomes `out` when all went well, and vanishes otherwise."""
    part = out.parent / f".{out.name}.{os.getpid()}.part"
    try:
        part.mkdir(parents=True)
        yield part
        if out.exists():
            out.rmdir()
        part.rename(out)
    except (OSError, ValueError, SafetensorError) as error:
        raise ModelError(f"{out}: cannot be written: {str(error).splitlines()[0]}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _check_written(folder: Path, model: Any, asked: merge_check.Prompts) -> None:
    """Loads what was written as anybody would, and compares every weight and every prompt. Raises ModelError."""
    again, tokenizer = base_model.load(str(folder), model.dtype)
    wanted, found = model.state_dict(), again.state_dict()
    wrong = wanted.keys() ^ found.keys() or {name for name in wanted if not torch.equal(wanted[name], found[name])}
    if wrong:
        raise ModelError(f"{len(wrong)} weights came back different from disk, one is {min(wrong)}: nothing written")
    if merge_check.prompts(tokenizer) != asked:
        raise ModelError("the tokenizer came back different from disk: nothing written")
