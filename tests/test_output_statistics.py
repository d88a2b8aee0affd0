"""The table of `--statistics`."""

from __future__ import annotations

import io

import pytest

from hostile import directive, over_lines, rendered, report
from srlint.output import TEXT_FORMATS
from srlint.output.statistics import Statistics
from srlint.report import Totals, View

TABLE = (
    "4  67%  toxicity  [*]  2 files  0 safe, 2 unsafe  insults, threats, hate, and dehumanising or obscene language"
    " aimed at people\n"
    "2  33%  framing   [*]  2 files  0 safe, 2 unsafe  sneering or loaded wording, or sweeping claims about a group,"
    " presented as fact\n"
    "2  33%  gender    [*]  2 files  2 safe, 0 unsafe  gendered words for people of mixed or unknown gender, sexist"
    " stereotypes, belittling of a gender\n"
)


def table(*reports, inner: str | None = None, view: View | None = None) -> str:
    stream = io.StringIO()
    output = Statistics(stream, view or View(unsafe=True), inner)
    totals = Totals()
    for one in reports:
        output.file(one)
        totals = totals.plus(one)
    output.end(totals)
    return stream.getvalue()


def test_on_its_own():
    found = "Found 6 passages in 2 files (4 rewrites: 2 safe, 2 unsafe; apply with --fix --unsafe-fixes).\n"
    assert table(report("plain"), report("plain", "b.md")) == TABLE + found


@pytest.mark.parametrize("name", TEXT_FORMATS)
def test_after_a_report_and_before_the_last_line(name):
    view = View()
    quiet = rendered(name, report("plain"), view=View(summary=False))
    whole = table(report("plain"), inner=name, view=view)
    assert whole.startswith(quiet)
    rest = whole.removeprefix(quiet).splitlines()
    assert [line.split()[2] for line in rest[:-1]] == ["toxicity", "framing", "gender"]
    assert rest[-1].startswith("Found 3 passages in 1 file")
    assert whole.count("Found 3") == 1


def test_without_unsafe_fixes_only_safe_ones_apply():
    lines = table(report("plain"), view=View()).splitlines()
    assert {line.split()[2]: "[*]" in line for line in lines[:-1]} == {
        "toxicity": False,
        "framing": False,
        "gender": True,
    }


def test_directives_are_counted_and_nothing_is_nothing():
    assert "100%  suppression" in table(directive())
    assert table(report("empty")) == "Nothing to report in 1 file.\n"
    assert table(report("empty"), view=View(summary=False)) == ""


def test_colour_says_the_same():
    colored = table(report("plain"), over_lines(), view=View(color=True))
    assert "\x1b[35m  toxicity" in colored
