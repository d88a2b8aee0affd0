"""Requests to one server over HTTP: bounded in time and size, repeated when that may help, never sent elsewhere."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

# An answer may take so long for each request that is under way: a small server works them off one by one.
CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 60.0
# Seconds before each further attempt.
PAUSES = (0.5, 1.0, 2.0)
LONGEST_PAUSE = 20.0
MAX_BYTES, MAX_MESSAGE = 1_000_000, 200
_PIECE = 1 << 16


class Fault(Exception):
    """A request that came to nothing. `status` is the server's, if it answered at all."""

    def __init__(self, text: str, status: int | None = None) -> None:
        super().__init__(text)
        self.status = status

    @property
    def alone(self) -> bool:
        """Whether the server objects to this one request, so that another may do better."""
        return self.status in (400, 413, 422)


class _Passing(Exception):
    """A fault that may be gone in a moment. `pause` is how long the server asks to wait."""

    def __init__(self, fault: Fault, pause: float | None = None) -> None:
        super().__init__(fault)
        self.fault = fault
        self.pause = pause


class _Connection(http.client.HTTPConnection):
    """Has less patience with a connection than with an answer."""

    def connect(self) -> None:
        patience, self.timeout = self.timeout, CONNECT_SECONDS
        super().connect()
        self.sock.settimeout(patience)


class _SecureConnection(_Connection, http.client.HTTPSConnection):
    """The same over TLS."""


class _Plain(urllib.request.HTTPHandler):
    def http_open(self, request: urllib.request.Request) -> Any:
        return self.do_open(_Connection, request)


class _Secure(urllib.request.HTTPSHandler):
    def https_open(self, request: urllib.request.Request) -> Any:
        return self.do_open(_SecureConnection, request, context=_trusted())


@cache
def _trusted() -> ssl.SSLContext:
    return ssl.create_default_context()


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments: Any) -> None:
        """Text goes where it was sent, and the key with it: a redirect is an answer like any other error."""
        return None


class Client:
    """Sends requests to the interface at `endpoint`. May be used from several threads at once."""

    def __init__(self, endpoint: str, key: str | None = None) -> None:
        self._endpoint = endpoint
        self._key = key
        self._opener = urllib.request.build_opener(_Plain, _Secure, _NoRedirect)
        self._lock = threading.Lock()
        self._under_way = 0
        self.sent = 0

    def get(self, path: str) -> Any:
        """What the server answers, parsed. Raises Fault."""
        return self._asked(self._request(path, None))

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """What the server answers, parsed. Raises Fault."""
        return self._asked(self._request(path, json.dumps(body).encode()))

    def _request(self, path: str, data: bytes | None) -> urllib.request.Request:
        headers = {"User-Agent": "srlint", "Accept": "application/json"}
        if data is not None:
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(self._endpoint + path, data, headers)
        if self._key:
            request.add_unredirected_header("Authorization", f"Bearer {self._key}")
        return request

    def _asked(self, request: urllib.request.Request) -> Any:
        for pause in (*PAUSES, None):
            try:
                return _parsed(self._attempt(request))
            except _Passing as passing:
                if pause is None:
                    raise passing.fault from None
                time.sleep(pause if passing.pause is None else passing.pause)
        raise AssertionError("unreachable")

    def _attempt(self, request: urllib.request.Request) -> bytes:
        with self._counted() as patience:
            try:
                with self._opener.open(request, timeout=patience) as response:
                    return _body(response, patience)
            except urllib.error.HTTPError as error:
                with error:
                    raise self._refused(error) from None
            except urllib.error.URLError as error:
                raise _unreached(error.reason, CONNECT_SECONDS) from None
            except (OSError, http.client.HTTPException) as error:
                raise _unreached(error, patience) from None

    @contextmanager
    def _counted(self) -> Iterator[float]:
        """Counts a request while it is under way; gives the seconds that it may take."""
        with self._lock:
            self.sent += 1
            self._under_way += 1
            patience = ANSWER_SECONDS * self._under_way
        try:
            yield patience
        finally:
            with self._lock:
                self._under_way -= 1

    def _refused(self, error: urllib.error.HTTPError) -> Exception:
        """What a status other than 200 means."""
        if 300 <= error.code < 400:
            return Fault(f"redirects to {_line(error.headers.get('Location', '?'))}, which is not followed")
        fault = Fault(f"HTTP {error.code}{self._told(error)}", error.code)
        if error.code in (401, 403):
            said = "refuses" if self._key else "asks for"
            return Fault(f"{fault}: {said} the key in SRLINT_SERVER_KEY", error.code)
        if error.code == 429 or error.code >= 500:
            return _Passing(fault, _pause(error.headers.get("Retry-After")))
        return fault

    def _told(self, error: urllib.error.HTTPError) -> str:
        """The server's own explanation, in one short line that cannot hold the key."""
        try:
            said = json.loads(error.read(_PIECE))
        except (OSError, ValueError, RecursionError, http.client.HTTPException):
            return ""
        for name in ("error", "message", "detail"):
            if isinstance(said, dict) and name in said:
                said = said[name]
        if not isinstance(said, str):
            return ""
        return f": {_line(said.replace(self._key, '…') if self._key else said)}"


def _line(said: str) -> str:
    """What somebody else says, in one short line."""
    line = " ".join(said.split())
    return line if len(line) <= MAX_MESSAGE else f"{line[:MAX_MESSAGE]}…"


def _body(response: Any, patience: float) -> bytes:
    """The whole answer, or a Fault for one that is too large or that trickles in for too long."""
    until, pieces, size = time.monotonic() + patience, [], 0
    while piece := response.read1(_PIECE):
        pieces.append(piece)
        size += len(piece)
        if size > MAX_BYTES:
            raise Fault(f"an answer of more than {MAX_BYTES:,} bytes")
        if time.monotonic() > until:
            raise TimeoutError
    if response.length:  # read1 does not say that the connection was cut
        raise ConnectionResetError
    return b"".join(pieces)


def _parsed(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise Fault("answers, but not in JSON: not an OpenAI-compatible server") from None


def _unreached(reason: object, patience: float) -> Exception:
    """What it means that there was no answer."""
    if isinstance(reason, TimeoutError):
        return Fault(f"no answer within {patience:.0f} seconds")
    if isinstance(reason, (ConnectionResetError, ConnectionAbortedError, BrokenPipeError, http.client.IncompleteRead)):
        return _Passing(Fault("the connection was cut"))
    if isinstance(reason, ssl.SSLCertVerificationError):
        return Fault(f"cannot be trusted: {reason.verify_message}")
    if isinstance(reason, socket.gaierror):
        return Fault("no such host")
    if isinstance(reason, http.client.HTTPException):
        return Fault("answers, but not in HTTP")
    return Fault(f"cannot be reached: {getattr(reason, 'strerror', None) or reason}")


def _pause(asked: str | None) -> float | None:
    """The seconds of a Retry-After header, within reason; None for a date or for none."""
    return min(float(asked), LONGEST_PAUSE) if asked and asked.isascii() and asked.isdigit() else None
