"""The hooks as pre-commit runs them: a real `pre-commit try-repo` on a temporary repository, and the files it reads."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from identify.identify import ALL_TAGS

from srlint.cli import cli

ROOT = Path(__file__).parents[1]
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
BY_ID = {hook["id"]: hook for hook in HOOKS}


def test_the_hooks_are_these():
    assert list(BY_ID) == ["srlint", "srlint-fix", "srlint-terms"]


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_a_hook_is_one_process_with_options_that_exist(hook):
    assert hook["language"] == "python"
    assert hook["require_serial"] is True
    assert set(hook["types_or"]) <= ALL_TAGS
    program, command, *options = shlex.split(hook["entry"])
    assert (program, command) == ("srlint", "check")
    assert "--force-exclude" in options
    result = CliRunner().invoke(cli, [command, *options, "--help"])
    assert result.exit_code == 0
    assert all(option in result.output for option in options)
    assert CliRunner().invoke(cli, [command, *options, "--show-files", str(ROOT / "README.md")]).exit_code == 0


def test_the_manifest_is_one_that_pre_commit_accepts():
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml")],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_action_is_one_that_github_accepts():
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-actions", ROOT / "action.yml"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_action_runs_srlint_on_its_inputs(tmp_path):
    (tmp_path / "a b.md").write_text("x\n")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "team.md").write_text("The chairman opens the meeting.\n")
    steps = yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"]
    step = next(step for step in steps if "$SRLINT_PATHS" in step.get("run", ""))
    environment = os.environ | {
        "SRLINT_PATHS": "docs",
        "SRLINT_ARGUMENTS": "--no-cache --exclude *.txt",
        "SRLINT_LANGUAGE_MODEL": "false",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    done = subprocess.run(
        ["bash", "-e", "-c", step["run"]], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("::warning file=docs/team.md,line=1,")


@pytest.fixture(scope="module")
def try_repo(tmp_path_factory):
    """Runs a hook of this checkout on files of a new repository, in an environment that pre-commit makes for it."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("needs git and a checkout")
    # A clone of what is there now, committed or not: pre-commit would look for other people's changes in the checkout.
    source = tmp_path_factory.mktemp("source") / "srlint"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, source / name)
    project = tmp_path_factory.mktemp("project")
    for folder in (source, project):
        git(folder, "init", "-q")
    git(source, "add", "-A")
    git(source, "commit", "-q", "-m", "all")
    home = tmp_path_factory.mktemp("home")

    def run(hook: str, *arguments: str) -> subprocess.CompletedProcess:
        git(project, "add", "-A")
        return subprocess.run(
            [sys.executable, "-m", "pre_commit", "try-repo", str(source), hook, "--verbose", *arguments],
            cwd=project,
            capture_output=True,
            text=True,
            env=os.environ | {"PRE_COMMIT_HOME": str(home), "PRE_COMMIT_COLOR": "never"},
        )

    run.project = project
    return run


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def test_try_repo_finds_and_leaves_out(try_repo):
    project = try_repo.project
    (project / "team.md").write_text("The chairman opens the meeting.\n")
    (project / "fine.rst").write_text("Fine\n====\n\nThe meeting starts at nine.\n")
    (project / "old").mkdir()
    (project / "old" / "minutes.md").write_text("The chairman closed the meeting.\n")
    (project / "srlint.toml").write_text('exclude = ["old/"]\n')
    (project / "main.py").write_text("# The chairman\n")
    done = try_repo("srlint-terms", "--all-files")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "team.md:1:1" in done.stdout
    assert "old/minutes.md" not in done.stdout.replace("old/minutes.md: excluded", "")
    assert "main.py" not in done.stdout
    assert "Found 1 passage in 1 file" in done.stdout

    (project / "team.md").write_text("The chair opens the meeting.\n")
    done = try_repo("srlint-terms", "--all-files")
    assert done.returncode == 0, done.stdout + done.stderr
