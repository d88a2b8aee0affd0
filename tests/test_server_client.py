"""Requests over HTTP: what is repeated, what is refused, and what never leaves."""

from __future__ import annotations

import socket
import ssl
import threading
import time

import pytest

from fake_server import FakeServer, Reply
from srlint.errors import ConfigError
from srlint.server import client as http
from srlint.server.address import endpoint, is_address
from srlint.server.client import Client, Fault

KEY = "sk-1234567890"


@pytest.fixture(autouse=True)
def plain_network(monkeypatch):
    for name in ("http_proxy", "https_proxy", "no_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setattr(http, "PAUSES", (0.01, 0.02, 0.03))


@pytest.fixture
def server():
    with FakeServer(lambda seen: Reply({"ok": True})) as one:
        yield one


def post(server: FakeServer, key: str | None = None, body=None):
    return Client(endpoint(server.url), key).post("/chat/completions", body or {"a": "b"})


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://localhost:8080", "http://localhost:8080/v1"),
        ("http://localhost:8080/", "http://localhost:8080/v1"),
        ("http://localhost:8080/v1", "http://localhost:8080/v1"),
        ("https://models.example.org/team/v1/", "https://models.example.org/team/v1"),
        ("http://[::1]:8080", "http://[::1]:8080/v1"),
    ],
)
def test_an_address_may_have_the_version_or_not(address, expected):
    assert endpoint(address) == expected


@pytest.mark.parametrize(
    "address",
    ["", "localhost:8080", "ftp://x", "http://", "http://u:p@x", "http://x?a=1", "http://x#f", "http://x y", "http://ü",
     "http://x:99999", "http://x:0", "file:///etc/passwd", "http://x\n",
     "http://gpu..box:8080", f"http://{'x' * 64}.org", 3, None],
)  # fmt: skip
def test_what_is_no_address_is_refused(address):
    assert not is_address(address)
    if isinstance(address, str):
        with pytest.raises(ConfigError, match="--server takes an address"):
            endpoint(address)


def test_a_request_holds_the_body_and_nothing_that_is_not_needed(server):
    assert post(server, body={"text": "naïve"}) == {"ok": True}
    (seen,) = server.seen
    assert (seen.method, seen.path, seen.body) == ("POST", "/v1/chat/completions", {"text": "naïve"})
    assert seen.headers.keys() == {
        "Host", "Accept-Encoding", "Content-Length", "Content-Type", "User-Agent", "Accept", "Connection",
    }  # fmt: skip
    assert seen.headers["User-Agent"] == "srlint"


def test_the_key_goes_into_its_header_only(server):
    post(server, KEY)
    (seen,) = server.seen
    assert seen.headers["Authorization"] == f"Bearer {KEY}"
    assert KEY not in seen.path + str(seen.body)


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_what_may_pass_is_tried_again(server, status):
    server.chat = lambda seen: Reply({"ok": True}) if len(server.seen) == 3 else Reply(status=status)
    client = Client(endpoint(server.url))
    assert client.post("/chat/completions", {}) == {"ok": True}
    assert client.sent == 3


def test_what_does_not_pass_is_given_up_after_four_attempts(server):
    server.chat = lambda seen: Reply({"error": {"message": "no   GPU\nleft"}}, status=500)
    with pytest.raises(Fault, match="^HTTP 500: no GPU left$") as caught:
        post(server)
    assert (len(server.seen), caught.value.status, caught.value.alone) == (4, 500, False)


def test_the_server_says_how_long_to_wait(server, monkeypatch):
    waited = []
    monkeypatch.setattr(time, "sleep", waited.append)
    asks = iter(["7", "900", "Tue, 01 Jan 2030 00:00:00 GMT"])
    server.chat = lambda seen: Reply(status=429, headers={"Retry-After": next(asks, "0")})
    with pytest.raises(Fault, match="HTTP 429"):
        post(server)
    assert waited == [7.0, http.LONGEST_PAUSE, http.PAUSES[2]]


@pytest.mark.parametrize(
    ("status", "says", "alone"),
    [
        (400, "HTTP 400", True),
        (401, "HTTP 401: asks for the key in SRLINT_SERVER_KEY", False),
        (403, "HTTP 403: asks for the key in SRLINT_SERVER_KEY", False),
        (404, "HTTP 404", False),
        (413, "HTTP 413", True),
        (422, "HTTP 422", True),
    ],
)
def test_other_errors_are_not_tried_again(server, status, says, alone):
    server.chat = lambda seen: Reply(status=status)
    with pytest.raises(Fault) as caught:
        post(server)
    assert (str(caught.value), caught.value.alone, len(server.seen)) == (says, alone, 1)


@pytest.mark.parametrize("body", [{"error": {"message": "m"}}, {"error": "m"}, {"message": "m"}, {"detail": "m"}])
def test_the_servers_own_words_are_told(server, body):
    server.chat = lambda seen: Reply(body, status=404)
    with pytest.raises(Fault, match="^HTTP 404: m$"):
        post(server)


def test_a_key_that_the_server_repeats_is_not_told(server):
    server.chat = lambda seen: Reply({"error": {"message": f"{seen.headers['Authorization']} is wrong"}}, status=401)
    with pytest.raises(Fault, match="Bearer … is wrong: refuses the key in SRLINT_SERVER_KEY$") as caught:
        post(server, KEY)
    assert KEY not in str(caught.value)


def test_a_long_explanation_is_cut(server):
    server.chat = lambda seen: Reply({"error": {"message": "x" * 10_000}}, status=404)
    with pytest.raises(Fault) as caught:
        post(server)
    assert len(str(caught.value)) < 2 * http.MAX_MESSAGE


def test_a_reset_connection_is_tried_again(server):
    server.chat = lambda seen: Reply({"ok": True}) if len(server.seen) == 2 else Reply(reset=True)
    assert post(server) == {"ok": True}
    server.chat = lambda seen: Reply(reset=True)
    with pytest.raises(Fault, match="^the connection was cut$"):
        post(server)


def test_half_an_answer_is_none(server):
    server.chat = lambda seen: Reply(b'{"ok": true}' if len(server.seen) == 2 else b'{"ok"', length=12)
    assert post(server) == {"ok": True}
    assert len(server.seen) == 2


def test_an_answer_that_does_not_come_is_not_waited_for(server, monkeypatch):
    monkeypatch.setattr(http, "ANSWER_SECONDS", 0.2)
    done = threading.Event()
    server.chat = lambda seen: done.wait(60) and Reply({})
    with pytest.raises(Fault, match="^no answer within 0 seconds$"):
        post(server)
    done.set()
    assert len(server.seen) == 1


def test_an_answer_that_trickles_in_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(http, "ANSWER_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
                for _ in range(600):
                    try:
                        connection.sendall(b"x")
                    except OSError:
                        return
                    time.sleep(0.05)

        threading.Thread(target=drip, daemon=True).start()
        with pytest.raises(Fault, match="^no answer within"):
            Client(f"http://127.0.0.1:{listening.getsockname()[1]}/v1").post("/chat/completions", {})


def test_there_is_more_patience_with_answers_than_with_connections(monkeypatch):
    tried = []

    def refuse(address, timeout=None, *rest, **more):
        tried.append(timeout)
        raise TimeoutError

    monkeypatch.setattr(socket, "create_connection", refuse)
    with pytest.raises(Fault, match="^no answer within 5 seconds$"):
        Client("http://192.0.2.1/v1").get("/models")
    assert tried == [5.0]
    assert http.ANSWER_SECONDS == 60.0


def test_each_request_under_way_adds_to_the_patience():
    client = Client("http://127.0.0.1/v1")
    with client._counted() as first, client._counted() as second:
        assert (first, second) == (http.ANSWER_SECONDS, 2 * http.ANSWER_SECONDS)
    with client._counted() as again:
        assert again == http.ANSWER_SECONDS
    assert client.sent == 3


def test_an_answer_without_end_is_not_read(server):
    server.chat = lambda seen: Reply(b" " * (http.MAX_BYTES + 10))
    with pytest.raises(Fault, match="^an answer of more than 1,000,000 bytes$"):
        post(server)


@pytest.mark.parametrize("body", [b"<html>Sign in</html>", b"", b"[" * 100_000, b"\xff\xfe"])
def test_what_is_not_json_is_no_answer(server, body):
    server.chat = lambda seen: Reply(body)
    with pytest.raises(Fault, match="not in JSON"):
        post(server)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(server, status):
    with FakeServer(lambda seen: Reply({"ok": True})) as other:
        server.chat = lambda seen: Reply(status=status, headers={"Location": f"{other.url}/v1/chat/completions"})
        with pytest.raises(Fault, match=f"^redirects to {other.url}/v1/chat/completions, which is not followed$"):
            post(server, KEY)
        assert other.seen == []


def test_nobody_there():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Fault, match="^cannot be reached: Connection refused$"):
        Client(f"http://127.0.0.1:{port}/v1").get("/models")


def test_no_such_host(monkeypatch):
    def fail(*arguments, **more):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(Fault, match="^no such host$"):
        Client("http://nowhere.example/v1").get("/models")


def test_something_else_than_a_web_server():
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def greet() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.sendall(b"220 mail.example.org ESMTP\r\n")
                connection.recv(65536)

        threading.Thread(target=greet, daemon=True).start()
        with pytest.raises(Fault, match="^answers, but not in HTTP$"):
            Client(f"http://127.0.0.1:{listening.getsockname()[1]}/v1").get("/models")


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path):
    trustme = pytest.importorskip("trustme", reason="needs trustme, which makes certificates")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def shake_hands() -> None:
            connection, _ = listening.accept()
            try:
                context.wrap_socket(connection, server_side=True).close()
            except OSError:
                connection.close()

        threading.Thread(target=shake_hands, daemon=True).start()
        with pytest.raises(Fault, match="^cannot be trusted: "):
            Client(f"https://127.0.0.1:{listening.getsockname()[1]}/v1", KEY).get("/models")


def test_the_proxy_of_the_environment_is_used(server, monkeypatch):
    monkeypatch.setenv("http_proxy", server.url)
    assert Client("http://models.example.org/v1").post("/chat/completions", {}) == {"ok": True}
    assert server.seen[0].path == "http://models.example.org/v1/chat/completions"
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    post(server)
    assert server.seen[1].path == "/v1/chat/completions"
