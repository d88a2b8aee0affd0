"""The formats made of JSON, other than SARIF: json, jsonl, gitlab, rdjson."""

from __future__ import annotations

import io
import json

import jsonschema
import pytest

from fakes import FakeLinter
from hostile import PAIRS, TEXTS, directive, document, over_lines, rendered, report
from srlint.config import Settings
from srlint.document import Document
from srlint.output import FORMATS
from srlint.report import FileReport, Totals, View

POSITION = {
    "type": "object",
    "required": ["line", "column"],
    "properties": {"line": {"type": "integer", "minimum": 1}, "column": {"type": "integer", "minimum": 1}},
    "additionalProperties": False,
}
RANGE = {
    "type": "object",
    "required": ["start", "end"],
    "properties": {"start": POSITION, "end": POSITION},
    "additionalProperties": False,
}
# reviewdog's proto/rdf/reviewdog.proto, the part that srlint writes.
RDJSON = {
    "type": "object",
    "required": ["source", "diagnostics"],
    "additionalProperties": False,
    "properties": {
        "source": {"const": {"name": "srlint"}},
        "severity": {"enum": ["ERROR", "WARNING", "INFO"]},
        "diagnostics": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["message", "location", "severity", "code", "originalOutput"],
                "additionalProperties": False,
                "properties": {
                    "message": {"type": "string", "minLength": 1},
                    "location": {
                        "type": "object",
                        "required": ["path", "range"],
                        "properties": {"path": {"type": "string"}, "range": RANGE},
                        "additionalProperties": False,
                    },
                    "severity": {"enum": ["ERROR", "WARNING", "INFO"]},
                    "code": {
                        "type": "object",
                        "required": ["value"],
                        "additionalProperties": False,
                        "properties": {"value": {"type": "string"}},
                    },
                    "originalOutput": {"type": "string"},
                    "suggestions": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["range", "text"],
                            "properties": {"range": RANGE, "text": {"type": "string"}},
                            "additionalProperties": False,
                        },
                    },
                },
            },
        },
    },
}
# https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
GITLAB = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "additionalProperties": False,
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "pattern": "^srlint\\.[a-z]+$"},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string"},
                    "lines": {"type": "object", "required": ["begin"], "properties": {"begin": {"type": "integer"}}},
                },
            },
        },
    },
}


def visible(text: str) -> bool:
    return text.replace("\n", "").isprintable()


@pytest.mark.parametrize(("case", "name"), PAIRS, ids=ascii)
def test_json_and_jsonl_say_the_same_exactly(case, name):
    one, text = report(case, name), document(case).text
    array, lines = rendered("json", one), rendered("jsonl", one)
    assert visible(array) and visible(lines)
    rows = json.loads(array)
    assert [json.loads(line) for line in lines.splitlines()] == rows
    assert len(rows) == len(one.review.findings)
    for row in rows:
        assert row["file"] == name
        assert row["severity"] == "warning"
        assert row["text"] == text[row["start"] : row["end"]]
        assert all(mark["text"] == text[mark["start"] : mark["end"]] for mark in row["marks"])


def test_jsonl_comes_as_it_is_found():
    stream = io.StringIO()
    output = FORMATS["jsonl"](stream, View())
    output.file(report("plain"))
    assert stream.getvalue().count("\n") == 3
    assert json.loads(stream.getvalue().splitlines()[2])["rewrite"] is None


@pytest.mark.parametrize("name", ["json", "jsonl", "sarif", "gitlab", "rdjson"])
def test_json_survives_any_encoding_of_the_stream(name):
    for encoding in ("ascii", "cp1252", "utf-8", "UTF8"):
        raw = io.BytesIO()
        stream = io.TextIOWrapper(raw, encoding=encoding, errors="backslashreplace", newline="\n")
        output = FORMATS[name](stream, View())
        output.file(report("emoji", "ü.md"))
        output.end(Totals())
        stream.flush()
        text = raw.getvalue().decode("utf-8")
        rows = [json.loads(line) for line in text.splitlines()] if name == "jsonl" else json.loads(text)
        assert "\\xfc" not in json.dumps(rows, ensure_ascii=False)
        if name in ("json", "jsonl"):
            assert (rows[0]["file"], rows[0]["text"]) == ("ü.md", TEXTS["emoji"].rstrip("\n"))
        assert text.isascii() == (encoding in ("ascii", "cp1252"))


@pytest.mark.parametrize(("case", "name"), PAIRS, ids=ascii)
def test_gitlab_is_valid_and_each_fingerprint_its_own(case, name):
    text = rendered("gitlab", report(case, name), report(case, "other.md"), over_lines(), directive())
    assert visible(text) and text.startswith("[")
    issues = json.loads(text)
    jsonschema.validate(issues, GITLAB)
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)
    for finding, issue in zip(report(case, name).review.findings, issues, strict=False):
        assert issue["location"]["path"] == name
        assert issue["location"]["lines"]["begin"] == document(case).position(finding.span.start).line


def test_gitlab():
    issues = json.loads(rendered("gitlab", report("plain"), over_lines(), directive()))
    assert issues[0] == {
        "description": "about chairman; safe rewrite: The chair opens.",
        "check_name": "srlint.gender",
        "fingerprint": issues[0]["fingerprint"],
        "severity": "minor",
        "location": {"path": "docs/a.md", "lines": {"begin": 2, "end": 2}},
    }
    assert [issue["severity"] for issue in issues] == ["minor", "minor", "minor", "major", "minor"]
    assert issues[3]["location"]["lines"] == {"begin": 2, "end": 4}
    assert issues[4]["description"] == "nothing to ignore here"


def test_a_gitlab_fingerprint_does_not_hang_on_the_line():
    def fingerprints(text: str) -> list[str]:
        one = FileReport("a.md", FakeLinter(Settings()).check(Document(text, "markdown")))
        return [issue["fingerprint"] for issue in json.loads(rendered("gitlab", one))]

    assert fingerprints("a chairman\n") == fingerprints("Moved.\n\n\nA *chairman*\n")
    assert len(set(fingerprints("a chairman\na chairman\n"))) == 2


def suggested(data: bytes, suggestion: dict) -> bytes:
    """The file after the suggestion, cut as reviewdog cuts: lines of the file, bytes of the line."""
    lines = data.split(b"\n")
    start, end = suggestion["range"]["start"], suggestion["range"]["end"]
    first, last = lines[start["line"] - 1], lines[end["line"] - 1]
    assert start["column"] <= len(first) + 1 and end["column"] <= len(last) + 1
    new = first[: start["column"] - 1] + suggestion["text"].encode() + last[end["column"] - 1 :]
    return b"\n".join([*lines[: start["line"] - 1], new, *lines[end["line"] :]])


def check_suggestions(one: FileReport) -> None:
    text = rendered("rdjson", one)
    assert visible(text)
    result = json.loads(text)
    jsonschema.validate(result, RDJSON)
    source = one.review.document
    for finding, diagnostic in zip(one.review.findings, result["diagnostics"], strict=True):
        assert diagnostic["location"]["path"] == one.name
        if finding.rewrite is None:
            assert "suggestions" not in diagnostic
            continue
        (suggestion,) = diagnostic["suggestions"]
        assert suggestion["range"] == diagnostic["location"]["range"]
        if source.bom.startswith(b"\xef") or not source.bom:
            after = source.text[: finding.span.start] + finding.rewrite.text + source.text[finding.span.end :]
            assert suggested(source.to_bytes(), suggestion) == source.to_bytes(after)


@pytest.mark.parametrize(("case", "name"), PAIRS, ids=ascii)
def test_rdjson_is_valid_and_its_suggestions_fit_the_bytes(case, name):
    check_suggestions(report(case, name))


def test_an_rdjson_suggestion_over_lines():
    check_suggestions(over_lines())
    (diagnostic,) = json.loads(rendered("rdjson", over_lines()))["diagnostics"]
    assert diagnostic["location"]["range"]["end"] == {"line": 4, "column": 16}
    assert diagnostic["suggestions"][0]["text"] == "One chair,\r\n  and two\n🎉 three."
    assert diagnostic["severity"] == "ERROR"


def test_rdjson():
    result = json.loads(rendered("rdjson", report("plain")))
    assert result["severity"] == "WARNING"
    assert result["diagnostics"][2] == {
        "message": "about idiots; no rewrite: put it in your own words (idiots)",
        "location": {
            "path": "docs/a.md",
            "range": {"start": {"line": 4, "column": 1}, "end": {"line": 4, "column": 31}},
        },
        "severity": "WARNING",
        "code": {"value": "toxicity"},
        "originalOutput": "docs/a.md:4:1: toxicity 0.97 about idiots",
    }
    assert json.loads(rendered("rdjson", report("empty"))) == {"source": {"name": "srlint"}, "diagnostics": []}
