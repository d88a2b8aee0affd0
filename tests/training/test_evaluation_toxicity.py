"""Toxicity from a checkpoint in Detoxify's layout, made on the spot, and what is said where there is none."""

from __future__ import annotations

import math
import pickle
import shutil
import sys
import threading
from urllib.error import URLError

import pytest

for package in ("finetune", "torch", "transformers"):
    pytest.importorskip(package, reason=f"toxicity needs {package}")

import torch  # noqa: E402
import transformers  # noqa: E402

from finetune.evaluation import toxicity  # noqa: E402
from srlint.errors import ConfigError, ModelError  # noqa: E402

WORDS = "[PAD] [UNK] [CLS] [SEP] [MASK] the baker lamp is kind rude a and ##s".split()
CLASSES = ["severe_toxic", "obscene", "toxic", "insult"]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A folder with a random BERT classifier's settings and tokenizer, and its checkpoint in Detoxify's layout."""
    folder = tmp_path_factory.mktemp("tiny")
    (folder / "vocab.txt").write_text("\n".join(WORDS) + "\n")
    settings = transformers.BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=24,
        initializer_range=1.0,
    )
    settings.save_pretrained(folder)
    settings.num_labels = len(CLASSES)
    torch.manual_seed(3)
    model = transformers.BertForSequenceClassification(settings).eval()
    torch.save(layout(model.state_dict()), folder / "tiny.ckpt")
    return folder, model


def layout(weights, base: str = "bert-base-uncased", kind: str = "BertForSequenceClassification") -> dict:
    arguments = {
        "num_classes": len(CLASSES),
        "model_type": base,
        "model_name": kind,
        "tokenizer_name": "BertTokenizer",
    }
    config = {"arch": {"type": "BERT", "args": arguments}, "dataset": {"args": {"classes": CLASSES}}}
    return {"state_dict": weights, "config": config}


TEXTS = ["the baker is kind", "lamps and a rude baker is rude", "a"] * 7


def test_toxicity_is_the_sigmoid_of_its_own_output(tiny):
    folder, model = tiny
    score, reason = toxicity.open(folder / "tiny.ckpt", config=folder)
    # The same wordpieces by hand, one text at a time, without padding.
    by_hand = []
    for text in TEXTS[:3]:
        pieces = " ".join(text.replace("lamps", "lamp ##s").split()).split()
        ids = [2, *(WORDS.index(piece) for piece in pieces), 3]
        logit = model(torch.tensor([ids])).logits[0, CLASSES.index("toxic")].item()
        by_hand.append(1 / (1 + math.exp(-logit)))
    assert reason == ""
    assert score(TEXTS) == pytest.approx(by_hand * 7, abs=1e-5)
    assert max(by_hand) - min(by_hand) > 0.01
    assert score([]) == []
    # Longer than the model has positions: cut, not refused.
    assert 0 < score(["the baker is kind " * 30])[0] < 1


def test_toxicity_agrees_with_detoxify_itself(tiny, tmp_path):
    detoxify = pytest.importorskip("detoxify", reason="compares with detoxify")
    folder, model = tiny
    torch.save(layout(model.state_dict(), base=str(folder)), tmp_path / "local.ckpt")
    theirs = detoxify.Detoxify(checkpoint=str(tmp_path / "local.ckpt"), huggingface_config_path=None)
    # Its checkpoint names a folder here, so that no other is needed.
    score, _ = toxicity.open(tmp_path / "local.ckpt")
    assert score(TEXTS[:3]) == pytest.approx(theirs.predict(TEXTS[:3])["toxicity"], abs=1e-5)


def test_weights_that_are_missing_are_never_made_up(tiny, tmp_path):
    folder, model = tiny
    weights = dict(model.state_dict())
    old = weights | {"bert.embeddings.position_ids": torch.arange(24)[None]}
    torch.save(layout(old), tmp_path / "old.ckpt")
    assert toxicity.open(tmp_path / "old.ckpt", config=folder)[1] == ""
    for name, others, message in (
        ("less", {key: value for key, value in weights.items() if key != "classifier.bias"}, "classifier.bias"),
        ("more", weights | {"bert.encoder.layer.1.x": torch.zeros(1)}, "bert.encoder.layer.1.x"),
        ("other", weights | {"classifier.bias": torch.zeros(7)}, "another shape"),
    ):
        torch.save(layout(others), tmp_path / f"{name}.ckpt")
        with pytest.raises(ModelError, match=rf"{name}\.ckpt: weights .*{message}"):
            toxicity.open(tmp_path / f"{name}.ckpt", config=folder)


class Harm:
    def __reduce__(self):
        return print, ("a checkpoint ran code",)


def test_a_checkpoint_that_is_none_is_named(tiny, tmp_path, capsys):
    folder, model = tiny
    with pytest.raises(ConfigError, match="nowhere.ckpt: no such file"):
        toxicity.open(tmp_path / "nowhere.ckpt")
    with pytest.raises(ConfigError, match="nowhere: no such folder"):
        toxicity.open(None, config=tmp_path / "nowhere")
    bad = tmp_path / "bad.ckpt"
    bad.write_bytes(pickle.dumps(Harm(), protocol=2))
    with pytest.raises(ModelError, match="bad.ckpt: not a checkpoint of weights and settings alone"):
        toxicity.open(bad, config=folder)
    torch.save({"harm": Harm()}, bad)
    with pytest.raises(ModelError, match="bad.ckpt: not a checkpoint of weights and settings alone"):
        toxicity.open(bad, config=folder)
    assert "ran code" not in capsys.readouterr().out
    torch.save(model.state_dict(), bad)
    with pytest.raises(ModelError, match="bad.ckpt: not in Detoxify's layout: 'config'"):
        toxicity.open(bad, config=folder)
    torch.save(layout(model.state_dict(), kind="Pipeline"), bad)
    with pytest.raises(ModelError, match="'Pipeline' is no …ForSequenceClassification"):
        toxicity.open(bad, config=folder)
    other = layout(model.state_dict())
    other["config"]["dataset"]["args"]["classes"] = ["joy"]
    torch.save(other, bad)
    with pytest.raises(ModelError, match="classes has no toxicity or toxic: joy"):
        toxicity.open(bad, config=folder)


def test_a_folder_without_a_tokenizer_is_named(tiny, tmp_path):
    folder, _ = tiny
    shutil.copy(folder / "config.json", tmp_path)
    with pytest.raises(ModelError, match="a tokenizer of 5 tokens for 14 embeddings"):
        toxicity.open(folder / "tiny.ckpt", config=tmp_path)
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(ModelError, match="no settings and tokenizer"):
        toxicity.open(folder / "tiny.ckpt", config=tmp_path)
    (tmp_path / "config.json").unlink()
    with pytest.raises(ConfigError, match="no config.json there"):
        toxicity.open(folder / "tiny.ckpt", config=tmp_path)


@pytest.fixture
def no_network(monkeypatch, tmp_path):
    """No server answers, and looking for one takes as long as the test."""
    over = threading.Event()

    def hang(*args, **options):
        over.wait(60)
        raise URLError("no network")

    monkeypatch.setattr(toxicity, "urlopen", hang)
    monkeypatch.setattr(toxicity, "REACH", 0.2)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    yield
    over.set()


def test_without_a_network_there_is_a_reason_and_no_number(tiny, no_network):
    folder, _ = tiny
    pytest.importorskip("detoxify", reason="asks detoxify where its weights are")
    score, reason = toxicity.open(None)
    assert score is None and "cannot be downloaded" in reason and "--toxicity-checkpoint" in reason
    with pytest.raises(ModelError, match="the hub is out of reach: give --toxicity-config FOLDER"):
        toxicity.open(folder / "tiny.ckpt")


def test_detoxifys_own_weights_are_downloaded_once_and_loaded_alike(tiny, monkeypatch, tmp_path):
    detoxify = pytest.importorskip("detoxify.detoxify", reason="asks detoxify where its weights are")
    folder, model = tiny
    asked = []

    def download(url, **options):
        asked.append((url, options["check_hash"], options["weights_only"]))
        if options["weights_only"]:
            raise pickle.UnpicklingError("something of theirs is in it")
        return layout(model.state_dict())

    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr(toxicity, "_reachable", lambda url: True)
    monkeypatch.setattr(torch.hub, "load_state_dict_from_url", download)
    score, reason = toxicity.open(None, config=folder)
    url = detoxify.MODEL_URLS["unbiased"]
    assert reason == "" and asked == [(url, True, True), (url, True, False)]
    assert 0 < score(["the baker is kind"])[0] < 1

    def broken(url, **options):
        raise URLError("gone")

    monkeypatch.setattr(torch.hub, "load_state_dict_from_url", broken)
    score, reason = toxicity.open(None, config=folder)
    assert score is None and "cannot be had from here (<urlopen error gone>)" in reason


def test_without_detoxify_there_is_a_reason(monkeypatch):
    monkeypatch.setitem(sys.modules, "detoxify.detoxify", None)
    score, reason = toxicity.open(None)
    assert score is None and reason.startswith("detoxify is not installed")
