from __future__ import annotations

import json
import os
import pty
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import fakes
import srlint
from srlint.categories import CATEGORIES
from srlint.cli import cli
from srlint.findings import Review

CLEAN = "All is well.\n"
SAFE = "The chairman opens.\n"
UNSAFE = "A radical mob came.\n"
HOPELESS = "These idiots broke it.\n"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """An empty current folder, and the stand-in for the linter."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setitem(sys.modules, "srlint.linter", None)
    fakes.install()
    monkeypatch.setattr(fakes.FakeLinter, "opened", 0)
    return tmp_path


def check(*args: str, input: str | bytes | None = None):
    return CliRunner().invoke(cli, ["check", *args], input=input)


def start(*args: str, before: str = "", env: dict[str, str] | None = None, **streams) -> subprocess.Popen:
    """`srlint check` as a process of its own, with the stand-in; the code `before` runs first."""
    program = f"import fakes; fakes.install()\n{before}\nfrom srlint.cli import main; main()"
    path = os.pathsep.join([str(Path(__file__).parent), str(Path(srlint.__file__).parents[1])])
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | streams
    environment = os.environ | {"PYTHONPATH": path} | (env or {})
    return subprocess.Popen([sys.executable, "-c", program, "check", *args], env=environment, **streams)


def write(name: str, text: str | bytes) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_clean_files_pass():
    write("a.md", CLEAN)
    write("b.txt", "")
    result = check()
    assert (result.exit_code, result.stdout, result.stderr) == (0, "Nothing to report in 2 files.\n", "")


def test_findings_give_1():
    write("a.md", SAFE + HOPELESS)
    write("docs/b.md", UNSAFE)
    result = check()
    assert result.exit_code == 1
    assert "a.md:1:1  gender" in result.stdout
    assert "docs/b.md:1:1  framing, toxicity" in result.stdout
    assert result.stdout.endswith("(2 rewrites: 1 safe, 1 unsafe; apply with --fix / --unsafe-fixes).\n")
    assert result.stderr == ""
    assert check("--exit-zero").exit_code == 0


def test_nothing_is_written_without_being_asked():
    path = write("a.md", SAFE)
    check()
    check("--unsafe-fixes")
    check("--diff")
    assert path.read_text() == SAFE


def test_fix_applies_safe_rewrites():
    path = write("a.md", SAFE + UNSAFE)
    path.chmod(0o600)
    result = check("--fix")
    assert result.exit_code == 1
    assert path.read_text() == "The chair opens.\n" + UNSAFE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "a.md:2:1" in result.stdout and "a.md:1:1" not in result.stdout
    assert "Found 2 passages in 1 file (1 rewritten, 1 remaining; 1 rewrite: 0 safe, 1 unsafe" in result.stdout


def test_fix_that_fixes_all_gives_0():
    path = write("a.md", b"\xef\xbb\xbfThe chairman opens.\r\nA radical mob came.")
    assert check("--fix", "--unsafe-fixes").exit_code == 0
    assert path.read_bytes() == b"\xef\xbb\xbfThe chair opens.\r\nA radical crowd came."


def test_fix_leaves_files_without_a_change_alone():
    path = write("a.md", CLEAN + HOPELESS)
    os.utime(path, ns=(1, 1))
    before = path.stat()
    assert check("--fix").exit_code == 1
    after = path.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_diff_shows_what_fix_would_do():
    write("docs/a.md", SAFE + UNSAFE + HOPELESS)
    result = check("--diff")
    assert result.exit_code == 1
    assert result.stdout == (
        "--- ./docs/a.md\n+++ ./docs/a.md\n@@ -1,3 +1,3 @@\n-The chairman opens.\n+The chair opens.\n"
        " A radical mob came.\n These idiots broke it.\n"
    )
    assert result.stderr == (
        "Would rewrite 1 passage in 1 file; 1 more with --unsafe-fixes; 1 passage without a rewrite, see the report.\n"
    )
    assert "+A radical crowd came." in check("--diff", "--unsafe-fixes").stdout


def test_an_empty_diff_gives_0_and_says_what_it_leaves():
    write("a.md", HOPELESS)
    result = check("--diff")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "1 passage without a rewrite" in result.stderr


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"a\0b", "a binary file"),
        (b"caf\xe9\n", "not valid UTF-8 at byte 3 (line 1)"),
        (b"a" * 10_000_001, "larger than 10 MB"),
        (None, "no such file or directory"),
    ],
)
def test_a_file_that_cannot_be_checked_gives_2_and_the_others_are_checked(content, says):
    if content is not None:
        write("bad.md", content)
    write("good.md", SAFE)
    result = check("bad.md", "good.md")
    assert result.exit_code == 2
    assert result.stderr.startswith("srlint: bad.md: ")
    assert says in result.stderr
    assert result.stderr.count("\n") == 1
    assert "good.md:1:1" in result.stdout
    assert result.stdout.endswith("1 path could not be checked.\n")
    assert check("bad.md", "good.md", "--exit-zero").exit_code == 2
    assert check("bad.md", "--fix").exit_code == 2
    if content is not None:
        assert Path("bad.md").read_bytes() == content


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads and writes everything")
def test_a_file_without_permission_gives_2():
    path = write("a.md", SAFE)
    path.chmod(0)
    assert "srlint: a.md: permission denied\n" in check().stderr
    path.chmod(0o444)
    result = check("--fix")
    assert (result.exit_code, result.stderr) == (2, "srlint: a.md: not writable\n")


def test_a_pipe_by_name_is_refused_and_does_not_hang(folder):
    os.mkfifo("pipe.md")
    assert check("pipe.md").stderr == "srlint: pipe.md: not a regular file\n"


def test_a_folder_without_documents_is_told_and_gives_0():
    result = check()
    assert (result.exit_code, result.stderr) == (0, "srlint: .: no documents found\n")
    assert fakes.FakeLinter.opened == 0
    assert check("-q").stderr == ""


def test_a_named_file_of_unknown_type_is_read_as_text():
    write("NOTES", SAFE)
    assert check("NOTES").exit_code == 1


def test_standard_input():
    result = check("-", input=SAFE)
    assert result.exit_code == 1
    assert result.stdout.startswith("-:1:1  gender")
    assert check("-", "--stdin-filename", "docs/x.md", input=SAFE).stdout.startswith("docs/x.md:1:1")
    assert check("-", input="").exit_code == 0


def test_standard_input_is_fixed_to_standard_output():
    result = check("-", "--fix", input=b"The chairman opens.\r\nThese idiots came.")
    assert result.exit_code == 1
    assert result.stdout_bytes == b"The chair opens.\r\nThese idiots came."
    assert "-:2:1  toxicity" in result.stderr
    assert check("-", "--fix", input=CLEAN).stdout == CLEAN


def test_standard_input_as_a_diff():
    result = check("-", "--diff", "--stdin-filename", "a.md", input=SAFE)
    assert (result.exit_code, result.stdout.splitlines()[0]) == (1, "--- ./a.md")


def test_bad_standard_input_gives_2_and_prints_no_text():
    result = check("-", "--fix", input=b"caf\xe9")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("srlint: -: not valid UTF-8")


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["--threshold", "1"], "is not in the range 0<x<1"),
        (["--threshold", "high"], "'high' is not a valid float"),
        (["--output-format", "xml"], "'xml' is not one of"),
        (["--diff", "--fix"], "exclude each other"),
        (["--diff", "--output-format", "json"], "format of its own"),
        (["--model", "x", "--no-model"], "exclude each other"),
        (["--isolated", "--config", "c.toml"], "exclude each other"),
        (["-", "a.md"], "cannot be combined"),
        (["--stdin-filename", "a.md"], "goes with the path -"),
        (["-o", "none/report.txt"], "no such folder: none"),
        (["--nonsense"], "No such option"),
    ],
)
def test_a_usage_error_is_one_line_and_gives_2(args, says):
    write("c.toml", "")
    result = check(*args)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert result.stderr.startswith("srlint: ")
    assert says in result.stderr
    assert result.stderr.endswith("(see srlint check --help)\n")


def test_a_mistake_in_the_configuration_gives_2():
    write("pyproject.toml", "[tool.srlint]\ntreshold = 0.5\n")
    write("a.md", SAFE)
    result = check()
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.endswith("pyproject.toml:2: unknown key 'treshold'; did you mean 'threshold'?\n")
    assert check("--isolated").exit_code == 1


def test_the_configuration_closest_to_the_paths_holds():
    write("docs/pyproject.toml", "[tool.srlint]\nthreshold = 0.95\n")
    write("docs/a.md", SAFE)
    assert check("docs").exit_code == 0
    assert check("docs/a.md").exit_code == 0
    assert check("docs", "--threshold", "0.9").exit_code == 1
    write("b.md", SAFE)
    assert check(".").stdout.startswith("b.md:1:1")
    assert "Found 1 passage in 1 file" in check(".").stdout
    assert check("-", "--stdin-filename", "docs/b.md", input=SAFE).exit_code == 0
    assert check(".", "--config", "docs/pyproject.toml").exit_code == 0


def test_options_reach_the_linter(monkeypatch):
    seen = []
    monkeypatch.setattr(fakes.FakeLinter, "__init__", lambda self, settings: seen.append(settings))
    monkeypatch.setattr(fakes.FakeLinter, "check", lambda self, document, enabled, left: Review(document, (), ()))
    write("pyproject.toml", "[tool.srlint]\nuse-model = false\n")
    write("a.md", CLEAN)
    check("--model", "small", "--include-quotes", "--no-cache", "--cache-dir", "kept", "--threshold", "0.25")
    check("--no-model", "--isolated")
    check()
    first, second, third = seen
    assert (first.model, first.use_model, first.include_quotes, first.use_cache) == ("small", True, True, False)
    assert (first.cache_dir, first.threshold) == (Path("kept"), 0.25)
    assert (second.model, second.use_model, second.use_cache, second.include_quotes) == (None, False, True, False)
    assert not third.use_model


def test_exclude():
    write("a.md", SAFE)
    write("legal/b.md", SAFE)
    result = check(".", "--exclude", "legal/", "--exclude", "a.md", "-v")
    assert result.exit_code == 0
    assert "srlint: legal: skipped: excluded by the configuration\n" in result.stderr


def test_verbose_says_what_was_skipped_and_why():
    write("a.md", "> The chairman opens.\n\nFine.\n")
    write("venv/b.md", SAFE)
    result = check("-v")
    assert result.exit_code == 0
    assert result.stderr.splitlines() == [
        "srlint: venv: skipped: vendored or generated folder",
        "srlint: a.md:1:1: skipped: block quote",
    ]
    assert check().stderr == ""
    assert check("--include-quotes").exit_code == 1


def test_quiet_prints_findings_only():
    write("a.md", SAFE)
    assert check("-q", "--output-format", "concise").stdout == "a.md:1:1: gender 0.93 about chairman [*]\n"
    assert check("-q", "--fix").stdout == ""


def test_json_on_standard_output_is_nothing_else():
    write("a.md", SAFE)
    rows = json.loads(check("--output-format", "json").stdout)
    assert [row["file"] for row in rows] == ["a.md"]
    assert json.loads(check("none.md", "--output-format", "json").stdout) == []


def test_a_report_goes_to_a_file():
    write("a.md", SAFE)
    result = check("a.md", "-o", "report.json", "--output-format", "json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert json.loads(Path("report.json").read_text())[0]["line"] == 1
    check("a.md", "-o", "a.patch", "--diff")
    assert Path("a.patch").read_text().startswith("--- ./a.md\n")


@pytest.mark.parametrize(
    ("args", "environment", "colored"),
    [
        ([], {}, False),
        (["--color", "always"], {}, True),
        (["--color", "always"], {"NO_COLOR": "1"}, True),
        ([], {"FORCE_COLOR": "1"}, True),
        ([], {"FORCE_COLOR": "0"}, False),
        ([], {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (["--color", "never"], {"FORCE_COLOR": "1"}, False),
    ],
)
@pytest.mark.parametrize("mode", [[], ["--diff"]])
def test_colour(args, environment, colored, mode, monkeypatch):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    write("a.md", SAFE)
    assert ("\x1b[" in check(*args, *mode).stdout) == colored


def test_a_bug_gives_3_and_a_report(folder):
    write("a.md", "BUG\n")
    result = check()
    assert (result.exit_code, result.stderr.count("\n")) == (3, 1)
    path = Path(result.stderr.strip().rpartition("report: ")[2])
    assert folder in path.parents
    report = path.read_text()
    assert "RuntimeError: not foreseen" in report
    assert f"srlint {srlint.__version__}" in report


def test_an_interruption_gives_130_and_keeps_what_is_done():
    first = write("a.md", SAFE)
    second = write("b.md", SAFE + "INTERRUPT\n")
    result = check("--fix")
    assert result.exit_code == 130
    assert result.stderr.strip() == "srlint: interrupted"
    assert first.read_text() == "The chair opens.\n"
    assert second.read_text() == SAFE + "INTERRUPT\n"


def test_an_interrupted_report_leaves_the_last_one():
    write("a.md", "INTERRUPT\n")
    write("report.txt", "the last one")
    assert check("a.md", "-o", "report.txt").exit_code == 130
    assert Path("report.txt").read_text() == "the last one"


def test_an_error_in_a_model_gives_2(monkeypatch):
    from srlint.errors import ModelError

    def refuse(settings, **shared):
        raise ModelError("x.gguf: not a GGUF file")

    monkeypatch.setattr(fakes.FakeLinter, "open", refuse)
    write("a.md", SAFE)
    result = check()
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", "srlint: x.gguf: not a GGUF file\n")


def test_explain():
    listed = CliRunner().invoke(cli, ["explain"])
    assert listed.exit_code == 0
    assert [line.split()[0] for line in listed.stdout.splitlines()] == [category.id for category in CATEGORIES]
    one = CliRunner().invoke(cli, ["explain", "Gender"]).stdout
    assert all(example in one for example in (*CATEGORIES[0].flagged, *CATEGORIES[0].fine, CATEGORIES[0].why))
    unknown = CliRunner().invoke(cli, ["explain", "gendre"])
    assert (unknown.exit_code, unknown.stdout) == (2, "")
    assert "did you mean gender?" in unknown.stderr


def test_version_and_bare_command():
    assert CliRunner().invoke(cli, ["--version"]).stdout == f"srlint {srlint.__version__}\n"
    bare = CliRunner().invoke(cli, [])
    assert bare.exit_code == 2
    assert "check" in bare.output


def test_a_closed_pipe_ends_quietly():
    for number in range(300):
        write(f"{number}.md", SAFE * 20)
    process = start()
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(30) == 1


def test_a_full_disk_is_one_line():
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    write("a.md", SAFE)
    with open("/dev/full", "w") as full:
        process = start(stdout=full)
        said = process.communicate(timeout=30)[1]
    assert process.returncode == 2
    assert b"No space left" in said and said.count(b"\n") == 1


def test_a_real_interrupt_gives_130():
    write("a.md", CLEAN)
    process = start(
        before="import time\n"
        "def wait(self, document, enabled, left):\n    print('waiting', flush=True); time.sleep(60)\n"
        "fakes.FakeLinter.check = wait"
    )
    assert process.stdout.readline() == b"waiting\n"
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=30)[1]
    assert process.returncode == 130
    assert said.strip() == b"srlint: interrupted"


def test_output_survives_a_narrow_encoding():
    write("a.md", "Der Vorsitzende – chairman ✓\n")
    process = start(env={"PYTHONIOENCODING": "ascii"})
    out, said = process.communicate(timeout=30)
    assert (process.returncode, said) == (1, b"")
    assert b"\\u2013" in out


def test_progress_is_drawn_on_a_terminal_only():
    write("a.md", SAFE)
    leader, follower = pty.openpty()
    os.set_blocking(leader, False)
    for env, drawn in (({}, True), ({"PRE_COMMIT": "1"}, False)):
        process = start(env=env, stderr=follower)
        assert b"\x1b" not in process.communicate(timeout=30)[0]
        try:
            said = os.read(leader, 10_000)
        except BlockingIOError:
            said = b""
        assert (b"1/1 a.md" in said) == drawn
        assert not drawn or said.endswith(b"\r\x1b[2K")
    os.close(leader)
    os.close(follower)
    assert start().communicate(timeout=30)[1] == b""
