"""Settings for every test: no colour or cache comes in from the outside, and property tests try the same cases."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

# The same cases on every run, so that a failure is of the change at hand; the profile "explore" looks for new ones.
settings.register_profile("fixed", derandomize=True)
settings.register_profile("explore", derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))


@pytest.fixture(scope="session")
def own_passages():
    """Our passages by split. Reading all of them takes seconds, so once for all tests; nobody may change them."""
    return pytest.importorskip("finetune.dataset", reason="needs a checkout").load()


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR", "PRE_COMMIT", "TERM", "SRLINT_OUTPUT_FORMAT"):
        monkeypatch.delenv(name, raising=False)
