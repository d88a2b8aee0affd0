"""What a run loads that the cache can answer: nothing of what parsing and judging take."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

# Each takes longer to load than the cache takes to answer.
UNNEEDED = frozenset(
    "numpy onnxruntime pyromark rich sentencex subprocess tempfile tokenizers srlint.changed srlint.detector"
    " srlint.edits srlint.formats.segment srlint.judge srlint.passages srlint.terms".split()
)
_PROGRAM = """
import sys
from srlint.cli import main
try:
    main()
finally:
    print(*sys.modules, file=sys.stderr)
"""


@pytest.fixture
def loaded(tmp_path):
    """The modules that a check of one document has loaded at its end."""
    (tmp_path / "team.md").write_text("The chairman opens the meeting.\n")
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}

    def check(*options: str) -> set[str]:
        command = [sys.executable, "-c", _PROGRAM, "check", "--isolated", "--no-model", *options]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert done.returncode == 1, done.stderr
        assert "team.md:1:" in done.stdout
        return set(done.stderr.split())

    return check


def test_a_run_that_the_cache_answers_loads_little(loaded):
    options = "--cache-dir", "cache", "--output-format", "concise"
    cold = loaded(*options)
    assert {"numpy", "onnxruntime", "srlint.judge", "srlint.passages"} <= cold
    warm = loaded(*options)
    assert "sqlite3" in warm
    assert UNNEEDED & warm == set()


def test_terms_of_ones_own_are_read_even_so(tmp_path, loaded):
    done = loaded(
        "--config", "terms.add.gizmo = {use = ['part'], category = 'terminology'}", "--output-format", "concise"
    )
    assert "srlint.terms" in done
