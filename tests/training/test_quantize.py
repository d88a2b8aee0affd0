"""From trained weights to what srlint loads: the detector in 8 bits, and llama.cpp's converters."""

from __future__ import annotations

import io
import json
import math
import shutil
import tarfile
from importlib import resources
from pathlib import Path

import pytest
from click.testing import CliRunner

pytest.importorskip("quantize", reason="needs a checkout: quantize is not installed")

from quantize import adapter, adapter_check, converter  # noqa: E402
from quantize import detector as quantizing  # noqa: E402
from quantize import merged as converting  # noqa: E402
from quantize.__main__ import main  # noqa: E402
from quantize.stamp import stamp  # noqa: E402
from srlint import prompt  # noqa: E402
from srlint.categories import IDS  # noqa: E402
from srlint.detector import Detector  # noqa: E402
from srlint.errors import ConfigError, ModelError  # noqa: E402
from srlint.models.bake import file_sha256  # noqa: E402
from srlint.tokens import shipped_tokenizer  # noqa: E402

TEXTS = [
    "The chairman opened the door.",
    "Bread is sold.",
    "Women are too emotional to lead a team of engineers, or so he said.",
    "Guys!",
    "The bridge near the old mill was closed for repairs in March, and nobody knew when it would open again.",
    "Call \ufffc twice.",
]
MANIFEST = {
    "categories": list(IDS),
    "temperature": 1.25,
    "bias": -0.2,
    "term_evidence": {"settled": 2.0, "sure": 2.0, "unsure": 0.5},
    "threshold": 0.5,
    "mark_threshold": 0.5,
    "heads": 4,
    "width": 64,
}


# --- the detector -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def torch():
    for package in ("onnx", "transformers", "finetune"):
        pytest.importorskip(package, reason=f"exporting a detector needs {package}")
    found = pytest.importorskip("torch", reason="exporting a detector needs torch")
    before = found.get_num_threads()
    found.set_num_threads(1)
    yield found
    found.set_num_threads(before)


@pytest.fixture(scope="module")
def trained(torch, tmp_path_factory):
    """A random detector of two layers, and the folder of its run."""
    from transformers import BertConfig, BertModel

    from finetune.detector import DetectorModel
    from finetune.detector_run import export

    torch.manual_seed(0)
    config = BertConfig(hidden_size=64, num_hidden_layers=2, num_attention_heads=4, intermediate_size=128)
    model = DetectorModel(BertModel(config, add_pooling_layer=False)).eval()
    with torch.no_grad():  # far enough from 0.5 that 8 bits change no verdict
        model.passage.weight *= 4
        model.passage.bias[0] = 2.0
    folder = tmp_path_factory.mktemp("run")
    export(model, folder / "detector.onnx")
    (folder / "detector.json").write_text(json.dumps(MANIFEST))
    return model, folder


@pytest.fixture(scope="module")
def passages(tmp_path_factory) -> list[Path]:
    path = tmp_path_factory.mktemp("data") / "x.jsonl"
    rows = [{"text": TEXTS[number % len(TEXTS)], "before": "Hello." * (number % 3)} for number in range(200)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return [path]


@pytest.fixture(scope="module")
def small(trained, passages, tmp_path_factory):
    """The run in 8 bits: the file and what the comparison said."""
    target = tmp_path_factory.mktemp("out") / "deep" / "detector.onnx"
    return target, quantizing.quantize(trained[1], target, passages)


def logits(model, text: str, before: str) -> tuple[list[float], list[float]]:
    from finetune.detector import clean_example, predict

    (said,) = predict(model, [clean_example(shipped_tokenizer(), text, before=before, weight=1.0)])
    return said.passage, said.tokens


def sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-value))


@pytest.mark.parametrize("text", TEXTS)
def test_the_exported_graph_says_what_the_model_says_at_any_length(trained, text):
    import numpy
    import onnxruntime

    from srlint.tokens import encode

    model, folder = trained
    session = onnxruntime.InferenceSession(str(folder / "detector.onnx"), providers=["CPUExecutionProvider"])
    encoded = encode(shipped_tokenizer(), text, "All was well.")
    feed = {"ids": numpy.array([encoded.ids]), "segments": numpy.array([encoded.segments])}
    passage, tokens = session.run(["passage", "tokens"], feed)
    wanted = logits(model, text, "All was well.")
    assert passage[0] == pytest.approx(wanted[0], abs=1e-4)
    assert tokens[0] == pytest.approx(wanted[1], abs=1e-4)


def test_the_command_reads_the_8_bit_file_and_agrees_with_the_model(trained, small):
    detector = Detector.load(small[0])
    assert detector.threshold == MANIFEST["threshold"]
    assert detector.term_evidence == MANIFEST["term_evidence"]
    spread = set()
    for text in TEXTS:
        found = detector.detect([(text, "Hello.")])[0]
        passage, _ = logits(trained[0], text, "Hello.")
        assert found.probability == pytest.approx(
            sigmoid(passage[0] / MANIFEST["temperature"] + MANIFEST["bias"]), abs=0.05
        )
        scores = {name: sigmoid(logit) for name, logit in zip(IDS, passage[1:], strict=True)}
        assert scores[found.categories[0]] > max(scores.values()) - 0.1
        spread.add(round(found.probability, 4))
    assert len(spread) > 3


def test_the_comparison_counts_every_tenth_passage_and_is_close(small):
    parity = small[1]
    assert parity.passages == 20
    assert parity.agreement == 1.0
    assert 0 < parity.mean_difference <= parity.largest_difference < 0.05


def operators(path: Path) -> dict[str, int]:
    onnx = pytest.importorskip("onnx", reason="needs onnx")
    kinds = [node.op_type for node in onnx.load(path).graph.node]
    return {kind: kinds.count(kind) for kind in set(kinds)}


def test_no_layer_norm_and_no_block_is_left_to_slow_operators(small):
    found = operators(small[0])
    assert not {"SkipLayerNormalization", "LayerNormalization", "MatMulNBits", "MatMul"} & found.keys()
    # Two layers: the product after the attention, two of the feed-forward, and the two heads.
    assert (found["QAttention"], found["MatMulInteger"]) == (2, 2 * 3 + 2)


def test_channels_with_outliers_are_scaled_without_a_change_in_float(trained, passages, tmp_path):
    """The second feed-forward layers' inputs get a scale for each channel; the float graph says what it said."""
    onnx = pytest.importorskip("onnx", reason="needs onnx")
    from onnxruntime.transformers import optimizer

    from quantize import lean

    source = str(trained[1] / "detector.onnx")
    optimizer.optimize_model(
        source, model_type="bert", opt_level=0, num_heads=MANIFEST["heads"], hidden_size=MANIFEST["width"]
    ).save_model_to_file(str(tmp_path / "fused.onnx"))
    model = onnx.load(tmp_path / "fused.onnx")
    found = quantizing.passages(passages)
    nodes = lean.second_products(model)
    assert len(nodes) == 2
    before = lean.largest(model, nodes, quantizing._feeds(found))
    names = [node.input[0] for node in nodes]
    lean.smooth(model, nodes, before, {})
    lean.plain_norms(model)
    onnx.save(model, tmp_path / "lean.onnx")
    parity = quantizing.compare(Path(source), tmp_path / "lean.onnx", MANIFEST, found)
    assert parity.agreement == 1.0 and parity.largest_difference < 1e-5
    after = lean.largest(model, lean.second_products(model), quantizing._feeds(found))
    for name, node in zip(names, lean.second_products(model), strict=True):
        spread, left = (float(own.max() / own.mean()) for own in (before[name], after[node.input[0]]))
        assert left < spread


def test_the_weights_can_be_had_back_from_8_bits(trained, small):
    from finetune.shipped import state

    found, wanted = state(small[0]), trained[0].state_dict()
    for name, value in found.items():
        near = (value - wanted[name]).abs().max().item()
        assert near <= 0.02 * wanted[name].abs().max().item() + 1e-6, name


def test_states_stay_when_their_weights_have_been_in_8_bits_before(trained, passages, tmp_path, monkeypatch):
    """The scales of the graph they come from are used again; others would round the weights a second time."""
    import numpy
    from transformers import BertModel

    from finetune import shipped
    from finetune.detector import DetectorModel
    from finetune.detector_run import export

    def in_8_bits(model, name: str, states: str, files) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        export(model, folder / "detector.onnx")
        (folder / "detector.json").write_text(json.dumps(MANIFEST | {"states": states}))
        quantizing.quantize(folder, folder / "small.onnx", files)
        return folder / "small.onnx"

    others = tmp_path / "others.jsonl"  # in which other channels stick out
    others.write_text(json.dumps({"text": "Guys!", "before": ""}) + "\n")
    first = in_8_bits(trained[0], "first", "ours", passages)
    assert shipped.states_digest(first) == "ours"
    monkeypatch.setattr(quantizing, "data", {"detector.onnx": first}.get)
    again = DetectorModel(BertModel(trained[0].encoder.config, add_pooling_layer=False)).eval()
    again.load_state_dict(trained[0].state_dict() | shipped.state(first))
    kept, rounded = (in_8_bits(again, name, states, [others]) for name, states in (("a", "ours"), ("b", "theirs")))
    states = {path: [Detector.load(path).states(text, "")[0] for text in TEXTS] for path in (first, kept, rounded)}

    def away(path: Path) -> float:
        return max(float(numpy.abs(a - b).mean()) for a, b in zip(states[first], states[path], strict=True))

    assert away(kept) < 1e-5 < 1e-4 < away(rounded)


def test_8_bits_are_smaller(trained, small):
    assert small[0].stat().st_size < 0.5 * (trained[1] / "detector.onnx").stat().st_size


def test_verdicts_that_do_not_survive_8_bits_are_refused(trained, passages, tmp_path, monkeypatch):
    monkeypatch.setattr(quantizing, "MIN_AGREEMENT", 1.01)
    with pytest.raises(ModelError, match=r"detector.onnx: only 100.0% of verdicts survive 8 bits"):
        quantizing.quantize(trained[1], tmp_path / "out.onnx", passages)
    assert not (tmp_path / "out.onnx").exists()


def test_agreement_is_about_verdicts_at_the_threshold(trained, passages):
    source = trained[1] / "detector.onnx"
    found = quantizing.passages(passages)
    same = quantizing.compare(source, source, MANIFEST, found)
    assert (same.agreement, same.mean_difference, same.largest_difference) == (1.0, 0.0, 0.0)


@pytest.mark.parametrize("missing", ["detector.onnx", "detector.json"])
def test_an_incomplete_run_is_named(tmp_path, missing):
    for name in {"detector.onnx", "detector.json"} - {missing}:
        (tmp_path / name).write_text("{}")
    with pytest.raises(ModelError, match=f"{missing}: missing"):
        quantizing.quantize(tmp_path, tmp_path / "out.onnx", [])


def test_the_shipped_tokenizer_is_the_one_that_passages_are_compared_with():
    own = json.loads((resources.files("srlint") / "data" / "tokenizer.json").read_text(encoding="utf-8"))
    assert len(own["model"]["vocab"]) == shipped_tokenizer().get_vocab_size()


# --- adapters and converters ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("present", [(), ("run.json",), ("adapter/adapter_model.safetensors",)])
def test_an_unfinished_training_is_named(tmp_path, present):
    pytest.importorskip("transformers", reason="converting an adapter needs transformers")
    for name in present:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("{}")
    with pytest.raises(ModelError, match="not a finished run of `python -m finetune train`"):
        adapter.convert(tmp_path, tmp_path / "out.gguf", tmp_path / "cache")


@pytest.fixture
def archive(tmp_path, monkeypatch):
    """A source distribution with the converters and other things, in place of the one from the package index."""
    root = f"llama_cpp_python-{converter.VERSION}"
    path = tmp_path / "sdist.tar.gz"
    with tarfile.open(path, "w:gz") as members:
        for name, content in {
            f"{root}/vendor/llama.cpp/convert_lora_to_gguf.py": "import sys; print('got', *sys.argv[1:])",
            f"{root}/vendor/llama.cpp/fails.py": "never unpacked",
            f"{root}/vendor/llama.cpp/convert_hf_to_gguf.py": "import sys; print('so', file=sys.stderr); exit('no')",
            f"{root}/vendor/llama.cpp/gguf-py/gguf/__init__.py": "",
            f"{root}/vendor/llama.cpp/conversion/llama.py": "",
            f"{root}/setup.py": "never unpacked",
        }.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            members.addfile(member, io.BytesIO(content.encode()))

    def download(folder: Path) -> Path:
        shutil.copyfile(path, folder / "got.tar.gz")
        return folder / "got.tar.gz"

    monkeypatch.setattr(converter, "_download", download)
    monkeypatch.setattr(converter, "SHA256", file_sha256(path))
    return path


def test_converters_are_unpacked_once_and_nothing_else_is(archive, tmp_path, monkeypatch):
    folder = converter.scripts(tmp_path / "cache")
    names = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert names == {
        "convert_lora_to_gguf.py",
        "convert_hf_to_gguf.py",
        str(Path("gguf-py", "gguf", "__init__.py")),
        str(Path("conversion", "llama.py")),
    }
    assert list((tmp_path / "cache").iterdir()) == [folder]

    def forbidden(folder):
        raise AssertionError("fetched again")

    monkeypatch.setattr(converter, "_download", forbidden)
    assert converter.scripts(tmp_path / "cache") == folder


def test_another_archive_than_the_tested_one_is_refused(archive, tmp_path, monkeypatch):
    monkeypatch.setattr(converter, "SHA256", "0" * 64)
    with pytest.raises(ModelError, match="got.tar.gz: not the source distribution that srlint was tested with"):
        converter.scripts(tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_folder_that_another_process_unpacked_meanwhile_is_taken(archive, tmp_path, monkeypatch):
    folder = tmp_path / "cache" / f"llama.cpp-{converter.VERSION}"
    honest = converter._download

    def download(work: Path) -> Path:
        folder.mkdir()
        (folder / "convert_hf_to_gguf.py").write_text("another's")
        return honest(work)

    monkeypatch.setattr(converter, "_download", download)
    assert converter.scripts(tmp_path / "cache") == folder
    assert [path.name for path in folder.iterdir()] == ["convert_hf_to_gguf.py"]


def test_without_a_package_index_the_converters_cannot_be_fetched(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    with pytest.raises(ModelError, match=r"^llama-cpp-python [\d.]+: pip cannot fetch its source distribution: .+$"):
        converter.scripts(tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_converter_that_fails_gives_its_last_line(archive, tmp_path):
    converter.run(tmp_path / "cache", "convert_lora_to_gguf.py", "--base", "x")
    with pytest.raises(ModelError, match="^convert_hf_to_gguf.py failed: no$"):
        converter.run(tmp_path / "cache", "convert_hf_to_gguf.py")


def test_an_adapter_gets_a_manifest_that_srlint_reads(tmp_path, monkeypatch):
    pytest.importorskip("transformers", reason="converting an adapter needs transformers")
    from srlint.models import embedded, manifest

    try:
        base = embedded.base_gguf()
    except ModelError as error:
        pytest.skip(str(error))
    run = tmp_path / "run"
    (run / "adapter").mkdir(parents=True)
    (run / "adapter" / "adapter_model.safetensors").write_bytes(b"weights")
    record = {"prompt": prompt.fingerprint(), "data": "d", "held_out_loss": 1.5, "settings": {"rank": 2}}
    (run / "run.json").write_text(json.dumps(record))
    seen = []

    def convert(cache, script, *arguments):
        seen.append((script, arguments))
        config = json.loads((Path(arguments[arguments.index("--base") + 1]) / "config.json").read_text())
        assert config["architectures"] == ["LlamaForCausalLM"]
        Path(arguments[arguments.index("--outfile") + 1]).write_bytes(b"GGUF converted")

    monkeypatch.setattr(converter, "run", convert)
    # It has tests of its own: these bytes are no adapter.
    monkeypatch.setattr(adapter_check, "check", lambda *words: adapter_check.Parity(4, 0.001, 0.5))
    target = tmp_path / "deep" / "adapter.gguf"
    made = adapter.convert(run, target, tmp_path / "cache")
    assert seen[0][0] == "convert_lora_to_gguf.py"
    assert seen[0][1][-1] == str(run / "adapter")
    kept = manifest.from_json(target.with_suffix(".json"))
    assert kept == manifest.Manifest(prompt=prompt.fingerprint(), base_sha256=file_sha256(base))
    assert made["adapter_sha256"] == file_sha256(target)
    assert made["settings"] == {"rank": 2}


# --- merged models ----------------------------------------------------------------------------------------------------


def plain_gguf(path: Path, **more: str) -> Path:
    """A GGUF file with values and tensors of the kinds that models have."""
    gguf = pytest.importorskip("gguf", reason="writing GGUF files needs gguf")
    numpy = pytest.importorskip("numpy")
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_block_count(2)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_add_bos_token(False)
    writer.add_token_list(["<unk>", "▁Zürich", "a"])
    writer.add_token_scores([0.0, -1.0, -2.0])
    for key, value in more.items():
        writer.add_string(f"srlint.{key}", value)
    weights = numpy.linspace(-1, 1, 4 * 64, dtype=numpy.float32).reshape(4, 64)
    writer.add_tensor("full", weights)
    writer.add_tensor("half", weights.astype(numpy.float16))
    kinds = gguf.GGMLQuantizationType
    for name, kind in (("brain", kinds.BF16), ("small", kinds.Q8_0)):
        writer.add_tensor(name, gguf.quants.quantize(weights, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def read_gguf(path: Path) -> tuple[dict, dict]:
    """Its metadata, and type, shape and bytes of each tensor."""
    import gguf

    reader = gguf.GGUFReader(path)
    values = {key: own.contents() for key, own in reader.fields.items() if not key.startswith("GGUF.")}
    tensors = {own.name: (own.tensor_type.name, own.shape.tolist(), own.data.tobytes()) for own in reader.tensors}
    return values, tensors


def test_a_stamp_changes_what_it_says_and_nothing_else(tmp_path):
    source = plain_gguf(tmp_path / "plain.gguf", prompt="old", base="tiny")
    stamp(source, tmp_path / "stamped.gguf", {"srlint.prompt": "new", "srlint.data": "d"})
    before, tensors = read_gguf(source)
    after, same = read_gguf(tmp_path / "stamped.gguf")
    assert after == before | {"srlint.prompt": "new", "srlint.data": "d"}
    assert after["tokenizer.ggml.tokens"] == ["<unk>", "▁Zürich", "a"]
    assert same == tensors
    assert [kind for kind, *_ in same.values()] == ["F32", "F16", "BF16", "Q8_0"]


@pytest.mark.parametrize("content", [b"", b"GGUF", b"GGUF\3\0\0\0", b"PK" * 40])
def test_only_gguf_files_are_stamped(tmp_path, content):
    pytest.importorskip("gguf", reason="reading GGUF files needs gguf")
    (tmp_path / "x.gguf").write_bytes(content)
    with pytest.raises(ModelError, match="x.gguf: not a GGUF file"):
        stamp(tmp_path / "x.gguf", tmp_path / "y.gguf", {})


RECORD = {"prompt": prompt.fingerprint(), "base_digest": "bd", "data": "dd", "settings": {"base": "tiny", "rank": 4}}
LLAMA2 = {"type": "BPE", "byte_fallback": True, "merges": [["a", "b"]]}


@pytest.fixture
def merged(tmp_path) -> Path:
    """A folder as `python -m finetune merge` leaves it, as far as the conversion looks at it."""
    folder = tmp_path / "merged"
    folder.mkdir()
    (folder / "srlint_run.json").write_text(json.dumps(RECORD))
    (folder / "config.json").write_text(json.dumps({"dtype": "float16"}))
    (folder / "tokenizer.json").write_text(json.dumps({"model": LLAMA2 | {"merges": []}}))
    return folder


@pytest.fixture
def asked(monkeypatch) -> list:
    """The converter stands aside and takes note of what it was asked."""
    calls: list = []

    def run(cache, script, *arguments):
        calls.append((script, *arguments))
        plain_gguf(Path(arguments[arguments.index("--outfile") + 1]))

    monkeypatch.setattr(converter, "run", run)
    return calls


@pytest.mark.parametrize(
    ("config", "kind", "wanted"),
    [
        ({"dtype": "float16"}, None, "f16"),
        ({"dtype": "bfloat16"}, None, "bf16"),
        ({"torch_dtype": "float32"}, None, "f32"),
        ({"dtype": "float32"}, "q8_0", "q8_0"),
        ({}, "bf16", "bf16"),
    ],
)
def test_a_merged_model_is_converted_as_it_is_or_as_asked(merged, asked, tmp_path, config, kind, wanted):
    (merged / "config.json").write_text(json.dumps(config))
    lines: list[str] = []
    target = tmp_path / "deep" / "model.gguf"
    converting.convert(merged, target, tmp_path / "cache", kind, lines.append)
    ((script, *arguments),) = asked
    assert script == "convert_hf_to_gguf.py"
    assert arguments[arguments.index("--outtype") + 1] == wanted
    assert arguments[-1] == str(merged)
    assert lines == [f"{merged}: to {wanted}, with llama.cpp's converter"]
    assert list(target.parent.iterdir()) == [target]


def test_a_converted_model_says_what_it_was_made_for(merged, asked, tmp_path):
    from srlint.models import manifest

    made = converting.convert(merged, tmp_path / "model.gguf", tmp_path / "cache")
    values, tensors = read_gguf(tmp_path / "model.gguf")
    assert {key: value for key, value in values.items() if key.startswith("srlint.")} == made
    assert made == {
        "srlint.prompt": prompt.fingerprint(),
        "srlint.judge_weight": "0.0",
        "srlint.base": "tiny",
        "srlint.base_digest": "bd",
        "srlint.data": "dd",
    }
    assert manifest.from_metadata("model", values.get) == manifest.Manifest(prompt=prompt.fingerprint())
    assert len(tensors) == 4


@pytest.mark.parametrize(
    ("base", "named"),
    [
        ("/home/someone/models/Llama-3", "Llama-3"),
        ("~/models/Llama-3", "Llama-3"),
        ("../models/Llama-3", "Llama-3"),
        ("meta-llama/Llama-3.2-1B-Instruct", "meta-llama/Llama-3.2-1B-Instruct"),
        ("embedded", "embedded"),
    ],
)
def test_where_a_base_lay_is_nobodys_business(merged, base, named):
    (merged / "srlint_run.json").write_text(json.dumps(RECORD | {"settings": {"base": base}}))
    assert converting.manifest(merged)["srlint.base"] == named


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("srlint_run.json", None, r"merged: not the folder of a merged model .*: is it one of"),
        ("srlint_run.json", "{", "srlint_run.json: not the record of a run"),
        ("srlint_run.json", "[]", "srlint_run.json: not the record of a run"),
        ("srlint_run.json", json.dumps({"prompt": "x", "settings": {}}), "srlint_run.json: not the record of a run"),
        ("srlint_run.json", json.dumps(RECORD | {"prompt": "x"}), "merged: trained on prompt x, but this srlint asks"),
        ("config.json", None, "config.json: does not say that its weights are float32, float16, bfloat16: give --type"),
        ("config.json", '{"dtype": "float64"}', "config.json: does not say that its weights are"),
        ("tokenizer.json", None, "tokenizer.json: not a tokenizer"),
        ("tokenizer.json", '{"model": 3}', "tokenizer.json: not a tokenizer"),
        ("tokenizer.json", json.dumps({"model": LLAMA2}), "merged: copy tokenizer.model there from the base model"),
    ],
)
def test_what_is_no_merged_model_is_told(merged, asked, tmp_path, file, content, message):
    (merged / file).unlink() if content is None else (merged / file).write_text(content)
    with pytest.raises(ModelError, match=message) as told:
        converting.convert(merged, tmp_path / "out" / "model.gguf", tmp_path / "cache")
    assert "\n" not in str(told.value)
    assert not asked
    assert not (tmp_path / "out").exists()


def test_a_run_that_is_not_merged_yet_is_told_how(merged, tmp_path):
    (merged / "srlint_run.json").rename(merged / "run.json")
    with pytest.raises(ModelError, match="merge it first, with `python -m finetune merge`"):
        converting.convert(merged, tmp_path / "model.gguf", tmp_path / "cache")


@pytest.mark.parametrize("model", [LLAMA2, {"type": "BPE", "byte_fallback": False, "merges": [["a", "b"]]}])
def test_tokenizers_that_the_converter_can_read_are_let_pass(merged, asked, tmp_path, model):
    (merged / "tokenizer.json").write_text(json.dumps({"model": model}))
    if model is LLAMA2:
        (merged / "tokenizer.model").write_bytes(b"pieces and their scores")
    converting.convert(merged, tmp_path / "model.gguf", tmp_path / "cache")
    assert len(asked) == 1


def test_a_target_is_never_overwritten_nor_half_written(merged, asked, tmp_path, monkeypatch):
    target = tmp_path / "out" / "model.gguf"
    with pytest.raises(ConfigError, match="model.bin: must end in .gguf"):
        converting.convert(merged, target.with_suffix(".bin"), tmp_path / "cache")
    target.parent.mkdir()
    target.write_bytes(b"mine")
    with pytest.raises(ConfigError, match="model.gguf: there is such a file already"):
        converting.convert(merged, target, tmp_path / "cache")
    assert target.read_bytes() == b"mine"
    with pytest.raises(ModelError, match="model.gguf: cannot be written"):
        converting.convert(merged, target.rename(tmp_path / "mine") / "model.gguf", tmp_path / "cache")

    def fail(cache, script, *arguments):
        Path(arguments[arguments.index("--outfile") + 1]).write_bytes(b"GGUF half")
        raise ModelError(f"{script} failed: no")

    monkeypatch.setattr(converter, "run", fail)
    with pytest.raises(ModelError, match="^convert_hf_to_gguf.py failed: no$"):
        converting.convert(merged, target, tmp_path / "cache")
    assert list(target.parent.iterdir()) == []


def test_the_command_converts_and_says_how_large_the_file_is(merged, asked, tmp_path):
    target = tmp_path / "model.gguf"
    done = CliRunner().invoke(main, ["convert", str(merged), "--out", str(target), "--type", "bf16"])
    assert done.exit_code == 0
    assert done.stderr == f"{merged}: to bf16, with llama.cpp's converter\n{target}: 0.0 MB\n"
    assert asked[0][2] == "bf16"
    again = CliRunner().invoke(main, ["convert", str(merged), "--out", str(target)])
    assert isinstance(again.exception, ConfigError)
    assert CliRunner().invoke(main, ["convert", str(merged), "--out", "x.gguf", "--type", "q4"]).exit_code == 2
