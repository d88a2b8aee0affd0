"""The terms that a project adds, removes or weighs: `srlint.termfile` is the judge of what an entry may hold."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any

from srlint.categories import IDS
from srlint.config.faults import At, Fault, dotted, unknown_name, wrong
from srlint.config.kinds import Schema
from srlint.errors import ConfigError
from srlint.severity import SEVERITIES
from srlint.termfile import FLAG_KEYS, KINDS, LIST_KEYS, normal

_TEXTS: Schema = {"type": "array", "items": {"type": "string", "minLength": 1}}


class Entries:
    """Added terms: a list of tables, or a table of tables with the terms as keys."""

    expects = "a table for each term"

    def check(self, value: Any, at: At) -> None:
        if not isinstance(value, (list, dict)):
            raise wrong(at, self.expects, value)
        entries = {}
        for place, entry in enumerate(value) if isinstance(value, list) else value.items():
            here = (*at, place)
            if not isinstance(entry, dict):
                raise wrong(here, "a table", entry)
            if isinstance(place, str) and "term" in entry:
                raise Fault((*here, "term"), "{}: the table's own name is the term")
            entries[here] = {"term": place, **entry} if isinstance(place, str) else entry
            term = entries[here].get("term")
            if not isinstance(term, str) or not any(map(str.isalpha, term)):
                raise Fault((*here, "term"), "each entry of {} needs a 'term', a word or phrase", about=at)
        _check_entries(entries, at)

    def schema(self) -> Schema:
        named = _entry_schema()
        whole = {"type": "string", "minLength": 1}
        listed = {
            **named,
            "properties": {"term": {**whole, "description": "the term as in a dictionary"}, **named["properties"]},
            "required": ["term", *named["required"]],
        }
        return {
            "anyOf": [{"type": "array", "items": listed}, {"type": "object", "additionalProperties": named}],
        }


def _check_entries(entries: Mapping[At, Mapping[str, Any]], at: At) -> None:
    from srlint.terms import TermList

    with suppress(ConfigError):
        TermList.load(entries.values())
        return
    for here, entry in entries.items():
        try:
            TermList.load([entry])
        except ConfigError as error:
            text = str(error).removeprefix(f"{dotted(at)}: ")
            # The message names the term and then the key; only the second says on which line to look.
            rest = text.removeprefix(f"{entry['term']!r}: ")
            key = next((key for key in entry if repr(key) in rest), None)
            raise Fault((*here, key) if key else here, f"{{}}: {text}", about=at) from None


def _entry_schema() -> Schema:
    """What `srlint.termfile` accepts beside the term itself."""
    properties: Schema = {
        "category": {"enum": list(IDS)},
        "kind": {"enum": list(KINDS)},
        "case": {"enum": ["lower"]},
        "severity": {"enum": list(SEVERITIES)},
        **{key: _TEXTS for key in LIST_KEYS},
        **{key: {"type": "boolean"} for key in FLAG_KEYS},
        "forms": {"type": "object", "additionalProperties": _TEXTS},
    }
    return {"type": "object", "properties": properties, "required": ["category"], "additionalProperties": False}


def is_listed(term: str) -> bool:
    """Whether srlint ships the term."""
    return _fault_of_removal([term]) is None


def check_removed(terms: Sequence[str], others: Collection[str], at: At) -> None:
    """Raises Fault for a term that is neither on the list that srlint ships nor among `others`."""
    if _fault_of_removal([term for term in terms if term not in others]) is None:
        return
    for number, term in enumerate(terms):
        fault = None if term in others else _fault_of_removal([term])
        if fault is not None:
            raise Fault((*at, number), f"{{}}: {fault}")


def canonical(severities: Mapping[str, Any], added: Sequence[Mapping[str, Any]], at: At) -> dict[str, Any]:
    """The table with the names of the terms as findings carry them. Raises Fault for one that is no term."""
    if not severities:
        return {}
    from srlint.terms import TermList

    known = {normal(term): term for term in TermList.load(added).terms}
    for term in severities:
        if normal(term) not in known:
            raise unknown_name((*at, term), "term", term, known.values(), about=at)
    return {known[normal(term)]: severity for term, severity in severities.items()}


def _fault_of_removal(terms: Sequence[str]) -> str | None:
    if not terms:
        return None
    from srlint.terms import TermList

    try:
        TermList.load((), terms)
    except ConfigError as error:
        return str(error).removeprefix("terms.remove: ")
    return None
