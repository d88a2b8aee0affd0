"""`python -m quantize MERGED --to …` from end to end with a small random model, and what goes wrong on the way."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

for package in ("finetune", "quantize", "torch", "transformers", "gguf", "llama_cpp", "sentencepiece"):
    pytest.importorskip(package, reason=f"converting and running need {package}")

import numpy  # noqa: E402
import torch  # noqa: E402
from click.testing import CliRunner  # noqa: E402
from safetensors.torch import load_file, save_file  # noqa: E402
from transformers import AutoModelForCausalLM, AutoTokenizer  # noqa: E402

from finetune import tiny  # noqa: E402
from quantize import converter, folder, imatrix, pieces, produce, say, shrink, verify  # noqa: E402
from quantize.__main__ import main  # noqa: E402
from quantize.kinds import KINDS  # noqa: E402
from quantize.passages import asked, passages  # noqa: E402
from srlint import prompt  # noqa: E402
from srlint.categories import IDS  # noqa: E402
from srlint.engine.session import Session  # noqa: E402
from srlint.errors import ModelError  # noqa: E402
from srlint.models import header, manifest  # noqa: E402
from srlint.models.bake import file_sha256  # noqa: E402

CONVERTERS = Path(__file__).parents[2] / "runs" / "converters"
SMALL = ("--limit", "20", "--rewrites", "2", "--threads", "1", "--cache", str(CONVERTERS))


@pytest.fixture(scope="module")
def merged(tmp_path_factory) -> Path:
    """A folder as `python -m finetune merge` leaves it. Its model is louder than chance about what is clean."""
    try:
        converter.scripts(CONVERTERS)
    except ModelError as error:
        if "cannot fetch" not in str(error):
            raise
        pytest.skip(str(error))
    own = tmp_path_factory.mktemp("quantise") / "toy"
    own.mkdir()
    tiny.make(own, width=256)
    weights = load_file(own / "model.safetensors")
    weights["lm_head.weight"] *= 2
    weights["lm_head.weight"][AutoTokenizer.from_pretrained(own).convert_tokens_to_ids("c")] *= 6
    save_file(weights, own / "model.safetensors", {"format": "pt"})
    record = {"prompt": prompt.fingerprint(), "base_digest": "bd", "settings": {"base": "tiny", "name": "toy-run"}}
    (own / "srlint_run.json").write_text(json.dumps(record))
    return own


def run(*words) -> SimpleNamespace:
    done = CliRunner().invoke(main, [str(word) for word in words])
    return SimpleNamespace(error=done.exception, lines=done.stderr.splitlines(), code=done.exit_code)


@pytest.fixture(scope="module")
def made(merged, tmp_path_factory) -> SimpleNamespace:
    """What one run of the command left."""
    out = tmp_path_factory.mktemp("made") / "deep"
    done = run(merged, "--to", "Q8_0", "--to", "q2_k", "--out", out, "--keep", *SMALL)
    return SimpleNamespace(out=out, **vars(done))


def metadata(path: Path) -> dict:
    return {key: value for key, value in header.read(path).metadata.items() if key.startswith("srlint.")}


def test_what_keeps_its_verdicts_stays_and_what_does_not_goes(made):
    assert sorted(path.name for path in made.out.iterdir()) == [
        "toy-F32.gguf",
        "toy-F32.json",
        "toy-Q8_0.gguf",
        "toy-Q8_0.json",
    ]
    assert isinstance(made.error, verify.RefusedError)
    assert str(made.error).startswith("toy-Q2_K.gguf: ")
    assert "\n" not in str(made.error)
    assert "%" in str(made.error) or "KL" in str(made.error)


def test_a_result_says_what_it_is_and_how_it_was_measured(made, merged):
    target = made.out / "toy-Q8_0.gguf"
    record = json.loads(target.with_suffix(".json").read_text())
    figures = record["figures"]
    assert (record["quantisation"], record["base"], record["run"]) == ("Q8_0", "tiny", "toy-run")
    assert (record["judge_weight"], record["threshold"], record["importance"]) == (0.0, None, None)
    assert record["categories"] == list(IDS)
    assert record["sha256"] == file_sha256(target)
    assert record["size"] == target.stat().st_size < (made.out / "toy-F32.gguf").stat().st_size / 2
    assert record["source_sha256"] == folder.digest(merged)
    assert (figures["passages"], figures["rewrites"], figures["agreement"]) == (20, 2, 1.0)
    assert 0 < figures["mean_kl"] < 0.02
    assert figures["mean_kl"] <= figures["max_kl"] < 0.1
    assert figures["perplexity"] == pytest.approx(1, abs=0.2)
    own = metadata(target)
    assert json.loads(own["srlint.figures"]) == figures
    assert (own["srlint.quantisation"], own["srlint.base_digest"]) == ("Q8_0", "bd")
    assert manifest.from_metadata("x", own.get) == manifest.Manifest(prompt=prompt.fingerprint())
    assert manifest.from_json(target.with_suffix(".json")) == manifest.Manifest(prompt=prompt.fingerprint())


def test_the_figures_are_those_of_the_files(made):
    """Measured again from outside, with the unquantised file that was kept."""
    found = asked(passages("dev", 20))
    before, after = (
        verify.readings(made.out / f"toy-{name}.gguf", found, 2, lambda done, of: None, 1) for name in ("F32", "Q8_0")
    )
    record = json.loads((made.out / "toy-Q8_0.json").read_text())["figures"]
    again = verify.compare(before, after).rounded()
    for key in ("agreement", "mean_kl", "max_kl", "exact", "perplexity"):
        assert again[key] == pytest.approx(record[key], abs=1e-4)


def test_the_next_run_goes_on_where_this_one_ended(made, merged, tmp_path, monkeypatch):
    out = tmp_path / "out"
    shutil.copytree(made.out, out)
    stamp = (out / "toy-Q8_0.gguf").stat().st_mtime_ns
    monkeypatch.setattr(converter, "run", lambda *words: pytest.fail("converted again"))
    monkeypatch.setattr(shrink, "shrink", lambda *words: pytest.fail("quantised again"))
    done = run("gguf", merged, "--to", "Q8_0", "--out", out, *SMALL)
    assert done.error is None
    assert done.lines[0] == f"{out / 'toy-Q8_0.gguf'}: made already"
    assert (out / "toy-Q8_0.gguf").stat().st_mtime_ns == stamp
    assert (out / "toy-F32.gguf").is_file(), "it was to be kept"


@pytest.mark.parametrize("change", ["file", "record", "settings"])
def test_a_file_that_was_made_otherwise_is_never_overwritten(made, merged, tmp_path, change):
    out = tmp_path / "out"
    shutil.copytree(made.out, out)
    target = out / "toy-Q8_0.gguf"
    if change == "file":
        target.write_bytes(target.read_bytes() + b"\0")
    if change == "record":
        target.with_suffix(".json").unlink()
    content = target.read_bytes()
    words = SMALL if change != "settings" else ("--limit", "11", *SMALL[2:])
    done = run(merged, "--to", "Q8_0", "--out", out, *words)
    assert isinstance(done.error, ModelError)
    assert "toy-Q8_0.gguf: there is such a file already, made otherwise: remove it" in str(done.error)
    assert target.read_bytes() == content


def test_force_keeps_what_would_be_refused_and_says_so_next_time(made, merged, tmp_path, monkeypatch):
    # A toy's few verdicts may survive anything: no floor but this one is sure to refuse them.
    monkeypatch.setitem(KINDS, "Q2_K", replace(KINDS["Q2_K"], floor=1.01))
    out = tmp_path / "out"
    shutil.copytree(made.out, out)
    (out / "toy-Q2_K.gguf").unlink(missing_ok=True)
    (out / "toy-Q2_K.json").unlink(missing_ok=True)
    more = ("--limit", "30", *SMALL[2:])
    done = run(merged, "--to", "Q2_K", "--out", out, "--force", *more)
    assert done.error is None
    assert (out / "toy-Q2_K.gguf").is_file()
    again = run(merged, "--to", "Q2_K", "--out", out, *more)
    assert isinstance(again.error, verify.RefusedError)
    assert "was kept with --force" in str(again.error)
    assert (out / "toy-Q2_K.gguf").is_file()


def damaged(source, target, *_):
    """A file of the right form in which one tensor is noise."""
    import gguf

    shutil.copyfile(source, target)
    tensor = next(own for own in gguf.GGUFReader(target, "r+").tensors if own.name == "output_norm.weight")
    tensor.data[:] = numpy.random.default_rng(0).standard_normal(tensor.data.shape) * 9
    tensor.data.flush()


def no_number(source, target, *_):
    import gguf

    shutil.copyfile(source, target)
    tensor = next(own for own in gguf.GGUFReader(target, "r+").tensors if own.name == "output_norm.weight")
    tensor.data[:] = numpy.nan
    tensor.data.flush()


def cut(source, target, *_):
    target.write_bytes(source.read_bytes()[:9000])


@pytest.mark.parametrize(
    ("ruin", "message"),
    [
        (damaged, "toy-Q6_K.gguf: "),
        (no_number, "toy-Q6_K.gguf: its answers are no numbers: the weights are damaged"),
        (cut, "toy-Q6_K.gguf: llama.cpp cannot load this model"),
    ],
)
def test_a_damaged_result_is_refused(made, merged, tmp_path, monkeypatch, ruin, message):
    out = tmp_path / "out"
    shutil.copytree(made.out, out)
    before = sorted(out.iterdir())
    monkeypatch.setattr(shrink, "shrink", ruin)
    done = run(merged, "--to", "Q6_K", "--out", out, *SMALL)
    assert isinstance(done.error, verify.RefusedError)
    assert message in str(done.error)
    assert sorted(out.iterdir()) == before


def full(*_):
    raise OSError(28, "No space left on device")


def interrupted(*_):
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("module", "name", "failing", "kind"),
    [
        (shrink, "shrink", full, ModelError),
        (produce, "stamp", full, ModelError),
        (shrink, "shrink", interrupted, BaseException),
        (verify, "compare", interrupted, BaseException),
    ],
)
def test_a_full_disk_and_an_interruption_leave_nothing_half_written(
    made, merged, tmp_path, monkeypatch, module, name, failing, kind
):
    out = tmp_path / "out"
    shutil.copytree(made.out, out)
    before = sorted(out.iterdir())
    monkeypatch.setattr(module, name, failing)
    done = run(merged, "--to", "Q6_K", "--force", "--out", out, *SMALL)  # a toy's verdicts may fall below the floor
    assert isinstance(done.error, kind)
    if kind is ModelError:
        assert str(done.error) == f"{out}: the disk is full"
    assert sorted(out.iterdir()) == before


def test_what_llama_cpp_cannot_write_is_told_in_a_line(made, tmp_path):
    with pytest.raises(ModelError, match=r"x: llama.cpp cannot make Q8_0 of it: .+") as told:
        (tmp_path / "x").write_bytes(b"no model")
        shrink.shrink(tmp_path / "x", tmp_path / "y.gguf", KINDS["Q8_0"], None, 1)
    assert "\n" not in str(told.value)
    with pytest.raises(ModelError, match="IQ2_XS: .* only with an importance matrix: add --imatrix"):
        shrink.shrink(made.out / "toy-F32.gguf", tmp_path / "y.gguf", KINDS["IQ2_XS"], None, 1)


# --- tokens, importance, calibration ----------------------------------------------------------------------------------


@pytest.fixture
def session(made):
    own = Session.open(made.out / "toy-F32.gguf", 1)
    yield own
    own.close()


def test_tokens_are_compared_with_those_of_transformers(merged, session, tmp_path, monkeypatch):
    found, lines = asked(passages("dev", 5)), []
    pieces.check(merged, session, found, lines.append)
    assert lines == []
    pieces.check(tmp_path, session, found, lines.append)
    assert len(lines) == 1
    assert "tokens not compared: transformers has no tokenizer there" in lines[0]
    honest = session.tokens
    monkeypatch.setattr(session, "tokens", lambda text, special=False: [*honest(text, special), 5])
    with pytest.raises(ModelError, match="toy: llama.cpp cuts 'Passage: .*' into other tokens than"):
        pieces.check(merged, session, found, lines.append)


def test_importance_is_the_mean_square_of_what_a_matrix_is_multiplied_with(made, merged, tmp_path):
    prefix, texts = [4, 5, 6], [[7, 8, 9, 300], [10, 11]]
    imatrix.collect(made.out / "toy-F32.gguf", prefix, texts, tmp_path / "i.gguf", lambda done, of: None, 1)
    found = imatrix.read(tmp_path / "i.gguf")
    assert len(found) == 14
    assert set(found) == {
        f"blk.{layer}.{name}.weight"
        for layer in range(2)
        for name in ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")
    }
    model = AutoModelForCausalLM.from_pretrained(merged, dtype=torch.float32).eval()
    seen: dict[str, list] = {"q_proj": [], "down_proj": []}
    layer = model.model.layers[1]
    for name, module in (("q_proj", layer.self_attn.q_proj), ("down_proj", layer.mlp.down_proj)):
        module.register_forward_pre_hook(lambda own, given, name=name: seen[name].append(given[0][0]))
    with torch.inference_mode():
        for text in texts:
            model(torch.tensor([[*prefix, *text]]))
    for name, own in (("q_proj", "attn_q"), ("down_proj", "ffn_down")):
        # The prefix is read once, whatever the number of texts.
        rows = torch.cat([seen[name][0], seen[name][1][len(prefix) :]])
        wanted = (rows.double() ** 2).mean(0).numpy()
        assert found[f"blk.1.{own}.weight"] == pytest.approx(wanted, rel=0.05, abs=1e-4)


def test_importance_changes_what_comes_out_and_is_kept(made, merged, tmp_path, monkeypatch):
    monkeypatch.setattr(produce, "passages", lambda split, limit=24: passages(split, limit))
    out = tmp_path / "out"
    shutil.copytree(made.out, out)
    done = run(merged, "--to", "Q4_K_M", "--out", out, "--imatrix", "--force", *SMALL)
    assert done.error is None
    assert json.loads((out / "toy-Q4_K_M.json").read_text())["importance"] == "own passages"
    plain = tmp_path / "plain.gguf"
    shrink.shrink(out / "toy-F32.gguf", plain, KINDS["Q4_K_M"], None, 1)
    import gguf

    ours, theirs = (gguf.GGUFReader(path) for path in (out / "toy-Q4_K_M.gguf", plain))
    same = {a.name: bytes(a.data) == bytes(b.data) for a, b in zip(ours.tensors, theirs.tensors, strict=True)}
    assert not same["blk.0.ffn_up.weight"]
    assert same["output_norm.weight"]
    other = tmp_path / "other"
    shutil.copytree(made.out, other)
    given = run(merged, "--to", "Q4_K_M", "--out", other, "--imatrix-file", out / "toy.imatrix.gguf", "--force", *SMALL)
    assert given.error is None
    again = gguf.GGUFReader(other / "toy-Q4_K_M.gguf")
    assert all(bytes(a.data) == bytes(b.data) for a, b in zip(ours.tensors, again.tensors, strict=True))


def test_a_file_that_is_no_importance_matrix_is_told_before_anything_is_made(merged, made, tmp_path):
    (tmp_path / "x").write_bytes(b"what")
    for path in (tmp_path / "x", made.out / "toy-Q8_0.gguf"):
        done = run(merged, "--to", "Q4_0", "--out", tmp_path / "out", "--imatrix-file", path, *SMALL)
        assert isinstance(done.error, ModelError)
        assert f"{path.name}: not an importance matrix in GGUF" in str(done.error)
    assert not (tmp_path / "out").exists()


def test_a_calibrated_result_has_the_say_that_was_measured(made, merged, tmp_path, monkeypatch):
    out = tmp_path / "out"
    shutil.copytree(made.out, out)
    asked_of = []

    def measured(model, limit, show):
        asked_of.append((metadata(model)["srlint.prompt"], limit))
        return say.Say(0.3, 0.42, 60, 0.9, 0.03)

    monkeypatch.setattr(say, "measured", measured)
    words = ("--calibrate", "--calibrate-limit", "60", *SMALL)
    done = run(merged, "--to", "Q6_K", "--out", out, "--force", *words)
    assert done.error is None
    assert asked_of == [(prompt.fingerprint(), 60)]
    wanted = manifest.Manifest(0.3, 0.42, prompt.fingerprint())
    assert manifest.from_json(out / "toy-Q6_K.json") == wanted
    assert manifest.from_metadata("x", metadata(out / "toy-Q6_K.gguf").get) == wanted


def test_calibration_runs_the_model_and_a_few_passages_are_too_few(made):
    with pytest.raises(ModelError, match="too few passages to calibrate on"):
        say.measured(made.out / "toy-Q8_0.gguf", 1, lambda done, of: None)
    found = say.measured(made.out / "toy-Q8_0.gguf", 2000, lambda done, of: None)
    assert found.passages == 2000
    # A random model has nothing to say that is worth hearing.
    assert (found.judge_weight, found.threshold) == (0.0, None)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("nowhere", "--to", "Q8_0"), "nowhere: no such folder"),
        (("{tmp}", "--to", "Q8_0"), "not a model: it has no config.json"),
    ],
)
def test_what_is_no_model_is_told(tmp_path, words, message):
    done = run(*(word.format(tmp=tmp_path) for word in words), "--out", tmp_path / "out")
    assert isinstance(done.error, ModelError)
    assert message in str(done.error)
    assert not (tmp_path / "out").exists()


def test_other_words_are_still_unknown_commands():
    done = CliRunner().invoke(main, ["detecter"])
    assert done.exit_code == 2
    assert "No such command 'detecter'" in done.stderr
    assert CliRunner().invoke(main, ["x", "--to", "Q9"]).exit_code == 2


# --- the benchmark ----------------------------------------------------------------------------------------------------


def test_the_benchmark_compares_each_type_with_the_first(made, monkeypatch):
    benchmark = pytest.importorskip("benchmarks.quantisation")
    monkeypatch.setattr(benchmark, "base_gguf", lambda: None)
    monkeypatch.setattr(
        benchmark, "merge", lambda base, adapter, target, name: shutil.copyfile(made.out / "toy-F32.gguf", target)
    )
    shown, figures = benchmark.run(("Q8_0", "Q2_K"), None, 30, 2, 1)
    first, second, third = figures["rows"]
    assert [row["type"] for row in figures["rows"]] == ["F16", "Q8_0", "Q2_K"]
    assert (first["agreement"], first["mean_kl"], first["exact"], first["prefill_ratio"]) == (1.0, 0.0, 1.0, 1.0)
    assert 0 < second["mean_kl"] < third["mean_kl"]
    assert first["bytes"] == (made.out / "toy-F32.gguf").stat().st_size > second["bytes"] > third["bytes"]
    assert shown.startswith("embedded: 30 dev passages, 2 of them rewritten, 1 thread(s)\n\ntype")


def test_a_random_model_of_a_shape_is_only_timed(made, monkeypatch):
    benchmark = pytest.importorskip("benchmarks.quantisation")
    shape = benchmark.random_model.Shape(400, 128, 2, 256, 4, 2, 10000.0)
    monkeypatch.setitem(benchmark.random_model.SHAPES, "small", shape)
    monkeypatch.setattr(benchmark, "base_gguf", lambda: made.out / "toy-F32.gguf")
    shown, figures = benchmark.run(("Q8_0",), "small", 3, 2, 1)
    for row in figures["rows"]:
        assert set(row) == {"type", "bytes", "prefill", "decode"}
        assert row["prefill"] > 0 < row["decode"]
    weights = 400 * 128 + 2 * (2 * 128 * 128 + 2 * 64 * 128 + 3 * 256 * 128)
    assert figures["rows"][0]["bytes"] == pytest.approx(2 * weights, rel=0.1)
    assert "small: 3 dev passages, 0 of them rewritten" in shown
