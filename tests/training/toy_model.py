"""A random Llama of two layers with a vocabulary of bytes and a few merges, for transformers and as a GGUF file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
# " t", "th", "he", " the": enough for tokens that straddle a border.
MERGES = (("Ġ", "t"), ("h", "e"), ("Ġt", "he"))
CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
WIDTH, INNER, LAYERS, HEADS, KEY_HEADS, ROOM = 64, 96, 2, 4, 2, 2048


def tokenizer(special: tuple[str, ...] = SPECIAL) -> Any:
    """A tokenizer of transformers; BOS and EOS are the last two of `special`, and no BOS is put before texts."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    pieces = [*special, *alphabet, *(one + other for one, other in MERGES)]
    own = Tokenizer(models.BPE({piece: number for number, piece in enumerate(pieces)}, list(MERGES)))
    own.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    own.decoder = decoders.ByteLevel()
    own.add_special_tokens(list(special))
    return PreTrainedTokenizerFast(
        tokenizer_object=own, bos_token=special[-2], eos_token=special[-1], pad_token=special[-1], chat_template=CHATML
    )


def save(folder: Path, special: tuple[str, ...] = SPECIAL) -> Path:
    """Writes config, weights and tokenizer."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    words = tokenizer(special)
    words.save_pretrained(folder)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(words),
        hidden_size=WIDTH,
        intermediate_size=INNER,
        num_hidden_layers=LAYERS,
        num_attention_heads=HEADS,
        num_key_value_heads=KEY_HEADS,
        max_position_embeddings=ROOM,
        bos_token_id=words.bos_token_id,
        eos_token_id=words.eos_token_id,
        initializer_range=0.2,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


_NAMES = {
    "model.embed_tokens": "token_embd",
    "model.norm": "output_norm",
    "lm_head": "output",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


def save_gguf(folder: Path, target: Path) -> Path:
    """Writes the model in `folder`, saved by `save`, as a GGUF file in float32."""
    import gguf
    from safetensors.numpy import load_file

    writer = gguf.GGUFWriter(target, "llama")
    writer.add_context_length(ROOM)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KEY_HEADS)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_rope_freq_base(10000.0)
    _add_tokens(gguf, writer)
    for name, weights in load_file(folder / "model.safetensors").items():
        writer.add_tensor(*_named(name.removesuffix(".weight"), weights))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return target


def _add_tokens(gguf: Any, writer: Any) -> None:
    words = tokenizer()
    pieces = words.convert_ids_to_tokens(range(len(words)))
    kinds = [gguf.TokenType.CONTROL if piece in SPECIAL else gguf.TokenType.NORMAL for piece in pieces]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(pieces)
    writer.add_token_types(kinds)
    writer.add_token_merges([" ".join(pair) for pair in MERGES])
    writer.add_bos_token_id(words.bos_token_id)
    writer.add_eos_token_id(words.eos_token_id)
    writer.add_add_bos_token(False)
    writer.add_chat_template(CHATML)


def _named(name: str, weights: Any) -> tuple[str, Any]:
    if name in _NAMES:
        return f"{_NAMES[name]}.weight", weights
    _, _, layer, part = name.split(".", 3)
    if part in ("self_attn.q_proj", "self_attn.k_proj"):  # llama.cpp turns neighbours, transformers halves
        heads = HEADS if part == "self_attn.q_proj" else KEY_HEADS
        halves = weights.reshape(heads, 2, weights.shape[0] // heads // 2, weights.shape[1])
        weights = halves.swapaxes(1, 2).reshape(weights.shape)
    return f"blk.{layer}.{_NAMES[part]}.weight", weights
