"""Findings in what changed since a git revision, and only there."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from srlint.changed import Changes, overlaps, touched
from srlint.document import Document, Span
from srlint.errors import ConfigError

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


def git(*arguments: str) -> str:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    return subprocess.run(["git", *identity, *arguments], check=True, capture_output=True, text=True).stdout


@pytest.fixture(autouse=True)
def repository(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    git("init", "-q", "-b", "trunk")
    Path("docs").mkdir()
    Path("docs/é a.md").write_text("One.\nTwo.\nThree.\n")
    Path("same.md").write_text("Same.\n")
    git("add", ".")
    git("commit", "-q", "-m", "first")
    return tmp_path


def lines(before: str | None, text: str) -> list[str]:
    return [text[span.start : span.end] for span in touched(before, Document(text, "text"))]


@pytest.mark.parametrize(
    ("before", "text", "expected"),
    [
        ("a\nb\nc\n", "a\nb\nc\n", []),
        ("a\nb\nc\n", "a\nX\nc\n", ["X\n"]),
        ("a\nb\n", "a\nb\nc\nd\n", ["c\nd\n"]),
        ("a\nb\nc\n", "a\nc\n", [""]),
        ("a\r\nb\r\n", "a\nb\n", []),
        ("a\rb", "a\rX", ["X"]),
        (None, "a\nb\n", ["a\nb\n"]),
        ("", "a", ["a"]),
        ("a", "", [""]),
    ],
)
def test_the_lines_that_are_new(before, text, expected):
    assert lines(before, text) == expected


def test_a_passage_is_touched_by_a_shared_character_or_a_gap_inside_it():
    assert overlaps(Span(2, 8), [Span(7, 20)])
    assert not overlaps(Span(2, 8), [Span(8, 20), Span(0, 2)])
    assert overlaps(Span(2, 8), [Span(5, 5)])
    assert not overlaps(Span(2, 8), [Span(8, 8), Span(2, 2)])


def test_what_differs_from_the_revision(repository):
    Path("docs/é a.md").write_text("One.\n2.\nThree.\n")
    Path("new.md").write_text("New.\n")
    for folder in (repository, repository / "docs"):
        changes = Changes("HEAD", folder)
        assert changes.touches(repository / "docs/é a.md") and changes.touches(repository / "new.md")
        assert not changes.touches(repository / "same.md")
        assert changes.before(repository / "docs/é a.md") == "One.\nTwo.\nThree.\n"
        assert changes.before(repository / "new.md") is None
    git("add", ".")  # staged or not makes no difference
    assert Changes("HEAD", repository).touches(repository / "new.md")
    git("commit", "-q", "-m", "second")
    assert not Changes("HEAD", repository).touches(repository / "new.md")
    assert Changes("HEAD~1", repository).touches(repository / "new.md")
    assert Changes("trunk~1", repository).before(repository / "new.md") is None


def test_a_renamed_file_is_compared_with_what_it_was(repository):
    Path("long.md").write_text("One line.\n" * 20)
    git("add", ".")
    git("commit", "-q", "-m", "second")
    git("mv", "long.md", "docs/ä.md")
    with open("docs/ä.md", "a") as file:
        file.write("New.\n")
    git("add", ".")
    changes = Changes("HEAD", repository)
    assert changes.touches(repository / "docs/ä.md")
    assert changes.before(repository / "docs/ä.md") == "One line.\n" * 20


def test_a_binary_file_is_new(repository):
    Path("docs/é a.md").write_bytes(b"\0\1")
    git("add", ".")
    git("commit", "-q", "-m", "second")
    Path("docs/é a.md").write_text("text now\n")
    assert Changes("HEAD", repository).before(repository / "docs/é a.md") is None


def test_a_repository_without_a_commit(tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("empty")
    monkeypatch.chdir(folder)
    git("init", "-q")
    (folder / "a.md").write_text("x\n")
    changes = Changes("HEAD", folder)
    assert changes.touches(folder / "a.md") and changes.before(folder / "a.md") is None


@pytest.mark.parametrize(
    ("revision", "says"),
    [
        ("nonsense", "--changed: no such git revision: 'nonsense'"),
        ("docs", "--changed: no such git revision: 'docs'; for the path write --changed=HEAD docs"),
        ("--help", "--changed: no such git revision: '--help'"),
        ("", "--changed: no such git revision: ''"),
    ],
)
def test_a_revision_that_is_none(repository, revision, says):
    with pytest.raises(ConfigError) as caught:
        Changes(revision, repository)
    assert str(caught.value) == says


def test_outside_a_work_tree_and_without_git(tmp_path_factory, monkeypatch):
    with pytest.raises(ConfigError, match="--changed: not inside a git work tree"):
        Changes("HEAD", tmp_path_factory.mktemp("outside"))
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ConfigError, match="--changed: needs git"):
        Changes("HEAD", Path.cwd())


def test_no_program_of_the_repository_runs_and_the_index_is_left_alone(repository):
    """As a work tree unpacked with its `.git` would have it."""
    proof = repository / "proof"
    program = repository / ".git" / "program"
    program.write_text(f"#!/bin/sh\ntouch '{proof}'\n")
    program.chmod(0o755)
    for key in ("core.fsmonitor", "diff.external", "diff.x.textconv", "diff.x.command", "core.pager"):
        subprocess.run(["git", "config", key, str(program)], cwd=repository, check=True)
    (repository / ".git" / "info").mkdir(exist_ok=True)
    (repository / ".git" / "info" / "attributes").write_text("* diff=x\n")
    subprocess.run(["git", "status"], cwd=repository, check=True, capture_output=True)
    assert proof.exists(), "git itself would have run it"
    proof.unlink()
    index = repository / ".git" / "index"
    before = index.read_bytes()
    for path in repository.rglob("*.md"):
        os.utime(path, ns=(1, 1))  # git would note in its index that nothing has changed
    changes = Changes("HEAD", repository)
    for path in repository.rglob("*.md"):
        changes.touches(path)
        changes.before(path)
    assert not proof.exists()
    assert index.read_bytes() == before
    assert not (repository / ".git" / "index.lock").exists()
