"""Training of the edit tagger, on states that say outright what is to be learnt."""

from __future__ import annotations

import gzip
import itertools
import json
import shutil

import numpy
import pytest

for package in ("finetune", "torch", "transformers", "onnx", "onnxruntime"):
    pytest.importorskip(package, reason=f"training needs {package}")

import torch  # noqa: E402
from click.testing import CliRunner  # noqa: E402

from finetune import __main__ as command  # noqa: E402
from finetune import phrases as phrasing  # noqa: E402
from finetune import readings as reading  # noqa: E402
from finetune import tagger as training  # noqa: E402
from finetune.encoder import layers_of, load_encoder  # noqa: E402
from finetune.phrases import Decoder, Lexicon  # noqa: E402
from finetune.readings import Reading, applied  # noqa: E402
from finetune.settings import TaggerRun  # noqa: E402
from quantize import tagger as quantizing  # noqa: E402
from quantize.__main__ import main as quantize_command  # noqa: E402
from rows import ROWS, row  # noqa: E402
from srlint.detector import Detector  # noqa: E402
from srlint.document import Span  # noqa: E402
from srlint.errors import ConfigError, ModelError  # noqa: E402
from srlint.tagger import EditTagger  # noqa: E402
from srlint.tags import CUT, KEEP, REPLACE, changes  # noqa: E402

WIDTH = 32
RUN = TaggerRun("toy", epochs=12, batch_size=8, learning_rate=1e-3, head_learning_rate=1e-2, dropout=0.0, bf16=False)


# The pieces that the toy can say, by their ids in its encoder.
LEXICON = Lexicon([0, 1010, 1996, 2000], ["[PAD]", ",", "the", "to"])


def toy(encoder: str) -> training.Tagger:
    torch.manual_seed(2)
    whole = load_encoder(encoder, 0.0)
    return training.Tagger(layers_of(whole)[1:], Decoder(whole, LEXICON.ids, 1, 0.0), WIDTH, 0.0)


def told(count: int) -> list[training.Example]:
    """Texts of three to seven tokens, each of which is cut where its first state is high. Where the second token stands
    belongs "to the" if its second state is high, else "the".
    """
    draw = torch.Generator().manual_seed(4)
    found = []
    for number in range(count):
        states = torch.randn(3 + number % 5 + 2, WIDTH, generator=draw)
        wanted = tuple(CUT if value > 0 else KEEP for value in states[1:-1, 0].tolist())
        phrase = (3, 2) if states[2, 1] > 0 else (2,)
        found.append(training.Example(states.half(), wanted, ((range(2, 3), phrase),), 1.0))
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
    model = training.train(RUN, toy(encoder), [told(8), []], told(160), lines.append)
    folder = tmp_path_factory.mktemp("tagger")
    training.export(model, folder, "toy", LEXICON)
    (folder / "capitals.txt").write_text("Oslo\n")
    return folder, model, lines


def test_it_learns_and_says_in_onnx_what_it_says_in_torch(trained):
    folder, model, lines = trained
    for place in (-1, -3):
        losses = [float(line.split()[place]) for line in lines]
        assert losses[-1] < 0.5 * losses[0]
    loaded = EditTagger.load(folder / "tagger.onnx")
    right = total = worded = 0
    for item in told(20):
        states = item.states.float().numpy()
        spans = [None, *(Span(2 * at, 2 * at + 1) for at in range(len(item.tags))), None]
        text = "a " * len(item.tags)
        read = loaded.read(text, states, spans)
        with torch.inference_mode():
            wanted, memory = model(torch.from_numpy(states)[None], torch.ones(1, len(states)))
            mask, inside = torch.ones(1, len(states)), torch.zeros(1, len(states))
            inside[0, 2] = 1.0
            said = model.decoder(memory, mask, inside, torch.tensor([[3, 2]])).log_softmax(-1)
        assert numpy.allclose(read.scores, wanted[0, 1:-1].numpy(), atol=1e-4)
        own = (said[0, 0, 3] + said[0, 1, 2] + said[0, 2, 0]).item()
        assert read.phrases.likelihood([(range(1, 2), "to the")]) == pytest.approx(own, abs=1e-3)
        ((likeliest, *_),) = read.phrases.likeliest([range(1, 2)])
        phrase = " ".join(LEXICON.words[piece] for piece in item.phrases[0][1])
        worded += likeliest[1] == phrase
        assert likeliest[0] == pytest.approx(read.phrases.likelihood([(range(1, 2), likeliest[1])]), abs=1e-3)
        ((_, path),) = read._best(1)
        right += sum(a == b for a, b in zip(path, item.tags, strict=True))
        total += len(path)
    assert right > 0.9 * total
    assert worded >= 17


def test_a_run_is_the_same_every_time(encoder, trained):
    again = training.train(RUN, toy(encoder), [told(8), []], told(160), lambda line: None)
    for ours, theirs in zip(trained[1].parameters(), again.parameters(), strict=True):
        assert torch.equal(ours, theirs)


def test_eight_bits_keep_the_scores_and_what_is_said_of_them(trained, tmp_path):
    folder, _, _ = trained
    shutil.copyfile(folder / "capitals.txt", tmp_path / "capitals.txt")
    for name in quantizing.NAMES:
        quantizing.shrink(folder / name, tmp_path / name)
    whole, small = (EditTagger.load(path / "tagger.onnx") for path in (folder, tmp_path))
    assert small.made == whole.made
    states = told(8)[7].states.float().numpy()
    spans = [None, *(Span(at, at + 1) for at in range(len(states) - 2)), None]
    wanted, got = (one.read("abcdefghi", states, spans) for one in (whole, small))
    assert not numpy.array_equal(wanted.scores, got.scores)
    assert numpy.allclose(wanted.scores, got.scores, atol=0.3)
    phrase = [(range(1, 2), "to the")]
    assert got.phrases.likelihood(phrase) != wanted.phrases.likelihood(phrase)
    assert got.phrases.likelihood(phrase) == pytest.approx(wanted.phrases.likelihood(phrase), abs=0.5)


def test_a_decoder_of_another_tagger_is_refused(trained, tmp_path):
    folder, model, _ = trained
    shutil.copyfile(folder / "tagger.onnx", tmp_path / "tagger.onnx")
    phrasing.export(model.decoder, tmp_path / "phrases.onnx", {"tagger": "another", "vocabulary": LEXICON.words})
    with pytest.raises(ModelError, match="capitals.txt: cannot read"):
        EditTagger.load(tmp_path / "tagger.onnx").decoder  # noqa: B018  it is loaded when asked for
    shutil.copyfile(folder / "capitals.txt", tmp_path / "capitals.txt")
    with pytest.raises(ModelError, match="the phrases.onnx beside it was made with another one"):
        EditTagger.load(tmp_path / "tagger.onnx").decoder  # noqa: B018  it is loaded when asked for


def test_phrases_of_other_sentences_stand_where_their_own_did():
    texts = [row.text for row in ROWS] * 3
    for text, (new, moved) in zip(texts, phrasing.exchanged(texts, 5), strict=True):
        assert 1 <= len(moved) <= 2
        own, done = "", 0
        for start, end, words in moved:
            own += new[done:start] + words
            done = end
        assert own + new[done:] == text
    assert any(new != text for text, (new, _) in zip(texts, phrasing.exchanged(texts, 5), strict=True))
    assert phrasing.exchanged(texts, 5) == phrasing.exchanged(texts, 5)


def test_the_lexicon_has_what_rewrites_say_and_what_sentences_often_say():
    row = ROWS[0]
    lexicon = Lexicon.of([row], ["the harbour"] * 3 + ["a lighthouse"], 2)
    assert lexicon.words[0] == "[PAD]"
    assert {"the", "harbour"} <= set(lexicon.words)
    assert "lighthouse" not in lexicon.words
    for _, words in changes(row.text, row.rewrites[0]):
        assert None not in lexicon.pieces(words)
    assert lexicon.pieces("lighthouse") == [None]


def test_a_whole_run_is_recorded_and_quantised(monkeypatch, tmp_path):
    splits = {"train": ROWS, "dev": ROWS[:4], "test": ROWS[4:]}
    monkeypatch.setattr(command.dataset, "load", lambda folder: splits)
    settings = ['name = "short"', "epochs = 1", "batch_size = 2", "bf16 = false", "decoder_layers = 1"]
    settings += ['clean = {"a.gz" = 2}', 'pairs = {"b.gz" = 9}']
    (tmp_path / "run.toml").write_text("\n".join(settings))
    with gzip.open(tmp_path / "b.gz", "wt") as lines:
        for text, new in (
            ("This is a damn good idea of yours.", "This is a good idea of yours."),
            ("This is a stupid idea of yours.", "This is no good idea of yours."),
            ("This is a stupid idea of yours.", "Thank you, we shall consider what you propose."),
        ):
            lines.write(json.dumps({"id": text, "text": text, "rewrites": [new]}) + "\n")
    with gzip.open(tmp_path / "a.gz", "wt") as lines:
        for at in range(3):
            text = f"Each of the {at + 2} parts has a name of its own."
            lines.write(json.dumps({"id": str(at), "text": text}) + "\n")
    said = [(0, "The chairperson opened the door.", True), (0, "The opened the door.", False)]
    lines = [json.dumps({"id": ROWS[at].id, "text": text, "accepted": good}) for at, text, good in said]
    (tmp_path / "readings.jsonl").write_text("\n".join(lines))
    words = ["tagger", "--config", str(tmp_path / "run.toml"), "--out", str(tmp_path)]
    words += ["--readings", str(tmp_path / "readings.jsonl")]
    with pytest.raises(ConfigError, match="--corpora: needed"):
        CliRunner().invoke(command.main, words, catch_exceptions=False)
    words += ["--corpora", str(tmp_path)]
    assert CliRunner().invoke(command.main, words, catch_exceptions=False).exit_code == 0
    record = json.loads((tmp_path / "short" / "run.json").read_text())
    long = [row for row in ROWS if not row.flagged and len(row.text.split()) > 5]
    assert (record["sentences"], record["others"]) == (len(long) + 2, 2)
    assert record["rewrites"] == sum(len(row.rewrites) for row in ROWS) + 1
    assert record["states"] == Detector.load().states_digest
    assert set(record["figures"]) == {"dev", "test"}
    monkeypatch.setattr(quantizing, "MIN_AGREEMENT", 0.0)  # after a few steps most edits are as likely as others
    texts = tmp_path / "texts.jsonl"
    texts.write_text("".join(json.dumps({"text": row.text, "before": ""}) + "\n" for row in ROWS))
    words = ["tagger", str(tmp_path / "short"), "--out", str(tmp_path / "small"), "--passages", str(texts)]
    told = CliRunner().invoke(quantize_command, words, catch_exceptions=False)
    assert told.exit_code == 0, told.output
    assert EditTagger.load(tmp_path / "small" / "tagger.onnx").made["states"] == Detector.load().states_digest
    assert (tmp_path / "small" / "capitals.txt").read_text() == (tmp_path / "short" / "capitals.txt").read_text()
    for name in quantizing.NAMES:
        sizes = [(tmp_path / folder / name).stat().st_size for folder in ("small", "short")]
        assert sizes[0] < 0.4 * sizes[1]


def test_accepted_rewrites_stand_behind_those_of_their_rows():
    texts = {"The chair opened the door.": True, "Both.": True, "No.": False}
    said = [Reading(ROWS[0].id, text, good) for text, good in texts.items()]
    rows = applied(ROWS, said)
    assert rows[0].rewrites == ("The chair opened the door.", "Both.")
    assert [row.rewrites for row in rows[1:]] == [row.rewrites for row in ROWS[1:]]
    with pytest.raises(ConfigError, match="of-dev: a reading of a passage that is not in train"):
        applied(ROWS, [*said, Reading("of-dev", "New.", False)])


@pytest.mark.parametrize("line", ['{"id": "a", "text": "b"}', "[]", "{"])
def test_a_reading_that_is_none_is_named(tmp_path, line):
    path = tmp_path / "readings.jsonl"
    path.write_text(json.dumps({"id": "a", "text": "b", "accepted": True}) + "\n" + line)
    with pytest.raises(ConfigError, match=r"readings.jsonl:2: "):
        reading.read(path)
    with pytest.raises(ConfigError, match="gone.jsonl: no such file"):
        reading.read(tmp_path / "gone.jsonl")


def test_our_own_readings_are_of_train_passages_and_nobody_reads_one_twice(own_passages):
    found = reading.read(command.READINGS)
    rows = applied(own_passages["train"], found)
    assert len({(one.id, one.text) for one in found}) == len(found)
    texts = {row.id: row.text for row in rows}
    assert not any(one.text == texts[one.id] for one in found)


def test_words_that_nearly_always_have_a_capital_are_known():
    news = [f"{name} and the polish Oslo staff left." for name in ("Ann", "Bo", "Kim")]
    rows = [row("The chairman left.", *news, mark="chairman")]
    assert phrasing.capitals(rows) == ["Oslo"]


def test_rewrites_of_one_row_share_its_weight():
    found = training.examples([ROWS[0], ROWS[2]], Detector.load(), Lexicon.of([ROWS[0]], [], 1))
    assert [item.weight for item in found] == [1.0]
    assert REPLACE in found[0].tags


def test_a_folder_without_a_run_is_named(tmp_path):
    with pytest.raises(ModelError, match="tagger.onnx: missing: is .* a run of"):
        quantizing.quantize(tmp_path, tmp_path / "small", [])
