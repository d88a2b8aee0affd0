"""A project with the two documents."""

from __future__ import annotations

import pytest
from samples import NOTES, TEAM


@pytest.fixture
def project(tmp_path):
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyproject.toml").write_text('[project]\nname = "x"\n')
    (folder / "a.md").write_text(TEAM)
    (folder / "b.md").write_text(NOTES)
    return folder
