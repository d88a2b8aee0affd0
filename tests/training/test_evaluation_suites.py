"""Which suites are asked for, and where their data lie."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

pytest.importorskip("finetune", reason="evaluation runs from a checkout")

from finetune.evaluation import suites  # noqa: E402
from srlint.errors import ConfigError  # noqa: E402


def silent(line: str) -> None:
    return None


def test_a_suite_has_a_name_and_a_path(tmp_path):
    file = tmp_path / "own=data.jsonl"
    file.write_text("")
    inhouse, toxigen = suites.wanted(["in-house", f"toxigen={file}"], silent)
    assert (inhouse.name, inhouse.path.name, inhouse.suite.asks_systems) == ("in-house", "data", True)
    assert (toxigen.name, toxigen.path) == ("toxigen", file)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (["crows"], "--suite crows: no such suite; there are in-house, toxigen, bold, stereoset"),
        (["bold"], "--suite bold: say where its data lie: bold=PATH"),
        (["bold=/nowhere/at/all"], "/nowhere/at/all: no such file or folder"),
        (["in-house", "in-house"], "in-house is asked for twice"),
    ],
)
def test_what_cannot_be_asked_for_is_told(asked, says):
    with pytest.raises(ConfigError) as raised:
        suites.wanted(asked, silent)
    assert says in str(raised.value)


@pytest.mark.parametrize(
    ("path", "name", "revision", "files", "place"),
    [
        ("maker/set:data/test.json", "maker/set", None, ["data/test.json"], "data/test.json"),
        ("maker/set@v2:a.csv", "maker/set", "v2", ["a.csv"], "a.csv"),
        ("maker/prompts", "maker/prompts", None, ["data/test.json", "a.csv"], ""),
    ],
)
def test_data_may_lie_on_the_hub(monkeypatch, path, name, revision, files, place):
    asked = []

    def fetch(name, revision, wanted, log):
        there = [PurePosixPath(file) for file in ("data/test.json", "a.csv", "README.md")]
        asked.append((name, revision, [str(file) for file in there if wanted(file)]))
        return Path("/snapshot"), there

    monkeypatch.setattr(suites, "fetch", fetch)
    (found,) = suites.wanted([f"toxigen={path}"], silent)
    assert asked == [(name, revision, files)]
    assert found.path == Path("/snapshot") / place
