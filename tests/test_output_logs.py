"""No report, whatever its format, gives orders to the terminal or to the machine that reads the log."""

from __future__ import annotations

import re

import pytest

from hostile import NAMES, PAIRS, over_lines, rendered, report
from srlint.output import FORMATS
from srlint.output.escape import printable, shown_name
from srlint.report import View

ORDERS = re.compile(r"##\w*\[")


@pytest.mark.parametrize("color", [False, True])
@pytest.mark.parametrize("name", [*FORMATS])
def test_nothing_is_an_order(name, color):
    for case, file in PAIRS:
        text = rendered(name, report(case, file), view=View(color=color))
        if name == "github":
            # The commands that it is made of; once one is read, the runner looks for no other in the line.
            text = re.sub(r"^::warning file=.*?,title=srlint%3A [a-z%2C ]+::", "", text, flags=re.MULTILINE)
        assert not ORDERS.search(text), (case, file)
        for line in re.split(r"[\r\n]", text):
            assert not line.lstrip().startswith("::"), (case, file)
        styles = re.compile(r"\x1b\[[\d;]*m") if color else re.compile(r"(?!)")
        left = styles.sub("", text).replace("\n", "").replace("\u200d", "")
        assert left.isprintable(), (case, file)


@pytest.mark.parametrize("name", [*FORMATS])
def test_each_report_can_be_written_as_utf8(name):
    for file in NAMES:
        rendered(name, report("plain", file), over_lines()).encode("utf-8")


def test_the_passage_is_still_shown():
    text = rendered("full", report("workflow commands", "::x.md"))
    assert "./::x.md:1:1  gender" in text
    assert "  \\x3a:error file=x::[-chairman-]{+chair+}\n" in text
    assert "\\x23#[error]idiots" in text


def test_names():
    assert shown_name("docs/a.md") == "docs/a.md"
    assert shown_name("::error::.md") == "./::error::.md"
    assert shown_name(" ::error::.md") == "./ ::error::.md"
    assert printable("## [a] ###[b] ##vso[c] #[d]") == "## [a] #\\x23#[b] \\x23#vso[c] #[d]"
