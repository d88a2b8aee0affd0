"""The whole command on hostile documents, names and settings: nothing it prints gives orders to a terminal or a log."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from click.testing import CliRunner

import fakes
import hostile
import srlint
from srlint.cli import cli
from srlint.config import load
from srlint.config.keys import KEYS
from srlint.output import FORMATS

# An escape sequence in 7 and in 8 bits, a bell, a carriage return, direction marks, and commands of three kinds of log.
ORDER = "\x1b[2J\x9b2J\x07\r\u202e\u2066\n::error::x ##[error]y ##vso[task.complete]z"
ORDERS = re.compile(r"##\w*\[")
# The commands that the format for GitHub is made of; once the runner reads one, it looks for no other in the line.
OWN = re.compile(r"^::(?:warning file=.*?,title=srlint%3A [a-z%2C ]+|notice title=srlint)::", re.MULTILINE)
STYLES = re.compile(r"\x1b\[[\d;]*m")


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setitem(sys.modules, "srlint.linter", None)
    fakes.install()
    return tmp_path


def run(*args: str, input: bytes | None = None) -> tuple[int, str]:
    """The exit status and all that was printed, which must be harmless."""
    result = CliRunner().invoke(cli, [*args], input=input)
    for text in (result.stdout, result.stderr):
        harmless(text)
    return result.exit_code, result.stdout


def harmless(text: str) -> None:
    text = OWN.sub("", text)
    assert not ORDERS.search(text), text
    for line in text.split("\n"):
        assert not line.lstrip().startswith("::"), line
    left = STYLES.sub("", text).translate({ord(char): None for char in "\n\t\u200d"})
    assert left.isprintable(), repr(left)


@pytest.fixture
def documents(here):
    """All hostile documents, under all hostile names that a disk takes."""
    for case, text in hostile.TEXTS.items():
        (here / f"{case}.md").write_bytes(hostile.document(case).to_bytes() if text is None else text.encode())
    for name in (name for name in hostile.NAMES if "/" not in name and name != "-"):
        try:
            Path(name).write_text(hostile.TEXTS["plain"])
        except UnicodeEncodeError:  # half a surrogate pair is no name
            continue
    return here


def test_the_names_that_a_disk_takes_are_many(documents):
    assert len(list(documents.glob("*.md"))) > 25


@pytest.mark.parametrize("color", ["never", "always"])
@pytest.mark.parametrize("name", [*FORMATS])
def test_a_report_of_them(documents, name, color):
    status, text = run("check", "-v", "--output-format", name, "--color", color)
    assert status == 1
    if name in ("json", "sarif", "rdjson", "gitlab"):
        assert json.loads(text)
    elif name == "jsonl":
        assert all(map(json.loads, text.splitlines()))
    elif name in ("junit", "checkstyle"):
        assert len(ElementTree.fromstring(text))


@pytest.mark.parametrize(
    "args",
    [
        ("check", "--statistics"),
        ("check", "--show-files"),
        ("check", "--show-files", "--exclude", "*.rst", "-v"),
        ("check", "--diff", "--color", "always", "--exclude", "utf-16.md"),
        ("check", "--write-baseline"),
        ("check", "--add-ignores", "because"),
        ("check", "--fix", "--unsafe-fixes", "-v"),
    ],
)
def test_what_else_a_check_does_with_them(documents, args):
    assert run(*args)[0] in (0, 1)


@pytest.mark.parametrize(
    "args",
    [
        ("check", "{}"),
        ("check", "{}.md", "--fix"),
        ("check", "--select", "{}"),
        ("check", "--model", "{}"),
        ("check", "--config", "{}"),
        ("check", "--config", "threshold = '{}'"),
        ("check", "--changed={}"),
        ("check", "--baseline", "{}"),
        ("check", "-o", "none/{}"),
        ("check", "--server", "http://{}"),
        ("check", "-", "--stdin-filename", "{}.md"),
        ("check", "--cache-dir", "file/{}"),
        ("check", "--{}"),
        ("{}",),
        ("explain", "{}"),
        ("clean", "--cache-dir", "file/{}"),
        ("model", "info", "{}"),
        ("model", "remove", "{}"),
        ("model", "pull", "{}"),
    ],
)
def test_arguments_come_back_harmless(here, args):
    (here / "file").write_text("The chairman.\n")
    run(*(arg.format(ORDER) for arg in args), input=b"The chairman.\n")


def quoted(text: str) -> str:
    """A string of TOML."""
    return '"' + "".join(f"\\U{ord(char):08x}" for char in text) + '"'


@pytest.mark.parametrize("key", [key for key in KEYS if "." not in key])
def test_settings_come_back_harmless(here, key):
    (here / "a.md").write_text("The chairman.\n")
    order = quoted(ORDER)
    for value in (
        order,
        f"[{order}]",
        f"{{ {order} = {order} }}",
        f'{{ {order} = ["all"] }}',
        f"[{{ term = {order} }}]",
    ):
        (here / "srlint.toml").write_text(f"{key} = {value}\n")
        for option in ("-v", "--show-settings", "--show-files"):
            run("check", option)


def test_settings_that_hold_orders_are_shown_as_they_were_meant(here):
    (here / "srlint.toml").write_text(f"allow = [{quoted(ORDER)}, {quoted('fine')}]\n")
    before = load(here, {})
    status, text = run("check", "--show-settings")
    (here / "srlint.toml").write_text(text)
    assert status == 0
    assert load(here, {}).allow == before.allow == (ORDER, "fine")


@pytest.mark.parametrize("text", ["\x1b[2J = 1\n", "a = \x9b\n", "[\u202e]\n", "::error::x\n##[error]\n", "x\x07 = 1"])
def test_a_broken_file_of_settings_is_told_harmlessly(here, text):
    (here / "srlint.toml").write_text(text)
    assert run("check")[0] == 2


def test_a_baseline_cannot_give_orders(here):
    (here / "a.md").write_text("The chairman.\n")
    (here / ".srlint-baseline.json").write_text(json.dumps({"version": 1, "files": {ORDER: [{}]}}))
    assert run("check")[0] == 2
    row = {"category": ORDER, "passage": "0" * 16, "count": 1, "text": ORDER}
    (here / ".srlint-baseline.json").write_text(json.dumps({"version": 1, "files": {ORDER: [row]}}))
    assert run("check")[0] == 1


def started(*args: str, **streams) -> subprocess.Popen:
    program = "import fakes; fakes.install()\nfrom srlint.cli import main; main()"
    path = os.pathsep.join([str(Path(__file__).parent), str(Path(srlint.__file__).parents[1])])
    environment = os.environ | {"PYTHONPATH": path} | streams.pop("env", {})
    return subprocess.Popen([sys.executable, "-c", program, "check", *args], env=environment, **streams)


def test_a_diff_on_a_terminal_without_colours_is_for_eyes(here):
    (here / "a.md").write_text("\x1b]0;title\x07\x9b2J\nThe chairman.\n")
    leader, follower = pty.openpty()
    process = started("--diff", "-q", env={"NO_COLOR": "1"}, stdout=follower, stderr=subprocess.DEVNULL)
    assert process.wait(30) == 1
    os.close(follower)
    text = os.read(leader, 10_000).decode().replace("\r\n", "\n")
    os.close(leader)
    harmless(text)
    assert "-The chairman.\n+The chair.\n" in text


def test_a_diff_in_the_log_of_a_workflow_gives_no_commands(here):
    old = "::stop-commands::x\n::error::x\nThe chairman ##[error]y.\n::x::\n"
    (here / "a.md").write_text(old)
    (here / "b.md").write_text("The chairman.\n")
    log = started("--diff", "-q", env={"GITHUB_ACTIONS": "true"}, stdout=subprocess.PIPE).communicate(timeout=30)[0]
    assert commands_that_a_runner_obeys(log.decode()) == []
    assert len(commands_that_a_runner_obeys("\n".join(log.decode().split("\n")[1:]))) > 3, "nor is the reader deaf"
    # Yet it is a patch.
    subprocess.run(["git", "init", "-q", "."], check=True)
    subprocess.run(["git", "apply"], input=log, check=True)
    assert (here / "a.md").read_text() == old.replace("chairman", "chair")
    assert (here / "b.md").read_text() == "The chair.\n"


def test_a_diff_into_a_file_is_a_patch_and_nothing_else(here):
    (here / "a.md").write_text("The chairman.\n")
    with open(here / "a.patch", "wb") as file:
        started("--diff", "-q", env={"GITHUB_ACTIONS": "true"}, stdout=file).wait(30)
    assert (here / "a.patch").read_text().startswith("--- ./a.md\n")


def commands_that_a_runner_obeys(log: str) -> list[str]:
    """As actions/runner reads a log (ActionCommandManager.cs): while stopped, it heeds only the token that ends it."""
    obeyed, token = [], None
    for line in log.split("\n"):
        found = re.match(r"\s*::([^ :]+)(?: [^:]*)?::(.*)", line) or re.search(r"##\[([^ \]]+)[^\]]*\](.*)", line)
        if found is None:
            continue
        name, data = found.groups()
        if token is not None:
            token = None if name == token else token
        elif name == "stop-commands" and data.startswith("srlint-"):
            token = data
        else:
            obeyed.append(line)
    return obeyed
