from __future__ import annotations

from pathlib import Path

import pytest

from srlint.config import Settings, find_file, load
from srlint.errors import ConfigError


def write(folder: Path, text: str, name: str = "pyproject.toml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_without_a_file_the_defaults_hold(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = load(tmp_path, {})
    assert settings == Settings(cache_dir=settings.cache_dir, root=tmp_path)
    assert settings.threshold is None and settings.model is None and settings.use_model and settings.use_cache


def test_every_key_is_read(tmp_path):
    write(
        tmp_path,
        """
        [tool.srlint]
        threshold = 0.7
        model = "small"
        use-model = false
        include-quotes = true
        cache = false
        cache-dir = "kept"
        exclude = ["legal/"]
        [tool.srlint.terms]
        remove = ["sanity check"]
        add = [{ term = "war room", category = "framing", use = ["planning room"] }]
        """,
    )
    assert load(tmp_path, {}) == Settings(
        threshold=0.7,
        model="small",
        use_model=False,
        include_quotes=True,
        use_cache=False,
        cache_dir=tmp_path / "kept",
        exclude=("legal/",),
        root=tmp_path,
        terms_remove=("sanity check",),
        terms_add=({"term": "war room", "category": "framing", "use": ["planning room"]},),
    )


def test_added_terms_may_be_tables_of_their_own(tmp_path):
    write(tmp_path, '[tool.srlint.terms.add."war room"]\ncategory = "framing"\n')
    assert load(tmp_path, {}).terms_add == ({"term": "war room", "category": "framing"},)


def test_the_closest_file_with_a_table_wins(tmp_path):
    write(tmp_path, "[tool.srlint]\nthreshold = 0.7\n")
    inner = write(tmp_path / "a", "[tool.srlint]\nthreshold = 0.8\n")
    write(tmp_path / "a" / "b", "[project]\nname = 'no table of ours'\n")
    assert find_file(tmp_path / "a" / "b") == inner
    assert load(tmp_path / "a" / "b", {}).threshold == 0.8
    assert load(tmp_path, {}).threshold == 0.7


def test_the_command_line_wins_and_none_means_not_given(tmp_path):
    write(tmp_path, "[tool.srlint]\nthreshold = 0.7\ninclude-quotes = true\n")
    settings = load(tmp_path, {"threshold": 0.2, "include_quotes": None})
    assert settings.threshold == 0.2
    assert settings.include_quotes


def test_isolated_reads_no_file(tmp_path):
    write(tmp_path, "[tool.srlint]\nthreshold = 0.7\n")
    assert load(tmp_path, {}, isolated=True).threshold is None


def test_a_named_file_may_hold_the_keys_at_its_top(tmp_path):
    file = write(tmp_path / "etc", "threshold = 0.4\n", "srlint.toml")
    assert load(tmp_path, {}, file=file).threshold == 0.4


def test_paths_in_a_file_are_relative_to_it(tmp_path):
    write(tmp_path, '[tool.srlint]\nmodel = "m.gguf"\n')
    (tmp_path / "docs").mkdir()
    assert load(tmp_path / "docs", {}).model == "m.gguf"
    (tmp_path / "m.gguf").write_bytes(b"")
    assert load(tmp_path / "docs", {}).model == str(tmp_path / "m.gguf")


def test_the_cache_lies_beside_the_project(tmp_path, monkeypatch):
    (tmp_path / ".git").mkdir()
    (tmp_path / "docs").mkdir()
    monkeypatch.chdir(tmp_path / "docs")
    assert load(tmp_path / "docs", {}).cache_dir == tmp_path / ".srlint_cache"


def test_exclude_is_relative_to_where_it_was_written(tmp_path, monkeypatch):
    write(tmp_path, '[tool.srlint]\nexclude = ["a.md"]\n')
    (tmp_path / "docs").mkdir()
    monkeypatch.chdir(tmp_path / "docs")
    assert load(tmp_path / "docs", {}).root == tmp_path
    assert load(tmp_path / "docs", {"exclude": ("b.md",)}).root == tmp_path / "docs"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[tool.srlint]\ntreshold = 0.5\n", "unknown key 'treshold'; did you mean 'threshold'?"),
        ("[tool.srlint]\nzzz = 1\n", "unknown key 'zzz'; known are cache, cache-dir"),
        ("[tool.srlint.terms]\nad = []\n", "unknown key 'terms.ad'; did you mean 'terms.add'?"),
        ("[tool.srlint]\nthreshold = 1.5\n", "'threshold' must be a number between 0 and 1, not 1.5"),
        ("[tool.srlint]\nthreshold = true\n", "'threshold' must be a number between 0 and 1, not True"),
        ("[tool.srlint]\nuse-model = 'no'\n", "'use-model' must be true or false, not 'no'"),
        ("[tool.srlint]\nexclude = 'a'\n", "'exclude' must be a list"),
        ("[tool.srlint.terms]\nadd = ['war room']\n", "'terms.add' must be a table for each term"),
        ("[tool]\nsrlint = 3\n", "[tool.srlint] must be a table"),
        ("[tool.srlint]\nterms = 3\n", "'terms' must be a table"),
        ("[tool.srlint\n", "not valid TOML"),
    ],
)
def test_a_mistake_is_named_with_its_file(tmp_path, text, says):
    file = write(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, {})
    assert str(caught.value).startswith(f"{file}: ")
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_named_pyproject_without_a_table_is_a_mistake(tmp_path):
    file = write(tmp_path, "[project]\nname = 'x'\n")
    with pytest.raises(ConfigError, match="has no .tool.srlint. table"):
        load(tmp_path, {}, file=file)


@pytest.mark.parametrize("threshold", [0, 1, -0.1, 1.1, float("nan")])
def test_a_threshold_lies_between_0_and_1(threshold):
    with pytest.raises(ConfigError, match="threshold"):
        Settings(threshold=threshold)
