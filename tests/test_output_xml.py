"""JUnit and Checkstyle XML, read back by a real parser."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from hostile import PAIRS, directive, document, over_lines, rendered, report
from srlint.output.advice import sentence
from srlint.output.xml import legal


def root_of(name: str, *reports, failed: int = 0) -> ElementTree.Element:
    text = rendered(name, *reports, failed=failed)
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n')
    assert text.isascii() and text.replace("\n", "").isprintable()
    return ElementTree.fromstring(text)


def only(element: ElementTree.Element, tag: str, required: set[str], optional: set[str] = frozenset()) -> None:
    assert element.tag == tag
    assert required <= set(element.attrib) <= required | optional


def test_checkstyle():
    assert rendered("checkstyle", report("plain"), report("empty", "b.md"), over_lines(), directive()) == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<checkstyle version="4.3">\n'
        '  <file name="docs/a.md">\n'
        '    <error line="2" column="1" severity="warning" message="about chairman; safe rewrite: The chair opens."'
        ' source="srlint.gender" />\n'
        '    <error line="3" column="1" severity="warning"'
        ' message="about mob; unsafe rewrite: A radical crowd came." source="srlint.framing" />\n'
        '    <error line="4" column="1" severity="warning"'
        ' message="about idiots; no rewrite: put it in your own words (idiots)" source="srlint.toxicity" />\n'
        "  </file>\n"
        '  <file name="docs/b.md">\n'
        '    <error line="2" column="1" severity="error"'
        ' message="two lines of message; unsafe rewrite: One chair, and two &#127881; three."'
        ' source="srlint.gender" />\n'
        "  </file>\n"
        '  <file name="docs/c.md">\n'
        '    <error line="1" column="1" severity="warning" message="nothing to ignore here"'
        ' source="srlint.suppression" />\n'
        "  </file>\n"
        "</checkstyle>\n"
    )


def test_junit():
    assert rendered("junit", report("empty", "b.md"), over_lines()) == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<testsuites name="srlint" tests="2" failures="1" errors="0">\n'
        '  <testsuite name="b.md" tests="1" failures="0" errors="0">\n'
        '    <testcase name="nothing to report" classname="b.md" file="b.md" />\n'
        "  </testsuite>\n"
        '  <testsuite name="docs/b.md" tests="1" failures="1" errors="0">\n'
        '    <testcase name="2:1 gender, age" classname="docs/b.md" file="docs/b.md" line="2">\n'
        '      <failure message="two lines of message; unsafe rewrite: One chair, and two &#127881; three."'
        ' type="error">line 2, column 1: two lines of message; unsafe rewrite: One chair, and two &#127881; three.'
        "</failure>\n"
        "    </testcase>\n"
        "  </testsuite>\n"
        "</testsuites>\n"
    )


@pytest.mark.parametrize(("case", "name"), PAIRS, ids=ascii)
def test_checkstyle_holds_each_finding_exactly_once(case, name):
    one = report(case, name)
    root = root_of("checkstyle", one)
    only(root, "checkstyle", {"version"})
    for file in root:
        only(file, "file", {"name"})
        assert file.attrib["name"] == legal(name)
    errors = [error for file in root for error in file]
    for finding, error in zip(one.review.findings, errors, strict=True):
        only(error, "error", {"line", "column", "severity", "message", "source"})
        position = document(case).position(finding.span.start)
        assert (int(error.attrib["line"]), int(error.attrib["column"])) == (position.line, position.column)
        assert error.attrib["severity"] in {"error", "warning", "info"}
        assert error.attrib["message"] == sentence(document(case), finding)


@pytest.mark.parametrize(("case", "name"), PAIRS, ids=ascii)
def test_junit_holds_each_finding_exactly_once(case, name):
    one = report(case, name)
    root = root_of("junit", one)
    only(root, "testsuites", {"name", "tests", "failures", "errors"})
    (suite,) = root
    only(suite, "testsuite", {"name", "tests", "failures", "errors"})
    assert suite.attrib["name"] == legal(name)
    findings = one.review.findings
    assert (int(suite.attrib["tests"]), int(suite.attrib["failures"])) == (len(findings) or 1, len(findings))
    assert len({case.attrib["name"] for case in suite}) == len(suite)
    failures = suite.findall("testcase/failure")
    for finding, failure in zip(findings, failures, strict=True):
        only(failure, "failure", {"message", "type"})
        assert failure.attrib["message"] == sentence(document(case), finding)


def test_what_could_not_be_checked_is_said():
    suite = root_of("junit", report("plain"), failed=2)[1]
    assert suite.attrib == {"name": "srlint", "tests": "1", "failures": "0", "errors": "1"}
    assert suite[0][0].attrib["message"] == "2 paths could not be checked."
    assert root_of("checkstyle", failed=1)[0].text == "1 path could not be checked."
    assert len(root_of("junit")) == len(root_of("checkstyle")) == 0


def test_legal():
    assert legal("a\x00\x1b\ud800\udcff\ufffe\uffff") == "a\\x00\\x1b\\ud800\\udcff\\ufffe\\uffff"
    assert legal("\t\n\r é\ud7ff\ue000\ufffd🎉\U0010ffff") == "\t\n\r é\ud7ff\ue000\ufffd🎉\U0010ffff"
