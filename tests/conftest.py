"""Settings for every test: no colour or cache comes in from the outside."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR", "PRE_COMMIT", "TERM"):
        monkeypatch.delenv(name, raising=False)
