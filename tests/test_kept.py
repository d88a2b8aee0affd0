"""What is kept for the next start: the same bytes or nothing."""

from __future__ import annotations

import os

import pytest

from srlint.engine import kept

KEY = ["model", "1", "prefix [1, 2]"]


def only(folder):
    (path,) = folder.iterdir()
    return path


def test_what_was_kept_comes_back(tmp_path):
    folder = tmp_path / "new" / "starts"
    assert kept.read(folder, KEY) is None
    kept.write(folder, KEY, b"state")
    assert kept.read(folder, KEY) == b"state"
    kept.write(folder, KEY, b"another")
    assert kept.read(folder, KEY) == b"another"
    assert only(folder).suffix == ".start"


@pytest.mark.parametrize("other", [["model", "1", "prefix [1, 3]"], ["model", "2", "prefix [1, 2]"], ["model"]])
def test_another_model_or_prompt_gets_nothing(tmp_path, other):
    kept.write(tmp_path, KEY, b"state")
    assert kept.read(tmp_path, other) is None
    # Not even under the right name.
    os.replace(only(tmp_path), kept._place(tmp_path, other))
    assert kept.read(tmp_path, other) is None


@pytest.mark.parametrize("harm", [lambda data: data[:-1], lambda data: b"", lambda data: data[:40] + b"X" + data[41:]])
def test_what_is_damaged_is_nothing(tmp_path, harm):
    kept.write(tmp_path, KEY, b"a state of some length")
    path = only(tmp_path)
    path.write_bytes(harm(path.read_bytes()))
    assert kept.read(tmp_path, KEY) is None


def test_a_folder_that_cannot_be_written_is_no_matter(tmp_path):
    (tmp_path / "file").write_text("")
    kept.write(tmp_path / "file", KEY, b"state")
    assert kept.read(tmp_path / "file", KEY) is None
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_only_so_much_is_kept_and_the_newest_stays(tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "MOST_FILES", 3)
    for number in range(5):
        kept.write(tmp_path, [str(number)], b"state")
        os.utime(kept._place(tmp_path, [str(number)]), ns=(number, number))
    assert [number for number in range(5) if kept.read(tmp_path, [str(number)])] == [2, 3, 4]
    monkeypatch.setattr(kept, "MOST_BYTES", 100)
    kept.write(tmp_path, ["large"], b"s" * 1000)
    assert len(list(tmp_path.iterdir())) == 1
    assert kept.read(tmp_path, ["large"]) == b"s" * 1000
