"""A random Llama of two layers with a tokenizer that knows every byte: a base for trying things out in seconds."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from finetune import saved

NAME = "tiny"
FOLDER = Path("runs/bases/tiny")

_TEMPLATE = (
    "{% for message in messages %}{{ '<|' + message['role'] + '|>' + message['content'] + '</s>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)


def folder() -> Path:
    """Where the tiny base lies; it is made there if need be, always with the same weights."""
    if not (FOLDER / "config.json").is_file():
        FOLDER.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(dir=FOLDER.parent))
        try:
            make(work)
            saved.make_readable(work)
            with suppress(OSError):  # another process was first
                os.replace(work, FOLDER)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    return FOLDER


def make(target: Path, width: int = 64, layers: int = 2) -> None:
    """Writes config, weights and tokenizer of a random model with `width` states in `layers` layers."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    tokenizer = _tokenizer()
    tokenizer.save_pretrained(target)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=width,
        intermediate_size=2 * width,
        num_hidden_layers=layers,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=4096,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        initializer_range=0.1,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        LlamaForCausalLM(config).save_pretrained(target)


def _tokenizer():
    """Llama 2's kind of tokenizer: pieces with a mark for the space, and bytes for what has none."""
    from tokenizers import Tokenizer, decoders, models, normalizers
    from transformers import PreTrainedTokenizerFast

    special, roles = ["<unk>", "<s>", "</s>"], ["<|system|>", "<|user|>", "<|assistant|>"]
    # Whether text opens with a space must not hang on where it is cut, hence no prefix space.
    pieces = [*special, *(f"<0x{byte:02X}>" for byte in range(256)), "▁", *map(chr, range(33, 127))]
    own = Tokenizer(
        models.BPE({piece: number for number, piece in enumerate(pieces)}, [], unk_token="<unk>", byte_fallback=True)
    )
    own.normalizer = normalizers.Replace(" ", "▁")
    own.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    own.add_special_tokens([*special, *roles])
    return PreTrainedTokenizerFast(
        tokenizer_object=own,
        unk_token="<unk>",
        bos_token="<s>",
        eos_token="</s>",
        pad_token="</s>",
        # Named here too: llama.cpp's converter takes others for words, which a document may hold.
        additional_special_tokens=roles,
        chat_template=_TEMPLATE,
        add_prefix_space=False,
    )
