"""The sentences that the detector suspects most."""

from __future__ import annotations

import gzip
import json

import pytest

pytest.importorskip("finetune", reason="needs a checkout: finetune is not installed")

from finetune.mine import suspected  # noqa: E402
from srlint.errors import ConfigError  # noqa: E402

TEXTS = ["Bread is sold by weight.", "Those idiots in billing are vermin.", "Press the button twice."]


@pytest.fixture
def prose(tmp_path):
    path = tmp_path / "prose.jsonl.gz"
    with gzip.open(path, "wt") as file:
        file.writelines(json.dumps({"id": f"p{at}", "text": text}) + "\n" for at, text in enumerate(TEXTS))
    return path


def test_the_most_suspicious_stand_first(prose):
    found = suspected([prose], None, None, 2)
    assert len(found) == 2
    assert found[0][1:] == ("p1", TEXTS[1])
    assert found[0][0] > 0.5 > found[1][0]


def test_known_sentences_are_left_out(prose, tmp_path):
    (tmp_path / "known.txt").write_text("p1\n")
    assert {name for _, name, _ in suspected([prose], None, tmp_path / "known.txt", 9)} == {"p0", "p2"}


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(ConfigError, match="none.gz: No such file"):
        suspected([tmp_path / "none.gz"], None, None, 1)
