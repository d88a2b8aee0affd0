"""Figures about quantised models, from readings made by hand, and what must hold of a folder before work begins."""

from __future__ import annotations

import json
import math
import struct
from pathlib import Path

import pytest

pytest.importorskip("quantize", reason="needs a checkout: quantize is not installed")

from quantize import folder, passages, verify  # noqa: E402
from quantize.kinds import KINDS  # noqa: E402
from quantize.passages import Asked, Passage  # noqa: E402
from quantize.probe import Reading  # noqa: E402
from srlint.errors import ModelError  # noqa: E402


def reading(flagged, prefill=100.0, **more):
    return Reading((math.log(1 - flagged), math.log(flagged)), prefill, **more)


def test_figures_are_shares_means_and_ratios():
    before = [
        reading(0.2, 100.0),
        reading(0.6, 200.0, rewrite="a", loss=4.0, tokens=4, decode=10.0),
        reading(0.9, 300.0, rewrite="b", loss=2.0, tokens=2, decode=20.0),
        reading(0.9, 400.0),
    ]
    after = [
        reading(0.2, 300.0),
        reading(0.4, 600.0, rewrite="a", loss=6.0, tokens=4, decode=30.0),
        reading(0.9, 900.0, rewrite=None, loss=3.0, tokens=2, decode=30.0),
        reading(0.9, 600.0),
    ]
    found = verify.compare(before, after)
    apart = 0.6 * math.log(0.6 / 0.4) + 0.4 * math.log(0.4 / 0.6)
    assert (found.passages, found.rewrites, found.agreement, found.exact) == (4, 2, 0.75, 0.5)
    assert found.max_kl == pytest.approx(apart)
    assert found.mean_kl == pytest.approx(apart / 4)
    assert found.perplexity == pytest.approx(math.exp(9 / 6 - 6 / 6))
    assert (found.prefill, found.decode) == (2.4, 2.0)
    assert "verdicts 75.0% the same" in found.described()


def test_a_model_is_as_it_is_and_nothing_is_no_figure():
    own = [reading(0.3), reading(0.7)]
    found = verify.compare(own, own)
    assert (found.agreement, found.mean_kl, found.max_kl, found.prefill) == (1.0, 0.0, 0.0, 1.0)
    assert found.exact is found.perplexity is found.decode is None
    with pytest.raises(ValueError, match="no passages"):
        verify.compare([], [])


def test_divergence_has_a_direction():
    half, most = (math.log(0.5), math.log(0.5)), (math.log(0.9), math.log(0.1))
    assert verify.divergence(half, most) == pytest.approx(0.5 * math.log(0.5 / 0.9) + 0.5 * math.log(0.5 / 0.1))
    assert verify.divergence(most, half) == pytest.approx(0.9 * math.log(1.8) + 0.1 * math.log(0.2))


@pytest.mark.parametrize(
    ("name", "agreement", "good"),
    [("Q8_0", 0.99, True), ("Q8_0", 0.985, False), ("Q4_K_M", 0.97, True), ("Q4_K_M", 0.965, False)],
)
def test_floors(name, agreement, good):
    figures = verify.Comparison(200, 40, agreement, 0.01, 0.1, 1.0, 1.0, 1.0, 1.0)
    if good:
        verify.check(KINDS[name], "x.gguf", figures)
        return
    with pytest.raises(verify.RefusedError, match=rf"^x.gguf: only {agreement:.1%} of 200 verdicts survive {name}, "):
        verify.check(KINDS[name], "x.gguf", figures)


def test_a_ruin_with_the_same_verdicts_is_refused_too():
    figures = verify.Comparison(200, 40, 1.0, 1.5, 4.0, 1.0, 1.0, 1.0, 1.0)
    with pytest.raises(verify.RefusedError, match="KL 1.50"):
        verify.check(KINDS["Q8_0"], "x.gguf", figures)


def test_larger_types_must_keep_more():
    assert KINDS["Q8_0"].floor == 0.99 > KINDS["Q6_K"].floor > KINDS["Q5_K_M"].floor > KINDS["Q4_K_M"].floor == 0.97
    ranked = [kind.floor for kind in sorted(KINDS.values(), key=lambda kind: -kind.bits) if "_K" in kind.name]
    assert ranked == sorted(ranked, reverse=True)


def test_rewrites_are_spread_over_what_has_a_reference():
    found = [Asked(Passage("t", "", ("age",), "r" if place % 2 else None), "q") for place in range(12)]
    assert [place for place, own in enumerate(verify.chosen(found, 3)) if own] == [1, 5, 9]
    assert sum(verify.chosen(found, 40)) == 6
    assert not any(verify.chosen(found, 0))


def test_the_passages_are_our_dev_and_train_splits(own_passages):
    dataset = pytest.importorskip("finetune.dataset")
    verification = pytest.importorskip("finetune.verification")
    for split, size in verification.SIZES.items():
        wanted = {(row.text, row.before, row.categories) for row in dataset.spread(own_passages[split], size)}
        found = {(own.text, own.before, own.categories) for own in passages.passages(split)}
        assert found == wanted, "run: python -m finetune verification"
    few = passages.passages("dev", 200)
    assert len(few) == 200
    assert 60 <= sum(bool(own.categories) for own in few) <= 140
    assert sum(own.rewrite is not None for own in few) >= 40


def test_questions_carry_the_detectors_marks():
    (own,) = passages.asked([Passage("The chairman opened the door.", "We met.", ("gender",), "The chair opened it.")])
    assert own.question == "Before: We met.\nPassage: The chairman opened the door.\nMarked: chairman"
    assert own.answer == "gender\nThe chair opened it."


# --- folders ----------------------------------------------------------------------------------------------------------


def tensors(path: Path, cut: int = 0) -> None:
    header = json.dumps({"w": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}}).encode()
    data = struct.pack("<Q", len(header)) + header + bytes(24)
    path.write_bytes(data[: len(data) - cut])


@pytest.fixture
def model(tmp_path, monkeypatch) -> Path:
    """A folder that is a model as far as can be seen before it is read, and a converter that knows its kind."""
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    (scripts / "llama.py").write_text('@ModelBase.register(\n    "LlamaForCausalLM",\n)\nclass X: ...\n')
    monkeypatch.setattr(folder.converter, "scripts", lambda cache: scripts)
    own = tmp_path / "model"
    own.mkdir()
    (own / "config.json").write_text('{"architectures": ["LlamaForCausalLM"]}')
    tensors(own / "model.safetensors")
    return own


def test_a_whole_model_passes(model, tmp_path):
    folder.check(model, tmp_path)
    assert folder.parameters(model) == 6


def shards(model, *numbers):
    (model / "model.safetensors").unlink()
    for number in numbers:
        tensors(model / f"model-{number:05}-of-00003.safetensors")


def test_all_shards_must_be_there(model, tmp_path):
    shards(model, 1, 2, 3)
    folder.check(model, tmp_path)
    assert folder.parameters(model) == 18
    index = {"weight_map": {"a": "model-00001-of-00003.safetensors", "b": "other.safetensors"}}
    (model / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(ModelError, match=r"model: other.safetensors is missing: the model is only partly there"):
        folder.check(model, tmp_path)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda own: shards(own, 1, 3), r"model-00002-of-00003.safetensors is missing: the model is only partly there"),
        (lambda own: (own / "model.safetensors").unlink(), "model.safetensors is missing: the model is only partly"),
        (lambda own: tensors(own / "model.safetensors", cut=1), "model.safetensors: cut short"),
        (lambda own: tensors(own / "model.safetensors", cut=60), "model.safetensors: cut short"),
        (lambda own: (own / "model.safetensors").write_bytes(b"\5" + bytes(7) + b"Hello!"), "not a safetensors file"),
        (lambda own: (own / "model.safetensors").write_bytes(b""), "model.safetensors: cut short"),
        (lambda own: (own / "config.json").unlink(), "model: not a model: it has no config.json"),
        (lambda own: (own / "config.json").write_text("{"), "config.json: does not say what architecture"),
        (
            lambda own: (own / "config.json").write_text('{"architectures": ["OddLM"]}'),
            "llama.cpp cannot convert OddLM",
        ),
        (lambda own: own.rename(own.with_name("gone")), "model: no such folder"),
    ],
)
def test_what_is_no_whole_model_is_told_in_a_line(model, tmp_path, damage, message):
    damage(model)
    with pytest.raises(ModelError, match=message) as told:
        folder.check(model, tmp_path)
    assert "\n" not in str(told.value)


def test_the_digest_is_of_names_and_contents(model):
    before = folder.digest(model)
    assert folder.digest(model) == before
    (model / "config.json").rename(model / "other.json")
    assert folder.digest(model) != before
    (model / "other.json").rename(model / "config.json")
    assert folder.digest(model) == before


def test_a_disk_without_room_is_told_before_anything_is_made(tmp_path, monkeypatch):
    from types import SimpleNamespace

    monkeypatch.setattr(folder.shutil, "disk_usage", lambda path: SimpleNamespace(free=2_000_000_000))
    kinds = [KINDS["Q8_0"], KINDS["Q4_K_M"]]
    folder.check_space(tmp_path / "a" / "b", 300_000_000, 16, kinds)
    with pytest.raises(ModelError, match=r"b: needs 4\.\d GB, but only 2\.0 GB are free there"):
        folder.check_space(tmp_path / "a" / "b", 1_000_000_000, 16, kinds)
    assert not (tmp_path / "a").exists()
