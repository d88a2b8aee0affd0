"""Training of the edit tagger, on states that say outright what is to be learnt."""

from __future__ import annotations

import itertools
import json

import numpy
import pytest

for package in ("finetune", "torch", "transformers", "onnx", "onnxruntime"):
    pytest.importorskip(package, reason=f"training needs {package}")

import torch  # noqa: E402
from click.testing import CliRunner  # noqa: E402

from finetune import __main__ as command  # noqa: E402
from finetune import tagger as training  # noqa: E402
from finetune.encoder import layers_of, load_encoder  # noqa: E402
from finetune.settings import TaggerRun  # noqa: E402
from quantize import tagger as quantizing  # noqa: E402
from quantize.__main__ import main as quantize_command  # noqa: E402
from rows import ROWS  # noqa: E402
from srlint.detector import Detector  # noqa: E402
from srlint.document import Span  # noqa: E402
from srlint.errors import ModelError  # noqa: E402
from srlint.tagger import EditTagger  # noqa: E402
from srlint.tags import CUT, KEEP, REPLACE  # noqa: E402

WIDTH = 32
RUN = TaggerRun("toy", epochs=12, batch_size=8, learning_rate=1e-3, head_learning_rate=1e-2, dropout=0.0, bf16=False)


def toy(encoder: str) -> training.Tagger:
    torch.manual_seed(2)
    return training.Tagger(layers_of(load_encoder(encoder, 0.0))[1:], WIDTH, 0.0)


def told(count: int) -> list[training.Example]:
    """Texts of three to seven tokens, each of which is cut where its first state is high."""
    draw = torch.Generator().manual_seed(4)
    found = []
    for number in range(count):
        states = torch.randn(3 + number % 5 + 2, WIDTH, generator=draw)
        wanted = tuple(CUT if value > 0 else KEEP for value in states[1:-1, 0].tolist())
        found.append(training.Example(states.half(), wanted, 1.0))
    return found


def test_the_loss_is_the_share_of_the_wanted_way_among_all():
    torch.manual_seed(1)
    scores, turns = torch.randn(2, 4, 3), torch.randn(3, 3)
    wanted = torch.tensor([[KEEP, CUT, CUT, REPLACE], [REPLACE, KEEP, 0, 0]])
    mask = torch.tensor([[1.0, 1, 1, 1], [1, 1, 0, 0]])
    found = training.loss(scores, wanted, mask, turns)

    def sum_of(text: int, path: tuple[int, ...]) -> torch.Tensor:
        return sum(scores[text, at, tag] for at, tag in enumerate(path)) + sum(
            turns[a, b] for a, b in zip(path, path[1:], strict=False)
        )

    for text, length in ((0, 4), (1, 2)):
        every = torch.stack([sum_of(text, path) for path in itertools.product(range(3), repeat=length)])
        own = sum_of(text, tuple(wanted[text, :length].tolist()))
        assert found[text].item() == pytest.approx(((torch.logsumexp(every, 0) - own) / length).item(), abs=1e-5)


@pytest.fixture(scope="module")
def trained(encoder, tmp_path_factory):
    """A folder with a toy tagger's graph, and the model itself."""
    lines: list[str] = []
    model = training.train(RUN, toy(encoder), told(160), lines.append)
    folder = tmp_path_factory.mktemp("tagger")
    training.export(model, folder / "tagger.onnx", {"states": "toy", "turns": model.turns.tolist()})
    return folder, model, lines


def test_it_learns_and_says_in_onnx_what_it_says_in_torch(trained):
    folder, model, lines = trained
    losses = [float(line.split()[-1]) for line in lines]
    assert losses[-1] < 0.5 * losses[0]
    loaded = EditTagger.load(folder / "tagger.onnx")
    right = total = 0
    for item in told(20):
        states = item.states.float().numpy()
        spans = [None, *(Span(2 * at, 2 * at + 1) for at in range(len(item.tags))), None]
        text = "a " * len(item.tags)
        read = loaded.read(text, states, spans)
        with torch.inference_mode():
            wanted = model(torch.from_numpy(states)[None], torch.ones(1, len(states)))[0, 1:-1]
        assert numpy.allclose(read.scores, wanted.numpy(), atol=1e-4)
        path = read._best((KEEP, CUT, REPLACE), 0.0)
        right += sum(a == b for a, b in zip(path, item.tags, strict=True))
        total += len(path)
    assert right > 0.9 * total


def test_a_run_is_the_same_every_time(encoder, trained):
    again = training.train(RUN, toy(encoder), told(160), lambda line: None)
    for ours, theirs in zip(trained[1].parameters(), again.parameters(), strict=True):
        assert torch.equal(ours, theirs)


def test_eight_bits_keep_the_scores_and_what_is_said_of_them(trained, tmp_path):
    folder, _, _ = trained
    quantizing.shrink(folder / "tagger.onnx", tmp_path / "small.onnx")
    whole, small = EditTagger.load(folder / "tagger.onnx"), EditTagger.load(tmp_path / "small.onnx")
    assert small.made == whole.made
    states = told(8)[7].states.float().numpy()
    spans = [None, *(Span(at, at + 1) for at in range(len(states) - 2)), None]
    wanted, got = (one.read("abcdefghi", states, spans).scores for one in (whole, small))
    assert not numpy.array_equal(wanted, got)
    assert numpy.allclose(wanted, got, atol=0.3)


def test_a_whole_run_is_recorded_and_quantised(monkeypatch, tmp_path):
    splits = {"train": ROWS, "dev": ROWS[:4], "test": ROWS[4:]}
    monkeypatch.setattr(command.dataset, "load", lambda folder: splits)
    (tmp_path / "run.toml").write_text('name = "short"\nepochs = 1\nbatch_size = 2\nbf16 = false\n')
    words = ["tagger", "--config", str(tmp_path / "run.toml"), "--out", str(tmp_path)]
    assert CliRunner().invoke(command.main, words, catch_exceptions=False).exit_code == 0
    record = json.loads((tmp_path / "short" / "run.json").read_text())
    assert record["rewrites"] == sum(len(row.rewrites) for row in ROWS)
    assert record["states"] == Detector.load().states_digest
    assert set(record["figures"]) == {"dev", "test"}
    texts = tmp_path / "texts.jsonl"
    texts.write_text("".join(json.dumps({"text": row.text, "before": ""}) + "\n" for row in ROWS))
    words = ["tagger", str(tmp_path / "short"), "--out", str(tmp_path / "small.onnx"), "--passages", str(texts)]
    told = CliRunner().invoke(quantize_command, words, catch_exceptions=False)
    assert told.exit_code == 0, told.output
    assert EditTagger.load(tmp_path / "small.onnx").made["states"] == Detector.load().states_digest
    assert (tmp_path / "small.onnx").stat().st_size < 0.4 * (tmp_path / "short" / "tagger.onnx").stat().st_size


def test_rewrites_of_one_row_share_its_weight():
    found = training.examples([ROWS[0], ROWS[2]], Detector.load())
    assert [item.weight for item in found] == [1.0]
    assert REPLACE in found[0].tags


def test_a_folder_without_a_run_is_named(tmp_path):
    with pytest.raises(ModelError, match="tagger.onnx: missing: is .* a run of"):
        quantizing.quantize(tmp_path, tmp_path / "x.onnx", [])
