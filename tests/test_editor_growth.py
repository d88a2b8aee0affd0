"""The benchmark of an editor's long session in small, with the real server."""

from __future__ import annotations

import sys

import pytest

pytest.importorskip("benchmarks", reason="the benchmarks are not part of this checkout")
pytest.importorskip("pygls", reason="needs pygls: pip install 'srlint[lsp]'")

from benchmarks import editor, editor_growth


def test_memory_is_read_at_the_start_on_the_way_and_at_the_end(monkeypatch):
    monkeypatch.setattr(editor_growth, "_MARKS", (20, 1000))
    shown, found = editor_growth.run("The meeting is at nine.", 85, ("--no-model",))
    assert [one["edits"] for one in found] == [0, 20, 85]
    assert len(shown.splitlines()) == 5
    if sys.platform == "linux":
        assert all(20 < one["memory_mb"] < 2000 for one in found)


def test_without_repeats_only_memory_is_looked_at():
    shown, figures = editor.run("All is well.", repeats=0, keystrokes=1, edits=10, use_model=False)
    assert shown.startswith("edits")
    assert "times" not in figures
