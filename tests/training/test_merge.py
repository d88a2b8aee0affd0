"""Merging, with random models of two layers: what is written is base and adapter together, or nothing is written."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path

import pytest

for package in ("finetune", "torch", "transformers", "peft"):
    pytest.importorskip(package, reason=f"merging needs {package}")

import torch  # noqa: E402
from safetensors.torch import load_file, save_file  # noqa: E402
from transformers import AutoModelForCausalLM, AutoTokenizer  # noqa: E402

from finetune import base_digest, base_files, base_model, merge, tiny  # noqa: E402
from finetune.merging import merge_check, model_card  # noqa: E402
from srlint import prompt  # noqa: E402
from srlint.errors import ConfigError, ModelError  # noqa: E402

RANK, ALPHA = 3, 12
QUERY = "model.layers.1.self_attn.q_proj"


def silent(*_) -> None:
    return None


def made_base(folder: Path, tied: bool) -> str:
    from transformers import LlamaConfig, LlamaForCausalLM

    tiny.make(folder, width=32)
    config = LlamaConfig.from_pretrained(folder)
    config.tie_word_embeddings = tied
    torch.manual_seed(5)
    LlamaForCausalLM(config).save_pretrained(folder)
    return str(folder)


def made_run(folder: Path, base: str, **settings) -> Path:
    """A finished LoRA run whose adapter says something."""
    from peft import LoraConfig, get_peft_model

    model, _ = base_model.load(base, torch.float32)
    config = LoraConfig(r=RANK, lora_alpha=ALPHA, target_modules="all-linear", task_type="CAUSAL_LM")
    model = get_peft_model(model, config)
    torch.manual_seed(6)
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=0.05)
    model.save_pretrained(folder / "adapter", save_embedding_layers=False)
    write_record(folder, base_digest.base_digest(base), base=base, **settings)
    return folder


def made_gguf(target: Path, folder: str) -> None:
    """The base in `folder` as llama.cpp has it: matrices in 8 bits, queries and keys in the order that it rotates."""
    import gguf
    from tokenizers.pre_tokenizers import ByteLevel

    model, _ = base_model.load(folder, torch.float32)
    config = model.config
    pieces = ["<s>", "</s>", *sorted(ByteLevel.alphabet()), "Ġt"]
    pieces += [f"<{number}>" for number in range(config.vocab_size - len(pieces))]
    writer = gguf.GGUFWriter(target, "llama")
    for add, value in (
        (writer.add_context_length, config.max_position_embeddings),
        (writer.add_embedding_length, config.hidden_size),
        (writer.add_block_count, config.num_hidden_layers),
        (writer.add_feed_forward_length, config.intermediate_size),
        (writer.add_head_count, config.num_attention_heads),
        (writer.add_head_count_kv, config.num_key_value_heads),
        (writer.add_layer_norm_rms_eps, config.rms_norm_eps),
        (writer.add_vocab_size, config.vocab_size),
        (writer.add_tokenizer_model, "gpt2"),
        (writer.add_tokenizer_pre, "default"),
        (writer.add_token_list, pieces),
        (writer.add_token_types, [3, 3] + [1] * (len(pieces) - 2)),
        (writer.add_token_merges, ["Ġ t"]),
        (writer.add_bos_token_id, 0),
        (writer.add_eos_token_id, 1),
        (writer.add_chat_template, "{% for message in messages %}{{ message['content'] + '</s>' }}{% endfor %}"),
    ):
        add(value)
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, config.num_hidden_layers)
    heads = {"q_proj": config.num_attention_heads, "k_proj": config.num_key_value_heads}
    for name, values in model.named_parameters():
        array = values.detach().numpy()
        if count := heads.get(name.split(".")[-2]):
            array = array.reshape(count, 2, -1, array.shape[1]).swapaxes(1, 2).reshape(array.shape)
        kind = gguf.GGMLQuantizationType.Q8_0 if array.ndim == 2 else gguf.GGMLQuantizationType.F32
        data = gguf.quants.quantize(array.copy(), kind)
        writer.add_tensor(names.get_name(name, (".weight",)), data, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def write_record(folder: Path, digest: str | None, **settings) -> None:
    record = {
        "settings": {"name": "mine", "method": "lora", "rank": RANK, "alpha": ALPHA, **settings},
        "prompt": prompt.fingerprint(),
        "base_digest": digest,
        "texts": 40,
        "held_out_texts": 5,
        "held_out_loss": 1.25,
        "history": [[10, 1.5], [20, 1.25]],
        "steps": 20,
        "data": "d" * 64,
        "measured": {"minutes": 3.5, "kilowatt_hours": 0.02, "energy_source": "GPU counters", "hardware": ["a chip"]},
    }
    (folder / "run.json").write_text(json.dumps(record), encoding="utf-8")


@pytest.fixture(scope="module")
def bases(tmp_path_factory) -> dict[bool, str]:
    """Folders of a base that ties its embeddings and of one that does not."""
    return {tied: made_base(tmp_path_factory.mktemp("base"), tied) for tied in (True, False)}


@pytest.fixture(scope="module")
def finished(bases, tmp_path_factory) -> dict[bool, Path]:
    return {tied: made_run(tmp_path_factory.mktemp("run"), base) for tied, base in bases.items()}


@pytest.fixture
def run(finished, tmp_path) -> Path:
    """A copy of the run on the tied base, to be damaged."""
    return Path(shutil.copytree(finished[True], tmp_path / "mine"))


def refused(run: Path, wanted: str, dtype: str = "float32", base: str | None = None, kind=ModelError) -> str:
    """The one line that merging `run` raises; it must leave no file behind."""
    before = sorted(run.parent.rglob("*"))
    with pytest.raises(kind, match=wanted) as raised:
        merge.merge(run, run.parent / "out", dtype, base, silent)
    assert sorted(run.parent.rglob("*")) == before
    assert "\n" not in str(raised.value)
    return str(raised.value)


# --- what is written --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tied", [True, False])
def test_the_merged_model_is_base_and_adapter_by_the_formula(tied, bases, finished, tmp_path):
    from peft import PeftModel

    record = merge.merge(finished[tied], tmp_path / "out", "float32", None, silent)
    before, after = (load_file(Path(folder) / "model.safetensors") for folder in (bases[tied], tmp_path / "out"))
    adapter = load_file(finished[tied] / "adapter" / "adapter_model.safetensors")
    low, high = (adapter[f"base_model.model.{QUERY}.lora_{part}.weight"] for part in "AB")
    change = ALPHA / RANK * (high @ low)  # Hu et al. 2021
    assert change.abs().max() > 0.05
    torch.testing.assert_close(after[f"{QUERY}.weight"], before[f"{QUERY}.weight"] + change)
    assert torch.equal(after["model.embed_tokens.weight"], before["model.embed_tokens.weight"])
    assert after.keys() == before.keys()
    assert ("lm_head.weight" in after) is not tied

    base, tokenizer = base_model.load(bases[tied], torch.float32)
    together = PeftModel.from_pretrained(base, str(finished[tied] / "adapter")).eval()
    merged = AutoModelForCausalLM.from_pretrained(tmp_path / "out")
    ids = torch.tensor([tokenizer.encode("The chairman opened the door.")])
    with torch.no_grad():
        torch.testing.assert_close(merged(ids).logits, together(ids).logits, atol=1e-4, rtol=1e-4)
    assert (merged.lm_head.weight is merged.model.embed_tokens.weight) is tied
    assert record["merge"]["merged"]["mean_kl"] < 1e-9 < 1e-3 < record["merge"]["adapter_effect"]["mean_kl"]


@pytest.mark.parametrize(("dtype", "kl"), [("bfloat16", 5e-3), ("float16", 1e-4)])
def test_a_rounded_model_loads_strictly_and_its_template_renders(dtype, kl, finished, tmp_path):
    record = merge.merge(finished[True], tmp_path / "out", dtype, None, silent)
    model, info = AutoModelForCausalLM.from_pretrained(tmp_path / "out", dtype="auto", output_loading_info=True)
    assert not info["missing_keys"] and not info["unexpected_keys"] and not info["mismatched_keys"]
    assert {parameter.dtype for parameter in model.parameters()} == {getattr(torch, dtype)}
    assert model.lm_head.weight is model.model.embed_tokens.weight
    assert model.generation_config.eos_token_id == model.config.eos_token_id
    assert 0 < record["merge"]["rounded"]["mean_kl"] < kl
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "out")
    asked = [{"role": "user", "content": "Hi"}]
    text = tokenizer.apply_chat_template(asked, tokenize=False, add_generation_prompt=True)
    assert text == "<|user|>Hi</s><|assistant|>"
    assert json.loads((tmp_path / "out" / "srlint_run.json").read_text()) == record
    assert record["settings"] == json.loads((finished[True] / "run.json").read_text())["settings"]


def test_weights_are_saved_in_shards_where_they_are_many(finished, tmp_path, monkeypatch):
    merge.merge(finished[True], tmp_path / "whole", "bfloat16", None, silent)
    monkeypatch.setattr(merge, "SHARD", "20KB")
    merge.merge(finished[True], tmp_path / "out", "bfloat16", None, silent)
    files = base_files.weights(tmp_path / "out")
    assert len(files) > 1
    joined = {name: values for file in files for name, values in load_file(file).items()}
    whole = load_file(tmp_path / "whole" / "model.safetensors")
    assert joined.keys() == whole.keys()
    assert all(torch.equal(joined[name], whole[name]) for name in whole)


def test_a_full_run_is_cast_and_needs_no_base(bases, tmp_path):
    model, tokenizer = base_model.load(bases[True], torch.float32)
    (tmp_path / "mine").mkdir()
    for part in (model, tokenizer):
        part.save_pretrained(tmp_path / "mine" / "model")
    write_record(tmp_path / "mine", "0" * 64, base="nowhere/at-all", method="full")
    record = merge.merge(tmp_path / "mine", tmp_path / "out", "bfloat16", None, silent)
    written = load_file(tmp_path / "out" / "model.safetensors")
    for name, values in load_file(Path(bases[True]) / "model.safetensors").items():
        assert torch.equal(written[name], values.to(torch.bfloat16))
    assert "merged" not in record["merge"]
    assert 0 < record["merge"]["rounded"]["mean_kl"] < 5e-3


def test_a_gguf_base_is_dequantised_and_merged(bases, tmp_path):
    gguf = pytest.importorskip("gguf")
    base = tmp_path / "small.gguf"
    made_gguf(base, bases[True])
    run = made_run(tmp_path / "mine", str(base))
    merge.merge(run, tmp_path / "out", "float32", None, silent)
    plain, after = (load_file(Path(folder) / "model.safetensors") for folder in (bases[True], tmp_path / "out"))
    adapter = load_file(run / "adapter" / "adapter_model.safetensors")
    assert after.keys() == plain.keys()
    eight = gguf.GGMLQuantizationType.Q8_0
    for name, values in plain.items():
        if values.dim() == 2:
            values = torch.from_numpy(gguf.quants.dequantize(gguf.quants.quantize(values.numpy(), eight), eight))
        part = f"base_model.model.{name.removesuffix('.weight')}.lora"
        if f"{part}_A.weight" in adapter:
            values = values + ALPHA / RANK * adapter[f"{part}_B.weight"] @ adapter[f"{part}_A.weight"]
        torch.testing.assert_close(after[name], values)
    assert "quantization_config" not in json.loads((tmp_path / "out" / "config.json").read_text())
    assert "| base | small.gguf, dequantised |" in (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    refused(run, "exists and is not an empty folder", kind=ConfigError)
    shutil.rmtree(tmp_path / "out")
    base.write_bytes(base.read_bytes()[:3000])
    write_record(run, base_digest.base_digest(str(base)), base=str(base))
    refused(run, "small.gguf: not a whole GGUF file")


def test_a_base_with_quantised_weights_is_refused(run, bases, tmp_path):
    pytest.importorskip("bitsandbytes")
    from transformers import BitsAndBytesConfig

    four = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=torch.float32)
    for part in base_model.load(bases[True], torch.float32, four):
        part.save_pretrained(tmp_path / "four")
    write_record(run, base_digest.base_digest(str(tmp_path / "four")), base=str(tmp_path / "four"))
    refused(run, "its weights are quantised")


def test_an_empty_folder_is_filled_and_a_base_may_have_moved(finished, bases, tmp_path):
    (tmp_path / "out").mkdir()
    run = Path(shutil.copytree(finished[True], tmp_path / "mine"))
    write_record(run, base_digest.base_digest(bases[True]), base="runs/gone")
    refused(run, "runs/gone")
    merge.merge(run, tmp_path / "out", "float32", bases[True], silent)
    assert (tmp_path / "out" / "model.safetensors").is_file()


# --- what is refused, and leaves nothing ------------------------------------------------------------------------------


def test_another_base_is_refused_by_both_digests(run, bases):
    wanted, found = (base_digest.base_digest(bases[tied]) for tied in (True, False))
    line = refused(run, "--base", base=bases[False])
    assert wanted in line and found in line and wanted != found


def test_a_run_without_a_digest_takes_its_own_base_only(run, bases):
    write_record(run, None, base=bases[True])
    refused(run, "cannot be checked", base=bases[True])
    lines: list[str] = []
    merge.merge(run, run.parent / "out", "float32", None, lines.append)
    assert "taken at its word" in lines[0]


def test_a_prefix_is_refused_with_a_way_out(run, bases):
    write_record(run, None, base=bases[True], method="prefix")
    assert f"--model {run}" in refused(run, "cannot be merged")


@pytest.mark.parametrize("text", [None, "{", "[]", "{}", '{"settings": {}}', '{"settings": {"base": 3}}'])
def test_what_is_no_run_is_refused(run, text):
    (run / "run.json").unlink()
    if text is not None:
        (run / "run.json").write_text(text)
    refused(run, "run.json: (missing|not the record)")


def test_an_unknown_dtype_and_a_folder_in_use_are_refused(run):
    refused(run, "dtype must be one of", dtype="int8", kind=ConfigError)
    (run.parent / "out").mkdir()
    (run.parent / "out" / "mine.txt").write_text("keep me")
    refused(run, "not an empty folder", kind=ConfigError)


def changed(run: Path, change) -> None:
    file = run / "adapter" / "adapter_model.safetensors"
    tensors = load_file(file)
    change(tensors)
    save_file(tensors, file)


A_TENSOR = f"base_model.model.{QUERY}.lora_A.weight"


def test_an_adapter_with_a_tensor_missing_or_left_over_is_refused(run, finished):
    changed(run, lambda tensors: tensors.pop(A_TENSOR))
    refused(run, f"1 tensors are missing, the first is {A_TENSOR}")
    shutil.copytree(finished[True], run, dirs_exist_ok=True)
    extra = A_TENSOR.replace("layers.1", "layers.2")
    changed(run, lambda tensors: tensors.update({extra: tensors[A_TENSOR].clone()}))
    refused(run, f"1 tensors have no place in the base model, the first is {extra}")


def test_an_adapter_of_another_shape_or_without_numbers_is_refused(run, finished):
    changed(run, lambda tensors: tensors.update({A_TENSOR: torch.zeros(RANK, 31)}))
    refused(run, rf"lora_A.weight is \[{RANK}, 31\], the base model wants \[{RANK}, 32\]")
    shutil.copytree(finished[True], run, dirs_exist_ok=True)
    changed(run, lambda tensors: tensors[A_TENSOR].fill_(math.nan))
    refused(run, "not finite")


def test_a_damaged_adapter_is_refused(run):
    file = run / "adapter" / "adapter_model.safetensors"
    whole = file.read_bytes()
    for damaged in (whole[:-10], whole[: len(whole) // 2], b"", b"\xff" * 64):
        file.write_bytes(damaged)
        refused(run, "not a whole safetensors file")
    file.unlink()
    refused(run, "adapter_model.safetensors: missing")


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ({"peft_type": "IA3"}, "not LoRA"),
        ({"target_modules": ["nothing_of_the_kind"]}, "does not fit the base model"),
        ({"init_lora_weights": "pissa"}, "init_lora_weights"),
        ({"peft_type": "SORCERY"}, "not an adapter's configuration"),
    ],
)
def test_an_adapter_of_another_kind_is_refused(run, values, wanted):
    path = run / "adapter" / "adapter_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))
    refused(run, wanted)


def test_an_adapter_on_tied_embeddings_is_refused(run, bases):
    from peft import LoraConfig, get_peft_model

    model, _ = base_model.load(bases[True], torch.float32)
    model = get_peft_model(model, LoraConfig(r=RANK, target_modules=["q_proj", "lm_head"], task_type="CAUSAL_LM"))
    shutil.rmtree(run / "adapter")
    model.save_pretrained(run / "adapter", save_embedding_layers=False)
    refused(run, "embeddings that the base model ties")


def test_a_merge_that_says_something_else_is_refused(run, monkeypatch):
    from peft.tuners.lora.layer import Linear

    honest = Linear.get_delta_weight
    monkeypatch.setattr(Linear, "get_delta_weight", lambda self, adapter: honest(self, adapter) * 1.02)
    refused(run, "merged against base and adapter: mean divergence")


def test_values_that_a_dtype_cannot_hold_are_refused(run, bases, tmp_path):
    base = Path(shutil.copytree(bases[True], tmp_path / "loud"))
    tensors = load_file(base / "model.safetensors")
    tensors["model.layers.0.mlp.down_proj.weight"][0, 0] = 1e5
    save_file(tensors, base / "model.safetensors", metadata={"format": "pt"})
    write_record(run, base_digest.base_digest(str(base)), base=str(base))
    refused(run, "model.layers.0.mlp.down_proj.weight: holds values beyond float16", dtype="float16")


def test_rounding_that_changes_what_is_said_is_refused(run, monkeypatch):
    monkeypatch.setitem(merge_check.ROUNDED, "bfloat16", merge_check.Limits(1e-12, 1.0))
    refused(run, "bfloat16 against float32: mean divergence", dtype="bfloat16")


def test_a_base_without_a_chat_template_is_refused(run, bases, tmp_path):
    base = Path(shutil.copytree(bases[True], tmp_path / "plain"))
    (base / "chat_template.jinja").unlink()
    write_record(run, base_digest.base_digest(str(base)), base=str(base))
    refused(run, "no chat template")
    (base / "chat_template.jinja").write_text("{{ 1 / 0 }}")
    refused(run, "chat template cannot be used: division by zero")


def test_too_small_a_disk_is_refused_before_anything_is_loaded(run, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9 - 10**7, 10**7))
    monkeypatch.setattr(base_model, "load", None)
    refused(run, "0.1 GB are needed there, 0.0 GB are free")


@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failure_while_writing_leaves_nothing(run, monkeypatch, failure):
    def failing(*_):
        raise failure

    monkeypatch.setattr(model_card, "card", failing)
    before = sorted(run.parent.rglob("*"))
    with pytest.raises((ModelError, KeyboardInterrupt)):
        merge.merge(run, run.parent / "out", "float32", None, silent)
    assert sorted(run.parent.rglob("*")) == before


def test_what_comes_back_different_from_disk_is_refused(run, monkeypatch):
    honest = model_card.card

    def meddling(record, name):
        (file,) = run.parent.glob(".out.*.part/model.safetensors")
        tensors = load_file(file)
        tensors[f"{QUERY}.weight"][0, 0] += 1
        save_file(tensors, file, metadata={"format": "pt"})
        return honest(record, name)

    monkeypatch.setattr(model_card, "card", meddling)
    refused(run, f"1 weights came back different from disk, one is {QUERY}.weight")


# --- comparing distributions ------------------------------------------------------------------------------------------


def test_the_figures_are_those_worked_by_hand():
    wanted = [torch.tensor([[0.0, math.log(3)], [1.0, 0.0]]), torch.tensor([[0.0, 0.1]])]
    got = [torch.tensor([[0.0, 0.0], [1.0, 0.0]]), torch.tensor([[0.1, 0.0]])]
    found = merge_check.compare(wanted, got)
    first = 0.25 * math.log(0.25 / 0.5) + 0.75 * math.log(0.75 / 0.5)
    p = 1 / (1 + math.exp(0.1))
    last = p * math.log(p / (1 - p)) + (1 - p) * math.log((1 - p) / p)
    assert found.positions == 3
    assert found.mean_kl == pytest.approx((first + last) / 3)
    assert found.largest_kl == pytest.approx(first)
    assert found.largest_difference == found.largest_logit == pytest.approx(math.log(3))
    # The last one is a near-tie: log-probabilities 0.1 apart.
    assert (found.changed_tops, found.lost_tops) == (2, 1)


def test_values_that_are_not_finite_are_out_of_bounds():
    good, bad = [torch.tensor([[0.0, 1.0]])], [torch.tensor([[0.0, math.nan]])]
    for one, other in ((good, bad), (bad, good)):
        with pytest.raises(ModelError, match="nothing written"):
            merge_check.check("x", merge_check.compare(one, other), merge_check.Limits(9.0, 9.0))
    merge_check.check("x", merge_check.compare(good, good), merge_check.Limits(0.0, 0.0))


def test_each_figure_has_its_bound():
    def found(difference: float, kl: float, lost: int) -> merge_check.Difference:
        return merge_check.Difference(10, difference, 20.0, kl, kl, lost, lost)

    limits = merge_check.Limits(kl=1e-3, difference=0.1)
    merge_check.check("x", found(2.0, 1e-3, 0), limits)
    for bad, wanted in (
        (found(2.0, 1.1e-3, 0), "x: mean divergence 0.0011 nats, more than 0.001"),
        (found(2.2, 1e-3, 0), "x: a logit moves by 0.11 of the largest, more than 0.1"),
        (found(2.0, 1e-3, 1), "x: 1 of 10 top tokens change"),
    ):
        with pytest.raises(ModelError, match=wanted):
            merge_check.check("x", bad, limits)


def test_the_prompts_are_those_of_the_command_and_share_the_system_text(bases):
    _, tokenizer = base_model.load(bases[True], torch.float32)
    asked = merge_check.prompts(tokenizer)
    assert len(asked.own) == 8
    assert prompt.SYSTEM in tokenizer.decode(asked.shared)
    text = tokenizer.decode(asked.own[0])
    assert "Marked: chairman" in text and text.endswith("<|assistant|>gender\nThe chair thanked the crew.")


def test_the_shared_text_is_read_once_and_changes_nothing(bases):
    model, tokenizer = base_model.load(bases[True], torch.float32)
    asked = merge_check.prompts(tokenizer)
    for ids, got in zip(asked.own, merge_check.logits(model, asked), strict=True):
        with torch.no_grad():
            whole = model(torch.tensor([asked.shared + ids])).logits[0, len(asked.shared) :]
        torch.testing.assert_close(got, whole, atol=1e-4, rtol=1e-4)


# --- the digest of a base ---------------------------------------------------------------------------------------------


def test_a_copied_folder_has_the_same_digest_and_a_changed_byte_another(bases, tmp_path):
    copy = Path(shutil.copytree(bases[False], tmp_path / "copy"))
    assert base_digest.base_digest(str(copy)) == base_digest.base_digest(bases[False])
    with open(copy / "model.safetensors", "r+b") as file:
        file.seek(-1, 2)
        (last,) = file.read(1)
        file.seek(-1, 2)
        file.write(bytes([last ^ 1]))
    assert base_digest.base_digest(str(copy)) != base_digest.base_digest(bases[False])


def test_the_samples_are_both_ends_and_fourteen_pieces(tmp_path):
    size = 6 << 20
    samples = base_digest.samples(size)
    assert samples[0] == (0, 1 << 20) and samples[-1] == (5 << 20, 1 << 20)
    assert len(samples) == 16 and {length for _, length in samples[1:-1]} == {1 << 16}
    content = bytearray(size)
    (tmp_path / "one.gguf").write_bytes(content)
    whole = base_digest.base_digest(str(tmp_path / "one.gguf"))
    for place, differs in ((samples[4][0], True), (samples[4][0] + (1 << 16), False), (size - 1, True)):
        content[place] = 1
        (tmp_path / "one.gguf").write_bytes(content)
        assert (base_digest.base_digest(str(tmp_path / "one.gguf")) != whole) is differs
        content[place] = 0
    (tmp_path / "one.gguf").write_bytes(content[:-1])
    assert base_digest.base_digest(str(tmp_path / "one.gguf")) != whole


def test_shards_are_those_of_the_index_and_all_must_be_there(bases, tmp_path):
    model, _ = base_model.load(bases[True], torch.float32)
    model.save_pretrained(tmp_path / "shards", max_shard_size="30KB")
    files = base_files.weights(tmp_path / "shards")
    assert len(files) > 2 and files == sorted(tmp_path.glob("shards/model-*.safetensors"))
    assert base_files.parameters(files) == sum(parameter.numel() for parameter in model.parameters())
    whole = base_digest.base_digest(str(tmp_path / "shards"))
    (tmp_path / "shards" / "consolidated.safetensors").write_bytes(b"another format of the same")
    assert base_digest.base_digest(str(tmp_path / "shards")) == whole
    files[1].unlink()
    with pytest.raises(ModelError, match=f"names '{files[1].name}', which is not there"):
        base_digest.base_digest(str(tmp_path / "shards"))
    for text in ("[", "{}", '{"weight_map": {"a": "../../etc/passwd"}}'):
        (tmp_path / "shards" / "model.safetensors.index.json").write_text(text)
        with pytest.raises(ModelError, match="index.json: (not an index|names)"):
            base_digest.base_digest(str(tmp_path / "shards"))


def test_pickled_weights_are_refused(tmp_path):
    with pytest.raises(ModelError, match="no model.safetensors.index.json$"):
        base_digest.base_digest(str(tmp_path))
    (tmp_path / "pytorch_model.bin").write_bytes(b"")
    with pytest.raises(ModelError, match="only pickled ones"):
        base_digest.base_digest(str(tmp_path))


def test_a_base_with_weights_missing_is_refused(bases, tmp_path):
    copy = Path(shutil.copytree(bases[True], tmp_path / "copy"))
    (copy / "tokenizer.json").write_text("{")
    with pytest.raises(ModelError, match="cannot be loaded as a language model: its tokenizer"):
        base_model.load(str(copy), torch.float32)
    shutil.copy(Path(bases[True]) / "tokenizer.json", copy)
    tensors = load_file(copy / "model.safetensors")
    whole = dict(tensors)
    del tensors[f"{QUERY}.weight"]
    save_file(tensors, copy / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelError, match=f"1 weights are missing or of another shape, the first is {QUERY}.weight"):
        base_model.load(str(copy), torch.float32)
    save_file(whole | {f"{QUERY}.weight": torch.zeros(3, 3)}, copy / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelError, match=f"1 weights are missing or of another shape, the first is {QUERY}.weight"):
        base_model.load(str(copy), torch.float32)
    (copy / "model.safetensors").write_bytes(b"\0" * 100)
    with pytest.raises(ModelError, match="cannot be loaded as a language model"):
        base_model.load(str(copy), torch.float32)


# --- the hub ----------------------------------------------------------------------------------------------------------


def test_a_hub_id_is_its_local_snapshot(bases, tmp_path, monkeypatch):
    hub = pytest.importorskip("huggingface_hub")
    cached = tmp_path / "models--me--small"
    shutil.copytree(bases[True], cached / "snapshots" / ("a" * 40))
    (cached / "refs").mkdir()
    (cached / "refs" / "main").write_text("a" * 40)
    monkeypatch.setattr(hub.constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(hub.constants, "HF_HUB_OFFLINE", True)
    assert base_digest.base_digest("me/small") == base_digest.base_digest(bases[True])
    with pytest.raises(ModelError, match="^me/other: no such folder, not whole in the local cache, and HF_HUB_OFFLINE"):
        base_files.local("me/other")


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("GatedRepoError", "^me/small: gated: accept its licence"),
        ("RepositoryNotFoundError", "^me/small: no such folder, nor a model on the hub"),
        ("LocalEntryNotFoundError", "^me/small: no such folder, not whole in the local cache"),
        ("DisabledRepoError", "^me/small: cannot be fetched from the hub"),
    ],
)
def test_what_the_hub_refuses_is_said_in_one_line(name, wanted, monkeypatch):
    hub = pytest.importorskip("huggingface_hub")
    kind = getattr(hub.errors, name)

    def failing(*_, **__):
        raise kind.__new__(kind)

    monkeypatch.setattr(hub, "snapshot_download", failing)
    with pytest.raises(ModelError, match=wanted) as raised:
        base_files.local("me/small")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("base", ["/nowhere/at/all", "../gone", "a/b/c", "gone.gguf", "", "me/small model"])
def test_what_cannot_be_on_the_hub_is_not_asked_for(base, monkeypatch):
    hub = pytest.importorskip("huggingface_hub")
    monkeypatch.setattr(hub, "snapshot_download", None)
    with pytest.raises(ModelError, match="no such file or folder"):
        base_files.local(base) if base else base_files.local("./gone")


# --- the card ---------------------------------------------------------------------------------------------------------


def test_the_card_says_what_the_model_is_made_of(run, bases, tmp_path):
    write_record(run, base_digest.base_digest(bases[True]), base=bases[True], method="qlora")
    record = merge.merge(run, tmp_path / "out", "bfloat16", None, silent)
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert card.startswith("---\nlanguage: en\nlibrary_name: transformers\n")
    assert "\n# out\n" in card
    for said in (
        "license: other",
        f"| digest of the base's weights | {record['base_digest']} |",
        f"| digest of the training data | {'d' * 64} |",
        f"| fingerprint of the prompt | {prompt.fingerprint()} |",
        "| texts an epoch, held out | 40, 5 |",
        "| energy | 0.02 kWh (GPU counters) |",
        "| loss on held-out texts, nats a token | 1.25 |",
        "| the same at step 10 | 1.5 |",
        "`rank` 3, `alpha` 12",
        "The merge to bfloat16, on 8 prompts",
        f"| weights rounded to the dtype | {record['merge']['rounded']['positions']} | "
        f"{record['merge']['rounded']['mean_kl']:.1e} |",
        "python -m quantize",
        "Not for judging people",
        "trained, and its losses taken, on the base in four bits",
    ):
        assert said in card, said
    assert str(tmp_path) not in card and "base_model:" not in card


@pytest.mark.parametrize(
    ("base", "wanted", "licence"),
    [
        ("embedded", "HuggingFaceTB/SmolLM2-135M-Instruct", "apache-2.0"),
        ("meta-llama/Llama-2-7b-chat-hf", "meta-llama/Llama-2-7b-chat-hf", "llama2"),
        ("/models/meta-llama-3-8B-instruct", "meta-llama/Meta-Llama-3-8B-Instruct", "llama3"),
        ("models/Llama-3.2-1B-Instruct", "meta-llama/Llama-3.2-1B-Instruct", "llama3.2"),
        ("Qwen/Qwen3-8B", "Qwen/Qwen3-8B", "apache-2.0"),
        ("me/small", "me/small", "other"),
        ("/models/small", None, "other"),
        ("small.gguf", None, "other"),
        ("tiny", None, "other"),
    ],
)
def test_base_and_licence_stand_in_the_front_matter(base, wanted, licence):
    record = {"settings": {"base": base}, "merge": {"dtype": "bfloat16", "prompts": 8}}
    front = model_card.card(record, "x").split("---\n")[1].splitlines()
    assert f"license: {licence}" in front
    assert (f'base_model: "{wanted}"' in front) is (wanted is not None)
    assert any(line.startswith("base_model:") for line in front) is (wanted is not None)


def test_every_base_of_a_run_file_has_a_licence():
    import tomllib

    runs = Path(merge.__file__).parent.glob("runs/*.toml")
    found = {tomllib.loads(path.read_text(encoding="utf-8")).get("base", "") for path in runs}
    chat = {base for base in found - {"tiny", ""} if not base.startswith("sentence-transformers/")}
    assert len(chat) >= 8
    assert {model_card.hub_id(base) for base in chat} <= model_card.LICENCES.keys()


def test_notices_that_a_licence_asks_for_are_in_the_card():
    for base, notice in (
        ("meta-llama/Llama-2-7b-chat-hf", "> Llama 2 is licensed under the LLAMA 2 Community License"),
        ("meta-llama/Meta-Llama-3-8B-Instruct", "Built with Meta Llama 3."),
        ("meta-llama/Llama-3.2-3B-Instruct", "Built with Llama."),
    ):
        card = model_card.card({"settings": {"base": base}, "merge": {"dtype": "bfloat16", "prompts": 8}}, "x")
        assert notice in card and "Meta Platforms, Inc." in card
