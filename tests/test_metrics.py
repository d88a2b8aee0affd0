"""Figures against values worked out by hand."""

from __future__ import annotations

import pytest

pytest.importorskip("finetune", reason="needs a checkout: finetune is not installed")

from finetune.metrics import at, auc, best_threshold, calibration_error  # noqa: E402

# Four flagged passages and four clean ones.
PROBABILITIES = [0.9, 0.8, 0.6, 0.3, 0.7, 0.4, 0.2, 0.1]
FLAGGED = [True, True, True, True, False, False, False, False]


def test_rates_at_a_threshold():
    found = at(0.5, PROBABILITIES, FLAGGED)
    assert (found.threshold, found.flagged, found.clean) == (0.5, 4, 4)
    assert found.precision == 3 / 4  # 0.9 0.8 0.6 rightly, 0.7 wrongly
    assert found.recall == 3 / 4
    assert found.f1 == 3 / 4
    assert found.false_alarms == 1 / 4


def test_a_probability_at_the_threshold_counts():
    assert at(0.6, PROBABILITIES, FLAGGED).recall == 3 / 4
    assert at(0.601, PROBABILITIES, FLAGGED).recall == 2 / 4


def test_nothing_found_is_no_precision_and_no_recall():
    found = at(0.95, PROBABILITIES, FLAGGED)
    assert (found.precision, found.recall, found.f1, found.false_alarms) == (0, 0, 0, 0)


def test_precision_and_recall_are_not_mixed_up():
    found = at(0.5, [0.9, 0.1, 0.9, 0.9, 0.9, 0.2], [True, True, False, False, False, False])
    assert found.precision == 1 / 4
    assert found.recall == 1 / 2
    assert found.f1 == pytest.approx(1 / 3)
    assert found.false_alarms == 3 / 4


def test_figures_are_rounded_for_records():
    found = at(0.5, [0.9, 0.9, 0.1, 0.1], [True, False, True, True]).rounded()
    assert found["recall"] == 0.3333
    assert found["f1"] == 0.4
    assert found["clean"] == 1


def test_the_best_threshold_keeps_false_alarms_within_bounds():
    free = best_threshold(PROBABILITIES, FLAGGED, 1.0)
    assert free.f1 == pytest.approx(8 / 10)  # all four flagged and two clean ones, from 0.3 to 0.2
    assert 0.2 < free.threshold <= 0.3
    strict = best_threshold(PROBABILITIES, FLAGGED, 0.0)
    assert strict.false_alarms == 0
    assert 0.7 < strict.threshold <= 0.8
    assert strict.recall == 2 / 4
    quarter = best_threshold(PROBABILITIES, FLAGGED, 0.25)
    assert 0.4 < quarter.threshold <= 0.6
    assert quarter.recall == 3 / 4


def test_the_area_under_the_curve_is_the_share_of_pairs_in_order():
    # Of 16 pairs three are the wrong way round: 0.7 before 0.6 and 0.3, 0.4 before 0.3.
    assert auc(PROBABILITIES, FLAGGED) == 13 / 16
    assert auc([0.9, 0.1], [True, False]) == 1
    assert auc([0.1, 0.9], [True, False]) == 0


def test_ties_count_half():
    assert auc([0.5, 0.5], [True, False]) == 0.5
    assert auc([0.5, 0.5, 0.5, 0.2], [True, False, False, True]) == (0.5 + 0.5) / 4
    assert auc([0.7, 0.5, 0.5], [True, True, False]) == 1.5 / 2


def test_the_calibration_error_is_the_gap_between_confidence_and_outcome():
    # Two bins: confidence 0.85 against 1/2 right, and 0.15 against 0.
    assert calibration_error([0.8, 0.9, 0.1, 0.2], [True, False, False, False], bins=2) == pytest.approx(
        0.5 * 0.35 + 0.5 * 0.15
    )
    assert calibration_error([1.0, 0.0], [True, False]) == 0
    assert calibration_error([1.0, 1.0], [True, False]) == 0.5


@pytest.mark.parametrize(
    "figure",
    [
        lambda: auc([], []),
        lambda: auc([0.5], [True]),
        lambda: at(0.5, [0.5], [False]),
        lambda: at(0.5, [], []),
        lambda: calibration_error([], []),
        lambda: at(0.5, [0.5, 0.6, 0.7], [True, False]),
        lambda: auc([0.5, 0.6, 0.7], [True, False]),
        lambda: best_threshold([1.0, 1.0], [True, False], 0.0),
    ],
)
def test_there_is_no_figure_from_nothing(figure):
    with pytest.raises(ValueError):
        figure()
