"""The arithmetic of the speed benchmarks, and that a peer which is missing costs nothing but a line."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytest.importorskip("benchmarks", reason="the benchmarks are not part of this checkout")

from benchmarks import beside_peers, grown, prose_linters
from benchmarks.peers import PeerMissing
from benchmarks.speed import Bench, Measured, measure
from srlint.document import Document
from srlint.passages import passages


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "docs"
    made.mkdir()
    (made / "a.md").write_text("# Notes\n\nThe pump starts at nine. It stops at ten.\n\n- A third one stays off.\n")
    (made / "b.md").write_text("Call `stop()` before you open the valve.\n")
    return made


def test_without_a_folder_nothing_is_installed_and_each_peer_says_why(monkeypatch):
    monkeypatch.setattr(prose_linters.shutil, "which", lambda name: None)
    found, notes = prose_linters.installed(None)
    assert found == []
    assert [note.split(" takes no part: ")[0] for note in notes] == ["alex", "textlint", "proselint", "Vale"]


def test_a_peer_that_cannot_be_installed_says_why():
    def refused(call, **how):
        return subprocess.CompletedProcess(call, 1, "", "first\nno such package\n")

    with pytest.raises(PeerMissing, match="x takes no part: .* could not install it: no such package"):
        prose_linters._install("x", [sys.executable], refused)
    with pytest.raises(PeerMissing, match="x takes no part: gone-program is not installed"):
        prose_linters._install("x", ["gone-program"])


def test_ratios_are_taken_within_a_round():
    runs = {
        "srlint, cold": [Measured(2.0, 100.0, 3.0), Measured(8.0, 120.0, 4.0), Measured(6.0, 90.0, 5.0)],
        "alex 11": [Measured(4.0, 200.0, 4.0), Measured(8.0, 210.0, 4.0), Measured(4.0, 190.0, 4.0)],
    }
    found = beside_peers._figures(runs, 1200)
    assert found["srlint, cold"] == {
        "seconds": 6.0,
        "processor_seconds": 4.0,
        "words_per_second": 200.0,
        "peak_mb": 120.0,
        "beside_alex": 1.0,
    }
    assert found["alex 11"]["beside_alex"] == 1.0
    assert beside_peers._figures({"srlint, cold": runs["srlint, cold"]}, 1200)["srlint, cold"]["beside_alex"] is None


def test_rounds_take_turns():
    order = []
    ways = {name: lambda turn, name=name: order.append((turn, name)) or Measured(1.0, None) for name in "ab"}
    assert list(beside_peers._rounds(ways, 2)) == ["a", "b"]
    assert order == [(0, "a"), (0, "b"), (1, "a"), (1, "b")]


def test_processor_time_is_that_of_the_command(tmp_path):
    busy = "import time\nwhile time.process_time() < 0.3: pass\ntime.sleep(0.3)"
    found = measure([sys.executable, "-c", busy], tmp_path)
    assert found.seconds > 0.55
    if found.processor is not None:
        assert 0.3 <= found.processor < found.seconds


def test_so_many_passages_of_which_one_in_a_hundred_changes(folder, tmp_path):
    def read() -> list[str]:
        files = sorted((tmp_path / "many").iterdir())
        return [item.text for file in files for item in passages(Document(file.read_text(), "markdown")).passages]

    grown._many(folder, tmp_path / "many", 250, changed=False)
    before = read()
    grown._many(folder, tmp_path / "many", 250, changed=True)
    after = read()
    assert len(before) == len(after) == len(set(before)) == 250
    assert [at for at in range(250) if before[at] != after[at]] == [0, 100, 200]


def test_a_long_document_is_as_long_as_asked_for(folder):
    text = grown._long(folder, 5000)
    assert len(text) == 5000 and "This is part 3." in text


def test_a_commit_is_checked_beside_the_whole(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(Bench, "check", lambda self, cache, *options, documents=None: Measured(1.0, 50.0, 1.5))
    monkeypatch.setattr(beside_peers, "installed", lambda peers: ([], ["alex takes no part: it is a test"]))
    shown, figures = beside_peers.run(folder, None, 2, None, False)
    assert list(figures["repository"]) == ["srlint, cold", "srlint, warm"]
    assert figures["documents"] == 2 and figures["words"] > 20
    assert shown.endswith("alex takes no part: it is a test")
