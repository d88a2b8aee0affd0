"""`srlint check --server`: what a person types, sees and gets as exit status."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from fake_server import MODEL, FakeServer, Grim, Reply, kinder
from srlint import doctor
from srlint.cli import cli
from srlint.config import Resolver
from srlint.models.loaded import Models
from srlint.server import client as http
from srlint.server.client import KEY_GOES
from srlint.server.remote import JOBS, KEY_VARIABLE

TEXT = "It was a grim day for the crew.\n"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    for name in ("http_proxy", "https_proxy", "no_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    monkeypatch.setattr(http, "PAUSES", (0.01, 0.01, 0.01))
    monkeypatch.setattr(Models, "detector", Grim())
    monkeypatch.chdir(tmp_path)
    Path("a.md").write_text(TEXT)
    return tmp_path


@pytest.fixture
def server():
    with FakeServer() as one:
        yield one


def check(*args: str):
    return CliRunner().invoke(cli, ["check", "--no-progress", *args])


def test_a_flagged_passage_gets_its_rewrite_from_the_server(server):
    result = check("--server", server.url, "--output-format", "json")
    assert (result.exit_code, result.stderr) == (1, "")
    (found,) = json.loads(result.stdout)
    assert found["rewrite"]["text"] == "It was a hard day for the crew."
    assert found["rewrite"]["safety"] == "unsafe"


def test_the_rewrite_can_be_applied(server):
    assert check("--server", server.url, "--fix").exit_code == 1
    assert Path("a.md").read_text() == TEXT
    assert check("--server", server.url, "--fix", "--unsafe-fixes").exit_code == 0
    assert Path("a.md").read_text() == "It was a hard day for the crew.\n"


def test_verbose_says_what_was_sent_where(server):
    line = f"srlint: server {server.url}: requests sent:"
    assert f"{line} 2\n" in check("--server", server.url, "-v").stderr
    assert f"{line} 0\n" in check("--server", server.url, "--server-model", MODEL, "-v").stderr, "from the cache"
    Path("a.md").write_text("All is well.\n")
    assert f"{line} 0\n" in check("--server", server.url, "--server-model", "another", "-v").stderr, "nothing flagged"
    assert "sent" not in check("--server", server.url).stderr


def test_a_projects_file_does_not_say_where_a_key_goes(server, monkeypatch):
    monkeypatch.setenv(KEY_VARIABLE, "sk-1")
    Path(".srlint.toml").write_text(f'server = "{server.url}"\n')
    assert check().exit_code == 1
    assert server.seen
    assert all("Authorization" not in seen.headers for seen in server.seen)
    monkeypatch.setenv("SRLINT_SERVER", server.url)
    assert check("--no-cache").exit_code == 1
    assert server.seen[-1].headers["Authorization"] == "Bearer sk-1"


def test_without_it_nothing_is_sent(server):
    assert check("--no-model").exit_code == 1
    assert server.seen == []


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (Reply({"error": {"message": "no\nGPU"}}, status=500), "HTTP 500: no GPU"),
        (Reply(status=401), f"HTTP 401: asks for the key in SRLINT_SERVER_KEY{KEY_GOES}"),
        (Reply(reset=True), "the connection was cut"),
    ],
)
def test_a_server_that_fails_gives_2_and_one_line_with_the_findings(server, reply, says):
    server.chat = lambda seen: reply
    result = check("--server", server.url, "--output-format", "concise")
    assert result.exit_code == 2
    assert result.stderr == f"srlint: server {server.url}: {says}; flagged passages without its rewrite: 1\n"
    assert result.stdout.startswith("a.md:1:1: toxicity")
    server.chat = kinder
    assert check("--server", server.url).exit_code == 1


def test_a_server_that_is_not_there_gives_2_and_one_line_with_the_findings(server):
    server.stop()
    for extra in ([], ["--server-model", MODEL]):
        result = check("--server", server.url, *extra)
        assert result.exit_code == 2
        assert result.stderr.startswith(f"srlint: server {server.url}: cannot be reached: Connection refused")
        assert result.stderr.count("\n") == 1
        assert "a.md:1:1  toxicity" in result.stdout
        assert result.stdout.endswith("Found 1 passage in 1 file. 1 server failed.\n")


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ("sarif", '"executionSuccessful": false'),
        ("checkstyle", "1 server failed."),
        ("junit", "servers that failed"),
    ],
)
def test_reports_for_programs_say_that_the_run_is_not_whole(server, form, says):
    server.chat = lambda seen: Reply(status=404)
    result = check("--server", server.url, "--output-format", form)
    assert result.exit_code == 2
    assert says in result.stdout


def test_a_server_that_fails_does_not_turn_a_clean_run_into_a_pass(server):
    Path("a.md").write_text("All is well.\n")
    server.listing = Reply(status=404)
    result = check("--server", server.url)
    assert (result.exit_code, result.stdout) == (2, "Nothing to report in 1 file. 1 server failed.\n")
    assert "HTTP 404 (asked for its models; --server-model names one)" in result.stderr


def test_of_several_models_one_must_be_named(server):
    server.listing = Reply({"data": [{"id": "small"}, {"id": "large"}]})
    result = check("--server", server.url)
    assert result.exit_code == 2
    assert result.stderr == (
        f"srlint: server {server.url}: has several models: small, large: choose one with --server-model\n"
    )
    assert check("--server", server.url, "--server-model", "large").exit_code == 1
    assert [seen.body["model"] for seen in server.asked] == ["large"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--server", "http://x", "--model", "m.gguf"], "--server and --model exclude each other"),
        (["--server", "http://x", "--no-model"], "--server and --no-model exclude each other"),
        (["--server-model", "x", "--no-model"], "--server-model and --no-model exclude each other"),
        (["--server", "x:80"], '--server must be a web address such as http://localhost:8080, not "x:80"'),
        (["--server", "http://me:secret@x"], "--server must be a web address without a user or a password"),
    ],
)
def test_contradictions_and_wrong_addresses(options, says):
    result = check(*options)
    assert result.exit_code == 2
    assert says in result.stderr
    assert "secret" not in result.stderr


def test_a_configuration_file_can_name_it(server):
    Path("srlint.toml").write_text(f'server = "{server.url}"\nserver-model = "{MODEL}"\nserver-jobs = 2\n')
    assert check().exit_code == 1
    assert len(server.asked) == 1
    assert check("--no-model", "--no-cache").exit_code == 1
    assert check("--isolated", "--no-model").exit_code == 1
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("far", "near", "expected"),
    [
        ({"server": "http://a"}, {}, ("http://a", None, None)),
        ({"server": "http://a", "model": "m"}, {}, ("http://a", None, "m")),
        ({"server": "http://a", "server-model": "x"}, {"server": "http://b"}, ("http://b", None, None)),
        ({"server": "http://a", "server-model": "x"}, {"server-model": "y"}, ("http://a", "y", None)),
        ({"server": "http://a"}, {"model": "m"}, (None, None, "m")),
        ({"model": "m"}, {"server": "http://a"}, ("http://a", None, "m")),
    ],
)
def test_the_closer_of_model_and_server_counts(far, near, expected):
    settings = Resolver([far, near], isolated=True).for_folder(".")
    assert (settings.server, settings.server_model, settings.model) == expected
    assert settings.server_jobs == JOBS


def test_the_doctor_asks_whether_it_is_there(server):
    def advice() -> doctor.Advice:
        (found,) = (item for item in doctor.examine(Resolver({}), Path.cwd()) if item.subject == "language model")
        return found

    Path("srlint.toml").write_text(f'server = "{server.url}"\n')
    assert advice().state == "ok"
    assert f"server {server.url}, {MODEL}" in advice().text
    Path("srlint.toml").write_text(f'server = "{server.url}"\nserver-model = "other"\n')
    assert (advice().state, advice().text) == ("note", f"server {server.url}: does not list other")
    server.stop()
    assert advice().state == "fail"


def test_what_speaks_http_loads_only_to_speak():
    program = """
import sys
from srlint.linter import Linter
from srlint.config import Settings
from srlint.document import Document
with Linter.open(Settings(server="http://127.0.0.1:1", server_model="x", use_cache=False)) as linter:
    linter.check(Document("The chairman opened the meeting.", "text"))
print([name for name in ("srlint.server.client", "urllib.request", "http.client", "ssl") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("[]\n", "")
