"""An adapter in llama.cpp against the same adapter in transformers, on a small random base."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

for package in ("finetune", "quantize", "torch", "transformers", "peft", "gguf", "llama_cpp", "sentencepiece"):
    pytest.importorskip(package, reason=f"converting and running need {package}")

import torch  # noqa: E402
from peft import LoraConfig, get_peft_model  # noqa: E402
from transformers import AutoModelForCausalLM  # noqa: E402

from finetune import shipped_adapter, tiny  # noqa: E402
from quantize import adapter, adapter_check, converter, merged  # noqa: E402
from srlint import prompt  # noqa: E402
from srlint.errors import ModelError  # noqa: E402

CONVERTERS = Path(__file__).parents[2] / "runs" / "converters"


@pytest.fixture(scope="module")
def work(tmp_path_factory) -> Path:
    """base.gguf, a run with an adapter for it, and the adapter as the converter leaves it."""
    try:
        converter.scripts(CONVERTERS)
    except ModelError as error:
        if "cannot fetch" not in str(error):
            raise
        pytest.skip(str(error))
    folder = tmp_path_factory.mktemp("adapter")
    (folder / "base").mkdir()
    tiny.make(folder / "base")
    record = {"prompt": prompt.fingerprint(), "settings": {"base": "tiny"}, "data": "d", "held_out_loss": 1.0}
    (folder / "base" / "srlint_run.json").write_text(json.dumps(record))
    merged.convert(folder / "base", folder / "base.gguf", CONVERTERS, "f32")
    with torch.random.fork_rng():
        torch.manual_seed(1)
        wanted = LoraConfig(r=4, lora_alpha=8, target_modules=["q_proj", "down_proj"], init_lora_weights=False)
        tuned = get_peft_model(AutoModelForCausalLM.from_pretrained(folder / "base", dtype=torch.float32), wanted)
    tuned.save_pretrained(folder / "run" / "adapter")
    (folder / "run" / "run.json").write_text(json.dumps(record))
    words = ("--base", str(folder / "base"), "--outtype", "f32", "--outfile", str(folder / "adapter.gguf"))
    converter.run(CONVERTERS, "convert_lora_to_gguf.py", *words, str(folder / "run" / "adapter"))
    return folder


def test_the_same_adapter_says_the_same(work):
    found = adapter_check.check(work / "base.gguf", work / "run" / "adapter", work / "adapter.gguf", 1)
    assert found.prompts == 4
    assert found.difference < 0.01 < 0.05 < found.effect


def test_training_can_go_on_from_what_the_file_holds(work):
    from peft.utils.save_and_load import load_peft_weights

    wanted = load_peft_weights(str(work / "run" / "adapter"))
    config = AutoModelForCausalLM.from_pretrained(work / "base").config
    heads = config.num_attention_heads, config.num_key_value_heads
    for scale in (2.0, 1.0):
        found = shipped_adapter.state(work / "adapter.gguf", *heads, scale)
        assert found.keys() == wanted.keys()
        for name, value in found.items():
            # Twice the weight where the scale is half of what the file was made with.
            own = wanted[name] * (2.0 / scale if "lora_B" in name else 1.0)
            assert torch.allclose(value, own, atol=1e-6), name


def test_a_file_without_an_adapter_is_nothing_to_go_on_from(work):
    with pytest.raises(ModelError, match="base.gguf: not a LoRA adapter in GGUF"):
        shipped_adapter.state(work / "base.gguf", 1, 1, 1.0)


def scaled(source: Path, target: Path, factor: float) -> Path:
    import gguf

    target.write_bytes(source.read_bytes())
    for tensor in gguf.GGUFReader(target, "r+").tensors:
        if tensor.name.endswith("lora_b"):
            tensor.data[:] *= factor
            tensor.data.flush()
    return target


@pytest.mark.parametrize("factor", [0.0, -1.0, float("nan")])
def test_another_adapter_is_refused(work, tmp_path, factor):
    other = scaled(work / "adapter.gguf", tmp_path / "other.gguf", factor)
    with pytest.raises(ModelError, match="adapter: llama.cpp and transformers disagree: logits differ by"):
        adapter_check.check(work / "base.gguf", work / "run" / "adapter", other, 1)


@pytest.fixture
def own_base(work, monkeypatch):
    monkeypatch.setattr(adapter, "base_gguf", lambda: work / "base.gguf")


def test_what_is_refused_leaves_what_was_there(work, own_base, tmp_path, monkeypatch):
    target = tmp_path / "adapter.gguf"
    target.write_bytes(b"the old one")
    monkeypatch.setattr(adapter_check, "TOLERANCE", 0.0)
    with pytest.raises(ModelError, match="disagree"):
        adapter.convert(work / "run", target, CONVERTERS, threads=1)
    assert [path.name for path in tmp_path.iterdir()] == ["adapter.gguf"]
    assert target.read_bytes() == b"the old one"


def test_what_passes_comes_with_its_manifest(work, own_base, tmp_path):
    lines = []
    made = adapter.convert(work / "run", tmp_path / "deep" / "adapter.gguf", CONVERTERS, log=lines.append, threads=1)
    assert sorted(path.name for path in (tmp_path / "deep").iterdir()) == ["adapter.gguf", "adapter.json"]
    assert json.loads((tmp_path / "deep" / "adapter.json").read_text()) == made
    assert (made["judge_weight"], made["threshold"], made["prompt"]) == (0.0, None, prompt.fingerprint())
    assert len(lines) == 1
    assert "logits of 4 prompts differ by at most 0." in lines[0]


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ("{", "run.json: not the record of a run"),
        ("[]", "run.json: not the record of a run"),
        ('{"prompt": "x", "settings": {}, "data": "d"}', "not the record of a run: held_out_loss is missing"),
        (
            '{"prompt": "x", "settings": {}, "data": "d", "held_out_loss": 1}',
            "run: trained on prompt x, but this srlint",
        ),
    ],
)
def test_what_is_no_run_of_this_prompt_is_told(tmp_path, record, message):
    (tmp_path / "run" / "adapter").mkdir(parents=True)
    (tmp_path / "run" / "adapter" / "adapter_model.safetensors").write_bytes(b"")
    (tmp_path / "run" / "run.json").write_text(record)
    with pytest.raises(ModelError, match=message):
        adapter.convert(tmp_path / "run", tmp_path / "out" / "a.gguf", CONVERTERS)
    assert not (tmp_path / "out").exists()
