from __future__ import annotations

import os
import subprocess
import sys

import pytest

from srlint import cache
from srlint.cache import FILE_NAME, NullCache, ResultCache, open_cache
from srlint.config import Settings
from srlint.errors import DocumentError


@pytest.fixture
def said():
    return []


@pytest.fixture
def opened(tmp_path, said):
    folder = tmp_path / ".srlint_cache"
    caches = []

    def open_it() -> ResultCache:
        caches.append(ResultCache(folder, said.append))
        return caches[-1]

    open_it.folder = folder
    yield open_it
    for one in caches:
        one.close()


def test_what_was_put_is_there_the_next_time(opened, said):
    first = opened()
    first.put_many({b"a": b"1", b"b": b"\x00\xff"})
    first.close()
    second = opened()
    assert second.get_many([b"a", b"b", b"c"]) == {b"a": b"1", b"b": b"\x00\xff"}
    second.put_many({b"a": b"2"})
    assert second.get_many([b"a"]) == {b"a": b"2"}
    assert said == []


def test_many_keys_in_one_question(opened):
    items = {number.to_bytes(4): str(number).encode() for number in range(2_500)}
    one = opened()
    one.put_many(items)
    assert one.get_many(list(items)) == items
    assert one.get_many([]) == {}


def test_the_folder_says_that_it_is_a_cache(opened):
    opened()
    assert (opened.folder / ".gitignore").read_text() == "*\n"
    assert (opened.folder / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55\n")


@pytest.mark.parametrize("garbage", [b"no database" * 500, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_file_is_begun_again(opened, said, garbage):
    opened.folder.mkdir()
    (opened.folder / FILE_NAME).write_bytes(garbage)
    one = opened()
    one.put_many({b"a": b"1"})
    assert one.get_many([b"a"]) == {b"a": b"1"}
    assert said == []


def test_damage_in_the_middle_is_survived(opened, said):
    one = opened()
    one.put_many({number.to_bytes(4): b"x" * 300 for number in range(2_000)})
    one.close()
    file = opened.folder / FILE_NAME
    data = bytearray(file.read_bytes())
    data[4096:] = b"\xa5" * (len(data) - 4096)
    file.write_bytes(data)
    two = opened()
    two.get_many([number.to_bytes(4) for number in range(2_000)])
    two.put_many({b"new": b"1"})
    assert two.get_many([b"new"]) == {b"new": b"1"}
    assert said == []


def test_a_folder_that_cannot_be_made_disables_the_cache_with_one_warning(tmp_path, said):
    (tmp_path / "file").write_text("in the way")
    one = ResultCache(tmp_path / "file" / "cache", said.append)
    one.put_many({b"a": b"1"})
    assert one.get_many([b"a"]) == {}
    one.close()
    assert len(said) == 1
    assert said[0].startswith(f"cache disabled: {tmp_path / 'file' / 'cache'}: ")


def test_trouble_on_the_way_disables_the_cache_with_one_warning(opened, said, monkeypatch):
    import sqlite3

    one = opened()

    def locked(*_):
        raise sqlite3.OperationalError("database is locked")

    monkeypatch.setattr(one, "_store", locked)
    one.put_many({b"a": b"1"})
    one.put_many({b"a": b"1"})
    assert one.get_many([b"a"]) == {}
    assert said == [f"cache disabled: {opened.folder}: database is locked"]


def test_a_cache_that_grew_too_large_starts_afresh(opened, monkeypatch):
    one = opened()
    one.put_many({b"a": b"1" * 10_000})
    one.close()
    monkeypatch.setattr(cache, "MAX_BYTES", 5_000)
    assert opened().get_many([b"a"]) == {}


def test_several_processes_write_at_once(opened, said):
    opened().close()
    program = (
        "import sys; from pathlib import Path; from srlint.cache import ResultCache\n"
        "cache = ResultCache(Path(sys.argv[1]))\n"
        "for number in range(40): cache.put_many({f'{sys.argv[2]}-{number}'.encode(): b'v'})\n"
    )
    workers = [
        subprocess.Popen([sys.executable, "-c", program, str(opened.folder), str(name)], stderr=subprocess.PIPE)
        for name in range(3)
    ]
    assert [worker.communicate()[1] for worker in workers] == [b""] * 3
    keys = [f"{name}-{number}".encode() for name in range(3) for number in range(40)]
    assert len(opened().get_many(keys)) == 120


def test_settings_decide_which_cache(tmp_path):
    assert isinstance(open_cache(Settings()), NullCache)
    assert isinstance(open_cache(Settings(cache_dir=tmp_path / "c", use_cache=False)), NullCache)
    assert not (tmp_path / "c").exists()
    real = open_cache(Settings(cache_dir=tmp_path / "c"))
    assert isinstance(real, ResultCache)
    real.close()
    null = NullCache()
    null.put_many({b"a": b"1"})
    assert null.get_many([b"a"]) == {}


def test_a_link_in_the_place_of_the_cache_is_not_followed(opened, said):
    elsewhere = opened.folder.with_name("elsewhere")
    elsewhere.mkdir()
    opened.folder.symlink_to(elsewhere)
    one = opened()
    one.put_many({b"a": b"1"})
    assert one.get_many([b"a"]) == {}
    assert list(elsewhere.iterdir()) == []
    assert said == [
        f"cache disabled: {opened.folder}: a symbolic link, not followed: name the folder that it leads to as cache-dir"
    ]
    with pytest.raises(DocumentError, match="a symbolic link, left alone"):
        cache.clean(opened.folder)


@pytest.mark.parametrize("name", [FILE_NAME, f"{FILE_NAME}-wal", f"{FILE_NAME}-shm", ".gitignore", "CACHEDIR.TAG"])
@pytest.mark.parametrize("there", [True, False])
def test_a_link_among_the_files_of_a_cache_leads_nowhere(opened, said, name, there):
    first = opened()
    first.put_many({b"a": b"1"})
    first.close()
    theirs = opened.folder.with_name("theirs")
    if there:
        theirs.write_bytes(b"somebody's text " * 1000)
    (opened.folder / name).unlink(missing_ok=True)
    (opened.folder / name).symlink_to(theirs)
    second = opened()
    second.put_many({b"b": b"2"})
    second.close()
    cache.clean(opened.folder) if name != "CACHEDIR.TAG" else None
    assert theirs.exists() == there
    assert not there or theirs.read_bytes() == b"somebody's text " * 1000


def test_a_folder_that_somebody_uses_is_not_marked_as_a_cache(opened, said):
    opened.folder.mkdir()
    (opened.folder / "thesis.md").write_text("mine")
    one = opened()
    one.put_many({b"a": b"1"})
    assert one.get_many([b"a"]) == {b"a": b"1"}
    assert not {".gitignore", "CACHEDIR.TAG"} & {path.name for path in opened.folder.iterdir()}
    with pytest.raises(DocumentError, match="not a cache of srlint's"):
        cache.clean(opened.folder)


def test_a_pipe_in_the_place_of_the_results_is_no_trap(opened, said):
    opened.folder.mkdir()
    os.mkfifo(opened.folder / FILE_NAME)
    one = opened()
    one.put_many({b"a": b"1"})
    one.close()
    assert len(said) <= 1


def test_a_warning_cannot_steer_the_terminal(tmp_path, capsys):
    (tmp_path / "file").write_text("in the way")
    ResultCache(tmp_path / "file" / "a\x1b[2J\n::error::b")
    said = capsys.readouterr().err
    assert said.startswith("srlint: cache disabled: ")
    assert said.count("\n") == 1
    assert "\x1b" not in said
