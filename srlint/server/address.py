"""Addresses of servers: what is accepted, and where requests go."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from srlint.errors import ConfigError

# A user name or key in the address would end up in messages and in the names of cached results.
PATTERN = r"^https?://[^\s/?#@]+(?:/[^\s?#]*)?$"
_ADDRESS = re.compile(PATTERN)
_VERSION = "/v1"


def is_address(value: object) -> bool:
    """Whether a value is a web address without a user, a query or a fragment."""
    if not isinstance(value, str) or not value.isascii() or not value.isprintable() or not _ADDRESS.fullmatch(value):
        return False
    try:
        parts = urlsplit(value)
        host = (parts.hostname or "").encode("idna")  # as a connection encodes it
        return bool(host) and parts.port != 0
    except ValueError:
        return False


def endpoint(address: str) -> str:
    """The address that the interface begins with: the given one, up to and including /v1. Raises ConfigError."""
    if not is_address(address):
        raise ConfigError(
            "--server takes an address such as http://localhost:8080, without a user, a query or a fragment"
        )
    return address.rstrip("/").removesuffix(_VERSION).rstrip("/") + _VERSION
