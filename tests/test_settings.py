"""Run files: what is read, and errors that name the key."""

from __future__ import annotations

from pathlib import Path

import pytest

finetune = pytest.importorskip("finetune", reason="needs a checkout: finetune is not installed")

from finetune.settings import DetectorRun, LanguageRun, ScreenRun, TaggerRun, read  # noqa: E402
from srlint.errors import ConfigError  # noqa: E402

RUNS = Path(finetune.__file__).parent / "runs"


@pytest.fixture
def run_file(tmp_path):
    def write(text: str) -> Path:
        path = tmp_path / "run.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_short_file_gets_the_defaults(run_file):
    found = read(run_file('name = "n"\nbase = "b"\n'), LanguageRun)
    assert found == LanguageRun(name="n", base="b")


def test_every_key_can_be_set(run_file):
    text = 'name = "n"\nbase = "b"\nepochs = 2\nseeds = [1, 2]\nbf16 = false\nlearning_rate = 1e-3\nmined = "m.txt"\n'
    found = read(run_file(text + '[clean]\n"a.gz" = 10\n'), DetectorRun)
    assert (found.epochs, found.seeds, found.bf16, found.learning_rate) == (2, (1, 2), False, 1e-3)
    assert (found.clean, found.mined) == ({"a.gz": 10}, "m.txt")


def test_a_whole_number_does_for_a_fraction(run_file):
    found = read(run_file('name = "n"\nbase = "b"\nweight_decay = 1\n'), LanguageRun)
    assert found.weight_decay == 1.0
    assert isinstance(found.weight_decay, float)


@pytest.mark.parametrize(
    ("line", "match"),
    [
        ("rang = 4", "unknown key 'rang'; did you mean 'rank'?"),
        ("zzzz = 4", "unknown key 'zzzz'$"),
        ('rank = "4"', "rank must be int, not '4'"),
        ("rank = 4.5", "rank must be int, not 4.5"),
        ("rank = true", "rank must be int, not True"),
        ("learning_rate = false", "learning_rate must be float, not False"),
        ('learning_rate = "fast"', "learning_rate must be float, not 'fast'"),
        ("rank = 4\nrank = 5", "Cannot overwrite a value"),
        ("rank =", "Invalid value"),
    ],
)
def test_a_bad_key_is_named(run_file, line, match):
    path = run_file(f'name = "n"\nbase = "b"\n{line}\n')
    with pytest.raises(ConfigError, match=match) as raised:
        read(path, LanguageRun)
    assert str(raised.value).startswith(f"{path}: ")


@pytest.mark.parametrize(
    ("line", "match"),
    [
        ("seeds = 3", "seeds must be tuple, not 3"),
        ("bf16 = 1", "bf16 must be bool, not 1"),
        ("name = 1", "name must be str, not 1"),
        ("clean = []", "clean must be dict"),
    ],
)
def test_a_value_of_another_kind_is_refused(run_file, line, match):
    with pytest.raises(ConfigError, match=match):
        read(run_file(f"{line}\n"), DetectorRun)


def test_a_missing_key_is_named(run_file):
    with pytest.raises(ConfigError, match="run.toml: missing key 'base'"):
        read(run_file('name = "n"\n'), LanguageRun)
    with pytest.raises(ConfigError, match="run.toml: missing key 'clean'"):
        read(run_file('name = "n"\nbase = "b"\n'), DetectorRun)


def test_a_missing_or_unreadable_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match="gone.toml: No such file"):
        read(tmp_path / "gone.toml", LanguageRun)
    (tmp_path / "latin.toml").write_bytes(b'name = "\xe9"')
    with pytest.raises(ConfigError, match="latin.toml: "):
        read(tmp_path / "latin.toml", LanguageRun)


@pytest.mark.parametrize("path", sorted(RUNS.glob("*.toml")), ids=lambda path: path.stem)
def test_our_own_run_files_can_be_read(path):
    text = path.read_text(encoding="utf-8")
    kind = ScreenRun if "\n[posts]" in text else DetectorRun if "\n[clean]" in text else LanguageRun
    found = read(path, TaggerRun if path.stem == "tagger" else kind)
    assert found.name == path.stem
    assert isinstance(found, ScreenRun | TaggerRun) or found.base
    if isinstance(found, DetectorRun):
        assert all((RUNS.parents[1] / file).is_file() for file in (found.mined, found.labelled) if file)
