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
from srlint.server.remote import JOBS, KEY_VARIABLE

TEXT = "It was a grim day for the crew.\n"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    for name in ("http_proxy", "https_proxy", "no_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    monkeypatch.delenv("SRLINT_SERVER", raising=False)
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
    assert f"{line} 0\n" in check("--server", server.url, "-v").stderr, "from the cache"
    assert f"{line} 1\n" in check("--server", server.url, "--server-model", MODEL, "-v").stderr
    Path("a.md").write_text("All is well.\n")
    assert f"{line} 0\n" in check("--server", server.url, "--server-model", "another", "-v").stderr, "nothing flagged"
    assert "sent" not in check("--server", server.url).stderr


def test_no_file_can_name_it(server, monkeypatch):
    typed = "server can only be named by --server or the variable SRLINT_SERVER: a file must not send text away\n"
    Path("srlint.toml").write_text(f'code = true\nserver = "{server.url}"\n')
    assert (check().exit_code, check().stderr) == (2, f"srlint: srlint.toml:2: {typed}")
    Path("base.toml").write_text(f'server = "{server.url}"\n')
    Path("srlint.toml").write_text('extend = "base.toml"\n')
    assert (check().exit_code, check().stderr) == (2, f"srlint: base.toml:1: {typed}")
    assert server.seen == []
    Path("srlint.toml").unlink()
    assert check("--config", f'server = "{server.url}"').exit_code == 1
    assert len(server.asked) == 1


def test_the_environment_can_name_it_and_the_key(server, monkeypatch):
    monkeypatch.setenv(KEY_VARIABLE, "sk-1")
    monkeypatch.setenv("SRLINT_SERVER", server.url)
    assert check().exit_code == 1
    assert server.seen[-1].headers["Authorization"] == "Bearer sk-1"


def test_shown_settings_are_a_file_all_the_same(server):
    shown = check("--server", server.url, "--show-settings").stdout
    assert f"# server: {server.url}  # command line\n" in shown
    Path("srlint.toml").write_text(shown)
    assert check("--no-model").exit_code == 1


@pytest.mark.parametrize("typed", [["--no-model"], ["--model", "gone.gguf"]])
def test_what_is_typed_sets_the_environments_server_aside(server, monkeypatch, typed):
    monkeypatch.setenv("SRLINT_SERVER", server.url)
    result = check(*typed)
    assert server.seen == []
    if typed[0] == "--model":
        assert result.stderr.startswith("srlint: gone.gguf: no such model file")
    else:
        assert (result.exit_code, result.stderr) == (1, "")


# What the author left out


def git(*arguments: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments], check=True, capture_output=True, timeout=30
    )


@pytest.mark.parametrize(
    ("text", "options", "settings"),
    [
        (TEXT, ["--select", "terminology"], ""),
        (TEXT, ["--ignore", "toxicity"], ""),
        (TEXT, ["--config", "threshold = { toxicity = 0.95 }"], ""),
        (TEXT, [], '[per-file-ignores]\n"a.md" = ["toxicity"]\n'),
        (f"<!-- srlint: file-ignore[toxicity] quoted -->\n\n{TEXT}", [], ""),
        (f"<!-- srlint: disable[toxicity] quoted -->\n\n{TEXT}", [], ""),
        (f"<!-- srlint: ignore[toxicity] quoted -->\n{TEXT}", [], ""),
    ],
)
@pytest.mark.parametrize("mode", [[], ["--fix", "--unsafe-fixes"], ["--diff"]])
def test_what_the_author_left_out_is_not_sent(server, text, options, settings, mode):
    Path("a.md").write_text(text)
    Path("srlint.toml").write_text(settings)
    result = check("--server", server.url, *options, *mode)
    assert (result.exit_code, server.seen) == (0, [])
    assert Path("a.md").read_text() == text
    Path("srlint.toml").unlink()
    Path("a.md").write_text(TEXT)
    assert "{+hard+} day" in check("--server", server.url).stdout, "nothing of it is remembered"


def test_what_one_file_leaves_out_another_may_want(server):
    Path("b.md").write_text(TEXT)
    Path("srlint.toml").write_text('[per-file-ignores]\n"a.md" = ["toxicity"]\n')
    (found,) = json.loads(check("--server", server.url, "--output-format", "json").stdout)
    assert (found["file"], found["rewrite"]["text"]) == ("b.md", "It was a hard day for the crew.")
    assert len(server.asked) == 1


def test_what_is_silenced_in_one_place_only_is_asked_about_once(server):
    Path("a.md").write_text(f"{TEXT}\n{TEXT[:-1]} <!-- srlint: ignore[toxicity] quoted -->\n")
    (found,) = json.loads(check("--server", server.url, "--output-format", "json").stdout)
    assert (found["line"], found["rewrite"]["text"]) == (1, "It was a hard day for the crew.")
    assert len(server.asked) == 1


def test_what_has_not_changed_is_not_sent(server):
    git("init", "-q")
    git("add", "a.md")
    git("commit", "-qm", "a")
    Path("a.md").write_text(f"{TEXT}\nA grim night it was.\n")
    result = check("--server", server.url, "--changed", "--no-cache")
    assert "{+hard+} night" in result.stdout
    assert [seen.passage for seen in server.asked] == ["A grim night it was."]


def test_what_the_baseline_accepts_is_not_sent(server):
    assert check("--no-model", "--write-baseline").exit_code == 0
    assert check("--server", server.url).exit_code == 0
    assert server.seen == []
    Path("a.md").write_text(f"{TEXT}\nA grim night it was.\n")
    assert check("--server", server.url).exit_code == 1
    assert [seen.passage for seen in server.asked] == ["A grim night it was."]


def test_a_baseline_is_not_pruned(server, monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    assert check("--no-model", "--write-baseline").exit_code == 0
    kept = Path(".srlint-baseline.json").read_text()
    Path("a.md").write_text("All is well.\n")
    assert check("--server", server.url).exit_code == 0
    assert Path(".srlint-baseline.json").read_text() == kept


# When it fails


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (Reply({"error": {"message": "no\nGPU"}}, status=500), "HTTP 500: no GPU"),
        (Reply(status=401), "HTTP 401: asks for the key in SRLINT_SERVER_KEY"),
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


def test_a_server_that_names_no_model_is_trouble_only_where_it_is_asked(server):
    server.listing = Reply(status=404)
    result = check("--server", server.url)
    assert (result.exit_code, server.asked) == (2, [])
    assert "HTTP 404 (asked for its models; --server-model names one)" in result.stderr
    Path("a.md").write_text("All is well.\n")
    result = check("--server", server.url)
    assert (result.exit_code, result.stdout) == (0, "Nothing to report in 1 file.\n")


def test_what_is_cached_is_there_while_it_is_down(server):
    assert check("--server", server.url).exit_code == 1
    server.stop()
    result = check("--server", server.url, "-v")
    assert result.exit_code == 1
    assert result.stderr.endswith(f"srlint: server {server.url}: requests sent: 0\n")
    assert "{+hard+} day" in result.stdout


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
        (["--server", "http://gpu..box:8080"], "--server must be a web address such as"),
    ],
)
def test_contradictions_and_wrong_addresses(options, says):
    result = check(*options)
    assert result.exit_code == 2
    assert says in result.stderr
    assert "secret" not in result.stderr


def test_a_configuration_file_can_say_how_it_is_asked(server):
    Path("srlint.toml").write_text('server-model = "large"\nserver-jobs = 2\n')
    assert check("--no-model").exit_code == 1
    assert server.seen == []
    assert check("--server", server.url).exit_code == 1
    assert [seen.body["model"] for seen in server.seen] == ["large"]


@pytest.mark.parametrize(
    ("far", "near", "expected"),
    [
        ({"server": "http://a"}, {}, ("http://a", None, None)),
        ({"server": "http://a", "model": "m"}, {}, ("http://a", None, "m")),
        ({"server": "http://a", "server-model": "x"}, {"server": "http://b"}, ("http://b", "x", None)),
        ({"server": "http://a", "server-model": "x"}, {"server-model": "y"}, ("http://a", "y", None)),
        ({"server": "http://a"}, {"model": "m"}, (None, None, "m")),
        ({"model": "m"}, {"server": "http://a"}, ("http://a", None, "m")),
    ],
)
def test_the_closer_of_model_and_server_counts(far, near, expected):
    settings = Resolver([far, near], isolated=True).for_folder(".")
    assert (settings.server, settings.server_model, settings.model) == expected
    assert settings.server_jobs == JOBS


def test_the_doctor_asks_whether_it_is_there(server, monkeypatch):
    parts = {"_detector": "detector", "_grammars": "source code"}
    for name, subject in parts.items():
        monkeypatch.setattr(doctor, name, lambda resolver, folder, subject=subject: doctor.Advice("ok", subject, ""))

    def advice(*options: str) -> list[str]:
        lines = CliRunner().invoke(cli, ["doctor", *options]).stdout.splitlines()
        (found,) = (line for line in lines if line[6:].startswith("language model"))
        return [found[:4].strip(), found[22:]]

    state, said = advice("--server", server.url)
    assert (state, said) == ("ok", f"server {server.url}, {MODEL}: flagged passages are sent there")
    monkeypatch.setenv("SRLINT_SERVER", server.url)
    assert advice() == [state, said]
    assert advice("--server-model", "other") == ["note", f"server {server.url}: does not list other"]
    server.stop()
    assert advice()[0] == "fail"


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
