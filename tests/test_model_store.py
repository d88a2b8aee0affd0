"""Pulled models on disk: finding, checking and removing them, and what a run makes of their names."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from pulled_models import CONTENT, NAME, measured, pulled
from srlint.errors import ModelError
from srlint.models import calibration, card, measure, store
from srlint.models.answers import Answers
from srlint.models.calibration import Kept
from srlint.models.choice import value_for
from srlint.models.loaded import LanguageModel, Models
from srlint.models.locate import locate
from srlint.models.manifest import Manifest
from srlint.models.profile import FEWEST_PARAMETERS, WEIGHTS, manifest_of
from srlint.models.store import Stamp
from tiny_gguf import STOCK, gguf_bytes


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv(store.CACHE_VARIABLE, str(tmp_path / "srlint"))
    monkeypatch.chdir(tmp_path)


# --- the store --------------------------------------------------------------------------------------------------------


def test_what_is_kept_is_found_again_by_its_name(tmp_path):
    made = pulled(tmp_path)
    assert store.find(NAME) == made
    assert store.find("maker/model-GGUF:other.gguf") is None
    other = pulled(tmp_path, "llama-3.2-1b", "c2", "b2")
    calibration.write(store.calibration_file(NAME), Kept(measured(), made.stamp))
    assert store.names() == [other.name, made.name]


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"name": "x"}'])
def test_a_broken_record_is_named_in_one_line(tmp_path, content):
    pulled(tmp_path)
    (record,) = (tmp_path / "srlint" / "pulled").iterdir()
    record.write_text(content)
    with pytest.raises(ModelError, match="tiny.gguf.json: not what srlint wrote of a model: delete it") as raised:
        store.find(NAME)
    assert "\n" not in str(raised.value)


def test_a_file_that_changed_or_went_is_noticed(tmp_path):
    made = pulled(tmp_path)
    made.check()
    os.utime(made.path, ns=(1, 1))
    with pytest.raises(ModelError, match=f"{NAME}: .* has changed since .*: run `srlint model info --verify {NAME}`"):
        made.check()
    Path(made.path).unlink()
    with pytest.raises(ModelError, match=f"{NAME}: .* is gone: run `srlint model pull {NAME}`"):
        made.check()


def test_removing_deletes_the_weights_and_what_is_known_of_them(tmp_path):
    made = pulled(tmp_path)
    measured_in = store.calibration_file(NAME)
    calibration.write(measured_in, Kept(measured(), made.stamp))
    with Answers(store.answers_file(measured_in), "interrupted"):
        pass
    assert store.remove(made) == len(CONTENT)
    assert store.names() == []
    assert [path for path in tmp_path.rglob("*") if not path.is_dir()] == []


def test_a_blob_that_another_revision_links_to_is_left(tmp_path):
    made = pulled(tmp_path)
    other = Path(made.path).parents[1] / "c2" / "tiny.gguf"
    other.parent.mkdir()
    other.symlink_to(Path("../../blobs/b1"))
    assert store.remove(made) == 0
    assert other.read_bytes() == CONTENT
    assert not Path(made.path).exists()


def test_a_file_that_another_name_stands_for_is_left(tmp_path):
    made = pulled(tmp_path)
    store.keep(replace(made, name="llama-3.2-1b"))
    assert store.remove(made) == 0
    assert Path(made.path).read_bytes() == CONTENT
    assert store.remove(store.find("llama-3.2-1b")) == len(CONTENT)


def test_a_damaged_record_does_not_keep_others_from_being_removed(tmp_path):
    pulled(tmp_path, "llama-3.2-1b", "c2", "b2")
    made = pulled(tmp_path)
    (tmp_path / "srlint" / "pulled" / "llama-3.2-1b.json").write_text("{")
    assert store.remove(made) == len(CONTENT)
    assert store.names() == ["llama-3.2-1b"]


def test_what_was_pulled_before_is_removed_too(tmp_path):
    old = pulled(tmp_path)
    made = replace(pulled(tmp_path, commit="c2", blob="b2"), former=(old.path,))
    store.keep(made)
    assert store.find(NAME) == made
    assert store.remove(made) == 2 * len(CONTENT)
    assert [path for path in tmp_path.rglob("*") if not path.is_dir()] == []


def test_a_former_file_elsewhere_is_never_deleted(tmp_path):
    mine = tmp_path / "mine.gguf"
    mine.write_bytes(CONTENT)
    with pytest.raises(ModelError, match="lies outside the Hugging Face cache, and is left alone"):
        store.remove(replace(pulled(tmp_path), former=(str(mine),)))
    assert mine.read_bytes() == CONTENT


def test_a_cache_without_links_is_cleared_too(tmp_path):
    made = pulled(tmp_path)
    Path(made.path).unlink()
    Path(made.path).write_bytes(CONTENT)
    assert store.remove(made) == len(CONTENT)
    assert not Path(made.path).exists()


@pytest.mark.parametrize("where", ["mine.gguf", "hf/models--maker--model-GGUF/snapshots/../../../mine.gguf"])
def test_what_lies_elsewhere_is_never_deleted(tmp_path, where):
    mine = tmp_path / "mine.gguf"
    mine.write_bytes(CONTENT)
    made = replace(pulled(tmp_path), path=str(tmp_path / where))
    store.keep(made)
    with pytest.raises(ModelError, match="lies outside the Hugging Face cache, and is left alone"):
        store.remove(made)
    assert mine.read_bytes() == CONTENT
    assert store.find(NAME) == made


def test_a_link_that_leads_out_of_the_cache_takes_nothing_with_it(tmp_path):
    mine = tmp_path / "mine.gguf"
    mine.write_bytes(CONTENT)
    made = pulled(tmp_path)
    Path(made.path).unlink()
    Path(made.path).symlink_to(mine)
    assert store.remove(made) == 0
    assert mine.read_bytes() == CONTENT


# --- names ------------------------------------------------------------------------------------------------------------


def test_a_name_stands_for_what_was_pulled(tmp_path):
    made = pulled(tmp_path)
    found = locate(NAME)
    assert (found.path, found.name, found.digest) == (Path(made.path), NAME, "ab")
    assert (found.manifest, found.calibration, found.outdated) == (None, None, False)


@pytest.mark.parametrize("name", ["llama-3.2-1b", NAME])
def test_a_model_that_was_not_pulled_is_not_fetched_but_named(name):
    with pytest.raises(ModelError) as raised:
        locate(name)
    assert str(raised.value) == f"{name}: not pulled yet: run `srlint model pull {name}`"


def test_a_name_that_stands_for_nothing_gets_a_hint():
    with pytest.raises(ModelError, match="^llama-3.2-1: no such model file; did you mean llama-3.2-1b"):
        locate("llama-3.2-1")
    with pytest.raises(
        ModelError, match="^mine.gguf: no such model file; --model takes the path of a GGUF file, a name"
    ):
        locate("mine.gguf")


@pytest.mark.parametrize("name", ["~nosuchuser/m.gguf", "m" * 300, "m" * 300 + ".gguf", "a\0b"])
def test_a_name_that_no_file_can_have_is_no_such_model(name):
    with pytest.raises(ModelError, match="no such model file"):
        locate(name)
    with pytest.raises(ModelError, match="no such model file"):
        value_for(name, Path(".srlint.toml"))
    for ask in (card.of, card.verify, measure._target):
        with pytest.raises(ModelError, match="no such model file"):
            ask(name)
    assert store.find(name) is None


def test_a_file_comes_before_a_name(tmp_path):
    (tmp_path / "llama-3.2-1b").write_bytes(CONTENT)
    (tmp_path / "embedded").write_bytes(CONTENT)
    assert locate("llama-3.2-1b").path == Path("llama-3.2-1b")
    assert locate("embedded").path == Path("embedded")


def test_a_pulled_file_that_has_changed_is_not_used(tmp_path):
    made = pulled(tmp_path)
    Path(made.path).write_bytes(CONTENT + b"!")
    with pytest.raises(ModelError, match="has changed since it was pulled"):
        locate(NAME)


# --- profiles and calibrations ----------------------------------------------------------------------------------------


class Said:
    """Stands for a header."""

    def __init__(self, architecture: str, parameters: int, **metadata):
        self.architecture, self.parameters, self.metadata = architecture, parameters, metadata
        self.text = metadata.get


@pytest.mark.parametrize("architecture", WEIGHTS)
def test_a_stock_model_has_a_modest_say_if_it_is_large(architecture):
    made = manifest_of("m", Said(architecture, FEWEST_PARAMETERS))
    assert made == Manifest(WEIGHTS[architecture], None, None, calibrated=False)
    assert 0 < made.judge_weight <= 0.1
    assert manifest_of("m", Said(architecture, FEWEST_PARAMETERS - 1)).judge_weight == 0


def test_an_unknown_architecture_only_rewrites():
    assert manifest_of("m", Said("mamba", 10**10)) == Manifest(0.0, calibrated=False)


def test_a_model_with_a_manifest_is_no_stock_model():
    values = {"srlint.prompt": "abc", "srlint.judge_weight": 0.25, "srlint.threshold": 0.5}
    assert manifest_of("m", Said("llama", 10**10, **values)) == Manifest(0.25, 0.5, "abc")


def caution(name: str) -> str | None:
    return LanguageModel(locate(name)).caution


def test_an_uncalibrated_model_says_how_to_calibrate_it_once_in_a_run(tmp_path):
    pulled(tmp_path)
    said = f"{NAME}: not calibrated, so that it has little say in what is found: run `srlint model calibrate {NAME}`"
    assert caution(NAME) == said
    models = Models()
    assert models.cautions(NAME) == [said]
    assert models.cautions(NAME) == []


def test_a_calibration_takes_the_place_of_the_profile_and_is_part_of_the_digest(tmp_path):
    made = pulled(tmp_path)
    before = locate(NAME)
    calibration.write(store.calibration_file(NAME), Kept(measured(), made.stamp))
    after = locate(NAME)
    assert caution(NAME) is None
    assert LanguageModel(after).manifest == Manifest(0.3, 0.6, None, calibrated=True)
    assert after.digest != before.digest
    calibration.write(store.calibration_file(NAME), Kept(measured(threshold=0.7), made.stamp))
    assert locate(NAME).digest not in (before.digest, after.digest)


@pytest.mark.parametrize("changed", [{"sha256": "cd"}, {"prompt": "other"}, {"detector": "other"}])
def test_a_calibration_for_something_else_is_void_and_said(tmp_path, changed):
    made = pulled(tmp_path)
    calibration.write(store.calibration_file(NAME), Kept(measured(**changed), made.stamp))
    found = locate(NAME)
    assert (found.calibration, found.outdated, found.digest) == (None, True, "ab")
    assert caution(NAME) == (
        f"{NAME}: calibrated for another file or another srlint: run `srlint model calibrate {NAME}` again"
    )


def test_the_calibration_of_a_file_lies_beside_it_and_holds_while_the_file_stays(tmp_path):
    path = tmp_path / "own.gguf"
    path.write_bytes(CONTENT)
    calibration.write(calibration.file_beside(path), Kept(measured(), Stamp.of(path)))
    assert (tmp_path / "own.calibration.json").is_file()
    assert locate("own.gguf").calibration == measured()
    os.utime(path, ns=(1, 1))
    assert locate("own.gguf").outdated


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"judge_weight": "much"}'])
def test_a_broken_calibration_is_named_in_one_line(tmp_path, content):
    path = tmp_path / "own.gguf"
    path.write_bytes(CONTENT)
    calibration.file_beside(path).write_text(content)
    with pytest.raises(ModelError, match="own.calibration.json: not a calibration: delete it") as raised:
        locate("own.gguf")
    assert "\n" not in str(raised.value)


def test_a_calibration_is_written_as_it_is_read(tmp_path):
    kept = Kept(measured(threshold=None), Stamp(5, 6))
    calibration.write(tmp_path / "deep" / "c.json", kept)
    assert calibration.read(tmp_path / "deep" / "c.json") == kept
    assert calibration.read(tmp_path / "gone.json") is None
    assert json.loads((tmp_path / "deep" / "c.json").read_text())["judge_weight"] == 0.3


def test_a_model_made_for_another_prompt_is_refused_before_it_is_loaded(tmp_path):
    path = tmp_path / "own.gguf"
    path.write_bytes(gguf_bytes(STOCK | {"srlint.prompt": "abc", "srlint.judge_weight": "0"}))
    with pytest.raises(ModelError, match="own.gguf: made for prompt abc, but this srlint asks .*: use the model of"):
        caution("own.gguf")
