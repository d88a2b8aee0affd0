"""The part of SARIF 2.1.0 that srlint writes, as a JSON schema in our own words.

It allows nothing that the standard does not name, and asks for everything that srlint promises. Sections are those of
the standard, https://docs.oasis-open.org/sarif/sarif/v2.1.0/.
"""

from __future__ import annotations

from typing import Any


def _object(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    properties = required | (optional or {})
    return {"type": "object", "required": [*required], "properties": properties, "additionalProperties": False}


def _array(items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": items, **more}


_TEXT = {"type": "string", "minLength": 1}
_LEVEL = {"enum": ["none", "note", "warning", "error"]}
_COUNT = {"type": "integer", "minimum": 0}
_FROM_ONE = {"type": "integer", "minimum": 1}
_BAG = {"type": "object"}
# RFC 3986: a URI reference holds nothing but these.
_URI = {"type": "string", "pattern": r"^([A-Za-z0-9\-._~:/?#@!$&'()*+,;=]|%[0-9A-F]{2})+$"}

_MESSAGE = _object({"text": _TEXT}, {"markdown": _TEXT})  # 3.11, 3.12
_ARTIFACT = _object({"uri": _URI}, {"uriBaseId": {"const": "SRCROOT"}})  # 3.4
_PLACE = {
    "startLine": _FROM_ONE,
    "startColumn": _FROM_ONE,
    "endLine": _FROM_ONE,
    "endColumn": _FROM_ONE,
    "charOffset": _COUNT,
    "charLength": _COUNT,
}
_REGION = _object(_PLACE, {"snippet": _object({"text": {"type": "string"}}), "message": _MESSAGE})  # 3.30
_LOCATION = _object(  # 3.28
    {"physicalLocation": _object({"artifactLocation": _ARTIFACT, "region": _REGION})},
    {"annotations": _array(_REGION, uniqueItems=True)},
)
_REPLACEMENT = _object({"deletedRegion": _REGION}, {"insertedContent": _object({"text": _TEXT})})  # 3.57
_CHANGE = _object({"artifactLocation": _ARTIFACT, "replacements": _array(_REPLACEMENT, minItems=1)})  # 3.56
_FIX = _object({"description": _MESSAGE, "artifactChanges": _array(_CHANGE, minItems=1)}, {"properties": _BAG})  # 3.55
_RESULT = _object(  # 3.27
    {
        "ruleId": _TEXT,
        "ruleIndex": _COUNT,
        "level": _LEVEL,
        "rank": {"type": "number", "minimum": 0, "maximum": 100},
        "message": _MESSAGE,
        "locations": _array(_LOCATION, minItems=1, maxItems=1),
        "partialFingerprints": {"type": "object", "minProperties": 1, "additionalProperties": _TEXT},
        "properties": _BAG,
    },
    {"fixes": _array(_FIX, minItems=1, uniqueItems=True)},
)
_RULE = _object(  # 3.49
    {
        "id": _TEXT,
        "name": _TEXT,
        "shortDescription": _MESSAGE,
        "fullDescription": _MESSAGE,
        "help": _MESSAGE,
        "defaultConfiguration": _object({"level": _LEVEL}),
    }
)
_DRIVER = _object(  # 3.19
    {"name": {"const": "srlint"}, "version": _TEXT, "semanticVersion": _TEXT, "rules": _array(_RULE, uniqueItems=True)}
)
_NOTIFICATION = _object({"level": _LEVEL, "message": _MESSAGE})  # 3.58
_INVOCATION = _object(  # 3.20
    {"executionSuccessful": {"type": "boolean"}}, {"toolExecutionNotifications": _array(_NOTIFICATION)}
)
_RUN = _object(  # 3.14
    {
        "tool": _object({"driver": _DRIVER}),
        "invocations": _array(_INVOCATION, minItems=1, maxItems=1),
        "columnKind": {"const": "unicodeCodePoints"},
        "newlineSequences": _array(_TEXT, minItems=1, uniqueItems=True),
        "originalUriBaseIds": {"type": "object", "additionalProperties": _object({"description": _MESSAGE})},
        "results": _array(_RESULT),
    }
)
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    **_object(  # 3.13
        {"$schema": _URI, "version": {"const": "2.1.0"}, "runs": _array(_RUN, minItems=1, maxItems=1)}
    ),
}
