"""Training the screen: whole numbers that say what the floating ones say, cuts that keep what they promise."""

from __future__ import annotations

import gzip
import json
import random
from dataclasses import replace

import pytest

torch = pytest.importorskip("torch", reason="training needs torch")
pytest.importorskip("finetune", reason="needs a checkout: finetune is not installed")

import numpy  # noqa: E402

from finetune import settings  # noqa: E402
from finetune.dataset import Row  # noqa: E402
from finetune.screening import network, run  # noqa: E402
from finetune.screening import passages as screening  # noqa: E402
from finetune.screening.passages import Item, Said  # noqa: E402
from srlint.detector import Detection  # noqa: E402
from srlint.document import Span  # noqa: E402
from srlint.errors import ConfigError  # noqa: E402
from srlint.screen import Screen  # noqa: E402

SETTINGS = settings.ScreenRun(
    name="toy", clean={"clean.jsonl.gz": 40}, posts={"posts.jsonl.gz": 9}, width=8, filters=16, epochs=12,
    batch_size=32, learning_rate=0.02, dropout=0.0, levels=(0.3, 0.6),
)  # fmt: skip
# The token that makes a passage suspicious, unless this one stands behind it.
BAD, PARDON = 7, 8


def toy_passages(count: int) -> tuple[list[list[int]], numpy.ndarray]:
    draw = random.Random(0)
    found, suspected = [], []
    for _ in range(count):
        own = [draw.randint(10, 60) for _ in range(draw.randint(3, 12))]
        kind = draw.randint(0, 2)
        if kind:
            at = draw.randrange(len(own))
            own[at : at + 1] = [BAD] if kind == 1 else [BAD, PARDON]
        found.append(own)
        suspected.append(0.9 if kind == 1 else 0.02)
    return found, numpy.array(suspected)


@pytest.fixture(scope="module")
def trained():
    before = torch.get_num_threads()
    vectors = network.first_vectors(numpy.random.default_rng(0).normal(size=(61, 24)), 8)
    own, suspected = toy_passages(1500)
    net = network.train(SETTINGS, vectors, own, suspected, lambda line: None)
    torch.set_num_threads(before)
    return net, own, suspected


def test_it_learns_what_stands_beside_what(trained):
    _, own, suspected = trained
    scores = network.whole(trained[0]).scores(own)
    assert scores[suspected > 0.5].min() > numpy.quantile(scores[suspected < 0.5], 0.98)


def test_whole_numbers_say_what_the_floating_ones_say(trained):
    net, own, _ = trained
    with torch.no_grad():
        floating = torch.cat([net(torch.tensor([one])) for one in own[:300]]).numpy()
    scores = network.whole(net).scores(own[:300])
    assert numpy.corrcoef(floating, scores)[0, 1] > 0.999


def test_training_gives_the_same_weights_again(trained):
    vectors = network.first_vectors(numpy.random.default_rng(0).normal(size=(61, 24)), 8)
    own, suspected = toy_passages(200)
    short = replace(SETTINGS, epochs=1)
    first, second = (network.whole(network.train(short, vectors, own, suspected, lambda line: None)) for _ in range(2))
    assert (first.tokens == second.tokens).all() and (first.filters == second.filters).all()


def scored(scores: list[int], source: str = "own", probability: float = 0.9, marked: bool = True) -> list[run.Scored]:
    return [
        run.Scored(Item(f"{source} {at}", "", source, "dev"), Said(probability, marked, "gender"), score)
        for at, score in enumerate(scores)
    ]


@pytest.mark.parametrize(("recall", "cut"), [(1.0, 0), (0.99, 1), (0.985, 1), (0.98, 2), (0.5, 50)])
def test_a_cut_keeps_at_least_the_share_that_it_promises(recall, cut):
    found = scored(list(range(100)))
    assert run._cut(found, 0.6, recall) == cut
    assert sum(one.score >= cut for one in found) >= recall * 100


def test_a_cut_keeps_that_share_of_ours_and_of_others_and_counts_a_text_once():
    ours, others = scored(list(range(100))), scored([-5, 900], "posts.jsonl.gz")
    assert run._cut([*ours, *others], 0.6, 0.98) == -5
    moved = [replace(one, item=replace(one.item, source="own, moved")) for one in ours]
    assert run._cut([*ours, *moved], 0.6, 0.99) == 1


def test_what_the_detector_would_not_flag_moves_no_cut():
    low = scored([-100], probability=0.5) + scored([-200], marked=False)
    assert run._cut([*low, *scored([3, 4])], 0.6, 1.0) == 3


def test_a_record_tells_what_is_lost():
    found = run.measure([*scored([1, 5, 9]), *scored([0, 7], "clean.jsonl.gz", 0.01)], 0.6, 5)
    assert (found["flagged"], found["recall"]) == (3, 0.66667)
    assert found["by_category"] == {"gender": [3, 0.6667]}
    assert found["let_through"] == {"clean.jsonl.gz": 0.5, "own": 0.6667}
    assert [lost[4] for lost in found["lost"]] == ["own 0"]


@pytest.fixture
def corpora(tmp_path):
    for name, count in (("clean.jsonl.gz", 60), ("posts.jsonl.gz", 20)):
        with gzip.open(tmp_path / name, "wt", encoding="utf-8") as file:
            for at in range(count):
                source = "left/out" if at % 4 == 0 else "taken/in"
                file.write(json.dumps({"text": f"{name} sentence {at} of {source}.", "source": source}) + "\n")
    return tmp_path


def rows(split: str) -> list[Row]:
    return [
        Row(f"{split}-{at}", "note", "One.", f"{split} row {at}.", at % 2 == 0, ("age",), (), ("Good.",), "term", "")
        for at in range(10)
    ]


def test_rows_stay_in_their_splits_and_repositories_can_be_left_out(corpora):
    splits = {name: rows(name) for name in ("train", "dev", "test")}
    given = replace(SETTINGS, without=("left/out",))
    found = screening.passages(given, splits, corpora)
    assert all(item.text.startswith(item.split) for item in found if item.source in ("own", "own, moved"))
    assert {item.split for item in found if item.source == "rewrites"} == {"train"}
    assert not any("left/out" in item.text or "left/out" in item.before for item in found)
    # Flagged rows of dev and test are all tried behind a plain sentence too.
    assert sum(item.source == "own, moved" and item.split != "train" for item in found) == 10
    assert found == screening.passages(given, splits, corpora)


def test_a_missing_file_of_sentences_is_named(tmp_path):
    with pytest.raises(ConfigError, match="clean.jsonl.gz: No such file"):
        screening.passages(SETTINGS, {"train": []}, tmp_path)


def test_no_passage_is_asked_about_twice(tmp_path, monkeypatch):
    asked: list[str] = []

    class Told:
        def __init__(self, *given):
            pass

        def detect(self, texts):
            asked.extend(text for text, _ in texts)
            return [Detection(0.25, ("age",), (Span(0, 1),)) for _ in texts]

    monkeypatch.setattr(screening, "Judge", Told)
    items = [Item(f"Text {at}.", "", "own", "dev") for at in range(5)]
    first = screening.asked(items[:3], tmp_path / "deep" / "said.jsonl", lambda line: None)
    assert screening.asked(items, tmp_path / "deep" / "said.jsonl", lambda line: None) == [*first, *first[:2]]
    assert asked == [item.text for item in items]
    assert first[0] == Said(0.25, True, "age")


def test_a_finished_run_is_what_srlint_loads(tmp_path, trained):
    items = [Item(f"Sentence {at}.", "", "own", split) for split in ("dev", "test") for at in range(20)]
    said = [Said(0.9 if at % 2 else 0.1, True, "age") for at in range(40)]
    small = network.whole(trained[0])
    tokens = numpy.zeros((30_522, 8), numpy.int8)
    tokens[: len(small.tokens)] = small.tokens
    record = run.finish(SETTINGS, {"dev": []}, items, said, replace(small, tokens=tokens), tmp_path)
    loaded = Screen.load(tmp_path / "screen.npz")
    assert loaded.made["cuts"] == record["cuts"] and set(record["cuts"]) == {"0.3", "0.6"}
    assert json.loads(json.dumps(record)) == json.loads((tmp_path / "run.json").read_text())
    assert record["figures"]["dev"]["0.3"]["recall"] == 1.0
