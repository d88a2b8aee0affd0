"""Fine-tuning of a chat model on pairs, with the prompt that the command uses.

The loss falls on the answer alone, and more on the words that an answer changes than on those it copies: a small
model learns to copy in the first hundred steps and would spend the rest of the run on being sure of it. The same file
serves one processor, one GPU, and several through `accelerate launch`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator, PartialState
from torch import nn

from finetune import base_files, base_model, saved, versions
from finetune.base_digest import base_digest
from finetune.pairs import Pair
from finetune.settings import LanguageRun
from finetune.training import methods, sharing, shortage
from finetune.training.checkpoint import Checkpoints, State, checkpoint_of
from finetune.training.examples import Example, examples
from finetune.training.loop import Loop, summed
from finetune.training.masters import Update
from finetune.training.objective import Objective
from finetune.training.progress import Progress, peak_gigabytes
from finetune.training.text_lengths import check_texts, lengths
from srlint import prompt
from srlint.errors import ConfigError

RECORD = "run.json"


def train(
    run: LanguageRun,
    epochs: Sequence[Sequence[Pair]],
    held_out: Sequence[Pair],
    folder: Path,
    resume: bool,
    log: Callable[[str], None],
) -> dict:
    """Trains on the pairs of each epoch in turn and saves the result under `folder`; returns the run record.

    Adapters are saved as `adapter/`, a full model as `model/`. `resume` goes on from a checkpoint, to the same weights
    as an uninterrupted run. Raises ConfigError and ModelError, also where memory runs out.
    """
    with shortage.told(run):
        work = Accelerator()
        log = log if work.is_main_process else _silent
        _check_folder(folder, resume, log)
        torch.manual_seed(run.seed)
        model, tokenizer = methods.trainable(run, run.base)
        frame = base_model.framed(tokenizer, run.base)
        prefix = tokenizer.encode(frame.prefix, add_special_tokens=False)
        own = [examples(tokenizer, frame, found, run) for found in epochs]
        other = examples(tokenizer, frame, held_out, run)
        check_texts(run, own, other)
        log(lengths(epochs, own, len(prefix)))

        objective = Objective(model, prefix, run.max_length, run.packing)
        wrapped = _wrapped(work, objective)
        plan = sharing.plan(run, own, work.num_processes, work.process_index)
        update = Update(run, [one for one in wrapped.parameters() if one.requires_grad], len(plan), log)
        base = base_digest(run.base)
        checkpoints = Checkpoints(folder, _digest(run, base, own, other, work.num_processes), work.process_index)
        state = checkpoints.restore(update) if resume else State()
        if summed(work, state.step) != state.step * work.num_processes:
            raise ConfigError(f"{folder}: the checkpoints of the processes are of different steps: remove them")
        size = sum(len(item.ids) for found in own for item in found)
        log(f"{len(own[0])} texts an epoch, {size} tokens, {len(plan)} steps, from step {state.step}")

        loop = Loop(run, work, wrapped, update, checkpoints, state, other)
        with Progress(len(plan), state.step, folder / "logs", log, work.is_main_process) as progress:
            loop.through(plan, progress)
        if state.best_step != state.step:
            checkpoints.take_best(update.masters, state.best_step)
        log(f"held-out loss {state.best:.4f}, at step {state.best_step}")
        _save(work, wrapped, objective, tokenizer, run, folder)
        work.wait_for_everyone()
        checkpoints.remove()
        return {
            "settings": asdict(run),
            "prompt": prompt.fingerprint(),
            "base_digest": base,
            "texts": len(own[0]),
            "held_out_texts": len(other),
            "held_out_loss": round(state.best, 4),
            "best_step": state.best_step,
            "history": [[step, round(value, 4)] for step, value in state.history],
            "steps": len(plan),
            "measured": _measured(state, progress.rate, loop.energy_source, work.num_processes),
        }


def _wrapped(work: Accelerator, objective: Objective) -> nn.Module:
    """The objective on its device, shared among the processes."""
    if work.num_processes == 1:
        return objective.to(methods.device())
    if work.is_fsdp2:  # it takes a model only with an optimizer; ours works on copies that are made afterwards
        trained = [one for one in objective.parameters() if one.requires_grad]
        return work.prepare(objective, torch.optim.SGD(trained, lr=0.0))[0]
    return work.prepare(objective)


def _measured(state: State, rate: float, energy_source: str, processes: int) -> dict:
    return {
        "minutes": round(state.seconds / 60, 2),
        "tokens_per_second": round(rate, 1),
        "peak_gigabytes": round(peak_gigabytes(), 2),
        "kilowatt_hours": float(f"{state.joules / 3.6e6:.3g}"),
        "energy_source": energy_source,
        "processes": processes,
        **versions.used(),
    }


def _check_folder(folder: Path, resume: bool, log: Callable[[str], None]) -> None:
    """Hours of work are neither written over by a command that was given twice, nor lost for want of a folder."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"{folder}: cannot be written: {error.strerror or error}") from error
    begun = checkpoint_of(folder).is_file()
    if (folder / RECORD).is_file():
        raise ConfigError(f"{folder}: holds a finished run: remove it, or choose another --out")
    if begun and not resume:
        raise ConfigError(f"{folder}: holds a run that was cut short: --resume goes on, or remove it to begin anew")
    if resume and not begun:
        log(f"{folder}: no checkpoint there: from the first step")


def _digest(
    run: LanguageRun, base: str, own: Sequence[Sequence[Example]], other: Sequence[Example], processes: int
) -> str:
    """All that the steps hang on."""
    total = sha256(repr((asdict(run), str(methods.dtype(run)), base, processes)).encode())
    for found in (*own, other):
        total.update(repr([(item.ids, item.weights) for item in found]).encode())
    return total.hexdigest()


def _save(
    work: Accelerator, wrapped: nn.Module, objective: Objective, tokenizer: Any, run: LanguageRun, folder: Path
) -> None:
    """Adapter or model in safetensors. The name of the base is the run's, not the path that it was loaded from."""
    if work.num_processes == 1:
        weights = None
    else:
        prefix = "model."
        whole = work.get_state_dict(wrapped)
        weights = {name.removeprefix(prefix): value for name, value in whole.items() if name.startswith(prefix)}
    if not work.is_main_process:
        return
    target = folder / ("model" if run.method == "full" else "adapter")
    if run.method == "full":
        objective.model.save_pretrained(target, state_dict=weights)
        tokenizer.save_pretrained(target)
        saved.copy_vocabulary(base_files.local(base_model.resolve(run.base)), target)
    else:
        objective.model.peft_config["default"].base_model_name_or_path = run.base
        objective.model.save_pretrained(target, state_dict=weights, save_embedding_layers=False)
        # peft's card names the folder that the base was loaded from, and converters copy that into what they write.
        (target / "README.md").unlink(missing_ok=True)
    saved.make_readable(target)


def leads() -> bool:
    """Whether this process is the one that writes what all of them made."""
    return PartialState().is_main_process


def write_record(folder: Path, record: dict) -> None:
    """The run record beside the adapter."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / RECORD).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def _silent(line: str) -> None:
    return None
