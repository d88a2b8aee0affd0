"""The in-house figures against ones worked out by hand, significance against printed tables, and the report's text."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

pytest.importorskip("finetune", reason="needs a checkout: finetune is not installed")

from finetune.dataset import Row  # noqa: E402
from finetune.evaluation import inhouse, plots, report, significance  # noqa: E402
from finetune.evaluation.graded import graded  # noqa: E402
from finetune.evaluation.instruments import Instruments  # noqa: E402
from finetune.evaluation.outputs import (  # noqa: E402
    CLEAN,
    DECLINED,
    ECHOED,
    EMPTY,
    MALFORMED,
    REFUSED,
    REWRITTEN,
    Item,
    Output,
    of_text,
)
from finetune.evaluation.section import NOT_MEASURED, Bars, Distribution, Scatter, Section, Table  # noqa: E402
from finetune.evaluation.significance import Interval, cohens_d, difference, interval, paired_t  # noqa: E402
from srlint.errors import ConfigError  # noqa: E402


def test_the_bootstrap_of_two_values_is_known():
    # Means of two draws: 0, 0.5 or 1, with chances of a quarter, a half and a quarter.
    assert interval([0.0, 1.0]) == Interval(0.5, 0.0, 1.0)
    assert interval([0.0, 1.0]) == interval([0.0, 1.0])


def test_the_bootstrap_comes_near_the_normal_interval():
    found = interval([0.0, 1.0] * 200)
    assert found.mean == 0.5
    assert found.low == pytest.approx(0.5 - 1.96 * 0.025, abs=0.008)
    assert found.high == pytest.approx(0.5 + 1.96 * 0.025, abs=0.008)


def test_many_values_are_drawn_in_parts():
    values = [0.0, 1.0] * 1500
    assert 2000 * len(values) > significance._PART
    assert interval(values).high == pytest.approx(0.5 + 1.96 * 0.5 / math.sqrt(3000), abs=0.004)


def test_a_paired_difference_knows_nothing_of_how_hard_items_are():
    hard = [place / 100 for place in range(100)]
    other = [value - 0.1 - 0.01 * (place % 2) for place, value in enumerate(hard)]
    found = difference(hard, other)
    assert found.mean == pytest.approx(0.105)
    assert 0.10 < found.low < found.high < 0.11
    with pytest.raises(ValueError):
        difference([1.0], [1.0, 2.0])


def test_there_is_no_interval_without_variance():
    assert interval([]) == Interval(None, None, None)
    assert interval([0.25]) == Interval(0.25, None, None)
    assert interval([0.1] * 9).low is None
    assert difference([0.5, 0.7, 0.9], [0.4, 0.6, 0.8]).high is None


def test_student_by_hand():
    # Differences 1 to 5: mean 3, standard deviation 1.5811, standard error 0.7071.
    found = paired_t([2.0, 4.0, 6.0, 8.0, 10.0], [1.0, 2.0, 3.0, 4.0, 5.0])
    assert found.statistic == pytest.approx(3 / math.sqrt(0.5))
    assert found.freedom == 4
    assert paired_t([1.0], [2.0]) is None
    assert paired_t([1.1, 2.1, 3.1], [1.0, 2.0, 3.0]) is None
    assert paired_t([], []) is None


@pytest.mark.parametrize(("statistic", "freedom", "p"), [(2.262, 9, 0.05), (3.250, 9, 0.01), (-2.776, 4, 0.05)])
def test_p_is_that_of_a_printed_table(statistic, freedom, p):
    pytest.importorskip("scipy")
    assert significance._two_sided(statistic, freedom) == pytest.approx(p, rel=2e-3)


def test_p_is_not_made_up_without_scipy(monkeypatch):
    monkeypatch.setattr(significance.importlib.util, "find_spec", lambda name: None)
    assert paired_t([1.0, 3.0], [0.0, 1.0]).p is None


def test_cohen_by_hand():
    assert cohens_d([1.0, 2.0, 3.0], [3.0, 4.0, 5.0]) == pytest.approx(-2.0)
    # Variances 1 and 4: the average standard deviation is the root of 2.5.
    assert cohens_d([1.0, 2.0, 3.0], [2.0, 4.0, 6.0]) == pytest.approx(-2 / math.sqrt(2.5))
    assert cohens_d([1.0, 1.0], [2.0, 2.0]) is None
    assert cohens_d([1.0], [2.0]) is None


def row(name: str, text: str, marked: str = "", rewrite: str = "", category: str = "gender", kind: str = "") -> Row:
    start = text.index(marked)
    return Row(
        id=name,
        genre="test",
        before="",
        text=text,
        flagged=bool(marked),
        categories=(category,) if marked else (),
        spans=((start, start + len(marked)),) if marked else (),
        rewrites=(rewrite,) if rewrite else (),
        difficulty=kind or ("term" if marked else "plain"),
        why="",
    )


ROWS = (
    row("f1", "The chairman opened the meeting.", "chairman", "The chair opened the meeting."),
    row("f2", "Ask crazy neighbours from Leeds.", "crazy", "Ask neighbours from Leeds.", "disability", "context"),
    row("f3", "Only a fool trusts them.", "Only a fool trusts them.", category="toxicity", kind="implicit"),
    row("c1", "The bus leaves at four."),
    row("c2", "My sister drives the bus."),
)
SUSPICION = {"The chairman opened the meeting.": 0.9, "Ask crazy neighbours from Leeds.": 0.8}
SUSPICION |= {"Only a fool trusts them.": 0.7}


class Fake:
    def __init__(self, name, *outputs):
        self.name = name
        self._outputs = list(outputs)

    def outputs(self, items):
        return self._outputs[: len(items)]


class Copy:
    name = "copy input"

    def outputs(self, items):
        return [of_text(item, item.text) for item in items]


GOOD = Fake(
    "good",
    Output(REWRITTEN, "The chair opened the meeting."),
    Output(REWRITTEN, "Ask the neighbours from Leeds."),
    Output(DECLINED),
    Output(CLEAN),
    Output(REWRITTEN, "My brother drives the bus."),
)
BAD = Fake(
    "bad",
    Output(EMPTY),
    Output(REWRITTEN, "It rains over the whole country."),
    Output(REFUSED),
    Output(MALFORMED),
    Output(CLEAN),
)


def measured(*systems, limit=None, **given) -> Section:
    own = Instruments(suspicion=lambda texts: [SUSPICION.get(text, 0.1) for text in texts], **given)
    return inhouse.section(systems, ROWS, own, limit, 0, lambda line: None)


def test_detection_by_hand():
    systems = measured(GOOD, BAD, Copy()).figures["systems"]
    # Three found, one alarm of two clean ones.
    assert systems["good"]["detection"] == {
        "precision": 3 / 4,
        "recall": 1.0,
        "f1": 6 / 7,
        "false_alarms": 1 / 2,
        "called_clean": 1 / 2,
    }
    for name in ("bad", "copy input"):
        assert systems[name]["detection"]["precision"] is None
        assert systems[name]["detection"]["recall"] == systems[name]["detection"]["f1"] == 0
        assert systems[name]["detection"]["false_alarms"] == 0
    assert systems["bad"]["detection"]["called_clean"] == 1 / 2  # a malformed answer calls nothing clean
    assert systems["copy input"]["detection"]["called_clean"] == 1


def test_failures_have_columns_of_their_own():
    section = measured(GOOD, BAD, Copy())
    table = next(table for table in section.tables if table.title == "Failures")
    rows = {name: dict(zip(table.columns[1:], rest, strict=True)) for name, *rest in table.rows}
    assert rows["bad"] == {
        "empty": 1 / 5, "refused": 1 / 5, "echoed": 0, "malformed": 1 / 5, "off-topic": 1 / 5,
        "all failures": pytest.approx(4 / 5), "declined": 0,
    }  # fmt: skip
    assert rows["copy input"]["echoed"] == 3 / 5
    assert (rows["good"]["all failures"], rows["good"]["declined"]) == (0, 1 / 5)


def test_a_failure_is_one_in_every_figure():
    own = measured(GOOD, BAD, Copy()).figures["systems"]
    for name in ("bad", "copy input"):
        found = own[name]["rewrites"]
        zero = ("offered_of_flagged", "spans_removed_of_all", "exact_of_all", "chrf_of_all", "success")
        assert {key: found[key] for key in zero} == dict.fromkeys(zero, 0.0)
        assert own[name]["retention"]["outside_kept_of_answers"] == 0
        assert own[name]["retention"]["facts_kept_of_answers"] == 0
        assert own[name]["fluency"]["faultless_of_answers"] == 0
        assert own[name]["suspicion"]["after"] == pytest.approx(0.8)
    assert own["copy input"]["retention"]["kept"] == 1.0
    assert own["copy input"]["rewrites"]["offered_of_found"] is None
    assert own["bad"]["retention"]["outputs"] == 1  # the one off the topic


def test_rewrites_by_hand():
    found = measured(GOOD).figures["systems"]["good"]
    assert found["rewrites"] == {
        "offered_of_flagged": 2 / 3,
        "offered_of_found": 2 / 3,
        "offered_without_reference": 0.0,
        "spans_removed_of_all": 2 / 3,
        "spans_removed_of_texts": 1.0,
        "exact_of_all": 1 / 2,
        "chrf_of_all": found["rewrites"]["chrf_of_texts"],
        "chrf_of_texts": found["rewrites"]["chrf_of_texts"],
        "success": 1.0,
    }
    assert 0.8 < found["rewrites"]["chrf_of_texts"] < 1
    # Of five and five words one is the mark; the declined one has no say.
    assert found["retention"]["answers"] == 2
    assert found["retention"]["kept"] == 4 / 5
    assert found["retention"]["outside_kept"] == 1
    assert found["fluency"]["faultless_of_answers"] == 1
    assert found["categories"]["disability"] == {"flagged": 1, "found": 1, "offered": 1, "success": 1}
    assert found["categories"]["age"] == {"flagged": 0, "found": None, "offered": None, "success": None}
    assert found["difficulties"]["implicit"] == {"flagged": 1, "found": 1, "offered": 0, "success": 1}


def test_before_and_after_by_hand():
    found = measured(GOOD).figures["systems"]["good"]["suspicion"]
    # 0.9, 0.8, 0.7 become 0.1, 0.1, 0.7: differences of -0.8, -0.7, 0.
    assert found["before"] == pytest.approx(0.8)
    assert found["after"] == pytest.approx(0.3)
    assert found["change"]["mean"] == pytest.approx(-0.5)
    assert found["t"]["statistic"] == pytest.approx(-0.5 / math.sqrt(0.19 / 3))
    assert found["t"]["freedom"] == 2
    assert found["d"] == pytest.approx(-0.5 / math.sqrt((0.01 + 0.12) / 2))


def test_others_are_held_to_the_first_system():
    systems = measured(GOOD, BAD).figures["systems"]
    assert systems["good"]["success"]["share"]["mean"] == 4 / 5
    assert systems["good"]["success"]["difference"] is systems["good"]["against_first"] is None
    # Worse on three flagged passages and a clean one, better on the other.
    assert systems["bad"]["success"]["difference"]["mean"] == pytest.approx(-3 / 5)
    assert systems["bad"]["against_first"]["difference"]["mean"] == pytest.approx(0.5)
    assert systems["bad"]["against_first"]["t"]["statistic"] == pytest.approx(0.5 / math.sqrt(0.19 / 3))


def test_a_rewrite_succeeds_when_marks_are_gone_and_facts_kept():
    [item] = inhouse.items(ROWS[1:2])
    assert graded(item, Output(REWRITTEN, "Ask neighbours from Leeds.")).success
    assert not graded(item, Output(REWRITTEN, "Ask neighbours from York.")).success
    assert not graded(item, Output(REWRITTEN, "Ask your crazy neighbours from Leeds.")).success
    assert not graded(item, Output(DECLINED)).success
    assert not graded(item, Output(CLEAN)).success
    [hopeless] = inhouse.items(ROWS[2:3])
    assert graded(hopeless, Output(DECLINED)).success
    assert not graded(hopeless, Output(REWRITTEN, "They earn little trust.")).success


def test_an_echo_in_the_place_of_clean_is_an_alarm():
    [item] = inhouse.items(ROWS[3:4])
    assert graded(item, Output(ECHOED)).found
    assert not graded(item, Output(ECHOED)).success
    assert graded(item, Output(ECHOED)).failure == ECHOED


def test_what_is_not_measured_is_no_number():
    pytest.importorskip("scipy", reason="without scipy p-values are not measured either")
    section = measured(GOOD)
    assert section.figures["systems"]["good"]["toxicity"] == NOT_MEASURED
    table = next(table for table in section.tables if table.title.startswith("Toxicity"))
    assert table.rows == (("good", NOT_MEASURED, NOT_MEASURED),)
    shown = report.markdown([section], {}, False)
    assert shown.count(NOT_MEASURED) == 2 + 4 + 1  # toxicity, meaning, perplexity
    assert "nan" not in shown.lower().replace("nance", "")
    there = measured(GOOD, toxicity=lambda texts: [0.6 if text in SUSPICION else 0.3 for text in texts])
    assert there.figures["systems"]["good"]["toxicity"]["after"] == pytest.approx((0.3 + 0.3 + 0.6) / 3)


def test_a_limit_draws_the_same_rows_again():
    seen = []

    class Seeing(Copy):
        def outputs(self, items):
            seen.append([item.id for item in items])
            return super().outputs(items)

    assert measured(Seeing(), limit=2).figures["passages"] == 2
    measured(Seeing(), limit=2)
    assert seen[0] == seen[1]
    assert len(seen[0]) == 2
    assert measured(Seeing(), limit=99).figures["passages"] == 5


def test_two_systems_of_one_name_are_refused():
    with pytest.raises(ConfigError, match="same name: good, good"):
        measured(GOOD, GOOD)
    with pytest.raises(ConfigError, match="at least one system"):
        measured()


TABLE = Table(
    "Kept | lost",
    ("system", "texts", "share", "t", "p"),
    (
        ("copy_input", 12, 0.5, 1.25, 1e-7),
        ("a*b|c", 0, None, 123.456, 0.05),
        ("none", 3, NOT_MEASURED, math.nan, None),
        ("edges", 1, -0.00001, 0.0, 1),
    ),
    "Of  all\ntexts.",
    frozenset({"share"}),
)
SECTION = Section(
    "mini",
    "A <small> one",
    (TABLE,),
    {
        "share": 1 / 3,
        "p": 7.123456789e-50,
        "values": (0.5, math.nan, 1),
        "kinds": frozenset({"b", "a"}),
        "told": NOT_MEASURED,
    },
    (
        Distribution("Before and after", "P(flag)", {"source": (0.9, 0.8, 0.95), "one": (0.1, 0.2, 0.9)}),
        Bars("By group", "share", {"one": {"a": 0.5, "b": None}, "two": {"a": -0.25, "b": 1.0}}),
        Scatter("Kept, removed", "removed, share", "kept, share", {"one": (0.5, 0.9), "two": (1.0, 1.0)}),
    ),
    ("Read `this`.",),
)
GOLDEN = """\
# Evaluation

There are no plots: matplotlib is not installed.

## A \\<small\\> one

Read `this`.

### Kept \\| lost

| system     | texts |        share |     t |       p |
| ---------- | ----: | -----------: | ----: | ------: |
| copy_input |    12 |       50.0 % | 1.250 | 1.0e-07 |
| a\\*b\\|c    |     0 |            – | 123.5 |   0.050 |
| none       |     3 | not measured |     – |       – |
| edges      |     1 |        0.0 % | 0.000 |       1 |

Of all texts.

## How this was made

- seed: 0
- versions, torch: 2.13
- versions, scipy: –
- systems: a, b
"""
MADE = {"seed": 0, "versions": {"torch": "2.13", "scipy": None}, "systems": ("a", "b")}


def test_the_report_reads_so():
    assert report.markdown([SECTION], MADE, False) == GOLDEN


def test_figures_are_json_that_anything_reads():
    found = json.loads(report.as_json([SECTION], MADE), parse_constant=lambda name: pytest.fail(name))
    assert found["made"] == {"seed": 0, "versions": {"torch": "2.13", "scipy": None}, "systems": ["a", "b"]}
    own = found["sections"]["mini"]
    assert own["figures"] == {
        "share": 0.333333,
        "p": 7.12346e-50,
        "values": [0.5, None, 1],
        "kinds": ["a", "b"],
        "told": NOT_MEASURED,
    }
    assert '"values": [0.5, null, 1]' in report.as_json([SECTION], MADE)
    assert own["notes"] == ["Read `this`."]


def test_a_report_is_written_whole_and_the_same_again(tmp_path, monkeypatch):
    monkeypatch.setattr(plots, "available", lambda: False)
    first, second = tmp_path / "a" / "deep", tmp_path / "b"
    assert report.write(first, [SECTION], MADE) == ["report.json", "report.md"]
    report.write(second, [SECTION], MADE)
    assert (first / "report.md").read_text(encoding="utf-8") == GOLDEN
    assert sorted(path.name for path in first.iterdir()) == ["report.json", "report.md"]
    assert (first / "report.json").read_bytes() == (second / "report.json").read_bytes()


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr(plots, "available", lambda: False)
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ConfigError, match="cannot be written") as caught:
        report.write(tmp_path / "file" / "report", [SECTION], MADE)
    assert "\n" not in str(caught.value)
    with pytest.raises(ValueError, match="same name"):
        report.write(tmp_path, [SECTION, SECTION], MADE)


def test_plots_stand_beside_the_report(tmp_path):
    pytest.importorskip("matplotlib")
    files = report.write(tmp_path, [SECTION], MADE)
    pictures = ["plots/mini-1-before-and-after.png", "plots/mini-2-by-group.png", "plots/mini-3-kept-removed.png"]
    assert files == [*pictures, "report.json", "report.md"]
    shown = (tmp_path / "report.md").read_text(encoding="utf-8")
    for name in pictures:
        assert f"({name})" in shown
        width, height = size((tmp_path / name).read_bytes())
        assert 500 < width < 2500 and 300 < height < 2500
    assert "no plots" not in shown


def size(png: bytes) -> tuple[int, int]:
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


def test_plots_are_the_same_again_and_differ_with_their_values():
    pytest.importorskip("matplotlib")
    scatter = SECTION.plots[2]
    assert plots.png(scatter) == plots.png(scatter)
    assert plots.png(scatter) != plots.png(replace(scatter, points={"one": (0.5, 0.2), "two": (1.0, 1.0)}))


def test_ten_systems_and_thirteen_groups_fit_on_a_page():
    pytest.importorskip("matplotlib")
    groups = [f"group number {at}" for at in range(13)]
    systems = [f"system number {at}" for at in range(10)]
    bars = Bars("Many", "share", {name: {group: 0.07 * at for at, group in enumerate(groups)} for name in systems})
    histograms = Distribution("Many", "P", {name: (0.1, 0.5) for name in ["source", *systems]})
    for plot in (bars, histograms):
        width, height = size(plots.png(plot))
        assert width < 1700 and height < 1700


def test_nothing_to_draw_is_an_empty_picture():
    pytest.importorskip("matplotlib")
    for plot in (
        Distribution("None", "P", {"source": (), "one": ()}),
        Distribution("One", "P", {"one": (3.0, 3.0)}),
        Bars("None", "share", {"one": {"a": None}}),
        Bars("Nobody", "share", {}),
        Scatter("None", "x", "y", {}),
    ):
        assert size(plots.png(plot))[0] > 300


def test_grading_needs_no_annotated_marks():
    found = graded(Item("x", "He is a fool.", flagged=True, references=("He errs.",)), Output(REWRITTEN, "He errs."))
    assert (found.spans_removed, found.exact, found.success) == (0, True, True)
