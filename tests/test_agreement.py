"""Two readers' agreement, by hand."""

from __future__ import annotations

import pytest

pytest.importorskip("finetune", reason="needs a checkout: finetune is not installed")

from finetune import agreement  # noqa: E402
from finetune.agreement import Reading, kappa, read, report  # noqa: E402
from finetune.dataset import Row  # noqa: E402
from srlint.errors import ConfigError  # noqa: E402


def test_kappa_is_agreement_beyond_chance():
    # Cohen's own kind of example: 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no; observed 0.7, by chance 0.5.
    pairs = [(1, 1)] * 20 + [(1, 0)] * 5 + [(0, 1)] * 10 + [(0, 0)] * 15
    assert kappa(pairs) == pytest.approx(0.4)
    assert kappa([("a", "a")] * 3) == 1.0
    assert kappa([("a", "b"), ("b", "a")]) == -1.0
    with pytest.raises(ValueError, match="nothing"):
        kappa([])


def row(name: str, *categories: str) -> Row:
    return Row(name, "", "", "text", bool(categories), categories, (), (), "term", "")


def test_the_report_counts_verdicts_and_categories():
    rows = [row("a", "age", "class"), row("b", "gender"), row("c"), row("d"), row("unread")]
    readings = [Reading("a", True, "class"), Reading("b", True, "gender"), Reading("c", False, ""), Reading("x", 1, "")]
    lines = report(rows, [*readings, Reading("d", True, "age")])
    assert lines[0] == "4 passages: agreement 75.0%, kappa 0.500; category among the writer's 100.0%"
    assert "gender: kappa 1.000 (1 by the writers)" in lines


def test_a_reading_that_is_none_is_named(tmp_path):
    (tmp_path / "r.tsv").write_text("id\tlabel\tcategory\na\tflag\tage\nb\tmaybe\t\n")
    with pytest.raises(ConfigError, match=r"r\.tsv:3: 'maybe', '' is no label"):
        read(tmp_path / "r.tsv")


def test_the_second_reader_read_a_tenth_of_the_corpus_well_spread_and_agrees(own_passages):
    rows = [one for own in own_passages.values() for one in own]
    readings = read(agreement.READINGS)
    known = {one.id for one in rows}
    assert len({reading.id for reading in readings} & known) == len(readings)
    assert len(readings) > 0.07 * len(rows)
    first = report(rows, readings)[0]
    assert float(first.split("kappa ")[1].split(";")[0]) > 0.9
