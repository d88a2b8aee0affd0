"""Kinds of values: what is accepted, and the same as a JSON schema. Both are said here, side by side, and only here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from srlint.config.faults import At, Fault, dotted, excerpt, unknown_key, unknown_name, wrong
from srlint.parallel import MOST_JOBS

Schema = dict[str, Any]


class Kind(Protocol):
    """What a value may be. `expects` says it in words."""

    expects: str

    def check(self, value: Any, at: At) -> None:
        """Raises Fault for a value that cannot be."""

    def schema(self) -> Schema:
        """The same in JSON schema."""


@dataclass(frozen=True)
class Plain:
    """A value without parts."""

    expects: str
    accepts: Callable[[Any], bool]
    of: Mapping[str, Any]

    def check(self, value: Any, at: At) -> None:
        if not self.accepts(value):
            raise wrong(at, self.expects, value)

    def schema(self) -> Schema:
        return dict(self.of)


@dataclass(frozen=True)
class Name:
    """One of several words."""

    what: str
    names: Sequence[str]

    @property
    def expects(self) -> str:
        return f"one of {', '.join(self.names)}"

    def check(self, value: Any, at: At) -> None:
        if not isinstance(value, str):
            raise wrong(at, self.expects, value)
        if value not in self.names:
            raise unknown_name(at, self.what, value, self.names)

    def schema(self) -> Schema:
        return {"enum": list(self.names)}


@dataclass(frozen=True)
class Listing:
    """A list of values of one kind."""

    expects: str
    item: Kind

    def check(self, value: Any, at: At) -> None:
        if not isinstance(value, list):
            raise wrong(at, self.expects, value)
        for number, item in enumerate(value):
            self.item.check(item, (*at, number))

    def schema(self) -> Schema:
        return {"type": "array", "items": self.item.schema()}


@dataclass(frozen=True)
class Mapped:
    """A table of values of one kind, with keys of the reader's own, of the kind `key`."""

    expects: str
    key: Kind
    item: Kind

    def check(self, value: Any, at: At) -> None:
        if not isinstance(value, dict):
            raise wrong(at, self.expects, value)
        for name, item in value.items():
            if isinstance(self.key, Name):
                if name not in self.key.names:
                    raise unknown_key((*at, name), [f"{dotted(at)}.{known}" for known in self.key.names])
            else:
                self._check_key(name, at)
            self.item.check(item, (*at, name))

    def _check_key(self, name: str, at: At) -> None:
        try:
            self.key.check(name, at)
        except Fault:
            text = f"each key of {{}} must be {self.key.expects}, not {excerpt(name)}"
            raise Fault((*at, name), text, about=at) from None

    def schema(self) -> Schema:
        return {
            "type": "object",
            "propertyNames": self.key.schema(),
            "additionalProperties": self.item.schema(),
        }


@dataclass(frozen=True)
class Either:
    """A plain value, or a table."""

    plain: Kind
    table: Kind

    @property
    def expects(self) -> str:
        return f"{self.plain.expects}, or {self.table.expects}"

    def check(self, value: Any, at: At) -> None:
        if isinstance(value, dict):
            self.table.check(value, at)
        else:
            try:
                self.plain.check(value, at)
            except Fault:
                raise wrong(at, self.expects, value) from None

    def schema(self) -> Schema:
        return {"anyOf": [self.plain.schema(), self.table.schema()]}


@dataclass(frozen=True)
class Address:
    """The address of a server."""

    expects: str = "a web address such as http://localhost:8080"

    def check(self, value: Any, at: At) -> None:
        from srlint.server.address import is_address

        if isinstance(value, str) and "@" in value:  # what may hold a password is not repeated
            raise Fault(at, "{} must be a web address without a user or a password")
        if not is_address(value):
            raise wrong(at, self.expects, value)

    def schema(self) -> Schema:
        from srlint.server.address import PATTERN

        return {"type": "string", "pattern": PATTERN}


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _is_phrase(value: Any) -> bool:
    return isinstance(value, str) and any(map(str.isalnum, value))


def _is_jobs(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_JOBS


def _is_fraction(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < 1


def _is_pattern(value: Any) -> bool:
    from srlint.files.patterns import is_pattern

    return isinstance(value, str) and is_pattern(value)


def _is_specifier(value: Any) -> bool:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        return _is_text(value) and bool(SpecifierSet(value))
    except InvalidSpecifier:
        return False


_SOME_TEXT = {"type": "string", "minLength": 1}

SWITCH = Plain("true or false", lambda value: isinstance(value, bool), {"type": "boolean"})
FRACTION = Plain(
    "a number between 0 and 1", _is_fraction, {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}
)
PATH = Plain("a path", _is_text, _SOME_TEXT)
MODEL = Plain("a path or the name of a model", _is_text, _SOME_TEXT)
NAME = Plain("a name", _is_text, _SOME_TEXT)
ADDRESS = Address()
JOBS = Plain(
    f"a whole number from 1 to {MOST_JOBS}", _is_jobs, {"type": "integer", "minimum": 1, "maximum": MOST_JOBS}
)
PHRASE = Plain("a phrase or a name", _is_phrase, {"type": "string", "pattern": r"\S"})
PATTERN = Plain("a .gitignore pattern", _is_pattern, {"type": "string", "pattern": r"^\s*[^\s#]"})
SPECIFIER = Plain(
    'a version specifier such as ">=1.0"', _is_specifier, {"type": "string", "pattern": r"^\s*(===|[=~!<>]=|<|>)\s*\S"}
)
