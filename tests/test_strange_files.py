"""What a stranger's repository may hold besides documents: the walk, the named paths and the configuration meet it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import fakes
import srlint
from srlint.cli import cli

SAFE = "The chairman opens.\n"
SECRET = "hunter2-do-not-print"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """An empty current folder, the stand-in for the linter, and an end to whatever waits for ever."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setitem(sys.modules, "srlint.linter", None)
    fakes.install()
    signal.alarm(60)
    yield tmp_path
    signal.alarm(0)


def check(*args: str):
    return CliRunner().invoke(cli, ["check", "--no-cache", *args])


def make(kind: str, path: Path) -> None:
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as end:
            end.bind(path.name)  # the whole path may be too long for one
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "huge":
        with open(path, "wb") as file:
            file.truncate(1 << 40)
    elif kind == "loop":
        path.symlink_to(path.name)
    elif kind == "dangling":
        path.symlink_to("nowhere")
    else:
        path.mkdir()


KINDS = {
    "pipe": "not a regular file",
    "socket": "not a regular file",
    "device": "not a regular file",
    "huge": "larger than 10 MB, not checked",
    "loop": "too many levels of symbolic links",
    "dangling": "no such file or directory",
}


@pytest.mark.parametrize("kind", KINDS)
def test_by_name_it_is_one_line_and_the_other_files_are_checked(here, kind):
    make(kind, here / "x.md")
    (here / "a.md").write_text(SAFE)
    for mode in ((), ("--fix",)):
        result = check("x.md", "a.md", *mode)
        assert (result.exit_code, result.stderr) == (2, f"srlint: x.md: {KINDS[kind]}\n")
    assert (here / "a.md").read_text() == "The chair opens.\n"


@pytest.mark.parametrize("kind", KINDS)
def test_on_a_walk_only_what_is_too_large_is_a_fault(here, kind):
    make(kind, here / "x.md")
    (here / "a.md").write_text(SAFE)
    result = check()
    assert "a.md:1:1" in result.stdout
    assert (result.exit_code, result.stderr) == ((2, f"srlint: x.md: {KINDS[kind]}\n") if kind == "huge" else (1, ""))


@pytest.mark.parametrize("name", [".gitignore", "srlint.toml", ".srlint.toml", "pyproject.toml"])
@pytest.mark.parametrize("kind", [*KINDS, "folder"])
def test_in_the_place_of_settings_it_does_no_harm(here, kind, name):
    make(kind, here / name)
    (here / "a.md").write_text(SAFE)
    result = check()
    if kind == "huge" and name != ".gitignore":
        assert (result.exit_code, result.stderr) == (2, f"srlint: {name}: larger than 10 MB, not read\n")
    else:
        assert (result.exit_code, result.stderr) == (1, "")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("key", ["extend", "baseline"])
def test_settings_that_name_it_are_one_line(here, kind, key):
    make(kind, here / "x.toml")
    (here / "srlint.toml").write_text(f'{key} = "x.toml"\n')
    (here / "a.md").write_text(SAFE)
    result = check()
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "x.toml" in result.stderr


@pytest.mark.parametrize("kind", KINDS)
def test_a_report_is_written_where_it_can_be(here, kind):
    if kind in ("pipe", "socket", "huge", "dangling"):
        pytest.skip("a report may go there, or is waited for there, as with any program")
    make(kind, here / "report.txt")
    (here / "a.md").write_text(SAFE)
    result = check("a.md", "-o", "report.txt")
    assert result.exit_code == (1 if kind == "device" else 2), result.output


def outside(here: Path) -> Path:
    """A project below a file that is not its own."""
    (here / "secrets.toml").write_text(f'password = "{SECRET}"\n')
    (here / "notes.txt").write_text(f"{SECRET}\n")
    (here / "key.pem").write_bytes(b"-----BEGIN\n" + SECRET.encode() + b"\xff\n")
    project = here / "project"
    project.mkdir()
    (project / "a.md").write_text(SAFE)
    return project


@pytest.mark.parametrize("to", ["../secrets.toml", "../notes.txt", "../key.pem", "../../../../../../etc/passwd", "~/x"])
def test_settings_can_point_out_of_a_repository_but_nothing_is_told_of_what_lies_there(here, monkeypatch, to):
    monkeypatch.chdir(outside(here))
    monkeypatch.setenv("HOME", str(here))
    (here / "x").write_text(f'model = ["{SECRET}"\n')
    for key in ("extend", "baseline"):
        Path("srlint.toml").write_text(f'{key} = "{to}"\n')
        for option in ("-v", "--show-settings", "--show-files"):
            result = check(option)
            # To show where a baseline lies does not open it.
            assert result.exit_code == (0 if (key, option[:6]) == ("baseline", "--show") else 2)
            assert SECRET not in result.output and "root:" not in result.output


def test_an_extended_file_cannot_send_text_away_either(here, monkeypatch):
    monkeypatch.chdir(outside(here))
    (here / "shared.toml").write_text('server = "http://example.org"\n')
    Path("srlint.toml").write_text('extend = "../shared.toml"\n')
    result = check()
    assert result.exit_code == 2
    assert "/shared.toml:1: server can only be named by --server" in result.stderr


def test_documents_below_are_not_written_through_links(here, monkeypatch):
    project = outside(here)
    (here / "mine.md").write_text(SAFE)
    (project / "link.md").symlink_to("../mine.md")
    (project / "up").symlink_to("..")
    monkeypatch.chdir(project)
    assert check("--fix").exit_code == 0
    assert Path("a.md").read_text() == "The chair opens.\n"
    assert (here / "mine.md").read_text() == SAFE


def test_names_that_are_no_text_are_checked_fixed_and_reported(here):
    name = os.fsdecode(b"caf\xe9\xff.md")
    (here / name).write_text(SAFE)
    for format in ("full", "json", "sarif", "junit", "github"):
        result = check(name, "--output-format", format)
        assert result.exit_code == 1, result.output
        result.stdout.encode("utf-8")
    assert check("--fix").exit_code == 0
    assert (here / name).read_text() == "The chair opens.\n"


@pytest.mark.parametrize("event", ["vanishes", "grows", "becomes a pipe", "becomes a folder"])
def test_what_happens_to_a_file_meanwhile_is_not_undone(here, monkeypatch, event):
    (here / "a.md").write_text(SAFE)
    (here / "b.md").write_text(SAFE)
    usual = fakes.FakeLinter.check

    def meanwhile(self, document, *rest):
        if (here / "a.md").exists() and event not in happened:
            happened.append(event)
            (here / "a.md").unlink()
            if event == "grows":
                (here / "a.md").write_text(SAFE + "Mine.\n")
            elif event != "vanishes":
                make(event.split()[-1], here / "a.md")
        return usual(self, document, *rest)

    happened: list[str] = []
    monkeypatch.setattr(fakes.FakeLinter, "check", meanwhile)
    result = check("--fix")
    assert result.exit_code == 2
    assert result.stderr.startswith("srlint: a.md: ") and result.stderr.count("\n") == 1
    assert (here / "b.md").read_text() == "The chair opens.\n"
    assert (here / "a.md").exists() == (event != "vanishes")
    if event == "grows":
        assert (here / "a.md").read_text() == SAFE + "Mine.\n"
    assert not [path for path in here.iterdir() if path.name.startswith(".srlint-")]


def in_a_small_disk(script: str) -> subprocess.CompletedProcess:
    """Runs a script of the shell on a disk of 64 kB, `$PYTHON` being a Python with the stand-in for the linter."""
    prepare = "mkdir -p disk && mount -t tmpfs -o size=64k tmpfs disk && cd disk || exit 99\n"
    environment = os.environ | {
        "PYTHON": sys.executable,
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), str(Path(srlint.__file__).parents[1])]),
        "PROGRAM": "import fakes; fakes.install()\nfrom srlint.cli import main; main()",
    }
    try:
        command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", prepare + script]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    except FileNotFoundError:
        pytest.skip("unshare is not installed")
    if done.returncode == 99 or "unshare failed" in done.stderr:
        pytest.skip("no disk can be mounted here")
    return done


def test_a_full_disk_leaves_each_file_old_and_is_one_line_each(here):
    done = in_a_small_disk(
        "for name in a b; do echo 'The chairman opens.' > $name.md; done\n"
        "head -c 1000000 /dev/zero > filler 2>/dev/null\n"
        '"$PYTHON" -c "$PROGRAM" check --fix --no-cache --no-progress a.md b.md; echo status $?\n'
        "cat a.md b.md; ls -A\n"
    )
    told = done.stderr.splitlines()
    assert told == [f"srlint: {name}.md: cannot be written: no space left on device" for name in "ab"]
    assert done.stdout.endswith("status 2\nThe chairman opens.\nThe chairman opens.\na.md\nb.md\nfiller\n"), done.stdout


def test_a_full_disk_leaves_the_last_report(here):
    done = in_a_small_disk(
        "echo 'The chairman opens.' > a.md; echo last > report.txt\n"
        "head -c 1000000 /dev/zero > filler 2>/dev/null\n"
        '"$PYTHON" -c "$PROGRAM" check --no-cache a.md -o report.txt; echo status $?\ncat report.txt; ls -A\n'
    )
    assert done.stderr == "srlint: report.txt: cannot be written: no space left on device\n"
    assert done.stdout == "status 2\nlast\na.md\nfiller\nreport.txt\n"


def test_a_cache_on_a_full_disk_costs_a_warning(here):
    done = in_a_small_disk(
        "head -c 1000000 /dev/zero > filler 2>/dev/null\n"
        '"$PYTHON" -c "from pathlib import Path; from srlint.cache import ResultCache\n'
        "cache = ResultCache(Path('cache')); cache.put_many({b'a': b'1' * 100}); print(cache.get_many([b'a']))\""
    )
    assert done.returncode == 0
    assert done.stdout == "{}\n"
    assert done.stderr.startswith("srlint: cache disabled: cache: ") and done.stderr.count("\n") == 1
