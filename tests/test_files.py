from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from srlint import files
from srlint.errors import DocumentError


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A function that makes empty files, in a folder that is the current one."""
    monkeypatch.chdir(tmp_path)

    def make(*names: str) -> Path:
        for name in names:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("Text.\n")
        return tmp_path

    return make


def found(*paths: str, **options) -> list[str]:
    return [target.name for target in files.find(paths, **options)[0]]


def notices(*paths: str, **options) -> list[tuple[str, str, str]]:
    return [(notice.name, notice.severity, notice.reason) for notice in files.find(paths, **options)[1]]


def test_a_folder_is_walked_in_order_for_known_suffixes(tree):
    tree("b.md", "a.txt", "docs/c.markdown", "code.py", "docs/pic.png", "docs/deep/D.MD")
    assert found(".") == ["a.txt", "b.md", "docs/c.markdown", "docs/deep/D.MD"]


def test_hidden_and_vendored_folders_are_left_out_unless_named(tree):
    tree("a.md", ".hidden/b.md", ".c.md", "node_modules/d.md", "venv/e.md")
    assert found(".") == ["a.md"]
    assert {name for name, _, _ in notices(".")} == {".hidden", ".c.md", "node_modules", "venv"}
    assert found(".hidden", "node_modules") == [".hidden/b.md", "node_modules/d.md"]


def test_a_named_file_is_a_target_whatever_its_suffix(tree):
    tree("NOTES", "x.rst", ".c.md")
    targets, _ = files.find(["NOTES", "x.rst", ".c.md"])
    assert [(target.name, target.syntax) for target in targets] == [
        ("NOTES", "text"),
        ("x.rst", "text"),
        (".c.md", "markdown"),
    ]


def test_each_document_is_checked_once(tree):
    root = tree("a.md", "docs/b.md")
    assert found("docs/b.md", ".", "./a.md", str(root / "a.md")) == ["docs/b.md", "a.md"]


def test_gitignore_as_git_reads_it(tree):
    root = tree("a.md", "out/b.md", "docs/c.md", "docs/keep.md", "docs/sub/d.md", "docs/sub/e.md")
    (root / ".git").mkdir()
    (root / ".gitignore").write_text("/out/\ndocs/*.md\n")
    (root / "docs" / ".gitignore").write_text("!keep.md\nsub/d.md\n")
    expected = ["docs/keep.md", "docs/sub/e.md"]
    assert found(".") == ["a.md", *expected]
    assert found("docs") == expected, "a .gitignore above the folder holds too"
    assert found("out") == ["out/b.md"], "an ignored folder that is named is wanted"
    assert ("docs/c.md", "skip", "ignored by .gitignore") in notices(".")


def test_exclude_holds_for_named_files_too(tree):
    tree("a.md", "legal/b.md", "docs/c.md")
    exclude = {"exclude": ("legal/", "docs/c.md")}
    assert found(".", **exclude) == ["a.md"]
    assert found("legal/b.md", "legal", **exclude) == []
    assert notices("legal/b.md", **exclude) == [("legal/b.md", "note", "excluded by the configuration")]


def test_exclude_is_relative_to_its_root(tree):
    root = tree("docs/a.md", "a.md")
    assert found(".", exclude=("/a.md",), root=root / "docs") == ["a.md"]


def test_links_are_not_followed_in_a_walk_but_when_named(tree):
    root = tree("a.md", "docs/b.md")
    (root / "docs" / "again").symlink_to(root)
    (root / "link.md").symlink_to(root / "a.md")
    assert found(".") == ["a.md", "docs/b.md"]
    assert found("link.md") == ["link.md"]


def test_a_missing_path_is_an_error_and_an_empty_folder_a_note(tree):
    root = tree()
    (root / "empty").mkdir()
    assert notices("nope.md", "empty") == [
        ("nope.md", "error", "no such file or directory"),
        ("empty", "note", "no documents found"),
    ]


@pytest.mark.parametrize("name", ["", "bad\0name", "x" * 300])
def test_a_path_that_cannot_exist_is_an_error(tree, name):
    tree()
    assert [severity for _, severity, _ in notices(name)] == ["error"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_folder_is_an_error(tree):
    root = tree("docs/a.md")
    (root / "docs").chmod(0)
    try:
        assert ("docs", "error", "permission denied") in notices(".")
    finally:
        (root / "docs").chmod(0o755)


def test_names_under_the_current_folder_are_relative(tree):
    root = tree("docs/a.md")
    assert found(str(root / "docs")) == ["docs/a.md"]


def test_read_refuses_what_is_no_document(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "large").write_bytes(b"a" * (files.MAX_BYTES + 1))
    (tmp_path / "largest").write_bytes(b"a" * files.MAX_BYTES)
    for name, says in [
        ("none", "no such file"),
        ("pipe", "not a regular file"),
        (".", "not a regular file"),
        ("large", "larger than 10 MB"),
    ]:
        with pytest.raises(DocumentError, match=says):
            files.read(tmp_path / name)
    assert len(files.read(tmp_path / "largest")) == files.MAX_BYTES


def test_write_keeps_mode_and_follows_links(tmp_path):
    target, link = tmp_path / "a.md", tmp_path / "link.md"
    target.write_bytes(b"old")
    target.chmod(0o640)
    link.symlink_to("a.md")
    files.write(link, b"new", expected=b"old")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.md", "link.md"]


def test_write_does_not_overwrite_a_change_of_someone_else(tmp_path):
    target = tmp_path / "a.md"
    target.write_bytes(b"theirs")
    with pytest.raises(DocumentError, match="changed on disk"):
        files.write(target, b"ours", expected=b"read before")
    assert target.read_bytes() == b"theirs"


def test_an_interrupted_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    target = tmp_path / "a.md"
    target.write_bytes(b"old")

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        files.write(target, b"new")
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_write_into_a_missing_folder_is_an_error(tmp_path):
    with pytest.raises(DocumentError, match="cannot be written"):
        files.write(tmp_path / "none" / "a.md", b"new")


def test_a_new_file_gets_the_usual_mode(tmp_path):
    (tmp_path / "usual").write_bytes(b"")
    files.write(tmp_path / "new", b"new")
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "usual").stat().st_mode
