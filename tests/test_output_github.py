"""Workflow commands, read back the way GitHub's runner reads them."""

from __future__ import annotations

import re

import pytest

from hostile import PAIRS, directive, document, over_lines, rendered, report
from srlint.report import View


def parsed(line: str) -> tuple[str, dict[str, str], str]:
    """Command, properties and message of a line, or a failed test."""
    found = re.fullmatch(r"::(\w+) (.*?)::(.*)", line)
    assert found, line
    pairs = (part.split("=", 1) for part in found[2].split(",") if part)
    return found[1], {key: unescaped(value, "%0D", "%0A", "%3A", "%2C") for key, value in pairs}, unescaped(found[3])


def unescaped(text: str, *codes: str) -> str:
    for code in (*(codes or ("%0D", "%0A")), "%25"):
        text = text.replace(code, bytes.fromhex(code[1:]).decode())
    return text


def commands(*reports) -> list[tuple[str, dict[str, str], str]]:
    return [parsed(line) for line in rendered("github", *reports, view=View(summary=False)).splitlines()]


def test_commands():
    assert rendered("github", report("plain"), over_lines(), directive()) == (
        "::warning file=docs/a.md,line=2,col=1,endLine=2,endColumn=20,title=srlint%3A gender"
        "::docs/a.md:2:1: gender: about chairman; safe rewrite: The chair opens.\n"
        "::warning file=docs/a.md,line=3,col=1,endLine=3,endColumn=20,title=srlint%3A framing%2C toxicity"
        "::docs/a.md:3:1: framing, toxicity: about mob; unsafe rewrite: A radical crowd came.\n"
        "::warning file=docs/a.md,line=4,col=1,endLine=4,endColumn=31,title=srlint%3A toxicity"
        "::docs/a.md:4:1: toxicity: about idiots; no rewrite: put it in your own words (idiots)\n"
        "::error file=docs/b.md,line=2,endLine=4,title=srlint%3A gender%2C age"
        "::docs/b.md:2:1: gender, age: two lines of message; unsafe rewrite: One chair, and two 🎉 three.\n"
        "::warning file=docs/c.md,line=1,col=1,endLine=1,endColumn=32,title=srlint%3A suppression"
        "::docs/c.md:1:1: suppression: nothing to ignore here\n"
        "Found 5 passages in 3 files (3 rewrites: 1 safe, 2 unsafe; apply with --fix / --unsafe-fixes).\n"
    )


@pytest.mark.parametrize(("case", "name"), PAIRS, ids=ascii)
def test_one_line_a_finding_and_nothing_gets_out_of_it(case, name):
    one = report(case, name)
    found = commands(one)
    assert len(found) == len(one.review.findings)
    for finding, (command, properties, message) in zip(one.review.findings, found, strict=True):
        position = document(case).position(finding.span.start)
        assert command == "warning"
        assert list(properties) == ["file", "line", "col", "endLine", "endColumn", "title"]
        assert (properties["line"], properties["col"]) == (str(position.line), str(position.column))
        if name.isprintable() or name == "a\nb\r\n::error::.md":
            assert properties["file"] == name
        assert message.isprintable() or "\u200d" in message


@pytest.mark.parametrize(("number", "noticed"), [(3, False), (4, True)])
def test_the_limit_is_said_when_it_is_passed(number, noticed):
    lines = rendered("github", *[report("plain")] * number).splitlines()
    assert lines[-1].startswith("Found")
    notice = "::notice title=srlint::GitHub shows 10 annotations of each level for a step; the log has all 12."
    assert (notice in lines) == noticed
    assert len([line for line in lines if line.startswith("::warning")]) == 3 * number


def test_nothing_found():
    assert rendered("github", report("empty")) == "Nothing to report in 1 file.\n"
    assert rendered("github", report("empty"), view=View(summary=False)) == ""
