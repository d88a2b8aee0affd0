"""The peer of `finetune train`: transformers' Trainer on a peft adapter, as a careful person would write it.

Every text has its whole prompt before it, a batch is padded to its longest text, and the loss falls on the answers
alone. `python -m benchmarks.plain_trainer JOB RESULT` is a process of the benchmark `training`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import torch
from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training
from torch import nn
from transformers import BitsAndBytesConfig, Trainer, TrainerCallback, TrainingArguments

from benchmarks.training import CHECKED, Job, Moment, answered, gradient_norm, stirred
from finetune import base_model
from finetune.pairs import Pair
from finetune.settings import LanguageRun
from finetune.training import methods
from finetune.training.examples import examples
from finetune.training.progress import peak_gigabytes
from srlint import prompt

_IGNORED = -100
_SCHEDULES = {"cosine": "cosine", "linear": "linear", "constant": "constant_with_warmup"}
_OPTIMIZERS = {"adamw": "adamw_torch_fused", "paged_adamw": "paged_adamw_32bit"}

# `input_ids`, `labels` (-100 for what is given), their `length`, and how many are `own`, not of the shared system text.
Text = dict[str, Any]


class Clock(TrainerCallback):
    """When the first step began and the last one ended."""

    began = ended = Moment(0.0, 0.0)

    def on_train_begin(self, *_: Any, **__: Any) -> None:
        self.began = Moment.now()

    def on_train_end(self, *_: Any, **__: Any) -> None:
        self.ended = Moment.now()


def adapted(run: LanguageRun) -> tuple[nn.Module, Any]:
    """The base with a fresh adapter of the run's settings, and its tokenizer. Attention is transformers' default."""
    dtype, four_bits = methods.dtype(run), None
    if run.method == "qlora":
        four_bits = BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=run.double_quantisation,
            bnb_4bit_compute_dtype=dtype,
        )
    model, tokenizer = base_model.load(run.base, dtype, four_bits, methods.device())
    model.set_attn_implementation("sdpa")
    if run.method == "qlora":
        model = prepare_model_for_kbit_training(model, use_gradient_checkpointing=run.gradient_checkpointing)
    elif run.gradient_checkpointing:
        model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
        model.enable_input_require_grads()
    config = LoraConfig(
        r=run.rank,
        lora_alpha=run.alpha,
        lora_dropout=run.dropout,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
    )
    return get_peft_model(model, config), tokenizer


def texts(run: LanguageRun, tokenizer: Any, found: Sequence[Pair]) -> list[Text]:
    """Pairs with their prompt in full; those that `max_length` leaves out of the run are left out here too."""
    frame = prompt.frame(tokenizer.chat_template, tokenizer.bos_token or "", tokenizer.eos_token or "")
    prefix = tokenizer.encode(frame.prefix, add_special_tokens=False)
    results = []
    for item in examples(tokenizer, frame, found, run):
        targets = [token if weight else _IGNORED for token, weight in zip(item.ids, item.weights, strict=True)]
        ids, labels = [*prefix, *item.ids], [_IGNORED] * len(prefix) + targets
        results.append({"input_ids": ids, "labels": labels, "length": len(ids), "own": len(item.ids)})
    return results


def collated(batch: Sequence[Text]) -> dict[str, torch.Tensor]:
    """`input_ids`, `labels`, `attention_mask`: [texts, tokens of the longest]."""
    width = max(len(text["input_ids"]) for text in batch)
    gaps = [width - len(text["input_ids"]) for text in batch]
    return {
        "input_ids": torch.tensor([text["input_ids"] + [0] * gap for text, gap in zip(batch, gaps, strict=True)]),
        "labels": torch.tensor([text["labels"] + [_IGNORED] * gap for text, gap in zip(batch, gaps, strict=True)]),
        "attention_mask": torch.tensor([[1] * (width - gap) + [0] * gap for gap in gaps]),
    }


def train(job: Job) -> dict[str, Any]:
    """Trains once through the job's texts. Seconds are those of the steps; the held-out loss is taken after them."""
    run = job.run
    torch.manual_seed(run.seed)
    model, tokenizer = adapted(run)
    found, clock = texts(run, tokenizer, job.texts), Clock()
    with tempfile.TemporaryDirectory() as folder:
        trainer = Trainer(
            model, _arguments(job, len(found), folder), collated, train_dataset=found, callbacks=[clock]
        )
        trainer.train()
    peak = peak_gigabytes()
    return {
        "seconds": clock.ended.clock - clock.began.clock,
        "processor_seconds": clock.ended.processor - clock.began.processor,
        "texts": len(found),
        "tokens": sum(text["own"] for text in found),
        "steps": trainer.state.global_step,
        "peak_gigabytes": peak,
        "held_out_loss": held_out(model, texts(run, tokenizer, job.held_out), run, job.at_once),
    }


def _arguments(job: Job, count: int, folder: str) -> TrainingArguments:
    run, step = job.run, job.at_once * job.accumulated
    known = {own.name for own in fields(TrainingArguments)}
    # transformers 5 gave the option another name.
    grouping = {"train_sampling_strategy": "group_by_length"} if "train_sampling_strategy" in known else {}
    return TrainingArguments(
        folder,
        num_train_epochs=1,
        per_device_train_batch_size=job.at_once,
        gradient_accumulation_steps=job.accumulated,
        learning_rate=run.learning_rate,
        lr_scheduler_type=_SCHEDULES[run.schedule],
        warmup_steps=max(1, round(run.warmup * count / step)),
        optim=_OPTIMIZERS[run.optimizer] if torch.cuda.is_available() else "adamw_torch_fused",
        weight_decay=run.weight_decay,
        max_grad_norm=run.gradient_norm,
        bf16=methods.dtype(run) == torch.bfloat16,
        use_cpu=not torch.cuda.is_available(),
        dataloader_pin_memory=torch.cuda.is_available(),
        seed=run.seed,
        remove_unused_columns=False,
        save_strategy="no",
        logging_strategy="no",
        report_to="none",
        disable_tqdm=True,
        **((grouping or {"group_by_length": True}) if job.grouped else {}),
    )


@torch.inference_mode()
def held_out(model: nn.Module, found: Sequence[Text], run: LanguageRun, at_once: int) -> float:
    """Mean cross-entropy (nats) over the tokens of the answers."""
    model.eval()
    device, total, size = methods.device(), 0.0, 0
    for start in range(0, len(found), at_once):
        batch = {name: value.to(device) for name, value in collated(found[start : start + at_once]).items()}
        count = int((batch["labels"][:, 1:] != _IGNORED).sum())
        with torch.autocast(device.type, torch.bfloat16, enabled=methods.dtype(run) == torch.bfloat16):
            total += model(**batch).loss.item() * count
        size += count
    return total / size


def check(job: Job) -> dict[str, float]:
    """Loss and gradient norm of the first texts, in full precision and without dropout."""
    run = replace(job.run, dtype="float32")
    model, tokenizer = adapted(run)
    stirred(model)
    model.eval()
    batch = collated(texts(run, tokenizer, job.texts[:CHECKED]))
    loss = model(**{name: value.to(methods.device()) for name, value in batch.items()}).loss
    loss.backward()
    return {"loss": loss.item(), "gradient_norm": gradient_norm(model)}


if __name__ == "__main__":
    answered({"train": train, "check": check})
