"""What a rewrite's rank hangs on, and how it is fitted to readers' verdicts."""

from __future__ import annotations

import json

import pytest

from srlint import ranking
from srlint.document import Span

OLD = "The so-called experts met in the old hall."
MARK = [Span(4, 13)]


def figures(new: str, origin: ranking.Origin = "deletion", likelihood: float = -0.5) -> dict[str, float]:
    return ranking.features(OLD, new, origin, MARK, 0.5, -1.0, -2.0, likelihood, -3.0)


def test_the_figures_count_words():
    found = figures("The experts met in the old hall.")
    assert found["deletion"] == 1.0
    assert (found["rewording"], found["written"], found["worded"]) == (0.0, 0.0, 0.0)
    assert figures("The experts met in the old hall.", "rewording")["worded"] == -2.0
    assert found["removed"] == pytest.approx(2 / 9)
    assert (found["added"], found["outside"], found["flagged"]) == (0.0, 0.0, 0.0)
    assert found["marked"] == pytest.approx(2 / 9)


def test_words_changed_outside_the_marks_are_told_apart():
    found = figures("The experts met in the new hall.", "free")
    assert found["outside"] == pytest.approx(1 / 9)
    assert found["added"] == pytest.approx(1 / 9)
    assert found["edits"] == 2.0


def test_the_shipped_weights_know_every_figure_and_prefer_the_likelier_of_two():
    fitted = ranking._fitted()
    assert fitted["with_model"]["weights"].keys() == {"always", *figures(OLD)}
    unread = ranking.features(OLD, OLD, "free", MARK, 0.5, 0.0, 0.0)
    assert fitted["without_model"]["weights"].keys() == {"always", *unread}
    assert all(0 < bar <= 1 for own in fitted.values() for bar in own["lowest"].values())
    likely, unlikely = (figures("The experts met in the old hall.", likelihood=value) for value in (-0.2, -3.0))
    assert 1 > ranking.acceptable(likely) > ranking.acceptable(unlikely) > 0


def test_cuts_and_other_words_have_bars_of_their_own(monkeypatch):
    weights = dict.fromkeys(figures(OLD), 0.0) | {"always": 0.0}
    made = {"lowest": {"deletion": 0.6, "rewording": 0.4}, "weights": weights}
    monkeypatch.setattr(ranking, "_fitted", lambda: {"with_model": made, "without_model": made})
    for origin, good in (("deletion", False), ("rewording", True), ("free", True)):
        assert ranking.is_good(figures("The experts met.", origin)) == good


class TestFitting:
    """Needs a checkout and torch."""

    @pytest.fixture
    def fitting(self):
        pytest.importorskip("torch", reason="fitting needs torch")
        return pytest.importorskip("finetune.ranking", reason="needs a checkout: finetune is not installed")

    @pytest.fixture
    def verdicts(self, fitting):
        """Readers who accept what is likely, and never a free rewrite."""
        return [
            fitting.Verdict(
                str(number // 2),
                ("free", "rewording", "deletion")[number % 3],
                "x",
                {"likelihood": -(number % 7) / 2, "free": float(number % 3 == 0)},
                number % 3 != 0 and number % 7 < 4,
            )
            for number in range(420)
        ]

    def test_weights_follow_the_readers(self, fitting, verdicts):
        weights = fitting.fit(verdicts)
        assert weights["likelihood"] > 1
        assert weights["free"] < -2

    def test_the_best_of_each_passage_is_chosen_and_the_likeliest_stands_first(self, fitting, verdicts):
        found = fitting.chosen(verdicts, fitting.fit(verdicts))
        assert len({verdict.id for _, verdict in found}) == len(found) == 210
        assert [value for value, _ in found] == sorted((value for value, _ in found), reverse=True)
        assert found[0][1].accepted

    def test_the_bar_lets_through_what_readers_accept(self, fitting):
        ranks = [(0.9, True), (0.8, True), (0.7, False), (0.6, True), (0.5, False)]
        verdicts = [(value, fitting.Verdict(str(value), "free", "x", {}, good)) for value, good in ranks]
        assert fitting.lowest(verdicts, 0.75) == 0.6
        assert fitting.lowest(verdicts, 1.0) == 0.8

    def test_a_run_writes_what_the_command_reads(self, fitting, verdicts, tmp_path):
        lines = []
        made = fitting.main(_written(tmp_path / "verdicts.jsonl", verdicts), tmp_path / "r.json", 0.9, lines.append)
        assert json.loads((tmp_path / "r.json").read_text()) == made
        assert any("420 verdicts on 210 passages" in line for line in lines)
        assert made["with_model"]["weights"].keys() == {"always", "likelihood", "free"}
        assert made["without_model"]["weights"].keys() == {"always", "free"}

    def test_a_broken_line_is_named(self, fitting, tmp_path):
        from srlint.errors import ConfigError

        (tmp_path / "v.jsonl").write_text('{"id": "a"}\n')
        with pytest.raises(ConfigError, match=r"v\.jsonl:1: "):
            fitting.read(tmp_path / "v.jsonl")


def _written(path, verdicts):
    rows = [{name: getattr(one, name) for name in one.__slots__} for one in verdicts]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path
