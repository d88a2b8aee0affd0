"""`srlint check` with the shipped detector: what each option and setting makes of the same few documents."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from srlint.cli import cli

CHAIRMAN = "The chairman opens the meeting.\n"
IDIOTS = "Only idiots would vote for this clown.\n"
BLACKLIST = "Add the host to the blacklist.\n"
CLEAN = "The meeting starts at nine in the small hall.\n"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CI", raising=False)
    return tmp_path


def write(name: str, text: str) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def run(*args: str, input: str | None = None):
    return CliRunner().invoke(cli, list(args), input=input)


def check(*args: str, input: str | None = None):
    return run("check", "--no-model", *args, input=input)


def found(*args: str) -> list[tuple[str, str]]:
    """The file and the main category of each finding."""
    rows = json.loads(check("--output-format", "json", *args).stdout)
    return [(row["file"], row["categories"][0]) for row in rows]


@pytest.fixture
def documents():
    write("a.md", CHAIRMAN)
    write("b.rst", f"Title\n=====\n\n{IDIOTS}")
    write("docs/c.md", BLACKLIST + "\n" + CLEAN)


ALL = [("a.md", "gender"), ("b.rst", "toxicity"), ("docs/c.md", "terminology")]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], ALL),
        (["--select", "gender,toxicity"], ALL[:2]),
        (["--select", "gender", "--select", "terminology"], [ALL[0], ALL[2]]),
        (["--select", "gender", "--extend-select", "toxicity"], ALL[:2]),
        (["--ignore", "gender"], ALL[1:]),
        (["--exclude", "docs/"], ALL[:2]),
        (["--config", "select = ['toxicity']"], ALL[1:2]),
        (["--config", "per-file-ignores = {'*.rst' = ['toxicity']}"], [ALL[0], ALL[2]]),
        (["--config", "allow = ['chairman', 'blacklist']"], ALL[1:2]),
        (["--config", "terms.remove = ['blacklist']", "--threshold", "0.9999"], []),
    ],
)
def test_what_counts(documents, options, expected):
    assert found(*options) == expected


def test_an_unknown_category_is_an_error(documents):
    result = check("--select", "gendre")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--select" in result.stderr and "did you mean 'gender'?" in result.stderr


def test_the_settings_closest_to_a_document_hold(documents):
    write("srlint.toml", 'ignore = ["gender"]\n')
    write("docs/srlint.toml", 'select = ["gender"]\n')
    assert found() == ALL[1:2]
    assert found("--isolated") == ALL


@pytest.mark.parametrize(("level", "status"), [("info", 1), ("warning", 1), ("error", 0)])
def test_the_fail_level(level, status):
    write("a.md", CHAIRMAN + BLACKLIST)
    assert check("--fail-level", level).exit_code == status
    write("srlint.toml", f'fail-level = "{level}"\n')
    assert check().exit_code == status


def test_severity_by_category_and_term():
    write("a.md", CHAIRMAN + BLACKLIST)
    write("srlint.toml", '[severity]\ngender = "error"\n[terms.severity]\nblacklist = "warning"\n')
    rows = json.loads(check("--output-format", "json").stdout)
    assert [row["severity"] for row in rows] == ["error", "warning"]


def test_a_name_that_is_allowed_is_said_to_be_skipped():
    write("a.md", BLACKLIST)
    write("srlint.toml", 'allow = ["the Blacklist"]\n')
    result = check("-v")
    assert result.exit_code == 0
    assert "srlint: a.md:1:1: skipped: allowed, or only mentioned\n" in result.stderr


def test_quotations_are_left_alone_until_asked_for():
    write("a.md", 'She told them: "you guys are insane".\n')
    result = check("-v")
    assert result.exit_code == 0
    assert check("--include-quotes").exit_code == 1


def test_show_files_and_settings(documents):
    write("main.py", "# The chairman\n")
    write("srlint.toml", "threshold = 0.9\n")
    assert check("--show-files").stdout.splitlines() == ["a.md", "b.rst", "docs/c.md"]
    assert check("--show-files", "--code").stdout.splitlines() == ["a.md", "b.rst", "docs/c.md", "main.py"]
    assert check("--show-files", "gone.md").exit_code == 2
    shown = check("--show-settings", "--select", "age").stdout
    assert "threshold = 0.9  # srlint.toml" in shown
    assert 'select = ["age"]  # command line' in shown


def test_a_baseline_accepts_what_is_there_and_nothing_new():
    write("a.md", CHAIRMAN)
    result = check("--write-baseline")
    assert (result.exit_code, "1 finding accepted" in result.stderr) == (0, True)
    assert check().exit_code == 0
    write("a.md", f"# Minutes\n\n{CLEAN}\nThe *chairman* opens\nthe meeting.\n\n{IDIOTS}")
    assert found() == [("a.md", "toxicity")]
    assert found("--isolated") == [("a.md", "gender"), ("a.md", "toxicity")]


def test_a_baseline_is_pruned_where_it_can_be_committed(monkeypatch):
    pytest.importorskip("llama_cpp")
    write("a.md", CHAIRMAN + BLACKLIST)
    check("--write-baseline")
    before = Path(".srlint-baseline.json").read_text()
    write("a.md", BLACKLIST)
    for arguments in (["--diff"], ["--select", "terminology"], ["-"]):
        check(*arguments, input=CLEAN)
        assert Path(".srlint-baseline.json").read_text() == before
    monkeypatch.setenv("CI", "true")
    check()
    assert Path(".srlint-baseline.json").read_text() == before
    monkeypatch.delenv("CI")
    check()
    assert Path(".srlint-baseline.json").read_text() == before  # the language model might have found more
    for option in (["--threshold", "0.9999"], ["--config", "allow = ['blacklist']"]):
        run("check", *option)
        assert Path(".srlint-baseline.json").read_text() == before
    with monkeypatch.context() as without:
        without.setattr("srlint.run.is_installed", lambda: False)
        run("check")
        assert Path(".srlint-baseline.json").read_text() == before
    result = run("check")
    assert (result.exit_code, "1 finding no longer there, removed" in result.stderr) == (0, True)
    write("a.md", CHAIRMAN + BLACKLIST)
    assert found() == [("a.md", "gender")]


def test_a_baseline_that_was_named_must_be_there():
    write("a.md", CHAIRMAN)
    result = check("--baseline", "gone.json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "gone.json: no such baseline" in result.stderr


def test_ignore_comments_are_added_and_hold(documents):
    result = check("--add-ignores", "agreed with the editors")
    assert result.exit_code == 0
    assert "3 silenced by a comment, 0 remaining" in result.stdout
    assert Path("a.md").read_text() == (
        "The chairman opens the meeting. <!-- srlint: ignore[gender] agreed with the editors -->\n"
    )
    assert ".. srlint: ignore[toxicity] agreed with the editors\n\nOnly idiots" in Path("b.rst").read_text()
    assert check().exit_code == 0


def test_a_comment_that_does_nothing_is_reported():
    write("a.md", CLEAN[:-1] + " <!-- srlint: ignore[gendr] agreed -->\n")
    assert found() == [("a.md", "suppression")]
    assert found("--ignore", "suppression") == []
    # Whether a sound one does nothing is known only when everything has been looked at.
    write("a.md", CLEAN[:-1] + " <!-- srlint: ignore[gender] agreed -->\n")
    assert found() == []


def test_add_ignores_through_standard_input():
    result = check("--add-ignores", "why not", "-", input=CHAIRMAN)
    assert result.stdout == "The chairman opens the meeting. <!-- srlint: ignore[gender] why not -->\n"


def test_statistics(documents):
    result = check("--statistics")
    rows = [line.split()[:3] for line in result.stdout.splitlines()[:3]]
    assert rows == [["1", "33%", "gender"], ["1", "33%", "terminology"], ["1", "33%", "toxicity"]]
    assert "a.md:1:1" not in result.stdout
    assert "a.md:1:1" in check("--statistics", "--output-format", "concise").stdout


def git(*arguments: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_only_what_changed_is_reported_and_rewritten(documents):
    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "first")
    assert found("--changed") == []
    assert "No file was checked" in check("--changed").stdout
    write("a.md", CHAIRMAN + "\n" + BLACKLIST)
    write("new.md", CHAIRMAN)
    assert found("--changed") == [("a.md", "terminology"), ("new.md", "gender")]
    assert found("--changed=HEAD", "docs", "b.rst") == []
    assert check("--changed", "--fix").exit_code == 0
    assert Path("a.md").read_text() == CHAIRMAN + "\nAdd the host to the blocklist.\n"
    result = check("--changed=nonsense")
    assert (result.exit_code, result.stderr) == (2, "srlint: --changed: no such git revision: 'nonsense'\n")


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["--fix", "--add-ignores", "x"], "--fix and --add-ignores exclude each other"),
        (["--add-ignores", " "], "--add-ignores needs a reason"),
        (["--watch", "--fix"], "--watch and --fix exclude each other"),
        (["--watch", "-"], "--watch cannot watch standard input"),
        (["--changed", "-"], "is not"),
        (["--changed=HEAD", "-"], "--changed cannot compare standard input"),
        (["--statistics", "--output-format", "sarif"], "--statistics goes with full, concise, grouped, not with sarif"),
        (["--statistics", "--diff"], "--diff and --statistics exclude each other"),
    ],
)
def test_contradictions(args, says):
    result = check(*args)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    if says != "is not":
        assert says in result.stderr


def test_clean_removes_the_cache_and_only_that(documents):
    check()
    assert Path(".srlint_cache").is_dir()
    result = run("clean")
    assert result.exit_code == 0 and "removed" in result.stdout
    assert not Path(".srlint_cache").exists()
    assert run("clean").stdout == "No cache to remove.\n"
    write("docs/mine.txt", "x")
    refused = run("clean", "--cache-dir", "docs")
    assert (refused.exit_code, "docs: not a cache of srlint's" in refused.stderr) == (2, True)
    assert Path("docs/mine.txt").exists()


def test_the_doctor_looks_at_every_part():
    write("srlint.toml", "use-model = false\n")
    result = run("doctor")
    assert result.exit_code == 0, result.stdout
    states = {line[6:20].strip(): line[:4].strip() for line in result.stdout.splitlines()}
    assert states.keys() == {"srlint", "settings", "detector", "language model", "source code", "cache", "git"}
    assert states["detector"] == "ok" and states["language model"] == "note"
    write("srlint.toml", "use-modle = false\n")
    broken = run("doctor")
    assert broken.exit_code == 2
    assert "fail  settings        srlint.toml:1: unknown key 'use-modle'" in broken.stdout


def test_watch_checks_again_until_interrupted(folder):
    path = write("a.md", CLEAN)
    process = subprocess.Popen(
        [sys.executable, "-m", "srlint", "check", "--no-model", "--watch", "--output-format", "concise"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        bufsize=1,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1]), "PYTHONUNBUFFERED": "1"},
    )
    try:
        assert process.stdout.readline() == "Nothing to report in 1 file.\n"
        assert "watching" in process.stderr.readline()
        time.sleep(0.5)  # the watcher settles after it has said so
        path.write_text(CHAIRMAN)
        assert process.stdout.readline().startswith("a.md:1:1: gender")
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
    finally:
        process.kill()


def test_one_setting_goes_with_isolated():
    write("a.md", CHAIRMAN + "\n" + BLACKLIST)
    write("srlint.toml", 'select = ["age"]\n')
    assert found("--isolated", "--config", 'select = ["terminology"]') == [("a.md", "terminology")]
    result = check("--isolated", "--config", "srlint.toml")
    assert (result.exit_code, "--config FILE and --isolated exclude each other" in result.stderr) == (2, True)


@pytest.mark.parametrize("option", ["--select", "--extend-select", "--ignore"])
def test_a_list_of_no_category_is_a_mistake(option, documents):
    for value in ("", " , "):
        result = check(option, value)
        assert (result.exit_code, result.stdout, "names no category" in result.stderr) == (2, "", True)


def test_the_format_of_the_environment_yields(documents, monkeypatch):
    monkeypatch.setenv("SRLINT_OUTPUT_FORMAT", "json")
    assert check().stdout.startswith("[{")
    assert check("--diff", "a.md").stdout.startswith("--- ./a.md")
    assert check("--statistics").stdout.startswith("1 ")
    assert check("--diff", "--output-format", "json").exit_code == 2


def test_forced_colour_stays_out_of_files(monkeypatch):
    write("a.md", CHAIRMAN)
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in check().stdout
    check("-o", "report.txt")
    assert "\x1b[" not in Path("report.txt").read_text()
    check("-o", "report.txt", "--color", "always")
    assert "\x1b[" in Path("report.txt").read_text()


def test_what_a_baseline_accepts_is_not_reported_and_takes_whole_files():
    write("a.md", CHAIRMAN)
    assert check("--write-baseline").stdout == "Nothing to report in 1 file.\n"
    result = check("--write-baseline", "--changed")
    assert (result.exit_code, "--changed and --write-baseline exclude each other" in result.stderr) == (2, True)


def test_standard_input_is_left_out_as_a_named_file_would_be():
    write("srlint.toml", 'exclude = ["legal/"]\n')
    named = ["-", "--stdin-filename", "legal/a.md"]
    assert check(*named, input=CHAIRMAN).exit_code == 1
    result = check(*named, "--force-exclude", input=CHAIRMAN)
    assert (result.exit_code, "excluded by the configuration" in result.stderr) == (0, True)
    assert check(*named, "--force-exclude", "--fix", input=CHAIRMAN).stdout == CHAIRMAN
    code = ["-", "--stdin-filename", "a.py"]
    assert "checked only with --code" in check(*code, input=f"# {CHAIRMAN}").stderr
    assert check(*code, "--code", input=f"# {CHAIRMAN}").exit_code == 1


def test_streams_that_are_closed_are_no_bug():
    write("a.md", CHAIRMAN)
    for redirection, status in (("a.md >&-", 1), ("a.md 2>&-", 1), ("- <&-", 2)):
        command = f"{sys.executable} -m srlint check --no-model {redirection}"
        assert subprocess.run(command, shell=True, capture_output=True).returncode == status


def test_a_term_can_raise_a_severity_beside_other_faults():
    write("a.md", "The chairman added the host to the blacklist.\n")
    write("srlint.toml", '[terms.severity]\nblacklist = "error"\n')
    assert check("--fail-level", "error").exit_code == 1
    write("srlint.toml", '[terms.severity]\nblacklist = "info"\n')
    rows = json.loads(check("--output-format", "json").stdout)
    assert [row["severity"] for row in rows] == ["warning"]


def test_a_forced_exclude_leaves_out_what_a_walk_would():
    write("node_modules/pack/README.md", CHAIRMAN)
    assert check("node_modules/pack/README.md").exit_code == 1
    assert check("node_modules/pack/README.md", "--force-exclude").exit_code == 0
