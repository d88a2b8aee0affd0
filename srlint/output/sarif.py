"""SARIF 2.1.0, the OASIS standard that GitHub code scanning and many viewers read; rewrites are its fixes.

See https://docs.oasis-open.org/sarif/sarif/v2.1.0/. Lines and columns count from 1, offsets from 0; columns, offsets
and lengths are code points (`columnKind`), ends are exclusive, and a byte order mark counts for nothing.
"""

from __future__ import annotations

import re
from typing import Any, TextIO
from urllib.parse import quote

from srlint import __version__
from srlint.document import Document, Span
from srlint.findings import Finding, Rewrite
from srlint.output.advice import sentence
from srlint.output.escape import printable
from srlint.output.fingerprint import fingerprinted
from srlint.output.json import dumps
from srlint.output.levels import LEVELS
from srlint.output.rules import RULES, Rule
from srlint.report import FileReport, Totals, View, failures
from srlint.severity import DEFAULTS

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_ROOT = "SRCROOT"
_INDEX = {name: at for at, name in enumerate(RULES)}
_DRIVE = re.compile(r"[A-Za-z]:/")


class Sarif:
    """One run with one result a finding, printed when the run is over."""

    def __init__(self, stream: TextIO, view: View) -> None:
        self._stream = stream
        self._results: list[dict[str, Any]] = []

    def file(self, report: FileReport) -> None:
        self._results += [_result(report, finding, mark) for finding, mark in fingerprinted(report)]

    def end(self, totals: Totals) -> None:
        log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [_run(self._results, totals)]}
        print(dumps(log, self._stream, indent=1), file=self._stream)


def _run(results: list[dict[str, Any]], totals: Totals) -> dict[str, Any]:
    invocation: dict[str, Any] = {"executionSuccessful": not totals.broken}
    if totals.broken:
        invocation["toolExecutionNotifications"] = [{"level": "error", "message": _message(failures(totals))}]
    driver = {
        "name": "srlint",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_descriptor(rule) for rule in RULES.values()],
    }
    return {
        "tool": {"driver": driver},
        "invocations": [invocation],
        "columnKind": "unicodeCodePoints",
        "newlineSequences": ["\r\n", "\n", "\r"],
        "originalUriBaseIds": {_ROOT: {"description": _message("The folder that srlint was started in.")}},
        "results": results,
    }


def _descriptor(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "name": rule.id.capitalize(),
        "shortDescription": _message(f"{rule.name}."),
        "fullDescription": _message(f"Flags {rule.summary}."),
        "help": {"text": _escaped(rule.help), "markdown": _escaped(rule.help)},
        "defaultConfiguration": {"level": LEVELS[DEFAULTS.get(rule.id, "warning")].sarif},
    }


def _result(report: FileReport, finding: Finding, fingerprint: str) -> dict[str, Any]:
    document = report.review.document
    artifact = _artifact(report.name)
    region = _region(document, finding.span)
    location: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": artifact,
            "region": region | {"snippet": {"text": document.text[finding.span.start : finding.span.end]}},
        }
    }
    if finding.marks:
        location["annotations"] = [
            _region(document, mark) | {"message": _message("At fault.")} for mark in dict.fromkeys(finding.marks)
        ]
    result = {
        "ruleId": finding.categories[0],
        "ruleIndex": _INDEX[finding.categories[0]],
        "level": LEVELS[finding.severity].sarif,
        "rank": round(100 * finding.probability, 2),
        "message": _message(sentence(document, finding)),
        "locations": [location],
        "partialFingerprints": {"passage/v1": fingerprint},
        "properties": {"categories": list(finding.categories), "probability": round(finding.probability, 4)},
    }
    if finding.rewrite is not None and finding.rewrite.edits:
        result["fixes"] = [_fix(document, finding.rewrite, artifact)]
    return result


def _fix(document: Document, rewrite: Rewrite, artifact: dict[str, str]) -> dict[str, Any]:
    replacements: list[dict[str, Any]] = []
    for edit in rewrite.edits:
        inserted = {"insertedContent": {"text": edit.text}} if edit.text else {}
        replacements.append({"deletedRegion": _region(document, edit.span), **inserted})
    return {
        "description": _message(f"Rewrite: {printable(rewrite.text)}"),
        "artifactChanges": [{"artifactLocation": artifact, "replacements": replacements}],
        "properties": {"safety": rewrite.safety},
    }


def _region(document: Document, span: Span) -> dict[str, Any]:
    start, end = document.position(span.start), document.position(span.end)
    return {
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
        "charOffset": span.start,
        "charLength": len(span),
    }


def _artifact(name: str) -> dict[str, str]:
    """The file as a percent-encoded URI, relative to the folder of the run unless `name` is absolute."""
    try:
        path = quote(name.encode("utf-8", "surrogateescape"))
    except UnicodeEncodeError:  # half of a surrogate pair, which no byte of a file name stands behind
        path = quote(name.encode("utf-8", "backslashreplace"))
    if name.startswith("/"):
        return {"uri": f"file://{path}"}
    if _DRIVE.match(name):
        return {"uri": f"file:///{path}"}
    return {"uri": path, "uriBaseId": _ROOT}


def _message(text: str) -> dict[str, str]:
    return {"text": _escaped(text)}


def _escaped(text: str) -> str:
    """Text in which nothing is a placeholder (section 3.11.5) or a link (section 3.11.6)."""
    return text.replace("{", "{{").replace("}", "}}").replace("](", "] (")
