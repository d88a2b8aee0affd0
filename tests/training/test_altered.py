"""Passages with some of their words exchanged for near ones."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

for package in ("finetune", "torch", "transformers"):
    pytest.importorskip(package, reason=f"training needs {package}")

import torch  # noqa: E402

from finetune import detector as training  # noqa: E402
from finetune import detector_run  # noqa: E402
from finetune.altered import altered, near_words  # noqa: E402
from finetune.settings import DetectorRun  # noqa: E402
from rows import ROWS, row  # noqa: E402
from srlint.errors import ConfigError  # noqa: E402
from srlint.tokens import shipped_tokenizer  # noqa: E402


@pytest.fixture(scope="module")
def tokenizer():
    return shipped_tokenizer()


def ids(tokenizer, *words: str) -> list[int]:
    return [tokenizer.token_to_id(word) for word in words]


def test_near_words_are_those_that_point_the_same_way(tokenizer):
    generator = torch.Generator().manual_seed(0)
    words = torch.randn(tokenizer.get_vocab_size(), 16, generator=generator)
    women, men, bread = ids(tokenizer, "women", "men", "bread")
    words[men] = 3 * words[women] + 0.01
    near = near_words(words, tokenizer)
    assert near[women][0] == men and near[men][0] == women
    assert women not in near[women] and len(near[women]) == 8
    assert not {tokenizer.token_to_id(piece) for piece in ("##ing", "[CLS]", ".", "of")} & near.keys()
    assert bread in near


def test_whole_words_of_the_passage_itself_are_exchanged_and_nothing_else(tokenizer):
    asked = training.example(tokenizer, replace(row("The chairman of Yggdrasil spoke."), before="Women came."))
    changing = ids(tokenizer, "chairman", "spoke", "women", "came")
    near = {own: ids(tokenizer, "bread") for own in changing}
    split = [at for at, own in enumerate(asked.encoded.ids) if own == tokenizer.token_to_id("y")]
    near |= {asked.encoded.ids[at]: ids(tokenizer, "bread") for at in split}  # the first piece of a longer word
    seen = set()
    for item in altered([asked], near, tokenizer, 40, 0):
        changed = [at for at, (a, b) in enumerate(zip(item.encoded.ids, asked.encoded.ids, strict=True)) if a != b]
        assert len(changed) == 1 and item.encoded.ids[changed[0]] == tokenizer.token_to_id("bread")
        assert item.encoded.spans == asked.encoded.spans
        seen.add(asked.encoded.ids[changed[0]])
    assert seen == set(changing[:2])


def test_a_passage_without_such_words_stays(tokenizer):
    asked = training.example(tokenizer, row("Of it."))
    assert altered([asked], {}, tokenizer, 2, 0) == [asked, asked]


def test_the_teacher_labels_altered_passages(encoder, tmp_path):
    splits = {"train": ROWS, "dev": ROWS, "test": ROWS}
    loose = DetectorRun("tiny", encoder, {}, epochs=1, batch_size=4, bf16=False, max_false_alarms=1.0)
    detector_run.main(loose, splits, None, None, tmp_path / "first", lambda *_: None)
    lines: list[str] = []
    run = replace(loose, teacher="first", altered=3)
    record = detector_run.main(run, splits, None, None, tmp_path / "second", lines.append)
    rewritten = sum(bool(one.rewrites) for one in ROWS)
    assert f"the teacher reads {3 * len(ROWS) + rewritten} passages" in lines
    assert record["training_passages"] == 4 * len(ROWS) + rewritten
    assert json.loads((tmp_path / "second" / "run.json").read_text())["settings"]["altered"] == 3


def test_altered_passages_need_a_teacher():
    with pytest.raises(ConfigError, match="altered passages need a teacher"):
        DetectorRun("tiny", "base", {}, altered=1)
